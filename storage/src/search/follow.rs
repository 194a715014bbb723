//! The index's own thread: it follows the change feed, builds the index where there is none, and goes over to one that
//! somebody else has built.

use super::document::{Maker, copies_digest};
use super::error::Error;
use super::folder::Folder;
use super::gather::{Gatherer, Source};
use super::generation::{FOLLOWING, Generation};
use super::schema::Fields;
use super::snapshot::Snapshot;
use super::{State, build};
use skranke_core::ids::{BibId, ItemId};
use skranke_core::ports::{Catalogue, Fault, FeedEntry, FeedKind, Records, Store};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// How often the change feed is looked at.
const LOOK: Duration = Duration::from_millis(80);
/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_secs(2);
/// Commits are at least so far apart while changes come.
const COMMIT_EVERY: Duration = Duration::from_millis(200);
/// Rows of the feed read at once.
const PAGE: u32 = 2_000;
/// Records indexed in one commit at most, nearly.
const BATCH: usize = 5_000;

/// What follows the feed.
pub(crate) struct Follower<S> {
    pub(crate) store: S,
    pub(crate) folder: Folder,
    pub(crate) fields: Arc<Fields>,
    pub(crate) state: Arc<watch::Sender<State>>,
    pub(crate) stop: CancellationToken,
}

impl<S: Store + Catalogue + Records> Follower<S> {
    /// Runs until stopped. A failure is told, and tried again.
    pub(crate) async fn run(self) {
        let mut current: Option<Generation> = None;
        while !self.stop.is_cancelled() {
            let wait = match self.step(&mut current).await {
                Ok(wait) => wait,
                Err(fault) => {
                    tracing::error!(error = %told(&fault), "the search index cannot follow the change feed");
                    // What was added and not committed is forgotten; it comes again from the feed.
                    if let Some(generation) = &mut current {
                        generation.unlock();
                    }
                    Some(PAUSE)
                }
            };
            if let Some(wait) = wait {
                tokio::select! {
                    () = self.stop.cancelled() => {}
                    () = tokio::time::sleep(wait) => {}
                }
            }
        }
        if let Some(generation) = &mut current {
            generation.unlock();
        }
    }

    /// One look at the folder and the feed; how long to wait before the next.
    async fn step(&self, current: &mut Option<Generation>) -> Result<Option<Duration>, Fault> {
        let failed = |error: Error| error.while_doing("following the change feed");
        let named = self.folder.current().map_err(failed)?;
        if current.as_ref().map(|generation| &generation.name) != named.as_ref() || current.is_none() {
            *current = self.go_over(named.as_deref()).map_err(failed)?;
        }
        let Some(generation) = current else {
            return self.build().await;
        };
        if !generation.lock(FOLLOWING).map_err(failed)? {
            // Another process writes; its commits are read.
            if generation.has_changed().map_err(failed)? {
                self.publish(generation).map_err(failed)?;
            }
            return Ok(Some(LOOK));
        }
        self.apply(generation).await
    }

    /// Opens the generation in use; `None` where there is none that fits.
    fn go_over(&self, named: Option<&str>) -> Result<Option<Generation>, Error> {
        let Some(name) = named else { return Ok(None) };
        let opened = Generation::open(&self.folder.generation(name), name, Arc::clone(&self.fields))?;
        let Some(mut generation) = opened else { return Ok(None) };
        self.publish(&mut generation)?;
        tracing::info!(generation = name, "the search index is open");
        Ok(Some(generation))
    }

    fn publish(&self, generation: &mut Generation) -> Result<Arc<Snapshot>, Error> {
        let snapshot = generation.snapshot()?;
        let publish = Arc::clone(&snapshot);
        self.state.send_modify(|state| state.snapshot = Some(publish));
        Ok(snapshot)
    }

    /// Builds an index where none fits, unless another process does.
    async fn build(&self) -> Result<Option<Duration>, Fault> {
        let progress = |progress| self.state.send_modify(|state| state.building = Some(progress));
        let built = build::build(&self.store, &self.folder, &self.fields, &self.stop, progress).await?;
        self.state.send_modify(|state| state.building = None);
        Ok((!built).then_some(LOOK))
    }

    /// Takes in what the feed has, and commits it.
    async fn apply(&self, generation: &mut Generation) -> Result<Option<Duration>, Fault> {
        let failed = |error: Error| error.while_doing("following the change feed");
        let applied = generation.applied().map_err(failed)?;
        let began = Instant::now();
        // Whoever wrote before may have committed after the last look: what it left is shown even if nothing follows.
        let snapshot = match &self.state.borrow().snapshot {
            Some(snapshot) if snapshot.applied == applied => Some(Arc::clone(snapshot)),
            _ => None,
        };
        let snapshot = match snapshot {
            Some(snapshot) => snapshot,
            None => self.publish(generation).map_err(failed)?,
        };
        let entries = self.store.changes_after(applied, PAGE).await?;
        let Some(last) = entries.last().map(|entry| entry.sequence) else {
            return Ok(Some(LOOK));
        };
        let touched = self.touched(&entries, &snapshot).await?;
        let touched: Vec<BibId> = touched.into_iter().collect();
        for bibs in touched.chunks(BATCH) {
            let sources = Gatherer::new(&self.store).gather(bibs).await?;
            take_in(generation, bibs, &sources).map_err(failed)?;
        }
        generation.commit(last).map_err(failed)?;
        self.publish(generation).map_err(failed)?;
        tracing::debug!(changes = entries.len(), records = touched.len(), applied = last, "indexed");
        Ok(Some(COMMIT_EVERY.saturating_sub(began.elapsed())))
    }

    /// The records whose documents must be made anew: those that changed, those below them, and those whose copies are others now.
    async fn touched(&self, entries: &[FeedEntry], snapshot: &Snapshot) -> Result<BTreeSet<BibId>, Fault> {
        let of_kind = |kind| {
            let numbers = entries.iter().filter(move |entry| entry.kind == kind).map(|entry| entry.id);
            numbers.collect::<BTreeSet<i64>>()
        };
        let mut touched: BTreeSet<BibId> = of_kind(FeedKind::Bib).into_iter().map(BibId).collect();
        let failed = |error: Error| error.while_doing("looking for parts of a work");
        let changed: Vec<BibId> = touched.iter().copied().collect();
        if snapshot.has_parts(&self.fields).map_err(failed)? {
            for record in self.store.records(changed).await?.into_iter().flatten() {
                let below = snapshot.below(&self.fields, &record.row.control_number);
                touched.extend(below.map_err(failed)?);
            }
        }
        let items: Vec<ItemId> = of_kind(FeedKind::Item).into_iter().map(ItemId).collect();
        if !items.is_empty() {
            let of_items: BTreeSet<BibId> = self.store.records_of_items(items).await?.into_iter().flatten().collect();
            let asked: Vec<BibId> = of_items.into_iter().filter(|bib| !touched.contains(bib)).collect();
            let copies = self.store.copies(asked.clone()).await?;
            // Loans change items all day, but seldom what the index says of them.
            let moved = asked.into_iter().zip(copies).filter(|(bib, copies)| {
                let known = snapshot.copies_digest(&self.fields, *bib);
                !matches!(known, Ok(known) if known == Some(copies_digest(copies)))
            });
            touched.extend(moved.map(|(bib, _)| bib));
        }
        Ok(touched)
    }
}

/// Makes the documents of these records anew; a record that is no hit any more has none.
fn take_in(generation: &mut Generation, bibs: &[BibId], sources: &[Source]) -> Result<(), Error> {
    for bib in bibs {
        generation.remove(*bib)?;
    }
    let mut maker = Maker::new(Arc::clone(&generation.fields));
    for source in sources {
        generation.add(maker.document(source))?;
    }
    Ok(())
}

fn told(fault: &Fault) -> String {
    format!("{fault}")
}
