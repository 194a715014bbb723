//! marc.md 16.1 and 15: each broken file gives its records and says what was wrong.

use crate::shared::{data, read_file};
use skranke_marc::{Reason, Repair, Warning};

fn warnings(folder: &std::path::Path, name: &str) -> (usize, Vec<Warning>) {
    let (good, bad) = read_file(&folder.join(name));
    assert!(bad.is_empty(), "{name}: {}", bad[0]);
    let warnings = good.iter().flat_map(|read| read.warnings.clone()).collect();
    (good.len(), warnings)
}

fn has(warnings: &[Warning], what: Repair) -> bool {
    warnings.iter().any(|warning| warning.what == what)
}

#[test]
fn broken_files_give_their_records() {
    let Some(folder) = data("broken") else { return };
    for (name, count) in [
        ("2_fields.mrc", 1),
        ("2_repeated_fields.mrc", 1),
        ("54-56-008008027.mrc", 5),
        ("authoritybibs.mrc", 9),
        ("bad_leaders_10_11.mrc", 1),
        ("bad_oversize_field_bad_directory.mrc", 5),
        ("brkrtest.mrc", 8),
        ("brkrtest.mrk", 8),
        ("brkrtest_UTF8.mrc", 8),
        ("chinese_mangled_multibyte.mrc", 4),
        ("deweybrowse.mrc", 1),
        ("greekmissingcharsetchange.mrc", 3),
        ("heb.mrc", 1),
        ("issue-5.mrc", 3),
        ("journals.mrc", 10),
        ("legal-json-marc-in-json.json", 1),
        ("marc-in-json.json", 1),
        ("selectedRecs.mrc", 11),
        ("testbug2.mrc", 1),
        ("weird_ids.mrc", 8),
    ] {
        assert_eq!(warnings(&folder, name).0, count, "{name}");
    }
}

#[test]
fn damage_is_named() {
    let Some(folder) = data("broken") else { return };
    let of = |name| warnings(&folder, name).1;
    assert!(has(&of("bad_leaders_10_11.mrc"), Repair::Structure));
    assert!(has(&of("bad_oversize_field_bad_directory.mrc"), Repair::DirectoryLengths));
    assert!(has(&of("issue-5.mrc"), Repair::RepeatedControlNumber));
    let mangled = of("chinese_mangled_multibyte.mrc");
    assert!(mangled.iter().any(|warning| matches!(warning.what, Repair::Unreadable(_))));
    let (_, long) = warnings(&folder, "bad_too_long_plus_2.mrc");
    assert!(has(&long, Repair::RecordLength) || has(&long, Repair::DirectoryLengths), "{long:?}");
}

#[test]
fn illegal_json_is_refused_with_its_reason() {
    let Some(folder) = data("broken") else { return };
    let (good, bad) = read_file(&folder.join("illegal-marc-in-json.json"));
    assert!(good.is_empty());
    assert!(matches!(bad[0].reason, Reason::Json(_)));
}

#[test]
fn mnemonic_lines_are_the_records_they_were_made_of() {
    let Some(folder) = data("broken") else { return };
    let text = |name: &str| {
        use unicode_normalization::UnicodeNormalization;
        let records = crate::shared::records(&folder.join(name));
        records
            .iter()
            .map(|record| format!("{:?}", record.fields).nfc().collect::<String>())
            .collect::<Vec<_>>()
    };
    assert_eq!(text("brkrtest.mrk"), text("brkrtest.mrc"));
}

#[test]
fn records_of_libraries_carry_their_damage_as_warnings() {
    let Some(folder) = data("marc21") else { return };
    let (_, of) = warnings(&folder, "bu_bibs.mrc");
    assert!(has(&of, Repair::RecordLength) && has(&of, Repair::DirectoryLengths) && has(&of, Repair::TerminatorInData));
    let (_, of) = warnings(&folder, "sample_psucat.mrc");
    assert!(of.iter().any(|warning| matches!(warning.what, Repair::ControlCharacters(_))));
    let Some(folder) = data("charsets") else { return };
    for (name, what) in [
        ("bad_indicator.dat", Repair::Indicators),
        ("bad_tag.xml", Repair::Tag),
        ("no-leading-zero.xml", Repair::Tag),
        ("bad_subfield_code.dat", Repair::DirectoryLengths),
    ] {
        assert!(has(&warnings(&folder, name).1, what), "{name}");
    }
}
