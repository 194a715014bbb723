//! One field's bytes as a field.

use super::{FIELD_END, SUBFIELD};
use crate::charset::{self, Charset, danmarc};
use crate::report::{Repair, Warnings, without_controls};
use skranke_core::bib::{Field, Format, Leader, Subfield, Tag};
use std::borrow::Cow;

/// A field as it stands in the record.
pub(super) struct FieldBytes<'a> {
    pub(super) tag: Tag,
    /// Without its terminator.
    pub(super) bytes: Cow<'a, [u8]>,
    /// Where in the record it begins.
    pub(super) at: usize,
}

/// What all fields of a record share.
pub(super) struct Context {
    format: Format,
    /// By the leader or its like.
    declared: Charset,
    indicators: usize,
    /// Character sets other than the declared one that were reported already.
    reported: Vec<Charset>,
}

impl Context {
    pub(super) fn new(format: Format, leader: &Leader, declared: Charset, warnings: &mut Warnings) -> Self {
        let indicators = leader.at(10).to_digit(10).unwrap_or(2) as usize;
        if leader.at(10) != '2' || leader.at(11) != '2' {
            warnings.add(Repair::Structure, None, 10);
        }
        Self {
            format,
            declared,
            indicators,
            reported: Vec::new(),
        }
    }

    /// The field, or nothing where it is empty.
    pub(super) fn parse(&mut self, field: &FieldBytes<'_>, warnings: &mut Warnings) -> Option<Field> {
        let FieldBytes { tag, at, .. } = *field;
        let bytes = joined(field, warnings);
        if bytes.is_empty() {
            warnings.add(Repair::EmptyField, Some(tag), at);
            return None;
        }
        let plain = bytes.iter().all(|&byte| is_plain(byte));
        let charset = if plain {
            self.declared
        } else {
            self.charset(&bytes, tag, at, warnings)
        };
        let mut text = Text {
            plain,
            charset,
            format: self.format,
            tag,
            at,
            faults: 0,
        };
        let first = bytes.iter().position(|&byte| byte == SUBFIELD);
        let parsed = match first {
            None if self.format.is_control_tag(tag) || tag.as_str().starts_with("00") => Some(Field::Control {
                tag,
                value: text.value(&bytes, ' ', warnings),
            }),
            first => {
                let (head, coded) = bytes.split_at_checked(first.unwrap_or(bytes.len())).unwrap_or_default();
                let (indicators, stray) = self.indicators(head, first.is_some(), tag, at, warnings);
                let mut subfields = Vec::with_capacity(4);
                if !stray.is_empty() {
                    warnings.add(Repair::StrayText, Some(tag), at);
                    subfields.push(Subfield {
                        code: 'a',
                        value: text.value(stray, 'a', warnings),
                    });
                }
                for piece in coded.split(|&byte| byte == SUBFIELD).skip(1) {
                    match (text.subfield(piece, warnings), subfields.last_mut()) {
                        (Some(subfield), _) if self.is_code(subfield.code) => subfields.push(subfield),
                        (Some(Subfield { code, value }), Some(before)) => {
                            warnings.add(Repair::DelimiterInData, Some(tag), at);
                            before.value.push(code);
                            before.value.push_str(&value);
                        }
                        (Some(Subfield { code, value }), None) => {
                            warnings.add(Repair::DelimiterInData, Some(tag), at);
                            subfields.push(Subfield {
                                code: 'a',
                                value: format!("{code}{value}"),
                            });
                        }
                        (None, _) => warnings.add(Repair::NoSubfieldCode, Some(tag), at),
                    }
                }
                if subfields.is_empty() {
                    warnings.add(Repair::EmptyField, Some(tag), at);
                    None
                } else {
                    Some(Field::Data {
                        tag,
                        indicators,
                        subfields,
                    })
                }
            }
        };
        if text.faults > 0 {
            warnings.add(Repair::Unreadable(text.faults), Some(tag), at);
        }
        parsed
    }

    /// Whether a character can be a subfield code: anything that is seen, in danMARC2; ASCII in the other formats.
    fn is_code(&self, code: char) -> bool {
        match self.format {
            Format::Danmarc2 => !code.is_whitespace() && !code.is_control() && code != '\u{FFFD}',
            Format::Marc21 | Format::Unimarc => code.is_ascii_graphic(),
        }
    }

    fn charset(&mut self, bytes: &[u8], tag: Tag, at: usize, warnings: &mut Warnings) -> Charset {
        let found = charset::detect(bytes, self.declared);
        // danMARC2 and older UNIMARC declare nothing that UTF-8 would contradict.
        let lied = match (self.declared, found) {
            (declared, found) if declared == found => false,
            (Charset::Danmarc2 | Charset::Iso5426, Charset::Utf8) => false,
            (Charset::Utf8, _) | (_, Charset::Utf8 | Charset::Latin1 | Charset::Marc8) => true,
            _ => false,
        };
        if lied && !self.reported.contains(&found) {
            self.reported.push(found);
            warnings.add(
                Repair::OtherCharset {
                    declared: self.declared,
                    found,
                },
                Some(tag),
                at,
            );
        }
        found
    }

    /// The two indicators, and what text stands where no text belongs.
    fn indicators<'a>(&self, head: &'a [u8], coded: bool, tag: Tag, at: usize, warnings: &mut Warnings) -> ([char; 2], &'a [u8]) {
        let usable = |byte: u8| matches!(byte, b' '..=b'~').then_some(char::from(byte));
        match head {
            &[one, two] if usable(one).is_some() && usable(two).is_some() && coded => ([char::from(one), char::from(two)], &[]),
            // A third indicator has no place in the model.
            &[one, two, ref more @ ..] if coded && head.len() == self.indicators && !more.is_empty() => {
                warnings.add(Repair::Indicators, Some(tag), at);
                ([usable(one).unwrap_or(' '), usable(two).unwrap_or(' ')], &[])
            }
            &[one, two, ref more @ ..] if !more.is_empty() && [one, two].iter().all(|byte| byte.is_ascii_digit() || *byte == b' ') => {
                // More than indicators, unless it is one indicator of several bytes.
                let stray = if more.is_ascii() && !more.trim_ascii().is_empty() {
                    more
                } else {
                    &[]
                };
                if stray.is_empty() {
                    warnings.add(Repair::Indicators, Some(tag), at);
                }
                ([char::from(one), char::from(two)], stray)
            }
            &[] | &[_] if coded => {
                warnings.add(Repair::Indicators, Some(tag), at);
                ([' ', ' '], &[])
            }
            text => {
                warnings.add(Repair::Indicators, Some(tag), at);
                // Before subfields a short head is damaged indicators; anything longer, or alone, is text.
                ([' ', ' '], if coded && text.len() <= 4 { &[] } else { text })
            }
        }
    }
}

/// The field's bytes without the terminators inside, of which there should be none.
fn joined<'a>(field: &'a FieldBytes<'_>, warnings: &mut Warnings) -> Cow<'a, [u8]> {
    if !field.bytes.contains(&FIELD_END) {
        return Cow::Borrowed(&field.bytes);
    }
    warnings.add(Repair::TerminatorInData, Some(field.tag), field.at);
    Cow::Owned(field.bytes.iter().copied().filter(|&byte| byte != FIELD_END).collect())
}

/// Whether a byte is the same character in every set and begins nothing in any.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'%' | b'\''..=b'?' | b'A'..=b']' | b'a'..=b'~' | SUBFIELD)
}

/// Turns the bytes of one field's values into text.
struct Text {
    /// Nothing in the field needs decoding.
    plain: bool,
    charset: Charset,
    format: Format,
    tag: Tag,
    at: usize,
    faults: usize,
}

impl Text {
    fn subfield(&mut self, piece: &[u8], warnings: &mut Warnings) -> Option<Subfield> {
        let (&first, rest) = piece.split_first()?;
        if first.is_ascii() {
            let code = char::from(first);
            return Some(Subfield {
                code,
                value: self.value(rest, code, warnings),
            });
        }
        // A code such as å is one character, however many bytes it has.
        let (code, rest) = match self.charset {
            Charset::Utf8 => {
                let valid = piece.utf8_chunks().next().map_or("", |chunk| chunk.valid());
                let code = valid.chars().next().unwrap_or('\u{FFFD}');
                let length = if valid.is_empty() { 1 } else { code.len_utf8() };
                (code, piece.get(length..).unwrap_or_default())
            }
            _ => (charset::latin1(&[first]).chars().next().unwrap_or('\u{FFFD}'), rest),
        };
        self.faults += usize::from(code == '\u{FFFD}');
        Some(Subfield {
            code,
            value: self.value(rest, code, warnings),
        })
    }

    fn value(&mut self, bytes: &[u8], code: char, warnings: &mut Warnings) -> String {
        if self.plain {
            return String::from_utf8_lossy(bytes).into_owned();
        }
        let decoded = match (self.format, self.charset) {
            (Format::Danmarc2, Charset::Danmarc2) if self.tag == "856" && code == 'u' => {
                danmarc::decode(&charset::latin1(bytes), danmarc::Escapes::Address)
            }
            (Format::Danmarc2, Charset::Utf8) if bytes.contains(&b'@') => {
                danmarc::decode(&String::from_utf8_lossy(bytes), danmarc::Escapes::Stray)
            }
            (_, charset) => charset::decode(bytes, charset),
        };
        self.faults += decoded.faults;
        without_controls(decoded.text.into_owned(), self.tag, self.at, warnings)
    }
}
