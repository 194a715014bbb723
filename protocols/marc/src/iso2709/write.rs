//! A record as ISO 2709 bytes.

use super::{FIELD_END, LEADER, RECORD_END, SUBFIELD};
use crate::charset::{danmarc, marc8};
use crate::write::WriteError;
use skranke_core::bib::{Field, Format, Leader, Part, Parts, Record, Tag};

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
    undone(out, |out| {
        let mut growing = Growing::begin(record.fields.len(), overlong, out);
        for field in &record.fields {
            growing.field(field.tag())?;
            append_field(field, coding, growing.out);
        }
        growing.end(record.leader, record.format, coding)
    })
}

/// Appends a record as it is stored, in UTF-8, without taking it apart. On an error nothing is appended.
pub fn write_stored(parts: Parts<'_>, overlong: Overlong, out: &mut Vec<u8>) -> Result<(), WriteError> {
    undone(out, |out| {
        let (leader, format) = (parts.leader(), parts.format());
        let mut growing = Growing::begin(parts.field_count(), overlong, out);
        for part in parts {
            match part? {
                Part::Control { tag, value } => {
                    growing.field(tag)?;
                    append_text(value, Coding::Utf8, growing.out);
                }
                Part::Data { tag, indicators } => {
                    growing.field(tag)?;
                    append_indicators(indicators, growing.out);
                }
                Part::Subfield { code, value } => append_subfield(code, value, Coding::Utf8, growing.out),
            }
        }
        growing.end(leader, format, Coding::Utf8)
    })
}

fn undone(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>) -> Result<(), WriteError>) -> Result<(), WriteError> {
    let begin = out.len();
    let result = write(out);
    if result.is_err() {
        out.truncate(begin);
    }
    result
}

/// A record in the making: room for leader and directory, then the fields so far.
struct Growing<'o> {
    out: &'o mut Vec<u8>,
    overlong: Overlong,
    /// Where the record begins, where its data begins, and where the next entry of the directory goes.
    begin: usize,
    data: usize,
    entry: usize,
    /// The field that is being written, and where it begins.
    open: Option<(Tag, usize)>,
}

impl<'o> Growing<'o> {
    fn begin(fields: usize, overlong: Overlong, out: &'o mut Vec<u8>) -> Self {
        let begin = out.len();
        let base = LEADER + 12 * fields + 1;
        out.resize(begin + base, b' ');
        Self {
            overlong,
            begin,
            data: begin + base,
            entry: begin + LEADER,
            open: None,
            out,
        }
    }

    /// Ends the field before, and begins one.
    fn field(&mut self, tag: Tag) -> Result<(), WriteError> {
        self.close()?;
        self.open = Some((tag, self.out.len()));
        Ok(())
    }

    fn close(&mut self) -> Result<(), WriteError> {
        let Some((tag, begin)) = self.open.take() else { return Ok(()) };
        self.out.push(FIELD_END);
        let (start, length) = (begin - self.data, self.out.len() - begin);
        let fits = start <= FIVE_DIGITS && length <= FOUR_DIGITS;
        if !fits && self.overlong == Overlong::Refuse {
            return Err(WriteError::TooLong {
                tag: Some(tag),
                bytes: length,
            });
        }
        let [a, b, c] = *tag.as_bytes();
        let [d, e, f, g] = digits(length.min(FOUR_DIGITS));
        let [h, i, j, k, l] = digits(start.min(FIVE_DIGITS));
        put(self.out, self.entry, &[a, b, c, d, e, f, g, h, i, j, k, l]);
        self.entry += 12;
        Ok(())
    }

    fn end(mut self, mut leader: Leader, format: Format, coding: Coding) -> Result<(), WriteError> {
        self.close()?;
        put(self.out, self.data - 1, &[FIELD_END]);
        self.out.push(RECORD_END);
        let (length, base) = (self.out.len() - self.begin, self.data - self.begin);
        if (length > FIVE_DIGITS || base > FIVE_DIGITS) && self.overlong == Overlong::Refuse {
            return Err(WriteError::TooLong { tag: None, bytes: length });
        }
        if format == Format::Marc21 {
            leader.set(9, if coding == Coding::Utf8 { "a" } else { " " });
        }
        leader.set(10, "22");
        leader.set(20, "4500");
        put(self.out, self.begin, leader.as_bytes());
        put(self.out, self.begin, &digits::<5>(length.min(FIVE_DIGITS)));
        put(self.out, self.begin + 12, &digits::<5>(base.min(FIVE_DIGITS)));
        Ok(())
    }
}

/// A number in so many decimal digits.
fn digits<const N: usize>(mut number: usize) -> [u8; N] {
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
    digits
}

/// Bytes over those that stand there.
fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = out.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

fn append_field(field: &Field, coding: Coding, out: &mut Vec<u8>) {
    match field {
        Field::Control { value, .. } => append_text(value, coding, out),
        Field::Data { indicators, subfields, .. } => {
            append_indicators(*indicators, out);
            for subfield in subfields {
                append_subfield(subfield.code, &subfield.value, coding, out);
            }
        }
    }
}

fn append_indicators(indicators: [char; 2], out: &mut Vec<u8>) {
    // Indicators are one byte each.
    out.extend(indicators.map(|c| if c.is_ascii() { c as u8 } else { b' ' }));
}

fn append_subfield(code: char, value: &str, coding: Coding, out: &mut Vec<u8>) {
    out.push(SUBFIELD);
    append_code(code, coding, out);
    append_text(value, coding, out);
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
    let written = out.get(begin..).unwrap_or_default();
    // Without an early end, so that many bytes are looked at in one step.
    let found = written
        .iter()
        .fold(false, |found, byte| found | matches!(*byte, RECORD_END..=SUBFIELD));
    if found {
        let kept: Vec<u8> = out.drain(begin..).filter(|byte| !matches!(*byte, RECORD_END..=SUBFIELD)).collect();
        out.extend(kept);
    }
}
