//! Proximity: two things of one index near each other in a record.

use super::node::Node;
use super::phrase::{Looked, Phrase, PhrasePlaces, WordPlaces};
use crate::search::docs::Docs;
use crate::search::snapshot::Segment;
use skranke_core::ports::search::{Cancel, SearchError};
use skranke_core::query::{ProximityUnit, Relation};
use std::sync::Arc;
use tantivy::postings::TermInfo;
use tantivy::{DocId, InvertedIndexReader};

/// Proximity of two choices of phrases.
pub(crate) struct Near {
    pub(crate) inverted: Arc<InvertedIndexReader>,
    pub(crate) left: Vec<Phrase>,
    pub(crate) right: Vec<Phrase>,
    /// The mark before a field's first word.
    pub(crate) start: Option<TermInfo>,
    pub(crate) distance: u32,
    pub(crate) ordered: bool,
    pub(crate) unit: ProximityUnit,
    pub(crate) relation: Relation,
    pub(crate) exclusion: bool,
}

/// First and last word of something found, and which field of the record it stands in.
#[derive(Debug, Clone, Copy)]
struct Span {
    first: u32,
    last: u32,
    field: usize,
}

impl Near {
    pub(crate) fn cost(&self) -> u64 {
        let side = |phrases: &[Phrase]| phrases.iter().map(Phrase::cost).sum::<u64>();
        side(&self.left).min(side(&self.right))
    }

    pub(crate) fn docs(&self, segment: &Segment, cancel: &Cancel) -> Result<Docs, SearchError> {
        let side = |phrases: &[Phrase]| -> Result<Docs, SearchError> {
            phrases.iter().try_fold(Docs::none(), |docs, phrase| {
                Ok(docs.or(phrase.candidates(segment, None)?, segment.max_doc()))
            })
        };
        let candidates = side(&self.left)?.and(&side(&self.right)?);
        let open = |phrases: &[Phrase]| phrases.iter().map(PhrasePlaces::new).collect::<Result<Vec<_>, _>>();
        let (mut left, mut right) = (open(&self.left)?, open(&self.right)?);
        let mut starts = WordPlaces::new(&self.inverted, self.start.as_slice())?;
        let mut looked = Looked::new(cancel);
        let found = candidates.retain(|doc| {
            if !looked.goes_on() {
                return false;
            }
            let starts = starts.of(doc);
            let left = spans(&mut left, &self.left, doc, starts);
            let right = spans(&mut right, &self.right, doc, starts);
            if left.is_empty() || right.is_empty() {
                return false;
            }
            let near = left.iter().any(|l| right.iter().any(|r| self.is_near(l, r)));
            near != self.exclusion
        });
        looked.end()?;
        Ok(found)
    }

    fn is_near(&self, left: &Span, right: &Span) -> bool {
        let distance = match self.unit {
            ProximityUnit::Field => u32::try_from(left.field.abs_diff(right.field)).unwrap_or(u32::MAX),
            ProximityUnit::Word if left.field != right.field => return false,
            ProximityUnit::Word if right.first > left.last => right.first - left.last,
            ProximityUnit::Word if left.first > right.last && !self.ordered => left.first - right.last,
            // What overlaps is not apart.
            ProximityUnit::Word => return false,
        };
        if self.ordered && right.first < left.first {
            return false;
        }
        match self.relation {
            Relation::Lt => distance < self.distance,
            Relation::Le | Relation::Within => distance <= self.distance,
            Relation::Eq => distance == self.distance,
            Relation::Ge => distance >= self.distance,
            Relation::Gt => distance > self.distance,
            Relation::Ne => distance != self.distance,
        }
    }
}

fn spans(places: &mut [PhrasePlaces], phrases: &[Phrase], doc: DocId, starts: &[u32]) -> Vec<Span> {
    let mut spans = Vec::new();
    for (places, phrase) in places.iter_mut().zip(phrases) {
        let further = u32::try_from(phrase.words.len().saturating_sub(1)).unwrap_or(u32::MAX);
        spans.extend(places.of(doc).iter().map(|&first| Span {
            first,
            last: first.saturating_add(further),
            field: starts.partition_point(|&start| start < first),
        }));
    }
    spans
}

impl From<Near> for Node {
    fn from(near: Near) -> Self {
        Self::Near(Box::new(near))
    }
}
