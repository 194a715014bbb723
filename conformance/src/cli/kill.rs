//! `skranke-conform kill`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::{Args, Subcommand};

use super::suite::Known;
use crate::{clock, kill};

/// Protocols over which a server can be tried.
#[derive(Debug, Subcommand)]
pub enum Kill {
    /// SIP2
    Sip2(Sip2),
}

/// Arguments of `skranke-conform kill sip2`.
#[derive(Debug, Args)]
pub struct Sip2 {
    /// HOST:PORT of each server
    #[arg(required = true)]
    address: Vec<String>,
    /// Command that starts each server, in the same order; it must keep its data from one start to the next
    #[arg(long, required = true)]
    server: Vec<String>,
    #[command(flatten)]
    known: Known,
    /// Kills
    #[arg(long, default_value_t = 20)]
    rounds: u32,
    /// Terminals that lend and return at once
    #[arg(long, default_value_t = 16)]
    writers: usize,
    /// Longest time between start and kill, milliseconds
    #[arg(long, default_value_t = 1500)]
    longest: u64,
    /// Write every message and answer here
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// Append the servers' standard error here
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// Repeats a run
    #[arg(long)]
    seed: Option<u64>,
}

impl Kill {
    /// Runs the test.
    pub fn run(self) -> Result<ExitCode> {
        let Kill::Sip2(test) = self;
        let seed = test.seed.unwrap_or_else(clock::seed);
        println!("seed {seed}");
        let plan = kill::Plan {
            addresses: test.address,
            commands: test.server,
            rounds: test.rounds,
            writers: test.writers,
            longest: Duration::from_millis(test.longest),
            journal: test.journal,
            log: test.log,
            seed,
        };
        let outcome = kill::run(&plan, &test.known.facts()?, |line| println!("{line}"))?;
        for violation in &outcome.violations {
            println!("VIOLATION {violation}");
        }
        println!(
            "{} kills: {} operations sent, {} acknowledged, {} unanswered and sent again, {} look-ups, {} lost or doubled",
            plan.rounds,
            outcome.sent,
            outcome.acknowledged,
            outcome.resent,
            outcome.looked_up,
            outcome.violations.len()
        );
        Ok(if outcome.violations.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
