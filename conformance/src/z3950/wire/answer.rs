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

    /// The records that came with a Search or Present.
    pub fn records(&self) -> Vec<Record<'a>> {
        let records = self.value.part(28);
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
        for many in [205, 5] {
            if many == 5 && self.kind != 44 && self.kind != 47 {
                continue;
            }
            let list = self.value.part(many);
            found.extend(list.iter().flat_map(Value::parts).filter_map(|part| Diagnostic::read(&part)));
        }
        if self.kind == 36 {
            let list = self.value.part(7).and_then(|entries| entries.part(2));
            found.extend(list.iter().flat_map(Value::parts).filter_map(|part| Diagnostic::read(&part)));
        }
        found
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
