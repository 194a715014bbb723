//! What happens inside the transaction: the PIN's verdict is settled by fresh facts, a resend is answered from memory, everything
//! else is decided, and what was done is remembered for its resend.

use super::cache::{Entity, about, reaches_further, touched};
use super::command::{Actor, Command, ResendKey};
use super::lockout::{locked_until, one_more};
use super::reply::{PinVerdict, Reply};
use super::{operation, resend};
use crate::circulation::Context;
use crate::ports::{Change, Decided, Facts, Fault, PatronFacts, Plan};
use crate::secret::PinHash;
use crate::time::Timestamp;
use std::sync::Arc;

/// What was found out about a PIN before the transaction, and about which stored hash.
#[derive(Debug, Clone)]
pub(super) struct LookedAt {
    pub verdict: PinVerdict,
    /// The verdict is about this hash; inside the transaction it must still be the patron's.
    pub hash: Option<PinHash>,
    /// A guess was made, which counts when it was wrong. An empty PIN is wrong and no guess.
    pub guessed: bool,
}

/// What comes out of a transaction.
pub(super) struct Outcome {
    /// `None` where the PIN was changed meanwhile and must be looked at again.
    pub reply: Option<Result<Reply, Fault>>,
    pub pin: PinVerdict,
    pub touched: Vec<Entity>,
    pub reaches_further: bool,
    /// A wrong guess, and whether anybody has the card.
    pub failed: Option<Holder>,
}

/// Whether anybody has a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holder {
    Somebody,
    Nobody,
}

/// Whether anything personal may be told: not where the PIN is wrong, or missing though it is demanded.
pub(super) fn may_be_told(pin: &PinVerdict, actor: &Actor) -> bool {
    let door_demands = actor.powers.access.as_ref().is_some_and(|access| access.require_pin);
    match pin {
        PinVerdict::Right => true,
        PinVerdict::NotGiven => !actor.powers.require_pin && !door_demands,
        PinVerdict::Wrong | PinVerdict::Locked { .. } => false,
    }
}

impl LookedAt {
    pub fn not_given() -> Self {
        Self {
            verdict: PinVerdict::NotGiven,
            hash: None,
            guessed: false,
        }
    }

    /// Whether a failure is to be counted, or earlier ones to be cleared.
    pub fn must_be_recorded(&self, patron: Option<&PatronFacts>, actor: &Actor) -> bool {
        self.guessed
            && match self.verdict {
                PinVerdict::Wrong => true,
                _ => patron.is_some_and(|facts| facts.pin_failures.iter().any(|f| f.terminal == actor.terminal)),
            }
    }

    /// Whether this is a wrong guess by the verdict inside the transaction.
    fn failed(&self, verdict: &PinVerdict, facts: &Facts) -> Option<Holder> {
        let holder = if facts.patron.is_some() { Holder::Somebody } else { Holder::Nobody };
        (self.guessed && *verdict == PinVerdict::Wrong).then_some(holder)
    }

    /// The verdict and what is to be recorded of it, by the facts inside the transaction. `None` where the patron's PIN is not
    /// the one that was looked at.
    fn settled(&self, facts: &Facts, actor: &Actor, now: Timestamp) -> Option<(PinVerdict, Option<Change>)> {
        let Some(patron) = facts.patron.as_deref().filter(|_| self.guessed) else {
            // Nobody has the card, or no guess was made. A hash that was looked at belongs to nobody any more.
            let gone = self.guessed && self.hash.is_some();
            let wrong = self.guessed && self.verdict == PinVerdict::Wrong;
            return (!gone).then(|| (self.verdict.clone(), wrong.then(|| nobodys_failure(actor, now))));
        };
        if patron.patron.pin != self.hash {
            return None;
        }
        // Other connections may have failed since.
        if let Some(until) = locked_until(&patron.pin_failures, &actor.terminal, 0, now) {
            return Some((PinVerdict::Locked { until }, None));
        }
        let id = patron.patron.id;
        let failed_here = patron.pin_failures.iter().any(|f| f.terminal == actor.terminal);
        let change = match self.verdict {
            PinVerdict::Wrong => Some(Change::PinFailed(id, one_more(&patron.pin_failures, &actor.terminal, now))),
            PinVerdict::Right if failed_here => Some(Change::PinCleared(id, actor.terminal.clone())),
            _ => None,
        };
        Some((self.verdict.clone(), change))
    }
}

/// A wrong PIN for a card that nobody has writes one row too, so that its answer waits for a commit as that of a known card does.
fn nobodys_failure(actor: &Actor, now: Timestamp) -> Change {
    Change::Remember {
        key: format!("wrong-pin-of-nobody:{}", actor.terminal),
        value: "wrong".to_owned(),
        until: now,
    }
}

/// Counts a failure or clears earlier ones, and nothing else.
pub(super) fn record_pin(looked_at: &LookedAt, facts: &Facts, actor: &Arc<Actor>, now: Timestamp) -> Decided<Outcome> {
    let settled = looked_at.settled(facts, actor, now);
    let reply = settled.is_some().then_some(Ok(Reply::Noted));
    let (pin, change) = settled.unwrap_or((PinVerdict::NotGiven, None));
    let failed = looked_at.failed(&pin, facts);
    let plan = Plan {
        changes: change.into_iter().collect(),
        channel: actor.channel(),
        at: now,
    };
    with_plan(plan, facts, pin, failed, reply)
}

/// Inside the transaction: the answer to a resend, or the decision with what is to be remembered of it.
pub(super) fn decide(
    command: &Command,
    looked_at: &LookedAt,
    resend: &[ResendKey],
    own_memories: usize,
    facts: &Facts,
    context: &Context,
) -> Decided<Outcome> {
    let plan_of = |changes: Vec<Change>| Plan {
        changes,
        channel: context.actor.channel(),
        at: context.now,
    };
    let Some((pin, pin_change)) = looked_at.settled(facts, &context.actor, context.now) else {
        return with_plan(plan_of(Vec::new()), facts, PinVerdict::NotGiven, None, None);
    };
    let failed = looked_at.failed(&pin, facts);
    if let Some(memory) = facts.memories.iter().skip(own_memories).flatten().next() {
        let first = resend::from_memory(memory);
        // Somebody else who guesses at a PIN is not told what the right one was answered.
        let same_person = pin != PinVerdict::Wrong || first.as_ref().is_ok_and(|reply| reply.pin() == Some(&pin));
        if same_person {
            return with_plan(plan_of(pin_change.into_iter().collect()), facts, pin, failed, Some(first));
        }
    }
    let context = Context {
        pin: pin.clone(),
        ..context.clone()
    };
    let Decided {
        mut plan,
        outcome: mut reply,
    } = operation::decide(command, facts, &context);
    if !may_be_told(&pin, &context.actor) {
        reply.withhold();
    }
    if reply.is_done() && !plan.changes.is_empty() && !resend.is_empty() {
        match resend::to_memory(&reply) {
            Ok(Some(value)) => plan.changes.extend(resend.iter().map(|key| Change::Remember {
                key: key.key.clone(),
                value: value.clone(),
                until: context.now.saturating_add(key.window).unwrap_or(Timestamp::MAX),
            })),
            Ok(None) => {}
            Err(fault) => return with_plan(plan_of(Vec::new()), facts, pin, None, Some(Err(fault))),
        }
    }
    plan.changes.extend(pin_change);
    with_plan(plan, facts, pin, failed, Some(Ok(reply)))
}

/// The plan with what it touches: what its changes name, and whom and what it is about.
fn with_plan(plan: Plan, facts: &Facts, pin: PinVerdict, failed: Option<Holder>, reply: Option<Result<Reply, Fault>>) -> Decided<Outcome> {
    let mut all: Vec<Entity> = plan.changes.iter().flat_map(touched).collect();
    if !plan.changes.is_empty() {
        all.extend(about(facts));
    }
    let outcome = Outcome {
        reply,
        pin,
        touched: all,
        reaches_further: plan.changes.iter().any(reaches_further),
        failed,
    };
    Decided { plan, outcome }
}
