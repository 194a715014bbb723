//! marc.md 16.2 and 16.3: there and back, and one content in three carriers.

use crate::shared::{assert_same, content, data, files, read_bytes, read_file, records};
use skranke_core::bib::{Field, Record};
use skranke_marc::iso2709::{Coding, Overlong};
use skranke_marc::{Form, WriteError, WriteForm, write};

#[test]
fn thirty_records_are_the_same_in_three_carriers() {
    let Some(folder) = data("marc21") else { return };
    let iso = records(&folder.join("test_data.utf8.mrc"));
    for name in ["test_data.utf8.marc.xml", "test_data.utf8.json"] {
        let other = records(&folder.join(name));
        assert_eq!(iso.len(), other.len());
        for (iso, other) in iso.iter().zip(&other) {
            assert_eq!(content(iso), content(other), "{name} {:?}", iso.control_number());
            assert_eq!(iso.content_hash(), other.content_hash());
        }
    }
}

#[test]
fn records_survive_each_carrier_and_the_store() {
    for folder in ["marc21", "authority", "unimarc"] {
        let Some(folder) = data(folder) else { return };
        // A part of the large files shows what the whole does.
        let some = |path: &std::path::PathBuf| {
            let all = read_file(path).0;
            let step = all.len() / 40 + 1;
            all.into_iter().step_by(step)
        };
        for record in files(&folder).iter().flat_map(some).map(|read| read.record) {
            assert_eq!(Record::from_canonical(&record.canonical_bytes()).as_ref(), Ok(&record));
            for form in [
                WriteForm::Iso2709(Coding::Utf8, Overlong::Refuse),
                WriteForm::MarcXml,
                WriteForm::MarcXchange,
                WriteForm::Mrk,
            ] {
                let mut bytes = form.prologue().as_bytes().to_vec();
                match write(form, &record, &mut bytes) {
                    Ok(()) => {}
                    Err(WriteError::TooLong { .. }) => continue,
                    Err(error) => panic!("{:?} in {form:?}: {error}", record.control_number()),
                }
                bytes.extend(form.epilogue().as_bytes());
                let (good, bad) = read_bytes(
                    &bytes,
                    Form {
                        carrier: None,
                        format: Some(record.format),
                    },
                );
                assert!(bad.is_empty() && good.len() == 1, "{form:?} {:?}", record.control_number());
                let label = format!("{form:?} {:?}", record.control_number());
                let mut expected = record.clone();
                if matches!(form, WriteForm::MarcXml | WriteForm::MarcXchange) {
                    // The schemas want control fields first.
                    expected.fields.sort_by_key(|field| field.value().is_none());
                }
                if form == WriteForm::MarcXml {
                    // Its indicators are blanks, digits and small letters.
                    for field in &mut expected.fields {
                        if let Field::Data { indicators, .. } = field {
                            *indicators = indicators.map(|c| if c.is_ascii_digit() || c.is_ascii_lowercase() { c } else { ' ' });
                        }
                    }
                }
                assert_same(&good[0].record.fields, &expected.fields, &label);
                // The leader is repaired for MARCXML.
                if form != WriteForm::MarcXml {
                    assert_eq!(good[0].record.content_hash(), expected.content_hash(), "{label}");
                }
            }
        }
    }
}

#[test]
fn canonical_files_come_back_byte_by_byte() {
    let Some(folder) = data("marc21") else { return };
    for name in [
        "test_data.utf8.mrc",
        "nepali.marc",
        "CornellFOLIOExemplars.mrc",
        "test-records-323-marc21-utf8.iso",
    ] {
        let path = folder.join(name);
        let bytes = std::fs::read(&path).unwrap();
        let (mut equal, mut all) = (0, 0);
        for read in read_file(&path).0 {
            let mut again = Vec::new();
            write(WriteForm::Iso2709(Coding::Utf8, Overlong::Refuse), &read.record, &mut again).unwrap();
            let at = read.position.offset as usize;
            all += 1;
            equal += usize::from(bytes[at..].starts_with(&again));
        }
        // The others hold an empty field or a directory in another order than their data.
        assert!(equal * 10 >= all * 9, "{name}: {equal} of {all}");
    }
}

#[test]
fn what_is_too_long_is_refused_or_marked() {
    let Some(folder) = data("broken") else { return };
    let (good, _) = read_file(&folder.join("bad_oversize_field_bad_directory.mrc"));
    let long = good.iter().map(|read| &read.record).find(|record| {
        let mut out = Vec::new();
        let refused = write(WriteForm::Iso2709(Coding::Utf8, Overlong::Refuse), record, &mut out);
        assert_eq!(out.is_empty(), refused.is_err());
        matches!(refused, Err(WriteError::TooLong { tag: Some(_), .. }))
    });
    let long = long.unwrap();
    let mut out = Vec::new();
    write(WriteForm::Iso2709(Coding::Utf8, Overlong::Saturate), long, &mut out).unwrap();
    let (again, _) = read_bytes(&out, Form::AUTO);
    assert_eq!(again[0].record.fields, long.fields);
}

#[test]
fn the_vectors_of_other_carriers_agree() {
    let Some(folder) = data("formats") else { return };
    for path in files(&folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // marcN.xml.marc is marcN.xml as ISO 2709; marcN.json.marc likewise.
        let Some(source) = name
            .strip_suffix(".marc")
            .filter(|source| source.ends_with(".xml") || source.ends_with(".json"))
        else {
            continue;
        };
        // These have 1F inside a text, which their conversion made into subfields and we take for text.
        if source.starts_with("marc5.") || source == "marc12.json" {
            continue;
        }
        let (one, other) = (records(&folder.join(source)), records(&path));
        assert_eq!(one.len(), other.len(), "{name}");
        for (one, other) in one.iter().zip(&other) {
            assert_same(&one.fields, &other.fields, &name);
        }
    }
}
