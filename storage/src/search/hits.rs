//! Hits of a search, kept as documents of a snapshot and named when asked.

use super::docs::Docs;
use super::snapshot::Snapshot;
use skranke_core::ids::BibId;
use skranke_core::ports::search::{Hits, ResultSet};
use std::any::Any;
use std::cmp::Ordering;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tantivy::DocId;

/// Sets up to this size are named at once, so that they hold no files.
const FEW: u64 = 64;

/// Hits, in the documents of one snapshot.
pub(crate) struct Found {
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) order: Order,
    len: u64,
    /// Where the last window ended: the next one mostly begins there.
    last: Mutex<Option<(u64, Vec<u32>)>>,
}

/// How hits are kept.
pub(crate) enum Order {
    /// By agency and control number: the documents of each segment stand so already.
    Filed(Vec<Docs>),
    /// As sorted: segment and document.
    Sorted(Vec<(u16, DocId)>),
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Found({})", self.len)
    }
}

/// The result set of these documents, in the order of agency and control number.
pub(crate) fn filed(snapshot: &Arc<Snapshot>, docs: Vec<Docs>) -> ResultSet {
    let sealed = docs
        .into_iter()
        .zip(&snapshot.segments)
        .map(|(docs, segment)| docs.seal(segment.max_doc()));
    let docs: Vec<Docs> = sealed.collect();
    let len = docs.iter().map(|docs| u64::from(docs.len())).sum();
    result(snapshot, Order::Filed(docs), len)
}

/// The result set of these documents, as sorted.
pub(crate) fn sorted(snapshot: &Arc<Snapshot>, docs: Vec<(u16, DocId)>) -> ResultSet {
    let len = docs.len() as u64;
    result(snapshot, Order::Sorted(docs), len)
}

fn result(snapshot: &Arc<Snapshot>, order: Order, len: u64) -> ResultSet {
    let found = Found {
        snapshot: Arc::clone(snapshot),
        order,
        len,
        last: Mutex::new(None),
    };
    if len <= FEW {
        ResultSet::of(&found.window(0, FEW as usize))
    } else {
        ResultSet::new(found)
    }
}

impl Hits for Found {
    fn len(&self) -> u64 {
        self.len
    }

    fn window(&self, start: u64, count: usize) -> Vec<BibId> {
        if start >= self.len {
            return Vec::new();
        }
        let count = count.min(usize::try_from(self.len - start).unwrap_or(usize::MAX));
        match &self.order {
            Order::Sorted(docs) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let docs = docs.iter().skip(start).take(count);
                docs.filter_map(|&(segment, doc)| self.snapshot.bib(usize::from(segment), doc))
                    .collect()
            }
            Order::Filed(docs) => self.filed_window(docs, start, count),
        }
    }

    fn bytes(&self) -> usize {
        match &self.order {
            Order::Filed(docs) => docs.iter().map(Docs::bytes).sum(),
            Order::Sorted(docs) => size_of_val(docs.as_slice()),
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Found {
    /// Segments whose hits lie apart would need no merging; mostly there is one large segment and a few small ones.
    fn filed_window(&self, docs: &[Docs], start: u64, count: usize) -> Vec<BibId> {
        let remembered = {
            let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            last.as_ref().filter(|(at, _)| *at == start).map(|(_, places)| places.clone())
        };
        let mut places = remembered.unwrap_or_else(|| split(&self.snapshot, docs, start));
        let mut bibs = Vec::with_capacity(count);
        let mut heads: Vec<Option<DocId>> = docs.iter().zip(&places).map(|(docs, &place)| docs.nth(place)).collect();
        while bibs.len() < count {
            let candidates = heads
                .iter()
                .enumerate()
                .filter_map(|(segment, head)| head.map(|doc| (segment, doc)));
            let Some((segment, doc)) = candidates.min_by(|a, b| self.snapshot.compare(*a, *b)) else {
                break;
            };
            bibs.extend(self.snapshot.bib(segment, doc));
            if let (Some(place), Some(docs), Some(head)) = (places.get_mut(segment), docs.get(segment), heads.get_mut(segment)) {
                *place += 1;
                *head = docs.nth(*place);
            }
        }
        let end = start + bibs.len() as u64;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((end, places));
        bibs
    }
}

/// How many of each segment's hits are among the first `start` of all: by halving, without merging what comes before.
fn split(snapshot: &Snapshot, docs: &[Docs], start: u64) -> Vec<u32> {
    let mut low: Vec<u32> = vec![0; docs.len()];
    let mut high: Vec<u32> = docs.iter().map(Docs::len).collect();
    loop {
        let widths = low.iter().zip(&high).map(|(low, high)| high - low).enumerate();
        let Some((pivot_segment, width)) = widths.max_by_key(|(_, width)| *width).filter(|(_, width)| *width > 0) else {
            return low;
        };
        let middle = low.get(pivot_segment).copied().unwrap_or(0) + width / 2;
        let Some(pivot) = docs.get(pivot_segment).and_then(|docs| docs.nth(middle)) else {
            return low;
        };
        let pivot = (pivot_segment, pivot);
        let before: Vec<u32> = docs
            .iter()
            .enumerate()
            .zip(low.iter().zip(&high))
            .map(|((segment, docs), (&low, &high))| match segment == pivot_segment {
                true => middle,
                false => first_not_before(low, high, |place| {
                    docs.nth(place)
                        .is_some_and(|doc| snapshot.compare((segment, doc), pivot) == Ordering::Less)
                }),
            })
            .collect();
        let rank: u64 = before.iter().map(|&place| u64::from(place)).sum();
        if rank > start {
            high = before;
        } else {
            low = before;
            if rank == start {
                return low;
            }
            // The pivot itself is among the first, too.
            if let Some(place) = low.get_mut(pivot_segment) {
                *place += 1;
            }
        }
    }
}

/// The first place from `low` to `high` for which it does not hold; it holds for all before.
fn first_not_before(mut low: u32, mut high: u32, before: impl Fn(u32) -> bool) -> u32 {
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}
