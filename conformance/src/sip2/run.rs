//! Runs the cases one after the other, and those that wait beside them.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{
    case::{Case, Need, Trouble},
    cases,
    subject::Subject,
};
use crate::report::{Outcome, Report, Result};

/// Runs every case whose clause or name begins with one of `only` (all, where it is empty).
pub fn run(subject: &Subject, only: &[String], mut told: impl FnMut(&Result)) -> Report {
    let wanted = |case: &&Case| {
        only.is_empty()
            || only
                .iter()
                .any(|w| case.clause == w || starts_clause(case.clause, w) || case.name == w)
    };
    let told_of = |case: &&Case| case.needs.is_none_or(|need| need.is_told(&subject.facts));
    let chosen = cases().into_iter().filter(|case| wanted(case) && told_of(case));
    let (last, chosen): (Vec<&Case>, Vec<&Case>) = chosen.partition(|c| c.needs == Some(Need::Maintenance));
    let (waiting, prompt): (Vec<&Case>, Vec<&Case>) = chosen.into_iter().partition(|c| c.waits);
    let mut report = Report::new("sip2", &subject.address);
    thread::scope(|scope| {
        let slow: Vec<_> = waiting.iter().map(|case| (*case, scope.spawn(|| timed(subject, case)))).collect();
        for case in prompt {
            let (outcome, took) = timed(subject, case);
            subject.tidy();
            let result = result(case, outcome, took);
            told(&result);
            report.add(result);
        }
        for (case, thread) in slow {
            let (outcome, took) = thread
                .join()
                .unwrap_or_else(|_| (Outcome::Fail("the case broke down".to_owned()), Duration::ZERO));
            let result = result(case, outcome, took);
            told(&result);
            report.add(result);
        }
    });
    // These put the whole server out of work for a while.
    for case in last {
        let (outcome, took) = timed(subject, case);
        let result = result(case, outcome, took);
        told(&result);
        report.add(result);
    }
    report
}

/// `9` and `9.3` begin `9.3 race`; `1` does not begin `12.1`.
fn starts_clause(clause: &str, wanted: &str) -> bool {
    clause.strip_prefix(wanted).is_some_and(|rest| rest.starts_with(['.', ' ']))
}

fn timed(subject: &Subject, case: &Case) -> (Outcome, Duration) {
    let started = Instant::now();
    let outcome = match (case.run)(subject) {
        Ok(()) => Outcome::Pass,
        Err(Trouble::Fail(why)) => Outcome::Fail(why),
        Err(Trouble::Skip(why)) => Outcome::Skip(why),
        Err(Trouble::Deviates(how)) => Outcome::Deviates(how),
    };
    (outcome, started.elapsed())
}

fn result(case: &Case, outcome: Outcome, took: Duration) -> Result {
    Result {
        clause: case.clause.to_owned(),
        says: case.says.to_owned(),
        name: case.name.to_owned(),
        outcome,
        took,
    }
}

#[cfg(test)]
mod tests {
    use super::starts_clause;

    #[test]
    fn a_section_selects_its_clauses_only() {
        assert!(starts_clause("9.3 race", "9"));
        assert!(starts_clause("9.3 race", "9.3"));
        assert!(!starts_clause("12.1", "1"));
        assert!(!starts_clause("9.10", "9.1"));
    }
}
