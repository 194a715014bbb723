//! The load driver of catalogues: many sessions from one thread, over Z39.50 or SRU, asking for what the records hold.

mod session;
mod sru;
mod z3950;

use std::{
    collections::BTreeMap,
    path::Path,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use tokio::{runtime::Builder, task::LocalSet};

use self::session::Session;
use super::{
    Costs, Sessions, process, report,
    terminal::{Gate, Tally},
};
use crate::marc::sample::{self, Terms};

/// Records that the terms are drawn from.
const SAMPLE: usize = 2000;

/// How the server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Protocol {
    /// Z39.50 version 3.
    Z3950,
    /// SRU 1.2 by GET over kept connections.
    Sru,
}

/// What the sessions ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Operation {
    /// A record by its ISBN, no record wanted
    Isbn,
    /// A word of a title
    Title,
    /// A word of a title and the surname of its author
    And,
    /// Two words that follow each other in a title
    Phrase,
    /// A word of one title or a word of another
    Or,
    /// The first five letters of a word of a title, cut off on the right
    Truncation,
    /// Twenty words of titles, from one on
    Scan,
    /// A record by its ISBN, and the record
    IsbnRecord,
    /// A hundred records of a large result: MARC 21 over Z39.50, MARCXML over SRU
    Records,
}

impl Operation {
    /// All, in the order of the table.
    pub const ALL: [Operation; 9] = [
        Operation::Isbn,
        Operation::Title,
        Operation::And,
        Operation::Phrase,
        Operation::Or,
        Operation::Truncation,
        Operation::Scan,
        Operation::IsbnRecord,
        Operation::Records,
    ];

    /// What it is called in tables.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Isbn => "ISBN search",
            Operation::Title => "title word",
            Operation::And => "AND",
            Operation::Phrase => "phrase",
            Operation::Or => "OR",
            Operation::Truncation => "truncation",
            Operation::Scan => "scan of 20 terms",
            Operation::IsbnRecord => "ISBN + one record",
            Operation::Records => "100 records",
        }
    }
}

/// Records wanted by [`Operation::Records`].
const PAGE: u64 = 100;
/// The page begins somewhere in the first so many hits.
const REACH: u64 = 900;

/// What to ask about.
#[derive(Debug, Clone)]
pub struct Stock {
    terms: Vec<Terms>,
    /// The title word that most of the sampled records have.
    common: String,
}

impl Stock {
    /// Draws the terms from a file of ISO 2709 records, those that the server holds.
    pub fn read(records: &Path) -> Result<Stock> {
        Stock::new(sample::read(records, SAMPLE)?)
    }

    /// Takes terms as they are.
    pub fn new(terms: Vec<Terms>) -> Result<Stock> {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for terms in &terms {
            *counts.entry(terms.word.to_lowercase()).or_default() += 1;
        }
        let common = counts.into_iter().max_by_key(|(_, count)| *count).context("there are no terms")?.0;
        Ok(Stock { terms, common })
    }

    /// The `step`th of session `number` of so many: the sessions begin apart and all go round.
    fn at(&self, number: usize, sessions: usize, step: usize) -> Option<&Terms> {
        let start = number * self.terms.len() / sessions.max(1);
        self.terms.get((start + step) % self.terms.len().max(1))
    }
}

/// What to drive, how hard, and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// `HOST:PORT`.
    pub address: String,
    /// The database; over SRU the whole path without the first slash.
    pub database: String,
    /// What is asked for.
    pub operation: Operation,
    /// Sessions in all.
    pub sessions: usize,
    /// How many of them work; the others are open and idle.
    pub active: usize,
    /// Measured time.
    pub time: Duration,
    /// Time before it, not measured.
    pub warm_up: Duration,
    /// Pause of a session between two requests.
    pub think: Duration,
    /// Process id of the server, to read its cost.
    pub pid: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Rate, latency, cost.
    #[serde(flatten)]
    pub load: super::Measured,
    /// Hits (terms, where it is a scan; records, where it is a page) of an answer, on average.
    pub hits: f64,
}

impl Measured {
    /// The measurement for people.
    pub fn text(&self) -> String {
        format!("{}  hits: {:.1} an answer\n", self.load.text(), self.hits)
    }
}

/// Drives the server as planned.
pub fn drive(plan: &Plan, stock: &Rc<Stock>) -> Result<Measured> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    LocalSet::new().block_on(&runtime, drive_on(plan, stock))
}

/// The hits of the first `count` terms, asked one after the other: what two servers with the same records should agree on.
pub fn hits(plan: &Plan, stock: &Stock, count: usize) -> Result<Vec<u64>> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    runtime.block_on(async {
        let mut session = Session::open(plan, stock).await?;
        let mut hits = Vec::with_capacity(count);
        for step in 0..count {
            hits.push(session.ask(plan.operation, stock, 0, 1, step).await?.map_err(anyhow::Error::msg)?);
        }
        Ok(hits)
    })
}

/// The term asked for at `step` of [`hits`], for reports.
pub fn term(operation: Operation, stock: &Stock, step: usize) -> String {
    let (Some(terms), Some(next)) = (stock.at(0, 1, step), stock.at(0, 1, step + 1)) else {
        return String::new();
    };
    match operation {
        Operation::Isbn | Operation::IsbnRecord => terms.isbn.clone(),
        Operation::Title | Operation::Scan => terms.word.clone(),
        Operation::And => format!("{} AND {}", terms.word, terms.author),
        Operation::Phrase => terms.phrase.clone(),
        Operation::Or => format!("{} OR {}", terms.word, next.other_word),
        Operation::Truncation => stem(&terms.word),
        Operation::Records => stock.common.clone(),
    }
}

/// What is left of a word for truncation.
fn stem(word: &str) -> String {
    word.chars().take(5).collect()
}

async fn drive_on(plan: &Plan, stock: &Rc<Stock>) -> Result<Measured> {
    if plan.active > plan.sessions {
        bail!("{} of {} sessions cannot be active", plan.active, plan.sessions);
    }
    let usage = || plan.pid.map(process::usage_of).transpose();
    let before = usage()?;
    let connecting = Instant::now();
    let mut open = Vec::with_capacity(plan.sessions);
    for number in 0..plan.sessions {
        open.push(
            Session::open(plan, stock)
                .await
                .with_context(|| format!("session {}", number + 1))?,
        );
    }
    let connect_seconds = connecting.elapsed().as_secs_f64();
    let connected = usage()?;

    let gate = Rc::new(Gate::default());
    let idle = open.split_off(plan.active);
    let working: Vec<_> = open
        .into_iter()
        .enumerate()
        .map(|(number, session)| {
            let (plan, stock, gate) = (plan.clone(), Rc::clone(stock), Rc::clone(&gate));
            tokio::task::spawn_local(work(session, number, plan, stock, gate))
        })
        .collect();
    tokio::time::sleep(plan.warm_up).await;
    gate.measure(true);
    let (start, at_start, own_start) = (Instant::now(), usage()?, process::own()?);
    tokio::time::sleep(plan.time).await;
    gate.measure(false);
    let (seconds, at_end, own_end) = (start.elapsed().as_secs_f64(), usage()?, process::own()?);
    gate.stop();
    let (mut tally, mut hits) = (Tally::default(), 0);
    for task in working {
        let (theirs, found) = task.await.context("a session broke down")?;
        tally.add(theirs);
        hits += found;
    }
    drop(idle);
    let sessions = Sessions {
        what: plan.operation.name(),
        connections: plan.sessions,
        active: plan.active,
    };
    let costs = Costs {
        before,
        connected,
        at_start,
        at_end,
        own_start,
        own_end,
    };
    let load = report(sessions, &tally, seconds, connect_seconds, &costs);
    #[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let hits = hits as f64 / load.requests.max(1) as f64;
    Ok(Measured { load, hits })
}

async fn work(mut session: Session, number: usize, plan: Plan, stock: Rc<Stock>, gate: Rc<Gate>) -> (Tally, u64) {
    let (mut tally, mut hits) = (Tally::default(), 0);
    for step in 0.. {
        if gate.stopped() {
            break;
        }
        let counts = gate.measuring();
        let asked = Instant::now();
        match session.ask(plan.operation, &stock, number, plan.active, step).await {
            Ok(Ok(found)) => {
                if counts {
                    hits += found;
                    tally.latency.record(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
            }
            Ok(Err(why)) => tally.error(|| why),
            Err(why) => {
                tally.error(|| format!("{why:#}"));
                break;
            }
        }
        if !plan.think.is_zero() {
            tokio::time::sleep(plan.think).await;
        }
    }
    (tally, hits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_begin_apart_and_go_round() {
        let terms = |word: &str| Terms {
            isbn: String::new(),
            word: word.to_owned(),
            other_word: String::new(),
            phrase: String::new(),
            author: String::new(),
        };
        let stock = Stock::new(["a", "b", "B", "c"].map(terms).to_vec()).unwrap();
        assert_eq!(stock.common, "b");
        let word = |number, step| stock.at(number, 2, step).unwrap().word.as_str();
        assert_eq!([word(0, 0), word(1, 0), word(1, 1), word(1, 2)], ["a", "B", "c", "a"]);
        assert_eq!(stem("blåbærsyltetøj"), "blåbæ");
    }
}
