//! One record as its entries.

use crate::agency::AgencyId;
use crate::ids::{BibId, ControlNumber};
use crate::ports::search::Databases;
use crate::query::extract::{Extractor, Heading, Sink, Source};
use crate::query::fold::FiledWord;
use crate::query::tree::IndexId;
use std::collections::BTreeMap;

/// A heading or value of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) folded: String,
    pub(super) filing: String,
    pub(super) shown: String,
    pub(super) browse: bool,
}

/// One record as its entries.
#[derive(Debug, Clone)]
pub struct Document {
    /// In the store.
    pub id: BibId,
    agency: AgencyId,
    control_number: ControlNumber,
    databases: Vec<AgencyId>,
    /// It is a hit of its own.
    pub(super) is_hit: bool,
    entries: Collected,
}

#[derive(Debug, Clone, Default)]
struct Collected {
    /// Fields, each its words.
    words: BTreeMap<IndexId, Vec<Vec<String>>>,
    filed: BTreeMap<IndexId, Vec<FiledWord>>,
    headings: BTreeMap<IndexId, Vec<Entry>>,
    keys: BTreeMap<IndexId, String>,
}

impl Document {
    /// The entries of a record.
    pub fn of(id: BibId, source: Source<'_>, extractor: &mut Extractor) -> Self {
        let mut entries = Collected::default();
        let extracted = extractor.extract(source, &mut entries);
        Self {
            id,
            agency: source.agency.clone(),
            control_number: source.control_number.clone(),
            databases: extracted.databases,
            is_hit: extracted.is_hit,
            entries,
        }
    }

    /// Where it stands in an unsorted result.
    pub(super) fn place(&self) -> (&AgencyId, &ControlNumber) {
        (&self.agency, &self.control_number)
    }

    pub(super) fn is_in(&self, databases: &Databases) -> bool {
        match databases {
            Databases::All => true,
            Databases::Of(agencies) => agencies.iter().any(|agency| self.databases.contains(agency)),
        }
    }

    pub(super) fn fields(&self, index: IndexId) -> &[Vec<String>] {
        self.entries.words.get(&index).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn filed(&self, index: IndexId) -> &[FiledWord] {
        self.entries.filed.get(&index).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn headings(&self, index: IndexId) -> &[Entry] {
        self.entries.headings.get(&index).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn key(&self, index: IndexId) -> Option<&str> {
        self.entries.keys.get(&index).map(String::as_str)
    }
}

impl Sink for Collected {
    fn words(&mut self, indexes: &[IndexId], folded: &str) {
        for &index in indexes {
            let field = folded.split(' ').map(str::to_owned).collect();
            self.words.entry(index).or_default().push(field);
        }
    }

    fn filed_word(&mut self, indexes: &[IndexId], word: &FiledWord) {
        for &index in indexes {
            self.filed.entry(index).or_default().push(word.clone());
        }
    }

    fn heading(&mut self, index: IndexId, heading: Heading<'_>) {
        self.headings.entry(index).or_default().push(Entry {
            folded: heading.folded.to_owned(),
            filing: heading.filing.to_owned(),
            shown: heading.shown.to_owned(),
            browse: heading.browse,
        });
    }

    fn value(&mut self, index: IndexId, value: &str, shown: &str) {
        self.headings.entry(index).or_default().push(Entry {
            folded: value.to_owned(),
            filing: value.to_owned(),
            shown: shown.to_owned(),
            browse: true,
        });
    }

    fn sort_key(&mut self, index: IndexId, key: &str) {
        self.keys.insert(index, key.to_owned());
    }
}
