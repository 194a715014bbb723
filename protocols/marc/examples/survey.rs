//! Reads files in any form and prints what was read, repaired and rejected: `cargo run --example survey -- FILE…`

use skranke_marc::{Form, read};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

fn main() -> std::io::Result<()> {
    let mut paths: Vec<String> = std::env::args().skip(1).collect();
    let list = paths.first().is_some_and(|first| first == "--list");
    if list {
        paths.remove(0);
    }
    for path in paths {
        let mut reader = read(BufReader::new(File::open(&path)?), Form::AUTO);
        let (mut good, mut bad) = (0, 0);
        let mut repairs: BTreeMap<String, usize> = BTreeMap::new();
        let mut formats: BTreeMap<String, usize> = BTreeMap::new();
        for one in reader.by_ref() {
            match one {
                Ok(one) => {
                    good += 1;
                    *formats.entry(format!("{} {}", one.record.format, one.record.kind)).or_default() += 1;
                    for warning in one.warnings {
                        if list {
                            println!("  {warning}");
                        }
                        *repairs.entry(warning.what.to_string()).or_default() += 1;
                    }
                }
                Err(rejected) => {
                    bad += 1;
                    println!("  rejected {rejected} {:?}", rejected.control_number);
                }
            }
        }
        let carrier = reader.carrier().map_or("unknown".to_owned(), |carrier| carrier.to_string());
        println!("{path}: {carrier}, {good} read, {bad} rejected, {formats:?} {repairs:?}");
    }
    Ok(())
}
