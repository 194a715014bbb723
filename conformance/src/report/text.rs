//! The report for people.

use std::fmt::Write;

use super::{Count, Outcome, Report, Result, count};

/// One line, or a few where something is wrong.
pub fn line(result: &Result) -> String {
    let (word, why) = match &result.outcome {
        Outcome::Pass => ("pass", None),
        Outcome::Fail(why) => ("FAIL", Some(why)),
        Outcome::Skip(why) => ("skip", Some(why)),
        Outcome::Deviates(how) => ("deviates", Some(how)),
    };
    let mut line = format!("{word:8} {:13} {} [{}]", result.clause, result.says, result.name);
    if let Some(why) = why {
        for part in why.lines() {
            // Writing to a string cannot fail.
            let _ = write!(line, "\n{:22} {}", "", printable(part));
        }
    }
    line
}

/// Control characters shown, so that a server cannot paint on the reader's terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// Counts by section, then in all.
pub fn summary(report: &Report) -> String {
    let mut sections: Vec<&str> = Vec::new();
    for result in report.results() {
        let section = section(&result.clause);
        if !sections.contains(&section) {
            sections.push(section);
        }
    }
    let mut text = format!("{:9} {:>5} {:>5} {:>5} {:>9}\n", "section", "pass", "fail", "skip", "deviates");
    for name in sections {
        let of = report.results().iter().filter(|result| section(&result.clause) == name);
        row(&mut text, name, count(of));
    }
    row(&mut text, "all", report.count());
    text
}

fn row(text: &mut String, name: &str, count: Count) {
    let Count {
        pass,
        fail,
        skip,
        deviates,
    } = count;
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{name:9} {pass:>5} {fail:>5} {skip:>5} {deviates:>9}");
}

/// `9.3 race` counts under `9.3`, `6 (24)` under `6`, `12.4` under `12`.
fn section(clause: &str) -> &str {
    let first = clause.split(' ').next().unwrap_or(clause);
    match first.split_once('.') {
        Some(("9", _)) | None => first,
        Some((section, _)) => section,
    }
}
