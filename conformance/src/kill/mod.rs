//! The kill test: writers lend and return, the server dies by SIGKILL, and what it acknowledged must still be true.
//!
//! One server or several on one store. After each kill the dead are started again, every unanswered message is sent once
//! more, byte for byte, over a new connection, and then each item and each patron is asked for over the protocol.

pub mod journal;
mod verify;
mod writer;

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

use self::{
    journal::Journal,
    verify::Verified,
    writer::{Contested, Writer},
};
use crate::{
    clock,
    random::Random,
    server::Server,
    sip2::{facts::Facts, subject::Subject},
};

/// What to do to whom.
#[derive(Debug)]
pub struct Plan {
    /// `HOST:PORT` of each server.
    pub addresses: Vec<String>,
    /// The command that starts each, in the same order.
    pub commands: Vec<String>,
    /// Kills.
    pub rounds: u32,
    /// Terminals that lend and return at once.
    pub writers: usize,
    /// Longest time between start and kill.
    pub longest: Duration,
    /// Where to write what was sent and acknowledged.
    pub journal: Option<PathBuf>,
    /// Where the servers' standard error goes.
    pub log: Option<PathBuf>,
    /// Repeats a run.
    pub seed: u64,
}

/// What came of all rounds.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Operations sent.
    pub sent: u64,
    /// Of them acknowledged.
    pub acknowledged: u64,
    /// Unanswered when the server died, and sent again.
    pub resent: u64,
    /// Items and patrons asked for.
    pub looked_up: u64,
    /// Everything that was lost or doubled.
    pub violations: Vec<String>,
}

/// Items of one writer, and items that all of them want.
const OWN_ITEMS: usize = 4;
const CONTESTED_ITEMS: usize = 4;

/// Runs all rounds; `told` hears of each.
pub fn run(plan: &Plan, facts: &Facts, mut told: impl FnMut(&str)) -> Result<Outcome> {
    if plan.addresses.len() != plan.commands.len() || plan.addresses.is_empty() {
        bail!("each --server command needs its HOST:PORT, and each HOST:PORT its command");
    }
    let mut random = Random::new(plan.seed);
    let journal = Arc::new(Journal::open(plan.journal.as_deref())?);
    let mut servers = Vec::new();
    for (address, command) in plan.addresses.iter().zip(&plan.commands) {
        servers.push(Server::start(address, command, plan.log.as_deref())?);
    }
    let subjects = subjects(plan, facts)?;
    let (mut writers, contested) = cast(plan, facts)?;
    verify::clear(&subjects, &writers, &contested)?;
    let mut outcome = Outcome::default();
    for round in 1..=plan.rounds {
        let started = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let threads: Vec<_> = writers
            .drain(..)
            .map(|writer| {
                let (stop, journal) = (Arc::clone(&stop), Arc::clone(&journal));
                let subject = subjects.get(writer.number % subjects.len()).cloned();
                thread::spawn(move || writer.work(subject, &stop, &journal))
            })
            .collect();
        let longest = u64::try_from(plan.longest.as_millis()).unwrap_or(u64::MAX);
        clock::wait(Duration::from_millis(150 + random.below(longest)));
        let dead = choose(&mut random, servers.len());
        for (number, server) in servers.iter_mut().enumerate() {
            if dead.contains(&number) {
                server.kill()?;
            }
        }
        // Those on a server that lives on go on for a moment.
        clock::wait(Duration::from_millis(if dead.len() < servers.len() { 200 } else { 0 }));
        stop.store(true, Ordering::Relaxed);
        for thread in threads {
            match thread.join() {
                Ok(writer) => writers.push(writer),
                Err(_) => bail!("a writer broke down"),
            }
        }
        for (number, server) in servers.iter_mut().enumerate() {
            if dead.contains(&number) {
                *server = server.restart()?;
            }
        }
        let verified = verify::all(&subjects, &mut writers, &contested, &journal)?;
        told(&line(round, &dead, &verified, started.elapsed()));
        outcome.add(round, verified);
    }
    verify::clear(&subjects, &writers, &contested)?;
    Ok(outcome)
}

impl Outcome {
    fn add(&mut self, round: u32, verified: Verified) {
        self.sent += verified.sent;
        self.acknowledged += verified.acknowledged;
        self.resent += verified.resent;
        self.looked_up += verified.looked_up;
        self.violations
            .extend(verified.violations.into_iter().map(|what| format!("round {round}: {what}")));
    }
}

fn line(round: u32, dead: &[usize], verified: &Verified, took: Duration) -> String {
    let names: Vec<String> = dead.iter().map(|number| (number + 1).to_string()).collect();
    format!(
        "round {round:3}: killed server {}; {} sent, {} acknowledged, {} unanswered and sent again, {} violations ({:.1} s)",
        names.join(" and "),
        verified.sent,
        verified.acknowledged,
        verified.resent,
        verified.violations.len(),
        took.as_secs_f64()
    )
}

/// At least one of them.
fn choose(random: &mut Random, servers: usize) -> Vec<usize> {
    let sure = random.index(servers);
    (0..servers).filter(|number| *number == sure || random.below(3) == 0).collect()
}

fn subjects(plan: &Plan, facts: &Facts) -> Result<Vec<Arc<Subject>>> {
    let zone = match &facts.time_zone {
        Some(name) => jiff::tz::TimeZone::get(name)?,
        None => jiff::tz::TimeZone::system(),
    };
    Ok(plan
        .addresses
        .iter()
        .map(|address| Arc::new(Subject::new(address.clone(), facts.clone(), zone.clone())))
        .collect())
}

/// The writers with their items, and the items that all want.
fn cast(plan: &Plan, facts: &Facts) -> Result<(Vec<Writer>, Arc<Contested>)> {
    let stock = if facts.stock.is_empty() { &facts.items } else { &facts.stock };
    let needed = plan.writers * OWN_ITEMS + CONTESTED_ITEMS;
    let cards: Vec<&str> = facts
        .cards
        .iter()
        .filter(|card| card.state == "ordinary")
        .map(|card| card.number.as_str())
        .collect();
    if stock.len() < needed || cards.is_empty() {
        bail!(
            "{} writers need {needed} free items and a card; {} items, {} cards are known",
            plan.writers,
            stock.len(),
            cards.len()
        );
    }
    let mut items = stock.iter().map(|item| item.barcode.clone());
    let contested = Arc::new(Contested::new(items.by_ref().take(CONTESTED_ITEMS)));
    let mut writers = Vec::new();
    for number in 0..plan.writers {
        let card = cards.get(number % cards.len()).copied().unwrap_or_default();
        let own = items.by_ref().take(OWN_ITEMS).collect();
        let random = Random::new(plan.seed ^ (number as u64 + 1));
        writers.push(Writer::new(number, card.to_owned(), own, Arc::clone(&contested), random));
    }
    Ok((writers, contested))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_round_kills_somebody() {
        let mut random = Random::new(7);
        for _ in 0..100 {
            let dead = choose(&mut random, 2);
            assert!(!dead.is_empty() && dead.len() <= 2);
        }
    }
}
