//! The client's messages.

use super::{
    ber::{GENERAL, OID, SEQUENCE, Tag::Context, VISIBLE, boolean, constructed, integer, oid, primitive},
    query::{BIB1, Rpn, operand},
};

/// MARC 21.
pub const MARC21: &str = "1.2.840.10003.5.10";
/// XML.
pub const XML: &str = "1.2.840.10003.5.109.10";
/// OPAC: a record with its holdings.
pub const OPAC: &str = "1.2.840.10003.5.102";
/// GRS-1.
pub const GRS_1: &str = "1.2.840.10003.5.105";
/// Character set negotiation.
pub const NEGOTIATION: &str = "1.2.840.10003.15.3";
/// Schema of holdings (Bath, danZIG).
pub const HOLDINGS: &str = "1.2.840.10003.13.7.4";
/// Update, revision 1.
pub const UPDATE: &str = "1.2.840.10003.9.5.1.1";
/// Item order.
pub const ITEM_ORDER: &str = "1.2.840.10003.9.4";
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
    /// The login goes as one string, `user/password`.
    pub open: bool,
    /// A character set to be agreed on.
    pub charset: Option<CharacterSet>,
    /// Bytes of records in one message, and of one record.
    pub size: i64,
}

/// A character set that a client proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CharacterSet {
    /// ISO 10646 in UTF-8.
    Utf8,
    /// Latin-1 by its name, as YAZ proposes it.
    Latin1,
    /// ISO 10646 in an encoding that there is not.
    Unheard,
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
            open: false,
            charset: None,
            size: SIZE,
        }
    }
}

impl CharacterSet {
    /// The proposal, as other information holds it; records are to come in that set too.
    fn proposal(self) -> Vec<u8> {
        let unicode = |encoding: &str| constructed(Context(2), &[&oid(Context(2), encoding)]);
        let set = match self {
            Self::Utf8 => unicode("1.0.10646.1.0.8"),
            Self::Unheard => unicode("1.0.10646.1.0.99"),
            Self::Latin1 => {
                let external = [oid(OID, "1.2.840.10003.15.1000.81.1"), primitive(Context(1), b"ISO-8859-1")];
                constructed(Context(3), &[&constructed(Context(2), &[&external.concat()])])
            }
        };
        let proposal = constructed(Context(1), &[&constructed(Context(1), &[&set]), &boolean(Context(3), true)]);
        let external = [oid(OID, NEGOTIATION), constructed(Context(0), &[&proposal])];
        constructed(SEQUENCE, &[&constructed(Context(4), &[&external.concat()])])
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
    parts.push(integer(Context(5), wish.size));
    parts.push(integer(Context(6), wish.size));
    if let Some((user, password)) = wish.login.filter(|_| wish.open) {
        let token = primitive(VISIBLE, format!("{user}/{password}").as_bytes());
        parts.push(constructed(Context(7), &[&token]));
    } else if let Some((user, password)) = wish.login {
        let id_pass = [primitive(Context(1), user.as_bytes()), primitive(Context(2), password.as_bytes())];
        parts.push(constructed(Context(7), &[&constructed(SEQUENCE, &[&id_pass.concat()])]));
    }
    parts.push(primitive(Context(110), b"81"));
    parts.push(primitive(Context(111), b"skranke-conform"));
    if let Some(charset) = wish.charset {
        parts.push(constructed(Context(201), &[&charset.proposal()]));
    }
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

/// Present records of several ranges, first and number each.
pub fn present_ranges(set: &str, ranges: &[(i64, i64)], syntax: &str) -> Vec<u8> {
    let (start, number) = ranges.first().copied().unwrap_or((1, 1));
    let more: Vec<u8> = ranges
        .iter()
        .skip(1)
        .flat_map(|(start, number)| constructed(SEQUENCE, &[&integer(Context(1), *start), &integer(Context(2), *number)]))
        .collect();
    let parts = [
        primitive(Context(31), set.as_bytes()),
        integer(Context(30), start),
        integer(Context(29), number),
        constructed(Context(212), &[&more]),
        oid(Context(104), syntax),
    ];
    constructed(Context(24), &[&parts.concat()])
}

/// Present one record as XML of a schema in an element set of that schema.
pub fn present_schema(set: &str, start: i64, schema: &str, elements: &str) -> Vec<u8> {
    let specification = [
        oid(Context(1), schema),
        constructed(Context(2), &[&primitive(Context(1), elements.as_bytes())]),
    ];
    let composition = [
        boolean(Context(1), false),
        constructed(Context(2), &[&specification.concat()]),
        constructed(Context(4), &[&oid(OID, XML)]),
    ];
    let parts = [
        primitive(Context(31), set.as_bytes()),
        integer(Context(30), start),
        integer(Context(29), 1),
        constructed(Context(209), &[&composition.concat()]),
        oid(Context(104), XML),
    ];
    constructed(Context(24), &[&parts.concat()])
}

/// Scan from a term: `number` terms, the start term at `position`.
pub fn scan(database: &str, attributes: &[(i64, i64)], term: &str, number: i64, position: i64) -> Vec<u8> {
    scan_of(database, operand(attributes, term), number, 0, position)
}

/// Scan from a term: `number` terms, `step` left out between two.
pub fn scan_by_steps(database: &str, attributes: &[(i64, i64)], term: &str, number: i64, step: i64) -> Vec<u8> {
    scan_of(database, operand(attributes, term), number, step, 1)
}

fn scan_of(database: &str, start: Vec<u8>, number: i64, step: i64, position: i64) -> Vec<u8> {
    let parts = [
        constructed(Context(3), &[&databases(&[database])]),
        oid(OID, BIB1),
        start,
        integer(Context(5), step),
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

/// Ask for nothing of what is under way any more, or for a report of it: 1 report, 2 control, 3 cancel.
pub fn trigger(action: i64) -> Vec<u8> {
    constructed(Context(32), &[&integer(Context(46), action)])
}

/// Ask for a report of resources.
pub fn resource_report() -> Vec<u8> {
    constructed(Context(33), &[])
}

/// An extended service with these parameters of its own. Function 1: create; wait action 1: wait.
pub fn task(service: &str, function: i64, wait_action: i64, parameters: &[u8]) -> Vec<u8> {
    let external = [oid(OID, service), constructed(Context(0), &[parameters])];
    let parts = [
        integer(Context(3), function),
        oid(Context(4), service),
        constructed(Context(10), &[&external.concat()]),
        integer(Context(11), wait_action),
    ];
    constructed(Context(46), &[&parts.concat()])
}

/// Parameters of an update: 1 insert, 2 replace, 3 delete; a record in XML.
pub fn update(action: i64, database: &str, record: &[u8]) -> Vec<u8> {
    let kept = constructed(
        SEQUENCE,
        &[&integer(Context(1), action), &primitive(Context(2), database.as_bytes())],
    );
    let external = [oid(OID, XML), primitive(Context(1), record)];
    let supplied = constructed(SEQUENCE, &[&constructed(Context(4), &[&external.concat()])]);
    let records = constructed(SEQUENCE, &[&supplied]);
    constructed(
        Context(1),
        &[&constructed(Context(1), &[&kept]), &constructed(Context(2), &[&records])],
    )
}

/// Parameters of an order: a record of a result set, for who is named as the contact.
pub fn item_order(set: &str, place: i64, card: &str) -> Vec<u8> {
    let contact = constructed(Context(2), &[&primitive(Context(1), card.as_bytes())]);
    let kept = constructed(SEQUENCE, &[&contact]);
    let item = constructed(Context(1), &[&primitive(Context(1), set.as_bytes()), &integer(Context(2), place)]);
    let wanted = constructed(SEQUENCE, &[&item]);
    constructed(
        Context(1),
        &[&constructed(Context(1), &[&kept]), &constructed(Context(2), &[&wanted])],
    )
}
