//! MARC-8 both ways: ANSEL and the sets that escape sequences bring in, EACC with its three bytes included.

use super::Decoded;
use super::tables::{self, Set};
use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// ESC, which begins the sequences that change sets.
pub const ESCAPE: u8 = 0x1B;

const ASCII: u8 = b'B';
const ANSEL: u8 = b'E';
const EACC: u8 = b'1';

/// What a half of the code table holds.
#[derive(Clone, Copy)]
enum Half {
    Ascii,
    One(&'static Set),
    Eacc,
}

impl Half {
    fn of(final_byte: u8) -> Option<Self> {
        match final_byte {
            ASCII => Some(Self::Ascii),
            EACC => Some(Self::Eacc),
            other => tables::set(other).map(Self::One),
        }
    }
}

/// An escape sequence at the front of `bytes`: its length, the half it fills (0 or 1), and the set.
fn escape(bytes: &[u8]) -> Option<(usize, usize, Half)> {
    let (&ESCAPE, rest) = bytes.split_first()? else {
        return None;
    };
    let (length, half, final_byte) = match rest {
        [b's', ..] => (2, 0, ASCII),
        [c @ (b'g' | b'b' | b'p'), ..] => (2, 0, *c),
        [b'(' | b',', b'!', c, ..] => (4, 0, *c),
        [b')' | b'-', b'!', c, ..] => (4, 1, *c),
        [b'$', b')' | b'-', c, ..] => (4, 1, *c),
        [b'$', b',', c, ..] => (4, 0, *c),
        [b'(' | b',' | b'$', c, ..] => (3, 0, *c),
        [b')' | b'-', c, ..] => (3, 1, *c),
        _ => return None,
    };
    Some((length, half, Half::of(final_byte)?))
}

/// Whether the bytes hold a sequence that changes sets, as opposed to a stray ESC.
pub fn has_escape(bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| bytes.get(at..).is_some_and(|rest| escape(rest).is_some()))
}

/// Reads MARC-8, from the default sets on. Marks are moved behind their letters and composed with them.
pub fn decode(bytes: &[u8]) -> Decoded<'_> {
    let mut reader = Reader {
        halves: [Half::Ascii, tables::set(ANSEL).map_or(Half::Ascii, Half::One)],
        text: String::with_capacity(bytes.len()),
        marks: Vec::new(),
        faults: 0,
    };
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        if let Some((character, left)) = reader.odd(rest) {
            rest = reader.put(character, left);
            continue;
        }
        rest = match byte {
            ESCAPE => match escape(rest) {
                Some((length, half, set)) => {
                    if let Some(place) = reader.halves.get_mut(half) {
                        *place = set;
                    }
                    rest.get(length..).unwrap_or_default()
                }
                None => {
                    reader.fault();
                    after
                }
            },
            0x88 => reader.put('\u{98}', after),
            0x89 => reader.put('\u{9C}', after),
            0x8D => reader.put('\u{200D}', after),
            0x8E => reader.put('\u{200C}', after),
            // A blank is a blank in every set, and controls are never graphic.
            0..=0x20 | 0x7F => reader.put(char::from(byte), after),
            0x80..=0xA0 | 0xFF => {
                reader.fault();
                after
            }
            _ => reader.graphic(byte, rest, after),
        };
    }
    if !reader.marks.is_empty() {
        reader.marks.clear();
        reader.fault();
    }
    Decoded {
        text: Cow::Owned(reader.text),
        faults: reader.faults,
    }
}

struct Reader {
    halves: [Half; 2],
    text: String,
    /// Marks that wait for their letter.
    marks: Vec<char>,
    faults: usize,
}

impl Reader {
    fn fault(&mut self) {
        self.faults += 1;
        self.text.push('\u{FFFD}');
    }

    /// A code of three bytes that EACC does not have, but records in EACC do.
    fn odd<'a>(&self, rest: &'a [u8]) -> Option<(char, &'a [u8])> {
        match (self.halves[0], rest) {
            (Half::Eacc, [a @ (0x21 | 0x7F), b @ (0x20 | 0x21), c, left @ ..]) => {
                let code = [a, b, c].iter().fold(0, |code, &&byte| (code << 8) | u32::from(byte));
                Some((tables::odd(code)?, left))
            }
            _ => None,
        }
    }

    /// A character that is no mark: the marks before it go behind it.
    fn put<'a>(&mut self, character: char, after: &'a [u8]) -> &'a [u8] {
        if self.marks.is_empty() {
            self.text.push(character);
        } else {
            let marks = std::mem::take(&mut self.marks);
            // Only what was just put together is composed; the rest stays as its table has it.
            self.text.extend(std::iter::once(character).chain(marks).nfc());
        }
        after
    }

    /// One graphic character; gives back what stands after it.
    fn graphic<'a>(&mut self, byte: u8, rest: &'a [u8], after: &'a [u8]) -> &'a [u8] {
        let half = if byte < 0x80 { self.halves[0] } else { self.halves[1] };
        match half {
            Half::Ascii if byte == b'&' => match reference(rest) {
                Some((character, length)) => self.put(character, rest.get(length..).unwrap_or_default()),
                None => self.put('&', after),
            },
            Half::Ascii if byte < 0x80 => self.put(char::from(byte), after),
            Half::Ascii => {
                self.fault();
                after
            }
            Half::One(set) => match set.get(byte) {
                Some(entry) if entry.combining => {
                    self.marks.push(entry.character);
                    after
                }
                Some(entry) => self.put(entry.character, after),
                // Punctuation and digits that the set does not define were typed without going back to ASCII.
                None if byte < 0x80 => self.put(char::from(byte), after),
                None => {
                    self.fault();
                    after
                }
            },
            Half::Eacc => match rest {
                [a @ 0x21..=0xFF, b @ 0x21..=0xFF, c @ 0x21..=0xFF, left @ ..] if [a, b, c].iter().all(|byte| **byte & 0x7F != 0x7F) => {
                    let code = [a, b, c].iter().fold(0, |code, &&byte| code << 8 | u32::from(byte & 0x7F));
                    match tables::eacc(code) {
                        Some(character) => self.put(character, left),
                        None => {
                            self.fault();
                            left
                        }
                    }
                }
                // Unfinished: resume at the first byte that cannot be part of a triple.
                _ => {
                    self.fault();
                    let broken = rest.iter().take(3).take_while(|&&byte| byte > 0x20).count();
                    rest.get(broken.max(1)..).unwrap_or_default()
                }
            },
        }
    }
}

/// A numeric character reference (`&#x0141;`, at most six digits) at the front: the character and the length.
fn reference(bytes: &[u8]) -> Option<(char, usize)> {
    let digits = bytes.strip_prefix(b"&#x")?;
    let end = digits.iter().take(7).position(|&byte| byte == b';')?;
    let hex = std::str::from_utf8(digits.get(..end)?).ok()?;
    let all_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = u32::from_str_radix(hex, 16).ok().filter(|_| all_hex)?;
    Some((char::from_u32(number)?, end + 4))
}

/// Writes MARC-8: ASCII, then ANSEL, then the other sets, then character references. Ends in the default sets, as a
/// subfield must.
pub fn encode(text: &str, out: &mut Vec<u8>) {
    if text.is_ascii() {
        out.extend(text.as_bytes());
        return;
    }
    let mut writer = Writer { g0: ASCII, out };
    let mut cluster = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(base) = characters.next() {
        cluster.clear();
        while let Some(&mark) = characters.peek().filter(|&&c| canonical_combining_class(c) != 0) {
            cluster.push(mark);
            characters.next();
        }
        writer.letter(base, &cluster);
    }
    writer.invoke(ASCII);
}

struct Writer<'a> {
    /// The set in the lower half. The upper half is always ANSEL.
    g0: u8,
    out: &'a mut Vec<u8>,
}

impl Writer<'_> {
    /// A letter with the marks on it; composed letters that no set has are taken apart.
    fn letter(&mut self, base: char, marks: &[char]) {
        let whole = base.is_ascii() || tables::place(base).is_some();
        let apart: Vec<char> = if whole { vec![base] } else { base.nfd().collect() };
        let (base, inner) = apart.split_first().map_or((base, &[][..]), |(base, inner)| (*base, inner));
        let mut late = Vec::new();
        for &mark in inner.iter().chain(marks) {
            match tables::place(mark) {
                Some((set, code)) if tables::is_combining(set, code) => self.code(set, code),
                _ => late.push(mark),
            }
        }
        self.character(base);
        for mark in late {
            self.character(mark);
        }
    }

    fn character(&mut self, character: char) {
        match (character, tables::place(character)) {
            ('\u{98}', _) => self.out.push(0x88),
            ('\u{9C}', _) => self.out.push(0x89),
            ('\u{200D}', _) => self.out.push(0x8D),
            ('\u{200C}', _) => self.out.push(0x8E),
            (' ', _) => self.out.push(b' '),
            (ascii, _) if ascii.is_ascii() => {
                self.invoke(ASCII);
                self.out.extend(ascii.to_string().as_bytes());
            }
            (_, Some((set, code))) => self.code(set, code),
            (other, None) => {
                self.invoke(ASCII);
                self.out.extend(format!("&#x{:04X};", u32::from(other)).as_bytes());
            }
        }
    }

    fn code(&mut self, set: u8, code: u32) {
        let [_, a, b, c] = code.to_be_bytes();
        match set {
            ANSEL => self.out.push(c | 0x80),
            EACC => {
                self.invoke(EACC);
                self.out.extend([a, b, c]);
            }
            other => {
                self.invoke(other);
                self.out.push(c);
            }
        }
    }

    fn invoke(&mut self, set: u8) {
        if self.g0 == set {
            return;
        }
        self.g0 = set;
        self.out.push(ESCAPE);
        match set {
            ASCII => self.out.extend(b"(B"),
            EACC => self.out.extend(b"$1"),
            b'g' | b'b' | b'p' => self.out.push(set),
            other => self.out.extend([b'(', other]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes).text.into_owned()
    }

    #[test]
    fn marks_stand_before_their_letter() {
        assert_eq!(text(b"\xEAa\xE2e"), "åé");
        assert_eq!(text(b"\xEBi\xECa"), "i\u{FE20}a\u{FE21}");
        assert_eq!(text(b"\xE2\xF2e"), "\u{1EB9}\u{301}");
        assert_eq!(text(b"\xB2re\xB5\xC7\xA1"), "øreæßŁ");
    }

    #[test]
    fn escapes_bring_in_other_sets() {
        assert_eq!(text(b"x\x1B(Sa\x1Bsx"), "xαx");
        assert_eq!(text(b"\x1B$1!0!\x1B(B."), "一.");
        assert_eq!(text(b"H\x1Bb2\x1BsO"), "H₂O");
        assert_eq!(text(b"\x1B(!E\x21\x1Bs"), "Ł");
    }

    #[test]
    fn a_blank_is_a_blank_in_every_set() {
        assert_eq!(text(b"\x1B$1!0! !0!\x1B(B"), "一 一");
        assert_eq!(text(b"\x1B(2` a\x1B(B"), "א ב");
    }

    #[test]
    fn what_cannot_be_read_is_marked_and_counted() {
        for (bytes, shown) in [
            (&b"a\xE2"[..], "a\u{FFFD}"),
            (b"a\x1B?b", "a\u{FFFD}?b"),
            (b"\x1B$1!0", "\u{FFFD}"),
            (b"\x1B$1!0 !0!", "\u{FFFD} 一"),
            (b"\xFF", "\u{FFFD}"),
        ] {
            let decoded = decode(bytes);
            assert_eq!((decoded.text.as_ref(), decoded.faults), (shown, 1));
        }
    }

    #[test]
    fn character_references_are_characters() {
        assert_eq!(text(b"&#x4E00; & &#xZZ;"), "一 & &#xZZ;");
        let mut out = Vec::new();
        encode("\u{1F4D6}", &mut out);
        assert_eq!(out, b"&#x1F4D6;");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            decode(&bytes);
        }

        #[test]
        fn there_and_back(words in "([ -%'-~æøåéñłα-ωא-תа-я一二三中文]|[aeiou]\u{301}){0,20}") {
            let mut bytes = Vec::new();
            encode(&words, &mut bytes);
            let decoded = decode(&bytes);
            prop_assert_eq!(decoded.faults, 0);
            prop_assert_eq!(decoded.text.nfc().collect::<String>(), words.nfc().collect::<String>());
        }
    }
}
