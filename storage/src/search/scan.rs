//! Browse lists: a walk along a dictionary that is ordered as the alphabet is, over all segments at once.

use super::count::Counter;
use super::error::Error;
use super::facets::commonest;
use super::schema::{BrowseList, Fields, unlisted};
use super::snapshot::Snapshot;
use skranke_core::ports::search::{Databases, NotOffered, Scan, ScannedTerm, SearchError, TermList};
use skranke_core::query::{Index, fold};
use std::collections::BTreeMap;
use std::sync::Arc;
use tantivy::InvertedIndexReader;
use tantivy::termdict::TermStreamer;

/// Terms of a list looked at for one answer at most: in a small database most terms of a large index have no record.
const MOST_LOOKED_AT: usize = 200_000;

/// The first bytes that a word may have.
const FIRST_WORD: &[u8] = &[3];

/// A piece of a browse list.
pub(crate) fn scan(snapshot: &Snapshot, fields: &Fields, request: &Scan) -> Result<TermList, SearchError> {
    let list = fields.browse(request.index, request.list).zip(fields.map.index(request.index));
    let Some((list, index)) = list else {
        return Err(SearchError::NotOffered(NotOffered::Scan, request.index));
    };
    let within = match &request.databases {
        Databases::All => None,
        Databases::Of(_) => Some(super::matching::of_databases(snapshot, fields, &request.databases)?),
    };
    let walk = Walk {
        snapshot,
        index,
        list,
        request,
        counter: Counter::new(snapshot, within),
    };
    walk.answer()
}

struct Walk<'s> {
    snapshot: &'s Snapshot,
    index: &'s Index,
    list: BrowseList,
    request: &'s Scan,
    counter: Counter<'s>,
}

impl Walk<'_> {
    fn answer(&self) -> Result<TermList, SearchError> {
        let start = self.start();
        let count = usize::try_from(self.request.count).unwrap_or(usize::MAX);
        let position = usize::try_from(self.request.position).unwrap_or(usize::MAX);
        let stride = usize::try_from(self.request.step).unwrap_or(usize::MAX).saturating_add(1);
        // Offsets, in strides, from the start term: negative ones stand before it.
        let before = position.saturating_sub(1).min(count);
        let skipped = usize::from(position == 0);
        let after = count - before;

        let mut preceding = self.take(&start, Direction::Backward, before, stride, stride)?;
        preceding.terms.reverse();
        // The start term itself is the first; where the answer begins after it, it is looked at and left out.
        let first = if skipped == 1 { stride + 1 } else { 1 };
        let following = self.take(&start, Direction::Forward, after, first, stride)?;
        let at_position = following.seen > 0;
        let position = match (at_position, self.request.position) {
            (false, _) => None,
            (true, 0) => Some(0),
            (true, _) => u32::try_from(preceding.terms.len() + 1).ok(),
        };
        let at_start = match self.request.position {
            0 => false,
            _ => preceding.exhausted,
        };
        let mut terms = preceding.terms;
        terms.extend(following.terms);
        Ok(TermList {
            at_start: !terms.is_empty() && at_start,
            at_end: !terms.is_empty() && following.exhausted,
            terms,
            position,
        })
    }

    /// Where the start term would stand.
    fn start(&self) -> Vec<u8> {
        let start = &self.request.start;
        match self.index.is_text() {
            true => fold::filing(start, true),
            false => self.index.kind.value(start).unwrap_or_else(|| self.index.kind.piece(start)),
        }
        .into_bytes()
    }

    /// What a search for a term looks for.
    fn term(&self, shown: &str) -> String {
        match self.index.is_text() {
            true => fold::words(shown),
            false => self.index.kind.value(shown).unwrap_or_default(),
        }
    }

    /// Takes the `first`th term (counted from 1) from a place on, then every `stride`th, at most `count`.
    fn take(&self, from: &[u8], direction: Direction, count: usize, first: usize, stride: usize) -> Result<Taken, SearchError> {
        let mut readers = Vec::new();
        for segment in &self.snapshot.segments {
            let open = |field| segment.reader.inverted_index(field).map_err(Error::from);
            readers.push((open(self.list.listed)?, Written::AsListed));
            if self.list.apart.is_some() {
                readers.push((open(self.list.counted)?, Written::AsFolded));
            }
        }
        let mut cursor = Cursor::open(&readers, from, direction)?;
        let mut taken = Taken::default();
        let mut wanted = first;
        let mut looked = 0;
        loop {
            if self.request.cancel.is_cancelled() {
                return Err(SearchError::Cancelled);
            }
            let Some(group) = cursor.next_group() else {
                taken.exhausted = true;
                return Ok(taken);
            };
            looked += group.len();
            if looked > MOST_LOOKED_AT {
                return Err(SearchError::Resources);
            }
            for term in self.terms(group, direction)? {
                taken.seen += 1;
                if taken.terms.len() == count {
                    // One more than wanted, to know whether the list goes on.
                    return Ok(taken);
                }
                if taken.seen == wanted {
                    wanted += stride;
                    taken.terms.push(term);
                }
            }
        }
    }

    /// The terms of one place in the order, those without a record left out.
    fn terms(&self, group: Vec<Form>, direction: Direction) -> Result<Vec<ScannedTerm>, SearchError> {
        let mut forms: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        for form in group {
            let (term, documents) = match (form.written, self.list.apart) {
                (Written::AsFolded, Some(apart)) => {
                    let otherwise = self.counter.count(apart, form.shown.as_bytes())?;
                    // Where all records write it otherwise, it stands elsewhere in the list.
                    if otherwise > 0 && otherwise == self.counter.count(self.list.counted, form.shown.as_bytes())? {
                        continue;
                    }
                    (form.shown.clone(), form.documents)
                }
                _ => (self.term(&form.shown), form.documents),
            };
            let known = forms.entry(term).or_default();
            match known.iter_mut().find(|(_, shown)| *shown == form.shown) {
                Some((count, _)) => *count += documents,
                None => known.push((documents, form.shown)),
            }
        }
        let mut terms = Vec::with_capacity(forms.len());
        for (term, forms) in forms {
            let records = self.counter.count(self.list.counted, term.as_bytes())?;
            if records > 0 {
                terms.push(ScannedTerm {
                    term,
                    shown: commonest(forms),
                    records,
                });
            }
        }
        if direction == Direction::Backward {
            terms.reverse();
        }
        Ok(terms)
    }
}

/// How a dictionary has its terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    /// What orders them, then how they are shown.
    AsListed,
    /// Folded, which is how they file.
    AsFolded,
}

/// One form of a term.
#[derive(Debug)]
struct Form {
    shown: String,
    written: Written,
    /// Documents of a segment that have it, deleted ones included.
    documents: u64,
}

#[derive(Debug, Default)]
struct Taken {
    terms: Vec<ScannedTerm>,
    /// Terms passed, those left out included.
    seen: usize,
    /// The list ended.
    exhausted: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Forward,
    Backward,
}

/// A place in the dictionaries of all segments.
struct Cursor<'r> {
    /// Dictionaries that are not at their end.
    heads: Vec<(TermStreamer<'r>, Written)>,
    direction: Direction,
}

impl<'r> Cursor<'r> {
    fn open(readers: &'r [(Arc<InvertedIndexReader>, Written)], from: &[u8], direction: Direction) -> Result<Self, Error> {
        let mut heads = Vec::with_capacity(readers.len());
        for (reader, written) in readers {
            // The marks of field starts are no words.
            let range = reader.terms().range().ge(FIRST_WORD);
            let mut stream = match direction {
                Direction::Forward => range.ge(from.max(FIRST_WORD)).into_stream()?,
                Direction::Backward => range.lt(from).backward().into_stream()?,
            };
            if stream.advance() {
                heads.push((stream, *written));
            }
        }
        Ok(Self { heads, direction })
    }

    /// The forms that stand at the next place in the order.
    fn next_group(&mut self) -> Option<Vec<Form>> {
        let keys = self.heads.iter().map(|(head, _)| unlisted(head.key()).0);
        let key = match self.direction {
            Direction::Forward => keys.min(),
            Direction::Backward => keys.max(),
        };
        let key = key?.to_vec();
        let mut group = Vec::new();
        self.heads.retain_mut(|(head, written)| {
            loop {
                let (place, shown) = unlisted(head.key());
                if place != key {
                    return true;
                }
                group.push(Form {
                    shown: shown.into_owned(),
                    written: *written,
                    documents: u64::from(head.value().doc_freq),
                });
                if !head.advance() {
                    return false;
                }
            }
        });
        Some(group)
    }
}
