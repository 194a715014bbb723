//! The rules of lending as pure decisions: facts in; a plan, or a refusal with every reason, out.
//!
//! One file for each operation, named as in the desk and in the protocols. Nothing here reads a clock, a store or a random
//! number. Each has the same two functions: `need(command, …) -> Need`, what must be known, and
//! `decide(command, facts, context) -> Decided<Answer<…>>`.

pub mod refusal;

pub use refusal::{Refusal, Refused};

use crate::agency::Agency;
use crate::desk::command::Actor;
use crate::desk::reply::PinVerdict;
use crate::library::Library;
use crate::ports::Channel;
use crate::time::{Date, Timestamp, local_date};
use std::sync::Arc;

/// What every decision is given beside its command and the facts.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// The settings that hold.
    pub library: Arc<Library>,
    /// The present time.
    pub now: Timestamp,
    /// What was found out about the PIN before the decision.
    pub pin: PinVerdict,
    /// The first of the fresh numbers that were reserved for this command.
    pub numbers_from: i64,
}

impl Context {
    /// The settings of the actor's agency.
    pub fn agency(&self) -> &Agency {
        self.library.agency(&self.actor.agency)
    }

    /// The local day at the actor's agency.
    pub fn today(&self) -> Date {
        local_date(self.now, &self.agency().time_zone)
    }

    /// The `n`th fresh number, counted from 0: the same again when the decision is repeated.
    pub fn number(&self, n: u32) -> i64 {
        self.numbers_from + i64::from(n)
    }

    /// Who makes the change.
    pub fn channel(&self) -> Channel {
        Channel {
            protocol: self.actor.protocol,
            actor: self.actor.terminal.clone(),
        }
    }
}
