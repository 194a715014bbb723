//! What waits in the writer's queue.

use crate::error::Error;
use skranke_core::ports::catalogue::{BibRow, ItemRow, PatronRow, Stored};
use skranke_core::ports::{Channel, Decided, Facts, Fault, Need, Plan};
use skranke_core::time::Timestamp;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

/// One thing to be committed, with who waits for the answer.
pub(crate) enum Job {
    /// Circulation: read, decide, apply.
    Command(Box<dyn Command>),
    /// The catalogue and the store's own affairs.
    Task(Task, oneshot::Sender<Result<Done, Fault>>),
}

/// A command whose answer's type only its caller knows.
pub(crate) trait Command: Send {
    /// What must be known.
    fn need(&self) -> &Need;
    /// Decides, and keeps the outcome until [`Command::answer`]. May be called again; the last outcome counts.
    fn decide(&mut self, facts: &Facts) -> Result<Plan, Error>;
    /// Gives the outcome of the last decision, or why there is none.
    fn answer(self: Box<Self>, committed: Result<(), Fault>);
}

/// [`Command`] from a need and a closure.
pub(crate) struct Decision<T, D> {
    pub(crate) need: Need,
    pub(crate) decide: D,
    pub(crate) outcome: Option<T>,
    pub(crate) reply: oneshot::Sender<Result<T, Fault>>,
}

impl<T, D> Command for Decision<T, D>
where
    T: Send,
    D: Fn(&Facts) -> Decided<T> + Send,
{
    fn need(&self) -> &Need {
        &self.need
    }

    fn decide(&mut self, facts: &Facts) -> Result<Plan, Error> {
        // The decision is pure, so nothing is left half done when it ends in a panic.
        let decided = catch_unwind(AssertUnwindSafe(|| (self.decide)(facts))).map_err(|_| Error::Panicked)?;
        self.outcome = Some(decided.outcome);
        Ok(decided.plan)
    }

    fn answer(self: Box<Self>, committed: Result<(), Fault>) {
        let Self { outcome, reply, .. } = *self;
        let answer = committed.and_then(|()| outcome.ok_or_else(|| Error::Closed.while_doing("deciding a command")));
        // Who asked may have gone away; the change stands all the same.
        let _ = reply.send(answer);
    }
}

/// Work of the store that needs no decision.
#[derive(Debug)]
pub(crate) enum Task {
    Bibs(Vec<BibRow>, Channel, Timestamp),
    Items(Vec<ItemRow>, Channel, Timestamp),
    Patrons(Vec<PatronRow>, Channel, Timestamp),
    /// So many numbers of a counter.
    Reserve(&'static str, i64),
    /// The secret of a name, or these bytes where there is none.
    Secret(&'static str, [u8; 32]),
}

impl Task {
    /// Whether it takes long, so that one in a group is enough.
    pub(crate) fn is_bulky(&self) -> bool {
        matches!(self, Self::Bibs(..) | Self::Items(..) | Self::Patrons(..))
    }
}

/// What a task gives.
#[derive(Debug)]
pub(crate) enum Done {
    Stored(Vec<Stored>),
    /// The first of the reserved numbers.
    First(i64),
    Secret([u8; 32]),
}
