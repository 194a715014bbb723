//! A record as ISO 2709 bytes.

use super::{FIELD_END, LEADER, RECORD_END, SUBFIELD};
use crate::charset::{danmarc, marc8};
use crate::write::WriteError;
use skranke_core::bib::{Field, Format, Record};

/// The character set to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Coding {
    /// UTF-8, in any format.
    #[default]
    Utf8,
    /// MARC-8, for clients that insist. MARC 21 only.
    Marc8,
    /// Latin-1 with `@` escapes. danMARC2 only.
    Danmarc2,
}

/// What to do with a record or field that the five and four digits cannot count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Overlong {
    /// It is an error.
    #[default]
    Refuse,
    /// The lengths are written as 99999 and 9999: readers that look for terminators can follow.
    Saturate,
}

/// Longest record, farthest start.
const FIVE_DIGITS: usize = 99_999;
/// Longest field.
const FOUR_DIGITS: usize = 9_999;

/// Appends the record. On an error nothing is appended.
pub fn write(record: &Record, coding: Coding, overlong: Overlong, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let begin = out.len();
    let result = append(record, coding, overlong, out);
    if result.is_err() {
        out.truncate(begin);
    }
    result
}

fn append(record: &Record, coding: Coding, overlong: Overlong, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let begin = out.len();
    let base = LEADER + 12 * record.fields.len() + 1;
    out.resize(begin + base, b' ');
    let mut directory = Vec::with_capacity(base);
    for field in &record.fields {
        let start = out.len() - begin - base;
        append_field(field, coding, out);
        let length = out.len() - begin - base - start;
        let fits = start <= FIVE_DIGITS && length <= FOUR_DIGITS;
        if !fits && overlong == Overlong::Refuse {
            return Err(WriteError::TooLong {
                tag: Some(field.tag()),
                bytes: length,
            });
        }
        directory.extend(field.tag().as_bytes());
        directory.extend(format!("{:04}{:05}", length.min(FOUR_DIGITS), start.min(FIVE_DIGITS)).as_bytes());
    }
    directory.push(FIELD_END);
    out.push(RECORD_END);
    let length = out.len() - begin;
    if (length > FIVE_DIGITS || base > FIVE_DIGITS) && overlong == Overlong::Refuse {
        return Err(WriteError::TooLong { tag: None, bytes: length });
    }
    let mut leader = record.leader;
    leader.set(0, &format!("{:05}", length.min(FIVE_DIGITS)));
    if record.format == Format::Marc21 {
        leader.set(9, if coding == Coding::Utf8 { "a" } else { " " });
    }
    leader.set(10, "22");
    leader.set(12, &format!("{:05}", base.min(FIVE_DIGITS)));
    leader.set(20, "4500");
    for (place, byte) in out.iter_mut().skip(begin).zip(leader.as_bytes().iter().chain(&directory)) {
        *place = *byte;
    }
    Ok(())
}

fn append_field(field: &Field, coding: Coding, out: &mut Vec<u8>) {
    match field {
        Field::Control { value, .. } => append_text(value, coding, out),
        Field::Data { indicators, subfields, .. } => {
            // Indicators are one byte each.
            out.extend(indicators.iter().map(|&c| if c.is_ascii() { c as u8 } else { b' ' }));
            for subfield in subfields {
                out.push(SUBFIELD);
                append_code(subfield.code, coding, out);
                append_text(&subfield.value, coding, out);
            }
        }
    }
    out.push(FIELD_END);
}

fn append_code(code: char, coding: Coding, out: &mut Vec<u8>) {
    match (coding, u8::try_from(u32::from(code))) {
        (Coding::Danmarc2 | Coding::Marc8, Ok(byte)) => out.push(byte),
        (Coding::Danmarc2 | Coding::Marc8, Err(_)) => out.push(b'?'),
        (Coding::Utf8, _) => out.extend(code.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

fn append_text(text: &str, coding: Coding, out: &mut Vec<u8>) {
    let begin = out.len();
    match coding {
        Coding::Utf8 => out.extend(text.as_bytes()),
        Coding::Marc8 => marc8::encode(text, out),
        Coding::Danmarc2 => {
            danmarc::encode(text, out);
        }
    }
    // The separators cannot be data. They never are in a record that was read, since reading drops them.
    if out.iter().skip(begin).any(|byte| matches!(*byte, RECORD_END..=SUBFIELD)) {
        let kept: Vec<u8> = out.drain(begin..).filter(|byte| !matches!(*byte, RECORD_END..=SUBFIELD)).collect();
        out.extend(kept);
    }
}
