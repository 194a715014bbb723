//! Words side by side, and near each other: documents first, then places within them.

use super::node::{END, Terms, at_or_after};
use crate::search::docs::Docs;
use crate::search::error::Error;
use crate::search::snapshot::Segment;
use skranke_core::ports::search::{Cancel, SearchError};
use std::sync::Arc;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, InvertedIndexReader};

/// A search looks whether it was stopped every so many documents.
const LOOK_EVERY: u32 = 1024;

/// Words of one index side by side, in one field.
pub(crate) struct Phrase {
    pub(crate) inverted: Arc<InvertedIndexReader>,
    /// For each word the terms that it may be, at least one.
    pub(crate) words: Vec<Vec<TermInfo>>,
}

impl Phrase {
    pub(crate) fn cost(&self) -> u64 {
        self.words.iter().map(|word| frequency(word)).min().unwrap_or(0)
    }

    /// Documents that have all the words, in whatever places.
    pub(crate) fn candidates(&self, segment: &Segment, within: Option<Docs>) -> Result<Docs, SearchError> {
        let mut words: Vec<&Vec<TermInfo>> = self.words.iter().collect();
        words.sort_by_key(|word| frequency(word));
        let mut docs = within;
        for word in words {
            let terms = Terms {
                inverted: Arc::clone(&self.inverted),
                infos: word.clone(),
            };
            docs = Some(match docs {
                None => terms.docs(segment)?,
                Some(docs) => terms.restrict(docs, segment)?,
            });
        }
        Ok(docs.unwrap_or_else(Docs::none))
    }

    pub(crate) fn docs(&self, segment: &Segment, cancel: &Cancel) -> Result<Docs, SearchError> {
        let candidates = self.candidates(segment, None)?;
        self.check(candidates, cancel)
    }

    pub(crate) fn restrict(&self, docs: Docs, segment: &Segment, cancel: &Cancel) -> Result<Docs, SearchError> {
        let candidates = self.candidates(segment, Some(docs))?;
        self.check(candidates, cancel)
    }

    fn check(&self, candidates: Docs, cancel: &Cancel) -> Result<Docs, SearchError> {
        let mut places = PhrasePlaces::new(self)?;
        let mut looked = Looked::new(cancel);
        let found = candidates.retain(|doc| looked.goes_on() && !places.of(doc).is_empty());
        looked.end()?;
        Ok(found)
    }
}

fn frequency(word: &[TermInfo]) -> u64 {
    word.iter().map(|info| u64::from(info.doc_freq)).sum()
}

/// Looks now and then whether the search was stopped.
pub(super) struct Looked<'c> {
    cancel: &'c Cancel,
    count: u32,
    stopped: bool,
}

impl<'c> Looked<'c> {
    pub(super) fn new(cancel: &'c Cancel) -> Self {
        Self {
            cancel,
            count: 0,
            stopped: false,
        }
    }

    pub(super) fn goes_on(&mut self) -> bool {
        self.count += 1;
        if self.count.is_multiple_of(LOOK_EVERY) {
            self.stopped |= self.cancel.is_cancelled();
        }
        !self.stopped
    }

    pub(super) fn end(self) -> Result<(), SearchError> {
        if self.stopped { Err(SearchError::Cancelled) } else { Ok(()) }
    }
}

/// Places of one word, document after document.
pub(super) struct WordPlaces {
    postings: Vec<SegmentPostings>,
    places: Vec<u32>,
}

impl WordPlaces {
    pub(super) fn new(inverted: &InvertedIndexReader, infos: &[TermInfo]) -> Result<Self, SearchError> {
        let open = |info| inverted.read_postings_from_terminfo(info, IndexRecordOption::WithFreqsAndPositions);
        let postings: Result<Vec<_>, _> = infos.iter().map(open).collect();
        Ok(Self {
            postings: postings.map_err(Error::from)?,
            places: Vec::new(),
        })
    }

    /// Ascending. Documents are asked in ascending order.
    pub(super) fn of(&mut self, doc: DocId) -> &[u32] {
        self.places.clear();
        for postings in &mut self.postings {
            if at_or_after(postings, doc) == doc && doc != END {
                postings.append_positions_with_offset(0, &mut self.places);
            }
        }
        if self.postings.len() > 1 {
            self.places.sort_unstable();
            self.places.dedup();
        }
        &self.places
    }
}

/// Places where a phrase begins, document after document.
pub(super) struct PhrasePlaces {
    words: Vec<WordPlaces>,
    begins: Vec<u32>,
}

impl PhrasePlaces {
    pub(super) fn new(phrase: &Phrase) -> Result<Self, SearchError> {
        let open = |infos: &[TermInfo]| WordPlaces::new(&phrase.inverted, infos);
        Ok(Self {
            words: phrase.words.iter().map(|word| open(word)).collect::<Result<_, _>>()?,
            begins: Vec::new(),
        })
    }

    pub(super) fn of(&mut self, doc: DocId) -> &[u32] {
        self.begins.clear();
        for (word, offset) in self.words.iter_mut().zip(0..) {
            let places = word.of(doc);
            if offset == 0 {
                self.begins.extend_from_slice(places);
            } else {
                self.begins.retain(|begin| places.binary_search(&(begin + offset)).is_ok());
            }
            if self.begins.is_empty() {
                return &self.begins;
            }
        }
        &self.begins
    }
}
