//! danMARC2 line format: `245 00 *aTitle*cremainder`, ended by a line with `$`.
//!
//! Lines are wrapped with four blanks and no blank of their own; `@*` and `@@` are `*` and `@` themselves. Some systems
//! put blanks around each subfield. Files are in UTF-8 or in Latin-1 with `@` escapes.

use super::{Role, cut, logical_lines, record};
use crate::charset::{danmarc, latin1};
use crate::feed::Feed;
use crate::reader::Cut;
use crate::report::{Reason, Repair, Warnings, without_controls};
use skranke_core::bib::{Field, Format, Leader, Record, Subfield, Tag};
use std::borrow::Cow;
use std::io::BufRead;

/// Finds the next record: to the line with `$`, or to a blank line where that is left out.
pub(crate) fn next<R: BufRead>(feed: &mut Feed<R>) -> Option<Result<Cut, Reason>> {
    // A `$` after a blank line ends a record that ended already.
    while feed.skip_while(|byte| matches!(byte, b'\r' | b'\n' | 0x1A))? == b'$' {
        feed.consume(1);
    }
    cut(feed, |line, _| {
        if line == b"$" || line.is_empty() {
            Role::Closes
        } else {
            Role::Inside
        }
    })
}

pub(crate) fn parse(bytes: &[u8], format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let (text, escapes) = match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), danmarc::Escapes::Stray),
        Err(_) => (latin1(bytes), danmarc::Escapes::All),
    };
    let lines = logical_lines(&text, |line| line.strip_prefix("    "));
    let lines: Vec<(usize, Option<Line<'_>>)> = lines
        .iter()
        .filter(|(_, line)| line.trim_end() != "$")
        .map(|(at, line)| (*at, Line::of(line)))
        .collect();
    // With blanks around each subfield, the one after the code and the one before the next star are no text.
    let mut values = lines.iter().filter_map(|(_, line)| line.as_ref()).flat_map(|line| &line.pieces);
    let spaced = values.all(|piece| piece.chars().nth(1).is_none_or(|second| second == ' '));
    let mut fields = Vec::new();
    for (at, line) in &lines {
        match line.as_ref().and_then(|line| line.field(spaced, escapes, *at, warnings)) {
            Some(field) => fields.push(field),
            None => warnings.add(Repair::Foreign, None, *at),
        }
    }
    let mut leader = Leader::default();
    let status = fields.iter().find(|field| field.tag() == "004").and_then(|field| field.first('r'));
    if let Some(status @ ("n" | "c" | "d")) = status {
        leader.set(5, status);
    }
    record(leader, fields, format.or(Some(Format::Danmarc2)), warnings)
}

/// A line taken apart.
struct Line<'a> {
    tag: Tag,
    indicators: [char; 2],
    /// Code and text of each subfield, escapes and blanks as they are.
    pieces: Vec<&'a str>,
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Option<Self> {
        let (tag, rest) = line.split_at_checked(3)?;
        let tag = Tag::new(tag).filter(|tag| tag.as_bytes().iter().all(u8::is_ascii_alphanumeric))?;
        let head = rest.strip_prefix(' ')?.split('*').next()?;
        let coded = rest.split_at_checked(1 + head.len())?.1.strip_prefix('*')?;
        let mut indicators = head.trim_end().chars();
        if indicators.clone().count() > 2 {
            return None;
        }
        let indicators = [indicators.next().unwrap_or(' '), indicators.next().unwrap_or(' ')];
        Some(Self {
            tag,
            indicators,
            pieces: pieces(coded),
        })
    }

    fn field(&self, spaced: bool, escapes: danmarc::Escapes, at: usize, warnings: &mut Warnings) -> Option<Field> {
        let tag = self.tag;
        let mut subfields = Vec::with_capacity(self.pieces.len());
        for piece in &self.pieces {
            let mut characters = piece.chars();
            let Some(code) = characters.next() else {
                warnings.add(Repair::NoSubfieldCode, Some(tag), at);
                continue;
            };
            let mut value = characters.as_str();
            if spaced {
                value = value.strip_prefix(' ').unwrap_or(value);
                value = value.strip_suffix(' ').unwrap_or(value);
            }
            let escapes = match escapes {
                danmarc::Escapes::All if tag == "856" && code == 'u' => danmarc::Escapes::Address,
                other => other,
            };
            let decoded = danmarc::decode(value, escapes);
            if decoded.faults > 0 {
                warnings.add(Repair::Unreadable(decoded.faults), Some(tag), at);
            }
            let value = without_controls(decoded.text.into_owned(), tag, at, warnings);
            subfields.push(Subfield { code, value });
        }
        (!subfields.is_empty()).then_some(Field::Data {
            tag,
            indicators: self.indicators,
            subfields,
        })
    }
}

/// The parts between the stars that no `@` stands before.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (at, character) in text.char_indices() {
        if character == '*' && !escaped {
            pieces.push(text.get(from..at).unwrap_or_default());
            from = at + 1;
        }
        escaped = character == '@' && !escaped;
    }
    pieces.push(text.get(from..).unwrap_or_default());
    pieces
}

/// Appends a record in UTF-8, one field a line, not wrapped. A control field becomes *a.
pub(crate) fn write(record: &Record, out: &mut Vec<u8>) {
    for field in &record.fields {
        out.extend(field.tag().as_bytes());
        match field {
            Field::Control { value, .. } => {
                out.extend(b" 00 *a");
                append(value, out);
            }
            Field::Data { indicators, subfields, .. } => {
                out.push(b' ');
                for indicator in indicators {
                    out.extend(indicator.encode_utf8(&mut [0; 4]).as_bytes());
                }
                out.push(b' ');
                for subfield in subfields {
                    out.push(b'*');
                    out.extend(subfield.code.encode_utf8(&mut [0; 4]).as_bytes());
                    append(&subfield.value, out);
                }
            }
        }
        out.push(b'\n');
    }
    out.extend(b"$\n");
}

fn append(text: &str, out: &mut Vec<u8>) {
    for character in text.chars() {
        match character {
            '@' | '*' => out.extend([b'@', character as u8]),
            '\n' | '\r' => out.push(b' '),
            other => out.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Record {
        parse(text.as_bytes(), None, &mut Warnings::default()).unwrap()
    }

    #[test]
    fn both_ways_of_spacing_and_wrapping_give_one_record() {
        let tight = one("001 00 *a1*b870970\n004 00 *rd*ae\n245 00 *aEn ¤lang ti\n    tel@*@@*å1*c\n");
        let spaced = one("001 00 *a 1 *b 870970\r\n004 00*r d *a e\r\n245 00 *a En ¤lang titel@*@@ *å 1 *c \r\n$\r\n");
        assert_eq!(tight, spaced);
        assert_eq!(tight.first("245", 'a'), Some("En ¤lang titel*@"));
        assert_eq!(tight.first("245", 'å'), Some("1"));
        assert_eq!(tight.first("245", 'c'), Some(""));
        assert_eq!(tight.leader.at(5), 'd');
    }

    #[test]
    fn latin1_is_told_from_utf8() {
        let latin = parse(b"245 00 *aK\xF8benhavn @0141\xF3d\xBC\n", None, &mut Warnings::default()).unwrap();
        assert_eq!(latin.first("245", 'a'), Some("København Łód¼"));
    }

    #[test]
    fn lines_that_are_no_fields_are_named_and_alone_rejected() {
        let mut warnings = Warnings::default();
        assert!(parse(b"notLineFormat\n$\n", None, &mut warnings).is_err());
        assert!(parse(b"notLineFormat\n245 00 *ax\n", None, &mut warnings).is_ok());
        assert!(warnings.into_list().iter().all(|warning| warning.what == Repair::Foreign));
    }

    #[test]
    fn there_and_back() {
        let record = one("001 00 *a1*b870970\n245 10 *aa@@b @* c*&1*Øx\n096 00 *z\n$\n");
        let mut out = Vec::new();
        write(&record, &mut out);
        assert_eq!(one(&String::from_utf8(out).unwrap()), record);
    }
}
