//! Attributes of a term (digest 5): Bib-1 and Dan-1, each value checked, the last of a type counting.

use crate::codec::{InternationalString, Oid};
use crate::message::{AttributeElement, AttributeValue, Diagnostic, StringOrNumeric, oid};
use skranke_core::query::{Completeness, IndexId, IndexMap, Position, Relation, Structure};

/// What the attributes of a term say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attributes {
    /// The access point; `None` where none is named.
    pub(super) index: Option<IndexId>,
    pub(super) relation: RelationWanted,
    pub(super) position: Position,
    /// As numbered in Bib-1; `None` where none is named.
    pub(super) structure: Option<i64>,
    /// As numbered in Bib-1.
    pub(super) truncation: i64,
    pub(super) completeness: Completeness,
    /// 1 ascending, 2 descending: the term is a sort key and its value the key's rank (type 7).
    pub(super) sort: Option<i64>,
}

/// How what is found stands to the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationWanted {
    Known(Relation),
    /// Whatever the term, every record.
    Always,
}

const USE: i64 = 1;
const RELATION: i64 = 2;
const POSITION: i64 = 3;
const STRUCTURE: i64 = 4;
const TRUNCATION: i64 = 5;
const COMPLETENESS: i64 = 6;
const SORT: i64 = 7;

impl Attributes {
    /// Reads the attributes of a term; `default_set` is the query's.
    pub(super) fn read(list: &[AttributeElement], default_set: &Oid, map: &IndexMap) -> Result<Self, Diagnostic> {
        let mut attributes = Self {
            index: None,
            relation: RelationWanted::Known(Relation::Eq),
            position: Position::Any,
            structure: None,
            truncation: 100,
            completeness: Completeness::Incomplete,
            sort: None,
        };
        for element in list {
            let set = element.attribute_set.as_ref().unwrap_or(default_set);
            let danish = *set == oid::DAN_1;
            if !danish && *set != oid::BIB_1 {
                return Err(Diagnostic::new(121, set.to_string()));
            }
            let value = match value(&element.value) {
                Value::Number(number) => number,
                Value::Name(name) if element.attribute_type == USE => {
                    attributes.index = Some(named(&name, map)?);
                    continue;
                }
                Value::Name(name) => return Err(Diagnostic::new(246, name)),
            };
            attributes.set(element.attribute_type, value, danish, map)?;
        }
        Ok(attributes)
    }

    fn set(&mut self, kind: i64, value: i64, danish: bool, map: &IndexMap) -> Result<(), Diagnostic> {
        let unsupported = |condition| Diagnostic::new(condition, value.to_string());
        match kind {
            USE => {
                let found = u32::try_from(value)
                    .ok()
                    .and_then(|value| if danish { map.dan1(value) } else { map.bib1(value) });
                self.index = Some(found.ok_or_else(|| unsupported(114))?);
            }
            RELATION => {
                self.relation = match value {
                    1 => RelationWanted::Known(Relation::Lt),
                    2 => RelationWanted::Known(Relation::Le),
                    // Relevance is a matter of order, and ours is by number.
                    3 | 102 => RelationWanted::Known(Relation::Eq),
                    4 => RelationWanted::Known(Relation::Ge),
                    5 => RelationWanted::Known(Relation::Gt),
                    6 => RelationWanted::Known(Relation::Ne),
                    103 => RelationWanted::Always,
                    104 => RelationWanted::Known(Relation::Within),
                    _ => return Err(unsupported(117)),
                }
            }
            POSITION => {
                self.position = match value {
                    1 | 2 => Position::FirstInField,
                    3 => Position::Any,
                    _ => return Err(unsupported(119)),
                }
            }
            STRUCTURE => match value {
                1..=6 | 100..=109 => self.structure = Some(value),
                _ => return Err(unsupported(118)),
            },
            TRUNCATION => match value {
                1..=3 | 100 | 101 | 104..=106 => self.truncation = value,
                _ => return Err(unsupported(120)),
            },
            COMPLETENESS => {
                self.completeness = match value {
                    1 => Completeness::Incomplete,
                    2 => Completeness::Subfield,
                    3 => Completeness::Field,
                    _ => return Err(unsupported(122)),
                }
            }
            SORT => self.sort = Some(value),
            // Which of its lists, how to rank, how much at most: one server's own.
            8..=12 => {}
            _ => return Err(Diagnostic::new(113, kind.to_string())),
        }
        Ok(())
    }

    /// How a term of these attributes is taken apart.
    pub(super) fn structure(&self) -> Structure {
        match self.structure {
            Some(6) => Structure::AllWords,
            Some(105 | 106) => Structure::AnyWord,
            _ => Structure::Phrase,
        }
    }
}

enum Value {
    Number(i64),
    Name(String),
}

/// The first of several that are in order of preference.
fn value(value: &AttributeValue) -> Value {
    let first = match value {
        AttributeValue::Numeric(number) => return Value::Number(*number),
        AttributeValue::Complex(complex) => complex.list.first(),
    };
    match first {
        Some(StringOrNumeric::Numeric(number)) => Value::Number(*number),
        Some(StringOrNumeric::String(name)) => Value::Name(name.text().into_owned()),
        None => Value::Name(String::new()),
    }
}

/// An access point by a name of the index map.
fn named(name: &str, map: &IndexMap) -> Result<IndexId, Diagnostic> {
    let unknown = || Diagnostic::new(114, name);
    let (set, index) = match name.split_once('.') {
        Some((set, index)) => (Some(set), index),
        None => (None, name),
    };
    map.cql(set, index).map(|reading| reading.index).map_err(|_| unknown())
}

/// An access point by the value of a use attribute, of Bib-1 where no set is named.
pub(super) fn by_value(of: &AttributeValue, set: Option<&Oid>, map: &IndexMap) -> Option<IndexId> {
    match value(of) {
        Value::Name(name) => named(&name, map).ok(),
        Value::Number(number) => {
            let number = u32::try_from(number).ok()?;
            if set == Some(&oid::DAN_1) {
                map.dan1(number)
            } else {
                map.bib1(number)
            }
        }
    }
}

/// The name an access point is asked for by, where a client uses names.
pub(super) fn by_name(name: &InternationalString, map: &IndexMap) -> Option<IndexId> {
    named(&name.text(), map).ok()
}
