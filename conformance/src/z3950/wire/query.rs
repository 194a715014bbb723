//! Type-1 queries (RPN).

use super::ber::{OID, SEQUENCE, Tag::Context, constructed, integer, oid, primitive};

/// Bib-1.
pub const BIB1: &str = "1.2.840.10003.3.1";

/// A query tree, encoded.
#[derive(Debug, Clone)]
pub struct Rpn(Vec<u8>);

/// A term with attributes (type, value) of the query's set.
pub fn term(attributes: &[(i64, i64)], term: &str) -> Rpn {
    Rpn(constructed(Context(0), &[&operand(attributes, term)]))
}

/// A named result set.
pub fn set(name: &str) -> Rpn {
    Rpn(constructed(Context(0), &[&primitive(Context(31), name.as_bytes())]))
}

/// Both.
pub fn and(left: &Rpn, right: &Rpn) -> Rpn {
    operator(left, right, &primitive(Context(0), &[]))
}

/// Either.
pub fn or(left: &Rpn, right: &Rpn) -> Rpn {
    operator(left, right, &primitive(Context(1), &[]))
}

/// The first without the second.
pub fn not(left: &Rpn, right: &Rpn) -> Rpn {
    operator(left, right, &primitive(Context(2), &[]))
}

fn operator(left: &Rpn, right: &Rpn, operator: &[u8]) -> Rpn {
    Rpn(constructed(
        Context(1),
        &[&left.0, &right.0, &constructed(Context(46), &[operator])],
    ))
}

/// Attributes and term, as Search and Scan have them.
pub(super) fn operand(attributes: &[(i64, i64)], term: &str) -> Vec<u8> {
    let list: Vec<Vec<u8>> = attributes
        .iter()
        .map(|(kind, value)| constructed(SEQUENCE, &[&integer(Context(120), *kind), &integer(Context(121), *value)]))
        .collect();
    let list: Vec<&[u8]> = list.iter().map(Vec::as_slice).collect();
    constructed(
        Context(102),
        &[&constructed(Context(44), &list), &primitive(Context(45), term.as_bytes())],
    )
}

impl Rpn {
    /// As the query of a Search, in an attribute set.
    pub(super) fn encode(&self, attribute_set: &str) -> Vec<u8> {
        constructed(Context(21), &[&constructed(Context(1), &[&oid(OID, attribute_set), &self.0])])
    }
}

/// A type-104 query.
pub fn cql(text: &str) -> Vec<u8> {
    let external = [
        oid(OID, "1.2.840.10003.16.2"),
        constructed(Context(0), &[&primitive(super::ber::GENERAL, text.as_bytes())]),
    ];
    constructed(Context(21), &[&constructed(Context(104), &[&external.concat()])])
}
