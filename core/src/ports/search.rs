//! What the desk asks of the search index.
//!
//! The index is derived data: it follows the change feed and lags behind it by no more than a second. Results name
//! records; what a record says, and whether a copy is in, always comes from the store.
//!
//! Calls are asynchronous so that an implementation may answer what is cheap at once and hand what is dear to a thread.

use super::Fault;
use crate::agency::AgencyId;
use crate::ids::BibId;
use crate::query::{IndexId, Query};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Which databases are searched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Databases {
    /// Everything (`Default`).
    All,
    /// The union of these agencies' databases, ascending. An agency's database holds its own records, and those of others of
    /// which it has a copy.
    Of(Vec<AgencyId>),
}

/// Stops a search under way, from any thread. Clones stop the same search.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A search that nobody stops.
    pub fn never() -> Self {
        Self::default()
    }

    /// Stops it; it ends soon with [`SearchError::Cancelled`].
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether it is stopped.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// A search.
#[derive(Debug, Clone)]
pub struct Find {
    /// Where.
    pub databases: Databases,
    /// For what.
    pub query: Query,
    /// In which order; none is agency and control number. Ties go by these too.
    pub sort: Vec<SortKey>,
    /// The named result sets that the query refers to.
    pub sets: BTreeMap<String, ResultSet>,
    /// To stop it.
    pub cancel: Cancel,
}

/// One key of a sort: the first heading of a text index by its filing form, the first value of another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SortKey {
    /// A sortable index.
    pub index: IndexId,
    /// From the last to the first.
    pub descending: bool,
    /// Where records without a value go.
    pub missing: Missing,
}

/// What becomes of records without a value in a sort key, whichever the direction.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub enum Missing {
    /// After all others.
    #[default]
    Last,
    /// Before all others.
    First,
    /// Left out of the result.
    Omit,
    /// The sort fails with [`SearchError::MissingValue`].
    Fail,
    /// As if they had this value.
    Value(String),
}

/// Hits in their order. It names records, so it stays valid while the index moves on.
#[derive(Clone)]
pub struct ResultSet(Arc<dyn Hits>);

/// The hits of a result set, however an implementation keeps them.
pub trait Hits: fmt::Debug + Send + Sync + 'static {
    /// How many.
    fn len(&self) -> u64;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// At most `count` records from place `start` on, counted from 0. As fast at the end as at the start.
    fn window(&self, start: u64, count: usize) -> Vec<BibId>;

    /// Memory it takes, bytes.
    fn bytes(&self) -> usize;

    /// For an implementation to find its own kind again.
    fn as_any(&self) -> &dyn Any;
}

impl ResultSet {
    /// A result set of hits that an implementation keeps its own way.
    pub fn new(hits: impl Hits) -> Self {
        Self(Arc::new(hits))
    }

    /// A result set of records in this order, each once: four bytes a hit where the numbers allow.
    pub fn of(ids: &[BibId]) -> Self {
        let narrow: Result<Box<[u32]>, _> = ids.iter().map(|id| u32::try_from(id.0)).collect();
        match narrow {
            Ok(narrow) => Self::new(Listed::Narrow(narrow)),
            Err(_) => Self::new(Listed::Wide(ids.into())),
        }
    }

    /// How many hits.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// At most `count` hits from place `start` on, counted from 0.
    pub fn window(&self, start: u64, count: usize) -> Vec<BibId> {
        self.0.window(start, count)
    }

    /// Memory it takes, bytes.
    pub fn bytes(&self) -> usize {
        self.0.bytes()
    }

    /// The hits as their implementation keeps them.
    pub fn hits(&self) -> &dyn Hits {
        &*self.0
    }
}

impl fmt::Debug for ResultSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResultSet({})", self.len())
    }
}

/// Hits as a list.
#[derive(Debug)]
enum Listed {
    Narrow(Box<[u32]>),
    Wide(Box<[BibId]>),
}

impl Hits for Listed {
    fn len(&self) -> u64 {
        match self {
            Self::Narrow(ids) => ids.len() as u64,
            Self::Wide(ids) => ids.len() as u64,
        }
    }

    fn window(&self, start: u64, count: usize) -> Vec<BibId> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        match self {
            Self::Narrow(ids) => ids.iter().skip(start).take(count).map(|&id| BibId(i64::from(id))).collect(),
            Self::Wide(ids) => ids.iter().skip(start).take(count).copied().collect(),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Narrow(ids) => size_of_val(&**ids),
            Self::Wide(ids) => size_of_val(&**ids),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A request for a piece of a browse list.
#[derive(Debug, Clone)]
pub struct Scan {
    /// Where terms are counted. Terms without a record there are left out.
    pub databases: Databases,
    /// Which index.
    pub index: IndexId,
    /// Which of its lists.
    pub list: List,
    /// Where to start, as written: at this term, or where it would stand. Empty is the beginning.
    pub start: String,
    /// At which place of the answer the start term, or the next after it, is wanted: 1 is the first, 0 lets the answer begin
    /// just after it, `count` + 1 lets it end just before.
    pub position: u32,
    /// How many terms.
    pub count: u32,
    /// Terms left out between two in the answer.
    pub step: u32,
    /// To stop it.
    pub cancel: Cancel,
}

/// The lists of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum List {
    /// Single words.
    Words,
    /// Whole headings; values, in an index that is not text.
    Headings,
}

/// A piece of a browse list, in filing order (Danish: æ ø å last).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TermList {
    /// The terms.
    pub terms: Vec<ScannedTerm>,
    /// The place, from 1, of the start term or the next after it. It may be 0, or one after the last, as asked; `None` where the
    /// list ends before it.
    pub position: Option<u32>,
    /// The first term is the list's first.
    pub at_start: bool,
    /// The last term is the list's last.
    pub at_end: bool,
}

/// A term of a browse list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScannedTerm {
    /// The folded form. A search for it, a word as a word and a heading as a complete field, finds exactly `records`.
    pub term: String,
    /// As a record writes it.
    pub shown: String,
    /// Number of records.
    pub records: u64,
}

/// A facet that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetWanted {
    /// An index that is a facet.
    pub index: IndexId,
    /// Values to leave out at the front.
    pub start: usize,
    /// Values at most.
    pub limit: usize,
    /// By the folded value instead of by number of records (most first, ties by value).
    pub by_value: bool,
}

/// How a result spreads over the values of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facet {
    /// The index.
    pub index: IndexId,
    /// The values wanted, with the number of hits that have each.
    pub values: Vec<ScannedTerm>,
}

/// Why a search gave no result. Each protocol has a diagnostic for each.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SearchError {
    /// No such result set.
    #[error("there is no result set {0:?}")]
    NoSuchSet(String),
    /// A term without a letter or digit.
    #[error("the term {0:?} holds nothing to search for")]
    EmptyTerm(String),
    /// A term that is no value of its index: letters where a number belongs.
    #[error("{term:?} is no value of this index")]
    BadTerm {
        /// The index.
        index: IndexId,
        /// The term.
        term: String,
    },
    /// Truncation or mask that leaves too little to look for.
    #[error("the truncated word {term:?} is too short: {least} characters must be given")]
    TruncatedTooShort {
        /// The term.
        term: String,
        /// Characters that must be given.
        least: usize,
    },
    /// A truncated or masked word stands for more words than are looked up.
    #[error("the truncated word {term:?} stands for more than {limit} words")]
    TooManyWords {
        /// The term.
        term: String,
        /// How many are looked up.
        limit: usize,
    },
    /// The index has no such list, sort key or facet.
    #[error("the index offers no {0}")]
    NotOffered(NotOffered, IndexId),
    /// Proximity of what has no words: sets, numbers, and-queries, or different indexes.
    #[error("proximity needs words of one index")]
    ProximityOfSets,
    /// A distance or relation that cannot be evaluated for its unit.
    #[error("this proximity distance is not supported")]
    ProximityDistance,
    /// A record has no value in a sort key that demands one.
    #[error("a record has no value to sort by")]
    MissingValue,
    /// Stopped.
    #[error("the search was stopped")]
    Cancelled,
    /// More than may be held in memory.
    #[error("the search needs more than it may have")]
    Resources,
    /// The index is being built for the first time.
    #[error("the index is not ready")]
    NotReady,
    /// We failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What an index may not offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // each name says it
pub enum NotOffered {
    Search,
    Scan,
    Sort,
    Facet,
}

impl fmt::Display for NotOffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Search => "search",
            Self::Scan => "browse list",
            Self::Sort => "sort key",
            Self::Facet => "facet",
        })
    }
}

/// The search index's port.
pub trait Search: Clone + Send + Sync + 'static {
    /// Searches.
    fn find(&self, request: Find) -> impl Future<Output = Result<ResultSet, SearchError>> + Send;

    /// The hits of these sets, each once, in another order. Ties go by agency and control number.
    fn sort(&self, sets: Vec<ResultSet>, keys: Vec<SortKey>, cancel: Cancel)
    -> impl Future<Output = Result<ResultSet, SearchError>> + Send;

    /// A piece of a browse list.
    fn scan(&self, request: Scan) -> impl Future<Output = Result<TermList, SearchError>> + Send;

    /// How a result spreads over the values of indexes, in the order asked.
    fn facets(
        &self,
        set: ResultSet,
        facets: Vec<FacetWanted>,
        cancel: Cancel,
    ) -> impl Future<Output = Result<Vec<Facet>, SearchError>> + Send;

    /// How many records a database has that are hits of their own.
    fn size(&self, databases: Databases) -> impl Future<Output = Result<u64, SearchError>> + Send;

    /// The last row of the change feed that searches see.
    fn applied(&self) -> i64;

    /// Returns when searches see the change feed up to this row: for whoever must find what he has just written.
    fn caught_up(&self, sequence: i64) -> impl Future<Output = Result<(), Fault>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_of_either_width() {
        for offset in [0, 1_i64 << 40] {
            let ids: Vec<BibId> = (1..=10).map(|id| BibId(id + offset)).collect();
            let set = ResultSet::of(&ids);
            assert_eq!(set.len(), 10);
            assert_eq!(set.window(8, 5), ids[8..]);
            assert_eq!(set.window(u64::MAX, 5), []);
            assert_eq!(set.bytes(), if offset == 0 { 40 } else { 80 });
        }
    }

    #[test]
    fn clones_of_a_stop_are_one() {
        let cancel = Cancel::never();
        cancel.clone().cancel();
        assert!(cancel.is_cancelled());
    }
}
