//! From a query to the documents that it finds.

mod clause;
mod mask;
mod near;
mod node;
mod phrase;

use super::docs::{Docs, Union};
use super::error::Error;
use super::hits::{Found, Order};
use super::limits::SearchLimits;
use super::schema::Fields;
use super::snapshot::{Segment, Snapshot};
use clause::Reader;
pub(super) use clause::shown;
use node::{Node, Terms};
use skranke_core::ids::BibId;
use skranke_core::ports::search::{Cancel, Databases, Find, ResultSet, SearchError};
use skranke_core::query::{Piece, Position, Query, Relation};
use std::collections::BTreeMap;
use std::sync::Arc;
use tantivy::Term;

/// Records of a foreign result set that are looked up at once.
const WINDOW: usize = 4_096;
/// Foreign result sets longer than one part in so many of a segment are found by reading a column instead of by name.
const COLUMN_RATIO: u64 = 20;

/// A query made ready for every segment of a snapshot.
pub(crate) struct Plan {
    snapshot: Arc<Snapshot>,
    /// By segment.
    nodes: Vec<Node>,
}

impl Plan {
    /// About how many documents are looked at.
    pub(crate) fn cost(&self) -> u64 {
        let nodes = self.nodes.iter().zip(&self.snapshot.segments);
        nodes.map(|(node, segment)| node.cost(segment.max_doc())).sum()
    }

    /// The documents found, by segment.
    pub(crate) fn docs(&self, cancel: &Cancel) -> Result<Vec<Docs>, SearchError> {
        let nodes = self.nodes.iter().zip(&self.snapshot.segments);
        nodes
            .map(|(node, segment)| Ok(segment.alive(node.docs(segment, cancel)?)))
            .collect()
    }
}

/// Reads a search. What is wrong with it is told now, not when it runs.
pub(crate) fn plan(snapshot: &Arc<Snapshot>, fields: &Fields, find: &Find, limits: SearchLimits) -> Result<Plan, SearchError> {
    let query = fields.map.resolve(find.query.clone())?;
    let mut sets = BTreeMap::new();
    for name in query.sets() {
        if !sets.contains_key(name) {
            let set = find.sets.get(name).ok_or_else(|| SearchError::NoSuchSet(name.to_owned()))?;
            sets.insert(name, documents(snapshot, fields, set)?);
        }
    }
    let databases = database_terms(&find.databases);
    let mut nodes = Vec::with_capacity(snapshot.segments.len());
    for (at, segment) in snapshot.segments.iter().enumerate() {
        let reader = Reader::new(segment, fields, limits, &find.cancel);
        let node = read(&query, &reader, &sets, at)?;
        nodes.push(match &databases {
            None => node,
            Some(databases) => Node::And(vec![node, database_node(segment, fields, databases)?]),
        });
    }
    Ok(Plan {
        snapshot: Arc::clone(snapshot),
        nodes,
    })
}

/// Whether reading the query may already take long: words with masks are looked for in dictionaries, and ranges and starts of
/// headings may be many.
pub(crate) fn is_long_to_read(query: &Query) -> bool {
    match query {
        Query::All | Query::Set(_) => false,
        Query::Clause(clause) => {
            let looked_for = match clause.term.pieces() {
                [Piece::Literal(front), _, ..] => front.len() < 3,
                pieces => pieces.iter().any(|piece| !matches!(piece, Piece::Literal(_))),
            };
            looked_for || clause.relation != Relation::Eq || clause.position == Position::FirstInField
        }
        Query::And(all) | Query::Or(all) => all.iter().any(is_long_to_read),
        Query::Not(from, without) => is_long_to_read(from) || without.iter().any(is_long_to_read),
        Query::Prox(near) => is_long_to_read(&near.left) || is_long_to_read(&near.right),
    }
}

fn read(query: &Query, reader: &Reader<'_>, sets: &BTreeMap<&str, Vec<Docs>>, at: usize) -> Result<Node, SearchError> {
    let each =
        |queries: &[Query]| -> Result<Vec<Node>, SearchError> { queries.iter().map(|query| read(query, reader, sets, at)).collect() };
    Ok(match query {
        Query::All => reader.all()?,
        Query::Clause(clause) => reader.clause(clause)?,
        Query::Set(name) => {
            let docs = sets.get(name.as_str()).and_then(|set| set.get(at));
            Node::Docs(docs.cloned().unwrap_or_else(Docs::none))
        }
        Query::And(all) => Node::And(each(all)?),
        Query::Or(any) => Node::Or(each(any)?),
        Query::Not(from, without) => Node::Not(Box::new(read(from, reader, sets, at)?), each(without)?),
        Query::Prox(proximity) => reader.proximity(proximity)?,
    })
}

/// The terms of databases; none where all are searched.
fn database_terms(databases: &Databases) -> Option<Vec<Vec<u8>>> {
    match databases {
        Databases::All => None,
        Databases::Of(agencies) => Some(agencies.iter().map(|agency| agency.as_str().as_bytes().to_vec()).collect()),
    }
}

fn database_node(segment: &Segment, fields: &Fields, databases: &[Vec<u8>]) -> Result<Node, SearchError> {
    let inverted = segment.reader.inverted_index(fields.database).map_err(Error::from)?;
    let mut infos = Vec::with_capacity(databases.len());
    for database in databases {
        infos.extend(inverted.terms().get(database).map_err(Error::from)?);
    }
    Ok(Node::Terms(Terms { inverted, infos }))
}

/// The documents of databases, by segment.
pub(crate) fn of_databases(snapshot: &Snapshot, fields: &Fields, databases: &Databases) -> Result<Vec<Docs>, SearchError> {
    let terms = database_terms(databases);
    let of = |segment: &Segment| match &terms {
        None => Ok(Docs::all(segment.max_doc())),
        Some(terms) => database_node(segment, fields, terms)?.docs(segment, &Cancel::never()),
    };
    snapshot.segments.iter().map(of).collect()
}

/// The documents of a result set in this snapshot, by segment. Records that are gone have none.
pub(crate) fn documents(snapshot: &Snapshot, fields: &Fields, set: &ResultSet) -> Result<Vec<Docs>, SearchError> {
    let mut docs: Vec<Docs> = snapshot.segments.iter().map(|_| Docs::none()).collect();
    let Some(found) = set.hits().as_any().downcast_ref::<Found>() else {
        let mut ids = Vec::new();
        while (ids.len() as u64) < set.len() {
            let window = set.window(ids.len() as u64, WINDOW);
            if window.is_empty() {
                break;
            }
            ids.extend(window);
        }
        add_records(snapshot, fields, ids, &mut docs)?;
        return Ok(docs);
    };
    // Segments that both snapshots have keep their documents; what was in others is found by its number.
    let mut elsewhere = Vec::new();
    for (at, segment) in found.snapshot.segments.iter().enumerate() {
        let of_segment = match &found.order {
            Order::Filed(docs) => docs.get(at).cloned().unwrap_or_else(Docs::none),
            Order::Sorted(hits) => {
                let of_segment: Vec<_> = hits.iter().filter(|hit| usize::from(hit.0) == at).map(|hit| hit.1).collect();
                let mut union = Union::new(of_segment.len() as u64, segment.max_doc());
                union.extend(&of_segment);
                union.finish()
            }
        };
        let place = snapshot.segments.iter().position(|other| other.id == segment.id);
        match place.and_then(|place| Some((docs.get_mut(place)?, snapshot.segments.get(place)?))) {
            Some((docs, same)) => {
                let gone = same.reader.num_deleted_docs() != segment.reader.num_deleted_docs();
                if gone {
                    of_segment.for_each(|doc| {
                        if same.reader.is_deleted(doc) {
                            elsewhere.push(segment.bib(doc));
                        }
                    });
                }
                *docs = same.alive(of_segment);
            }
            None => of_segment.for_each(|doc| elsewhere.push(segment.bib(doc))),
        }
    }
    add_records(snapshot, fields, elsewhere, &mut docs)?;
    Ok(docs)
}

/// Adds the documents of these records.
fn add_records(snapshot: &Snapshot, fields: &Fields, mut ids: Vec<BibId>, docs: &mut [Docs]) -> Result<(), SearchError> {
    ids.sort_unstable();
    for (segment, docs) in snapshot.segments.iter().zip(docs) {
        let max_doc = segment.max_doc();
        let mut union = Union::new(ids.len() as u64, max_doc);
        if ids.len() as u64 > u64::from(max_doc) / COLUMN_RATIO {
            for doc in 0..max_doc {
                if ids.binary_search(&segment.bib(doc)).is_ok() {
                    union.extend(&[doc]);
                }
            }
        } else {
            let inverted = segment.reader.inverted_index(fields.bib).map_err(Error::from)?;
            let mut infos = Vec::new();
            for id in &ids {
                let term = Term::from_field_i64(fields.bib, id.0);
                infos.extend(inverted.get_term_info(&term).map_err(Error::from)?);
            }
            Terms { inverted, infos }.docs(segment)?.for_each(|doc| union.extend(&[doc]));
        }
        let known = std::mem::replace(docs, Docs::none());
        *docs = known.or(segment.alive(union.finish()), max_doc);
    }
    Ok(())
}
