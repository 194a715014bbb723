//! What a query finds.

use super::Document;
use crate::ids::BibId;
use crate::ports::search::{NotOffered, SearchError};
use crate::query::map::{IndexMap, range};
use crate::query::pattern::WordPattern;
use crate::query::tree::{Clause, Completeness, IndexId, Position, Proximity, ProximityUnit, Query, Relation, Structure};
use crate::query::value::Kind;
use std::collections::{BTreeMap, HashSet};

pub(super) struct Matcher<'m> {
    pub(super) map: &'m IndexMap,
    pub(super) sets: &'m BTreeMap<&'m str, HashSet<BibId>>,
}

/// A phrase found: its field, its first and its last word.
struct Span {
    field: usize,
    first: usize,
    last: usize,
}

impl Matcher<'_> {
    /// Whether a resolved query finds the record.
    pub(super) fn matches(&self, query: &Query, document: &Document) -> Result<bool, SearchError> {
        Ok(match query {
            Query::All => document.is_hit,
            Query::Set(name) => self.sets.get(name.as_str()).is_some_and(|set| set.contains(&document.id)),
            Query::Clause(clause) => self.clause(clause, document)?,
            // Every operand is looked at, so that an error does not depend on the record.
            Query::And(all) => all
                .iter()
                .try_fold(true, |so_far, query| Ok::<_, SearchError>(self.matches(query, document)? & so_far))?,
            Query::Or(any) => any
                .iter()
                .try_fold(false, |so_far, query| Ok::<_, SearchError>(self.matches(query, document)? | so_far))?,
            Query::Not(from, without) => {
                let found = self.matches(from, document)?;
                without.iter().try_fold(found, |so_far, query| {
                    Ok::<_, SearchError>(!self.matches(query, document)? & so_far)
                })?
            }
            Query::Prox(near) => self.near(near, document)?,
        })
    }

    fn clause(&self, clause: &Clause, document: &Document) -> Result<bool, SearchError> {
        let Some(index) = self.map.index(clause.index).filter(|index| index.stored) else {
            return Err(SearchError::NotOffered(NotOffered::Search, clause.index));
        };
        if index.kind != Kind::Text {
            return value(clause, index.kind, document);
        }
        let words = clause.term.folded_words();
        if words.is_empty() {
            return Err(SearchError::EmptyTerm(clause.term.shown()));
        }
        let headings = document.headings(clause.index);
        if clause.relation != Relation::Eq {
            let (low, high) = ends(clause, Kind::Text)?;
            return Ok(headings
                .iter()
                .any(|heading| low.admits(&heading.folded, false) && high.admits(&heading.folded, true)));
        }
        if clause.position == Position::FirstInField {
            let whole = clause.completeness != Completeness::Incomplete;
            return Ok(headings.iter().any(|heading| begins(&heading.folded, &words, whole)));
        }
        let fields = document.fields(clause.index);
        let has = |word: &WordPattern| fields.iter().flatten().any(|known| word.matches(known));
        Ok(match clause.structure {
            Structure::AllWords => words.iter().all(has),
            Structure::AnyWord => words.iter().any(has),
            Structure::Phrase => !spans(fields, &words).is_empty(),
        })
    }

    fn near(&self, near: &Proximity, document: &Document) -> Result<bool, SearchError> {
        let (left_index, left) = self.choice(&near.left, document)?;
        let (right_index, right) = self.choice(&near.right, document)?;
        if left_index != right_index {
            return Err(SearchError::ProximityOfSets);
        }
        if left.is_empty() || right.is_empty() {
            return Ok(false);
        }
        let found = left.iter().any(|left| right.iter().any(|right| is_near(near, left, right)));
        Ok(found != near.exclusion)
    }

    /// The places of a choice of clauses, all of one index.
    fn choice(&self, query: &Query, document: &Document) -> Result<(IndexId, Vec<Span>), SearchError> {
        match query {
            Query::Clause(clause) if self.map.index(clause.index).is_some_and(|index| index.is_text()) => {
                let words = clause.term.folded_words();
                let fields = document.fields(clause.index);
                let found = match clause.structure {
                    Structure::AnyWord => words.chunks(1).flat_map(|word| spans(fields, word)).collect(),
                    _ => spans(fields, &words),
                };
                Ok((clause.index, found))
            }
            Query::Or(any) => {
                let mut all = Vec::new();
                let mut index = None;
                for query in any {
                    let (here, found) = self.choice(query, document)?;
                    if *index.get_or_insert(here) != here {
                        return Err(SearchError::ProximityOfSets);
                    }
                    all.extend(found);
                }
                index.map(|index| (index, all)).ok_or(SearchError::ProximityOfSets)
            }
            _ => Err(SearchError::ProximityOfSets),
        }
    }
}

fn is_near(near: &Proximity, left: &Span, right: &Span) -> bool {
    if near.ordered && (right.field, right.first) < (left.field, left.first) {
        return false;
    }
    let distance = match near.unit {
        ProximityUnit::Field => left.field.abs_diff(right.field),
        ProximityUnit::Word if left.field != right.field => return false,
        ProximityUnit::Word if left.last < right.first => right.first - left.last,
        ProximityUnit::Word if right.last < left.first => left.first - right.last,
        // What overlaps is not apart.
        ProximityUnit::Word => return false,
    };
    let wanted = near.distance as usize;
    match near.relation {
        Relation::Lt => distance < wanted,
        Relation::Le | Relation::Within => distance <= wanted,
        Relation::Eq => distance == wanted,
        Relation::Ge => distance >= wanted,
        Relation::Gt => distance > wanted,
        Relation::Ne => distance != wanted,
    }
}

/// The words side by side, wherever they stand.
fn spans(fields: &[Vec<String>], words: &[WordPattern]) -> Vec<Span> {
    let mut found = Vec::new();
    for (field, known) in fields.iter().enumerate() {
        for (first, window) in known.windows(words.len().max(1)).enumerate() {
            if window.iter().zip(words).all(|(known, word)| word.matches(known)) {
                found.push(Span {
                    field,
                    first,
                    last: first + words.len().saturating_sub(1),
                });
            }
        }
    }
    found
}

/// Whether a heading's first words are these, and it has no more where the whole is meant.
fn begins(heading: &str, words: &[WordPattern], whole: bool) -> bool {
    let mut known = heading.split(' ');
    let matched = words.iter().all(|word| known.next().is_some_and(|known| word.matches(known)));
    matched && (!whole || known.next().is_none())
}

fn value(clause: &Clause, kind: Kind, document: &Document) -> Result<bool, SearchError> {
    let values = document.headings(clause.index);
    if clause.relation == Relation::Eq {
        let wanted = clause.term.folded_value(kind).ok_or_else(|| bad(clause))?;
        return Ok(values.iter().any(|value| wanted.matches(&value.folded)));
    }
    let (low, high) = ends(clause, kind)?;
    Ok(values
        .iter()
        .any(|value| low.admits(&value.folded, false) && high.admits(&value.folded, true)))
}

/// One end of a range.
enum End {
    Open,
    With(String),
    Without(String),
}

impl End {
    fn admits(&self, value: &str, is_upper: bool) -> bool {
        match self {
            Self::Open => true,
            Self::With(end) => value == end || (value < end.as_str()) == is_upper,
            Self::Without(end) => value != end && (value < end.as_str()) == is_upper,
        }
    }
}

fn ends(clause: &Clause, kind: Kind) -> Result<(End, End), SearchError> {
    if clause.relation == Relation::Within {
        let (low, high) = range(kind, &clause.term.shown()).ok_or_else(|| bad(clause))?;
        return Ok((low.map_or(End::Open, End::With), high.map_or(End::Open, End::With)));
    }
    let value = clause
        .term
        .as_literal()
        .and_then(|text| kind.value(text))
        .ok_or_else(|| bad(clause))?;
    Ok(match clause.relation {
        Relation::Lt => (End::Open, End::Without(value)),
        Relation::Le => (End::Open, End::With(value)),
        Relation::Ge => (End::With(value), End::Open),
        Relation::Gt => (End::Without(value), End::Open),
        Relation::Eq | Relation::Ne | Relation::Within => (End::With(value.clone()), End::With(value)),
    })
}

fn bad(clause: &Clause) -> SearchError {
    SearchError::BadTerm {
        index: clause.index,
        term: clause.term.shown(),
    }
}
