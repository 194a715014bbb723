//! One clause of a resolved query in one segment.

use super::mask::Mask;
use super::near::Near;
use super::node::{Node, Terms};
use super::phrase::Phrase;
use crate::search::error::Error;
use crate::search::schema::{Fields, IndexFields};
use crate::search::snapshot::Segment;
use crate::search::tokens::START;
use skranke_core::ports::search::{NotOffered, SearchError};
use skranke_core::query::{
    Clause, Completeness, IndexId, Kind, Piece, Position, Proximity, Query, Relation, Structure, WordPattern, fold, range,
};
use std::sync::Arc;
use tantivy::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;

/// Words that a truncated or masked word may stand for.
const MAX_WORDS: usize = 50_000;

/// Reads clauses for one segment.
pub(crate) struct Reader<'s> {
    segment: &'s Segment,
    fields: &'s Fields,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(segment: &'s Segment, fields: &'s Fields) -> Self {
        Self { segment, fields }
    }

    /// Every record that is a hit of its own.
    pub(crate) fn all(&self) -> Result<Node, SearchError> {
        let apart = self.open(self.fields.apart)?;
        let infos = prefixed(&apart, &[], None)?;
        Ok(match infos.is_empty() {
            true => Node::All,
            false => Node::Not(Box::new(Node::All), vec![terms_node(apart, infos)]),
        })
    }

    pub(crate) fn clause(&self, clause: &Clause) -> Result<Node, SearchError> {
        let not_offered = || SearchError::NotOffered(NotOffered::Search, clause.index);
        let index = self.fields.of(clause.index).ok_or_else(not_offered)?;
        let kind = self.fields.map.index(clause.index).ok_or_else(not_offered)?.kind;
        if kind != Kind::Text {
            let values = self.open(index.values.ok_or_else(not_offered)?)?;
            return self.values(values, clause, kind);
        }
        if clause.relation != Relation::Eq {
            let headings = self.open(index.values.ok_or_else(not_offered)?)?;
            return headings_range(headings, clause);
        }
        let words = clause.term.folded_words();
        if words.is_empty() {
            return Err(SearchError::EmptyTerm(clause.term.shown()));
        }
        match (clause.structure, clause.position, clause.completeness) {
            (Structure::AllWords, ..) => {
                let each = words.iter().map(|word| self.word(index, word));
                Ok(Node::And(each.collect::<Result<_, _>>()?))
            }
            (Structure::AnyWord, ..) => {
                let each = words.iter().map(|word| self.word(index, word));
                Ok(Node::Or(each.collect::<Result<_, _>>()?))
            }
            (_, Position::Any, Completeness::Incomplete) => match words.as_slice() {
                [word] => self.word(index, word),
                words => Ok(self.phrase(index, words)?.map_or(Node::None, Node::Phrase)),
            },
            (_, _, completeness) => {
                let headings = self.open(index.values.ok_or_else(not_offered)?)?;
                let whole = completeness != Completeness::Incomplete;
                heading(headings, &words, whole)
            }
        }
    }

    fn open(&self, field: Field) -> Result<Arc<InvertedIndexReader>, SearchError> {
        Ok(self.segment.reader.inverted_index(field).map_err(Error::from)?)
    }

    fn words(&self, index: &IndexFields) -> Result<Option<Arc<InvertedIndexReader>>, SearchError> {
        index.words.map(|field| self.open(field)).transpose()
    }

    fn word(&self, index: &IndexFields, word: &WordPattern) -> Result<Node, SearchError> {
        let Some(inverted) = self.words(index)? else {
            return Ok(Node::None);
        };
        // Anything at all: every document that has a field of this index.
        let infos = match word.pieces() {
            [Piece::AnyRun] => inverted.terms().get(START).map_err(Error::from)?.into_iter().collect(),
            _ => terms(&inverted, word)?,
        };
        Ok(terms_node(inverted, infos))
    }

    /// The words side by side; none where one of them is not in the segment.
    fn phrase(&self, index: &IndexFields, words: &[WordPattern]) -> Result<Option<Phrase>, SearchError> {
        let Some(inverted) = self.words(index)? else { return Ok(None) };
        let mut found = Vec::with_capacity(words.len());
        for word in words {
            let infos = terms(&inverted, word)?;
            if infos.is_empty() {
                return Ok(None);
            }
            found.push(infos);
        }
        Ok(Some(Phrase { inverted, words: found }))
    }

    fn values(&self, values: Arc<InvertedIndexReader>, clause: &Clause, kind: Kind) -> Result<Node, SearchError> {
        let bad = || SearchError::BadTerm {
            index: clause.index,
            term: clause.term.shown(),
        };
        let infos = match clause.relation {
            Relation::Within => {
                let (low, high) = range(kind, &clause.term.shown()).ok_or_else(bad)?;
                between(&values, low.as_deref(), true, high.as_deref(), true)?
            }
            relation => {
                let value = clause.term.folded_value(kind).ok_or_else(bad)?;
                match (relation, value.as_literal()) {
                    (Relation::Lt, Some(value)) => between(&values, None, true, Some(value), false)?,
                    (Relation::Le, Some(value)) => between(&values, None, true, Some(value), true)?,
                    (Relation::Ge, Some(value)) => between(&values, Some(value), true, None, true)?,
                    (Relation::Gt, Some(value)) => between(&values, Some(value), false, None, true)?,
                    _ => terms(&values, &value)?,
                }
            }
        };
        Ok(terms_node(values, infos))
    }

    pub(crate) fn proximity(&self, near: &Proximity) -> Result<Node, SearchError> {
        let index = index_of(&near.left)?.ok_or(SearchError::ProximityOfSets)?;
        if index_of(&near.right)? != Some(index) {
            return Err(SearchError::ProximityOfSets);
        }
        let fields = self.fields.of(index).ok_or(SearchError::ProximityOfSets)?;
        let Some(inverted) = self.words(fields)? else {
            return Err(SearchError::ProximityOfSets);
        };
        let start = inverted.terms().get(START).map_err(Error::from)?;
        Ok(Near {
            left: self.choice(fields, &near.left)?,
            right: self.choice(fields, &near.right)?,
            inverted,
            start,
            distance: near.distance,
            ordered: near.ordered,
            unit: near.unit,
            relation: near.relation,
            exclusion: near.exclusion,
        }
        .into())
    }

    fn choice(&self, index: &IndexFields, query: &Query) -> Result<Vec<Phrase>, SearchError> {
        match query {
            Query::Clause(clause) => {
                let words = clause.term.folded_words();
                let parts: Vec<&[WordPattern]> = match clause.structure {
                    Structure::AnyWord => words.chunks(1).collect(),
                    _ => vec![words.as_slice()],
                };
                let phrases = parts.into_iter().map(|words| self.phrase(index, words));
                Ok(phrases.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            Query::Or(any) => {
                let all = any.iter().map(|query| self.choice(index, query));
                Ok(all.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
            }
            _ => Err(SearchError::ProximityOfSets),
        }
    }
}

/// The only index of a choice of clauses.
fn index_of(query: &Query) -> Result<Option<IndexId>, SearchError> {
    match query {
        Query::Clause(clause) => Ok(Some(clause.index)),
        Query::Or(any) => {
            let mut index = None;
            for query in any {
                let here = index_of(query)?;
                if index.is_some() && here != index {
                    return Err(SearchError::ProximityOfSets);
                }
                index = here;
            }
            Ok(index)
        }
        _ => Err(SearchError::ProximityOfSets),
    }
}

fn terms_node(inverted: Arc<InvertedIndexReader>, infos: Vec<TermInfo>) -> Node {
    match infos.is_empty() {
        true => Node::None,
        false => Node::Terms(Terms { inverted, infos }),
    }
}

/// The terms that a folded word or value stands for.
fn terms(inverted: &InvertedIndexReader, pattern: &WordPattern) -> Result<Vec<TermInfo>, SearchError> {
    let dictionary = inverted.terms();
    if let Some(word) = pattern.as_literal() {
        return Ok(dictionary.get(word).map_err(Error::from)?.into_iter().collect());
    }
    let too_many = || SearchError::TooManyWords {
        term: shown(pattern),
        limit: MAX_WORDS,
    };
    if let Some(front) = pattern.as_prefix().filter(|front| !front.is_empty()) {
        return prefixed(inverted, front.as_bytes(), Some((MAX_WORDS, &too_many)));
    }
    let mask = Mask::new(pattern).ok_or(SearchError::Resources)?;
    masked(inverted, &mask, pattern.front(), Some((MAX_WORDS, &too_many)))
}

fn shown(pattern: &WordPattern) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::AnyRun => "*".to_owned(),
        Piece::AnyOne => "?".to_owned(),
    };
    pattern.pieces().iter().map(piece).collect()
}

/// A limit on terms, and the error of who goes beyond it.
type Limit<'l> = Option<(usize, &'l dyn Fn() -> SearchError)>;

fn within(count: usize, limit: Limit<'_>) -> Result<(), SearchError> {
    match limit {
        Some((limit, error)) if count > limit => Err(error()),
        _ => Ok(()),
    }
}

fn prefixed(inverted: &InvertedIndexReader, front: &[u8], limit: Limit<'_>) -> Result<Vec<TermInfo>, SearchError> {
    let mut range = inverted.terms().range().ge(front);
    if let Some(end) = after_all_with(front) {
        range = range.lt(end);
    }
    let mut stream = range.without_keys().into_stream().map_err(Error::from)?;
    let mut infos = Vec::new();
    while stream.advance() {
        infos.push(stream.value().clone());
        within(infos.len(), limit)?;
    }
    Ok(infos)
}

/// The first bytes after everything that begins with these; none where there are none.
fn after_all_with(front: &[u8]) -> Option<Vec<u8>> {
    let mut end = front.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return Some(end);
        }
    }
    None
}

fn masked(inverted: &InvertedIndexReader, mask: &Mask, front: &str, limit: Limit<'_>) -> Result<Vec<TermInfo>, SearchError> {
    // The marks of field starts are no words.
    let from = if front.is_empty() { "\u{3}" } else { front };
    let stream = inverted.terms().search(mask.clone()).ge(from).without_keys().into_stream();
    let mut stream = stream.map_err(Error::from)?;
    let mut infos = Vec::new();
    while stream.advance() {
        infos.push(stream.value().clone());
        within(infos.len(), limit)?;
    }
    Ok(infos)
}

fn between(
    inverted: &InvertedIndexReader,
    low: Option<&str>,
    with_low: bool,
    high: Option<&str>,
    with_high: bool,
) -> Result<Vec<TermInfo>, SearchError> {
    let mut range = inverted.terms().range();
    range = match (low, with_low) {
        (None, _) => range,
        (Some(low), true) => range.ge(low),
        (Some(low), false) => range.gt(low),
    };
    range = match (high, with_high) {
        (None, _) => range,
        (Some(high), true) => range.le(high),
        (Some(high), false) => range.lt(high),
    };
    let mut stream = range.without_keys().into_stream().map_err(Error::from)?;
    let mut infos = Vec::new();
    while stream.advance() {
        infos.push(stream.value().clone());
    }
    Ok(infos)
}

/// Headings that begin with these words, or are these words and no more.
fn heading(headings: Arc<InvertedIndexReader>, words: &[WordPattern], whole: bool) -> Result<Node, SearchError> {
    let literal: Option<Vec<&str>> = words.iter().map(WordPattern::as_literal).collect();
    let infos = match literal {
        Some(words) => {
            let front = words.join(" ");
            let mut infos: Vec<TermInfo> = headings.terms().get(&front).map_err(Error::from)?.into_iter().collect();
            if !whole {
                infos.extend(prefixed(&headings, format!("{front} ").as_bytes(), None)?);
            }
            infos
        }
        None => {
            // The words before the first mask, and what is given of the next.
            let mut front = String::new();
            for word in words {
                if !front.is_empty() {
                    front.push(' ');
                }
                front.push_str(word.front());
                if word.as_literal().is_none() {
                    break;
                }
            }
            let mask = Mask::of_words(words).ok_or(SearchError::Resources)?;
            let mut infos = masked(&headings, &mask, &front, None)?;
            if !whole {
                let open = Mask::of_first_words(words).ok_or(SearchError::Resources)?;
                infos.extend(masked(&headings, &open, &front, None)?);
            }
            infos
        }
    };
    Ok(terms_node(headings, infos))
}

fn headings_range(headings: Arc<InvertedIndexReader>, clause: &Clause) -> Result<Node, SearchError> {
    let term = clause.term.shown();
    let bad = || SearchError::BadTerm {
        index: clause.index,
        term: term.clone(),
    };
    let folded = fold::words(&term);
    let folded = Some(folded.as_str());
    let infos = match clause.relation {
        Relation::Within => {
            let (low, high) = range(Kind::Text, &term).ok_or_else(bad)?;
            between(&headings, low.as_deref(), true, high.as_deref(), true)?
        }
        Relation::Lt => between(&headings, None, true, folded, false)?,
        Relation::Le => between(&headings, None, true, folded, true)?,
        Relation::Ge => between(&headings, folded, true, None, true)?,
        Relation::Gt => between(&headings, folded, false, None, true)?,
        Relation::Eq | Relation::Ne => Vec::new(),
    };
    Ok(terms_node(headings, infos))
}
