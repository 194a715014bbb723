//! The command line.

mod bench;
mod catalogue;
mod kill;
mod load;
mod marc;
mod suite;

use std::{fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};

use crate::report::{self, Report};

/// Judges servers of the library protocols over their sockets.
#[derive(Debug, Parser)]
#[command(name = "skranke-conform", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Checks a SIP2 server clause by clause
    Sip2(suite::Sip2),
    /// Checks an SRU server clause by clause
    Sru(catalogue::Sru),
    /// Checks a Z39.50 server clause by clause
    Z3950(catalogue::Z3950),
    /// Loads a server with many terminals and measures
    #[command(subcommand)]
    Load(load::Load),
    /// Kills a server at random moments and looks for what it lost
    #[command(subcommand)]
    Kill(kill::Kill),
    /// Writes invented MARC 21 records to measure catalogues with
    Marc(marc::Marc),
    /// Measures the server beside others and prints one table
    Bench(bench::Bench),
}

impl Arguments {
    /// Does what was asked. Exit status 0: all well; 1: the server fails; an error: it could not be tried.
    pub fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Sip2(suite) => suite.run(),
            Command::Sru(suite) => suite.run(),
            Command::Z3950(suite) => suite.run(),
            Command::Load(load) => load.run(),
            Command::Kill(kill) => kill.run(),
            Command::Marc(marc) => marc.run(),
            Command::Bench(bench) => bench.run(),
        }
    }
}

/// Ends a suite's run: the summary, the report for machines, and the exit status, success where nothing failed (nor, with
/// `no_skip`, was skipped).
fn verdict(report: &Report, junit: Option<&Path>, only: &[String], no_skip: bool) -> Result<ExitCode> {
    println!("\n{}", report.summary());
    if let Some(file) = junit {
        fs::write(file, report.junit()).with_context(|| format!("cannot write {}", file.display()))?;
    }
    let count = report.count();
    if count == report::Count::default() {
        bail!("no case is called {}", only.join(", "));
    }
    let failed = count.fail > 0 || (no_skip && count.skip > 0);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
