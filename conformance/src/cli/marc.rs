//! `skranke-conform marc`.

use std::{fs::File, io::BufWriter, path::PathBuf, process::ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::marc::generate::{Generator, SEED};

/// Arguments of `skranke-conform marc`.
#[derive(Debug, Args)]
pub struct Marc {
    /// How many records
    count: u64,
    /// Where to write them: ISO 2709, Unicode
    file: PathBuf,
    /// Repeats a file; the published figures use the default
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

impl Marc {
    /// Writes the records as they are made.
    pub fn run(self) -> Result<ExitCode> {
        let cannot = || format!("cannot write {}", self.file.display());
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&self.file).with_context(cannot)?);
        Generator::new(self.seed)
            .write(self.count, &mut out, |done| {
                if done % 100_000 == 0 {
                    println!("{done} records");
                }
            })
            .with_context(cannot)?;
        println!("{} records in {}", self.count, self.file.display());
        Ok(ExitCode::SUCCESS)
    }
}
