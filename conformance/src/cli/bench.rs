//! `skranke-conform bench`.

use std::{
    path::PathBuf,
    process::{Command, ExitCode},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::{bench, sip2::demo};

/// Arguments of `skranke-conform bench`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    /// The skranke binary, a release build
    #[arg(long, default_value = "target/release/skranke")]
    skranke: PathBuf,
    /// Folder of the demo library
    #[arg(long, default_value = "fixtures/demo")]
    demo: PathBuf,
    /// Python that has pysip2; without it the rival is left out
    #[arg(long, default_value = "target/clients/venv/bin/python")]
    python: PathBuf,
    /// The rival's script
    #[arg(long, default_value = "conformance/rivals/pysip2_server.py")]
    rival: PathBuf,
    /// Command that ends with the transactions a second of a bare SQLite loop, 64 to a commit
    #[arg(long, value_name = "COMMAND")]
    sqlite_loop: Option<String>,
    /// Measured seconds of each pass
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Passes, the contestants in turn
    #[arg(long, default_value_t = 2)]
    passes: u32,
    /// Idle sessions
    #[arg(long, default_value_t = 5000)]
    sessions: usize,
    /// Print the table only
    #[arg(long, short)]
    quiet: bool,
}

/// What else can be measured.
#[derive(Debug, Subcommand)]
enum What {
    /// The catalogue beside Debian's Zebra
    Catalogue(Catalogue),
}

/// Arguments of `skranke-conform bench catalogue`.
#[derive(Debug, Args)]
struct Catalogue {
    /// The skranke binary, a release build
    #[arg(long, default_value = "target/release/skranke")]
    skranke: PathBuf,
    /// Zebra's configuration
    #[arg(long, default_value = "conformance/rivals/zebra")]
    zebra: PathBuf,
    /// Leave Zebra out
    #[arg(long)]
    alone: bool,
    /// Records to make
    #[arg(long, default_value_t = 200_000)]
    records: u64,
    /// Measured seconds of each operation
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Passes, the contestants in turn
    #[arg(long, default_value_t = 2)]
    passes: u32,
    /// Working sessions
    #[arg(long, default_value_t = 4)]
    sessions: usize,
    /// Idle sessions
    #[arg(long, default_value_t = 5000)]
    idle: usize,
    /// Terms asked of both to compare their hits
    #[arg(long, default_value_t = 200)]
    compared: usize,
    /// Work in this folder and keep it
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Print the table only
    #[arg(long, short)]
    quiet: bool,
}

impl Catalogue {
    fn run(self) -> Result<ExitCode> {
        if !self.skranke.exists() {
            bail!("{} does not exist: cargo build --release", self.skranke.display());
        }
        let temporary = std::env::temp_dir().join(format!("skranke-catalogue-{}", std::process::id()));
        let there = |program: &str| Command::new(program).arg("-V").output().is_ok();
        let zebra = !self.alone && there("zebraidx") && there("zebrasrv");
        if !zebra {
            println!("Zebra is left out (Debian: idzebra-2.0, idzebra-2.0-utils)");
        }
        let bench = bench::catalogue::Bench {
            skranke: self.skranke.canonicalize()?,
            zebra: zebra.then_some(self.zebra),
            count: self.records,
            time: Duration::try_from_secs_f64(self.seconds).context("no such time")?,
            passes: self.passes.max(1),
            sessions: self.sessions.max(1),
            idle: self.idle,
            compared: self.compared,
            folder: self.keep.clone().unwrap_or_else(|| temporary.clone()),
        };
        let quiet = self.quiet;
        let table = bench.run(|text| {
            if !quiet {
                println!("{text}");
            }
        });
        if self.keep.is_none() {
            // What lies in a temporary folder may stay there.
            let _ = std::fs::remove_dir_all(&temporary);
        }
        println!("{}", table?);
        Ok(ExitCode::SUCCESS)
    }
}

impl Bench {
    /// Measures and prints the table.
    pub fn run(self) -> Result<ExitCode> {
        if let Some(What::Catalogue(catalogue)) = self.what {
            return catalogue.run();
        }
        if !self.skranke.exists() {
            bail!("{} does not exist: cargo build --release", self.skranke.display());
        }
        let facts = demo::read(&self.demo)?;
        let python = self.python.exists().then_some(self.python);
        if python.is_none() {
            println!("no Python with pysip2: the rival is left out (conformance/clients/run.sh installs it)");
        }
        let bench = bench::Bench {
            skranke: self.skranke,
            demo: self.demo,
            python,
            rival: self.rival,
            sqlite_loop: self.sqlite_loop,
            time: Duration::try_from_secs_f64(self.seconds).context("no such time")?,
            passes: self.passes.max(1),
            sessions: self.sessions,
        };
        let table = bench.run(&facts, |text| {
            if !self.quiet {
                println!("{text}");
            }
        })?;
        println!("{table}");
        Ok(ExitCode::SUCCESS)
    }
}
