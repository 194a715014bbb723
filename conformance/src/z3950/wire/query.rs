//! Type-1 queries (RPN).

use super::ber::{OID, SEQUENCE, Tag, Tag::Context, boolean, constructed, integer, oid, primitive};

/// Bib-1.
pub const BIB1: &str = "1.2.840.10003.3.1";

/// A query tree, encoded.
#[derive(Debug, Clone)]
pub struct Rpn(Vec<u8>);

/// A term with attributes (type, value) of the query's set.
pub fn term(attributes: &[(i64, i64)], term: &str) -> Rpn {
    Rpn(constructed(Context(0), &[&operand(attributes, term)]))
}

/// A term of bytes in any character set.
pub fn bytes(attributes: &[(i64, i64)], term: &[u8]) -> Rpn {
    let term = primitive(Context(45), term);
    Rpn(constructed(Context(0), &[&with_attributes(attributes, &term)]))
}

/// A term that is cut into parts (a string in constructed form).
pub fn segments(attributes: &[(i64, i64)], parts: &[&str]) -> Rpn {
    let parts: Vec<Vec<u8>> = parts.iter().map(|part| primitive(Tag::Universal(4), part.as_bytes())).collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    let term = constructed(Context(45), &parts);
    Rpn(constructed(Context(0), &[&with_attributes(attributes, &term)]))
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

/// How near two operands are to stand.
#[derive(Debug, Clone, Copy)]
pub struct Near {
    /// Not so near.
    pub exclusion: bool,
    /// In units.
    pub distance: i64,
    /// The first before the second.
    pub ordered: bool,
    /// 1 less, 2 at most, 3 equal, 4 at least, 5 more, 6 not equal.
    pub relation: i64,
    /// 2 word, 8 element.
    pub unit: i64,
}

/// Side by side, the first before the second.
pub const ADJACENT: Near = Near {
    exclusion: false,
    distance: 1,
    ordered: true,
    relation: 3,
    unit: 2,
};

/// Both near each other.
pub fn near(left: &Rpn, right: &Rpn, how: Near) -> Rpn {
    let parts = [
        boolean(Context(1), how.exclusion),
        integer(Context(2), how.distance),
        boolean(Context(3), how.ordered),
        integer(Context(4), how.relation),
        constructed(Context(5), &[&integer(Context(1), how.unit)]),
    ];
    operator(left, right, &constructed(Context(3), &[&parts.concat()]))
}

fn operator(left: &Rpn, right: &Rpn, operator: &[u8]) -> Rpn {
    Rpn(constructed(
        Context(1),
        &[&left.0, &right.0, &constructed(Context(46), &[operator])],
    ))
}

/// Attributes and term, as Search and Scan have them.
pub(super) fn operand(attributes: &[(i64, i64)], term: &str) -> Vec<u8> {
    with_attributes(attributes, &primitive(Context(45), term.as_bytes()))
}

fn with_attributes(attributes: &[(i64, i64)], term: &[u8]) -> Vec<u8> {
    let list: Vec<Vec<u8>> = attributes
        .iter()
        .map(|(kind, value)| constructed(SEQUENCE, &[&integer(Context(120), *kind), &integer(Context(121), *value)]))
        .collect();
    let list: Vec<&[u8]> = list.iter().map(Vec::as_slice).collect();
    constructed(Context(102), &[&constructed(Context(44), &list), term])
}

impl Rpn {
    /// A tree that is encoded already.
    pub fn of(encoded: Vec<u8>) -> Self {
        Self(encoded)
    }

    /// The tree, encoded.
    pub fn encoded(&self) -> &[u8] {
        &self.0
    }

    /// As the query of a Search, of type 101.
    pub fn type_101(&self) -> Vec<u8> {
        constructed(Context(21), &[&constructed(Context(101), &[&oid(OID, BIB1), &self.0])])
    }

    /// As the query of a Search, in an attribute set.
    pub(super) fn encode(&self, attribute_set: &str) -> Vec<u8> {
        constructed(Context(21), &[&constructed(Context(1), &[&oid(OID, attribute_set), &self.0])])
    }
}

/// A type-100 query, which hardly any server reads.
pub fn z3958(text: &str) -> Vec<u8> {
    constructed(
        Context(21),
        &[&constructed(Context(100), &[&primitive(Tag::Universal(4), text.as_bytes())])],
    )
}

/// A type-104 query.
pub fn cql(text: &str) -> Vec<u8> {
    let external = [
        oid(OID, "1.2.840.10003.16.2"),
        constructed(Context(0), &[&primitive(super::ber::GENERAL, text.as_bytes())]),
    ];
    constructed(Context(21), &[&constructed(Context(104), &[&external.concat()])])
}
