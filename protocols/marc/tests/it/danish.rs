//! marc.md 16.5 and 16.6: danMARC2 in all its carriers.

use crate::shared::{assert_same, composed, content, data, files, read_bytes, records};
use skranke_core::bib::{Format, Record, RecordKind};
use skranke_marc::iso2709::{self, Coding, Overlong};
use skranke_marc::{Form, WriteForm, write};

#[test]
fn line_format_in_latin1_and_utf8_and_iso_2709_agree() {
    let Some(folder) = data("danmarc2") else { return };
    let latin = records(&folder.join("test-records-74-danmarc2.lin"));
    let utf8 = records(&folder.join("test-records-74-danmarc2-utf8.lin"));
    let iso = records(&folder.join("test-records-74-danmarc2.iso"));
    assert_eq!((latin.len(), utf8.len(), iso.len()), (74, 74, 74));
    for ((latin, utf8), iso) in latin.iter().zip(&utf8).zip(&iso) {
        assert_same(&latin.fields, &utf8.fields, "");
        assert_same(&latin.fields, &iso.fields, "");
    }
}

#[test]
fn the_collection_is_one_in_every_form() {
    let Some(folder) = data("danmarc2") else { return };
    let (xml, line) = (
        records(&folder.join("marc_collection.xml")),
        records(&folder.join("marc_collection.danmarc2_lin")),
    );
    assert_eq!(xml.len(), 2);
    for (xml, line) in xml.iter().zip(&line) {
        assert_same(&xml.fields, &line.fields, "");
    }
    let (iso, plain) = (
        records(&folder.join("marc_collection.iso")),
        records(&folder.join("marc_collection.lin")),
    );
    assert_eq!(iso.len(), 1);
    for (iso, plain) in iso.iter().zip(&plain) {
        assert_same(&iso.fields, &plain.fields, "");
    }
    let xml = records(&folder.join("record_with_utf8.xml"));
    for name in ["record_with_utf8_in_danmarc2.iso", "record_with_utf8_in_marc8.iso"] {
        assert_eq!(records(&folder.join(name))[0].fields, xml[0].fields, "{name}");
    }
}

fn again(record: &Record, form: WriteForm) -> Record {
    let mut bytes = form.prologue().as_bytes().to_vec();
    write(form, record, &mut bytes).unwrap();
    bytes.extend(form.epilogue().as_bytes());
    let (mut good, bad) = read_bytes(&bytes, Form::AUTO);
    assert!(bad.is_empty() && good.len() == 1, "{form:?} {:?}", record.control_number());
    good.remove(0).record
}

#[test]
fn every_danish_record_survives_every_carrier() {
    let Some(folder) = data("danmarc2") else { return };
    let all = files(&folder).into_iter().flat_map(|path| crate::shared::read_file(&path).0);
    let mut count = 0;
    for record in all.map(|read| read.record).filter(|record| record.format == Format::Danmarc2) {
        count += 1;
        // Text that looks like an escape is taken for one in UTF-8 files, too.
        let escaped = format!("{:?}", record.fields)
            .split('@')
            .skip(1)
            .any(|after| after.bytes().take(4).filter(u8::is_ascii_hexdigit).count() == 4);
        let iso = (!escaped).then_some(WriteForm::Iso2709(Coding::Utf8, Overlong::Refuse));
        for form in iso.into_iter().chain([WriteForm::MarcXchange]) {
            let again = again(&record, form);
            assert_same(&again.fields, &record.fields, &format!("{form:?}"));
            assert_eq!(content(&again), content(&record));
        }
        // The line format has no leader.
        assert_same(&again(&record, WriteForm::Line).fields, &record.fields, "line");
        let mut bytes = Vec::new();
        iso2709::write(&record, Coding::Danmarc2, Overlong::Refuse, &mut bytes).unwrap();
        let (latin, _) = iso2709::parse(&bytes, Some(Format::Danmarc2)).unwrap();
        // Latin-1 with escapes puts letters and marks together.
        assert_same(&composed(&latin), &composed(&record), record.control_number().unwrap_or_default());
    }
    assert!(count > 300, "{count}");
}

#[test]
fn the_national_authority_file_is_no_title() {
    let Some(folder) = data("danmarc2") else { return };
    let record = &records(&folder.join("src_test_resources_authority_authority-133990054.marc"))[0];
    assert_eq!(record.kind, RecordKind::Authority);
    assert_eq!((record.control_number(), record.agency()), (Some("133990054"), Some("870979")));
    let record = &records(&folder.join("src_test_resources_authority_expanded-126350333.marc"))[0];
    assert_eq!(record.kind, RecordKind::Bib);
    assert_eq!(record.fields_with("770").next().unwrap().first('å'), Some("1"));
}
