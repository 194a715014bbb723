//! The tables' rows: which values a field gives.

use skranke_core::bib::{Field, Format, MaterialType, Record, display_text};
use std::borrow::Cow;

/// The rows of a table, without remarks, split at tabs.
pub(super) fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .map(|line| line.split('\t').collect())
}

/// Where a value stands: `245`, `264/2=1` (a condition on an indicator), `008[7-10]` (positions of a control field).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) tag: &'static str,
    condition: Option<(usize, char)>,
    positions: Option<(usize, usize)>,
}

/// How subfields become values: `abc` joined in the record's order, `!ha` in this order, `a+` each by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picks {
    codes: Vec<char>,
    as_listed: bool,
    each: bool,
    join: String,
}

impl Place {
    pub(super) fn parse(text: &'static str) -> Option<Self> {
        let (rest, positions) = match text.split_once('[') {
            Some((rest, range)) => {
                let (from, to) = range.strip_suffix(']')?.split_once('-')?;
                (rest, Some((from.parse().ok()?, to.parse().ok()?)))
            }
            None => (text, None),
        };
        let (tag, condition) = match rest.split_once('/') {
            Some((tag, condition)) => {
                let (number, value) = condition.split_once('=')?;
                let value = value.chars().next()?;
                (tag, Some((number.parse().ok()?, if value == '_' { ' ' } else { value })))
            }
            None => (rest, None),
        };
        Some(Self { tag, condition, positions })
    }

    pub(super) fn fits(&self, field: &Field) -> bool {
        field.tag() == self.tag && self.condition.is_none_or(|(number, value)| field.indicator(number) == value)
    }
}

impl Picks {
    pub(super) fn parse(codes: &str, join: &str) -> Self {
        Self {
            codes: codes.chars().filter(|c| !matches!(c, '!' | '+' | '-')).collect(),
            as_listed: codes.starts_with('!'),
            each: codes.ends_with('+'),
            join: blanks(join),
        }
    }
}

/// `_` is a blank.
pub(super) fn blanks(text: &str) -> String {
    text.replace('_', " ")
}

/// The values of one field, as people read them.
pub(super) fn values(field: &Field, place: &Place, picks: &Picks) -> Vec<String> {
    if let Some(text) = field.value() {
        let chosen: Cow<'_, str> = match place.positions {
            Some((from, to)) => text.chars().skip(from).take(to + 1 - from.min(to)).collect(),
            None => text.into(),
        };
        let chosen = chosen.trim().to_owned();
        return if chosen.is_empty() { Vec::new() } else { vec![chosen] };
    }
    let raw: Vec<&str> = if picks.as_listed {
        picks.codes.iter().flat_map(|code| field.values(*code)).collect()
    } else {
        let wanted = |subfield: &&skranke_core::bib::Subfield| picks.codes.contains(&subfield.code);
        field
            .subfields()
            .iter()
            .filter(wanted)
            .map(|subfield| subfield.value.as_str())
            .collect()
    };
    let shown = raw.into_iter().map(display_text).filter(|text| !text.is_empty());
    if picks.each {
        return shown.collect();
    }
    let parts: Vec<String> = shown.collect();
    if parts.is_empty() {
        Vec::new()
    } else {
        vec![parts.join(&picks.join)]
    }
}

/// What other vocabularies call a kind of material: MODS, DCMI, and leader/06-07 of MARC 21.
pub(super) struct MaterialNames {
    pub(super) mods: &'static str,
    pub(super) dcmi: &'static str,
    pub(super) leader: &'static str,
}

pub(super) fn material(kind: MaterialType) -> MaterialNames {
    let found = rows(include_str!("../../data/material_names.tsv")).find(|row| row.first() == Some(&kind.as_str()));
    let column = |n: usize, otherwise| found.as_ref().and_then(|row| row.get(n)).copied().unwrap_or(otherwise);
    MaterialNames {
        mods: column(1, "text"),
        dcmi: column(2, "Text"),
        leader: column(3, "am"),
    }
}

/// The record itself: the last of its hierarchy.
pub(super) fn own(hierarchy: &[Record]) -> Option<(&Record, &[Record])> {
    hierarchy.split_last()
}

/// The brief view with what stands above merged in.
pub(super) fn brief(hierarchy: &[Record]) -> Option<skranke_core::bib::BriefView> {
    let (own, above) = own(hierarchy)?;
    let nearest_first: Vec<&Record> = above.iter().rev().collect();
    Some(own.brief_view_under(&nearest_first))
}

/// The name a format has in the tables.
pub(super) fn name(format: Format) -> &'static str {
    format.as_str()
}
