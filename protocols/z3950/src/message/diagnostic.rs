//! Bib-1 diagnostics (digest 12): the numbers and their meaning are in `data/bib1_diagnostics.csv`.

use super::oid;
use super::records::{AddInfo, DefaultDiagFormat, DiagRec};
use super::shared::{External, VisibleString};
use crate::codec::{Charset, InternationalString, Writer};
use std::collections::HashMap;
use std::sync::LazyLock;

/// What was wrong, and with which value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The number of the list.
    pub condition: u16,
    /// The value that was wrong, nothing else: clients show it after the meaning.
    pub addinfo: String,
}

/// How a peer wants to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dialect {
    /// Version 3, otherwise 2, whose texts are VisibleStrings.
    pub version_3: bool,
    /// The character set of texts.
    pub charset: Charset,
}

static MEANINGS: LazyLock<HashMap<u16, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../data/bib1_diagnostics.csv").lines().skip(1);
    lines
        .filter_map(|line| {
            let (number, rest) = line.split_once(',')?;
            let meaning = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => rest.split(',').next(),
            };
            Some((number.parse().ok()?, meaning?))
        })
        .collect()
});

impl Diagnostic {
    /// By its number.
    pub fn new(condition: u16, addinfo: impl Into<String>) -> Self {
        Self {
            condition,
            addinfo: addinfo.into(),
        }
    }

    /// By its number alone.
    pub fn plain(condition: u16) -> Self {
        Self::new(condition, "")
    }

    /// What the number means.
    pub fn meaning(condition: i64) -> Option<&'static str> {
        u16::try_from(condition)
            .ok()
            .and_then(|condition| MEANINGS.get(&condition).copied())
    }

    /// As it goes over the wire.
    pub fn format(&self, dialect: Dialect) -> DefaultDiagFormat {
        let text = InternationalString::of(&self.addinfo, dialect.charset);
        DefaultDiagFormat {
            diagnostic_set_id: oid::DIAGNOSTICS_BIB_1,
            condition: self.condition.into(),
            addinfo: Some(if dialect.version_3 {
                AddInfo::V3(text)
            } else {
                AddInfo::V2(VisibleString(text))
            }),
        }
    }

    /// As one of several diagnostics, or in place of a record.
    pub fn record(&self, dialect: Dialect) -> DiagRec {
        DiagRec::Default(self.format(dialect))
    }
}

/// A diagnostic in the form that Init puts it in: `DiagnosticFormat` of diag-1.
pub fn diag_1(diagnostic: &DefaultDiagFormat) -> External {
    use crate::codec::{Asn1, Tag, Taggable};

    struct Format<'a>(&'a DefaultDiagFormat);

    impl Asn1 for Format<'_> {
        fn accepts(tag: Tag) -> bool {
            tag == Tag::SEQUENCE
        }

        fn read(element: crate::codec::Element<'_>) -> Result<Self, crate::codec::Malformed> {
            Err(element.wrong("only ever written"))
        }

        fn write(&self, out: &mut Writer) {
            out.constructed(Tag::SEQUENCE, |out| {
                out.constructed(Tag::SEQUENCE, |out| {
                    out.constructed(Tag::context(1), |out| self.0.write_as(Tag::context(1), out));
                });
            });
        }
    }

    External::single(oid::DIAGNOSTICS_DIAG_1, &Format(diagnostic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert!(MEANINGS.len() > 150, "{}", MEANINGS.len());
        for number in [1, 114, 235, 247, 1010, 1074] {
            assert!(Diagnostic::meaning(number).is_some_and(|meaning| meaning.len() > 5), "{number}");
        }
    }
}
