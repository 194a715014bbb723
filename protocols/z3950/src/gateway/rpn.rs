//! Type-1 and type-101 queries → the query tree (digest 4.1, 5).

use super::attributes;
use crate::codec::{Charset, Oid};
use crate::message::{AttributesPlusTerm, Diagnostic, Node, Operand, Operator, Proximity, ProximityUnit, RpnQuery, Term};
use skranke_core::ports::search::{Missing, SortKey};
use skranke_core::query::attributes::relation;
use skranke_core::query::{self, IndexMap, MAX_NODES, Query};

/// Bytes of a term.
const LONGEST_TERM: usize = 4096;
/// Attributes of a term.
const MOST_ATTRIBUTES: usize = 64;

/// A query as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// What is sought.
    pub query: Query,
    /// In which order.
    pub sort: Vec<SortKey>,
}

/// Reads a query. Its nodes come in postfix order, so a stack does.
pub fn read(rpn: &RpnQuery, map: &IndexMap, charset: Charset) -> Result<Understood, Diagnostic> {
    if rpn.rpn.cut || rpn.rpn.nodes.len() > MAX_NODES {
        return Err(Diagnostic::new(6, MAX_NODES.to_string()));
    }
    // A sort key is a leaf that finds nothing by itself and leaves the other operand as it is.
    let mut stack: Vec<Option<Query>> = Vec::new();
    let mut sort: Vec<(i64, SortKey)> = Vec::new();
    for node in &rpn.rpn.nodes {
        let tree = match node {
            Node::Operand(Operand::Term(term)) => match leaf(term, &rpn.attribute_set, map, charset)? {
                Leaf::Query(query) => Some(query),
                Leaf::Sort(rank, key) => {
                    sort.push((rank, key));
                    None
                }
            },
            Node::Operand(Operand::ResultSet(name)) => Some(Query::Set(name.0.text().into_owned())),
            Node::Operand(Operand::Restricted(_)) => return Err(Diagnostic::plain(245)),
            Node::Operator(operator) => {
                let (right, left) = (stack.pop().flatten(), stack.pop().flatten());
                match (left, right) {
                    (Some(left), Some(right)) => Some(combined(operator, left, right)?),
                    (left, right) => left.or(right),
                }
            }
        };
        stack.push(tree);
    }
    let query = stack.pop().flatten().ok_or_else(|| Diagnostic::plain(108))?;
    sort.sort_by_key(|(rank, _)| *rank);
    Ok(Understood {
        query,
        sort: sort.into_iter().map(|(_, key)| key).collect(),
    })
}

fn combined(operator: &Operator, left: Query, right: Query) -> Result<Query, Diagnostic> {
    match operator {
        Operator::And(_) => Ok(left.and(right)),
        Operator::Or(_) => Ok(left.or(right)),
        Operator::AndNot(_) => Ok(left.and_not(right)),
        Operator::Prox(proximity) => near(proximity, left, right),
    }
}

fn near(proximity: &Proximity, left: Query, right: Query) -> Result<Query, Diagnostic> {
    let unit = match proximity.unit {
        ProximityUnit::Known(2) => query::ProximityUnit::Word,
        ProximityUnit::Known(8) => query::ProximityUnit::Field,
        ProximityUnit::Known(other) | ProximityUnit::Private(other) => return Err(Diagnostic::new(132, other.to_string())),
    };
    let relation = relation(proximity.relation_type).ok_or_else(|| Diagnostic::new(131, proximity.relation_type.to_string()))?;
    if matches!(left, Query::Set(_)) || matches!(right, Query::Set(_)) {
        return Err(Diagnostic::plain(129));
    }
    let distance = u32::try_from(proximity.distance).map_err(|_| Diagnostic::new(202, proximity.distance.to_string()))?;
    Ok(Query::Prox(Box::new(query::Proximity {
        left,
        right,
        distance,
        ordered: proximity.ordered,
        unit,
        relation,
        exclusion: proximity.exclusion.unwrap_or(false),
    })))
}

enum Leaf {
    Query(Query),
    Sort(i64, SortKey),
}

fn leaf(term: &AttributesPlusTerm, set: &Oid, map: &IndexMap, charset: Charset) -> Result<Leaf, Diagnostic> {
    if term.attributes.len() > MOST_ATTRIBUTES {
        return Err(Diagnostic::plain(123));
    }
    let attributes = attributes::read(&term.attributes, set, map)?;
    let text = text(&term.term, charset)?;
    if let Some(direction) = attributes.sort {
        let key = SortKey {
            index: attributes.index.unwrap_or_else(|| map.default_index()),
            descending: direction == 2,
            missing: Missing::Last,
        };
        return Ok(Leaf::Sort(text.trim().parse().unwrap_or(0), key));
    }
    Ok(Leaf::Query(attributes.query(&text, map)))
}

/// The term as text.
pub(super) fn text(term: &Term, charset: Charset) -> Result<String, Diagnostic> {
    let bytes = match term {
        Term::General(octets) => &octets.0,
        Term::Characters(string) => &string.0,
        Term::Numeric(number) => return Ok(number.to_string()),
        Term::DateTime(time) => return Ok(time.0.text().into_owned()),
        Term::Null(_) => return Ok(String::new()),
        Term::Oid(_) | Term::External(_) | Term::IntegerAndUnit(_) => return Err(Diagnostic::plain(229)),
    };
    if bytes.len() > LONGEST_TERM {
        return Err(Diagnostic::new(11, LONGEST_TERM.to_string()));
    }
    let text = charset.decode(bytes).ok_or_else(|| Diagnostic::plain(1072))?;
    Ok(text.trim_matches('\0').to_owned())
}
