//! What always holds, whatever was asked in whatever order.

use super::state::State;
use crate::hold::HoldState;
use crate::item::ItemState;
use std::collections::BTreeSet;

/// The first thing that does not hold, in words.
pub fn check(state: &State) -> Result<(), String> {
    loans(state)?;
    holds(state)?;
    fees(state)
}

/// An item is in the state `OnLoan` exactly when an open loan of it exists; each loan's item and patron exist.
fn loans(state: &State) -> Result<(), String> {
    for (id, loan) in &state.open_loans {
        let item = state
            .items
            .get(id)
            .ok_or(format!("loan {} of item {id}, which is not there", loan.id))?;
        if item.state != ItemState::OnLoan {
            return Err(format!("item {id} has the open loan {} and is {:?}", loan.id, item.state));
        }
        if loan.patron.is_none_or(|who| !state.patrons.contains_key(&who)) {
            return Err(format!("loan {} is to nobody", loan.id));
        }
        if loan.due < loan.made {
            return Err(format!("loan {} is due before it was made", loan.id));
        }
    }
    match state
        .items
        .values()
        .find(|item| item.state == ItemState::OnLoan && !state.open_loans.contains_key(&item.id))
    {
        Some(item) => Err(format!("item {} is on loan without a loan", item.id)),
        None => Ok(()),
    }
}

/// A tied item and its hold name each other; pickup numbers are given once at a branch.
fn holds(state: &State) -> Result<(), String> {
    let mut pickup_numbers = BTreeSet::new();
    for hold in state.holds.values() {
        if !state.patrons.contains_key(&hold.patron) || !state.titles.contains_key(&hold.bib) {
            return Err(format!("hold {} is of nobody or on nothing", hold.id));
        }
        let Some(id) = hold.tied_item() else { continue };
        let item = state.items.get(&id).ok_or(format!("hold {} is tied to no item", hold.id))?;
        if item.tied_to != Some(hold.id) {
            return Err(format!(
                "hold {} is tied to item {id}, which is tied to {:?}",
                hold.id, item.tied_to
            ));
        }
        if !hold.served_by(item) {
            return Err(format!("hold {} is tied to item {id}, which does not serve it", hold.id));
        }
        let agrees = match (&hold.state, &item.state) {
            (HoldState::Ready { .. }, ItemState::OnHoldShelf) => true,
            (HoldState::InTransit { .. }, ItemState::InTransit { to }) => *to == hold.pickup,
            _ => false,
        };
        if !agrees {
            return Err(format!("hold {} is {:?} and its item {:?}", hold.id, hold.state, item.state));
        }
        if let HoldState::Ready { pickup_number, .. } = hold.state
            && !pickup_numbers.insert((&hold.agency, &hold.pickup, pickup_number))
        {
            return Err(format!("pickup number {pickup_number} is given twice at {}", hold.pickup));
        }
    }
    for item in state.items.values() {
        let tied = item.tied_to.map(|id| (id, state.holds.get(&id)));
        match (tied, &item.state) {
            (Some((id, hold)), _) if hold.and_then(|hold| hold.tied_item()) != Some(item.id) => {
                return Err(format!("item {} is tied to hold {id}, which does not have it", item.id));
            }
            (None, ItemState::OnHoldShelf) => return Err(format!("item {} is on the hold shelf for nobody", item.id)),
            _ => {}
        }
    }
    Ok(())
}

/// No fee is negative or paid beyond its amount, and the ledger says the same of it as the fee itself.
fn fees(state: &State) -> Result<(), String> {
    for fee in state.fees.values() {
        if fee.amount.minor < 0 || fee.paid < 0 || fee.owed() < 0 {
            return Err(format!("fee {}: {} of {} is paid", fee.id, fee.paid, fee.amount));
        }
        let balance = state.balances.get(&fee.id).copied().unwrap_or_default();
        if balance != fee.owed() {
            return Err(format!("fee {}: {} is owed, the ledger says {balance}", fee.id, fee.owed()));
        }
    }
    match state
        .balances
        .iter()
        .find(|(id, balance)| **balance != 0 && !state.fees.contains_key(id))
    {
        Some((id, balance)) => Err(format!("fee {id} is gone and the ledger still says {balance}")),
        None => Ok(()),
    }
}
