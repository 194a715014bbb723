//! `skranke check`: everything that could stop serving, told before it does.

use crate::config;
use anyhow::Context;
use skranke_core::ports::catalogue::Catalogue;
use skranke_core::query::IndexMap;
use skranke_storage::SearchIndex;
use std::path::Path;
use std::process::ExitCode;

/// Checks the file, the store and the certificates; exit status 0, or 1 with what to do.
pub fn run(config: &Path) -> anyhow::Result<ExitCode> {
    let loaded = config::load(config)?;
    print!("{}", loaded.warnings);
    let mut sound = true;
    for (place, tls) in crate::serving::tls_sections(&loaded.config) {
        if let Err(error) = crate::serving::load_tls(tls) {
            sound = false;
            println!(
                "{}: error: {place}.tls: {error}\n    remedy: give PEM files that belong together",
                config.display()
            );
        }
    }
    let counts = super::runtime()?.block_on(async {
        let store = skranke_storage::open(&loaded.config.storage.url).await?;
        let counts = store.counts().await;
        anyhow::Ok(counts?)
    });
    match counts.context("the store") {
        Ok(counts) => println!(
            "store: {} records, {} items, {} patrons, {} loans, {} holds",
            counts.bibs, counts.items, counts.patrons, counts.loans, counts.holds
        ),
        Err(error) => {
            sound = false;
            println!(
                "{}: error: storage.url: {error:#}\n    remedy: start the database, or mend the address, user and rights",
                config.display()
            );
        }
    }
    let folder = crate::search::folder(&loaded.config);
    match SearchIndex::inspect(&folder, IndexMap::built_in()) {
        Ok(Some(state)) => println!(
            "index: {} records in {} parts, as of change {}",
            state.records, state.segments, state.applied
        ),
        Ok(None) => println!("index: none that fits in {}; it is built at the next start", folder.display()),
        Err(error) => {
            sound = false;
            println!(
                "{}: error: storage.index: {error:#}\n    remedy: give a folder that can be written, or remove what is in it",
                config.display()
            );
        }
    }
    if sound {
        println!("{}: in order", config.display());
        Ok(ExitCode::SUCCESS)
    } else {
        Ok(ExitCode::FAILURE)
    }
}
