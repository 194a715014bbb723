//! Browse lists: a walk along a dictionary that is ordered as the alphabet is, over all segments at once.

use super::count::Counter;
use super::error::Error;
use super::facets::commonest;
use super::listed::{forms_apart, unlisted};
use super::schema::{BrowseList, Fields};
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
        let start = self.start()?;
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
        let at_start = self.request.position > 0 && preceding.ends_with_last(1);
        let at_end = following.ends_with_last(stride);
        let mut terms = preceding.terms;
        terms.extend(following.terms);
        Ok(TermList {
            at_start: !terms.is_empty() && at_start,
            at_end: !terms.is_empty() && at_end,
            terms,
            position,
        })
    }

    /// Where the start term stands, or would. A term of the list is found by its folded form, too, wherever it files: so whoever
    /// pages from term to term loses none. Else `aa` files as å, but as two letters where only that begins something.
    fn start(&self) -> Result<Vec<u8>, SearchError> {
        let start = &self.request.start;
        if !self.index.is_text() {
            let value = self.index.kind.value(start).unwrap_or_else(|| self.index.kind.piece(start));
            return Ok(value.into_bytes());
        }
        let folded = fold::words(start);
        if let Some(apart) = self.files_apart(&folded)? {
            return Ok(apart);
        }
        let (as_ring, as_letters) = (fold::filing(start, true), fold::filing(start, false));
        if as_ring == as_letters {
            return Ok(as_ring.into_bytes());
        }
        let among_letters = self.first_with(as_letters.as_bytes())?;
        let is_term = among_letters.as_deref() == Some(folded.as_bytes());
        let as_ring = as_ring.into_bytes();
        if !is_term && (among_letters.is_none() || self.first_with(&as_ring)?.is_some()) {
            return Ok(as_ring);
        }
        Ok(as_letters.into_bytes())
    }

    /// The first place with a term, of those that begin so.
    fn first_with(&self, front: &[u8]) -> Result<Option<Vec<u8>>, SearchError> {
        let readers = self.readers()?;
        let mut cursor = Cursor::open(&readers, front, Direction::Forward)?;
        let mut looked = 0;
        while let Some(group) = cursor.next_group().filter(|group| group.place.starts_with(front)) {
            looked += group.forms.len();
            if looked > MOST_LOOKED_AT {
                return Err(SearchError::Resources);
            }
            let place = group.place.clone();
            if !self.terms(group, Direction::Forward)?.is_empty() {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Where a term files that does so otherwise than it folds: the first place, where records differ.
    fn files_apart(&self, folded: &str) -> Result<Option<Vec<u8>>, SearchError> {
        let Some(apart) = self.list.apart else { return Ok(None) };
        let (from, to) = forms_apart(folded);
        let mut first: Option<Vec<u8>> = None;
        for (at, segment) in self.snapshot.segments.iter().enumerate() {
            let inverted = segment.reader.inverted_index(apart).map_err(Error::from)?;
            let range = inverted.terms().range().ge(&from).lt(&to);
            let mut forms = range.into_stream().map_err(Error::from)?;
            while forms.advance() {
                let place = forms.key().get(from.len()..).unwrap_or_default();
                if first.as_deref().is_some_and(|first| first <= place) {
                    break;
                }
                if self.counter.is_used(at, &inverted, forms.value())? {
                    first = Some(place.to_vec());
                    break;
                }
            }
        }
        Ok(first)
    }

    /// What a search for a form looks for. A heading shows words before those it files by.
    fn term(&self, place: &[u8], form: &Form) -> String {
        if !self.index.is_text() {
            return String::from_utf8_lossy(place).into_owned();
        }
        if form.written == Written::AsFolded {
            return form.shown.clone();
        }
        let mut words = fold::words(&form.shown);
        let filed_by = place.split(|byte| *byte == b' ').count();
        if let Some((at, _)) = words.rmatch_indices(' ').nth(filed_by.saturating_sub(1)) {
            words.drain(..=at);
        }
        words
    }

    /// The dictionaries that the list is walked along.
    fn readers(&self) -> Result<Vec<(Arc<InvertedIndexReader>, Written)>, SearchError> {
        let mut readers = Vec::new();
        for segment in &self.snapshot.segments {
            let open = |field| segment.reader.inverted_index(field).map_err(Error::from);
            readers.push((open(self.list.listed)?, Written::AsListed));
            if self.list.walks_counted {
                readers.push((open(self.list.counted)?, Written::AsFolded));
            }
        }
        Ok(readers)
    }

    /// Takes the `first`th term (counted from 1) from a place on, then every `stride`th, at most `count`.
    fn take(&self, from: &[u8], direction: Direction, count: usize, first: usize, stride: usize) -> Result<Taken, SearchError> {
        let readers = self.readers()?;
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
            looked += group.forms.len();
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
                    taken.last = taken.seen;
                    taken.terms.push(term);
                }
            }
        }
    }

    /// The terms of one place in the order; those without a record, and those that file elsewhere, left out.
    fn terms(&self, group: Group, direction: Direction) -> Result<Vec<ScannedTerm>, SearchError> {
        let mut forms: BTreeMap<String, Vec<(u64, String)>> = BTreeMap::new();
        for form in group.forms {
            let known = forms.entry(self.term(&group.place, &form)).or_default();
            match known.iter_mut().find(|(_, shown)| *shown == form.shown) {
                Some((count, _)) => *count += form.documents,
                None => known.push((form.documents, form.shown)),
            }
        }
        let mut terms = Vec::with_capacity(forms.len());
        for (term, forms) in forms {
            if self.files_apart(&term)?.unwrap_or_else(|| term.clone().into_bytes()) != group.place && self.index.is_text() {
                continue;
            }
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

/// What stands at one place in the order.
struct Group {
    place: Vec<u8>,
    forms: Vec<Form>,
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
    /// Which of them was taken last, counted from 1.
    last: usize,
    /// The list ended.
    exhausted: bool,
}

impl Taken {
    /// Whether the last term taken is the last there is; where none was taken, whether the one is that stands `before` places
    /// before the first.
    fn ends_with_last(&self, before: usize) -> bool {
        self.exhausted && self.seen == self.last && (self.last > 0 || before == 1)
    }
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
    fn next_group(&mut self) -> Option<Group> {
        let keys = self.heads.iter().map(|(head, _)| unlisted(head.key()).0);
        let key = match self.direction {
            Direction::Forward => keys.min(),
            Direction::Backward => keys.max(),
        };
        let place = key?.to_vec();
        let mut forms = Vec::new();
        self.heads.retain_mut(|(head, written)| {
            loop {
                let (key, shown) = unlisted(head.key());
                if key != place {
                    return true;
                }
                forms.push(Form {
                    shown: shown.into_owned(),
                    written: *written,
                    documents: u64::from(head.value().doc_freq),
                });
                if !head.advance() {
                    return false;
                }
            }
        });
        Some(Group { place, forms })
    }
}
