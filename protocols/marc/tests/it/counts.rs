//! marc.md 16.1: every file reads, with the counts of SOURCES.md.

use crate::shared::{data, files, read_file};
use skranke_core::bib::{Format, RecordKind};
use skranke_marc::{Reason, Repair};

/// Files of records, with how many they hold.
const MARC21: [(&str, usize); 18] = [
    ("jazz_1k.mrc", 1000),
    ("lul_fre_500.mrc", 500),
    ("nepali.marc", 96),
    ("hebrew.marc", 20),
    ("oss.marc", 42),
    ("uva_001_2000.mrc", 2000),
    ("sample_psucat.mrc", 728),
    ("bu_bibs.mrc", 100),
    ("61PRINT160129.mrc", 246),
    ("CornellFOLIOExemplars.mrc", 62),
    ("sample100.mrc", 100),
    ("test-records-323-marc21-utf8.iso", 323),
    ("test_data.utf8.mrc", 30),
    ("test_data.utf8.marc.xml", 30),
    ("test_data.utf8.json", 30),
    ("hebrew880s.marc", 1),
    ("880_with_no_6.utf8.marc", 1),
    ("serials_marc21.xml", 7),
];

#[test]
fn marc21_files_read_whole_and_their_text_is_clean() {
    let Some(folder) = data("marc21") else { return };
    let mut total = 0;
    for (name, count) in MARC21 {
        let (good, bad) = read_file(&folder.join(name));
        assert_eq!((good.len(), bad.len()), (count, 0), "{name}");
        total += good.len();
        let unreadable = good
            .iter()
            .flat_map(|read| &read.warnings)
            .filter(|warning| matches!(warning.what, Repair::Unreadable(_)));
        assert_eq!(unreadable.count(), 0, "{name} has unreadable characters");
        assert!(good.iter().all(|read| read.record.format == Format::Marc21), "{name}");
    }
    assert_eq!(total, 5316);
}

#[test]
fn holdings_are_told_from_titles() {
    let Some(folder) = data("marc21") else { return };
    let (good, _) = read_file(&folder.join("sample_psucat.mrc"));
    let holdings = good.iter().filter(|read| read.record.kind == RecordKind::Holdings).count();
    assert_eq!((good.len() - holdings, holdings), (557, 171));
}

#[test]
fn authorities_are_told_from_titles() {
    let Some(folder) = data("authority") else { return };
    for (name, count) in [("2500.mrc", 2500), ("auth-1066.mrc", 1066)] {
        let (good, bad) = read_file(&folder.join(name));
        assert_eq!((good.len(), bad.len()), (count, 0), "{name}");
        assert!(good.iter().all(|read| read.record.kind == RecordKind::Authority), "{name}");
    }
}

#[test]
fn unimarc_reads_whole_and_is_known_by_its_fields() {
    let Some(folder) = data("unimarc") else { return };
    // The third file is called UNIMARC and holds MARC 21.
    for (name, count, format) in [
        ("serial.bnr.1993.mrc", 11, Format::Unimarc),
        ("short.bnr.1993.mrc", 10, Format::Unimarc),
        ("short.firenze.1977.mrc", 10, Format::Marc21),
    ] {
        let (good, bad) = read_file(&folder.join(name));
        assert_eq!((good.len(), bad.len()), (count, 0), "{name}");
        assert!(good.iter().all(|read| read.record.format == format), "{name}");
        assert!(good.iter().all(|read| !read.record.brief_view().title.is_empty()), "{name}");
    }
}

#[test]
fn danmarc2_files_read_whole_and_only_the_marked_ones_are_refused() {
    let Some(folder) = data("danmarc2") else { return };
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (good, bad) = read_file(&path);
        let refused: Vec<&Reason> = bad.iter().map(|rejected| &rejected.reason).collect();
        match name.as_str() {
            "marc.jsonl" => assert!(matches!(refused[..], [Reason::Json(_), Reason::Json(_)]), "{name}"),
            // Source code with records in it.
            "marc_collection.lin_concat" => assert!(matches!(refused[..], [Reason::UnknownForm]), "{name}"),
            _ if name.contains("INVALIDXML") || name.contains("wrong_record_xsd") => {
                assert!(matches!(refused[..], [Reason::NotMarc(_)]), "{name}");
            }
            "test-records-reorder-danmarc2.lin" => {
                assert_eq!(good.len(), 9);
                assert!(matches!(refused[..], [Reason::NotMarc(_)]), "{name}");
            }
            _ => {
                assert!(refused.is_empty(), "{name}: {refused:?}");
                assert!(!good.is_empty(), "{name}");
                let danish = good.iter().all(|read| read.record.format == Format::Danmarc2);
                // The conversion oracles hold MARC 21.
                let foreign = name.starts_with("marcxml") || name.starts_with("marc_collection") || name == "err.mrc";
                assert!(danish || foreign, "{name}");
            }
        }
    }
    for (name, count) in [
        ("test-records-74-danmarc2.iso", 74),
        ("test-records-74-danmarc2.lin", 74),
        ("test-records-74-danmarc2-utf8.lin", 74),
        ("test-records-reorder-danmarc2.iso", 9),
        ("test-records-3-danmarc2.iso", 3),
        ("test-records-4-error-in-record2.iso", 4),
    ] {
        assert_eq!(read_file(&folder.join(name)).0.len(), count, "{name}");
    }
}
