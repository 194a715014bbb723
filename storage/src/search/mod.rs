//! The search index: derived data on local disk, fed by the change feed, behind the core's [`Search`] port.
//!
//! A thread of its own ([`follow`]) reads the feed, makes a document of every record that is a hit ([`document`]) and
//! commits; each commit notes the last change that is in it, so a crash loses nothing. Searches run on a [`snapshot`]:
//! a query becomes a tree over posting lists in each segment ([`matching`]), its hits stay documents of that snapshot
//! ([`hits`]) until somebody asks which records they are.

mod build;
mod count;
mod docs;
mod document;
mod error;
mod facets;
mod folder;
mod follow;
mod gather;
mod generation;
mod hits;
mod limits;
mod listed;
mod matching;
mod scan;
mod schema;
mod snapshot;
mod sort;
mod tokens;

pub use build::Progress;
pub use limits::SearchLimits;

use docs::Docs;
use error::Error;
use folder::Folder;
use follow::Follower;
use generation::Generation;
use schema::Fields;
use skranke_core::ports::search::{Cancel, Databases, Facet, FacetWanted, Find, ResultSet, Scan, Search, SearchError, SortKey, TermList};
use skranke_core::ports::{Catalogue, Fault, Records, Store};
use skranke_core::query::{IndexMap, Query};
use snapshot::Snapshot;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Searches that look at more documents than this run on a thread for blocking work.
const CHEAP: u64 = 50_000;

/// The search index of one process. Clones are one.
#[derive(Clone)]
pub struct SearchIndex {
    fields: Arc<Fields>,
    state: Arc<watch::Sender<State>>,
    limits: SearchLimits,
}

/// What the index's thread tells the searches.
#[derive(Default)]
pub(crate) struct State {
    /// The newest; none until there is an index.
    snapshot: Option<Arc<Snapshot>>,
    /// How far a new index is, while one is built.
    building: Option<Progress>,
}

impl State {
    fn of(snapshot: Arc<Snapshot>) -> Self {
        Self {
            snapshot: Some(snapshot),
            building: None,
        }
    }

    fn told(&self) -> IndexState {
        let snapshot = self.snapshot.as_ref();
        IndexState {
            ready: snapshot.is_some(),
            applied: snapshot.map_or(0, |snapshot| snapshot.applied),
            records: snapshot.map_or(0, |snapshot| snapshot.records()),
            segments: snapshot.map_or(0, |snapshot| snapshot.segments.len()),
            building: self.building,
        }
    }
}

/// How the index stands, for operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexState {
    /// Searches are answered.
    pub ready: bool,
    /// The last row of the change feed that searches see.
    pub applied: i64,
    /// Records that can be found.
    pub records: u64,
    /// Parts of the index on disk.
    pub segments: usize,
    /// How far a new index is, while one is built.
    pub building: Option<Progress>,
}

impl fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SearchIndex({:?})", self.state())
    }
}

impl SearchIndex {
    /// Opens the index in a folder, or begins to build one there, and follows the store's change feed until stopped.
    pub fn start<S>(folder: &Path, map: Arc<IndexMap>, store: S, stop: CancellationToken) -> Result<Self, Fault>
    where
        S: Store + Catalogue + Records,
    {
        let failed = |error: Error| error.while_doing("opening the search index");
        let index = Self {
            fields: Arc::new(Fields::new(map)),
            state: Arc::new(watch::Sender::new(State::default())),
            limits: SearchLimits::default(),
        };
        let follower = Follower {
            store,
            folder: Folder::open(folder).map_err(failed)?,
            fields: Arc::clone(&index.fields),
            state: Arc::clone(&index.state),
            stop,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed(error.into()))?;
        std::thread::Builder::new()
            .name("skranke-index".to_owned())
            .spawn(move || runtime.block_on(follower.run()))
            .map_err(|error| failed(error.into()))?;
        Ok(index)
    }

    /// With other limits of what a search may cost.
    #[must_use]
    pub fn limited(self, limits: SearchLimits) -> Self {
        Self { limits, ..self }
    }

    /// Builds a new index beside the one in a folder and puts it in use; processes that serve from the folder go over to
    /// it. `false` where another process is building one.
    pub async fn rebuild<S>(folder: &Path, map: Arc<IndexMap>, store: &S, progress: impl Fn(Progress)) -> Result<bool, Fault>
    where
        S: Store + Catalogue + Records,
    {
        let folder = Folder::open(folder).map_err(|error| error.while_doing("opening the search index"))?;
        let fields = Arc::new(Fields::new(map));
        build::build(store, &folder, &fields, &CancellationToken::new(), progress).await
    }

    /// How the index in a folder stands, without touching it; none where there is none, or one of another map.
    pub fn inspect(folder: &Path, map: Arc<IndexMap>) -> Result<Option<IndexState>, Fault> {
        let failed = |error: Error| error.while_doing("looking at the search index");
        let folder = Folder::open(folder).map_err(failed)?;
        let Some(name) = folder.current().map_err(failed)? else {
            return Ok(None);
        };
        let fields = Arc::new(Fields::new(map));
        let opened = Generation::open(&folder.generation(&name), &name, fields).map_err(failed)?;
        let Some(mut generation) = opened else { return Ok(None) };
        let snapshot = generation.snapshot().map_err(failed)?;
        Ok(Some(State::of(snapshot).told()))
    }

    /// How it stands.
    pub fn state(&self) -> IndexState {
        self.state.borrow().told()
    }

    fn snapshot(&self) -> Result<Arc<Snapshot>, SearchError> {
        self.state.borrow().snapshot.clone().ok_or(SearchError::NotReady)
    }
}

/// Runs what may take long where it does not hold up others, and no longer than it may.
async fn run<T: Send + 'static>(
    cost: u64,
    limits: SearchLimits,
    cancel: Cancel,
    work: impl FnOnce() -> Result<T, SearchError> + Send + 'static,
) -> Result<T, SearchError> {
    if cost <= CHEAP {
        return work();
    }
    let working = tokio::task::spawn_blocking(work);
    match tokio::time::timeout(limits.time, working).await {
        Ok(Ok(done)) => done,
        Ok(Err(error)) => Err(SearchError::Fault(Fault::new("searching", error))),
        Err(_) => {
            cancel.cancel();
            Err(SearchError::Resources)
        }
    }
}

impl Search for SearchIndex {
    async fn find(&self, request: Find) -> Result<ResultSet, SearchError> {
        let snapshot = self.snapshot()?;
        let (fields, limits, cancel) = (Arc::clone(&self.fields), self.limits, request.cancel.clone());
        if matching::is_long_to_read(&request.query) {
            return run(CHEAP + 1, limits, cancel, move || {
                let docs = matching::plan(&snapshot, &fields, &request, limits)?.docs(&request.cancel)?;
                ordered(&snapshot, &fields, docs, &request.sort, &request.cancel)
            })
            .await;
        }
        let plan = matching::plan(&snapshot, &fields, &request, limits)?;
        let cost = if request.sort.is_empty() { plan.cost() } else { plan.cost() * 4 };
        run(cost, limits, cancel, move || {
            let docs = plan.docs(&request.cancel)?;
            ordered(&snapshot, &fields, docs, &request.sort, &request.cancel)
        })
        .await
    }

    async fn sort(&self, sets: Vec<ResultSet>, keys: Vec<SortKey>, cancel: Cancel) -> Result<ResultSet, SearchError> {
        let snapshot = self.snapshot()?;
        let cost = sets.iter().map(ResultSet::len).sum::<u64>() * 4;
        let fields = Arc::clone(&self.fields);
        run(cost, self.limits, cancel.clone(), move || {
            let mut docs: Vec<Docs> = snapshot.segments.iter().map(|_| Docs::none()).collect();
            for set in &sets {
                let more = matching::documents(&snapshot, &fields, set)?;
                let joined = docs.into_iter().zip(more).zip(&snapshot.segments);
                docs = joined.map(|((docs, more), segment)| docs.or(more, segment.max_doc())).collect();
            }
            ordered(&snapshot, &fields, docs, &keys, &cancel)
        })
        .await
    }

    async fn scan(&self, request: Scan) -> Result<TermList, SearchError> {
        let snapshot = self.snapshot()?;
        let fields = Arc::clone(&self.fields);
        let cost = match &request.databases {
            Databases::All => 0,
            Databases::Of(_) => CHEAP + 1,
        };
        run(cost, self.limits, request.cancel.clone(), move || {
            scan::scan(&snapshot, &fields, &request)
        })
        .await
    }

    async fn facets(&self, set: ResultSet, facets: Vec<FacetWanted>, cancel: Cancel) -> Result<Vec<Facet>, SearchError> {
        let snapshot = self.snapshot()?;
        let fields = Arc::clone(&self.fields);
        let cost = set.len() * facets.len() as u64;
        run(cost, self.limits, cancel.clone(), move || {
            let docs = matching::documents(&snapshot, &fields, &set)?;
            let count = |wanted| facets::facet(&snapshot, &fields, &docs, wanted, &cancel);
            facets.iter().map(count).collect()
        })
        .await
    }

    async fn size(&self, databases: Databases) -> Result<u64, SearchError> {
        let find = Find {
            databases,
            query: Query::All,
            sort: Vec::new(),
            sets: Default::default(),
            cancel: Cancel::never(),
        };
        Ok(self.find(find).await?.len())
    }

    fn applied(&self) -> i64 {
        self.state.borrow().snapshot.as_ref().map_or(0, |snapshot| snapshot.applied)
    }

    async fn caught_up(&self, sequence: i64) -> Result<(), Fault> {
        let mut state = self.state.subscribe();
        let reached = |state: &State| state.snapshot.as_ref().is_some_and(|snapshot| snapshot.applied >= sequence);
        match state.wait_for(reached).await {
            Ok(_) => Ok(()),
            Err(error) => Err(Fault::new("waiting for the search index", error)),
        }
    }
}

/// The result set of documents, sorted where keys are given.
fn ordered(
    snapshot: &Arc<Snapshot>,
    fields: &Fields,
    docs: Vec<Docs>,
    keys: &[SortKey],
    cancel: &Cancel,
) -> Result<ResultSet, SearchError> {
    if keys.is_empty() {
        return Ok(hits::filed(snapshot, docs));
    }
    let hits = sort::filed(snapshot, &docs);
    let hits = sort::sort(snapshot, fields, hits, keys, cancel)?;
    Ok(hits::sorted(snapshot, hits))
}
