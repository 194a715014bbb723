//! `skranke-conform sip2`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::tz::TimeZone;

use crate::{
    report,
    sip2::{
        self,
        case::Trouble,
        demo,
        facts::{Card, Facts, Item, Terminal},
        run,
        subject::Subject,
        wire::Charset,
    },
};

/// What is known of the library behind a server.
#[derive(Debug, Args)]
pub struct Known {
    /// A terminal's user id (CN)
    #[arg(long, requires = "password")]
    pub login: Option<String>,
    /// Its password (CO)
    #[arg(long)]
    pub password: Option<String>,
    /// Its character set: utf-8, latin1, windows-1252, cp850, ascii
    #[arg(long, default_value = "utf-8")]
    pub charset: Charset,
    /// More terminals: LOGIN:PASSWORD[:CHARSET]
    #[arg(long)]
    pub terminal: Vec<Terminal>,
    /// Card of an ordinary patron who may borrow; give four, the third and fourth will see wrong PINs
    #[arg(long)]
    pub card: Vec<String>,
    /// PINs of the cards, in the same order
    #[arg(long)]
    pub pin: Vec<String>,
    /// A patron in another state: STATE=CARD[:PIN], the states being blocked, expired, debt, loan_limit, hold_ready, overdue, protected_address
    #[arg(long)]
    pub patron: Vec<Card>,
    /// Barcode of an item that is free and at home where the terminal stands
    #[arg(long)]
    pub item: Vec<String>,
    /// Barcode of a free item whose loan costs a fee
    #[arg(long)]
    pub fee_item: Vec<String>,
    /// Control number of a title with copies that can be reserved
    #[arg(long)]
    pub bib: Vec<String>,
    /// The library's institution id (AO)
    #[arg(long)]
    pub institution: Option<String>,
    /// The library's currency
    #[arg(long, default_value = "DKK")]
    pub currency: String,
    /// The library's time zone
    #[arg(long)]
    pub time_zone: Option<String>,
    /// Another server on the same store: races run over all of them
    #[arg(long, value_name = "HOST:PORT")]
    pub peer: Vec<String>,
    /// Another listener of the server, on which login and password are asked for by prompts
    #[arg(long, value_name = "HOST:PORT")]
    pub telnet: Option<String>,
    /// Another listener of the server, which speaks TLS
    #[arg(long, value_name = "HOST:PORT", requires = "tls_ca")]
    pub tls: Option<String>,
    /// Who signed its certificate, or the certificate itself, as PEM
    #[arg(long, value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
    /// A file that the suite may create and remove: while it exists, the server is under maintenance
    #[arg(long, value_name = "FILE")]
    pub maintenance_file: Option<PathBuf>,
    /// Send today's date as nb due date where most terminals send blanks: for servers that refuse those
    #[arg(long)]
    pub fill_due_date: bool,
    /// Folder of the demo library: everything is known
    #[arg(long)]
    pub demo: Option<PathBuf>,
}

impl Known {
    /// Everything told on the command line, before what the demo library's folder says.
    pub fn facts(&self) -> Result<Facts> {
        let mut facts = match &self.demo {
            Some(folder) => demo::read(folder)?,
            None => Facts {
                currency: self.currency.clone(),
                ..Facts::default()
            },
        };
        let mut terminals = self.terminal.clone();
        if let (Some(login), Some(password)) = (&self.login, &self.password) {
            let main = Terminal {
                login: login.clone(),
                password: password.clone(),
                charset: self.charset,
                role: None,
            };
            terminals.insert(0, main);
        }
        for known in std::mem::take(&mut facts.terminals) {
            match terminals.iter_mut().find(|terminal| terminal.login == known.login) {
                Some(terminal) => terminal.role = known.role,
                None => terminals.push(known),
            }
        }
        facts.terminals = terminals;
        facts.cards.extend(self.patron.iter().cloned());
        let ordinary = self.card.iter().enumerate().map(|(at, number)| Card {
            number: number.clone(),
            pin: self.pin.get(at).cloned(),
            state: "ordinary".to_owned(),
            name: None,
        });
        facts.cards.splice(0..0, ordinary);
        let items = |barcodes: &[String]| -> Vec<Item> {
            barcodes
                .iter()
                .map(|barcode| Item {
                    barcode: barcode.clone(),
                    bib: None,
                })
                .collect()
        };
        facts.items.splice(0..0, items(&self.item));
        facts.fee_items.splice(0..0, items(&self.fee_item));
        facts.bibs.splice(0..0, self.bib.iter().cloned());
        facts.institution = self.institution.clone().or(facts.institution);
        facts.time_zone = self.time_zone.clone().or(facts.time_zone);
        facts.peers.clone_from(&self.peer);
        facts.telnet.clone_from(&self.telnet);
        facts.tls = self.tls.clone().zip(self.tls_ca.clone());
        facts.maintenance_file.clone_from(&self.maintenance_file);
        facts.fills_due_date = self.fill_due_date;
        Ok(facts)
    }
}

/// Arguments of `skranke-conform sip2`.
#[derive(Debug, Args)]
pub struct Sip2 {
    /// HOST:PORT of the server
    #[arg(required_unless_present_any = ["list", "coverage", "show"])]
    address: Option<String>,
    #[command(flatten)]
    known: Known,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Run only the cases of this clause, section or name (may be repeated)
    #[arg(long, value_name = "CLAUSE")]
    only: Vec<String>,
    /// List the cases and their clauses
    #[arg(long)]
    list: bool,
    /// Print the coverage page
    #[arg(long, hide = true)]
    coverage: bool,
    /// Print one free item or one title of what is known, for scripts
    #[arg(long, value_name = "WHAT", value_parser = ["item", "bib"])]
    show: Option<String>,
    /// Show only what does not pass
    #[arg(long, short)]
    quiet: bool,
    /// A case that was skipped counts as a failure
    #[arg(long)]
    no_skip: bool,
}

impl Sip2 {
    /// Runs the suite.
    pub fn run(self) -> Result<ExitCode> {
        if self.list {
            for case in sip2::cases() {
                println!("{:13} {} [{}]", case.clause, case.says, case.name);
            }
            return Ok(ExitCode::SUCCESS);
        }
        if self.coverage {
            print!("{}", sip2::coverage());
            return Ok(ExitCode::SUCCESS);
        }
        let facts = self.known.facts()?;
        if let Some(what) = &self.show {
            let one = match what.as_str() {
                "item" => facts.items.first().map(|item| &item.barcode),
                _ => facts.bibs.first(),
            };
            println!("{}", one.with_context(|| format!("no {what} is known"))?);
            return Ok(ExitCode::SUCCESS);
        }
        let zone = match &facts.time_zone {
            Some(name) => TimeZone::get(name).with_context(|| format!("no time zone {name}"))?,
            None => TimeZone::system(),
        };
        let subject = Subject::new(self.address.unwrap_or_default(), facts, zone);
        prepare(&subject)?;
        let quiet = self.quiet;
        let report = run::run(&subject, &self.only, |result| {
            if !quiet || result.outcome != report::Outcome::Pass {
                println!("{}", report::line(result));
            }
        });
        super::verdict(&report, self.junit.as_deref(), &self.only, self.no_skip)
    }
}

/// Sees that the server is there and lets the terminal in.
fn prepare(subject: &Subject) -> Result<()> {
    match subject.sift_items() {
        Ok(free) => {
            println!(
                "{}: {} terminals, {} cards, {free} of {} items free, {} titles known\n",
                subject.address,
                subject.facts.terminals.len(),
                subject.facts.cards.len(),
                subject.facts.items.len(),
                subject.facts.bibs.len(),
            );
            Ok(())
        }
        Err(Trouble::Fail(why) | Trouble::Skip(why) | Trouble::Deviates(why)) => bail!("{why}"),
    }
}
