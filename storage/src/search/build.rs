//! A new index from the store, beside the one in use.

use super::document::Maker;
use super::error::Error;
use super::folder::Folder;
use super::gather::Gatherer;
use super::generation::{BUILDING, Generation};
use super::schema::Fields;
use skranke_core::ids::BibId;
use skranke_core::ports::catalogue::BibPage;
use skranke_core::ports::{Catalogue, Fault, Records, Store};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Records read at once.
const PAGE: u32 = 500;

/// How far a new index is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records read.
    pub done: u64,
    /// Records in all, nearly.
    pub of: u64,
}

/// Builds an index of all records and puts it in use. `false` where another process builds one, or on being stopped.
/// What changes meanwhile comes from the feed afterwards.
pub(crate) async fn build<S: Store + Catalogue + Records>(
    store: &S,
    folder: &Folder,
    fields: &Arc<Fields>,
    stop: &CancellationToken,
    progress: impl Fn(Progress),
) -> Result<bool, Fault> {
    let failed = |error: Error| error.while_doing("building the search index");
    let Some(building) = folder.build().map_err(failed)? else {
        return Ok(false);
    };
    let began = std::time::Instant::now();
    let applied = store.feed_head().await?;
    let of = store.counts().await?.bibs;
    let mut generation = Generation::create(&building.path(), &building.name, Arc::clone(fields)).map_err(failed)?;
    if !generation.lock(BUILDING).map_err(failed)? {
        return Ok(false);
    }
    let gatherer = Gatherer::new(store);
    let page = |after| {
        let page = BibPage {
            after,
            agency: None,
            with_deleted: false,
            limit: PAGE,
        };
        let store = store.clone();
        // The store's threads read the next page while this one is indexed.
        tokio::spawn(async move { store.bibs_page(page).await })
    };
    let mut maker = Maker::new(Arc::clone(fields));
    let mut done = 0;
    let mut next = page(BibId(0));
    loop {
        progress(Progress { done, of });
        let bibs = next.await.map_err(|error| Fault::new("building the search index", error))??;
        let Some(last) = bibs.last().map(|bib| bib.id) else { break };
        if stop.is_cancelled() {
            return Ok(false);
        }
        next = page(last);
        tokio::task::yield_now().await;
        done += bibs.len() as u64;
        for source in gatherer.complete(bibs).await? {
            generation.add(maker.document(&source)).map_err(failed)?;
        }
    }
    generation.commit(applied).map_err(failed)?;
    generation.condense().map_err(failed)?;
    drop(generation);
    let name = building.put_in_use().map_err(failed)?;
    let seconds = began.elapsed().as_secs();
    tracing::info!(generation = name, records = done, seconds, "the search index is built");
    Ok(true)
}
