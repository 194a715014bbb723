//! What the interpreter asks of the index map.

use crate::query::{IndexId, IndexMap, NoSuchName, Sort};

/// Names of indexes and context sets.
pub trait Vocabulary {
    /// The index of a name in a set, in any letter case; without a set, wherever the server looks first.
    fn index(&self, set: Option<&str>, name: &str) -> Result<Meaning, NoSuch>;

    /// The set with this identifier.
    fn set_of(&self, uri: &str) -> Option<&str>;

    /// The index that is searched where a query names none.
    fn default_index(&self) -> Option<Meaning>;
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The index.
    pub index: IndexId,
    /// Its values are text, taken apart into words.
    pub text: bool,
    /// The name means headings from their start instead of words anywhere.
    pub from_start: bool,
    /// It can be browsed.
    pub scannable: bool,
    /// Results can be sorted by it.
    pub sortable: bool,
}

/// Why a name stands for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSuch {
    /// The set is not known.
    Set,
    /// The set has no such index.
    Index,
}

impl Vocabulary for IndexMap {
    fn index(&self, set: Option<&str>, name: &str) -> Result<Meaning, NoSuch> {
        let reading = self.cql(set, name).map_err(|no_such| match no_such {
            NoSuchName::Set => NoSuch::Set,
            NoSuchName::Index => NoSuch::Index,
        })?;
        self.meaning(reading.index, reading.from_start).ok_or(NoSuch::Index)
    }

    fn set_of(&self, uri: &str) -> Option<&str> {
        self.context_set_of(uri)
    }

    fn default_index(&self) -> Option<Meaning> {
        self.meaning(self.default_index(), false)
    }
}

impl IndexMap {
    fn meaning(&self, index: IndexId, from_start: bool) -> Option<Meaning> {
        self.index(index).map(|found| Meaning {
            index,
            text: found.is_text(),
            from_start,
            scannable: found.scan,
            sortable: found.sort != Sort::No,
        })
    }
}
