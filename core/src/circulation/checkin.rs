//! Taking an item back: the loan ends, lateness is charged, a hold may catch the item, and it is sent where it belongs.

use super::closing::{Closing, close};
use super::{Context, Refusal, off_line, trap, undo};
use crate::desk::command::CheckIn;
use crate::desk::reply::{Answer, CheckedIn};
use crate::item::ItemState;
use crate::loan::Loan;
use crate::ports::{Change, Decided, Facts, ItemFacts, ItemRef, Need};
use crate::time::Timestamp;

/// What must be known: the item with its loan, its borrower and its queue. No patron is needed.
pub fn need(_command: &CheckIn, item: Vec<ItemRef>) -> Need {
    Need { item, ..Need::default() }
}

/// Takes the item back. An item that is not on loan is only scanned: it may arrive where it was sent, and a repeat is harmless.
pub fn decide(command: &CheckIn, facts: &Facts, context: &Context) -> Decided<Answer<CheckedIn>> {
    let powers = &context.actor.powers;
    if command.already_happened && !powers.offline {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    let Some(found) = &facts.item else {
        let mut refused = context.refused(facts, vec![Refusal::UnknownItem]);
        if command.already_happened {
            let told = off_line::told(None, Some(&command.item), command.returned.unwrap_or(context.now));
            refused.plan.changes = vec![off_line::rejected(facts, &format!("return of {told}"), context)];
        }
        return refused;
    };
    let branch = command.branch.as_ref().unwrap_or(&context.actor.branch);
    let loan = match &found.loan {
        Some(loan) if is_older_than(loan, command) => return superseded(facts, found, context),
        loan => loan.as_ref(),
    };
    let arriving = matches!(found.item.state, ItemState::InTransit { .. });
    if loan.is_none() && !powers.accepts_not_on_loan && !arriving {
        return context.refused(facts, vec![Refusal::NotOnLoan]);
    }

    let mut changes = Vec::new();
    let closing = loan.map(|loan| close(loan, found, returned(command, loan, context), context.number(0), context));
    if let Some(closing) = &closing {
        changes.extend(closing.changes.iter().cloned());
        changes.push(context.count("return", &found.item, None));
    }
    let mut route = trap::route(found, branch, context);
    changes.append(&mut route.changes);
    if route.item != found.item {
        changes.push(Change::Item(route.item.clone()));
    }
    if let (Some(loan), Some(closing)) = (loan, &closing) {
        let memory = undo::Returned::new(loan, closing.lateness.as_ref(), route.caught_before.clone(), found, context);
        changes.push(memory.remember(&command.item, context));
    }
    answer(facts, found, route, closing, changes, context)
}

fn answer(
    facts: &Facts,
    found: &ItemFacts,
    route: trap::Route,
    closing: Option<Closing>,
    changes: Vec<Change>,
    context: &Context,
) -> Decided<Answer<CheckedIn>> {
    let done = CheckedIn {
        fee: closing.as_ref().and_then(Closing::fee),
        loan: closing.map(|c| c.loan),
        borrower: found.borrower.as_ref().and_then(|b| Some((b.card()?.clone(), b.name.clone()))),
        destination: route.destination,
        alert: route.alert,
        caught: route.caught,
    };
    let mut answer = context.answer(facts, Ok(done));
    answer.item = Some(route.item);
    context.decided(changes, answer)
}

/// When it came back: as told by a trusted terminal. What lies ahead of us or before the loan is taken for now.
fn returned(command: &CheckIn, loan: &Loan, context: &Context) -> Timestamp {
    let trusted = context.actor.powers.backdate || command.already_happened;
    command
        .returned
        .filter(|at| trusted && *at <= context.now && *at >= loan.made)
        // a loan that an automat's fast clock made in our future ends no earlier than it began
        .unwrap_or(context.now.max(loan.made))
}

/// An off-line terminal tells of a return that came before the present loan was made: it is about an earlier one. Terminals tell
/// whole seconds, so a return in the second of its loan is of that loan.
fn is_older_than(loan: &Loan, command: &CheckIn) -> bool {
    command.already_happened && command.returned.is_some_and(|at| at.as_second() < loan.made.as_second())
}

/// The return it tells of was followed by a new loan, so it ended without us: nothing is left to do.
fn superseded(facts: &Facts, found: &ItemFacts, context: &Context) -> Decided<Answer<CheckedIn>> {
    let done = CheckedIn {
        loan: None,
        borrower: None,
        destination: found.item.current_branch.clone(),
        alert: None,
        caught: None,
        fee: None,
    };
    let note = off_line::note(
        facts,
        "return_superseded",
        "an off-line return came after the item was lent again",
        context,
    );
    context.decided(vec![note], context.answer(facts, Ok(done)))
}
