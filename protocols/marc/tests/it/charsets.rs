//! marc.md 16.4: the vectors of MARC-8, line by line; and character sets told by the bytes.

use crate::shared::{composed, data, read_file, records};
use skranke_marc::Repair;
use skranke_marc::charset::{Charset, marc8};
use unicode_normalization::UnicodeNormalization;

#[test]
fn marc8_lines_become_the_expected_lines() {
    let Some(folder) = data("charsets") else { return };
    let marc8 = std::fs::read(folder.join("test_marc8.txt")).unwrap();
    let utf8 = std::fs::read_to_string(folder.join("test_utf8.txt")).unwrap();
    let bytes: Vec<&[u8]> = marc8.split(|&byte| byte == b'\n').collect();
    let expected: Vec<&str> = utf8.split('\n').collect();
    assert_eq!(bytes.len(), expected.len());
    for (number, (bytes, expected)) in (1..).zip(bytes.iter().zip(&expected)) {
        let decoded = marc8::decode(bytes);
        assert_eq!(
            decoded.faults,
            0,
            "line {number} {:?} {}",
            String::from_utf8_lossy(bytes),
            decoded.text
        );
        let (found, expected): (String, String) = (decoded.text.nfc().collect(), expected.nfc().collect());
        assert_eq!(found, expected, "line {number}");
    }
}

#[test]
fn marc8_and_utf8_files_of_the_same_records_agree() {
    let Some(folder) = data("broken") else { return };
    let (old, new) = (records(&folder.join("brkrtest.mrc")), records(&folder.join("brkrtest_UTF8.mrc")));
    assert_eq!(old.len(), new.len());
    // The file in UTF-8 writes a mark over two letters as one character, MARC-8 has its halves.
    let once = |text: &str| {
        text.replace('\u{FE20}', "\u{361}")
            .replace('\u{FE22}', "\u{360}")
            .replace(['\u{FE21}', '\u{FE23}'], "")
    };
    for (old, new) in old.iter().zip(&new) {
        for (old, new) in composed(old).iter().zip(&composed(new)) {
            assert_eq!(old.value(), new.value());
            for (old, new) in old.subfields().iter().zip(new.subfields()) {
                assert_eq!((old.code, once(&old.value)), (new.code, new.value.clone()));
            }
        }
    }
}

#[test]
fn a_leader_that_lies_is_reported_and_overruled() {
    let Some(folder) = data("charsets") else { return };
    for (name, declared, found) in [
        ("utf8_without_leader_flag.dat", Charset::Marc8, Charset::Utf8),
        ("marc8_accented_chars.marc", Charset::Utf8, Charset::Marc8),
    ] {
        let (good, _) = read_file(&folder.join(name));
        let reported = good
            .iter()
            .flat_map(|read| &read.warnings)
            .any(|warning| warning.what == Repair::OtherCharset { declared, found });
        assert!(reported, "{name}");
        assert!(!format!("{:?}", good[0].record).contains('\u{FFFD}'), "{name}");
    }
}

#[test]
fn what_no_set_explains_is_marked_and_counted() {
    let Some(folder) = data("charsets") else { return };
    for name in ["bad_eacc_encoding.dat", "bad_marc8_escape.dat", "utf8_with_bad_bytes.marc"] {
        let (good, _) = read_file(&folder.join(name));
        let counted = good[0].warnings.iter().any(|warning| matches!(warning.what, Repair::Unreadable(_)));
        assert!(counted, "{name}");
    }
}

#[test]
fn marc8_written_is_marc8_read() {
    use skranke_marc::iso2709::{Coding, Overlong, parse, write};
    let Some(folder) = data("marc21") else { return };
    for name in ["hebrew.marc", "lul_fre_500.mrc"] {
        for record in records(&folder.join(name)) {
            let mut bytes = Vec::new();
            write(&record, Coding::Marc8, Overlong::Refuse, &mut bytes).unwrap();
            let (again, warnings) = parse(&bytes, Some(record.format)).unwrap();
            assert_eq!(warnings, [], "{name} {:?}", record.control_number());
            assert_eq!(again.fields, record.fields, "{name} {:?}", record.control_number());
        }
    }
}
