//! marc.md 16.8: any bytes, any truncation, any segmentation. No panic, no endless loop, bounded memory.

use crate::shared::{data, read_bytes};
use proptest::prelude::*;
use skranke_core::bib::Format;
use skranke_marc::{Carrier, Form, Reason, WriteForm, read, write};
use std::io::{BufReader, Cursor, Read};

const CARRIERS: [Carrier; 6] = [
    Carrier::Iso2709,
    Carrier::Xml,
    Carrier::Json,
    Carrier::Line,
    Carrier::Mrk,
    Carrier::PlainLine,
];

/// Records in each carrier, small enough to be cut everywhere.
const SAMPLES: [&[u8]; 6] = [
    b"00138cam  2200049Ia 4500001000800000260008000008\x1E2196384\x1E  \x1FaRio de Janeiro escaped replacement char: &#xFFFD; .\x1FbEditora Record,\x1Fc2000.\x1E\x1D",
    b"<?xml version=\"1.0\"?><c xmlns='http://www.loc.gov/MARC21/slim'><record><leader>00000nam a2200000 a 4500</leader><controlfield tag=\"001\">1</controlfield><datafield tag='245' ind1=' ' ind2='0'><subfield code='a'>&#xE6;&amp;<![CDATA[<x>]]></subfield></datafield></record></c>",
    b"[{\"leader\":\"00000nam a2200000 a 4500\",\"fields\":[{\"001\":\"1\"},{\"245\":{\"ind1\":\"0\",\"ind2\":\"0\",\"subfields\":[{\"a\":\"T\\u00e6\"}]}}]}]",
    b"001 00 *a1*b870970\n245 00 *aEn \xA4titel @0141*cb\n    c\n$\n",
    b"=LDR  00000nam\\a2200000\\a\\4500\n=001  1\n=245  10$a{acute}e$cx\n\n",
    b"00000nam a2200000 a 4500\n001 EBC1\n245 10 $a Tai $b chi\n\n",
];

/// Everything the reader says, in a form that can be compared.
fn outcome(bytes: &[u8], form: Form, chunk: usize) -> Vec<String> {
    let reader = BufReader::with_capacity(chunk.max(1), bytes);
    read(reader, form)
        .map(|one| match one {
            Ok(read) => format!("{:?} {:?} {:?}", read.record, read.warnings, read.position),
            Err(rejected) => rejected.to_string(),
        })
        .collect()
}

#[test]
fn any_truncation_of_any_carrier_ends() {
    for sample in SAMPLES {
        for end in 0..=sample.len() {
            let (good, bad) = read_bytes(&sample[..end], Form::AUTO);
            assert!(good.len() + bad.len() <= 3, "{}", String::from_utf8_lossy(&sample[..end]));
        }
    }
}

#[test]
fn segmentation_changes_nothing() {
    for (sample, carrier) in SAMPLES.iter().zip(CARRIERS) {
        let twice = [*sample, *sample].concat();
        for form in [
            Form::AUTO,
            Form {
                carrier: Some(carrier),
                format: None,
            },
        ] {
            let whole = outcome(&twice, form, 64 * 1024);
            for chunk in [1, 2, 3, 7, 24, 100] {
                assert_eq!(outcome(&twice, form, chunk), whole, "{carrier} by {chunk}");
            }
        }
    }
}

#[test]
fn a_record_without_end_is_rejected_within_the_limit_and_the_next_one_read() {
    let endless = std::io::repeat(b'x').take(40 * 1024 * 1024);
    let stream = Cursor::new(b"00100nam a2200037 a 4500".to_vec())
        .chain(endless)
        .chain(Cursor::new([b"\x1D", SAMPLES[0]].concat()));
    let form = Form {
        carrier: Some(Carrier::Iso2709),
        format: None,
    };
    let results: Vec<_> = read(BufReader::new(stream), form).collect();
    assert_eq!(results.len(), 2);
    assert!(matches!(&results[0], Err(rejected) if matches!(rejected.reason, Reason::TooLong { .. })));
    assert!(results[1].is_ok());
}

#[test]
fn nesting_and_entities_of_xml_are_refused() {
    let form = Form::AUTO;
    let deep = format!("<record>{}", "<datafield>".repeat(5000)) + &"</datafield>".repeat(5000) + "</record>";
    let (_, bad) = read_bytes(deep.as_bytes(), form);
    assert!(matches!(bad[0].reason, Reason::TooDeep { .. }));
    let (_, bad) = read_bytes(b"<!DOCTYPE r [<!ENTITY a 'aaaa'>]><record><leader>&a;</leader></record>", form);
    assert!(matches!(bad[0].reason, Reason::Doctype));
    let (_, bad) = read_bytes(
        b"<record><leader>&a;</leader><controlfield tag='001'>77</controlfield></record>",
        form,
    );
    assert!(matches!(bad[0].reason, Reason::Xml(_)));
    assert_eq!(bad[0].control_number.as_deref(), Some("77"));
    let deep = "{\"a\":".repeat(100_000) + "1" + &"}".repeat(100_000);
    let (_, bad) = read_bytes(deep.as_bytes(), form);
    assert!(matches!(bad[0].reason, Reason::Json(_)));
}

#[test]
fn a_read_error_ends_the_stream_once() {
    struct Failing;
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let stream = Cursor::new(SAMPLES[0]).chain(Failing);
    let results: Vec<_> = read(
        BufReader::new(stream),
        Form {
            carrier: Some(Carrier::Iso2709),
            format: None,
        },
    )
    .collect();
    let failed = results
        .iter()
        .filter(|one| matches!(one, Err(rejected) if matches!(rejected.reason, Reason::Io(_))));
    assert_eq!(failed.count(), 1);
}

#[test]
fn real_records_with_one_bit_flipped_or_cut_are_read_or_rejected() {
    let Some(folder) = data("marc21") else { return };
    let bytes = std::fs::read(folder.join("hebrew.marc")).unwrap();
    let bytes = &bytes[..6000];
    for at in (0..bytes.len()).step_by(7) {
        let mut damaged = bytes.to_vec();
        damaged[at] ^= 1 << (at % 8);
        read_bytes(&damaged, Form::AUTO);
        read_bytes(&bytes[at..], Form::AUTO);
    }
}

proptest! {
    #[test]
    fn any_bytes_in_any_form(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        carrier in prop::option::of(prop::sample::select(CARRIERS.to_vec())),
        format in prop::option::of(prop::sample::select(vec![Format::Marc21, Format::Danmarc2, Format::Unimarc])),
        chunk in 1..50_usize,
    ) {
        let form = Form { carrier, format };
        prop_assert_eq!(outcome(&bytes, form, chunk), outcome(&bytes, form, 1000));
    }

    #[test]
    fn samples_with_bytes_changed_and_inserted(
        sample in prop::sample::select(SAMPLES.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let mut bytes = [sample, sample].concat();
        for (at, byte, insert) in changes {
            let at = at.index(bytes.len());
            if insert {
                bytes.insert(at, byte);
            } else {
                bytes[at] = byte;
            }
        }
        for one in read(&bytes[..], Form::AUTO).flatten() {
            // Whatever was read can be written, or says why not.
            for form in [WriteForm::MarcXml, WriteForm::MarcXchange, WriteForm::Line, WriteForm::Mrk] {
                let mut out = Vec::new();
                let written = write(form, &one.record, &mut out);
                prop_assert_eq!(written.is_err(), out.is_empty());
            }
        }
    }
}
