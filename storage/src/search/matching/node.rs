//! What a query means in one segment: a tree over posting lists, evaluated from the rarest to the commonest.

use super::near::Near;
use super::phrase::Phrase;
use crate::search::docs::{Docs, Union};
use crate::search::error::Error;
use crate::search::snapshot::Segment;
use skranke_core::ports::search::{Cancel, SearchError};
use std::sync::Arc;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, InvertedIndexReader, TERMINATED};

/// A list so many times shorter than a posting list is looked up in it instead of read beside it.
const SEEK_RATIO: u64 = 16;

/// A part of a query in one segment.
pub(crate) enum Node {
    None,
    All,
    /// Documents that are known already.
    Docs(Docs),
    /// Any of these terms.
    Terms(Terms),
    Phrase(Phrase),
    Near(Box<Near>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>, Vec<Node>),
}

/// Terms of one field.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) inverted: Arc<InvertedIndexReader>,
    pub(crate) infos: Vec<TermInfo>,
}

impl Terms {
    /// Documents they stand in, those in which several stand counted several times.
    pub(crate) fn cost(&self) -> u64 {
        self.infos.iter().map(|info| u64::from(info.doc_freq)).sum()
    }

    pub(crate) fn docs(&self, segment: &Segment) -> Result<Docs, SearchError> {
        terms_docs(&self.inverted, &self.infos, segment)
    }

    pub(crate) fn restrict(&self, docs: Docs, segment: &Segment) -> Result<Docs, SearchError> {
        let single = match self.infos.as_slice() {
            [info] if u64::from(docs.len()) * SEEK_RATIO < u64::from(info.doc_freq) => info,
            _ => return Ok(docs.and(&self.docs(segment)?)),
        };
        let postings = self.inverted.read_postings_from_terminfo(single, IndexRecordOption::Basic);
        let mut postings = postings.map_err(Error::from)?;
        Ok(docs.retain(|doc| at_or_after(&mut postings, doc) == doc))
    }
}

/// The documents of any of these terms.
pub(crate) fn terms_docs(inverted: &InvertedIndexReader, infos: &[TermInfo], segment: &Segment) -> Result<Docs, SearchError> {
    let most = infos.iter().map(|info| u64::from(info.doc_freq)).sum();
    let mut union = Union::new(most, segment.max_doc());
    for info in infos {
        let postings = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic);
        let mut postings = postings.map_err(Error::from)?;
        while !postings.docs().is_empty() {
            union.extend(postings.docs());
            postings.advance();
        }
    }
    Ok(match (union, infos.len()) {
        // One posting list is in order and has no repeats.
        (Union::List(list), 1) => Docs::List(list),
        (union, _) => union.finish(),
    })
}

/// Moves to a document or the next after it. Documents are asked in ascending order.
pub(crate) fn at_or_after(postings: &mut impl DocSet, doc: DocId) -> DocId {
    let here = postings.doc();
    if here >= doc { here } else { postings.seek(doc) }
}

impl Node {
    /// About how many documents are looked at to evaluate it.
    pub(crate) fn cost(&self, max_doc: DocId) -> u64 {
        match self {
            Self::None => 0,
            Self::All => u64::from(max_doc),
            Self::Docs(docs) => u64::from(docs.len()),
            Self::Terms(terms) => terms.cost(),
            Self::Phrase(phrase) => phrase.cost(),
            Self::Near(near) => near.cost(),
            Self::And(all) => all.iter().map(|node| node.cost(max_doc)).min().unwrap_or(0),
            Self::Or(any) => any.iter().map(|node| node.cost(max_doc)).sum(),
            Self::Not(from, _) => from.cost(max_doc),
        }
    }

    /// The documents it finds, deleted ones included.
    pub(crate) fn docs(&self, segment: &Segment, cancel: &Cancel) -> Result<Docs, SearchError> {
        if cancel.is_cancelled() {
            return Err(SearchError::Cancelled);
        }
        match self {
            Self::None => Ok(Docs::none()),
            Self::All => Ok(Docs::all(segment.max_doc())),
            Self::Docs(docs) => Ok(docs.clone()),
            Self::Terms(terms) => terms.docs(segment),
            Self::Phrase(phrase) => phrase.docs(segment, cancel),
            Self::Near(near) => near.docs(segment, cancel),
            Self::And(all) => {
                let mut nodes: Vec<&Self> = all.iter().collect();
                nodes.sort_by_cached_key(|node| node.cost(segment.max_doc()));
                let Some((first, rest)) = nodes.split_first() else {
                    return Ok(Docs::all(segment.max_doc()));
                };
                rest.iter()
                    .try_fold(first.docs(segment, cancel)?, |docs, node| node.restrict(docs, segment, cancel))
            }
            Self::Or(any) => {
                let mut docs = Docs::none();
                for node in any {
                    docs = docs.or(node.docs(segment, cancel)?, segment.max_doc());
                }
                Ok(docs)
            }
            Self::Not(from, without) => {
                let docs = from.docs(segment, cancel)?;
                subtract(docs, without, segment, cancel)
            }
        }
    }

    /// Those of `docs` that it finds.
    fn restrict(&self, docs: Docs, segment: &Segment, cancel: &Cancel) -> Result<Docs, SearchError> {
        if docs.is_empty() {
            return Ok(docs);
        }
        match self {
            Self::None => Ok(Docs::none()),
            Self::All => Ok(docs),
            Self::Docs(found) => Ok(docs.and(found)),
            Self::Terms(terms) => terms.restrict(docs, segment),
            Self::Phrase(phrase) => phrase.restrict(docs, segment, cancel),
            Self::And(all) => all.iter().try_fold(docs, |docs, node| node.restrict(docs, segment, cancel)),
            Self::Not(from, without) => {
                let docs = from.restrict(docs, segment, cancel)?;
                subtract(docs, without, segment, cancel)
            }
            Self::Near(_) | Self::Or(_) => Ok(docs.and(&self.docs(segment, cancel)?)),
        }
    }
}

fn subtract(docs: Docs, without: &[Node], segment: &Segment, cancel: &Cancel) -> Result<Docs, SearchError> {
    without.iter().try_fold(docs, |docs, node| {
        let found = node.restrict(docs.clone(), segment, cancel)?;
        Ok(docs.without(&found))
    })
}

/// Nothing comes after.
pub(crate) const END: DocId = TERMINATED;
