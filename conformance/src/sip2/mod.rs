//! The SIP2 suite, by clause of the digest: one file for each section, one folder for the operations of section 9.

pub mod case;
pub mod demo;
pub mod facts;
pub mod run;
pub mod subject;
pub mod wire;

pub mod s10_extensions;
pub mod s12_tolerance;
pub mod s13_output;
pub mod s14_security;
pub mod s1_connection;
pub mod s2_framing;
pub mod s3_error_detection;
pub mod s4_retries;
pub mod s5_messages;
pub mod s6_fields;
pub mod s8_tables;
pub mod s9_operations;

use case::Case;

/// All cases, in the digest's order; those that judge the whole run come last.
pub fn cases() -> Vec<&'static Case> {
    let first = [
        s1_connection::CASES,
        s2_framing::CASES,
        s3_error_detection::CASES,
        s4_retries::CASES,
        s5_messages::CASES,
        s6_fields::CASES,
        s8_tables::CASES,
    ];
    let last = [
        s10_extensions::CASES,
        s12_tolerance::CASES,
        s13_output::CASES,
        s14_security::CASES,
        s13_output::SUMMARY,
    ];
    let groups = first.iter().chain(s9_operations::GROUPS).chain(&last);
    groups.flat_map(|group| group.iter()).collect()
}

/// The table of clauses and cases: `--list` in brief, `COVERAGE.md` in full.
pub fn coverage() -> String {
    let mut page = String::from(include_str!("../../data/coverage_head.md"));
    page.push_str("\n## Covered\n\n| clause | what is checked | case |\n| --- | --- | --- |\n");
    for case in cases() {
        let needs = case.needs.map(|need| format!(" (where `{}` is given)", need.argument()));
        page.push_str(&format!(
            "| {} | {}{} | `{}` |\n",
            case.clause,
            case.says.replace('|', "¦"),
            needs.unwrap_or_default(),
            case.name
        ));
    }
    page.push_str(include_str!("../../data/coverage_tail.md"));
    page
}
