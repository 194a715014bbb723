//! `skranke-conform bench`.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{bench, sip2::demo};

/// Arguments of `skranke-conform bench`.
#[derive(Debug, Args)]
pub struct Bench {
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

impl Bench {
    /// Measures and prints the table.
    pub fn run(self) -> Result<ExitCode> {
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
