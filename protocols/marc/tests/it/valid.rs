//! marc.md 16.7: all XML that is written validates against the schemas, where xmllint is at hand.

use crate::shared::{data, files, read_file, root};
use skranke_core::bib::Format;
use skranke_marc::{WriteError, WriteForm, write};
use std::io::Write;
use std::process::{Command, Stdio};

fn validate(schema: &str, form: WriteForm, records: &[skranke_core::bib::Record]) {
    let Some(schema) = root().map(|root| root.join("schemas/marc").join(schema)) else {
        println!("skipped: no shared schemas (set SKRANKE_SHARED)");
        return;
    };
    let mut xml = form.prologue().as_bytes().to_vec();
    for record in records {
        match write(form, record, &mut xml) {
            Ok(()) | Err(WriteError::NotExpressible { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    xml.extend(form.epilogue().as_bytes());
    roxmltree::Document::parse(std::str::from_utf8(&xml).unwrap()).unwrap();
    let lint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--huge", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut lint) = lint else {
        println!("skipped: xmllint is not installed");
        return;
    };
    lint.stdin.take().unwrap().write_all(&xml).unwrap();
    let output = lint.wait_with_output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{form:?}: {}",
        complaint.lines().take(5).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn marcxml_and_marcxchange_validate() {
    let mut records = Vec::new();
    for folder in ["marc21", "authority", "danmarc2", "broken", "charsets", "unimarc", "formats"] {
        let Some(folder) = data(folder) else { return };
        for path in files(&folder) {
            // A part of the large files shows what the whole does.
            records.extend(read_file(&path).0.into_iter().take(50).map(|read| read.record));
        }
    }
    let danish: Vec<_> = records.iter().filter(|record| record.format == Format::Danmarc2).cloned().collect();
    assert!(records.len() > 1000 && danish.len() > 300);
    validate("MARC21slim.xsd", WriteForm::MarcXml, &records);
    validate("marcxchange-1-1.xsd", WriteForm::MarcXchange, &records);
}
