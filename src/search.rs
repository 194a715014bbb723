//! The search index in this process: opened at start, followed while it serves, watched by health checks and metrics.

use crate::config::Config;
use crate::http::Probe;
use crate::telemetry::names;
use anyhow::Context;
use skranke_core::query::IndexMap;
use skranke_storage::{AnyStore, SearchIndex};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the metrics look at the index.
const LOOK: Duration = Duration::from_secs(1);

/// The folder of the index: as configured, else `index` beside the configuration file.
pub fn folder(config: &Config) -> PathBuf {
    config.storage.index.clone().unwrap_or_else(|| PathBuf::from("index"))
}

/// Opens the index, or begins to build it; until `stop` it follows the store.
pub fn start(config: &Config, map: Arc<IndexMap>, store: AnyStore, stop: CancellationToken) -> anyhow::Result<SearchIndex> {
    let folder = folder(config);
    SearchIndex::start(&folder, map, store, stop.clone())
        .map(|index| index.limited(config.search.limits()))
        .with_context(|| format!("the search index in {} cannot be opened", folder.display()))
        .inspect(|index| {
            tokio::spawn(measure(index.clone(), stop));
        })
}

/// Ready as soon as searches are answered; an index that is built for the first time is told with its progress.
#[derive(Debug)]
pub struct IndexProbe(pub SearchIndex);

impl Probe for IndexProbe {
    fn probe(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        let state = self.0.state();
        let told = match (state.ready, state.building) {
            (true, _) => Ok(()),
            (false, Some(progress)) => Err(format!("the index is being built: {} of {} records", progress.done, progress.of)),
            (false, None) => Err("the index is not open".to_owned()),
        };
        Box::pin(std::future::ready(told))
    }
}

async fn measure(index: SearchIndex, stop: CancellationToken) {
    let mut tick = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => {}
        }
        let state = index.state();
        metrics::gauge!(names::INDEX_RECORDS).set(state.records as f64);
        metrics::gauge!(names::INDEX_SEGMENTS).set(state.segments as f64);
        metrics::gauge!(names::INDEX_APPLIED).set(state.applied as f64);
    }
}
