//! The check-out just made by this terminal never was (SIP2 09 with BI=Y).

use super::{Lent, key};
use crate::circulation::{Context, Refusal, fines};
use crate::desk::command::Actor;
use crate::desk::reply::{Answer, CheckedIn};
use crate::hold::{Hold, HoldState};
use crate::ids::Barcode;
use crate::ports::{Change, Decided, Facts, ItemFacts, ItemRef, Need};

/// What must be known: the item with its loan and fees, and the memory of its last check-out.
pub fn need(item: &Barcode, actor: &Actor, refs: Vec<ItemRef>) -> Need {
    Need {
        item: refs,
        memories: vec![key("undo-checkout", item, actor)],
        ..Need::default()
    }
}

/// Removes the loan as if it never was: no return, no lateness, no number in the statistics; its fee is withdrawn and the hold it fulfilled waits again.
/// A renewal is taken back to the due date before.
pub fn decide(item: &Barcode, facts: &Facts, context: &Context) -> Decided<Answer<CheckedIn>> {
    if !context.actor.powers.undo {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    let Some(found) = &facts.item else {
        return context.refused(facts, vec![Refusal::UnknownItem]);
    };
    let memory = facts
        .memories
        .iter()
        .flatten()
        .find_map(|json| serde_json::from_str::<Lent>(json).ok());
    let Some(memory) = memory.filter(|m| m.terminal == context.actor.terminal && is_as_left(m, found)) else {
        return context.refused(facts, vec![Refusal::NothingToUndo]);
    };

    let (undone, kind) = match memory.renewed_from {
        Some(before) => (Change::LoanRevised(before), "renewal"),
        None => (Change::LoanUndone(memory.loan.clone()), "loan"),
    };
    let mut changes = vec![undone, context.uncount(kind, &found.item, found.borrower.as_ref(), memory.day)];
    let restored = memory.place.restored(&found.item);
    if restored != found.item {
        changes.push(Change::Item(restored.clone()));
    }
    changes.extend(memory.holds.into_iter().map(|hold| Change::HoldPlaced(numbered_anew(hold, found))));
    if let Some(fee) = memory.fee.and_then(|id| found.loan_fees.iter().find(|fee| fee.id == id)) {
        changes.extend(fines::withdraw(fee, facts, context));
    }
    changes.push(Change::Forget(key("undo-checkout", item, &context.actor)));

    let done = CheckedIn {
        loan: Some(memory.loan),
        borrower: borrower(found),
        destination: restored.current_branch.clone(),
        alert: None,
        caught: None,
        fee: None,
    };
    let mut answer = context.answer(facts, Ok(done));
    answer.item = Some(restored);
    context.decided(changes, answer)
}

/// The loan is still the one that the check-out made or renewed. Told by what a store keeps exactly: it may round times.
fn is_as_left(memory: &Lent, found: &ItemFacts) -> bool {
    let left = &memory.loan;
    found
        .loan
        .as_ref()
        .is_some_and(|now| (now.id, now.patron, now.renewals) == (left.id, left.patron, left.renewals))
}

/// The hold as it was. Its number on the hold shelf may have been given to another since, so it takes the lowest free one, which
/// mostly is its own.
fn numbered_anew(mut hold: Hold, found: &ItemFacts) -> Hold {
    if let HoldState::Ready { pickup_number, .. } = &mut hold.state
        && let Some(free) = found.free_pickup_numbers.get(&hold.pickup)
    {
        *pickup_number = *free;
    }
    hold
}

fn borrower(found: &ItemFacts) -> Option<(crate::ids::CardNumber, String)> {
    let borrower = found.borrower.as_ref()?;
    Some((borrower.card()?.clone(), borrower.name.clone()))
}
