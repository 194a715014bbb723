//! The server's messages, read as far as a judge needs.

use super::ber::{GENERAL, OID, SEQUENCE, Tag, Tag::Context, VISIBLE, Value};

/// An answer: the number of its message and its parts.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// Tag of the message: 21 Init, 23 Search, 25 Present, 27 Delete, 36 Scan, 44 Sort, 48 Close.
    pub kind: u32,
    /// The message.
    pub value: Value<'a>,
}

/// A diagnostic record in the default form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The set it is of.
    pub set: String,
    /// The condition.
    pub condition: i64,
    /// What was added.
    pub addinfo: String,
}

impl<'a> Answer<'a> {
    /// Reads a whole message.
    pub fn read(bytes: &'a [u8]) -> Option<Answer<'a>> {
        let (value, _) = Value::read(bytes)?;
        match value.tag {
            Context(kind) => Some(Answer { kind, value }),
            Tag::Universal(_) => None,
        }
    }

    /// The whole number of part `[tag]`.
    pub fn number(&self, tag: u32) -> Option<i64> {
        self.value.part(tag)?.integer()
    }

    /// Part `[tag]` as yes or no.
    pub fn boolean(&self, tag: u32) -> Option<bool> {
        self.value.part(tag)?.boolean()
    }

    /// Whether bit `bit` of the bit string `[tag]` is set.
    pub fn bit(&self, tag: u32, bit: usize) -> bool {
        let byte = self.value.part(tag).and_then(|bits| bits.content.get(1 + bit / 8).copied());
        byte.is_some_and(|byte| byte & (0x80 >> (bit % 8)) != 0)
    }

    /// The reference id.
    pub fn reference(&self) -> Option<&'a [u8]> {
        self.value.part(2).map(|part| part.content)
    }

    /// Hits of a Search.
    pub fn hits(&self) -> Option<i64> {
        self.number(23)
    }

    /// The records that came with a Search or Present, or in a Segment.
    pub fn records(&self) -> Vec<Record<'a>> {
        let records = self.value.part(if self.kind == 45 { 0 } else { 28 });
        records
            .iter()
            .flat_map(Value::parts)
            .filter_map(|part| Record::read(&part))
            .collect()
    }

    /// Diagnostics about the whole message, wherever this kind of message has them.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if let Some(one) = self.value.part(130) {
            found.extend(Diagnostic::read(&one));
        }
        if self.kind == 21 {
            for place in [11, 201] {
                let reasons = self.value.part(place);
                reasons.iter().for_each(|value| Diagnostic::search(value, 16, &mut found));
            }
            return found;
        }
        let many = match self.kind {
            44 | 50 => 5,
            47 => 4,
            _ => 205,
        };
        let list = self.value.part(many);
        found.extend(list.iter().flat_map(Value::parts).filter_map(|part| Diagnostic::read(&part)));
        if self.kind == 36 {
            let list = self.value.part(7).and_then(|entries| entries.part(2));
            found.extend(list.iter().flat_map(Value::parts).filter_map(|part| Diagnostic::read(&part)));
        }
        found
    }

    /// The values of this type in other information `[tag]`.
    pub fn told(&self, tag: u32, kind: &str) -> Option<Value<'a>> {
        let units = self.value.part(tag)?;
        units.parts().find_map(|unit| {
            let external = unit.part(4)?;
            let is_it = external.parts().any(|part| part.tag == OID && part.oid() == kind);
            external.part(0).filter(|_| is_it)?.parts().next()
        })
    }

    /// What an Init response says of character sets: the tag of the set taken (1 ISO 2022, 2 ISO 10646, 3 private, 4 none).
    /// `None` where it says nothing.
    pub fn character_set(&self) -> Option<u32> {
        let response = self.told(201, super::request::NEGOTIATION)?;
        match response.part(1)?.parts().next()?.tag {
            Context(number) => Some(number),
            Tag::Universal(_) => None,
        }
    }

    /// What each operand finds by itself, term and count, as the answer to a Search tells it.
    pub fn operands(&self) -> Vec<(String, Option<i64>)> {
        let reports = self.told(203, "1.2.840.10003.10.1");
        let reports = reports.iter().flat_map(Value::parts);
        reports
            .filter_map(|report| {
                let term = report.part(3)?.part(1)?.part(1)?.parts().next()?.text();
                Some((term, report.part(6).and_then(|count| count.integer())))
            })
            .collect()
    }

    /// The terms of a Scan as they are to be shown; as sent, where nothing is said of that.
    pub fn shown_terms(&self) -> Vec<String> {
        let entries = self.value.part(7).and_then(|entries| entries.part(1));
        let infos = entries.iter().flat_map(Value::parts).filter(|entry| entry.tag == Context(1));
        infos
            .filter_map(|info| info.part(0).or_else(|| info.parts().next()))
            .map(|term| term.text())
            .collect()
    }

    /// The terms of a Scan: term as sent and number of records.
    pub fn terms(&self) -> Vec<(String, Option<i64>)> {
        let entries = self.value.part(7).and_then(|entries| entries.part(1));
        let infos = entries.iter().flat_map(Value::parts).filter(|entry| entry.tag == Context(1));
        infos
            .filter_map(|info| {
                let term = info.parts().next()?.text();
                Some((term, info.part(2).and_then(|count| count.integer())))
            })
            .collect()
    }
}

/// One record, or what stands in its place.
#[derive(Debug, Clone)]
pub enum Record<'a> {
    /// A record: its syntax and bytes (of the single type, where it is ASN.1).
    Found {
        /// Record syntax.
        syntax: String,
        /// The record.
        bytes: &'a [u8],
    },
    /// A surrogate diagnostic.
    Surrogate(Diagnostic),
}

impl<'a> Record<'a> {
    /// Its bytes; none where a diagnostic stands in its place.
    pub fn size(&self) -> usize {
        match self {
            Record::Found { bytes, .. } => bytes.len(),
            Record::Surrogate(_) => 0,
        }
    }

    fn read(named: &Value<'a>) -> Option<Record<'a>> {
        let choice = named.part(1)?.parts().next()?;
        let inner = choice.parts().next()?;
        match choice.tag {
            Context(1) => {
                let syntax = inner.parts().find(|part| part.tag == OID)?.oid();
                let bytes = inner.parts().find(|part| matches!(part.tag, Context(0..=2)))?.content;
                Some(Record::Found { syntax, bytes })
            }
            Context(2) => Some(Record::Surrogate(Diagnostic::read(&inner)?)),
            _ => None,
        }
    }
}

impl Diagnostic {
    /// Those of Bib-1 anywhere in a value.
    fn search(value: &Value<'_>, depth: usize, found: &mut Vec<Diagnostic>) {
        match Diagnostic::read(value).filter(|one| one.set == "1.2.840.10003.4.1") {
            Some(one) => found.push(one),
            None if depth > 0 => value.parts().for_each(|part| Diagnostic::search(&part, depth - 1, found)),
            None => {}
        }
    }

    /// Reads the default form.
    pub fn read(value: &Value<'_>) -> Option<Diagnostic> {
        let mut parts = value.parts();
        let set = parts.next().filter(|part| part.tag == OID)?.oid();
        let condition = parts.next()?.integer()?;
        let addinfo = parts
            .next()
            .filter(|part| matches!(part.tag, VISIBLE | GENERAL | SEQUENCE) || part.tag == Tag::Universal(4));
        Some(Diagnostic {
            set,
            condition,
            addinfo: addinfo.map(|part| part.text()).unwrap_or_default(),
        })
    }
}

/// A copy, as the OPAC syntax tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// Its barcode, where it is told.
    pub item: Option<String>,
    /// It can be had now.
    pub available: bool,
    /// When it can be had, where it is told.
    pub date: Option<String>,
    /// Somebody waits for it.
    pub on_hold: bool,
}

/// An OPAC record: whether a bibliographic record is in it, and its copies. `None`, or a copy that is, where what must be there is not.
pub fn opac(bytes: &[u8]) -> Option<(bool, Vec<Option<Copy>>)> {
    let (record, _) = Value::read(bytes)?;
    let holdings = record.part(2);
    let places = holdings.iter().flat_map(Value::parts).filter(|place| place.tag == Context(2));
    let copies = places
        .flat_map(|place| place.part(19))
        .flat_map(|copies| copies.parts().collect::<Vec<_>>());
    let copies = copies.map(|copy| {
        // The renewable flag must be there, too.
        copy.part(6)?.boolean()?;
        Some(Copy {
            item: copy.part(5).map(|item| item.text()),
            available: copy.part(1)?.boolean()?,
            date: copy.part(2).map(|date| date.text()),
            on_hold: copy.part(7)?.boolean()?,
        })
    });
    Some((record.part(1).is_some(), copies.collect()))
}
