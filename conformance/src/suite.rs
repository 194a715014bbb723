//! Suites whose cases look at one subject and leave it as it was: run one after the other.

use std::time::Instant;

use crate::{
    report::{Outcome, Report, Result},
    sip2::case::{Trouble, Verdict},
};

/// One checkable statement of a digest about a subject.
#[derive(Debug)]
pub struct Case<S> {
    /// Clause of the digest.
    pub clause: &'static str,
    /// The clause's demand in one line of ours.
    pub says: &'static str,
    /// Name of the function.
    pub name: &'static str,
    /// The check.
    pub run: fn(&S) -> Verdict,
}

/// Makes a table of cases: clause, paraphrase, function.
macro_rules! cases {
    ($subject:ty: $(($clause:literal, $says:literal, $run:ident)),* $(,)?) => {
        /// The cases of this section.
        pub const CASES: &[$crate::suite::Case<$subject>] = &[$(
            $crate::suite::Case { clause: $clause, says: $says, name: stringify!($run), run: $run }
        ),*];
    };
}
pub(crate) use cases;

/// A page that lists the cases by clause, after its head.
pub fn coverage<S>(head: &str, groups: &[&[Case<S>]]) -> String {
    let mut page = format!("{head}\n| clause | what is checked | case |\n| --- | --- | --- |\n");
    for case in groups.iter().flat_map(|group| group.iter()) {
        page.push_str(&format!(
            "| {} | {} | `{}` |\n",
            case.clause,
            case.says.replace('|', "¦"),
            case.name
        ));
    }
    page
}

/// Runs every case whose clause or name begins with one of `only` (all, where it is empty).
pub fn run<S>(mut report: Report, subject: &S, groups: &[&[Case<S>]], only: &[String], mut told: impl FnMut(&Result)) -> Report {
    let begins = |text: &str, wanted: &str| {
        text.strip_prefix(wanted)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ' ']))
    };
    for case in groups.iter().flat_map(|group| group.iter()) {
        if !only.is_empty() && !only.iter().any(|wanted| begins(case.clause, wanted) || case.name == wanted) {
            continue;
        }
        let started = Instant::now();
        let outcome = match (case.run)(subject) {
            Ok(()) => Outcome::Pass,
            Err(Trouble::Fail(why)) => Outcome::Fail(why),
            Err(Trouble::Skip(why)) => Outcome::Skip(why),
            Err(Trouble::Deviates(how)) => Outcome::Deviates(how),
        };
        let result = Result {
            clause: case.clause.to_owned(),
            says: case.says.to_owned(),
            name: case.name.to_owned(),
            outcome,
            took: started.elapsed(),
        };
        told(&result);
        report.add(result);
    }
    report
}
