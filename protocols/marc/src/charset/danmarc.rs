//! danMARC2's own way of putting Unicode into Latin-1: `@` escapes, and marks before their letters.
//!
//! `@hhhh` is the code unit with that number; `@@`, `@*` and `@¤` are the characters themselves; `@å` and `@Å` are the
//! pair of letters that sorts as å (Ꜳ). denmark.md, section 4.

use super::Decoded;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, compose};

/// Spacing characters that stand for a mark on the next letter.
static MARKS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let scalar = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
    include_str!("../../tables/danmarc2_marks.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(spacing, mark)| Some((scalar(spacing)?, scalar(mark)?)))
        .collect()
});

/// The older two-digit form `@Uhh`: the few ANSEL codes it was used for.
const OLD_FORM: [(u8, char); 4] = [(0xB0, '\u{2BB}'), (0xAE, '\u{2BC}'), (0xE0, '\u{309}'), (0xF7, '\u{326}')];

/// How much of the escaping a text may be expected to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escapes {
    /// Latin-1 text: all of it, marks before letters included.
    All,
    /// Latin-1 text that is an address (856 *u), in which `_`, `^` and the like stand for themselves.
    Address,
    /// UTF-8 text, where no escape belongs but old records bring some: only those that cannot be anything else.
    Stray,
}

/// Resolves the escapes of a text that was Latin-1 or UTF-8 bytes. An escape that makes no sense stays as it is and
/// counts as a fault.
pub fn decode(text: &str, escapes: Escapes) -> Decoded<'static> {
    let mut out = Output {
        text: String::with_capacity(text.len()),
        marks: Vec::new(),
        high: None,
        faults: 0,
    };
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let after = rest.split_at_checked(character.len_utf8()).map_or("", |(_, after)| after);
        rest = if character == '@' {
            at_sign(after, escapes, &mut out)
        } else if escapes == Escapes::All && stands_for_mark(character, after) {
            out.marks.extend(MARKS.get(&character));
            after
        } else {
            out.literal(character);
            after
        };
    }
    out.finish();
    Decoded {
        text: Cow::Owned(out.text),
        faults: out.faults,
    }
}

/// Whether a spacing character can be a mark: the letter after it must take that mark (or be any letter, for the
/// underscore that no letter composes with).
fn stands_for_mark(character: char, after: &str) -> bool {
    let Some(&mark) = MARKS.get(&character) else {
        return false;
    };
    let next = after.chars().find(|next| !MARKS.contains_key(next));
    match mark {
        // No letter composes with an underscore.
        '\u{332}' => next.is_some_and(char::is_alphabetic),
        mark => next.is_some_and(|letter| compose(letter, mark).is_some()),
    }
}

/// What follows an `@`; gives back what stands after the escape.
fn at_sign<'a>(after: &'a str, escapes: Escapes, out: &mut Output) -> &'a str {
    let mut characters = after.chars();
    match characters.next() {
        Some(literal @ ('@' | '*' | '¤')) => {
            out.put(literal);
            return characters.as_str();
        }
        Some('å') => {
            out.put('\u{A733}');
            return characters.as_str();
        }
        Some('Å') => {
            out.put('\u{A732}');
            return characters.as_str();
        }
        _ => {}
    }
    if let Some((hex, left)) = after.split_at_checked(4) {
        let number = hex
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u16::from_str_radix(hex, 16).ok());
        // In UTF-8 text four small letters after an @ are more likely a mail address.
        let capital = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        let plausible = escapes != Escapes::Stray || hex.bytes().any(|byte| byte.is_ascii_digit()) || hex.bytes().all(capital);
        if let (Some(Some(unit)), true) = (number, plausible)
            && out.unit(unit, left)
        {
            return left;
        }
    }
    if let Some((hex, left)) = after.strip_prefix('U').and_then(|old| old.split_at_checked(2)) {
        let code = u8::from_str_radix(hex, 16).ok();
        if let Some((_, character)) = OLD_FORM.iter().find(|(old, _)| Some(*old) == code) {
            out.put(*character);
            return left;
        }
    }
    if escapes != Escapes::Stray {
        out.faults += 1;
    }
    out.put('@');
    after
}

struct Output {
    text: String,
    /// Marks that wait for their letter.
    marks: Vec<char>,
    /// First half of a surrogate pair.
    high: Option<u16>,
    faults: usize,
}

impl Output {
    /// A character that was written as itself. A mark among them stands where Unicode wants it.
    fn literal(&mut self, character: char) {
        if self.marks.is_empty() && self.high.is_none() {
            self.text.push(character);
        } else {
            self.put(character);
        }
    }

    fn put(&mut self, character: char) {
        if self.high.take().is_some() {
            self.faults += 1;
            self.text.push('\u{FFFD}');
        }
        if canonical_combining_class(character) != 0 {
            self.marks.push(character);
        } else if self.marks.is_empty() {
            self.text.push(character);
        } else {
            let marks = std::mem::take(&mut self.marks);
            self.text.extend(std::iter::once(character).chain(marks).nfc());
        }
    }

    /// A code unit by its number; `false` where it can be none.
    fn unit(&mut self, unit: u16, left: &str) -> bool {
        let number = u32::from(unit);
        match (unit, self.high) {
            (0xD800..=0xDBFF, None) => self.high = Some(unit),
            (0xDC00..=0xDFFF, Some(high)) => {
                self.high = None;
                let scalar = 0x10000 + ((u32::from(high) - 0xD800) << 10) + (number - 0xDC00);
                self.put(char::from_u32(scalar).unwrap_or('\u{FFFD}'));
            }
            // The mark of an underscore that no letter carries is an underscore.
            (0x0332, _) if !left.starts_with(char::is_alphabetic) => self.put('_'),
            _ => match char::from_u32(number) {
                Some(character) => self.put(character),
                None => return false,
            },
        }
        true
    }

    fn finish(&mut self) {
        if self.high.take().is_some() {
            self.faults += 1;
            self.text.push('\u{FFFD}');
        }
        // A mark at the end has no letter after it: keep it where it is.
        self.text.extend(self.marks.drain(..));
    }
}

/// Writes text as Latin-1 with escapes. Characters beyond U+FFFF cannot be expressed: they become `?`, and the number
/// of them is returned.
pub fn encode(text: &str, out: &mut Vec<u8>) -> usize {
    let mut lost = 0;
    let composed: Vec<char> = text.nfc().collect();
    let mut rest = composed.as_slice();
    while let Some((&base, after)) = rest.split_first() {
        let count = after.iter().take_while(|&&c| canonical_combining_class(c) != 0).count();
        let (marks, left) = after.split_at_checked(count).unwrap_or((after, &[]));
        // In the bytes the marks stand before their letter.
        for &character in marks.iter().chain(std::iter::once(&base)) {
            match character {
                '@' | '*' => out.extend([b'@', character as u8]),
                '\u{A733}' => out.extend([b'@', 0xE5]),
                '\u{A732}' => out.extend([b'@', 0xC5]),
                // Would be read as marks on the letter after them.
                '^' | '_' | '`' | '¨' | '¯' | '´' | '¸' => out.extend(format!("@{:04X}", u32::from(character)).bytes()),
                _ => match (u8::try_from(u32::from(character)), u16::try_from(u32::from(character))) {
                    (Ok(byte), _) if !(0x80..0xA0).contains(&byte) => out.push(byte),
                    (_, Ok(unit)) => out.extend(format!("@{unit:04X}").bytes()),
                    _ => {
                        lost += 1;
                        out.push(b'?');
                    }
                },
            }
        }
        rest = left;
    }
    lost
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(text: &str) -> String {
        decode(text, Escapes::All).text.into_owned()
    }

    #[test]
    fn escapes_are_characters() {
        for (escaped, text) in [
            ("x@03B1x", "xαx"),
            ("@@ @* @¤", "@ * ¤"),
            ("@åbenrå @Å", "ꜳbenrå Ꜳ"),
            ("@UB0ain", "ʻain"),
            ("@D83D@DCD6", "📖"),
            ("@0301e", "é"),
            ("@0302@0323o", "ộ"),
            ("´etude ¨uber", "étude über"),
            ("a@0332b", "ab\u{332}"),
            ("http://a.dk/x@0332", "http://a.dk/x_"),
            ("a_b _ 1", "ab\u{332} _ 1"),
            ("5 ^ 3", "5 ^ 3"),
        ] {
            assert_eq!(all(escaped), text, "{escaped}");
        }
    }

    #[test]
    fn an_address_keeps_its_underscores() {
        let address = decode("http://a.dk/fil_navn@0332.htm", Escapes::Address);
        assert_eq!(address.text, "http://a.dk/fil_navn_.htm");
    }

    #[test]
    fn a_mail_address_in_utf8_stays() {
        let stray = |text| decode(text, Escapes::Stray).text.into_owned();
        assert_eq!(stray("post@face.dk"), "post@face.dk");
        assert_eq!(stray("x@03B1x @@ @FFFD"), "xαx @ \u{FFFD}");
        assert_eq!(stray("Krıs\u{304}tin"), "Krıs\u{304}tin");
        assert_eq!(decode("a@x", Escapes::All).faults, 1);
    }

    #[test]
    fn what_latin1_has_not_is_escaped() {
        let mut out = Vec::new();
        assert_eq!(encode("Łódź @ 5* ab\u{332} 📖", &mut out), 1);
        assert_eq!(out, b"@0141\xF3d@017A @@ 5@* a@0332b ?");
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in ".{0,40}", escapes in prop::sample::select(vec![Escapes::All, Escapes::Stray])) {
            decode(&text, escapes);
        }

        #[test]
        fn there_and_back(text in "([ -^`-~¤æøåÆØÅéüŁα-ω一ꜳ]|[a-z]\u{332}|[b-df]\u{301}){0,20}") {
            let mut bytes = Vec::new();
            prop_assert_eq!(encode(&text, &mut bytes), 0);
            prop_assert_eq!(all(&super::super::latin1(&bytes)), text.nfc().collect::<String>());
        }
    }
}
