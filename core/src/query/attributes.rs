//! Bib-1 and Dan-1 attributes of a term: what their numbers mean, for whatever syntax carries them (type-1 queries, prefix
//! queries, scan, sort). Each value is checked; the last one of a type counts.

use super::{Clause, Completeness, IndexId, IndexMap, Pattern, Position, Query, Relation, Structure};

/// What the attributes of a term say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attributes {
    /// The access point; `None` where none is named.
    pub index: Option<IndexId>,
    /// How what is found stands to the term.
    pub relation: Wanted,
    /// Where in the field.
    pub position: Position,
    /// As numbered in Bib-1; `None` where none is named.
    pub structure: Option<i64>,
    /// As numbered in Bib-1.
    pub truncation: i64,
    /// How much of the field.
    pub completeness: Completeness,
    /// 1 ascending, 2 descending: the term is a sort key and its value the key's rank (type 7).
    pub sort: Option<i64>,
}

/// How what is found stands to the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// In this relation.
    Known(Relation),
    /// Whatever the term, every record.
    Always,
}

/// The sets whose use attributes the index map knows; their other types are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeSet {
    /// 1.2.840.10003.3.1
    Bib1,
    /// 1.2.840.10003.3.15
    Dan1,
}

/// Of which type the value is that is not supported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsupported {
    /// The type itself.
    Type,
    /// 1
    Use,
    /// 2
    Relation,
    /// 3
    Position,
    /// 4
    Structure,
    /// 5
    Truncation,
    /// 6
    Completeness,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            index: None,
            relation: Wanted::Known(Relation::Eq),
            position: Position::Any,
            structure: None,
            truncation: 100,
            completeness: Completeness::Incomplete,
            sort: None,
        }
    }
}

impl Attributes {
    /// The type of use attributes.
    pub const USE: i64 = 1;
    /// The type of sort attributes.
    pub const SORT: i64 = 7;

    /// Takes in one attribute.
    pub fn set(&mut self, kind: i64, value: i64, set: AttributeSet, map: &IndexMap) -> Result<(), Unsupported> {
        match kind {
            Self::USE => self.index = Some(access_point(value, set, map).ok_or(Unsupported::Use)?),
            2 => {
                self.relation = match value {
                    // Relevance is a matter of order, and ours is by number.
                    102 => Wanted::Known(Relation::Eq),
                    103 => Wanted::Always,
                    104 => Wanted::Known(Relation::Within),
                    _ => Wanted::Known(relation(value).ok_or(Unsupported::Relation)?),
                }
            }
            3 => {
                self.position = match value {
                    1 | 2 => Position::FirstInField,
                    3 => Position::Any,
                    _ => return Err(Unsupported::Position),
                }
            }
            4 => match value {
                1..=6 | 100..=109 => self.structure = Some(value),
                _ => return Err(Unsupported::Structure),
            },
            5 => match value {
                1..=3 | 100 | 101 | 104..=106 => self.truncation = value,
                _ => return Err(Unsupported::Truncation),
            },
            6 => {
                self.completeness = match value {
                    1 => Completeness::Incomplete,
                    2 => Completeness::Subfield,
                    3 => Completeness::Field,
                    _ => return Err(Unsupported::Completeness),
                }
            }
            Self::SORT => self.sort = Some(value),
            // Which of its lists, how to rank, how much at most: one server's own.
            8..=12 => {}
            _ => return Err(Unsupported::Type),
        }
        Ok(())
    }

    /// What a term of these attributes asks for.
    pub fn query(&self, term: &str, map: &IndexMap) -> Query {
        let Wanted::Known(relation) = self.relation else {
            return Query::All;
        };
        let structure = match self.structure {
            Some(6) => Structure::AllWords,
            Some(105 | 106) => Structure::AnyWord,
            _ => Structure::Phrase,
        };
        let clause = Clause {
            index: self.index.unwrap_or_else(|| map.default_index()),
            relation,
            structure,
            position: self.position,
            completeness: self.completeness,
            term: pattern(term, self.truncation),
        };
        clause.into()
    }
}

/// The six relations that attributes and proximity number alike.
pub fn relation(value: i64) -> Option<Relation> {
    Some(match value {
        1 => Relation::Lt,
        2 => Relation::Le,
        3 => Relation::Eq,
        4 => Relation::Ge,
        5 => Relation::Gt,
        6 => Relation::Ne,
        _ => return None,
    })
}

/// The access point of a use attribute.
pub fn access_point(value: i64, set: AttributeSet, map: &IndexMap) -> Option<IndexId> {
    let value = u32::try_from(value).ok()?;
    match set {
        AttributeSet::Bib1 => map.bib1(value),
        AttributeSet::Dan1 => map.dan1(value),
    }
}

/// The access point of a use attribute that is a name of the index map: `title`, `dc.title`.
pub fn named_access_point(name: &str, map: &IndexMap) -> Option<IndexId> {
    let (set, index) = match name.split_once('.') {
        Some((set, index)) => (Some(set), index),
        None => (None, name),
    };
    map.cql(set, index).ok().map(|reading| reading.index)
}

/// The term with its truncation: what stands at its ends, or what stands for runs and single characters in it.
fn pattern(text: &str, truncation: i64) -> Pattern {
    let plain = || Pattern::literal(text.trim());
    match truncation {
        1 => plain().truncated_right(),
        2 => plain().truncated_left(),
        3 => plain().truncated_left().truncated_right(),
        101 => masked(text, '#', None),
        // Z39.58: "?" is a run, of at most n characters where a digit follows; the bound is not kept.
        104 => masked(text, '?', Some('#')),
        105 => masked(text, '*', Some('!')).truncated_right(),
        106 => masked(text, '*', Some('!')),
        _ => plain(),
    }
}

fn masked(text: &str, run: char, one: Option<char>) -> Pattern {
    let mut pattern = Pattern::default();
    let mut after_run = false;
    for c in text.trim().chars() {
        if c == run {
            pattern.push_any_run();
        } else if Some(c) == one {
            pattern.push_any_one();
        } else if !(after_run && run == '?' && c.is_ascii_digit()) {
            pattern.push_text(c.encode_utf8(&mut [0; 4]));
        }
        after_run = c == run || (after_run && c.is_ascii_digit());
    }
    pattern
}
