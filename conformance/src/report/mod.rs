//! What came of a run, and how it is told: text for people, JUnit XML for machines.

mod junit;
mod text;

use std::time::Duration;

pub use text::line;

/// How a case ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server keeps the clause.
    Pass,
    /// It breaks it: how.
    Fail(String),
    /// It could not be checked: why.
    Skip(String),
    /// It does what the digest knows from others and leaves open: what.
    Deviates(String),
}

/// One case's result.
#[derive(Debug, Clone)]
pub struct Result {
    /// Clause of the digest.
    pub clause: String,
    /// The clause's demand.
    pub says: String,
    /// Name of the case.
    pub name: String,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

/// The results of a run, in order.
#[derive(Debug)]
pub struct Report {
    suite: String,
    address: String,
    results: Vec<Result>,
}

/// How many cases ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Passed.
    pub pass: usize,
    /// Failed.
    pub fail: usize,
    /// Skipped.
    pub skip: usize,
    /// Deviating.
    pub deviates: usize,
}

impl Report {
    /// An empty report of a suite against an address.
    pub fn new(suite: &str, address: &str) -> Report {
        Report {
            suite: suite.to_owned(),
            address: address.to_owned(),
            results: Vec::new(),
        }
    }

    /// Adds a result.
    pub fn add(&mut self, result: Result) {
        self.results.push(result);
    }

    /// All results.
    pub fn results(&self) -> &[Result] {
        &self.results
    }

    /// The counts of all cases.
    pub fn count(&self) -> Count {
        count(self.results.iter())
    }

    /// The report as JUnit XML.
    pub fn junit(&self) -> String {
        junit::write(self)
    }

    /// The summary by section.
    pub fn summary(&self) -> String {
        text::summary(self)
    }
}

fn count<'a>(results: impl Iterator<Item = &'a Result>) -> Count {
    results.fold(Count::default(), |mut count, result| {
        match result.outcome {
            Outcome::Pass => count.pass += 1,
            Outcome::Fail(_) => count.fail += 1,
            Outcome::Skip(_) => count.skip += 1,
            Outcome::Deviates(_) => count.deviates += 1,
        }
        count
    })
}
