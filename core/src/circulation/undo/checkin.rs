//! The check-in just made by this terminal never was (SIP2 11 with BI=Y): the item is on loan again, with its old due date and counters.

use super::{Returned, key};
use crate::circulation::{Context, Refusal, fines, standing};
use crate::desk::command::Actor;
use crate::desk::reply::{Answer, CheckedOut};
use crate::ids::Barcode;
use crate::ports::{Change, Decided, Facts, ItemFacts, ItemRef, Need, PatronRef};

/// What must be known: the patron, the item with its last closed loan and fees, and the memory of its last check-in.
pub fn need(item: &Barcode, actor: &Actor, patron: Vec<PatronRef>, refs: Vec<ItemRef>) -> Need {
    Need {
        patron,
        item: refs,
        memories: vec![key("undo-checkin", item, actor)],
        last_closed_loan: true,
        ..Need::default()
    }
}

/// Puts the item back on loan to that patron without any check of policy. The fee of the return goes, or shrinks where it had
/// joined others; the hold that caught the item waits again.
pub fn decide(item: &Barcode, facts: &Facts, context: &Context) -> Decided<Answer<CheckedOut>> {
    if !context.actor.powers.undo {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    // A PIN is not demanded, since none belongs to a check-in; a wrong one is refused.
    if let Some(why) = context.wrong_pin().filter(|_| facts.patron.is_some()) {
        return context.refused(facts, vec![why]);
    }
    let (patron, found) = match (&facts.patron, &facts.item) {
        (Some(patron), Some(found)) => (patron, found),
        _ => return context.refused(facts, crate::circulation::checkout::unknown(facts)),
    };
    let memory = facts
        .memories
        .iter()
        .flatten()
        .find_map(|json| serde_json::from_str::<Returned>(json).ok())
        .filter(|m| m.terminal == context.actor.terminal && m.loan.patron == Some(patron.patron.id))
        .filter(|m| is_as_left(m, found));
    let Some(memory) = memory else {
        return context.refused(facts, vec![Refusal::NothingToUndo]);
    };

    let restored = memory.place.clone().restored(&found.item);
    let mut changes = vec![Change::LoanReopened(memory.loan.clone()), Change::Item(restored.clone())];
    let mut totals = patron.totals.clone();
    let released = release(&memory, found);
    let back = |change: &&Change| matches!(change, Change::HoldPlaced(hold) if hold.patron == patron.patron.id);
    totals.holds += standing::count(released.iter().filter(back).count());
    changes.extend(released);
    if let Some((left, before)) = &memory.fee
        && let Some(now) = found.loan_fees.iter().find(|fee| fee.id == left.id)
    {
        let (more, less) = fines::leave(now, before.as_ref(), &memory.loan, found.item.id, facts, context);
        changes.extend(more);
        totals.owed -= less;
    }
    changes.push(context.uncount("return", &found.item, None, memory.day));
    changes.push(Change::Forget(key("undo-checkin", item, &context.actor)));

    totals.due.push(memory.loan.due);
    totals.due.sort_unstable();
    let due = memory.loan.due;
    let mut answer = context.answer(
        facts,
        Ok(CheckedOut {
            loan: memory.loan,
            renewed: false,
            fee: None,
            repeated: false,
        }),
    );
    answer.patron = Some(standing::summary(&patron.patron, &totals, context));
    answer.item = Some(restored);
    answer.due = Some(due);
    context.decided(changes, answer)
}

/// The item was not lent again since, and the loan closed last is the one that the check-in closed.
fn is_as_left(memory: &Returned, found: &ItemFacts) -> bool {
    found.loan.is_none() && found.last_closed.as_ref().is_some_and(|last| last.id == memory.loan.id)
}

/// The hold that had caught the item waits again, and its alternatives with it; where the patron gave it up meanwhile, nothing returns.
fn release(memory: &Returned, found: &ItemFacts) -> Vec<Change> {
    let tied = found.tied.as_ref().map(|(hold, _)| hold.id);
    match &memory.caught {
        Some(caught) if tied == Some(caught.id) => std::iter::once(Change::HoldRevised(caught.clone()))
            .chain(memory.alternatives.iter().cloned().map(Change::HoldPlaced))
            .collect(),
        _ => Vec::new(),
    }
}
