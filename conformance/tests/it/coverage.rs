//! COVERAGE.md says what the cases check.

use std::{collections::BTreeSet, fs, path::Path};

#[test]
fn the_coverage_page_is_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("COVERAGE.md");
    let written = fs::read_to_string(page).unwrap();
    assert_eq!(
        written,
        skranke_conform::sip2::coverage(),
        "write it again: skranke-conform sip2 --coverage > conformance/COVERAGE.md"
    );
}

#[test]
fn the_coverage_page_of_z3950_is_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("COVERAGE-Z39.50.md");
    assert_eq!(
        fs::read_to_string(page).unwrap(),
        skranke_conform::z3950::coverage(),
        "write it again: skranke-conform z3950 --coverage > conformance/COVERAGE-Z39.50.md"
    );
}

#[test]
fn the_sru_coverage_page_is_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("COVERAGE-SRU.md");
    assert_eq!(
        fs::read_to_string(page).unwrap(),
        skranke_conform::sru::coverage(),
        "write it again: skranke-conform sru --coverage > conformance/COVERAGE-SRU.md"
    );
}

#[test]
fn every_case_of_z3950_has_a_name_of_its_own_within_its_clause() {
    let mut seen = BTreeSet::new();
    for case in skranke_conform::z3950::GROUPS.iter().flat_map(|group| group.iter()) {
        assert!(seen.insert((case.clause, case.name)), "{} {} twice", case.clause, case.name);
        assert!(case.says.len() < 140, "{} is no one-line paraphrase", case.name);
    }
}

#[test]
fn every_case_has_a_name_of_its_own_within_its_clause() {
    let mut seen = BTreeSet::new();
    for case in skranke_conform::sip2::cases() {
        assert!(seen.insert((case.clause, case.name)), "{} {} twice", case.clause, case.name);
        assert!(case.says.len() < 140, "{} is no one-line paraphrase", case.name);
    }
}

#[test]
fn every_section_with_demands_has_cases() {
    let clauses: Vec<&str> = skranke_conform::sip2::cases().iter().map(|case| case.clause).collect();
    for section in [
        "1", "2", "3", "4.", "5", "6 ", "8", "9.1", "9.2", "9.3", "9.4", "9.5", "9.6", "9.7", "9.8", "9.9", "9.10", "10", "12.", "13", "14",
    ] {
        assert!(clauses.iter().any(|clause| clause.starts_with(section)), "no case in {section}");
    }
    for rule in (1..=18).filter(|rule| *rule != 15) {
        let clause = format!("12.{rule}");
        assert!(clauses.contains(&clause.as_str()), "tolerance rule {clause} has no case");
    }
}
