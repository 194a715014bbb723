//! Reading and writing speed over a file, by hand: `cargo run --release --example speed -- FILE [ROUNDS [WHAT]]`

#![allow(clippy::disallowed_methods)] // it is a stopwatch

use skranke_core::bib::Record;
use skranke_marc::iso2709::{Coding, Overlong};
use skranke_marc::{Form, WriteForm, read, write};
use std::hint::black_box;
use std::time::Instant;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let Some(path) = arguments.next() else {
        eprintln!("usage: speed FILE [ROUNDS [WHAT]]");
        return Ok(());
    };
    let rounds: usize = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(20);
    let only = arguments.next();
    let bytes = std::fs::read(path)?;
    let records: Vec<Record> = read(&bytes[..], Form::AUTO).flatten().map(|read| read.record).collect();
    let measure = |what: &str, work: &dyn Fn()| {
        if only.as_ref().is_some_and(|only| only != what) {
            return;
        }
        let begin = Instant::now();
        for _ in 0..rounds {
            work();
        }
        let seconds = begin.elapsed().as_secs_f64();
        let count = (records.len() * rounds) as f64;
        println!("{what:<12} {:>9.0} records/s", count / seconds);
    };
    measure("read", &|| {
        black_box(read(&bytes[..], Form::AUTO).flatten().count());
    });
    for (what, form) in [
        ("MARCXML", WriteForm::MarcXml),
        ("marcXchange", WriteForm::MarcXchange),
        ("ISO 2709", WriteForm::Iso2709(Coding::Utf8, Overlong::Saturate)),
    ] {
        measure(what, &|| {
            let mut out = Vec::new();
            for record in &records {
                out.clear();
                black_box(write(form, record, &mut out).is_ok());
            }
        });
    }
    measure("canonical", &|| {
        for record in &records {
            black_box(record.canonical_bytes());
        }
    });
    measure("from store", &|| {
        for record in &records {
            black_box(Record::from_canonical(&record.canonical_bytes()).is_ok());
        }
    });
    measure("hash", &|| {
        for record in &records {
            black_box(record.content_hash());
        }
    });
    measure("brief view", &|| {
        for record in &records {
            black_box(record.brief_view());
        }
    });
    Ok(())
}
