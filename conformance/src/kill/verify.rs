//! After the kill: asks the server for every item and every patron, and compares with what it had acknowledged.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use anyhow::{Result, bail};

use super::{
    journal::Journal,
    writer::{Contested, Operation, Unanswered, Writer},
};
use crate::{
    clock,
    sip2::{
        case::Trouble,
        subject::{Session, Subject},
    },
};

/// What one look found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Operations sent in the round.
    pub sent: u64,
    /// Of them acknowledged.
    pub acknowledged: u64,
    /// Sent again after the restart.
    pub resent: u64,
    /// Items and patrons asked for.
    pub looked_up: u64,
    /// What was lost or doubled.
    pub violations: Vec<String>,
}

/// Sends again what was unanswered, then compares all.
pub fn all(subjects: &[Arc<Subject>], writers: &mut [Writer], contested: &Contested, journal: &Journal) -> Result<Verified> {
    let mut verified = Verified::default();
    for writer in writers.iter_mut() {
        let (sent, acknowledged, violations) = writer.settle();
        verified.sent += sent;
        verified.acknowledged += acknowledged;
        verified.violations.extend(violations);
        if let Some(unanswered) = writer.unanswered.take() {
            verified.resent += 1;
            resend(subjects, writer, unanswered, journal)?;
            let (.., violations) = writer.settle();
            verified.violations.extend(violations);
        }
    }
    if subjects.len() > 1 {
        // Answers that only inform may lag by 100 ms between processes.
        clock::wait(Duration::from_millis(250));
    }
    for subject in subjects {
        compare(subject, writers, contested, &mut verified)?;
    }
    Ok(verified)
}

/// The unanswered message again, over a new connection: whether it had been carried out or not, it now is.
fn resend(subjects: &[Arc<Subject>], writer: &mut Writer, unanswered: Unanswered, journal: &Journal) -> Result<()> {
    let Some(subject) = subjects.get(writer.number % subjects.len()) else {
        bail!("no server")
    };
    let mut session = subject.session().map_err(problem)?;
    let answer = session.ask_bytes(&unanswered.bytes).map_err(problem)?;
    journal.note(writer.number, "resent", &answer.text);
    writer.learn(unanswered.operation, &unanswered.item, &answer.bytes);
    if unanswered.operation == Operation::Lend && answer.bytes.starts_with(b"120") {
        writer.items.remove(&unanswered.item);
    }
    Ok(())
}

fn compare(subject: &Subject, writers: &[Writer], contested: &Contested, verified: &mut Verified) -> Result<()> {
    let mut session = subject.session().map_err(problem)?;
    let mut loans: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for writer in writers {
        if !loans.contains_key(writer.card.as_str()) {
            loans.insert(&writer.card, charged(&mut session, &writer.card, verified)?);
        }
    }
    let holders = |item: &str| loans.values().flatten().filter(|entry| entry.as_str() == item).count();
    let mut seen = BTreeSet::new();
    for writer in writers {
        let own = loans.get(writer.card.as_str());
        for (item, held) in &writer.items {
            if contested.has(item) && !held {
                continue;
            }
            seen.insert(item.as_str());
            let here = own.is_some_and(|list| list.contains(item));
            if here != *held {
                verified.violations.push(format!(
                    "{}: {item} is {}among the loans of {}; the last acknowledged answer says otherwise",
                    subject.address,
                    if here { "" } else { "not " },
                    writer.card
                ));
            }
        }
    }
    for item in seen.into_iter().chain(contested.barcodes()) {
        verified.looked_up += 1;
        let status = session.circulation_status(item).map_err(problem)?;
        let count = holders(item);
        if count > 1 || (status == "04") != (count == 1) {
            verified.violations.push(format!(
                "{}: {item} has status {status} and stands in {count} lists",
                subject.address
            ));
        }
    }
    Ok(())
}

/// The patron's charged items, checked against their count.
fn charged(session: &mut Session<'_>, card: &str, verified: &mut Verified) -> Result<Vec<String>> {
    verified.looked_up += 1;
    let request = session.subject.patron_information(card, None, "  Y");
    let answer = session.ask(&request).map_err(problem)?;
    let list: Vec<String> = answer
        .fields("AU")
        .map(|entry| entry.split(' ').next().unwrap_or(entry).to_owned())
        .collect();
    let count = answer.fixed("charged_items").map_err(problem)?;
    if count.parse() != Ok(list.len()) {
        verified
            .violations
            .push(format!("{card} has {count} loans and {} in the list", list.len()));
    }
    Ok(list)
}

/// Returns every item of the test, so that it begins, and ends, with nothing on loan.
pub fn clear(subjects: &[Arc<Subject>], writers: &[Writer], contested: &Contested) -> Result<()> {
    let Some(subject) = subjects.first() else { bail!("no server") };
    let mut session = subject.session().map_err(problem)?;
    for item in writers
        .iter()
        .flat_map(|writer| writer.items.keys().map(String::as_str))
        .chain(contested.barcodes())
    {
        contested.release(item);
        if session.circulation_status(item).map_err(problem)? == "04" {
            session.take_back(item).map_err(problem)?;
        }
        if !session.is_available(item).map_err(problem)? {
            bail!("{item} is not available; the test needs free items");
        }
    }
    Ok(())
}

fn problem(trouble: Trouble) -> anyhow::Error {
    match trouble {
        Trouble::Fail(why) | Trouble::Skip(why) | Trouble::Deviates(why) => anyhow::Error::msg(why),
    }
}
