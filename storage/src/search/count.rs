//! How many records have a term: exactly as many as a search for it finds.

use super::docs::Docs;
use super::error::Error;
use super::snapshot::Snapshot;
use tantivy::postings::TermInfo;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, InvertedIndexReader};

/// Counts over a snapshot, in all databases or in some.
pub(crate) struct Counter<'s> {
    snapshot: &'s Snapshot,
    /// The documents that count, by segment; all where there is none.
    within: Option<Vec<Docs>>,
}

impl<'s> Counter<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot, within: Option<Vec<Docs>>) -> Self {
        Self { snapshot, within }
    }

    /// Whether any record of a segment has a term of these postings.
    pub(crate) fn is_used(&self, segment: usize, inverted: &InvertedIndexReader, info: &TermInfo) -> Result<bool, Error> {
        let within = self.within.as_ref().and_then(|within| within.get(segment));
        let alive = self
            .snapshot
            .segments
            .get(segment)
            .and_then(|segment| segment.reader.alive_bitset());
        if within.is_none() && alive.is_none() {
            return Ok(info.doc_freq > 0);
        }
        let counts = |doc: &DocId| alive.is_none_or(|alive| alive.is_alive(*doc)) && within.is_none_or(|within| within.contains(*doc));
        let mut postings = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while !postings.docs().is_empty() {
            if postings.docs().iter().any(counts) {
                return Ok(true);
            }
            postings.advance();
        }
        Ok(false)
    }

    /// Records that have a term of a field.
    pub(crate) fn count(&self, field: Field, term: &[u8]) -> Result<u64, Error> {
        let mut count = 0;
        for (at, segment) in self.snapshot.segments.iter().enumerate() {
            let inverted = segment.reader.inverted_index(field)?;
            let Some(info) = inverted.terms().get(term)? else { continue };
            let within = self.within.as_ref().and_then(|within| within.get(at));
            let alive = segment.reader.alive_bitset();
            if within.is_none() && alive.is_none() {
                count += u64::from(info.doc_freq);
                continue;
            }
            let mut postings = inverted.read_block_postings_from_terminfo(&info, IndexRecordOption::Basic)?;
            while !postings.docs().is_empty() {
                let counted = postings
                    .docs()
                    .iter()
                    .filter(|doc| alive.is_none_or(|alive| alive.is_alive(**doc)) && within.is_none_or(|within| within.contains(**doc)));
                count += counted.count() as u64;
                postings.advance();
            }
        }
        Ok(count)
    }
}
