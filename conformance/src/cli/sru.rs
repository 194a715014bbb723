//! `skranke-conform sru`.

use std::{fs, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::{
    load::catalogue::{self, Operation, Stock},
    report::{self, Report},
    sru::{self, subject::Subject},
    suite,
};

/// Arguments of `skranke-conform sru`.
#[derive(Debug, Args)]
pub struct Sru {
    /// Base URL: http://HOST:PORT/PATH
    #[arg(required_unless_present = "list")]
    url: Option<String>,
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

impl Sru {
    /// Runs the suite.
    pub fn run(self) -> Result<ExitCode> {
        if self.list {
            for case in sru::GROUPS.iter().flat_map(|group| group.iter()) {
                println!("{:13} {} [{}]", case.clause, case.says, case.name);
            }
            return Ok(ExitCode::SUCCESS);
        }
        let url = self.url.unwrap_or_default();
        let mut subject = Subject::of_url(&url).with_context(|| format!("{url} is no http:// URL"))?;
        let mut words = self.word.into_iter();
        (subject.word, subject.other, subject.isbn) = (words.next(), words.next(), self.isbn);
        if let Some(records) = &self.records {
            let stock = Stock::read(records)?;
            let common = catalogue::term(Operation::Records, &stock, 0);
            subject.other = subject.other.or_else(|| Some(catalogue::term(Operation::Title, &stock, 0)));
            subject.word.get_or_insert(common);
            subject.isbn.get_or_insert_with(|| catalogue::term(Operation::Isbn, &stock, 0));
        }
        let quiet = self.quiet;
        let report = suite::run(Report::new("sru", &url), &subject, sru::GROUPS, &self.only, |result| {
            if !quiet || result.outcome != report::Outcome::Pass {
                println!("{}", report::line(result));
            }
        });
        println!("\n{}", report.summary());
        if let Some(file) = &self.junit {
            fs::write(file, report.junit()).with_context(|| format!("cannot write {}", file.display()))?;
        }
        let count = report.count();
        if count == report::Count::default() {
            bail!("no case is called {}", self.only.join(", "));
        }
        let failed = count.fail > 0 || (self.no_skip && count.skip > 0);
        Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}
