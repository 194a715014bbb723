//! Result sets that are kept: under a name for whoever asked for one, and under their question, so that the pages of a harvest
//! are cut from one set however many there are.

use skranke_core::ports::search::{Databases, ResultSet, SortKey};
use skranke_core::query::Query;
use skranke_core::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) databases: Databases,
    pub(super) query: Query,
    pub(super) sort: Vec<SortKey>,
}

/// Under what a set is kept.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Named(String),
    Asked(Question),
}

#[derive(Debug)]
struct Entry {
    set: ResultSet,
    /// The change feed when it was made.
    applied: i64,
    until: Timestamp,
    /// For throwing out what was wanted longest ago.
    used: u64,
}

/// How long pages of one question are cut from one set, seconds.
const QUESTION_TTL: i64 = 300;
/// Sets beyond this number go, whatever their size.
const MOST: usize = 1000;

#[derive(Debug, Default)]
struct Inside {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    clock: u64,
}

/// Result sets within bounds of memory and time.
#[derive(Debug)]
pub(super) struct Kept {
    inside: Mutex<Inside>,
    limit: usize,
}

impl Kept {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            inside: Mutex::default(),
            limit,
        }
    }

    /// The set of a name, if it is still there.
    pub(super) fn named(&self, name: &str, at: Timestamp) -> Option<ResultSet> {
        self.get(&Key::Named(name.to_owned()), at, None)
    }

    /// The set of a question: as of the change feed's row `applied`, or, for a further page, of whenever the first was made.
    pub(super) fn asked(&self, question: &Question, further: bool, applied: i64, at: Timestamp) -> Option<ResultSet> {
        self.get(&Key::Asked(question.clone()), at, (!further).then_some(applied))
    }

    fn get(&self, key: &Key, at: Timestamp, applied: Option<i64>) -> Option<ResultSet> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.clock += 1;
        let clock = inside.clock;
        let entry = inside.entries.get_mut(key)?;
        if entry.until < at || applied.is_some_and(|applied| applied != entry.applied) {
            return None;
        }
        entry.used = clock;
        Some(entry.set.clone())
    }

    /// Keeps a set under a name.
    pub(super) fn keep_named(&self, name: String, set: ResultSet, ttl: u64, at: Timestamp) {
        self.put(Key::Named(name), set, 0, i64::try_from(ttl).unwrap_or(i64::MAX), at);
    }

    /// Keeps a set under its question.
    pub(super) fn keep_asked(&self, question: Question, set: ResultSet, applied: i64, at: Timestamp) {
        self.put(Key::Asked(question), set, applied, QUESTION_TTL, at);
    }

    fn put(&self, key: Key, set: ResultSet, applied: i64, ttl: i64, at: Timestamp) {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let until = Timestamp::from_second(at.as_second().saturating_add(ttl)).unwrap_or(at);
        inside.clock += 1;
        inside.bytes += set.bytes();
        let entry = Entry {
            set,
            applied,
            until,
            used: inside.clock,
        };
        if let Some(old) = inside.entries.insert(key, entry) {
            inside.bytes = inside.bytes.saturating_sub(old.set.bytes());
        }
        while inside.bytes > self.limit || inside.entries.len() > MOST {
            let oldest = inside
                .entries
                .iter()
                .min_by_key(|(_, entry)| entry.used)
                .map(|(key, _)| key.clone());
            let Some(gone) = oldest.and_then(|key| inside.entries.remove(&key)) else {
                break;
            };
            inside.bytes = inside.bytes.saturating_sub(gone.set.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skranke_core::ids::BibId;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn set(count: i64) -> ResultSet {
        ResultSet::of(&(0..count).map(BibId).collect::<Vec<_>>())
    }

    #[test]
    fn names_end_with_their_time() {
        let kept = Kept::new(1 << 20);
        kept.keep_named("a".into(), set(3), 10, at(0));
        assert_eq!(kept.named("a", at(10)).map(|set| set.len()), Some(3));
        assert!(kept.named("a", at(11)).is_none());
        assert!(kept.named("b", at(0)).is_none());
    }

    #[test]
    fn a_further_page_is_cut_from_the_first_ones_set() {
        let question = Question {
            databases: Databases::All,
            query: Query::All,
            sort: Vec::new(),
        };
        let kept = Kept::new(1 << 20);
        kept.keep_asked(question.clone(), set(3), 7, at(0));
        assert!(kept.asked(&question, false, 7, at(1)).is_some());
        assert!(kept.asked(&question, false, 8, at(1)).is_none());
        assert!(kept.asked(&question, true, 8, at(1)).is_some());
    }

    #[test]
    fn what_was_wanted_longest_ago_makes_room() {
        let kept = Kept::new(100);
        kept.keep_named("a".into(), set(10), 10, at(0));
        kept.keep_named("b".into(), set(10), 10, at(0));
        assert!(kept.named("a", at(0)).is_some());
        kept.keep_named("c".into(), set(10), 10, at(0));
        assert!(kept.named("a", at(0)).is_some());
        assert!(kept.named("b", at(0)).is_none());
    }
}
