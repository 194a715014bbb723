//! What reading has to say beside the record: warnings of what was repaired, and reasons why nothing was read.

use crate::charset::Charset;
use skranke_core::bib::Tag;
use std::fmt;
use std::io;

/// Where a record stands in its stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Counting from 1, rejected ones included.
    pub record: u64,
    /// Byte offset of its first byte.
    pub offset: u64,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "record {} at byte {}", self.record, self.offset)
    }
}

/// Something in a record that was repaired or left out so that the rest could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it was.
    pub what: Repair,
    /// The field, where there is one.
    pub tag: Option<Tag>,
    /// Byte offset in the stream, of the field or of the record.
    pub at: u64,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}", self.at)?;
        if let Some(tag) = self.tag {
            write!(f, ", field {tag}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// The kinds of damage that a record survives (marc.md, section 15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Repair {
    /// The leader's record length is not where the record ends.
    #[error("the record length in the leader is wrong")]
    RecordLength,
    /// The leader's base address is not where the data begins.
    #[error("the base address in the leader is wrong")]
    BaseAddress,
    /// The leader was not 24 printable characters.
    #[error("the leader is damaged")]
    Leader,
    /// Indicator count, identifier length or entry map are not the usual ones.
    #[error("the leader gives an unusual structure; the usual one was read")]
    Structure,
    /// The directory is no whole number of entries, or an entry is not numeric.
    #[error("the directory is damaged")]
    Directory,
    /// Lengths and starts do not fit the data, which was split at its terminators.
    #[error("lengths in the directory are wrong; the data was split at its terminators")]
    DirectoryLengths,
    /// There are more or fewer fields than directory entries.
    #[error("the directory names {entries} fields, the data has {fields}")]
    FieldCount {
        /// Entries in the directory.
        entries: usize,
        /// Fields in the data.
        fields: usize,
    },
    /// The record ends without its terminator.
    #[error("the record terminator is missing")]
    NoTerminator,
    /// A terminator within a record or a field.
    #[error("a terminator stands inside the data")]
    TerminatorInData,
    /// A tag that is not three printable characters.
    #[error("the tag is damaged")]
    Tag,
    /// No, too few or unusable indicators: blanks were put.
    #[error("the indicators are damaged")]
    Indicators,
    /// A subfield without a code was dropped.
    #[error("a subfield without a code was dropped")]
    NoSubfieldCode,
    /// A delimiter before what can be no code: it was taken as data.
    #[error("a subfield delimiter stands inside the data")]
    DelimiterInData,
    /// Text without a subfield became $a.
    #[error("text outside of subfields was taken as $a")]
    StrayText,
    /// An empty field was dropped.
    #[error("an empty field was dropped")]
    EmptyField,
    /// The field is in another character set than the record says.
    #[error("the record says {declared}, the field is in {found}", declared = .declared.name(), found = .found.name())]
    OtherCharset {
        /// By the leader.
        declared: Charset,
        /// By the bytes.
        found: Charset,
    },
    /// Parts that no character set explains became U+FFFD.
    #[error("{0} unreadable characters were replaced")]
    Unreadable(usize),
    /// Control characters that XML forbids were dropped.
    #[error("{0} control characters were dropped")]
    ControlCharacters(usize),
    /// More than one control number: the first counts.
    #[error("more than one control number")]
    RepeatedControlNumber,
    /// An element or key that no MARC carrier has was passed over.
    #[error("something that is not MARC was passed over")]
    Foreign,
    /// More warnings than are kept for one record.
    #[error("further repairs are not listed")]
    AndMore,
}

/// A record that could not be read.
#[derive(Debug)]
pub struct Rejected {
    /// Where it stands.
    pub position: Position,
    /// Its control number, where that much could be read.
    pub control_number: Option<String>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.position, self.reason)
    }
}

/// Why a record, or the rest of a stream, could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// Longer than a record may be.
    #[error("no end of record within {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The stream ends in the middle.
    #[error("the input ends inside the record")]
    Truncated,
    /// No leader, or no directory.
    #[error("this is no MARC record: {0}")]
    NotMarc(&'static str),
    /// The stream is in no form we know.
    #[error("the form of the input is not known: neither ISO 2709, XML, JSON nor a line format")]
    UnknownForm,
    /// XML that is not well-formed.
    #[error("the XML is not well-formed: {0}")]
    Xml(String),
    /// A DOCTYPE: it could define entities, so the whole input is refused.
    #[error("XML with a DOCTYPE is refused")]
    Doctype,
    /// Nested deeper than any MARC carrier.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// JSON that is no MARC-in-JSON.
    #[error("this is not MARC-in-JSON: {0}")]
    Json(String),
    /// The bytes are in a character set that is not supported here.
    #[error("the character set {0:?} is not supported")]
    Charset(String),
    /// Reading failed.
    #[error("reading failed: {0}")]
    Io(#[from] io::Error),
}

/// Collects the warnings of one record.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    list: Vec<Warning>,
    /// Offset of the record; what is added counts from there.
    base: u64,
}

/// No record needs more; a hostile one must not make us keep more.
const MOST: usize = 64;

impl Warnings {
    pub(crate) fn at(base: u64) -> Self {
        Self { list: Vec::new(), base }
    }

    pub(crate) fn add(&mut self, what: Repair, tag: Option<Tag>, at: usize) {
        let at = self.base + at as u64;
        match self.list.len() {
            ..MOST => self.list.push(Warning { what, tag, at }),
            MOST => self.list.push(Warning {
                what: Repair::AndMore,
                tag: None,
                at,
            }),
            _ => {}
        }
    }

    pub(crate) fn into_list(self) -> Vec<Warning> {
        self.list
    }
}

/// Drops the control characters that XML forbids, and says so.
pub(crate) fn without_controls(text: String, tag: Tag, at: usize, warnings: &mut Warnings) -> String {
    // Most texts have no byte that could be one or begin one.
    let suspect = |byte: u8| byte < 0x20 || byte == 0xEF;
    if !text.bytes().any(suspect) {
        return text;
    }
    let forbidden = |c: char| matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    let count = text.chars().filter(|&c| forbidden(c)).count();
    if count == 0 {
        return text;
    }
    warnings.add(Repair::ControlCharacters(count), Some(tag), at);
    text.chars().filter(|&c| !forbidden(c)).collect()
}
