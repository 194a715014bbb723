//! What one search may cost.

use super::matching::shown;
use skranke_core::ports::search::SearchError;
use skranke_core::query::{Piece, WordPattern};
use std::time::Duration;

/// What one search may cost. A search that wants more is refused, or ends, with the error that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchLimits {
    /// Words that one truncated or masked word may stand for, in each part of the index.
    pub words: usize,
    /// Letters and digits that must be given in a word that begins with a mask: the whole dictionary is looked through for it.
    pub given: usize,
    /// How long a search may run.
    pub time: Duration,
}

impl Default for SearchLimits {
    fn default() -> Self {
        Self {
            words: 50_000,
            given: 2,
            time: Duration::from_secs(20),
        }
    }
}

impl SearchLimits {
    /// Refuses a word that leaves too little to look for. A word that is only a run stands for any field at all and costs nothing.
    pub(super) fn check(&self, word: &WordPattern) -> Result<(), SearchError> {
        let begins_with_mask = matches!(word.pieces(), [Piece::AnyRun | Piece::AnyOne, ..]);
        let anything = matches!(word.pieces(), [Piece::AnyRun]);
        if begins_with_mask && !anything && word.given() < self.given {
            return Err(SearchError::TruncatedTooShort {
                term: shown(word),
                least: self.given,
            });
        }
        Ok(())
    }
}
