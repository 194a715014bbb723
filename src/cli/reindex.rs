//! `skranke reindex`: the search index is derived data and can always be rebuilt from the store.

use std::path::Path;
use std::process::ExitCode;

/// Checks the configuration and says what there is to rebuild: SIP2 searches nothing, so this version keeps no index.
pub fn run(config: &Path) -> anyhow::Result<ExitCode> {
    crate::config::load(config)?;
    println!("this version keeps no search index: there is nothing to rebuild");
    Ok(ExitCode::SUCCESS)
}
