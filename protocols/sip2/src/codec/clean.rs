//! Output discipline: digest 13. What goes out never breaks a peer's parser or screen.

use super::Charset;
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_segmentation::UnicodeSegmentation;

/// Longest value of an identified field, in bytes and in characters.
pub const MAX_VALUE: usize = 255;

/// Narrowest print width that is believed.
const MIN_WIDTH: usize = 16;

/// A value fit for the wire, still as text: no control characters, runs of line ends and tabs as one blank, no delimiter, NFC.
pub fn clean(text: &str, charset: Charset, delimiter: u8) -> Cow<'_, str> {
    let delimiter = char::from(delimiter);
    let tidy = |c: char| !is_control(c) && c != delimiter;
    if text.is_ascii() {
        if text.chars().all(tidy) {
            return Cow::Borrowed(text);
        }
    } else if text.chars().all(tidy) && is_nfc(text) {
        return Cow::Borrowed(text);
    }
    let bar = if matches!(charset, Charset::Ascii) || delimiter == '¦' {
        '/'
    } else {
        '¦'
    };
    let mut out = String::with_capacity(text.len());
    let mut in_break = false;
    for c in text.nfc() {
        let breaks = matches!(c, '\r' | '\n' | '\t');
        if breaks {
            if !in_break {
                out.push(' ');
            }
        } else if c == delimiter {
            out.push(bar);
        } else if !is_control(c) {
            out.push(c);
        }
        in_break = breaks;
    }
    Cow::Owned(out)
}

/// Whether a value goes out as it is in every character set: printable ASCII without the delimiter, not too long.
pub fn is_plain(text: &str, delimiter: u8) -> bool {
    text.len() <= MAX_VALUE && text.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != delimiter)
}

/// Whether a text holds nothing that cleaning would take out.
pub fn is_harmless(text: &str) -> bool {
    !text.chars().any(is_control)
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Encodes a clean value, cut to 255 bytes (and so characters) where a character with its marks ends.
pub fn encode_cut(text: &str, charset: Charset, delimiter: u8, out: &mut Vec<u8>) {
    let start = out.len();
    charset.encode(text, out);
    if out.len() - start > MAX_VALUE {
        out.truncate(start);
        for cluster in text.graphemes(true) {
            let before = out.len();
            charset.encode(cluster, out);
            if out.len() - start > MAX_VALUE {
                out.truncate(before);
                break;
            }
        }
    }
    // Transliteration may have made what cleaning took out.
    let spare = if delimiter == b'/' { b'-' } else { b'/' };
    for byte in out.iter_mut().skip(start).filter(|byte| **byte == delimiter) {
        *byte = spare;
    }
}

/// Splits a long line at words into lines that fit a screen or printer of `width` characters; 0 or an unbelievable width
/// means 255. A word longer than the line is cut.
pub fn wrap(text: &str, charset: Charset, width: usize) -> Vec<String> {
    let width = if width < MIN_WIDTH { MAX_VALUE } else { width.min(MAX_VALUE) };
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = Used::default();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let size = Used::of(word, charset);
        if !line.is_empty() && !used.with(size, 1).fits(width) {
            lines.push(std::mem::take(&mut line));
            used = Used::default();
        }
        if !line.is_empty() {
            line.push(' ');
            used = used.with(Used::default(), 1);
        }
        if size.fits(width) {
            line.push_str(word);
            used = used.with(size, 0);
            continue;
        }
        for cluster in word.graphemes(true) {
            let size = Used::of(cluster, charset);
            if !line.is_empty() && !used.with(size, 0).fits(width) {
                lines.push(std::mem::take(&mut line));
                used = Used::default();
            }
            line.push_str(cluster);
            used = used.with(size, 0);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    chars: usize,
    bytes: usize,
}

impl Used {
    fn of(text: &str, charset: Charset) -> Self {
        if text.is_ascii() {
            return Self {
                chars: text.len(),
                bytes: text.len(),
            };
        }
        let mut encoded = Vec::new();
        charset.encode(text, &mut encoded);
        let chars = if charset == Charset::Utf8 {
            text.chars().count()
        } else {
            encoded.len()
        };
        Self {
            chars,
            bytes: encoded.len(),
        }
    }

    fn with(self, more: Self, blanks: usize) -> Self {
        Self {
            chars: self.chars + more.chars + blanks,
            bytes: self.bytes + more.bytes + blanks,
        }
    }

    fn fits(self, width: usize) -> bool {
        self.chars <= width && self.bytes <= MAX_VALUE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_lose_what_breaks_parsers() {
        assert_eq!(clean("a\r\n\tb|c\u{7}\u{85}\u{2028}d", Charset::Utf8, b'|'), "a b¦cd");
        assert_eq!(clean("a|b", Charset::Ascii, b'|'), "a/b");
        assert_eq!(clean("a\u{30A}", Charset::Utf8, b'|'), "å");
        assert_eq!(clean("a|b^c", Charset::Utf8, b'^'), "a|b¦c");
    }

    #[test]
    fn values_are_cut_where_a_character_ends() {
        for (charset, bytes) in [(Charset::Utf8, 254), (Charset::Latin1, 255)] {
            let mut out = Vec::new();
            encode_cut(&"ø".repeat(300), charset, b'|', &mut out);
            assert_eq!(out.len(), bytes);
        }
        let mut out = Vec::new();
        encode_cut(&format!("{}e\u{32D}", "x".repeat(253)), Charset::Utf8, b'|', &mut out);
        assert_eq!(out.len(), 253, "a mark stays with its letter");
    }

    #[test]
    fn long_lines_are_split_at_words() {
        let lines = wrap("Bogen er reserveret til en anden låner", Charset::Utf8, 20);
        assert_eq!(lines, ["Bogen er reserveret", "til en anden låner"]);
        let long = wrap(&"ø".repeat(300), Charset::Utf8, 0);
        assert_eq!(long.iter().map(|l| l.len()).collect::<Vec<_>>(), [254, 254, 92]);
    }
}
