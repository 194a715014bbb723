//! The one writer of a process: it takes what waits, commits it together, and only then answers.
//!
//! It lives on a thread of its own, so that a busy runtime does not delay it, and outlives panics and lost connections.

mod group;
pub(crate) mod job;
mod task;

pub(crate) use task::reserve;

use crate::engine::{Connection, Engine};
use crate::error::Error;
use futures_util::FutureExt;
use group::Group;
use job::Job;
use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Commands in one commit at most: enough to make syncing cheap, few enough to keep the first one's wait short.
const GROUP_LIMIT: usize = 128;
/// After a group of nothing but bulk work other processes get a chance at the lock.
const BULK_PAUSE: Duration = Duration::from_millis(4);

/// Starts the writer. It ends when the last sender is gone and everything sent is answered.
pub(crate) fn start<E: Engine>(engine: Arc<E>, connection: E::Connection, jobs: mpsc::Receiver<Job>) -> Result<(), Error> {
    let runtime = E::runtime().map_err(Error::System)?;
    let writer = Writer {
        engine,
        connection: Some(connection),
        waiting: VecDeque::new(),
        purged: i64::MIN,
    };
    std::thread::Builder::new()
        .name("skranke-writer".to_owned())
        .spawn(move || runtime.block_on(writer.run(jobs)))
        .map_err(Error::System)?;
    Ok(())
}

struct Writer<E: Engine> {
    engine: Arc<E>,
    /// None after it was lost.
    connection: Option<E::Connection>,
    /// Taken from the queue, not yet in a group.
    waiting: VecDeque<Job>,
    /// Time in milliseconds up to which memories were last purged.
    purged: i64,
}

impl<E: Engine> Writer<E> {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut arrived = Vec::with_capacity(GROUP_LIMIT);
        loop {
            if self.waiting.is_empty() {
                if jobs.recv_many(&mut arrived, GROUP_LIMIT).await == 0 {
                    return;
                }
            } else {
                while let Some(job) = arrived.len().lt(&GROUP_LIMIT).then(|| jobs.try_recv().ok()).flatten() {
                    arrived.push(job);
                }
            }
            self.waiting.extend(arrived.drain(..));
            let mut group = Group::take(&mut self.waiting, GROUP_LIMIT);
            let only_bulk = group.is_only_bulk();
            // A panic in our own code costs this group an answer, not the library its writer.
            let committed = AssertUnwindSafe(self.commit(&mut group)).catch_unwind().await;
            match committed {
                Ok(Ok(())) => group.answer(),
                Ok(Err(error)) => {
                    tracing::error!(%error, "a group of changes was not stored");
                    group.fail(error);
                }
                Err(_) => {
                    self.connection = None;
                    tracing::error!("the writer panicked; its group was not stored");
                    group.fail(Error::Panicked);
                }
            }
            if only_bulk {
                tokio::time::sleep(BULK_PAUSE).await;
            }
        }
    }

    /// Commits a group, once again over a new connection where the first one breaks.
    async fn commit(&mut self, group: &mut Group) -> Result<(), Error> {
        match self.attempt(group).await {
            Ok(()) => Ok(()),
            Err(error) if self.connection.is_some() && matches!(error, Error::Busy) => Err(error),
            Err(error) => {
                tracing::warn!(%error, "a group of changes is tried again");
                self.attempt(group).await
            }
        }
    }

    async fn attempt(&mut self, group: &mut Group) -> Result<(), Error> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.engine.writer().await?,
        };
        let result = group.run(&mut connection, &mut self.purged).await;
        match result {
            Ok(crate::engine::Committed::Yes) => {
                self.connection = Some(connection);
                Ok(())
            }
            Ok(crate::engine::Committed::No(error)) | Err(error) => {
                if !connection.is_broken() && connection.rollback().await.is_ok() {
                    self.connection = Some(connection);
                }
                Err(error)
            }
            Ok(crate::engine::Committed::Unknown(error, ticket)) => {
                let mut connection = self.engine.writer().await?;
                let committed = self.engine.settle(&mut connection, &ticket).await?;
                self.connection = Some(connection);
                if committed { Ok(()) } else { Err(error) }
            }
        }
    }
}
