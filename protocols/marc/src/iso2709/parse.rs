//! One record's bytes as a record.

use super::field::{Context, FieldBytes};
use super::{FIELD_END, LEADER, RECORD_END, SUBFIELD, number};
use crate::charset::Charset;
use crate::national::{Glance, format_of};
use crate::report::{Reason, Repair, Warning, Warnings};
use skranke_core::bib::{Format, Leader, Record, Tag};
use std::borrow::Cow;

/// Reads one record from its bytes, its terminator included or not. Offsets in the warnings count from the slice.
pub fn parse(bytes: &[u8], format: Option<Format>) -> Result<(Record, Vec<Warning>), Reason> {
    let mut warnings = Warnings::at(0);
    let record = parse_slice(bytes, format, &mut warnings)?;
    Ok((record, warnings.into_list()))
}

pub(crate) fn parse_slice(bytes: &[u8], format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
    let body = bytes.strip_suffix(&[RECORD_END]).unwrap_or(bytes);
    let Some((head, rest)) = body.split_at_checked(LEADER) else {
        return Err(Reason::NotMarc("it is shorter than a leader"));
    };
    let (leader, damaged) = Leader::repaired(head);
    if damaged {
        warnings.add(Repair::Leader, None, 0);
    }
    let Some(end) = rest.iter().position(|&byte| byte == FIELD_END) else {
        return Err(if body.len() == bytes.len() {
            Reason::Truncated
        } else {
            Reason::NotMarc("it has no directory")
        });
    };
    let (directory, data) = rest.split_at_checked(end).unwrap_or((rest, &[]));
    let data = data.strip_prefix(&[FIELD_END]).unwrap_or(data);
    let data_at = LEADER + end + 1;
    if head.get(12..17).and_then(number) != Some(data_at) {
        warnings.add(Repair::BaseAddress, None, 12);
    }
    let entries = entries(head, directory, warnings);
    if entries.is_empty() && !data.is_empty() {
        return Err(Reason::NotMarc("its directory names no field"));
    }
    let slices = slices(&entries, data, warnings);
    let raw: Vec<FieldBytes<'_>> = entries
        .iter()
        .zip(slices)
        .filter_map(|(entry, slice)| {
            let (at, bytes) = slice?;
            Some(FieldBytes {
                tag: tag(entry.tag, data_at + at, warnings),
                bytes,
                at: data_at + at,
            })
        })
        .collect();
    let format = format.unwrap_or_else(|| format_of(&leader, raw.iter().map(glance), true));
    let declared = declared_charset(format, &leader, &raw);
    let mut context = Context::new(format, &leader, declared, warnings);
    let fields: Vec<_> = raw.iter().filter_map(|bytes| context.parse(bytes, warnings)).collect();
    if fields.iter().filter(|field| field.tag() == "001").count() > 1 {
        warnings.add(Repair::RepeatedControlNumber, Tag::new("001"), 0);
    }
    let kind = Record::kind_of(format, &leader, &fields);
    Ok(Record {
        format,
        kind,
        leader,
        fields,
    })
}

/// A directory entry. Numbers that are none are `None`.
struct Entry<'a> {
    tag: &'a [u8],
    length: Option<usize>,
    start: Option<usize>,
}

fn entries<'a>(leader: &[u8], directory: &'a [u8], warnings: &mut Warnings) -> Vec<Entry<'a>> {
    let digit = |at: usize| {
        leader
            .get(at)
            .filter(|byte| byte.is_ascii_digit())
            .map(|byte| usize::from(byte - b'0'))
    };
    let (mut length, mut start, mut extra) = (4, 5, 0);
    match (digit(20), digit(21), digit(22)) {
        (Some(4), Some(5), None | Some(0)) => {}
        // Another entry map is followed where the directory agrees with it and does not with the usual one.
        (Some(l @ 1..), Some(s @ 1..), x)
            if !directory.len().is_multiple_of(12) && directory.len().is_multiple_of(3 + l + s + x.unwrap_or(0)) =>
        {
            (length, start, extra) = (l, s, x.unwrap_or(0));
        }
        _ => warnings.add(Repair::Structure, None, 20),
    }
    let whole = directory.chunks_exact(3 + length + start + extra);
    let mut damaged = !whole.remainder().is_empty();
    let entries = whole
        .map(|entry| {
            let (tag, numbers) = entry.split_at_checked(3).unwrap_or((entry, &[]));
            let entry = Entry {
                tag,
                length: numbers.get(..length).and_then(number),
                start: numbers.get(length..length + start).and_then(number),
            };
            damaged |= entry.length.is_none() || entry.start.is_none();
            entry
        })
        .collect();
    if damaged {
        warnings.add(Repair::Directory, None, LEADER);
    }
    entries
}

/// A field's bytes without its terminator, and where in the data they begin.
type Slice<'a> = Option<(usize, Cow<'a, [u8]>)>;

/// The data of each entry, by the numbers where all of them agree with the terminators, else by the terminators.
fn slices<'a>(entries: &[Entry<'_>], data: &'a [u8], warnings: &mut Warnings) -> Vec<Slice<'a>> {
    let by_numbers: Option<Vec<Slice<'a>>> = entries
        .iter()
        .map(|entry| {
            let (start, length) = (entry.start?, entry.length?);
            let bytes = data.get(start..start.checked_add(length)?)?.strip_suffix(&[FIELD_END])?;
            let begins = start == 0 || data.get(start - 1) == Some(&FIELD_END);
            begins.then_some(Some((start, Cow::Borrowed(bytes))))
        })
        .collect();
    by_numbers.unwrap_or_else(|| by_terminators(entries, data, warnings))
}

fn by_terminators<'a>(entries: &[Entry<'_>], data: &'a [u8], warnings: &mut Warnings) -> Vec<Slice<'a>> {
    warnings.add(Repair::DirectoryLengths, None, LEADER);
    let mut at = 0;
    let mut pieces: Vec<(usize, &[u8])> = data
        .split(|&byte| byte == FIELD_END)
        .map(|piece| {
            let start = at;
            at += piece.len() + 1;
            (start, piece)
        })
        .collect();
    // Behind the last terminator nothing is left.
    pieces.pop_if(|(_, piece)| piece.is_empty());
    if pieces.len() > entries.len() {
        let before = pieces.len();
        pieces.retain(|(_, piece)| !piece.is_empty());
        if pieces.len() < before {
            warnings.add(Repair::EmptyField, None, LEADER);
        }
    }
    if pieces.len() != entries.len() {
        warnings.add(
            Repair::FieldCount {
                entries: entries.len(),
                fields: pieces.len(),
            },
            None,
            LEADER,
        );
    }
    // The data stand in the order of the starts, wrong as these may be, if they tell an order at all.
    let mut order: Vec<usize> = (0..entries.len()).collect();
    let starts: Option<Vec<usize>> = entries.iter().map(|entry| entry.start).collect();
    if let Some(starts) = starts {
        let mut sorted = starts.clone();
        sorted.sort_unstable();
        sorted.dedup();
        if sorted.len() == starts.len() {
            order.sort_by_key(|&entry| starts.get(entry).copied());
        }
    }
    let mut slices: Vec<Slice<'a>> = vec![None; entries.len()];
    let mut entries_left = entries.len();
    let mut pieces_left = pieces.len();
    let mut pieces = pieces.into_iter();
    for at in order {
        let (Some(entry), Some(place), Some((start, piece))) = (entries.get(at), slices.get_mut(at), pieces.next()) else {
            break;
        };
        (entries_left, pieces_left) = (entries_left - 1, pieces_left - 1);
        let mut bytes = Cow::Borrowed(piece);
        // Too many pieces: one with a terminator inside is shorter than its entry says, in characters as in bytes. What is
        // left over belongs to the last.
        while pieces_left > entries_left && (entries_left == 0 || entry.length.is_some_and(|length| characters(&bytes) + 1 < length)) {
            let Some((_, more)) = pieces.next() else { break };
            pieces_left -= 1;
            bytes.to_mut().push(FIELD_END);
            bytes.to_mut().extend_from_slice(more);
        }
        *place = Some((start, bytes));
    }
    slices
}

fn characters(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + chunk.invalid().len())
        .sum()
}

fn tag(bytes: &[u8], at: usize, warnings: &mut Warnings) -> Tag {
    let (tag, changed) = Tag::repaired(bytes);
    if changed {
        warnings.add(Repair::Tag, Some(tag), at);
    }
    tag
}

fn glance<'a>(field: &'a FieldBytes<'_>) -> Glance<'a> {
    let bytes = field.bytes.as_ref();
    // Only one field's text tells anything.
    let a = match field.tag.as_bytes() {
        b"100" => bytes
            .split(|&byte| byte == SUBFIELD)
            .skip(1)
            .find_map(|subfield| subfield.strip_prefix(b"a")),
        _ => None,
    };
    Glance {
        tag: field.tag,
        coded: field.tag.as_bytes().starts_with(b"00") && bytes.contains(&SUBFIELD),
        zeros: bytes.starts_with(b"00"),
        a: a.and_then(|a| std::str::from_utf8(a).ok()).unwrap_or_default(),
    }
}

/// The character set the record says it is in.
fn declared_charset(format: Format, leader: &Leader, fields: &[FieldBytes<'_>]) -> Charset {
    match format {
        Format::Marc21 if leader.at(9) == 'a' => Charset::Utf8,
        Format::Marc21 => Charset::Marc8,
        // Nothing says so in danMARC2. One field in UTF-8 shows that the record is, and that its @ are no escapes; where all
        // is ASCII, only such escapes are resolved as can be nothing else.
        Format::Danmarc2 => {
            let mut beyond_ascii = fields.iter().filter(|field| !field.bytes.is_ascii()).peekable();
            let ascii = beyond_ascii.peek().is_none();
            if ascii || beyond_ascii.any(|field| std::str::from_utf8(&field.bytes).is_ok()) {
                Charset::Utf8
            } else {
                Charset::Danmarc2
            }
        }
        Format::Unimarc => {
            let general = fields.iter().find(|field| field.tag == "100").map(glance);
            match general.and_then(|glance| glance.a.get(26..28)) {
                Some("50") => Charset::Utf8,
                _ => Charset::Iso5426,
            }
        }
    }
}
