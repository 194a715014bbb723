//! From a plan to rows: what each change does, and what the change feed tells of it.

use super::state::State;
use crate::desk::cache::{Entity, touched};
use crate::hold::Hold;
use crate::ids::{LoanId, PatronId};
use crate::loan::Loan;
use crate::patron::{Patron, PinFailures};
use crate::ports::{Change, FeedKind, Plan};

/// Applies all changes in their order; tells what they touched, each once. The error says what the plan got wrong.
pub fn plan(state: &mut State, plan: &Plan) -> Result<Vec<Entity>, String> {
    let mut all = Vec::new();
    for change in &plan.changes {
        all.extend(touched(change));
        change_applied(state, change, &mut all)?;
    }
    let mut once: Vec<Entity> = Vec::new();
    for entity in all {
        if !once.contains(&entity) {
            once.push(entity);
        }
    }
    Ok(once)
}

fn change_applied(state: &mut State, change: &Change, all: &mut Vec<Entity>) -> Result<(), String> {
    match change {
        Change::Item(item) => {
            let row = state.items.get_mut(&item.id).ok_or(format!("no item {}", item.id))?;
            *row = item.clone();
        }
        Change::LoanOpened(loan) => open(state, loan)?,
        Change::LoanRevised(loan) => {
            let row = open_loan(state, loan)?;
            *row = loan.clone();
        }
        Change::LoanClosed(loan) => {
            let before = open_loan(state, loan)?.clone();
            // The link to the person may go in the same moment: he is touched all the same.
            all.extend(before.patron.map(|id| (FeedKind::Patron, id.0)));
            if loan.closed.is_none() {
                return Err(format!("loan {} is closed without a time", loan.id));
            }
            state.open_loans.remove(&loan.item);
            state.closed_loans.insert(loan.id, loan.clone());
            state.closing_order.entry(loan.item).or_default().push(loan.id);
        }
        Change::LoanReopened(loan) => {
            if state.closed_loans.remove(&loan.id).is_none() {
                return Err(format!("loan {} is not closed, so it cannot be opened again", loan.id));
            }
            if let Some(order) = state.closing_order.get_mut(&loan.item) {
                order.retain(|id| *id != loan.id);
            }
            open(state, loan)?;
        }
        Change::LoanUndone(loan) => {
            let before = open_loan(state, loan)?.clone();
            all.extend(before.patron.map(|id| (FeedKind::Patron, id.0)));
            state.open_loans.remove(&loan.item);
        }
        Change::LoansAnonymised(loans) => anonymise(state, loans, all)?,
        Change::HoldPlaced(hold) => {
            if state.holds.insert(hold.id, hold.clone()).is_some() {
                return Err(format!("hold {} exists already", hold.id));
            }
        }
        Change::HoldRevised(hold) => {
            let row = state.holds.get_mut(&hold.id).ok_or(format!("no hold {}", hold.id))?;
            // An item that was tied until now is touched too.
            all.extend(row.tied_item().map(|id| (FeedKind::Item, id.0)));
            *row = hold.clone();
        }
        Change::HoldEnded(hold, _) => {
            let row = state.holds.remove(&hold.id).ok_or(format!("no hold {}", hold.id))?;
            all.extend(row.tied_item().map(|id| (FeedKind::Item, id.0)));
        }
        Change::ParallelEnded { group, winner } => {
            let losers: Vec<Hold> = state
                .holds
                .values()
                .filter(|hold| hold.parallel == Some(*group) && hold.id != *winner)
                .cloned()
                .collect();
            for hold in losers {
                all.extend([(FeedKind::Patron, hold.patron.0), (FeedKind::Queue, hold.bib.0)]);
                all.extend(hold.tied_item().map(|id| (FeedKind::Item, id.0)));
                state.holds.remove(&hold.id);
            }
        }
        Change::FeeRaised(fee) => {
            if state.fees.insert(fee.id, fee.clone()).is_some() {
                return Err(format!("fee {} exists already", fee.id));
            }
        }
        Change::FeeRevised(fee) => {
            let row = state.fees.get_mut(&fee.id).ok_or(format!("no fee {}", fee.id))?;
            *row = fee.clone();
        }
        Change::FeeWithdrawn(fee) => {
            state.fees.remove(&fee.id).ok_or(format!("no fee {}", fee.id))?;
        }
        Change::Ledger(line) => {
            *state.balances.entry(line.fee).or_default() += line.amount.minor;
            state.ledger.push(line.clone());
        }
        Change::Patron(patron) => revise_patron(state, patron, all)?,
        Change::BlockSet(id, block) => {
            let blocks = &mut patron_row(state, *id)?.blocks;
            blocks.retain(|other| (other.code, &other.source) != (block.code, &block.source));
            blocks.push(block.clone());
        }
        Change::BlockLifted(id, block) => {
            let blocks = &mut patron_row(state, *id)?.blocks;
            blocks.retain(|other| (other.code, &other.source) != (block.code, &block.source));
        }
        Change::PinFailed(id, failures) => pin_failed(state, *id, failures),
        Change::PinCleared(id, terminal) => {
            if let Some(failures) = state.pin_failures.get_mut(id) {
                failures.retain(|other| other.terminal != *terminal);
            }
        }
        Change::Note(note) => state.notes.push(note.clone()),
        Change::Count(event) => *state.counts.entry(event.clone()).or_default() += 1,
        Change::Uncount(event) => {
            let count = state.counts.entry(event.clone()).or_default();
            *count = count.saturating_sub(1);
            if *count == 0 {
                state.counts.remove(event);
            }
        }
        Change::Remember { key, value, until } => {
            state.memories.insert(key.clone(), (value.clone(), *until));
        }
        Change::Forget(key) => {
            state.memories.remove(key);
        }
    }
    Ok(())
}

/// An item has at most one open loan, and somebody has it.
fn open(state: &mut State, loan: &Loan) -> Result<(), String> {
    if loan.closed.is_some() || loan.patron.is_none() {
        return Err(format!("loan {} is opened closed, or to nobody", loan.id));
    }
    if let Some(other) = state.open_loans.insert(loan.item, loan.clone()) {
        return Err(format!("item {} is on loan already: {}", loan.item, other.id));
    }
    Ok(())
}

fn open_loan<'a>(state: &'a mut State, loan: &Loan) -> Result<&'a mut Loan, String> {
    state
        .open_loans
        .get_mut(&loan.item)
        .filter(|row| row.id == loan.id)
        .ok_or(format!("loan {} is not open", loan.id))
}

fn anonymise(state: &mut State, loans: &[LoanId], all: &mut Vec<Entity>) -> Result<(), String> {
    for id in loans {
        let row = state.closed_loans.get_mut(id).ok_or(format!("loan {id} is not closed"))?;
        all.extend(row.patron.take().map(|who| (FeedKind::Patron, who.0)));
    }
    Ok(())
}

fn patron_row(state: &mut State, id: PatronId) -> Result<&mut Patron, String> {
    state.patrons.get_mut(&id).ok_or(format!("no patron {id}"))
}

/// Everything but his blocks; the pause goes on to his holds, which keep their places.
fn revise_patron(state: &mut State, patron: &Patron, all: &mut Vec<Entity>) -> Result<(), String> {
    let row = patron_row(state, patron.id)?;
    let blocks = std::mem::take(&mut row.blocks);
    *row = patron.clone();
    row.blocks = blocks;
    for hold in state.holds.values_mut().filter(|hold| hold.patron == patron.id) {
        if hold.pause != patron.pause {
            hold.pause = patron.pause;
            all.push((FeedKind::Queue, hold.bib.0));
        }
    }
    Ok(())
}

fn pin_failed(state: &mut State, id: PatronId, failures: &PinFailures) {
    let rows = state.pin_failures.entry(id).or_default();
    rows.retain(|other| other.terminal != failures.terminal);
    rows.push(failures.clone());
}
