//! Type-1 and type-101 queries → the query tree (digest 4.1, 5).

use super::attributes::{Attributes, RelationWanted};
use crate::codec::{Charset, Oid};
use crate::message::{AttributesPlusTerm, Diagnostic, Node, Operand, Operator, Proximity, ProximityUnit, RpnQuery, Term};
use skranke_core::ports::search::{Missing, SortKey};
use skranke_core::query::{self, Clause, IndexMap, MAX_NODES, Pattern, Query, Relation};

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
    let relation = match proximity.relation_type {
        1 => Relation::Lt,
        2 => Relation::Le,
        3 => Relation::Eq,
        4 => Relation::Ge,
        5 => Relation::Gt,
        6 => Relation::Ne,
        other => return Err(Diagnostic::new(131, other.to_string())),
    };
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
    let attributes = Attributes::read(&term.attributes, set, map)?;
    let index = attributes.index.unwrap_or_else(|| map.default_index());
    let text = text(&term.term, charset)?;
    if let Some(direction) = attributes.sort {
        let key = SortKey {
            index,
            descending: direction == 2,
            missing: Missing::Last,
        };
        return Ok(Leaf::Sort(text.trim().parse().unwrap_or(0), key));
    }
    let relation = match attributes.relation {
        RelationWanted::Always => return Ok(Leaf::Query(Query::All)),
        RelationWanted::Known(relation) => relation,
    };
    let clause = Clause {
        index,
        relation,
        structure: attributes.structure(),
        position: attributes.position,
        completeness: attributes.completeness,
        term: pattern(&text, attributes.truncation),
    };
    Ok(Leaf::Query(clause.into()))
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

/// The term with its truncation: what stands at its ends, or what stands for runs and single characters in it.
pub(super) fn pattern(text: &str, truncation: i64) -> Pattern {
    let plain = || Pattern::literal(text.trim());
    match truncation {
        1 => plain().truncated_right(),
        2 => plain().truncated_left(),
        3 => plain().truncated_left().truncated_right(),
        101 => masked(text, &['#'], &[]),
        // Z39.58: "?" is a run, of at most n characters where a digit follows; the bound is not kept.
        104 => masked(text, &['?'], &['#']),
        105 => masked(text, &['*'], &['!']).truncated_right(),
        106 => masked(text, &['*'], &['!']),
        _ => plain(),
    }
}

fn masked(text: &str, run: &[char], one: &[char]) -> Pattern {
    let mut pattern = Pattern::default();
    let mut after_run = false;
    for c in text.trim().chars() {
        if run.contains(&c) {
            pattern.push_any_run();
        } else if one.contains(&c) {
            pattern.push_any_one();
        } else if !(after_run && run == ['?'] && c.is_ascii_digit()) {
            pattern.push_text(c.encode_utf8(&mut [0; 4]));
        }
        after_run = run.contains(&c) || (after_run && c.is_ascii_digit());
    }
    pattern
}
