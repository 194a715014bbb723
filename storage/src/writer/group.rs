//! One commit: many commands that each behave as if they were alone.
//!
//! Commands are read, decided and written in rounds. A round reads the facts of all that are left, decides one after the
//! other, and puts off whoever has read what an earlier one changes; then it writes all plans together. So a round costs
//! the round trips of one command, and the outcome is that of running them one by one. A group in which a statement fails is
//! undone and runs again with care: each round in a savepoint, and the commands of a round that fails alone, so that a fault
//! costs only the command that has it. Savepoints are not had for nothing (every page that a round changes is copied first),
//! so where all goes well there is none.

use super::job::{Command, Done, Job, Task};
use super::task;
use crate::dialect::{Sql, sql};
use crate::engine::{Committed, Connection};
use crate::error::Error;
use crate::facts;
use crate::plan::Writes;
use crate::plan::footprint::Changed;
use crate::plan::statements::{FEED_HEAD, MEMORY_PURGE};
use skranke_core::ports::Fault;
use std::collections::VecDeque;
use tokio::sync::oneshot;

static SAVEPOINT: Sql = sql!("SAVEPOINT round");
static RELEASE: Sql = sql!("RELEASE SAVEPOINT round");
static ROLLBACK: Sql = sql!("ROLLBACK TO SAVEPOINT round");

/// Memories are purged when the time of changes has moved on by this much: often, so that each time there are few.
const PURGE_EVERY_MILLISECONDS: i64 = 200;
const DECIDING: &str = "carrying out a command";
const TASK: &str = "storing a batch";

/// Jobs that are committed together.
pub(super) struct Group {
    commands: Vec<Waiting>,
    tasks: Vec<Asked>,
}

/// A command and what became of it; no fault means that it will be answered with its outcome.
struct Waiting {
    command: Box<dyn Command>,
    fault: Option<Fault>,
}

/// How a group runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Care {
    /// Any failure is the whole group's.
    No,
    /// A failure is its command's.
    Savepoints,
}

struct Asked {
    task: Task,
    reply: oneshot::Sender<Result<Done, Fault>>,
    result: Option<Result<Done, Fault>>,
}

impl Group {
    /// Takes the next group from what waits, in its order, with at most one bulky task.
    pub(super) fn take(waiting: &mut VecDeque<Job>, limit: usize) -> Self {
        let mut group = Self {
            commands: Vec::new(),
            tasks: Vec::new(),
        };
        let mut put_off = VecDeque::new();
        while group.commands.len() + group.tasks.len() < limit {
            match waiting.pop_front() {
                None => break,
                Some(Job::Command(command)) => group.commands.push(Waiting { command, fault: None }),
                Some(Job::Task(task, reply)) => {
                    if task.is_bulky() && group.tasks.iter().any(|asked| asked.task.is_bulky()) {
                        put_off.push_back(Job::Task(task, reply));
                    } else {
                        group.tasks.push(Asked { task, reply, result: None });
                    }
                }
            }
        }
        while let Some(job) = put_off.pop_back() {
            waiting.push_front(job);
        }
        group
    }

    pub(super) fn is_only_bulk(&self) -> bool {
        self.commands.is_empty() && self.tasks.iter().any(|asked| asked.task.is_bulky())
    }

    /// Carries out all jobs in one transaction and commits it. May be called again after a failure.
    pub(super) async fn run<C: Connection>(&mut self, connection: &mut C, purged: &mut i64) -> Result<Committed, Error> {
        match self.attempt(connection, purged, Care::No).await {
            Err(error) if !connection.is_broken() && !matches!(error, Error::Busy) => {
                tracing::debug!(%error, "a group of changes is undone and runs again with savepoints");
                connection.rollback().await?;
                self.attempt(connection, purged, Care::Savepoints).await
            }
            other => other,
        }
    }

    async fn attempt<C: Connection>(&mut self, connection: &mut C, purged: &mut i64, care: Care) -> Result<Committed, Error> {
        connection.begin_write().await?;
        let mut sequence = head(connection).await?;
        let mut latest = i64::MIN;
        for waiting in &mut self.commands {
            waiting.fault = None;
        }
        let mut left: Vec<usize> = (0..self.commands.len()).collect();
        while !left.is_empty() {
            left = match care {
                Care::No => self.together(connection, &left, &mut sequence, &mut latest).await?,
                Care::Savepoints => self.round(connection, &left, &mut sequence, &mut latest).await?,
            };
        }
        for asked in &mut self.tasks {
            asked.result = Some(match care {
                Care::No => Ok(task::run(connection, &asked.task, &mut sequence).await?),
                Care::Savepoints => careful_task(connection, &asked.task, &mut sequence).await?,
            });
        }
        if latest >= purged.saturating_add(PURGE_EVERY_MILLISECONDS) {
            connection.execute(&MEMORY_PURGE, vec![latest.into()]).await?;
            *purged = latest;
        }
        Ok(connection.commit().await)
    }

    /// Runs a round of these commands in a savepoint, and gives those that are left for the next.
    async fn round<C: Connection>(
        &mut self,
        connection: &mut C,
        indices: &[usize],
        sequence: &mut i64,
        latest: &mut i64,
    ) -> Result<Vec<usize>, Error> {
        let before = *sequence;
        connection.execute(&SAVEPOINT, Vec::new()).await?;
        match self.together(connection, indices, sequence, latest).await {
            Ok(left) => {
                connection.execute(&RELEASE, Vec::new()).await?;
                Ok(left)
            }
            Err(error) if connection.is_broken() => Err(error),
            Err(error) => {
                undo(connection).await?;
                *sequence = before;
                if let [alone] = indices {
                    self.fault(*alone, error);
                    return Ok(Vec::new());
                }
                for &index in indices {
                    Box::pin(self.round(connection, &[index], sequence, latest)).await?;
                }
                Ok(Vec::new())
            }
        }
    }

    /// Reads, decides and writes; gives those that must wait for what others changed.
    async fn together<C: Connection>(
        &mut self,
        connection: &mut C,
        indices: &[usize],
        sequence: &mut i64,
        latest: &mut i64,
    ) -> Result<Vec<usize>, Error> {
        let needs: Vec<_> = indices
            .iter()
            .filter_map(|&index| self.commands.get(index))
            .map(|waiting| waiting.command.need())
            .collect();
        let facts = facts::read(connection, &needs).await?;
        let mut changed = Changed::default();
        let mut writes = Writes::default();
        let mut left = Vec::new();
        for (&index, facts) in indices.iter().zip(&facts) {
            let Some(waiting) = self.commands.get_mut(index) else {
                continue;
            };
            if !changed.leaves(waiting.command.need(), facts) {
                left.push(index);
                continue;
            }
            waiting.fault = None;
            match waiting.command.decide(facts) {
                Ok(plan) => {
                    changed.add(&plan, facts);
                    *latest = (*latest).max(plan.at.as_millisecond());
                    writes.take(plan, facts);
                }
                Err(error) => self.fault(index, error),
            }
        }
        writes.flush(connection, sequence).await?;
        Ok(left)
    }

    fn fault(&mut self, index: usize, error: Error) {
        tracing::error!(%error, "a command failed and was undone");
        if let Some(waiting) = self.commands.get_mut(index) {
            waiting.fault = Some(error.while_doing(DECIDING));
        }
    }

    /// Tells everybody what became of his job. The commit is durable.
    pub(super) fn answer(self) {
        for waiting in self.commands {
            waiting.command.answer(waiting.fault.map_or(Ok(()), Err));
        }
        for asked in self.tasks {
            let result = asked.result.unwrap_or_else(|| Err(Error::Closed.while_doing(TASK)));
            let _ = asked.reply.send(result);
        }
    }

    /// Tells everybody that nothing was stored.
    pub(super) fn fail(self, error: Error) {
        let fault = error.while_doing("committing");
        for waiting in self.commands {
            waiting.command.answer(Err(fault.clone()));
        }
        for asked in self.tasks {
            let _ = asked.reply.send(Err(fault.clone()));
        }
    }
}

/// Carries out a task in a savepoint. The outer result is the group's, the inner one the task's.
async fn careful_task<C: Connection>(connection: &mut C, task: &Task, sequence: &mut i64) -> Result<Result<Done, Fault>, Error> {
    let before = *sequence;
    connection.execute(&SAVEPOINT, Vec::new()).await?;
    match task::run(connection, task, sequence).await {
        Ok(done) => {
            connection.execute(&RELEASE, Vec::new()).await?;
            Ok(Ok(done))
        }
        Err(error) if connection.is_broken() => Err(error),
        Err(error) => {
            undo(connection).await?;
            *sequence = before;
            Ok(Err(error.while_doing(TASK)))
        }
    }
}

/// The last number of the feed. Read under the lock, so nobody else is about to use the next.
async fn head<C: Connection>(connection: &mut C) -> Result<i64, Error> {
    let rows = connection.query(&FEED_HEAD, Vec::new()).await?;
    rows.into_iter().next().ok_or(Error::Shape("no feed"))?.int()
}

async fn undo<C: Connection>(connection: &mut C) -> Result<(), Error> {
    connection.execute(&ROLLBACK, Vec::new()).await?;
    connection.execute(&RELEASE, Vec::new()).await
}
