//! One clause of a resolved query in one segment.

use super::mask::{Mask, Watched};
use super::near::Near;
use super::node::{Node, Terms, terms_docs};
use super::phrase::Phrase;
use crate::search::docs::Docs;
use crate::search::error::Error;
use crate::search::limits::SearchLimits;
use crate::search::schema::{Fields, IndexFields};
use crate::search::snapshot::Segment;
use crate::search::tokens::START;
use skranke_core::ports::search::{Cancel, NotOffered, SearchError};
use skranke_core::query::{
    Clause, Completeness, IndexId, Kind, Piece, Position, Proximity, Query, Relation, Structure, WordPattern, fold, range,
};
use std::sync::Arc;
use tantivy::InvertedIndexReader;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;
use tantivy::termdict::{TermStreamer, WithoutKeys};
use tantivy_fst::Automaton;

/// Terms that are kept as terms. Of more, only the documents are: a range may hold half of all headings.
const KEPT: usize = 4_096;
/// While terms are gathered, a search looks whether it was stopped every so many.
const LOOK_EVERY: usize = 256;

/// Reads clauses for one segment.
pub(crate) struct Reader<'s> {
    segment: &'s Segment,
    fields: &'s Fields,
    limits: SearchLimits,
    cancel: &'s Cancel,
}

impl<'s> Reader<'s> {
    pub(crate) fn new(segment: &'s Segment, fields: &'s Fields, limits: SearchLimits, cancel: &'s Cancel) -> Self {
        Self {
            segment,
            fields,
            limits,
            cancel,
        }
    }

    /// Every record that is a hit of its own.
    pub(crate) fn all(&self) -> Result<Node, SearchError> {
        let apart = self.open(self.fields.apart)?;
        Ok(match self.prefixed(&apart, &[], None)?.node(apart) {
            Node::None => Node::All,
            found => Node::Not(Box::new(Node::All), vec![found]),
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
            return self.headings_range(headings, clause);
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
                self.heading(headings, &words, whole)
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
        if let [Piece::AnyRun] = word.pieces() {
            let start = inverted.terms().get(START).map_err(Error::from)?;
            return Ok(terms_node(inverted, start.into_iter().collect()));
        }
        let infos = self.terms(&inverted, word)?;
        Ok(terms_node(inverted, infos))
    }

    /// The words side by side; none where one of them is not in the segment.
    fn phrase(&self, index: &IndexFields, words: &[WordPattern]) -> Result<Option<Phrase>, SearchError> {
        let Some(inverted) = self.words(index)? else { return Ok(None) };
        let mut found = Vec::with_capacity(words.len());
        for word in words {
            let infos = self.terms(&inverted, word)?;
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
        let found = match clause.relation {
            Relation::Within => {
                let (low, high) = range(kind, &clause.term.shown()).ok_or_else(bad)?;
                self.between(&values, low.as_deref(), true, high.as_deref(), true)?
            }
            relation => {
                let value = clause.term.folded_value(kind).ok_or_else(bad)?;
                match (relation, value.as_literal()) {
                    (Relation::Lt, Some(value)) => self.between(&values, None, true, Some(value), false)?,
                    (Relation::Le, Some(value)) => self.between(&values, None, true, Some(value), true)?,
                    (Relation::Ge, Some(value)) => self.between(&values, Some(value), true, None, true)?,
                    (Relation::Gt, Some(value)) => self.between(&values, Some(value), false, None, true)?,
                    _ => Gathered::Terms(self.terms(&values, &value)?),
                }
            }
        };
        Ok(found.node(values))
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

    /// The terms that a folded word or value stands for.
    fn terms(&self, inverted: &InvertedIndexReader, pattern: &WordPattern) -> Result<Vec<TermInfo>, SearchError> {
        let dictionary = inverted.terms();
        if let Some(word) = pattern.as_literal() {
            return Ok(dictionary.get(word).map_err(Error::from)?.into_iter().collect());
        }
        self.limits.check(pattern)?;
        let found = match pattern.as_prefix().filter(|front| !front.is_empty()) {
            Some(front) => self.prefixed(inverted, front.as_bytes(), Some(pattern))?,
            None => {
                let mask = Mask::new(pattern).ok_or(SearchError::Resources)?;
                self.masked(inverted, mask, pattern.front(), Some(pattern))?
            }
        };
        match found {
            Gathered::Terms(infos) => Ok(infos),
            Gathered::Docs(_) => Err(SearchError::Resources),
        }
    }

    fn prefixed(&self, inverted: &InvertedIndexReader, front: &[u8], word: Option<&WordPattern>) -> Result<Gathered, SearchError> {
        let mut range = inverted.terms().range().ge(front);
        if let Some(end) = after_all_with(front) {
            range = range.lt(end);
        }
        let stream = range.without_keys().into_stream().map_err(Error::from)?;
        self.gather(inverted, stream, word)
    }

    fn masked(&self, inverted: &InvertedIndexReader, mask: Mask, front: &str, word: Option<&WordPattern>) -> Result<Gathered, SearchError> {
        // The marks of field starts are no words.
        let from = if front.is_empty() { "\u{3}" } else { front };
        let watched = Watched::new(mask, self.cancel);
        let stream = inverted.terms().search(&watched).ge(from).without_keys().into_stream();
        self.gather(inverted, stream.map_err(Error::from)?, word)
    }

    fn between(
        &self,
        inverted: &InvertedIndexReader,
        low: Option<&str>,
        with_low: bool,
        high: Option<&str>,
        with_high: bool,
    ) -> Result<Gathered, SearchError> {
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
        self.gather(inverted, range.without_keys().into_stream().map_err(Error::from)?, None)
    }

    /// All terms of a stream: at most as many as a word may stand for where it is a word's, else any number.
    fn gather<A: Automaton>(
        &self,
        inverted: &InvertedIndexReader,
        mut stream: TermStreamer<'_, A, WithoutKeys>,
        word: Option<&WordPattern>,
    ) -> Result<Gathered, SearchError>
    where
        A::State: Clone,
    {
        let mut infos = Vec::new();
        let mut docs: Option<Docs> = None;
        while stream.advance() {
            infos.push(stream.value().clone());
            if let Some(word) = word.filter(|_| infos.len() > self.limits.words) {
                return Err(SearchError::TooManyWords {
                    term: shown(word),
                    limit: self.limits.words,
                });
            }
            if infos.len().is_multiple_of(LOOK_EVERY) && self.cancel.is_cancelled() {
                break;
            }
            if word.is_none() && infos.len() == KEPT {
                let more = terms_docs(inverted, &infos, self.segment)?;
                docs = Some(docs.unwrap_or_else(Docs::none).or(more, self.segment.max_doc()));
                infos.clear();
            }
        }
        if self.cancel.is_cancelled() {
            return Err(SearchError::Cancelled);
        }
        Ok(match docs {
            None => Gathered::Terms(infos),
            Some(docs) => Gathered::Docs(docs.or(terms_docs(inverted, &infos, self.segment)?, self.segment.max_doc())),
        })
    }

    /// Headings that begin with these words, or are these words and no more.
    fn heading(&self, headings: Arc<InvertedIndexReader>, words: &[WordPattern], whole: bool) -> Result<Node, SearchError> {
        let literal: Option<Vec<&str>> = words.iter().map(WordPattern::as_literal).collect();
        if let Some(words) = literal {
            let front = words.join(" ");
            let exact = headings.terms().get(&front).map_err(Error::from)?;
            let exact = terms_node(Arc::clone(&headings), exact.into_iter().collect());
            if whole {
                return Ok(exact);
            }
            let longer = self.prefixed(&headings, format!("{front} ").as_bytes(), None)?;
            return Ok(either(exact, longer.node(headings)));
        }
        if let Some(first) = words.first() {
            self.limits.check(first)?;
        }
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
        let exact = self.masked(&headings, mask, &front, None)?.node(Arc::clone(&headings));
        if whole {
            return Ok(exact);
        }
        let open = Mask::of_first_words(words).ok_or(SearchError::Resources)?;
        let longer = self.masked(&headings, open, &front, None)?;
        Ok(either(exact, longer.node(headings)))
    }

    fn headings_range(&self, headings: Arc<InvertedIndexReader>, clause: &Clause) -> Result<Node, SearchError> {
        let term = clause.term.shown();
        let bad = || SearchError::BadTerm {
            index: clause.index,
            term: term.clone(),
        };
        let folded = fold::words(&term);
        let folded = Some(folded.as_str());
        let found = match clause.relation {
            Relation::Within => {
                let (low, high) = range(Kind::Text, &term).ok_or_else(bad)?;
                self.between(&headings, low.as_deref(), true, high.as_deref(), true)?
            }
            Relation::Lt => self.between(&headings, None, true, folded, false)?,
            Relation::Le => self.between(&headings, None, true, folded, true)?,
            Relation::Ge => self.between(&headings, folded, true, None, true)?,
            Relation::Gt => self.between(&headings, folded, false, None, true)?,
            Relation::Eq | Relation::Ne => return Ok(Node::None),
        };
        Ok(found.node(headings))
    }
}

/// Terms that were gathered, or their documents where they are many.
enum Gathered {
    Terms(Vec<TermInfo>),
    Docs(Docs),
}

impl Gathered {
    fn node(self, inverted: Arc<InvertedIndexReader>) -> Node {
        match self {
            Self::Terms(infos) => terms_node(inverted, infos),
            Self::Docs(docs) => Node::Docs(docs),
        }
    }
}

fn either(one: Node, other: Node) -> Node {
    match (one, other) {
        (Node::None, node) | (node, Node::None) => node,
        (Node::Terms(mut one), Node::Terms(other)) => {
            one.infos.extend(other.infos);
            Node::Terms(one)
        }
        (one, other) => Node::Or(vec![one, other]),
    }
}

/// The term as a searcher would write it.
pub(crate) fn shown(pattern: &WordPattern) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Literal(text) => text.clone(),
        Piece::AnyRun => "*".to_owned(),
        Piece::AnyOne => "?".to_owned(),
    };
    pattern.pieces().iter().map(piece).collect()
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
