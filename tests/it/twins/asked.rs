//! Queries in both languages, from the terms that a catalogue has.

use super::dice::Dice;
use skranke_core::agency::AgencyId;
use skranke_core::ports::search::{Cancel, Databases, List, Scan, Search};
use skranke_core::query::{Index, IndexMap, Kind, Sort, fold};
use skranke_storage::SearchIndex;
use skranke_z3950::codec::{Charset, InternationalString, Null, OctetString};
use skranke_z3950::message::{
    AttributeElement, AttributeValue, AttributesPlusTerm, Node, Operand, Operator, Proximity, ProximityUnit, ResultSetId, Rpn, RpnQuery,
    Term, oid,
};
use std::sync::Arc;

/// One question in both languages.
pub struct Twins {
    pub rpn: RpnQuery,
    pub cql: String,
    pub databases: Databases,
    /// Which pattern of attributes it shows, where it is one clause; else what joins its clauses.
    pub pattern: &'static str,
}

/// What part of a heading a term is.
#[derive(Clone, Copy)]
enum Part {
    Word,
    /// Words side by side, anywhere.
    Phrase,
    /// Words from the start.
    FirstWords,
    /// Words from the start, the last one cut.
    FirstCharacters,
    Whole,
    /// Words, not side by side.
    Words,
    /// Two values of a number.
    Range,
}

/// A pattern of attributes: relation, position, structure, truncation, completeness, and how CQL says it. In the CQL `{i}` is the
/// index, `{t}` the term.
struct Pattern {
    name: &'static str,
    attributes: [i64; 5],
    part: Part,
    cql: &'static str,
}

const fn pattern(name: &'static str, attributes: [i64; 5], part: Part, cql: &'static str) -> Pattern {
    Pattern {
        name,
        attributes,
        part,
        cql,
    }
}

/// Of text: danZIG's five, Bath's, the Danish phrase codes, and what else Bib-1 can say.
const OF_TEXT: [Pattern; 22] = [
    pattern("complete field", [3, 1, 1, 100, 3], Part::Whole, "{i} == \"{t}\""),
    pattern("complete field, anchored", [3, 1, 1, 100, 3], Part::Whole, "{i} = \"^{t}^\""),
    pattern("complete subfield", [3, 3, 1, 100, 2], Part::Whole, "{i} =/string \"{t}\""),
    pattern("phrase", [3, 3, 1, 100, 1], Part::Phrase, "{i} = \"{t}\""),
    pattern("phrase, adj", [3, 3, 1, 100, 1], Part::Phrase, "{i} adj \"{t}\""),
    pattern("phrase, right truncated", [3, 3, 1, 1, 1], Part::FirstCharacters, "{i} = \"{t}*\""),
    pattern("word", [3, 3, 2, 100, 1], Part::Word, "{i} = \"{t}\""),
    pattern("word, right truncated", [3, 3, 2, 1, 1], Part::Word, "{i} = \"{t}*\""),
    pattern("word, left truncated", [3, 3, 2, 2, 1], Part::Word, "{i} = \"*{t}\""),
    pattern("word, truncated at both ends", [3, 3, 2, 3, 1], Part::Word, "{i} = \"*{t}*\""),
    pattern("word with runs", [3, 3, 2, 101, 1], Part::Word, "{i} = \"{m}\""),
    pattern("word with masks", [3, 3, 2, 104, 1], Part::Word, "{i} = \"{m}\""),
    pattern("first words", [3, 1, 1, 100, 1], Part::FirstWords, "{i} = \"^{t}\""),
    pattern("first words in subfield", [3, 2, 1, 100, 1], Part::FirstWords, "{i} = \"^{t}\""),
    pattern("first characters", [3, 1, 1, 1, 1], Part::FirstCharacters, "{i} = \"^{t}*\""),
    pattern(
        "heading, right truncated",
        [3, 1, 1, 1, 3],
        Part::FirstCharacters,
        "{i} == \"{t}*\"",
    ),
    pattern("all words", [3, 3, 6, 100, 1], Part::Words, "{i} all \"{t}\""),
    pattern("any word", [3, 3, 105, 100, 1], Part::Words, "{i} any \"{t}\""),
    pattern("not the words", [6, 3, 1, 100, 1], Part::Phrase, "{i} <> \"{t}\""),
    pattern("headings before", [1, 3, 1, 100, 1], Part::FirstWords, "{i} < \"{t}\""),
    pattern("headings from", [4, 3, 1, 100, 1], Part::FirstWords, "{i} >= \"{t}\""),
    pattern("headings after", [5, 1, 1, 100, 3], Part::Whole, "{i} > \"{t}\""),
];

/// Of what is not text.
const OF_VALUES: [Pattern; 7] = [
    pattern("identifier", [3, 3, 1, 100, 2], Part::Whole, "{i} = \"{t}\""),
    pattern("local number", [3, 3, 103, 100, 2], Part::Whole, "{i} == \"{t}\""),
    pattern("class", [3, 1, 1, 100, 3], Part::Whole, "{i} == \"{t}\""),
    pattern("value, plain", [3, 3, 2, 100, 1], Part::Whole, "{i} adj \"{t}\""),
    pattern("value, right truncated", [3, 3, 1, 1, 1], Part::FirstCharacters, "{i} = \"{t}*\""),
    pattern("value, left truncated", [3, 3, 1, 2, 1], Part::Whole, "{i} = \"*{t}\""),
    pattern("other values", [6, 3, 1, 100, 1], Part::Whole, "{i} <> \"{t}\""),
];

/// Of numbers and dates, beside those.
const OF_NUMBERS: [Pattern; 6] = [
    pattern("year", [3, 1, 4, 100, 1], Part::Whole, "{i} = {t}"),
    pattern("years before", [1, 1, 4, 100, 1], Part::Whole, "{i} < {t}"),
    pattern("years up to", [2, 1, 4, 100, 1], Part::Whole, "{i} <= {t}"),
    pattern("years from", [4, 1, 4, 100, 1], Part::Whole, "{i} >= {t}"),
    pattern("years after", [5, 1, 4, 100, 1], Part::Whole, "{i} > {t}"),
    pattern("years within", [104, 1, 4, 100, 1], Part::Range, "{i} within \"{t}\""),
];

/// What stands for an index in both languages, and what it holds.
struct Access {
    /// Bib-1 use attribute.
    of_use: i64,
    cql: String,
    kind: Kind,
    sortable: bool,
    terms: Vec<String>,
}

pub struct Asker {
    dice: Dice,
    accesses: Vec<Access>,
}

impl Asker {
    /// Learns the terms of every index that both languages can name.
    pub async fn new(dice: Dice, index: &SearchIndex, map: &Arc<IndexMap>) -> Self {
        let mut accesses = Vec::new();
        for known in map.indexes() {
            let Some((of_use, cql)) = both_names(known, map) else { continue };
            let terms = terms(index, map, known).await;
            if !terms.is_empty() {
                accesses.push(Access {
                    of_use: i64::from(of_use),
                    cql,
                    kind: known.kind,
                    sortable: known.sort != Sort::No,
                    terms,
                });
            }
        }
        assert!(accesses.len() > 20, "{} indexes have terms", accesses.len());
        Self { dice, accesses }
    }

    /// The names of all patterns and of what joins clauses.
    pub fn patterns(&self) -> impl Iterator<Item = &'static str> {
        let tables = OF_TEXT.iter().chain(&OF_VALUES).chain(&OF_NUMBERS).map(|pattern| pattern.name);
        tables.chain(["and", "or", "not", "near", "result set", "all records", "sorted"])
    }

    /// A question: one clause, or several.
    pub fn twins(&mut self, single: bool) -> Twins {
        let depth = if single { 0 } else { 1 + self.dice.roll(3) };
        let (mut nodes, mut cql, mut pattern) = self.query(depth);
        if self.dice.roll(5) == 0 {
            let sortable: Vec<_> = self.accesses.iter().filter(|access| access.sortable).collect();
            let by = sortable[self.dice.roll(sortable.len())];
            let descending = self.dice.roll(2);
            let attributes = vec![attribute(7, 1 + i64::try_from(descending).unwrap()), attribute(1, by.of_use)];
            nodes.push(operand(attributes, "0", true));
            nodes.push(Node::Operator(Operator::Or(Null)));
            cql = format!("({cql}) sortBy {}/sort.{}", by.cql, ["ascending", "descending"][descending]);
            pattern = if single { pattern } else { "sorted" };
        }
        let databases = match self.dice.roll(5) {
            0 => Databases::Of(vec![AgencyId::parse("870970"), AgencyId::parse("DK-761500")]),
            _ => Databases::All,
        };
        Twins {
            rpn: RpnQuery {
                attribute_set: oid::BIB_1,
                rpn: Rpn { nodes, cut: false },
            },
            cql,
            databases,
            pattern,
        }
    }

    fn query(&mut self, depth: usize) -> (Vec<Node>, String, &'static str) {
        if depth == 0 {
            return match self.dice.roll(30) {
                0 => {
                    let name = ResultSetId(InternationalString::of("some", Charset::Utf8));
                    let nodes = vec![Node::Operand(Operand::ResultSet(name))];
                    (nodes, "cql.resultSetId = some".to_owned(), "result set")
                }
                1 => (
                    vec![operand(vec![attribute(1, 1016), attribute(2, 103)], "x", true)],
                    "cql.allRecords = 1".to_owned(),
                    "all records",
                ),
                2..=4 => self.near(),
                _ => self.clause(),
            };
        }
        let below = if self.dice.roll(2) == 0 { depth - 1 } else { 0 };
        let (mut nodes, left, _) = self.query(depth - 1);
        let (more, right, _) = self.query(below);
        nodes.extend(more);
        let (operator, word) = match self.dice.roll(3) {
            0 => (Operator::And(Null), "and"),
            1 => (Operator::Or(Null), "or"),
            _ => (Operator::AndNot(Null), "not"),
        };
        nodes.push(Node::Operator(operator));
        (nodes, format!("({left}) {word} ({right})"), word)
    }

    fn clause(&mut self) -> (Vec<Node>, String, &'static str) {
        // Few indexes are numbers, and they have patterns of their own.
        let wanted: fn(Kind) -> bool = match self.dice.roll(10) {
            0..=5 => |kind| kind == Kind::Text,
            6 | 7 => |kind| kind == Kind::Number,
            _ => |kind| !matches!(kind, Kind::Text | Kind::Number),
        };
        let of_kind = |access: &Access| wanted(access.kind);
        let places: Vec<usize> = (0..self.accesses.len()).filter(|at| of_kind(&self.accesses[*at])).collect();
        let at = *self.dice.of(&places);
        let kind = self.accesses[at].kind;
        let pattern = match kind {
            Kind::Text => self.dice.of(&OF_TEXT),
            Kind::Number if self.dice.roll(3) > 0 => self.dice.of(&OF_NUMBERS),
            _ => self.dice.of(&OF_VALUES),
        };
        let access = &self.accesses[at];
        let term = self.dice.of(&access.terms).clone();
        let other = self.dice.of(&access.terms).clone();
        let (mut term, mut masked) = (self.part(&term, &other, pattern.part, kind), None);
        // The masks of each language stand where a letter stood.
        if matches!(pattern.attributes[3], 101 | 104) {
            let at = 1 + self.dice.roll(term.chars().count().max(2) - 1);
            // In Z39.58 a digit after the mask bounds the run; CQL has no such thing.
            let bounded = term.chars().nth(at + 1).is_some_and(|c| c.is_ascii_digit());
            let run = pattern.attributes[3] == 101 || (self.dice.roll(2) == 0 && !bounded);
            let with = |mask: &str| -> String {
                let (front, rest): (Vec<_>, Vec<_>) = term.chars().enumerate().partition(|(place, _)| *place < at);
                let text = |part: Vec<(usize, char)>, skip: usize| part.into_iter().skip(skip).map(|(_, c)| c).collect::<String>();
                text(front, 0) + mask + &text(rest, 1)
            };
            masked = Some(with(if run { "*" } else { "?" }));
            term = with(match (pattern.attributes[3], run) {
                (101, _) => "#",
                (_, true) => "?",
                (_, false) => "#",
            });
        }
        let cql = pattern
            .cql
            .replace("{i}", &self.accesses[at].cql)
            .replace("{m}", masked.as_deref().unwrap_or_default())
            .replace("{t}", &guarded(&term));
        let mut attributes = vec![attribute(1, self.accesses[at].of_use)];
        // What Bib-1 has as default may be left out.
        let defaults = [3, 3, 0, 100, 1];
        for (kind, (value, default)) in (2..).zip(pattern.attributes.into_iter().zip(defaults)) {
            if value != default || self.dice.roll(2) == 0 {
                attributes.push(attribute(kind, value));
            }
        }
        let as_text = self.dice.roll(2) == 0;
        (vec![operand(attributes, &term, as_text)], cql, pattern.name)
    }

    /// A part of a heading, or of a value.
    fn part(&mut self, heading: &str, other: &str, part: Part, kind: Kind) -> String {
        let cut = |text: &str, dice: &mut Dice| {
            let length = text.chars().count();
            text.chars().take(length - dice.roll(length.max(2) / 2 + 1)).collect::<String>()
        };
        if kind != Kind::Text {
            return match part {
                Part::FirstCharacters => cut(heading, &mut self.dice),
                Part::Range => {
                    let mut ends = [heading, other];
                    ends.sort_unstable();
                    ends.join(" ")
                }
                _ => heading.to_owned(),
            };
        }
        let words: Vec<&str> = heading.split_whitespace().filter(|word| !fold::words(word).is_empty()).collect();
        let from = self.dice.roll(words.len());
        let some = 1 + self.dice.roll(3);
        match part {
            Part::Word => fold::words(words[from]).split(' ').next().unwrap_or_default().to_owned(),
            Part::Phrase => words[from..(from + some).min(words.len())].join(" "),
            Part::FirstWords => words[..some.min(words.len())].join(" "),
            Part::FirstCharacters => {
                let first = words[..some.min(words.len())].join(" ");
                cut(&first, &mut self.dice)
            }
            Part::Whole | Part::Range => words.join(" "),
            Part::Words => {
                let other = self.dice.roll(words.len());
                format!("{} {}", words[other], words[from])
            }
        }
    }

    /// Two words of one heading near each other.
    fn near(&mut self) -> (Vec<Node>, String, &'static str) {
        let texts: Vec<_> = self.accesses.iter().filter(|access| access.kind == Kind::Text).collect();
        let access = texts[self.dice.roll(texts.len())];
        let heading: &String = self.dice.of(&access.terms);
        let heading = fold::words(heading);
        let words: Vec<&str> = heading.split(' ').collect();
        let (left, right) = (*self.dice.of(&words), *self.dice.of(&words));
        let ordered = self.dice.roll(2) == 0;
        let (unit, unit_name) = if self.dice.roll(4) == 0 { (8, "element") } else { (2, "word") };
        let distance = self.dice.roll(5);
        let (relation, sign) = *self.dice.of(&[(1, "<"), (2, "<="), (3, "="), (4, ">="), (5, ">")]);
        let side = |word: &str| operand(vec![attribute(1, access.of_use), attribute(4, 2)], word, true);
        let near = Operator::Prox(Proximity {
            exclusion: None,
            distance: i64::try_from(distance).unwrap(),
            ordered,
            relation_type: relation,
            unit: ProximityUnit::Known(unit),
        });
        let order = if ordered { "ordered" } else { "unordered" };
        let cql = format!(
            "{i} = \"{left}\" prox/unit={unit_name}/distance{sign}{distance}/{order} {i} = \"{right}\"",
            i = access.cql
        );
        (vec![side(left), side(right), Node::Operator(near)], cql, "near")
    }
}

/// A use attribute and a CQL name that mean an index, if it has both.
fn both_names(index: &Index, map: &IndexMap) -> Option<(u32, String)> {
    let of_use = index.bib1.iter().copied().find(|of_use| map.bib1(*of_use) == Some(index.id))?;
    let plain = |name: &&String| {
        let reading = name.split_once('.').and_then(|(set, name)| map.cql(Some(set), name).ok());
        reading.is_some_and(|reading| reading.index == index.id && !reading.from_start)
    };
    Some((of_use, index.cql.iter().find(plain)?.clone()))
}

/// What its browse list shows; of an index without one what the list of everything does.
async fn terms(index: &SearchIndex, map: &IndexMap, of: &Index) -> Vec<String> {
    let scan = |index_id, list| Scan {
        databases: Databases::All,
        index: index_id,
        list,
        start: String::new(),
        position: 1,
        count: 2_000,
        step: 0,
        cancel: Cancel::never(),
    };
    let list = if of.headings || !of.is_text() {
        List::Headings
    } else {
        List::Words
    };
    let listed = match of.kind {
        Kind::Group => Vec::new(),
        _ => index.scan(scan(of.id, list)).await.map(|list| list.terms).unwrap_or_default(),
    };
    let other = match of.kind {
        Kind::Text => map.default_index(),
        _ => map.named("isbn").unwrap(),
    };
    let lists = if other == map.default_index() {
        List::Words
    } else {
        List::Headings
    };
    let listed = match listed.is_empty() && matches!(of.kind, Kind::Text | Kind::Group) {
        true => index.scan(scan(other, lists)).await.unwrap().terms,
        false => listed,
    };
    let says = |text: &String| !fold::words(text).is_empty();
    listed.into_iter().map(|term| term.shown).filter(says).collect()
}

fn attribute(kind: i64, value: i64) -> AttributeElement {
    AttributeElement {
        attribute_set: None,
        attribute_type: kind,
        value: AttributeValue::Numeric(value),
    }
}

fn operand(attributes: Vec<AttributeElement>, term: &str, as_text: bool) -> Node {
    let term = match as_text {
        true => Term::Characters(InternationalString::of(term, Charset::Utf8)),
        false => Term::General(OctetString(term.as_bytes().to_vec())),
    };
    Node::Operand(Operand::Term(AttributesPlusTerm { attributes, term }))
}

/// A term that means itself within the quotes of CQL.
fn guarded(term: &str) -> String {
    let mut out = String::new();
    for c in term.chars() {
        if matches!(c, '"' | '\\' | '*' | '?' | '^') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
