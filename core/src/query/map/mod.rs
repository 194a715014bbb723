//! The index map: which fields feed which index, and what each index is called in each query language.
//!
//! It is one TOML file that a librarian can read and change (`core/data/index_map.toml` is built in). Bib-1, Dan-1, CQL and CCL
//! names are looked up here, and Explain is made from it, so both protocols search the same indexes under all their names.

mod read;
mod resolve;
mod source;

pub use read::MapProblem;
pub use resolve::range;
pub(super) use source::{Row, Take, Virtual};

use super::tree::IndexId;
use super::value::Kind;
use crate::bib::{Format, Tag};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

static BUILT_IN: LazyLock<Arc<IndexMap>> =
    LazyLock::new(|| Arc::new(IndexMap::parse(include_str!("../../../data/index_map.toml")).unwrap_or_default()));

/// The index map.
#[derive(Debug, Default)]
pub struct IndexMap {
    indexes: Vec<Index>,
    sets: Vec<ContextSet>,
    default: IndexId,
    by_name: HashMap<String, IndexId>,
    bib1: HashMap<u32, IndexId>,
    dan1: HashMap<u32, IndexId>,
    /// Full CQL names (`dc.title`), in small letters.
    cql: HashMap<String, Reading>,
    /// CCL codes in small letters.
    ccl: HashMap<String, Reading>,
    rows: [HashMap<Tag, Vec<Row>>; 3],
    virtual_rows: Vec<(Virtual, Row)>,
    fingerprint: u64,
}

/// One index.
#[derive(Debug, Clone)]
pub struct Index {
    /// Its place in the map.
    pub id: IndexId,
    /// Its name in the map (`title`).
    pub name: String,
    /// What people call it, by language (`en`, `da`).
    pub titles: Vec<(&'static str, String)>,
    /// What its values are.
    pub kind: Kind,
    /// Bib-1 use attributes that mean it, the first one first.
    pub bib1: Vec<u32>,
    /// Dan-1 use attributes that mean it.
    pub dan1: Vec<u32>,
    /// CQL names with their set (`dc.title`), the first one first.
    pub cql: Vec<String>,
    /// CCL codes that search words (`ti`).
    pub word_codes: Vec<String>,
    /// CCL codes that search headings from their start (`lti`).
    pub phrase_codes: Vec<String>,
    /// Indexes that it brings together.
    pub collects: Vec<IndexId>,
    /// It is an index of its own. A group is not: a search in it is one in any index it collects.
    pub stored: bool,
    /// It has headings: whole fields that can be matched and browsed.
    pub headings: bool,
    /// It can be browsed.
    pub scan: bool,
    /// Results can be sorted by it.
    pub sort: Sort,
    /// Results can be counted by its values.
    pub facet: bool,
    /// What a volume takes from the records above it.
    pub above: Above,
    /// Heads and sections are found by it too; by others only the records that are hits of their own.
    pub every_level: bool,
    /// Only the first source that gives a value counts.
    pub first_only: bool,
}

/// How an index serves for sorting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Not at all.
    No,
    /// By the record's first value, else by that of the nearest record above.
    Nearest,
    /// By the values of all records from the head down: titles of works in volumes.
    FromTop,
}

/// What a volume takes from the records above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Above {
    /// All of it, beside its own.
    Always,
    /// What it does not say itself.
    Missing,
    /// Nothing.
    Never,
}

/// A CQL context set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextSet {
    /// Short name (`dc`).
    pub name: String,
    /// Its identifiers, the present one first.
    pub uris: Vec<String>,
    /// What people call it.
    pub title: String,
    /// Its names search headings from their start.
    pub from_start: bool,
}

/// How a name is to be read: which index, and which of its lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The index.
    pub index: IndexId,
    /// Headings from their start (a phrase code, `dkcclphrase`), instead of words anywhere.
    pub from_start: bool,
}

/// Why a CQL name means no index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSuchName {
    /// No such context set.
    #[error("unknown context set")]
    Set,
    /// The set has no such index.
    #[error("unknown index")]
    Index,
}

impl IndexMap {
    /// The map that is built in.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

    /// Reads a map. Every problem is told with its line.
    pub fn parse(text: &str) -> Result<Self, Vec<MapProblem>> {
        read::map(text)
    }

    /// Every index, in the map's order.
    pub fn indexes(&self) -> impl Iterator<Item = &Index> {
        self.indexes.iter()
    }

    /// An index; `None` where the number is of another map.
    pub fn index(&self, id: IndexId) -> Option<&Index> {
        self.indexes.get(usize::from(id.0))
    }

    /// An index by its name in the map.
    pub fn named(&self, name: &str) -> Option<IndexId> {
        self.by_name.get(name).copied()
    }

    /// The index that is searched where none is named.
    pub fn default_index(&self) -> IndexId {
        self.default
    }

    /// The index of a Bib-1 use attribute.
    pub fn bib1(&self, value: u32) -> Option<IndexId> {
        self.bib1.get(&value).copied()
    }

    /// The index of a Dan-1 use attribute.
    pub fn dan1(&self, value: u32) -> Option<IndexId> {
        self.dan1.get(&value).copied()
    }

    /// The CQL context sets that are known.
    pub fn context_sets(&self) -> &[ContextSet] {
        &self.sets
    }

    /// The short name of the context set with this identifier.
    pub fn context_set_of(&self, uri: &str) -> Option<&str> {
        let set = self.sets.iter().find(|set| set.uris.iter().any(|known| known == uri))?;
        Some(&set.name)
    }

    /// The index of a CQL name, in any letter case: its set, `None` where it has no prefix, and its name in the set. Without
    /// a set, `cql` is tried first, then `dc`, then the map's own names.
    pub fn cql(&self, set: Option<&str>, name: &str) -> Result<Reading, NoSuchName> {
        let name = name.to_lowercase();
        let of = |set: &str| self.cql.get(&format!("{set}.{name}")).copied();
        let Some(set) = set.map(str::to_lowercase) else {
            let own = || self.named(&name).map(|index| Reading { index, from_start: false });
            return of("cql").or_else(|| of("dc")).or_else(own).ok_or(NoSuchName::Index);
        };
        if !self.sets.iter().any(|known| known.name == set) {
            return Err(NoSuchName::Set);
        }
        of(&set).ok_or(NoSuchName::Index)
    }

    /// The index of a CCL code, in any letter case.
    pub fn ccl(&self, code: &str) -> Option<Reading> {
        self.ccl.get(&code.to_lowercase()).copied()
    }

    /// Changes whenever what is indexed may change: an index that was filled under another one must be built again.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// The rows that a field of this tag feeds.
    pub(super) fn rows(&self, format: Format, tag: Tag) -> &[Row] {
        let rows = match format {
            Format::Marc21 => self.rows.first(),
            Format::Danmarc2 => self.rows.get(1),
            Format::Unimarc => self.rows.get(2),
        };
        rows.and_then(|rows| rows.get(&tag)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The rows fed by what is not in a field.
    pub(super) fn virtual_rows(&self) -> &[(Virtual, Row)] {
        &self.virtual_rows
    }
}

impl Index {
    /// What people call it in a language, else in English.
    pub fn title(&self, language: &str) -> &str {
        let in_language = |wanted: &str| self.titles.iter().find(|(known, _)| *known == wanted);
        in_language(language)
            .or_else(|| self.titles.first())
            .map_or(&self.name, |(_, title)| title)
    }

    /// Whether it is text, with words and phrases.
    pub fn is_text(&self) -> bool {
        self.kind == Kind::Text
    }
}
