//! Text out of fields: subfields joined, positions cut out, where filing begins, what says nothing.

use super::super::fold;
use crate::bib::{Field, Format, Record, Tag};
use std::borrow::Cow;

/// Subfields of a field in their order, what ISBD puts at their ends left to the join.
pub(super) fn join(field: &Field, takes: impl Fn(char) -> bool, join: &str, out: &mut String) {
    out.clear();
    if let Some(value) = field.value() {
        out.push_str(value);
        return;
    }
    for subfield in field.subfields().iter().filter(|subfield| takes(subfield.code)) {
        if !out.is_empty() {
            if join != " " {
                out.truncate(without_ending(out).len());
            }
            out.push_str(join);
        }
        out.push_str(subfield.value.trim());
    }
}

/// The text as it is shown, and where it begins to file: where a mark says so, else behind `skip` characters.
pub(super) fn filed(text: &str, skip: usize) -> (Cow<'_, str>, Option<usize>) {
    let marked = text.contains(['¤', '\u{88}', '\u{89}', '\u{98}', '\u{9C}']);
    if marked {
        let (shown, from) = fold::without_filing_marks(text);
        return (shown.into(), from);
    }
    let from = match skip {
        0 => None,
        skip => text.char_indices().nth(skip).map(|(at, _)| at),
    };
    (text.into(), from)
}

pub(super) fn without_ending(text: &str) -> &str {
    text.trim().trim_end_matches([' ', '/', ':', ';', ',', '='])
}

/// The tag a field stands for: a linked field in another script (MARC 21 880) stands for the field it is linked to.
pub(super) fn meant_tag(format: Format, field: &Field) -> Tag {
    let tag = field.tag();
    if format == Format::Marc21
        && tag == "880"
        && let Some((linked, _)) = field.first('6').and_then(|link| link.split_at_checked(3))
    {
        return Tag::new(linked).unwrap_or(tag);
    }
    tag
}

pub(super) fn between(text: &str, first: usize, last: usize) -> Option<&str> {
    if text.is_ascii() {
        return text.get(first..(last + 1).min(text.len()));
    }
    let mut places = text.char_indices().map(|(at, _)| at).skip(first);
    let from = places.next()?;
    let to = places.nth(last - first).unwrap_or(text.len());
    text.get(from..to)
}

/// Whether a code says anything: fill characters, blanks and codes for "unknown" do not.
pub(super) fn says_something(text: &str) -> bool {
    !text.chars().all(|c| matches!(c, ' ' | '|' | '\\' | '#' | '^')) && !matches!(text, "und" | "zxx" | "xx " | "|||" | "   ")
}

/// The first run of exactly four digits that can be a year; a shorter number where nothing else stands there.
pub(super) fn first_year(text: &str) -> Option<&str> {
    let mut runs = text.split(|c: char| !c.is_ascii_digit()).filter(|run| !run.is_empty());
    let year = runs
        .clone()
        .find(|run| run.len() == 4 && ('1'..='2').contains(&run.chars().next().unwrap_or(' ')));
    year.or_else(|| runs.next().filter(|run| *run == text && run.len() < 4))
}

pub(super) fn language(record: &Record) -> Option<String> {
    let code = match record.format {
        Format::Marc21 => record.control("008").and_then(|value| between(value, 35, 37)),
        Format::Danmarc2 => record.first("008", 'l').or_else(|| record.first("041", 'a')),
        Format::Unimarc => record.first("101", 'a'),
    };
    code.map(|code| code.trim().to_ascii_lowercase()).filter(|code| code.len() == 3)
}
