//! Section 9.3, last rule: many terminals, one item, the same instant.

use std::{
    sync::{Arc, Barrier},
    thread,
    time::Duration,
};

use crate::sip2::{
    case::{Case, Trouble, Verdict, case, check, fail},
    subject::Subject,
    wire::{Heard, Line, Trailer, line::PATIENCE},
};

/// The cases of simultaneous work.
pub const CASES: &[Case] = &[
    case!(
        "9.3 race",
        "64 connections want one item at once: exactly one ok=1",
        lends_to_exactly_one
    ),
    case!(
        "9.3 race",
        "64 connections return one item at once: all succeed, nothing is left",
        takes_back_once
    ),
];

/// How many terminals race.
const TERMINALS: usize = 64;

/// Sends one message on each of many logged-in connections at the same instant and gives the answers.
fn at_once(lib: &Subject, messages: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, Trouble> {
    let start = Arc::new(Barrier::new(messages.len()));
    let lines = messages
        .iter()
        .enumerate()
        .map(|(turn, _)| lib.session_by_turns(turn).map(|session| session.line))
        .collect::<Result<Vec<Line>, Trouble>>()?;
    let racers: Vec<_> = lines
        .into_iter()
        .zip(messages)
        .map(|(mut line, message)| {
            let start = Arc::clone(&start);
            thread::spawn(move || {
                start.wait();
                line.send(&message)?;
                match line.hear(PATIENCE) {
                    Heard::Message(answer) => Ok(answer),
                    other => fail(format!("no answer in the race: {other:?}")),
                }
            })
        })
        .collect();
    racers
        .into_iter()
        .map(|racer| racer.join().unwrap_or_else(|_| fail("a racer died")))
        .collect()
}

fn lends_to_exactly_one(lib: &Subject) -> Verdict {
    let (reader, neighbour, item) = (lib.reader()?, lib.neighbour()?, lib.item()?);
    for _ in 0..3 {
        let messages = (0..TERMINALS)
            .map(|n| {
                let card = if n % 2 == 0 { reader } else { neighbour };
                framed(&lib.checkout(&card.number, item))
            })
            .collect();
        let answers = at_once(lib, messages)?;
        let granted = answers.iter().filter(|answer| answer.starts_with(b"121")).count();
        check!(granted == 1, "{granted} of {TERMINALS} terminals were granted the item");
        let mut session = lib.session()?;
        // Answers that only inform may lag by 100 ms between processes.
        crate::clock::wait(Duration::from_millis(if lib.facts.peers.is_empty() { 0 } else { 200 }));
        let holders = [session.has_on_loan(reader, item)?, session.has_on_loan(neighbour, item)?];
        check!(
            holders.iter().filter(|has| **has).count() == 1,
            "on loan to reader and neighbour: {holders:?}"
        );
        session.take_back(item)?;
    }
    Ok(())
}

fn takes_back_once(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    session.lend(&card.number, item)?;
    let answers = at_once(lib, (0..TERMINALS).map(|_| framed(&lib.checkin(item))).collect())?;
    let accepted = answers.iter().filter(|answer| answer.starts_with(b"101")).count();
    check!(accepted == TERMINALS, "{accepted} of {TERMINALS} returns were accepted");
    check!(!session.has_on_loan(card, item)?, "still on loan");
    session.lend(&card.number, item)?;
    Ok(())
}

fn framed(request: &crate::sip2::wire::Request) -> Vec<u8> {
    let mut bytes = request.encode(crate::sip2::wire::Charset::Utf8, &Trailer::None);
    bytes.push(b'\r');
    bytes
}
