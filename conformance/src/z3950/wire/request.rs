//! The client's messages.

use super::{
    ber::{GENERAL, OID, SEQUENCE, Tag::Context, boolean, constructed, integer, oid, primitive},
    query::{BIB1, Rpn, operand},
};

/// MARC 21.
pub const MARC21: &str = "1.2.840.10003.5.10";
/// XML.
pub const XML: &str = "1.2.840.10003.5.109.10";
/// SUTRS.
pub const SUTRS: &str = "1.2.840.10003.5.101";

/// Sizes that this client asks for.
const SIZE: i64 = 64 * 1024 * 1024;

/// What a client proposes at Init.
#[derive(Debug, Clone)]
pub struct Init<'a> {
    /// Versions 1 to this.
    pub version: u8,
    /// Option bits asked for.
    pub options: &'a [u32],
    /// Reference id.
    pub reference: Option<&'a [u8]>,
    /// User, password.
    pub login: Option<(&'a str, &'a str)>,
}

/// The options of an ordinary client: search, present, delete, trigger, scan, sort, extended services, named result sets.
pub const USUAL: &[u32] = &[0, 1, 2, 4, 7, 8, 10, 14];

impl Default for Init<'_> {
    fn default() -> Self {
        Init {
            version: 3,
            options: USUAL,
            reference: None,
            login: None,
        }
    }
}

/// Init.
pub fn init(wish: &Init<'_>) -> Vec<u8> {
    let mut parts = Vec::new();
    if let Some(reference) = wish.reference {
        parts.push(primitive(Context(2), reference));
    }
    parts.push(bits(3, &(0..u32::from(wish.version)).collect::<Vec<_>>()));
    parts.push(bits(4, wish.options));
    parts.push(integer(Context(5), SIZE));
    parts.push(integer(Context(6), SIZE));
    if let Some((user, password)) = wish.login {
        let id_pass = [primitive(Context(1), user.as_bytes()), primitive(Context(2), password.as_bytes())];
        parts.push(constructed(Context(7), &[&constructed(SEQUENCE, &[&id_pass.concat()])]));
    }
    parts.push(primitive(Context(110), b"81"));
    parts.push(primitive(Context(111), b"skranke-conform"));
    constructed(Context(20), &[&parts.concat()])
}

fn bits(tag: u32, set: &[u32]) -> Vec<u8> {
    let mut bytes = [0_u8; 4];
    for bit in set {
        if let Some(byte) = usize::try_from(bit / 8).ok().and_then(|place| bytes.get_mut(place)) {
            *byte |= 0x80 >> (bit % 8);
        }
    }
    let [a, b, c, d] = bytes;
    primitive(Context(tag), &[0, a, b, c, d])
}

/// A search.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Databases.
    pub databases: &'a [&'a str],
    /// Name of the result set.
    pub set: &'a str,
    /// Whether a set of that name gives way.
    pub replace: bool,
    /// Up to so many hits, all come with the answer.
    pub small: i64,
    /// From so many hits, none comes.
    pub large: i64,
    /// In between, so many come.
    pub medium: i64,
    /// Record syntax wanted.
    pub syntax: Option<&'a str>,
    /// Element set of records that come with the answer.
    pub elements: Option<&'a str>,
    /// Reference id.
    pub reference: Option<&'a [u8]>,
}

impl Default for Search<'_> {
    fn default() -> Self {
        Search {
            databases: &["Default"],
            set: "default",
            replace: true,
            small: 0,
            large: 1,
            medium: 0,
            syntax: None,
            elements: None,
            reference: None,
        }
    }
}

/// Search by RPN in Bib-1.
pub fn search(wish: &Search<'_>, query: &Rpn) -> Vec<u8> {
    search_with(wish, &query.encode(BIB1))
}

/// Search by an encoded query.
pub fn search_with(wish: &Search<'_>, query: &[u8]) -> Vec<u8> {
    let mut parts = Vec::new();
    if let Some(reference) = wish.reference {
        parts.push(primitive(Context(2), reference));
    }
    parts.push(integer(Context(13), wish.small));
    parts.push(integer(Context(14), wish.large));
    parts.push(integer(Context(15), wish.medium));
    parts.push(boolean(Context(16), wish.replace));
    parts.push(primitive(Context(17), wish.set.as_bytes()));
    parts.push(constructed(Context(18), &[&databases(wish.databases)]));
    if let Some(elements) = wish.elements {
        for tag in [100, 101] {
            parts.push(constructed(Context(tag), &[&primitive(Context(0), elements.as_bytes())]));
        }
    }
    if let Some(syntax) = wish.syntax {
        parts.push(oid(Context(104), syntax));
    }
    parts.push(query.to_vec());
    constructed(Context(22), &[&parts.concat()])
}

fn databases(names: &[&str]) -> Vec<u8> {
    names.iter().flat_map(|name| primitive(Context(105), name.as_bytes())).collect()
}

/// Present `number` records from `start`.
pub fn present(set: &str, start: i64, number: i64, syntax: Option<&str>, elements: Option<&str>) -> Vec<u8> {
    let mut parts = vec![
        primitive(Context(31), set.as_bytes()),
        integer(Context(30), start),
        integer(Context(29), number),
    ];
    if let Some(elements) = elements {
        parts.push(constructed(Context(19), &[&primitive(Context(0), elements.as_bytes())]));
    }
    if let Some(syntax) = syntax {
        parts.push(oid(Context(104), syntax));
    }
    constructed(Context(24), &[&parts.concat()])
}

/// Scan from a term: `number` terms, the start term at `position`.
pub fn scan(database: &str, attributes: &[(i64, i64)], term: &str, number: i64, position: i64) -> Vec<u8> {
    let parts = [
        constructed(Context(3), &[&databases(&[database])]),
        oid(OID, BIB1),
        operand(attributes, term),
        integer(Context(5), 0),
        integer(Context(6), number),
        integer(Context(7), position),
    ];
    constructed(Context(35), &[&parts.concat()])
}

/// Sort a result set by a Bib-1 use attribute.
pub fn sort(input: &str, output: &str, attribute: i64, descending: bool) -> Vec<u8> {
    let attributes = constructed(SEQUENCE, &[&integer(Context(120), 1), &integer(Context(121), attribute)]);
    let key = constructed(Context(2), &[&oid(OID, BIB1), &constructed(Context(44), &[&attributes])]);
    let spec = [
        constructed(Context(1), &[&key]),
        integer(Context(1), i64::from(descending)),
        integer(Context(2), 1),
    ];
    let parts = [
        constructed(Context(3), &[&primitive(GENERAL, input.as_bytes())]),
        primitive(Context(4), output.as_bytes()),
        constructed(Context(5), &[&constructed(SEQUENCE, &[&spec.concat()])]),
    ];
    constructed(Context(43), &[&parts.concat()])
}

/// Delete these result sets, or all where there are none.
pub fn delete(sets: &[&str]) -> Vec<u8> {
    let mut parts = vec![integer(Context(32), i64::from(sets.is_empty()))];
    if !sets.is_empty() {
        let names: Vec<u8> = sets.iter().flat_map(|set| primitive(Context(31), set.as_bytes())).collect();
        parts.push(constructed(SEQUENCE, &[&names]));
    }
    constructed(Context(26), &[&parts.concat()])
}

/// Close, finished.
pub fn close() -> Vec<u8> {
    constructed(Context(48), &[&integer(Context(211), 0)])
}
