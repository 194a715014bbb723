//! Section 1: transport and framing.

use super::{
    subject::{Session, Subject},
    wire::{
        ber::indefinite,
        query,
        request::{self, Init},
    },
};
use crate::{
    clock,
    sip2::case::{Verdict, check, fail},
    suite::cases,
};

cases![Subject:
    ("1", "an APDU that comes byte by byte is read", reads_byte_by_byte),
    ("1", "requests sent at once are answered in order", answers_in_order),
    ("1", "an Init of indefinite length is read", reads_indefinite_lengths),
    ("1", "a search of indefinite lengths throughout is read", reads_nested_indefinite_lengths),
    ("1", "a term that comes cut in parts (constructed) is joined", joins_parts),
    ("1", "the first APDU must be Init: else Close, or the connection ends", wants_init_first),
    ("1", "garbage ends the connection, others go on", survives_garbage),
    ("1", "a claimed length of 2 GiB costs nothing and disturbs nobody", survives_claimed_lengths),
    ("1", "a claimed length of 2 GiB within a session ends it, by Close or without", refuses_claimed_lengths),
    ("1", "an APDU of an unknown number ends the session, by Close or without", refuses_unknown_messages),
    ("1", "an Init nested 100,000 deep ends the connection only", survives_depth),
];

fn reads_byte_by_byte(lib: &Subject) -> Verdict {
    let mut session = lib.connect()?;
    for byte in request::init(&Init::default()) {
        session.send(&[byte])?;
    }
    heard(&mut session, 21)
}

fn heard(session: &mut Session<'_>, kind: u32) -> Verdict {
    match session.hear() {
        Some(reply) => reply.must_be(kind).map(drop),
        None => fail("no answer"),
    }
}

fn answers_in_order(lib: &Subject) -> Verdict {
    let mut session = lib.connect()?;
    let search = |reference: &[u8]| {
        let wish = request::Search {
            databases: &[&lib.database],
            reference: Some(reference),
            ..request::Search::default()
        };
        lib.title().map(|query| request::search(&wish, &query))
    };
    session.send(&[request::init(&Init::default()), search(b"one")?, search(b"two")?].concat())?;
    heard(&mut session, 21)?;
    for reference in [b"one", b"two"] {
        let Some(reply) = session.hear() else {
            return fail("no answer");
        };
        let found = reply.must_be(23)?.reference().map(<[u8]>::to_vec);
        check!(found.as_deref() == Some(reference.as_slice()), "reference id {found:?}");
    }
    Ok(())
}

fn reads_indefinite_lengths(lib: &Subject) -> Verdict {
    let init = request::init(&Init::default());
    let mut bytes = vec![0xb4, 0x80];
    // Tag and short or one-byte long length.
    bytes.extend_from_slice(match init.get(1) {
        Some(0x81) => init.get(3..).unwrap_or_default(),
        _ => init.get(2..).unwrap_or_default(),
    });
    bytes.extend([0, 0]);
    let mut session = lib.connect()?;
    session.send(&bytes)?;
    heard(&mut session, 21)
}

fn reads_nested_indefinite_lengths(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let wish = request::Search {
        databases: &[&lib.database],
        ..request::Search::default()
    };
    let Some(bytes) = indefinite(&request::search(&wish, &lib.title()?)) else {
        return fail("the suite cannot write it");
    };
    let reply = session.ask(&bytes)?;
    let found = reply.must_be(23)?.hits();
    check!(found == Some(hits), "{found:?} in place of {hits}");
    Ok(())
}

fn joins_parts(lib: &Subject) -> Verdict {
    let word = lib.word()?;
    let (start, end) = word.split_at_checked(2).unwrap_or((word, ""));
    let mut session = lib.session()?;
    let whole = session.hits(&lib.title()?)?;
    let joined = session.hits(&query::segments(&[(1, 4), (4, 2)], &[start, end]))?;
    check!(joined == whole, "{joined} in place of {whole}");
    Ok(())
}

/// The session ends, by Close or without; others go on.
fn ends(lib: &Subject, bytes: &[u8]) -> Verdict {
    let mut session = lib.session()?;
    session.send(bytes)?;
    if let Some(reply) = session.hear() {
        reply.must_be(48)?;
    }
    lib.session().map(drop)
}

fn refuses_claimed_lengths(lib: &Subject) -> Verdict {
    ends(lib, &[0xb6, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x83, 0x01])
}

fn refuses_unknown_messages(lib: &Subject) -> Verdict {
    ends(lib, &[0xbf, 0x7f, 0x03, 0x82, 0x01, 0x00])
}

fn wants_init_first(lib: &Subject) -> Verdict {
    let mut session = lib.connect()?;
    session.send(&request::present("default", 1, 1, None, None))?;
    match session.hear() {
        None => Ok(()),
        Some(reply) => reply.must_be(48).map(drop),
    }
}

fn survives_garbage(lib: &Subject) -> Verdict {
    for garbage in [&b"\x16\x03\x01\x02\x00\x01"[..], b"\xff\xff\xff\xff\xff\xff\xff\xff", &[0; 64]] {
        // It may be gone before everything is sent.
        let _ = lib.connect()?.send(garbage);
    }
    lib.session().map(drop)
}

fn survives_claimed_lengths(lib: &Subject) -> Verdict {
    let mut bad = lib.connect()?;
    bad.send(&[0xb4, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x83, 0x01])?;
    clock::wait(std::time::Duration::from_millis(50));
    lib.session()?.hits(&lib.title()?).map(drop)
}

fn survives_depth(lib: &Subject) -> Verdict {
    let mut bad = lib.connect()?;
    let mut bytes = vec![0xb4, 0x80];
    bytes.extend([0x30, 0x80].repeat(100_000));
    // It may be gone before everything is sent.
    let _ = bad.send(&bytes);
    lib.session()?.hits(&lib.title()?).map(drop)
}
