//! `skranke-conform load`.

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use clap::{Args, Subcommand};

use super::suite::Known;
use crate::load::catalogue::{self, Operation, Protocol};
use crate::{
    load::{self, Plan, messages::Mix, messages::Stock},
    sip2::facts::{Card, Facts, Item},
};

/// Protocols that can be loaded.
#[derive(Debug, Subcommand)]
pub enum Load {
    /// SIP2
    Sip2(Box<Sip2>),
    /// Z39.50
    Z3950(Catalogue),
    /// SRU
    Sru(Catalogue),
}

/// Arguments of `skranke-conform load z3950` and `… sru`.
#[derive(Debug, Args)]
pub struct Catalogue {
    /// HOST:PORT of the server
    address: String,
    /// MARC 21 records that the server holds, ISO 2709: the terms come from them
    #[arg(long, value_name = "FILE")]
    records: PathBuf,
    /// The database; over SRU the path of the base URL
    #[arg(long, default_value = "Default")]
    database: String,
    /// What the sessions ask for; all in turn, if none is given
    #[arg(long, value_enum)]
    operation: Vec<Operation>,
    /// Sessions
    #[arg(long, default_value_t = 4)]
    sessions: usize,
    /// Working sessions; all, unless given: the others are idle
    #[arg(long)]
    active: Option<usize>,
    /// Measured seconds of each operation
    #[arg(long, default_value_t = 3.0)]
    seconds: f64,
    /// Seconds before, not measured
    #[arg(long, default_value_t = 0.5)]
    warm_up: f64,
    /// Pause of a session between requests, milliseconds
    #[arg(long, default_value_t = 0)]
    think: u64,
    /// Process id of the server: print what it and its children cost
    #[arg(long)]
    pid: Option<u32>,
    /// Print the measurements as JSON, one a line
    #[arg(long)]
    json: bool,
}

impl Catalogue {
    fn run(self, protocol: Protocol) -> Result<ExitCode> {
        let stock = std::rc::Rc::new(catalogue::Stock::read(&self.records)?);
        let operations = if self.operation.is_empty() {
            Operation::ALL.to_vec()
        } else {
            self.operation.clone()
        };
        let seconds = |value: f64| Duration::try_from_secs_f64(value).context("no such time");
        let mut errors = 0;
        for operation in operations {
            let plan = catalogue::Plan {
                protocol,
                address: self.address.clone(),
                database: self.database.clone(),
                operation,
                sessions: self.sessions,
                active: self.active.unwrap_or(self.sessions),
                time: seconds(self.seconds)?,
                warm_up: seconds(self.warm_up)?,
                think: Duration::from_millis(self.think),
                pid: self.pid,
            };
            let measured = catalogue::drive(&plan, &stock).with_context(|| operation.name())?;
            errors += measured.load.errors;
            if self.json {
                println!("{}", serde_json::to_string(&measured)?);
            } else {
                print!("{}", measured.text());
            }
        }
        Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Arguments of `skranke-conform load sip2`.
#[derive(Debug, Args)]
pub struct Sip2 {
    /// HOST:PORT of the server
    address: String,
    #[command(flatten)]
    known: Known,
    /// Connections
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Working connections; all, or 200 where the mix is idle
    #[arg(long)]
    active: Option<usize>,
    /// Measured seconds
    #[arg(long, default_value_t = 10.0)]
    seconds: f64,
    /// Seconds before, not measured
    #[arg(long, default_value_t = 1.0)]
    warm_up: f64,
    /// Pause of a terminal between requests, milliseconds; 100 where the mix is idle
    #[arg(long)]
    think: Option<u64>,
    /// What the terminals do
    #[arg(long, value_enum, default_value = "reads")]
    mix: Mix,
    /// Cards with PINs, one CARD:PIN a line
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Barcodes of free items, one a line
    #[arg(long, value_name = "FILE")]
    items: Option<PathBuf>,
    /// Process id of the server: print what it costs
    #[arg(long)]
    pid: Option<u32>,
    /// Count any line as an answer
    #[arg(long)]
    any_answer: bool,
    /// Print the measurement as JSON
    #[arg(long)]
    json: bool,
}

impl Load {
    /// Runs the load.
    pub fn run(self) -> Result<ExitCode> {
        let load = match self {
            Load::Sip2(load) => load,
            Load::Z3950(load) => return load.run(Protocol::Z3950),
            Load::Sru(load) => return load.run(Protocol::Sru),
        };
        let mut facts = load.known.facts()?;
        load.read_files(&mut facts)?;
        let measured = load::drive(&load.plan()?, Stock::new(&facts))?;
        if load.json {
            println!("{}", serde_json::to_string(&measured)?);
        } else {
            print!("{}", measured.text());
        }
        Ok(if measured.errors == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

impl Sip2 {
    fn plan(&self) -> Result<Plan> {
        let seconds = |value: f64| Duration::try_from_secs_f64(value).context("no such time");
        let idle = self.mix == Mix::Idle;
        Ok(Plan {
            address: self.address.clone(),
            connections: self.connections,
            active: self
                .active
                .unwrap_or(if idle { 200.min(self.connections) } else { self.connections }),
            time: seconds(self.seconds)?,
            warm_up: seconds(self.warm_up)?,
            think: Duration::from_millis(self.think.unwrap_or(if idle { 100 } else { 0 })),
            mix: self.mix,
            any_answer: self.any_answer,
            pid: self.pid,
        })
    }

    fn read_files(&self, facts: &mut Facts) -> Result<()> {
        let lines = |path: &PathBuf| -> Result<Vec<String>> {
            let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
            Ok(text
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect())
        };
        if let Some(path) = &self.cards {
            let cards = lines(path)?.into_iter().map(|line| format!("ordinary={line}").parse::<Card>());
            facts.borrowers.clear();
            facts.cards = cards.collect::<Result<_, String>>().map_err(anyhow::Error::msg)?;
        }
        if let Some(path) = &self.items {
            facts.stock = lines(path)?.into_iter().map(|barcode| Item { barcode, bib: None }).collect();
        }
        Ok(())
    }
}
