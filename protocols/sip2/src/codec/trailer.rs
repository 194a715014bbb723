//! Error detection: digest 3, 4.6–4.8, 12.2–12.4.

use super::Charset;
use std::borrow::Cow;

/// A frame with its error detection taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened<'a> {
    /// Nothing but blanks and NULs: skipped in silence.
    Empty,
    /// The sum is wrong, or the trailer is malformed: answered 96, and nothing else is done.
    BadChecksum,
    /// A message.
    Message {
        /// Command id, fixed and identified fields; without trailer, terminator, stray line feeds and NULs.
        body: Cow<'a, [u8]>,
        /// Its trailer.
        trailer: Trailer,
    },
}

/// The error detection that a message carried. An answer carries the same kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Trailer {
    /// None.
    #[default]
    Off,
    /// `AZ`, with `AY` unless it is a repeat after 96.
    On {
        /// The digit of AY.
        sequence: Option<u8>,
        /// The number that AZ prints.
        sum: u16,
        /// The peer added up code points in place of bytes. Worth a count.
        by_code_points: bool,
    },
}

impl Trailer {
    /// The trailer of the answer to a message with this one: the same digit, a sum of its own.
    pub fn sequence(self) -> Option<Option<u8>> {
        match self {
            Self::Off => None,
            Self::On { sequence, .. } => Some(sequence),
        }
    }
}

/// The number that makes the sum of these bytes, `AZ` included, come out at zero.
pub fn checksum(bytes: &[u8]) -> u16 {
    bytes
        .iter()
        .fold(0u16, |sum, byte| sum.wrapping_add(u16::from(*byte)))
        .wrapping_neg()
}

/// The same over the code points of a text, as some clients do.
pub fn checksum_of_code_points(text: &str) -> u16 {
    let sum = text.chars().fold(0u32, |sum, c| sum.wrapping_add(u32::from(c)));
    ((sum & 0xFFFF) as u16).wrapping_neg()
}

/// Takes terminator, leftovers of the message before, and trailer off a frame.
pub fn open(frame: &[u8], charset: Charset, delimiter: u8) -> Opened<'_> {
    let line = match frame {
        [line @ .., b'\r' | b'\n'] => line,
        line => line,
    };
    // 12.2: what is left of CR LF, or a NUL, is no part of the sum.
    let start = line.iter().position(|b| *b > b' ').unwrap_or(line.len());
    let line = line.get(start..).unwrap_or_default();
    if line.is_empty() {
        return Opened::Empty;
    }
    match find(line, charset, delimiter) {
        Found::Trailer(at, trailer) => message(line.get(..at).unwrap_or_default(), trailer),
        Found::Wrong => Opened::BadChecksum,
        Found::Nothing => {
            // 12.3: trailing blanks go only where no trailer stands without dropping them.
            let end = line
                .iter()
                .rposition(|b| !matches!(b, b' ' | b'\t' | 0 | b'\n'))
                .map_or(0, |last| last + 1);
            let trimmed = line.get(..end).unwrap_or_default();
            match find(trimmed, charset, delimiter) {
                Found::Trailer(at, trailer) => message(trimmed.get(..at).unwrap_or_default(), trailer),
                Found::Wrong => Opened::BadChecksum,
                Found::Nothing => message(trimmed, Trailer::Off),
            }
        }
    }
}

fn message(body: &[u8], trailer: Trailer) -> Opened<'_> {
    let stray = |b: &u8| matches!(b, b'\n' | b'\r' | 0);
    let body = if body.iter().any(stray) {
        Cow::Owned(body.iter().copied().filter(|b| !stray(b)).collect())
    } else {
        Cow::Borrowed(body)
    };
    Opened::Message { body, trailer }
}

enum Found {
    Nothing,
    Wrong,
    /// Where the body ends.
    Trailer(usize, Trailer),
}

/// Recognises a trailer from the right: `AZ` and four hex digits, before it `AY` and one digit; a stray delimiter after
/// either is met.
fn find(line: &[u8], charset: Charset, delimiter: u8) -> Found {
    let (text, closed) = match line.strip_suffix(&[delimiter]) {
        Some(text) => (text, true),
        None => (line, false),
    };
    let Some((head, digits)) = text.split_last_chunk::<4>() else {
        return Found::Nothing;
    };
    let Some(sum) = std::str::from_utf8(digits)
        .ok()
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))
        .and_then(|d| u16::from_str_radix(d, 16).ok())
    else {
        return Found::Nothing;
    };
    let Some(before) = head.strip_suffix(b"AZ") else {
        return Found::Nothing;
    };
    let unclosed = before.strip_suffix(&[delimiter]).unwrap_or(before);
    let (end, sequence) = match (unclosed, before) {
        ([rest @ .., b'A', b'Y', digit], _) if digit.is_ascii_digit() => (rest.len(), Some(digit - b'0')),
        // A client that counted to ten, or lost its count.
        ([.., b'A', b'Y', _] | [.., b'A', b'Y', _, _], _) => return Found::Wrong,
        (_, [.., b'A', b'Y']) => return Found::Wrong,
        _ => (before.len(), None),
    };
    let by_bytes = checksum(head) == sum;
    let by_code_points = !by_bytes && !head.is_ascii() && checksum_of_code_points(&charset.decode(head)) == sum;
    if by_bytes || by_code_points {
        let trailer = Trailer::On {
            sequence,
            sum,
            by_code_points,
        };
        return Found::Trailer(end, trailer);
    }
    // A title that ends in `AZ1234|` is a field of its own, no trailer.
    if closed && sequence.is_none() {
        Found::Nothing
    } else {
        Found::Wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(text: &[u8]) -> Opened<'_> {
        open(text, Charset::Utf8, b'|')
    }

    fn body_and_sequence(text: &[u8]) -> Option<(Vec<u8>, Option<Option<u8>>)> {
        match opened(text) {
            Opened::Message { body, trailer } => Some((body.into_owned(), trailer.sequence())),
            _ => None,
        }
    }

    /// Every worked example of digest 3.
    #[test]
    fn the_worked_examples_come_out() {
        for (summed, result) in [
            ("97AZ", "FEF5"),
            ("96AZ", "FEF6"),
            ("941AY0AZ", "FDFD"),
            ("941AY1AZ", "FDFC"),
            ("9900302.00AY2AZ", "FCA4"),
            ("9300CNOV|COOV|CPWES|AY1AZ", "F86B"),
            ("9900802.00AY1AZ", "FCA0"),
            ("6300120171123    123051          AOJL|AATEST03|BP1|BQ5|AY0AZ", "F25E"),
            ("9900302.00AY0AZ", "FCA6"),
            ("9300CNterm1|COhemmelig|CPBYEN|AY0AZ", "F446"),
            ("1720261124    120000AODK-710100|AB3900001|AC|AY3AZ", "F4AE"),
            (
                "11YN20261124    120000                  AODK-710100|AA1234567890|AB3900001|AC|BON|BIN|AY1AZ",
                "EC14",
            ),
            ("2300920261124    120000AODK-710100|AA1234567890|AC|AD1234|AY2AZ", "F19F"),
            ("1803020120261124    120000AB3900001|AJBlå himmel|AQHOVED|AY4AZ", "EF3A"),
            ("9300CNLoginUserID|COLoginPassword|CPLocationCode|AY5AZ", "EC7B"),
        ] {
            assert_eq!(format!("{:04X}", checksum(summed.as_bytes())), result, "{summed}");
            let whole = format!("{summed}{result}\r");
            assert!(
                matches!(
                    opened(whole.as_bytes()),
                    Opened::Message {
                        trailer: Trailer::On { by_code_points: false, .. },
                        ..
                    }
                ),
                "{whole}"
            );
        }
    }

    #[test]
    fn one_text_has_three_sums_in_three_character_sets() {
        let text = "1803020120261124    120000AB3900001|AJBlå himmel|AQHOVED|AY4AZ";
        for (charset, sum) in [(Charset::Utf8, 0xEF3A), (Charset::Latin1, 0xEFBD), (Charset::Cp850, 0xF01C)] {
            let mut bytes = Vec::new();
            charset.encode(text, &mut bytes);
            assert_eq!(checksum(&bytes), sum, "{charset:?}");
        }
    }

    #[test]
    fn accepts_a_sum_of_code_points_and_says_so() {
        let line = "1803020120261124    120000AB3900001|AJBlå himmel|AQHOVED|AY4AZEFBD";
        assert!(matches!(
            opened(line.as_bytes()),
            Opened::Message {
                trailer: Trailer::On { by_code_points: true, .. },
                ..
            }
        ));
    }

    #[test]
    fn accepts_what_clients_do_to_trailers() {
        let expected = Some((b"9900302.00".to_vec(), Some(Some(0))));
        for line in [
            &b"9900302.00AY0AZFCA6\r"[..],
            b"\n\0 9900302.00AY0AZfca6\r",
            b"9900302.00AY0AZFCA6|\r",
            b"9900302.00AY0AZFCA6 \t\0\r",
            b"9900302.00AY0|AZFC2A\r",
        ] {
            assert_eq!(body_and_sequence(line), expected, "{}", String::from_utf8_lossy(line));
        }
        assert_eq!(body_and_sequence(b"97AZFEF5\r"), Some((b"97".to_vec(), Some(None))));
        assert_eq!(body_and_sequence(b"9900302.00\r"), Some((b"9900302.00".to_vec(), None)));
    }

    #[test]
    fn refuses_wrong_sums_and_sequence_numbers_past_nine() {
        assert_eq!(opened(b"9900302.00AY0AZFCA7\r"), Opened::BadChecksum);
        let ten = b"9900302.00AY10AZ";
        let line = format!("9900302.00AY10AZ{:04X}\r", checksum(ten));
        assert_eq!(opened(line.as_bytes()), Opened::BadChecksum);
    }

    #[test]
    fn a_title_that_ends_like_a_trailer_is_a_title() {
        let line = b"1720261124    120000AOX|AJFrom A to AZ1234|\r";
        assert_eq!(body_and_sequence(line).map(|(_, sequence)| sequence), Some(None));
    }

    #[test]
    fn stray_line_feeds_are_summed_and_then_deleted() {
        let summed = b"1720261124    120000AOX|AB39\n00001|AY1AZ";
        let line = [&summed[..], format!("{:04X}\r", checksum(summed)).as_bytes()].concat();
        let (body, _) = body_and_sequence(&line).unwrap();
        assert!(body.ends_with(b"AB3900001|"));
    }

    #[test]
    fn blanks_are_empty() {
        for line in [&b""[..], b"\r", b"\n\r", b" \0\t\r"] {
            assert_eq!(opened(line), Opened::Empty);
        }
    }
}
