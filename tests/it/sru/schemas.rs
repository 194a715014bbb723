//! Every record of the demo fits the schema that it is said to be in, where shared/schemas has one.

use super::{Library, shared};
use std::process::Command;

#[test]
fn records_fit_their_schemas() {
    let found = shared()
        .map(|shared| shared.join("schemas"))
        .filter(|_| Command::new("xmllint").arg("--version").output().is_ok());
    let Some(schemas) = found else {
        println!("skipped: records are checked only where xmllint and shared/schemas are");
        return;
    };
    let library = Library::open();
    for (name, schema) in [
        ("marcxml", "marc/MARC21slim.xsd"),
        ("marcxchange", "marc/marcxchange-1-1.xsd"),
        ("oai_dc", "oai/oai_dc.xsd"),
        ("opac", "z3950/opacxml.xsd"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let answer = library.get(&format!("query=*&maximumRecords=1000&recordXMLEscaping=string&recordSchema={name}"));
        let records = answer.texts("recordData");
        assert!(records.len() > 500, "{name}: {}", records.len());
        let files = records.iter().enumerate().map(|(n, record)| {
            let file = dir.path().join(format!("{n}.xml"));
            std::fs::write(&file, record).unwrap();
            file
        });
        let lint = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(schemas.join(schema))
            .args(files.collect::<Vec<_>>())
            .env("XML_CATALOG_FILES", schemas.join("oai/catalog.xml"))
            .output()
            .unwrap();
        let complaints = String::from_utf8_lossy(&lint.stderr);
        let told: Vec<&str> = complaints.lines().filter(|line| !line.ends_with(" validates")).take(20).collect();
        assert!(lint.status.success(), "{name}: {}", told.join("\n"));
    }
    library.server.stop();
}
