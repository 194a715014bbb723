//! From a record to what is found: the entries of each index, by the index map.
//!
//! A volume takes from the records above it what the map says. Heads and sections of danMARC2 are no hits of their own, so they
//! feed only the indexes that find every level.

mod elsewhere;
mod reading;

use super::fold;
use super::map::{Above, Index, IndexMap, Row, Sort, Take};
use super::tree::IndexId;
use super::value::Kind;
use crate::agency::AgencyId;
use crate::bib::{Field, Format, Level, Record};
use crate::ids::ControlNumber;
use crate::item::{Item, ItemState};
use reading::{between, filed, first_year, join, language, meant_tag, says_something, without_ending};
use std::sync::Arc;

/// A record with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Whose record.
    pub agency: &'a AgencyId,
    /// Its number.
    pub control_number: &'a ControlNumber,
    /// The record; a bibliographic one that is not deleted.
    pub record: &'a Record,
    /// The records above it, the nearest first.
    pub above: &'a [&'a Record],
    /// Its copies, of every agency.
    pub items: &'a [Item],
}

/// A heading or a value on its way into an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heading<'t> {
    /// Folded words with one blank between: what searches compare.
    pub folded: &'t str,
    /// How it files; equal to `folded` for most.
    pub filing: &'t str,
    /// As the record writes it.
    pub shown: &'t str,
    /// It stands in the browse list. One that does not is the full form of a heading that files by a later word.
    pub browse: bool,
}

/// Takes the entries of one record. All texts live only for the call. An entry may come more than once.
pub trait Sink {
    /// The words of one field, folded, one blank between, for all these indexes. Each call is a field: phrases and word distances do
    /// not reach beyond it.
    fn words(&mut self, indexes: &[IndexId], folded: &str);

    /// A word of the field before that files otherwise than it folds.
    fn filed_word(&mut self, indexes: &[IndexId], word: &fold::FiledWord);

    /// A heading of a text index.
    fn heading(&mut self, index: IndexId, heading: Heading<'_>);

    /// A value of an index that is not text, in its one form and as the record writes it.
    fn value(&mut self, index: IndexId, value: &str, shown: &str);

    /// What the record sorts by; at most once for an index.
    fn sort_key(&mut self, index: IndexId, key: &str);
}

/// What a record is beside its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// Databases it is in, ascending: its agency's, and of those that have a copy.
    pub databases: Vec<AgencyId>,
    /// It is a hit of its own; a head or section is found only by its number.
    pub is_hit: bool,
}

/// The order of the first source that said something, with its values and how they are written.
type First = (u16, Vec<(String, String)>);

/// Extracts records one after the other; it keeps its buffers.
#[derive(Debug)]
pub struct Extractor {
    map: Arc<IndexMap>,
    /// Whether an index has something from the record itself.
    said: Vec<bool>,
    /// For an index of which only the first source counts.
    first: Vec<Option<First>>,
    /// For a sortable index: by level the order of the source and the key.
    keys: Vec<Vec<(u16, String)>>,
    raw: String,
    folded: String,
}

impl Extractor {
    /// An extractor by this map.
    pub fn new(map: Arc<IndexMap>) -> Self {
        let count = map.indexes().count();
        Self {
            map,
            said: vec![false; count],
            first: vec![None; count],
            keys: vec![Vec::new(); count],
            raw: String::new(),
            folded: String::new(),
        }
    }

    /// Gives a record's entries to `sink`.
    pub fn extract(&mut self, source: Source<'_>, sink: &mut impl Sink) -> Extracted {
        let is_hit = !(source.record.format == Format::Danmarc2 && matches!(source.record.level(), Level::Head | Level::Section));
        self.said.fill(false);
        self.first.fill(None);
        self.keys.iter_mut().for_each(Vec::clear);
        let map = Arc::clone(&self.map);
        let scope = Scope { map: &map, is_hit };
        let language = language(source.record).or_else(|| source.above.iter().find_map(|above| language(above)));
        let aa_is_aring = language.is_some_and(|code| matches!(code.as_str(), "dan" | "nob" | "nor" | "nno" | "fao"));
        self.fields(scope, source.record, 0, aa_is_aring, sink);
        let mut said = self.said.clone();
        self.elsewhere(scope, source, sink);
        for (level, above) in (1..).zip(source.above) {
            self.said.fill(false);
            self.fields_above(scope, above, level, aa_is_aring, &said, sink);
            said.iter_mut().zip(&self.said).for_each(|(so_far, here)| *so_far |= here);
        }
        self.firsts(sink);
        self.sort_keys(&map, sink);
        let owners = source
            .items
            .iter()
            .filter(|item| item.state != ItemState::Withdrawn)
            .map(|item| &item.agency);
        let mut databases: Vec<AgencyId> = std::iter::once(source.agency).chain(owners).cloned().collect();
        databases.sort();
        databases.dedup();
        Extracted { databases, is_hit }
    }

    fn fields(&mut self, scope: Scope<'_>, record: &Record, level: usize, aa: bool, sink: &mut impl Sink) {
        for field in &record.fields {
            for row in scope.map.rows(record.format, meant_tag(record.format, field)) {
                if row.takes(field) && scope.admits(row.index) {
                    self.row(scope.map, row, field, level, aa, sink);
                }
            }
        }
    }

    fn fields_above(&mut self, scope: Scope<'_>, record: &Record, level: usize, aa: bool, said: &[bool], sink: &mut impl Sink) {
        for field in &record.fields {
            for row in scope.map.rows(record.format, meant_tag(record.format, field)) {
                let Some(index) = scope.map.index(row.index) else { continue };
                let wanted = match index.above {
                    Above::Always => true,
                    Above::Missing => !said.get(usize::from(row.index.0)).copied().unwrap_or_default(),
                    Above::Never => false,
                };
                if wanted && row.takes(field) && scope.admits(row.index) {
                    self.row(scope.map, row, field, level, aa, sink);
                }
            }
        }
    }

    fn row(&mut self, map: &IndexMap, row: &Row, field: &Field, level: usize, aa: bool, sink: &mut impl Sink) {
        let Some(index) = map.index(row.index) else { return };
        if index.kind == Kind::Text {
            self.text(index, row, field, level, aa, sink);
            return;
        }
        match &row.take {
            Take::Subfields(_) => match field {
                Field::Control { value, .. } => self.value(index, row, value, level, sink),
                Field::Data { subfields, .. } => {
                    for subfield in subfields.iter().filter(|subfield| row.takes_code(subfield.code)) {
                        self.value(index, row, &subfield.value, level, sink);
                    }
                }
            },
            Take::Positions(first, last) => {
                if let Some(text) = field.value().and_then(|value| between(value, *first, *last)) {
                    self.value(index, row, text, level, sink);
                }
            }
            Take::SubfieldPositions(code, first, last) => {
                if let Some(text) = field.first(*code).and_then(|value| between(value, *first, *last)) {
                    self.value(index, row, text, level, sink);
                }
            }
        }
    }

    /// A value, or several where they stand in one string.
    fn value(&mut self, index: &Index, row: &Row, text: &str, level: usize, sink: &mut impl Sink) {
        match row.split {
            None => self.one_value(index, row.order, text, level, sink),
            Some(width) => {
                let mut rest = text.trim();
                while let Some((part, more)) = rest.split_at_checked(width) {
                    self.one_value(index, row.order, part, level, sink);
                    rest = more;
                }
            }
        }
    }

    fn one_value(&mut self, index: &Index, order: u16, text: &str, level: usize, sink: &mut impl Sink) {
        let text = text.trim();
        let value = match index.kind {
            // A year may stand among other text: `c1912, ©1910`.
            Kind::Number => first_year(text).and_then(|year| Kind::Number.value(year)),
            kind if says_something(text) => kind.value(text),
            _ => None,
        };
        let Some(value) = value else { return };
        self.say(index.id);
        if index.first_only {
            if let Some(first) = self.first.get_mut(usize::from(index.id.0)) {
                match first {
                    Some((known, values)) if *known == order => values.push((value, text.to_owned())),
                    Some((known, _)) if *known < order => {}
                    _ => *first = Some((order, vec![(value, text.to_owned())])),
                }
            }
            return;
        }
        let shown = if index.kind == Kind::Number { &value } else { text };
        sink.value(index.id, &value, shown);
        // The number with its agency is the same record's: the number alone is another way to find it.
        if index.kind == Kind::Record
            && let Some((_, number)) = value.split_once(':')
        {
            sink.value(index.id, number, shown);
        }
        self.key(index, order, level, || value.clone());
    }

    fn text(&mut self, index: &Index, row: &Row, field: &Field, level: usize, aa: bool, sink: &mut impl Sink) {
        if row.each || !matches!(row.take, Take::Subfields(_)) {
            let texts: Vec<&str> = match &row.take {
                Take::Subfields(_) => field
                    .subfields()
                    .iter()
                    .filter(|s| row.takes_code(s.code))
                    .map(|s| s.value.as_str())
                    .collect(),
                Take::Positions(first, last) => field.value().and_then(|v| between(v, *first, *last)).into_iter().collect(),
                Take::SubfieldPositions(code, first, last) => {
                    field.first(*code).and_then(|v| between(v, *first, *last)).into_iter().collect()
                }
            };
            for text in texts {
                self.raw.clear();
                self.raw.push_str(text);
                self.field_text(index, row, 0, level, aa, sink);
            }
            return;
        }
        join(field, |code| row.takes_code(code), &row.join, &mut self.raw);
        if self.raw.is_empty() {
            return;
        }
        let skip = row.skip.and_then(|which| field.indicator(which).to_digit(10)).unwrap_or(0) as usize;
        self.field_text(index, row, skip, level, aa, sink);
        if !index.headings {
            return;
        }
        let whole = std::mem::take(&mut self.raw);
        for codes in &row.also {
            let mut part = String::new();
            join(field, |code| codes.contains(&code), &row.join, &mut part);
            if !part.is_empty() && part != whole {
                self.folded.clear();
                let (shown, filing_from) = filed(&part, skip);
                let seen = fold::push_words(&shown, &mut self.folded);
                headings(index, &self.folded, &shown, filing_from, seen.files_apart, aa, false, sink);
            }
        }
        self.raw = whole;
    }

    /// The text in `raw` as one field: its words, and its heading in one or two forms.
    fn field_text(&mut self, index: &Index, row: &Row, skip: usize, level: usize, aa: bool, sink: &mut impl Sink) {
        let raw = std::mem::take(&mut self.raw);
        self.shown_text(&raw, index, row, skip, level, aa, sink);
        self.raw = raw;
    }

    #[allow(clippy::too_many_arguments)] // all of them are the one field
    fn shown_text(&mut self, raw: &str, index: &Index, row: &Row, skip: usize, level: usize, aa: bool, sink: &mut impl Sink) {
        let (shown, filing_from) = filed(raw, skip);
        self.folded.clear();
        let seen = fold::push_words(&shown, &mut self.folded);
        if self.folded.is_empty() {
            return;
        }
        self.say(index.id);
        sink.words(&row.indexes, &self.folded);
        if seen.files_apart {
            for word in fold::filed_words(&shown, aa).iter().filter(|word| word.filing != word.folded) {
                sink.filed_word(&row.indexes, word);
            }
        }
        if index.headings {
            headings(index, &self.folded, &shown, filing_from, seen.files_apart, aa, true, sink);
        }
        if index.sort != Sort::No {
            let folded = std::mem::take(&mut self.folded);
            self.key(index, row.order, level, || match shown.get(filing_from.unwrap_or(0)..) {
                Some(filing) if seen.files_apart || filing_from.is_some() => fold::filing(filing, aa),
                _ => folded.clone(),
            });
            self.folded = folded;
        }
    }

    fn say(&mut self, index: IndexId) {
        if let Some(said) = self.said.get_mut(usize::from(index.0)) {
            *said = true;
        }
    }

    /// Keeps the key of the first source at each level.
    fn key(&mut self, index: &Index, order: u16, level: usize, key: impl Fn() -> String) {
        if index.sort == Sort::No {
            return;
        }
        let Some(keys) = self.keys.get_mut(usize::from(index.id.0)) else {
            return;
        };
        if keys.len() <= level {
            keys.resize(level + 1, (u16::MAX, String::new()));
        }
        if let Some(known) = keys.get_mut(level).filter(|known| order < known.0) {
            *known = (order, key());
        }
    }

    fn firsts(&mut self, sink: &mut impl Sink) {
        let map = Arc::clone(&self.map);
        for index in map.indexes().filter(|index| index.first_only) {
            let Some((order, values)) = self.first.get_mut(usize::from(index.id.0)).and_then(Option::take) else {
                continue;
            };
            for (value, shown) in &values {
                let shown = if index.kind == Kind::Number { value } else { shown };
                sink.value(index.id, value, shown);
                self.key(index, order, 0, || value.clone());
            }
        }
    }

    fn sort_keys(&self, map: &IndexMap, sink: &mut impl Sink) {
        for index in map.indexes().filter(|index| index.sort != Sort::No) {
            let Some(keys) = self.keys.get(usize::from(index.id.0)) else {
                continue;
            };
            let mut given = keys.iter().map(|(_, key)| key.as_str()).filter(|key| !key.is_empty());
            if index.sort == Sort::Nearest {
                if let Some(key) = given.next() {
                    sink.sort_key(index.id, key);
                }
                continue;
            }
            let from_top: Vec<&str> = given.rev().collect();
            match from_top.as_slice() {
                [] => {}
                [key] => sink.sort_key(index.id, key),
                several => sink.sort_key(index.id, &several.join(" ")),
            }
        }
    }
}

/// Which indexes a record may feed.
#[derive(Debug, Clone, Copy)]
struct Scope<'m> {
    map: &'m IndexMap,
    is_hit: bool,
}

impl Scope<'_> {
    fn admits(&self, index: IndexId) -> bool {
        self.is_hit || self.map.index(index).is_some_and(|index| index.every_level)
    }
}

/// The headings of a field: the whole one, and where it files by a later word the one from there.
#[allow(clippy::too_many_arguments)] // all of them are the one field
fn headings(
    index: &Index,
    folded: &str,
    shown: &str,
    filing_from: Option<usize>,
    files_apart: bool,
    aa: bool,
    browse: bool,
    sink: &mut impl Sink,
) {
    if folded.is_empty() {
        return;
    }
    let display = without_ending(shown);
    let apart = files_apart.then(|| fold::filing(shown, aa));
    sink.heading(
        index.id,
        Heading {
            folded,
            filing: apart.as_deref().unwrap_or(folded),
            shown: display,
            browse: browse && filing_from.is_none(),
        },
    );
    let Some(from) = filing_from.and_then(|from| shown.get(from..)) else {
        return;
    };
    let folded = fold::words(from);
    if folded.is_empty() {
        return;
    }
    let apart = files_apart.then(|| fold::filing(from, aa));
    sink.heading(
        index.id,
        Heading {
            folded: &folded,
            filing: apart.as_deref().unwrap_or(&folded),
            shown: display,
            browse,
        },
    );
}
