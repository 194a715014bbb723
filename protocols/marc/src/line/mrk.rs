//! MARCMaker and MarcEdit lines: `=245  10$aTitle$cx`, blanks of leader, control fields and indicators as `\`,
//! special characters as names in braces, records apart by a blank line.

use super::{Role, cut, logical_lines, record};
use crate::charset::{self, Charset};
use crate::feed::Feed;
use crate::reader::Cut;
use crate::report::{Reason, Repair, Warnings, without_controls};
use skranke_core::bib::{Field, Format, Leader, Record, Subfield, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::BufRead;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// Names in braces: the character, and whether it is a mark on the letter after it.
static MNEMONICS: LazyLock<HashMap<&'static str, (char, bool)>> = LazyLock::new(|| {
    let lines = include_str!("../../tables/mrk_mnemonics.tsv").lines();
    lines
        .filter_map(|line| {
            let mut columns = line.split('\t');
            let name = columns.next()?;
            let character = char::from_u32(u32::from_str_radix(columns.next()?, 16).ok()?)?;
            Some((name, (character, columns.next() == Some("c"))))
        })
        .collect()
});

/// Finds the next record: to a blank line, or to the next leader.
pub(crate) fn next<R: BufRead>(feed: &mut Feed<R>) -> Option<Result<Cut, Reason>> {
    cut(feed, |line, _| {
        if line.is_empty() {
            Role::Closes
        } else if line.starts_with(b"=LDR") || line.starts_with(b"=000") {
            Role::Opens
        } else {
            Role::Inside
        }
    })
}

pub(crate) fn parse(bytes: &[u8], format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let text: Cow<'_, str> = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => {
            let found = charset::detect(bytes, Charset::Marc8);
            warnings.add(
                Repair::OtherCharset {
                    declared: Charset::Utf8,
                    found,
                },
                None,
                0,
            );
            charset::decode(bytes, found).text
        }
    };
    let mut leader = None;
    let mut fields = Vec::new();
    for (at, line) in logical_lines(&text, |line| (!line.starts_with('=') && !line.trim().is_empty()).then_some(line)) {
        match line_of(&line) {
            Some(("LDR" | "000", data)) => {
                let (read, changed) = Leader::repaired(data.replace('\\', " ").as_bytes());
                if changed {
                    warnings.add(Repair::Leader, None, at);
                }
                leader.get_or_insert(read);
            }
            Some((tag, data)) => match Tag::new(tag) {
                Some(tag) => fields.extend(field(tag, data, at, warnings)),
                None => warnings.add(Repair::Foreign, None, at),
            },
            None => warnings.add(Repair::Foreign, None, at),
        }
    }
    if leader.is_none() {
        warnings.add(Repair::Leader, None, 0);
    }
    record(leader.unwrap_or_default(), fields, format, warnings)
}

/// Tag and data of `=245  10$a…`; one blank between them is forgiven.
fn line_of(line: &str) -> Option<(&str, &str)> {
    let (tag, rest) = line.strip_prefix('=')?.split_at_checked(3)?;
    let rest = rest.strip_prefix(' ')?;
    Some((tag, rest.strip_prefix(' ').unwrap_or(rest)))
}

fn field(tag: Tag, data: &str, at: usize, warnings: &mut Warnings) -> Option<Field> {
    let coded = data.contains('$');
    if tag.as_bytes().starts_with(b"00") && !coded {
        let value = without_controls(plain(&data.replace('\\', " ")), tag, at, warnings);
        if value.is_empty() {
            warnings.add(Repair::EmptyField, Some(tag), at);
            return None;
        }
        return Some(Field::Control { tag, value });
    }
    let (head, rest) = data.split_once('$').unwrap_or((data, ""));
    let mut head = head.chars().map(|c| if c == '\\' { ' ' } else { c });
    let indicators = [head.next().unwrap_or(' '), head.next().unwrap_or(' ')];
    let stray: String = head.collect();
    let mut subfields = Vec::new();
    if !stray.trim().is_empty() {
        warnings.add(Repair::StrayText, Some(tag), at);
        subfields.push(Subfield {
            code: 'a',
            value: without_controls(plain(&stray), tag, at, warnings),
        });
    }
    for piece in rest.split('$').filter(|_| coded) {
        let mut characters = piece.chars();
        match characters.next() {
            Some(code) => {
                let value = without_controls(plain(characters.as_str()), tag, at, warnings);
                subfields.push(Subfield { code, value });
            }
            None => warnings.add(Repair::NoSubfieldCode, Some(tag), at),
        }
    }
    if subfields.is_empty() {
        warnings.add(Repair::EmptyField, Some(tag), at);
        return None;
    }
    Some(Field::Data {
        tag,
        indicators,
        subfields,
    })
}

/// The text with its mnemonics resolved. Names nobody knows stay as they are.
fn plain(text: &str) -> String {
    if !text.contains('{') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut marks: Vec<char> = Vec::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let known = rest.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let known = known.and_then(|(name, after)| Some((*MNEMONICS.get(name)?, after)));
        let ((character, combining), after) = known.unwrap_or_else(|| {
            let after = rest.split_at_checked(character.len_utf8()).map_or("", |(_, after)| after);
            ((character, false), after)
        });
        rest = after;
        if combining {
            marks.push(character);
        } else if marks.is_empty() {
            out.push(character);
        } else {
            out.extend(std::iter::once(character).chain(marks.drain(..)).nfc());
        }
    }
    out.extend(marks);
    out
}

/// Appends a record in UTF-8 and a blank line.
pub(crate) fn write(record: &Record, out: &mut Vec<u8>) {
    out.extend(b"=LDR  ");
    out.extend(record.leader.as_str().replace(' ', "\\").as_bytes());
    out.push(b'\n');
    for field in &record.fields {
        out.push(b'=');
        out.extend(field.tag().as_bytes());
        out.extend(b"  ");
        match field {
            Field::Control { value, .. } => append(value, true, out),
            Field::Data { indicators, subfields, .. } => {
                for &indicator in indicators {
                    let shown = if indicator == ' ' { '\\' } else { indicator };
                    out.extend(shown.encode_utf8(&mut [0; 4]).as_bytes());
                }
                for subfield in subfields {
                    out.push(b'$');
                    out.extend(subfield.code.encode_utf8(&mut [0; 4]).as_bytes());
                    append(&subfield.value, false, out);
                }
            }
        }
        out.push(b'\n');
    }
    out.push(b'\n');
}

/// Text with its special characters as mnemonics; `positions` where blanks count and are shown.
fn append(text: &str, positions: bool, out: &mut Vec<u8>) {
    for character in text.chars() {
        match character {
            '$' => out.extend(b"{dollar}"),
            '{' => out.extend(b"{lcub}"),
            '}' => out.extend(b"{rcub}"),
            '\\' if positions => out.extend(b"{bsol}"),
            ' ' if positions => out.push(b'\\'),
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
    fn lines_become_fields() {
        let record = one(
            "=LDR  00000nam\\a2200000\\a\\4500\r\n=008  960221s1955\\\\\\\\dcu\r\n=245  10$a{dollar}5 \\ K{oslash} {acute}ecole $cx\r\n",
        );
        assert_eq!(record.leader.as_str(), "00000nam a2200000 a 4500");
        assert_eq!(record.control("008"), Some("960221s1955    dcu"));
        assert_eq!(record.first("245", 'a'), Some("$5 \\ K{oslash} école "));
        assert_eq!(record.format, Format::Marc21);
    }

    #[test]
    fn there_and_back() {
        let record = one("=LDR  00000nam\\a2200000\\a\\4500\n=001  a\\b{bsol}\n=100  1\\$aÅ {lcub}x{rcub}{dollar}\n=LKR  \\\\$ax\n\n");
        let mut out = Vec::new();
        write(&record, &mut out);
        assert_eq!(one(&String::from_utf8(out).unwrap()), record);
    }
}
