//! The result sets of a session: named, counted, and the one used longest ago given up first (digest 4).

use super::Settings;
use crate::message::Diagnostic;
use crate::message::explain::ExplainRecord;
use skranke_core::ports::search::ResultSet;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a name stands for.
#[derive(Clone)]
pub(super) enum Hits {
    /// Records of the catalogue.
    Catalogue(ResultSet),
    /// Records that describe the server.
    Explain(Vec<ExplainRecord>),
}

/// A result set.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) hits: Hits,
    /// The database as it was asked for, where it was one.
    pub(super) database: Option<String>,
    /// Its turn when it was used last.
    used: u64,
}

/// The result sets of a session.
#[derive(Default)]
pub(super) struct ResultSets {
    sets: BTreeMap<String, Named>,
    /// Names of sets that were given up: whoever asks is told so.
    given_up: BTreeSet<String>,
    turn: u64,
}

impl fmt::Debug for ResultSets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.sets.keys()).finish()
    }
}

impl Hits {
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::Catalogue(set) => set.len(),
            Self::Explain(records) => records.len() as u64,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Catalogue(set) => set.bytes(),
            Self::Explain(records) => records.len() * 1024,
        }
    }
}

impl ResultSets {
    pub(super) fn contains(&self, name: &str) -> bool {
        self.sets.contains_key(name)
    }

    /// The set of this name, used now.
    pub(super) fn take_up(&mut self, name: &str) -> Result<Named, Diagnostic> {
        self.turn += 1;
        match self.sets.get_mut(name) {
            Some(set) => {
                set.used = self.turn;
                Ok(set.clone())
            }
            None if self.given_up.contains(name) => Err(Diagnostic::new(27, name)),
            None => Err(Diagnostic::new(30, name)),
        }
    }

    /// Keeps a set under this name, in the place of another of that name.
    pub(super) fn keep(&mut self, name: &str, hits: Hits, database: Option<String>, settings: &Settings) {
        self.turn += 1;
        self.given_up.remove(name);
        let used = self.turn;
        self.sets.insert(name.to_owned(), Named { hits, database, used });
        while self.sets.len() > settings.result_sets.max(1) || (self.sets.len() > 1 && self.bytes() > settings.result_set_bytes) {
            let oldest = self.sets.iter().min_by_key(|(_, set)| set.used).map(|(name, _)| name.clone());
            let Some(oldest) = oldest else { break };
            self.sets.remove(&oldest);
            // Bounded as the sets themselves are: a session that makes names without end forgets them.
            if self.given_up.len() > 10 * settings.result_sets {
                self.given_up.clear();
            }
            self.given_up.insert(oldest);
        }
    }

    /// Deletes a set. `None` where there is none; `Some(false)` where it had been given up.
    pub(super) fn delete(&mut self, name: &str) -> Option<bool> {
        if self.sets.remove(name).is_some() {
            return Some(true);
        }
        self.given_up.remove(name).then_some(false)
    }

    /// Deletes all sets.
    pub(super) fn delete_all(&mut self) {
        self.sets.clear();
        self.given_up.clear();
    }

    fn bytes(&self) -> usize {
        self.sets.values().map(|set| set.hits.bytes()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skranke_core::ids::BibId;

    #[test]
    fn the_set_used_longest_ago_is_given_up() {
        let settings = Settings {
            result_sets: 2,
            ..Settings::default()
        };
        let hits = || Hits::Catalogue(ResultSet::of(&[BibId(1)]));
        let mut sets = ResultSets::default();
        sets.keep("a", hits(), None, &settings);
        sets.keep("b", hits(), None, &settings);
        assert!(sets.take_up("a").is_ok());
        sets.keep("c", hits(), None, &settings);
        assert_eq!(sets.take_up("b").err(), Some(Diagnostic::new(27, "b")));
        assert_eq!(sets.take_up("x").err(), Some(Diagnostic::new(30, "x")));
        assert_eq!(
            (sets.delete("a"), sets.delete("b"), sets.delete("b")),
            (Some(true), Some(false), None)
        );
    }
}
