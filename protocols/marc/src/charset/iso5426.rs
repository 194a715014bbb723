//! ISO 5426, the Latin set of UNIMARC files: like ANSEL in kind, other in its codes.

use super::Decoded;
use std::borrow::Cow;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;

/// By code from 80 on: the character, and whether it is a mark on the letter after it.
static TABLE: LazyLock<[Option<(char, bool)>; 128]> = LazyLock::new(|| {
    let mut table = [None; 128];
    for line in include_str!("../../tables/iso5426.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let mut columns = line.split('\t');
        let code = columns.next().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let scalar = columns.next().and_then(|hex| u32::from_str_radix(hex, 16).ok());
        let place = code.and_then(|code| table.get_mut(code.checked_sub(0x80)?));
        if let (Some(place), Some(character)) = (place, scalar.and_then(char::from_u32)) {
            *place = Some((character, columns.next() == Some("c")));
        }
    }
    table
});

/// Reads ISO 5426 over ISO 646. Marks are moved behind their letters and composed with them.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let mut text = String::with_capacity(bytes.len());
    let mut marks = Vec::new();
    let mut faults = 0;
    for &byte in bytes {
        let entry = match byte.checked_sub(0x80) {
            None => Some((char::from(byte), false)),
            Some(upper) => TABLE.get(usize::from(upper)).copied().flatten(),
        };
        match entry {
            Some((mark, true)) => marks.push(mark),
            Some((character, false)) if marks.is_empty() => text.push(character),
            Some((character, false)) => {
                text.extend(std::iter::once(character).chain(marks.drain(..)).nfc());
            }
            None => {
                faults += 1;
                text.push('\u{FFFD}');
            }
        }
    }
    if !marks.is_empty() {
        faults += 1;
        text.push('\u{FFFD}');
    }
    Decoded {
        text: Cow::Owned(text),
        faults,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_and_letters() {
        let decoded = decode(b"\xC2ecole \xD0ca \xE9re\xFA");
        assert_eq!((decoded.text.as_ref(), decoded.faults), ("école ça Øreœ", 0));
        assert_eq!(decode(b"a\xC2").faults, 1);
    }
}
