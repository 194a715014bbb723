//! What strangers throw at the port: each costs its sender the connection or a diagnostic, and nobody else anything.

use crate::process::Server;
use skranke_conform::z3950::subject::Subject;
use skranke_conform::z3950::wire::{Answer, Value, query, request};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Memory that the server may gain by all of it together, MB.
const ROOM: u64 = 200;

/// Sends bytes; what comes back until the server closes or is silent.
fn thrown(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    // It may be gone before everything is sent.
    let _ = stream.write_all(bytes);
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    heard
}

/// After a whole Init as `login`: the answers to it and to `bytes`, by kind; the last is Close where the server had a last word.
fn after_init(address: SocketAddr, init: &request::Init<'_>, bytes: &[u8]) -> Vec<(u32, Vec<i64>)> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let _ = stream.write_all(&[request::init(init), bytes.to_vec()].concat());
    // Nothing more is said, so the server closes when all is answered.
    let _ = stream.shutdown(Shutdown::Write);
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    let mut rest = heard.as_slice();
    let mut answers = Vec::new();
    while let Some((_, after)) = Value::read(rest) {
        let answer = Answer::read(rest).unwrap();
        let conditions = answer.diagnostics().iter().map(|diagnostic| diagnostic.condition).collect();
        answers.push((answer.kind, conditions));
        rest = after;
    }
    answers
}

const GUEST: request::Init<'static> = request::Init {
    version: 3,
    options: request::USUAL,
    reference: None,
    login: None,
    open: false,
    charset: None,
    size: 1 << 20,
};
const USER: request::Init<'static> = request::Init {
    login: Some(("cataloguer1", "cataloguer1")),
    ..GUEST
};

/// A search whose query is a chain of so many operators, each the first operand of the next.
fn chain(operators: usize) -> Vec<u8> {
    // Written from the inside out, so that it is not made by as many copies.
    let operand = query::term(&[], "b").encoded().to_vec();
    let operator: &[u8] = &[0xBF, 0x2E, 2, 0x81, 0];
    let mut length = operand.len();
    let mut heads = Vec::new();
    for _ in 0..operators {
        length += operand.len() + operator.len();
        let head = [&[0xA1, 0x84][..], &u32::try_from(length).unwrap().to_be_bytes()].concat();
        length += head.len();
        heads.push(head);
    }
    let mut tree: Vec<u8> = heads.into_iter().rev().flatten().collect();
    tree.extend(&operand);
    for _ in 0..operators {
        tree.extend(&operand);
        tree.extend(operator);
    }
    request::search(&request::Search::default(), &query::Rpn::of(tree))
}

#[test]
fn bad_input_costs_its_sender_alone() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("Z39.50");
    let before = memory(server.pid());
    let bystander = Subject {
        word: Some("fjordbys".to_owned()),
        ..Subject::of(address.to_string())
    };
    let mut open = bystander.session().unwrap();
    let hits = open.hits(&bystander.title().unwrap()).unwrap();
    let mut unharmed = |what: &str| {
        assert_eq!(open.hits(&bystander.title().unwrap()).unwrap(), hits, "{what}");
        assert!(bystander.session().is_ok(), "{what}");
    };

    // Lengths of 2 GiB: nothing is kept for what has not come, and the wrong ones end at once.
    for length in [[0x7f, 0xff, 0xff, 0xff], [0xff; 4]] {
        let claimed = [&[0xb4, 0x84][..], &length, &[0x83, 1]].concat();
        assert!(thrown(address, &claimed).is_empty());
        let search = [&[0xb6, 0x84][..], &length, &[0x83, 1]].concat();
        assert_eq!(after_init(address, &GUEST, &search), [(21, vec![]), (48, vec![])]);
    }
    unharmed("claimed lengths");

    // Deep queries: too long a message for a guest, too many operators for a user; what is deep and not too large is searched.
    assert_eq!(after_init(address, &GUEST, &chain(100_000)).first().unwrap().0, 21);
    assert_eq!(after_init(address, &USER, &chain(100_000)), [(21, vec![]), (23, vec![6])]);
    assert_eq!(after_init(address, &GUEST, &chain(400)), [(21, vec![]), (23, vec![])]);
    unharmed("deep queries");

    // Indefinite lengths within each other.
    let nested = [&[0xb4, 0x80][..], &[0x30, 0x80].repeat(100_000)].concat();
    assert!(thrown(address, &nested).is_empty());
    let nested = [&[0xb6, 0x80][..], &[0xa1, 0x80].repeat(100_000)].concat();
    assert_eq!(after_init(address, &GUEST, &nested).first().unwrap().0, 21);
    let shallow = [&[0xb6, 0x80][..], &[0xa1, 0x80].repeat(3000), &[0; 6002]].concat();
    assert_eq!(after_init(address, &GUEST, &shallow), [(21, vec![]), (48, vec![])]);
    unharmed("indefinite lengths");

    // Garbage, and other protocols.
    for garbage in [
        &[0xff; 64][..],
        &[0; 64],
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"9300CNa|COb|\r",
    ] {
        assert!(thrown(address, garbage).is_empty(), "{garbage:?}");
        let heard = after_init(address, &GUEST, garbage);
        assert!(
            heard.first().unwrap().0 == 21 && heard.iter().skip(1).all(|(kind, _)| *kind == 48),
            "{garbage:?}: {heard:?}"
        );
    }
    let http = thrown(address, b"GET /nosuch HTTP/1.0\r\n\r\n");
    assert!(http.starts_with(b"HTTP/1."), "{:?}", String::from_utf8_lossy(&http));
    unharmed("garbage");

    // A byte for each segment.
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_nodelay(true).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    for byte in request::init(&GUEST) {
        slow.write_all(&[byte]).unwrap();
    }
    let mut first = [0];
    slow.read_exact(&mut first).unwrap();
    assert_eq!(first, [0xb5]);
    unharmed("a byte for each segment");

    // Terms that are not in the agreed character set are diagnosed; where nothing is agreed on, Latin-1 is read.
    let search = |term: &[u8]| request::search(&request::Search::default(), &query::bytes(&[(1, 4)], term));
    let unicode = request::Init {
        charset: Some(request::CharacterSet::Utf8),
        options: &[0, 1, 17],
        ..GUEST
    };
    assert_eq!(
        after_init(address, &unicode, &search(b"k\xE6rlighed")),
        [(21, vec![]), (23, vec![1072])]
    );
    assert_eq!(after_init(address, &GUEST, &search(b"k\xE6rlighed")), [(21, vec![]), (23, vec![])]);
    unharmed("undecodable terms");

    let gained = memory(server.pid()).saturating_sub(before);
    assert!(gained <= ROOM, "{gained} MB more");
    server.stop();
}

/// Resident memory of a process, MB.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1024
}
