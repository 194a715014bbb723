//! `skranke reindex`: the search index is derived data and can always be rebuilt from the store.

use anyhow::Context;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use skranke_core::query::IndexMap;
use skranke_storage::SearchIndex;
use std::path::Path;
use std::process::ExitCode;

/// Builds a new index beside the one in use; servers go over to it as soon as it is whole, without a pause.
pub fn run(config: &Path) -> anyhow::Result<ExitCode> {
    let loaded = crate::config::load(config)?;
    let folder = crate::search::folder(&loaded.config);
    super::runtime()?.block_on(async {
        let store = skranke_storage::open(&loaded.config.storage.url)
            .await
            .context("the store cannot be opened")?;
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("index {bar:30} {pos} of {len} records, {per_sec}, left {eta}") {
            bar.set_style(style);
        }
        let built = SearchIndex::rebuild(&folder, IndexMap::built_in(), &store, |progress| {
            bar.set_length(progress.of);
            bar.set_position(progress.done);
        })
        .await;
        bar.finish_and_clear();
        if !built.context("the index cannot be built")? {
            anyhow::bail!("another process is building an index in {} now", folder.display());
        }
        println!("the search index in {} is new", folder.display());
        Ok(ExitCode::SUCCESS)
    })
}
