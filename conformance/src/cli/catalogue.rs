//! `skranke-conform sru` and `skranke-conform z3950`.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;
use jiff::tz::TimeZone;

use crate::{
    load::catalogue::{self, Operation, Stock},
    report::{self, Report},
    sip2,
    sru::{self, subject::Subject},
    suite, z3950,
};

/// What is known of a catalogue, and how its report is wanted.
#[derive(Debug, Args)]
struct Known {
    /// Title words, four letters or more, the first of at least three records; give two
    #[arg(long)]
    word: Vec<String>,
    /// An ISBN of a record, without hyphens
    #[arg(long)]
    isbn: Option<String>,
    /// MARC 21 records that the server holds, ISO 2709: words and ISBN come from them
    #[arg(long, value_name = "FILE")]
    records: Option<PathBuf>,
    /// Write the report as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Run only the cases of this clause or name (may be repeated)
    #[arg(long, value_name = "CLAUSE")]
    only: Vec<String>,
    /// List the cases and their clauses
    #[arg(long)]
    list: bool,
    /// Show only what does not pass
    #[arg(long, short)]
    quiet: bool,
    /// A case that was skipped counts as a failure
    #[arg(long)]
    no_skip: bool,
}

/// Arguments of `skranke-conform sru`.
#[derive(Debug, Args)]
pub struct Sru {
    /// Base URL: http://HOST:PORT/PATH
    #[arg(required_unless_present_any = ["list", "coverage"])]
    url: Option<String>,
    /// Print the coverage page
    #[arg(long, hide = true)]
    coverage: bool,
    #[command(flatten)]
    known: Known,
}

/// Arguments of `skranke-conform z3950`.
#[derive(Debug, Args)]
pub struct Z3950 {
    /// HOST:PORT of the server
    #[arg(required_unless_present_any = ["list", "coverage"])]
    address: Option<String>,
    /// The database
    #[arg(long, default_value = "Default")]
    database: String,
    /// A title word with a letter that Latin-1 has and ASCII has not
    #[arg(long)]
    accented: Option<String>,
    /// A user who may change records and order: the suite puts in a record of its own and deletes it
    #[arg(long, requires = "user_password")]
    user: Option<String>,
    /// His password
    #[arg(long)]
    user_password: Option<String>,
    /// Folder of the demo library: everything about its catalogue is known
    #[arg(long)]
    demo: Option<PathBuf>,
    /// HOST:PORT where the demo library speaks SIP2: items are lent, and come back, while a session looks on
    #[arg(long, requires = "demo")]
    sip2: Option<String>,
    /// Print the coverage page
    #[arg(long, hide = true)]
    coverage: bool,
    #[command(flatten)]
    known: Known,
}

impl Sru {
    /// Runs the suite.
    pub fn run(self) -> Result<ExitCode> {
        if self.known.list {
            return Ok(list(sru::GROUPS));
        }
        if self.coverage {
            print!("{}", sru::coverage());
            return Ok(ExitCode::SUCCESS);
        }
        let url = self.url.unwrap_or_default();
        let mut subject = Subject::of_url(&url).with_context(|| format!("{url} is no http:// URL"))?;
        [subject.word, subject.other, subject.isbn] = self.known.facts()?;
        self.known.judge(Report::new("sru", &url), &subject, sru::GROUPS)
    }
}

impl Z3950 {
    /// Runs the suite.
    pub fn run(self) -> Result<ExitCode> {
        if self.known.list {
            return Ok(list(z3950::GROUPS));
        }
        if self.coverage {
            print!("{}", z3950::coverage());
            return Ok(ExitCode::SUCCESS);
        }
        let address = self.address.unwrap_or_default();
        let report = Report::new("z3950", &address);
        let mut subject = z3950::subject::Subject::of(address);
        subject.database = self.database;
        [subject.word, subject.other, subject.isbn] = self.known.facts()?;
        subject.accented = self.accented;
        subject.user = self.user.zip(self.user_password);
        if let Some(folder) = &self.demo {
            let known = z3950::demo::read(folder)?;
            let mut words = known.words.into_iter();
            subject.word = subject.word.or_else(|| words.next());
            subject.other = subject.other.or_else(|| words.next());
            subject.isbn = subject.isbn.or(known.isbn);
            subject.accented = subject.accented.or(known.accented);
            subject.user = subject.user.or(known.user);
        }
        if let (Some(folder), Some(sip2)) = (&self.demo, self.sip2) {
            let facts = sip2::demo::read(folder)?;
            let zone = facts.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
            subject.library = Some(sip2::subject::Subject::new(sip2, facts, zone.unwrap_or(TimeZone::UTC)));
        }
        self.known.judge(report, &subject, z3950::GROUPS)
    }
}

fn list<S>(groups: &[&[suite::Case<S>]]) -> ExitCode {
    for case in groups.iter().flat_map(|group| group.iter()) {
        println!("{:13} {} [{}]", case.clause, case.says, case.name);
    }
    ExitCode::SUCCESS
}

impl Known {
    /// Two title words and an ISBN, as far as they are known.
    fn facts(&self) -> Result<[Option<String>; 3]> {
        let mut words = self.word.iter().cloned();
        let (mut word, mut other, mut isbn) = (words.next(), words.next(), self.isbn.clone());
        if let Some(records) = &self.records {
            let stock = Stock::read(records)?;
            let of = |operation| catalogue::term(operation, &stock, 0);
            word.get_or_insert_with(|| of(Operation::Records));
            other.get_or_insert_with(|| of(Operation::Title));
            isbn.get_or_insert_with(|| of(Operation::Isbn));
        }
        Ok([word, other, isbn])
    }

    /// Runs the cases and reports.
    fn judge<S>(self, report: Report, subject: &S, groups: &[&[suite::Case<S>]]) -> Result<ExitCode> {
        let report = suite::run(report, subject, groups, &self.only, |result| {
            if !self.quiet || result.outcome != report::Outcome::Pass {
                println!("{}", report::line(result));
            }
        });
        super::verdict(&report, self.junit.as_deref(), &self.only, self.no_skip)
    }
}
