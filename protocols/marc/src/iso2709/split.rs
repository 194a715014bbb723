//! Where one record ends and the next begins, in a stream whose lengths cannot be trusted.

use super::{FIELD_END, LEADER, RECORD_END, looks_like_leader, number};
use crate::feed::{Feed, Found};
use crate::reader::MAX_RECORD;
use crate::report::{Reason, Repair};
use std::io::BufRead;

/// A record at the front of the feed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Its length, a terminator included.
    pub(crate) length: usize,
    /// What was wrong with its ends.
    pub(crate) repair: Option<Repair>,
}

/// What may stand between records: line ends, NUL, 1A, a byte order mark, terminators too many.
fn between_records(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\r' | b'\n' | 0 | 0x1A | 0xEF | 0xBB | 0xBF | RECORD_END | FIELD_END
    )
}

/// Finds the next record and leaves it at the front of the feed. After an error the feed stands at the record after it.
pub(crate) fn next<R: BufRead>(feed: &mut Feed<R>) -> Option<Result<Span, Reason>> {
    feed.skip_while(between_records)?;
    to_leader(feed);
    feed.hold(LEADER);
    let declared = feed.bytes().get(..5).and_then(number).filter(|&length| length > LEADER);
    match feed.find(0, MAX_RECORD, |byte| byte == RECORD_END) {
        Found::At(at) => Some(Ok(with_terminator(feed, at + 1, declared))),
        Found::End => {
            let length = feed.bytes().len();
            // The filling of the last block of a tape: no record, and nothing is lost with it.
            if length < LEADER && !feed.bytes().iter().any(u8::is_ascii_digit) {
                feed.consume(length);
                return None;
            }
            Some(Ok(cut_at_next_leader(feed, length, declared).unwrap_or(Span {
                length,
                repair: Some(Repair::NoTerminator),
            })))
        }
        Found::TooFar => {
            resynchronise(feed);
            Some(Err(Reason::TooLong { limit: MAX_RECORD }))
        }
    }
}

/// Passes over stray bytes before a leader, where one follows close by.
fn to_leader<R: BufRead>(feed: &mut Feed<R>) {
    const NEAR: usize = 256;
    feed.hold(NEAR + LEADER);
    let bytes = feed.bytes();
    let end = bytes
        .iter()
        .position(|&byte| byte == RECORD_END || byte == FIELD_END)
        .unwrap_or(bytes.len());
    let at = (0..NEAR.min(end)).find(|&at| bytes.get(at..).is_some_and(looks_like_leader));
    feed.consume(at.unwrap_or(0));
}

/// The span of a record whose first terminator ends at `length`.
fn with_terminator<R: BufRead>(feed: &mut Feed<R>, length: usize, declared: Option<usize>) -> Span {
    match declared {
        Some(declared) if declared == length => return Span { length, repair: None },
        Some(declared) if declared < length => {
            if let Some(span) = cut_at_next_leader(feed, length, Some(declared)) {
                return span;
            }
        }
        // A terminator before the declared end is data if the declared end has one as well, or if no record follows it.
        Some(declared) if !record_follows(feed, length) => {
            let at_end = feed.hold(declared) && feed.bytes().get(declared - 1) == Some(&RECORD_END);
            let end = if at_end {
                Some(declared)
            } else {
                match feed.find(length, declared.max(length), |byte| byte == RECORD_END) {
                    Found::At(at) => Some(at + 1),
                    _ => None,
                }
            };
            if let Some(length) = end {
                return Span {
                    length,
                    repair: Some(Repair::TerminatorInData),
                };
            }
        }
        _ => {}
    }
    Span {
        length,
        repair: Some(Repair::RecordLength),
    }
}

/// A record without a terminator: its length is right, and the next leader follows at once.
fn cut_at_next_leader<R: BufRead>(feed: &mut Feed<R>, length: usize, declared: Option<usize>) -> Option<Span> {
    let declared = declared.filter(|&declared| declared < length)?;
    let rest = feed.bytes().get(declared - 1..)?;
    let (last, rest) = rest.split_first()?;
    let ends = *last == FIELD_END || rest.first() == Some(&FIELD_END);
    (ends && looks_like_leader(rest)).then_some(Span {
        length: declared,
        repair: Some(Repair::NoTerminator),
    })
}

/// Whether what stands at `from`, after filling, is the end of the stream or another record.
fn record_follows<R: BufRead>(feed: &mut Feed<R>, from: usize) -> bool {
    const FILLING: usize = 16;
    feed.hold(from + FILLING + LEADER);
    let rest = feed.bytes().get(from..).unwrap_or_default();
    let filling = rest.iter().take(FILLING).take_while(|&&byte| between_records(byte)).count();
    let rest = rest.get(filling..).unwrap_or_default();
    rest.is_empty() || looks_like_leader(rest)
}

/// Passes over everything up to a terminator that five digits follow.
fn resynchronise<R: BufRead>(feed: &mut Feed<R>) {
    const STEP: usize = 64 * 1024;
    loop {
        match feed.find(0, STEP, |byte| byte == RECORD_END) {
            Found::At(at) => {
                feed.consume(at + 1);
                if record_follows(feed, 0) {
                    return;
                }
            }
            Found::TooFar => feed.consume(STEP),
            Found::End => {
                let rest = feed.bytes().len();
                feed.consume(rest);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn spans(bytes: &[u8]) -> Vec<Result<(usize, Option<Repair>), String>> {
        let mut feed = Feed::new(BufReader::with_capacity(7, bytes));
        let mut spans = Vec::new();
        while let Some(found) = next(&mut feed) {
            spans.push(
                found
                    .map(|span| {
                        feed.consume(span.length);
                        (span.length, span.repair)
                    })
                    .map_err(|reason| reason.to_string()),
            );
        }
        spans
    }

    /// A leader and nothing but an empty directory, 26 bytes, with the given length.
    fn record(length: usize) -> Vec<u8> {
        format!("{length:05}nam a2200025 a 4500\u{1E}\u{1D}").into_bytes()
    }

    #[test]
    fn filling_between_records_is_passed_over() {
        let stream = [&b"\xEF\xBB\xBF"[..], &record(26), b"\r\n", &record(26), b"\n\x1A\0"].concat();
        assert_eq!(spans(&stream), [Ok((26, None)), Ok((26, None))]);
    }

    #[test]
    fn a_wrong_length_yields_to_the_terminator() {
        let stream = [record(90), record(99_999), record(0), record(26)].concat();
        let wrong = Some(Repair::RecordLength);
        assert_eq!(spans(&stream), [Ok((26, wrong)), Ok((26, wrong)), Ok((26, wrong)), Ok((26, None))]);
    }

    #[test]
    fn a_missing_terminator_is_found_by_the_length() {
        let mut first = record(25);
        first.pop();
        let mut last = record(26);
        last.pop();
        let stream = [first, record(26), last].concat();
        let missing = Some(Repair::NoTerminator);
        assert_eq!(spans(&stream), [Ok((25, missing)), Ok((26, None)), Ok((25, missing))]);
    }

    #[test]
    fn a_terminator_that_no_record_follows_is_data() {
        let mut odd = b"00030nam a2200025 a 4500\x1Exx\x1Dy\x1E\x1D".to_vec();
        let length = odd.len();
        odd.splice(..5, format!("{length:05}").into_bytes());
        assert_eq!(
            spans(&[odd, record(26)].concat()),
            [Ok((length, Some(Repair::TerminatorInData))), Ok((26, None))]
        );
    }

    #[test]
    fn the_filling_of_a_tape_block_is_no_record() {
        assert_eq!(spans(&[record(26), b"\x1A\x19\x19\x19".to_vec()].concat()), [Ok((26, None))]);
    }

    #[test]
    fn stray_text_before_a_leader_is_passed_over() {
        assert_eq!(spans(&[b"oops ".to_vec(), record(26)].concat()), [Ok((26, None))]);
    }
}
