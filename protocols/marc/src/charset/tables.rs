//! The MARC-8 tables of `tables/`, read at first use.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A character of a set, and whether it combines with the letter after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) character: char,
    pub(super) combining: bool,
}

/// A set of one byte per character, by its low seven bits: which half of the table it is invoked into does not matter.
pub(super) struct Set {
    final_byte: u8,
    entries: [Option<Entry>; 128],
}

static SETS: LazyLock<Vec<Set>> = LazyLock::new(|| {
    let mut sets: Vec<Set> = Vec::new();
    for line in include_str!("../../tables/marc8_sets.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let mut columns = line.split('\t');
        let final_byte = columns.next().and_then(|name| name.bytes().next());
        let code = columns.next().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let character = columns.next().and_then(|hex| char::from_u32(u32::from_str_radix(hex, 16).ok()?));
        let (Some(final_byte), Some(code), Some(character)) = (final_byte, code, character) else {
            continue;
        };
        if sets.last().is_none_or(|set| set.final_byte != final_byte) {
            sets.push(Set {
                final_byte,
                entries: [None; 128],
            });
        }
        let entry = Entry {
            character,
            combining: columns.next() == Some("c"),
        };
        let place = sets.last_mut().and_then(|set| set.entries.get_mut(code & 0x7F));
        if let Some(place) = place {
            // C1 codes (88, 89, 8D, 8E) are handled apart: they do not depend on the set.
            if !(0x80..0xA0).contains(&code) {
                *place = Some(entry);
            }
        }
    }
    sets
});

/// EACC by code, sorted.
static EACC: LazyLock<Vec<(u32, char)>> = LazyLock::new(|| {
    let mut codes = Vec::with_capacity(16_000);
    for line in include_str!("../../tables/marc8_eacc.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let Some((row, characters)) = line.split_once('\t') else { continue };
        let Ok(row) = u32::from_str_radix(row, 16) else { continue };
        for (third, character) in (0x21..).zip(characters.chars()) {
            if character != ' ' {
                codes.push((row << 8 | third, character));
            }
        }
    }
    codes.sort_unstable();
    codes
});

/// Three-byte codes that EACC does not have and records do.
static ODD: LazyLock<Vec<(u32, char)>> = LazyLock::new(|| {
    let hex = |text| u32::from_str_radix(text, 16).ok();
    include_str!("../../tables/marc8_odd.tsv")
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(code, scalar)| Some((hex(code)?, char::from_u32(hex(scalar)?)?)))
        .collect()
});

/// Where a character is found: the set's final byte and its code (seven bits each).
static REVERSE: LazyLock<HashMap<char, (u8, u32)>> = LazyLock::new(|| {
    let mut places = HashMap::with_capacity(16_500);
    for set in SETS.iter() {
        for (code, entry) in (0..).zip(&set.entries) {
            if let Some(entry) = entry {
                // ANSEL is in force anyway; among the others the first found will do.
                if set.final_byte == b'E' {
                    places.insert(entry.character, (set.final_byte, code));
                } else {
                    places.entry(entry.character).or_insert((set.final_byte, code));
                }
            }
        }
    }
    for &(code, character) in EACC.iter() {
        places.entry(character).or_insert((b'1', code));
    }
    places
});

/// The set an escape sequence ends in, ASCII and EACC apart.
pub(super) fn set(final_byte: u8) -> Option<&'static Set> {
    SETS.iter().find(|set| set.final_byte == final_byte)
}

impl Set {
    /// The character of a code in either half.
    pub(super) fn get(&self, code: u8) -> Option<Entry> {
        self.entries.get(usize::from(code & 0x7F)).copied().flatten()
    }
}

/// The combining mark that an ANSEL byte stands for.
pub(super) fn ansel_mark(byte: u8) -> Option<char> {
    static ANSEL: LazyLock<Option<&'static Set>> = LazyLock::new(|| set(b'E'));
    ANSEL
        .and_then(|ansel| ansel.get(byte))
        .filter(|entry| entry.combining)
        .map(|entry| entry.character)
}

/// The character of a three-byte code.
pub(super) fn eacc(code: u32) -> Option<char> {
    let at = EACC.binary_search_by_key(&code, |&(code, _)| code).ok()?;
    EACC.get(at).map(|&(_, character)| character)
}

/// The character of a three-byte code that only looks like EACC.
pub(super) fn odd(code: u32) -> Option<char> {
    ODD.iter().find(|(odd, _)| *odd == code).map(|&(_, character)| character)
}

/// The set (final byte) and code in which MARC-8 can write a character.
pub(super) fn place(character: char) -> Option<(u8, u32)> {
    REVERSE.get(&character).copied()
}

/// Whether a character is a combining mark in ANSEL or another set of MARC-8.
pub(super) fn is_combining(final_byte: u8, code: u32) -> bool {
    let code = u8::try_from(code).unwrap_or(0);
    set(final_byte).and_then(|set| set.get(code)).is_some_and(|entry| entry.combining)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole() {
        assert_eq!(EACC.len(), 15_738);
        let finals: Vec<char> = SETS.iter().map(|set| char::from(set.final_byte)).collect();
        assert_eq!(finals, ['2', '3', '4', 'E', 'N', 'Q', 'S', 'b', 'g', 'p']);
        assert_eq!(eacc(0x213021), Some('一'));
        assert_eq!(ansel_mark(0xEA), Some('\u{30A}'));
    }
}
