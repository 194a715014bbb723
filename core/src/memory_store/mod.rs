//! A store in memory, for tests and simulation. It keeps nothing beyond the process.
//!
//! It is also the shortest readable definition of what storage must do: [`load`] says what each fact is, [`apply`] what each
//! change does and which rows the change feed gets, [`invariants`] what always holds. It commits one plan at a time and runs each
//! decision twice, since a real store may have to. A plan that breaks an invariant is a fault, and the store refuses all work from then on.

pub mod apply;
pub mod invariants;
pub mod load;
mod records;
pub mod samples;
pub mod state;

pub use state::{State, Title};

use crate::hold::{Hold, HoldState};
use crate::ids::HoldId;
use crate::ports::{Decided, Facts, Fault, FeedEntry, FeedOperation, Need, Store};
use crate::time::{Date, Timestamp};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The store; clones share one state.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    state: State,
    feed: Vec<FeedEntry>,
    numbers: i64,
    broken: Option<String>,
}

/// A plan broke an invariant.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Broken(pub String);

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts rows in place without plan or feed.
    pub fn seed<T>(&self, put: impl FnOnce(&mut State) -> T) -> T {
        put(&mut self.lock().state)
    }

    /// Looks at everything that is stored.
    pub fn inspect<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.lock().state)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    async fn look(&self, need: Need) -> Result<Facts, Fault> {
        Ok(load::facts(&self.lock().state, &need))
    }

    async fn commit<T, D>(&self, need: Need, decide: D) -> Result<T, Fault>
    where
        T: Send + 'static,
        D: Fn(&Facts) -> Decided<T> + Send + 'static,
    {
        let mut inner = self.lock();
        if let Some(broken) = &inner.broken {
            return Err(Fault::new("using a store that is broken", Broken(broken.clone())));
        }
        let facts = load::facts(&inner.state, &need);
        drop(decide(&facts));
        let Decided { plan, outcome } = decide(&facts);
        let applied = apply::plan(&mut inner.state, &plan).and_then(|touched| {
            invariants::check(&inner.state)?;
            Ok(touched)
        });
        match applied {
            Ok(touched) => {
                for (kind, id) in touched {
                    let sequence = inner.feed.last().map_or(1, |entry| entry.sequence + 1);
                    inner.feed.push(FeedEntry {
                        sequence,
                        kind,
                        id,
                        operation: FeedOperation::Put,
                        at: plan.at,
                        channel: format!("{}:{}", plan.channel.protocol, plan.channel.actor),
                    });
                }
                Ok(outcome)
            }
            Err(what) => {
                inner.broken = Some(what.clone());
                Err(Fault::new("applying a plan", Broken(what)))
            }
        }
    }

    async fn changes_after(&self, sequence: i64, limit: u32) -> Result<Vec<FeedEntry>, Fault> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let inner = self.lock();
        let rows = inner.feed.iter().filter(|entry| entry.sequence > sequence);
        Ok(rows.take(limit).cloned().collect())
    }

    async fn holds_over(&self, today: Date, at: Timestamp, after: HoldId, limit: u32) -> Result<Vec<Hold>, Fault> {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let is_over = |hold: &&Hold| match hold.state {
            HoldState::Waiting => hold.expires.is_some_and(|last| last < today),
            HoldState::Ready { until, .. } => until < at,
            HoldState::InTransit { .. } => false,
        };
        let inner = self.lock();
        let holds = inner.state.holds.values().filter(|hold| hold.id > after);
        Ok(holds.filter(is_over).take(limit).cloned().collect())
    }

    async fn feed_head(&self) -> Result<i64, Fault> {
        Ok(self.lock().feed.last().map_or(0, |entry| entry.sequence))
    }

    async fn reserve_numbers(&self, count: u32) -> Result<i64, Fault> {
        let mut inner = self.lock();
        let first = inner.numbers + 1;
        inner.numbers += i64::from(count);
        Ok(first)
    }

    async fn shared_secret(&self, name: &'static str) -> Result<[u8; 32], Fault> {
        // Good enough where nothing is secret: the name itself, repeated.
        let mut secret = [0; 32];
        for (place, byte) in secret.iter_mut().zip(name.bytes().cycle()) {
            *place = byte;
        }
        Ok(secret)
    }
}
