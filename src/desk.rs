//! Opening the core's desk on a store: with this process's threads and chance.

use anyhow::Context;
use skranke_core::desk::pin::{Job, JobDone};
use skranke_core::desk::{Blocking, Desk, Setup};
use skranke_core::library::Library;
use skranke_core::ports::{Fault, Store};
use skranke_core::secret::HashKey;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Memory for answers that only inform.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// Runs PIN checks on the runtime's threads for blocking work, no more at once than there are processors: each takes
/// 19 MiB and some 20 ms, and sessions must go on meanwhile.
#[derive(Debug)]
struct Threads(Arc<Semaphore>);

impl Threads {
    fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Semaphore::new(processors)))
    }
}

impl Blocking for Threads {
    fn run(&self, job: Job) -> JobDone {
        let permits = Arc::clone(&self.0);
        Box::pin(async move {
            let permit = permits.acquire_owned().await;
            tokio::task::spawn_blocking(move || {
                let _permit = permit;
                job()
            })
            .await
            .map_err(|error| Fault::new("looking at a PIN", error))
        })
    }
}

/// A desk over a store.
pub async fn open<S: Store>(store: S, library: Library) -> anyhow::Result<Desk<S>> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    let setup = Setup {
        blocking: Arc::new(Threads::new()),
        process_key: HashKey(key),
        cache_bytes: CACHE_BYTES,
    };
    Desk::open(store, library, setup).await.context("the desk cannot be opened")
}
