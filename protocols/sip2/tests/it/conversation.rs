//! Text in, text out: the sample conversation of the digest, clause 16.

use skranke_sip2::codec::{Dialect, Opened, Terminator, Writer, open};
use skranke_sip2::message::{Request, Response};

const SAMPLE: &str = include_str!("sample.sip");

#[test]
fn every_line_of_the_sample_reads_and_writes_back_to_itself() {
    let dialect = Dialect::default();
    let mut lines = 0;
    for line in SAMPLE.lines().filter(|line| !line.starts_with('#')) {
        let (side, text) = line.split_at(2);
        let frame = format!("{text}\r");
        let Opened::Message { body, trailer } = open(frame.as_bytes(), dialect.charset, dialect.delimiter) else {
            panic!("{line}");
        };
        assert!(trailer.sequence().is_some(), "{line}");
        let written = if side == "> " {
            let request = Request::read(&body, dialect);
            assert_ne!(request.name(), "unknown");
            request.write(Writer::new(dialect), trailer.sequence(), Terminator::Cr)
        } else {
            let response = Response::read(&body, dialect);
            assert_ne!(response.name(), "unknown");
            response.write(Writer::new(dialect), trailer.sequence(), Terminator::Cr)
        };
        // The order of fields on input is free: where a line has another than ours, its fields are compared as a set.
        if written != frame.as_bytes() {
            assert_eq!(sorted(&written), sorted(frame.as_bytes()), "{line}");
        }
        lines += 1;
    }
    assert_eq!(lines, 34);
}

fn sorted(line: &[u8]) -> Vec<String> {
    let text = String::from_utf8(line.to_vec()).unwrap();
    let mut pieces: Vec<String> = text.split('|').map(str::to_owned).collect();
    pieces.sort();
    pieces
}
