//! Finds the shared data, and what the tests do with it again and again.

use skranke_core::bib::{Field, Record, Subfield};
use skranke_marc::{Form, Read, Rejected, read};
use std::path::{Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// The folder of shared MARC data; `None`, with one line that says so, where it is not at hand.
pub fn data(folder: &str) -> Option<PathBuf> {
    let found = root().map(|root| root.join("data/marc").join(folder)).filter(|path| path.exists());
    if found.is_none() {
        println!("skipped: no shared data at data/marc/{folder} (set SKRANKE_SHARED)");
    }
    found
}

/// `shared`, beside one of the folders above, or where SKRANKE_SHARED says.
pub fn root() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("SKRANKE_SHARED") {
        return Some(PathBuf::from(named));
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .map(|above| above.join("shared"))
        .find(|path| path.join("data/marc").exists())
}

pub fn read_bytes(bytes: &[u8], form: Form) -> (Vec<Read>, Vec<Rejected>) {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for one in read(bytes, form) {
        match one {
            Ok(read) => good.push(read),
            Err(rejected) => bad.push(rejected),
        }
    }
    (good, bad)
}

pub fn read_file(path: &Path) -> (Vec<Read>, Vec<Rejected>) {
    read_bytes(&std::fs::read(path).unwrap(), Form::AUTO)
}

/// The records of a file that must have no bad one.
pub fn records(path: &Path) -> Vec<Record> {
    let (good, bad) = read_file(path);
    assert!(bad.is_empty(), "{}: {}", path.display(), bad[0]);
    good.into_iter().map(|read| read.record).collect()
}

/// Every file below a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// What two records of one content agree in, whatever carried them.
pub fn content(record: &Record) -> (String, Vec<Field>) {
    (record.leader.without_carriage(record.format).to_string(), record.fields.clone())
}

/// Compares field by field, so that a failure shows the one that differs.
#[track_caller]
pub fn assert_same(one: &[Field], other: &[Field], label: &str) {
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other, "{label}");
    }
    assert_eq!(one.len(), other.len(), "{label}");
}

/// The record with every text in composed form.
pub fn composed(record: &Record) -> Vec<Field> {
    let nfc = |text: &str| text.nfc().collect::<String>();
    let field = |field: &Field| match field {
        Field::Control { tag, value } => Field::Control {
            tag: *tag,
            value: nfc(value),
        },
        Field::Data {
            tag,
            indicators,
            subfields,
        } => Field::Data {
            tag: *tag,
            indicators: *indicators,
            subfields: subfields
                .iter()
                .map(|s| Subfield {
                    code: s.code,
                    value: nfc(&s.value),
                })
                .collect(),
        },
    };
    record.fields.iter().map(field).collect()
}
