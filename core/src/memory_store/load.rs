//! From rows to facts: what each fact is.

use super::state::State;
use crate::agency::AgencyId;
use crate::hold::{Hold, HoldState};
use crate::ids::{BibId, BranchId};
use crate::item::Item;
use crate::loan::Loan;
use crate::patron::Patron;
use crate::ports::{BibFacts, BibRef, Facts, HoldLine, ItemFacts, ItemRef, LoanLine, Need, PatronFacts, PatronRef, PatronTotals};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything that is needed, as of now.
pub fn facts(state: &State, need: &Need) -> Facts {
    let patron = need.patron.iter().find_map(|reference| patron(state, reference));
    let item = need.item.iter().find_map(|reference| item(state, reference));
    let fee = need.fee.and_then(|id| state.fees.get(&id));
    Facts {
        fee: fee.filter(|fee| patron.is_some_and(|who| who.id == fee.patron)).cloned(),
        patron: patron.map(|who| Arc::new(patron_facts(state, who, need.patron_lists))),
        item: item.map(|it| Arc::new(item_facts(state, it, need.last_closed_loan))),
        bibs: need.bibs.iter().map(|reference| bib_facts(state, reference)).collect(),
        memories: need
            .memories
            .iter()
            .map(|key| {
                state
                    .memories
                    .get(key)
                    .filter(|(_, until)| need.at < *until)
                    .map(|(value, _)| value.clone())
            })
            .collect(),
        branch_exists: need.branch.as_ref().is_some_and(|(agency, branch)| {
            state
                .items
                .values()
                .any(|it| it.agency == *agency && it.placement.branch == *branch)
        }),
    }
}

fn patron<'a>(state: &'a State, reference: &PatronRef) -> Option<&'a Patron> {
    match reference {
        PatronRef::Id(id) => state.patrons.get(id),
        PatronRef::Card(agency, card) => state.patrons.values().find(|p| p.agency == *agency && p.cards.contains(card)),
        PatronRef::NationalNumber(agency, hash) => state
            .patrons
            .values()
            .find(|p| p.agency == *agency && p.national_number.as_ref() == Some(hash)),
    }
}

/// The given agency's own first, else the only one of that name in any agency.
fn own_or_only<'a, T>(all: impl Iterator<Item = &'a T>, is_own: impl Fn(&T) -> bool) -> Option<&'a T> {
    let all: Vec<&T> = all.collect();
    match (all.iter().find(|one| is_own(one)), all.as_slice()) {
        (Some(own), _) => Some(own),
        (None, [only]) => Some(only),
        _ => None,
    }
}

fn item<'a>(state: &'a State, reference: &ItemRef) -> Option<&'a Item> {
    match reference {
        ItemRef::Id(id) => state.items.get(id),
        ItemRef::Barcode(agency, barcode) => {
            own_or_only(state.items.values().filter(|it| it.barcode == *barcode), |it| it.agency == *agency)
        }
    }
}

/// The queue of an item or record: in the order placed, then by number.
fn in_queue_order<'a>(holds: impl Iterator<Item = &'a Hold>) -> Vec<&'a Hold> {
    let mut queue: Vec<&Hold> = holds.collect();
    queue.sort_by_key(|hold| (hold.placed, hold.id));
    queue
}

/// Waiting holds that the item could satisfy.
fn queue_of_item<'a>(state: &'a State, item: &Item) -> Vec<&'a Hold> {
    in_queue_order(
        state
            .holds
            .values()
            .filter(|hold| hold.state == HoldState::Waiting && hold.served_by(item)),
    )
}

fn patron_facts(state: &State, who: &Patron, lists: bool) -> PatronFacts {
    let mut loans: Vec<&Loan> = state.open_loans.values().filter(|loan| loan.patron == Some(who.id)).collect();
    loans.sort_by_key(|loan| (loan.due, loan.id));
    let holds = in_queue_order(state.holds.values().filter(|hold| hold.patron == who.id));
    let fees: Vec<_> = state.fees.values().filter(|fee| fee.patron == who.id && fee.owed() > 0).collect();
    let totals = PatronTotals {
        due: loans.iter().map(|loan| loan.due).collect(),
        holds: u32::try_from(holds.len()).unwrap_or(u32::MAX),
        owed: fees.iter().map(|fee| fee.owed()).sum(),
    };
    let mut facts = PatronFacts {
        patron: who.clone(),
        totals,
        loans: Vec::new(),
        holds: Vec::new(),
        fees: Vec::new(),
        pin_failures: state.pin_failures.get(&who.id).cloned().unwrap_or_default(),
    };
    if lists {
        facts.loans = loans.into_iter().filter_map(|loan| loan_line(state, loan)).collect();
        facts.holds = holds.into_iter().filter_map(|hold| hold_line(state, hold)).collect();
        facts.fees = fees.into_iter().cloned().collect();
        facts.fees.sort_by_key(|fee| (fee.raised, fee.id));
    }
    facts
}

fn loan_line(state: &State, loan: &Loan) -> Option<LoanLine> {
    let item = state.items.get(&loan.item)?.clone();
    let queue = queue_of_item(state, &item).into_iter().cloned().collect();
    Some(LoanLine {
        loan: loan.clone(),
        item,
        queue,
    })
}

fn hold_line(state: &State, hold: &Hold) -> Option<HoldLine> {
    let title = state.titles.get(&hold.bib)?;
    let tied = hold.tied_item().and_then(|id| state.items.get(&id));
    let asked_for = match hold.scope {
        crate::hold::HoldScope::Copy(id) => state.items.get(&id),
        _ => None,
    };
    Some(HoldLine {
        hold: hold.clone(),
        control_number: title.control_number.clone(),
        title: title.title.clone(),
        barcode: tied.or(asked_for).map(|it| it.barcode.clone()),
        item: tied.cloned(),
        position: position(state, hold),
    })
}

/// From 1 among the waiting holds of the same library on the record; 0 once an item is tied.
pub fn position(state: &State, hold: &Hold) -> u32 {
    let queue = in_queue_order(
        state
            .holds
            .values()
            .filter(|other| other.bib == hold.bib && other.agency == hold.agency && other.state == HoldState::Waiting),
    );
    let place = queue.iter().position(|other| other.id == hold.id).map_or(0, |index| index + 1);
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn item_facts(state: &State, item: &Item, last_closed: bool) -> ItemFacts {
    let loan = state.open_loans.get(&item.id);
    let closed = last_closed
        .then(|| state.closing_order.get(&item.id)?.last())
        .flatten()
        .and_then(|id| state.closed_loans.get(id));
    let with_patron = |hold: &Hold| Some((hold.clone(), state.patrons.get(&hold.patron)?.clone()));
    let queue = queue_of_item(state, item);
    let tied = item.tied_to.and_then(|id| state.holds.get(&id));
    let borrower = loan.and_then(|loan| state.patrons.get(&loan.patron?));
    let of_interest = |id| loan.is_some_and(|l| l.id == id) || closed.is_some_and(|l| l.id == id);
    let groups: BTreeSet<_> = queue.iter().chain(&tied).filter_map(|hold| hold.parallel).collect();
    let named = |hold: &Hold| queue.iter().chain(&tied).any(|other| other.id == hold.id);
    ItemFacts {
        item: item.clone(),
        loan: loan.cloned(),
        last_closed: closed.cloned(),
        borrower: borrower.cloned(),
        tied: tied.and_then(with_patron),
        free_pickup_numbers: queue
            .iter()
            .chain(&tied)
            .map(|hold| (&hold.agency, &hold.pickup))
            .chain([(&item.agency, &item.current_branch)])
            .map(|(agency, branch)| (branch.clone(), free_pickup_number(state, agency, branch)))
            .collect::<BTreeMap<_, _>>(),
        occasion_fees: state
            .fees
            .values()
            .filter(|fee| fee.occasion.is_some() && borrower.is_some_and(|who| who.id == fee.patron))
            .cloned()
            .collect(),
        loan_fees: state
            .fees
            .values()
            .filter(|fee| fee.loans.iter().any(|id| of_interest(*id)))
            .cloned()
            .collect(),
        alternatives: state
            .holds
            .values()
            .filter(|hold| hold.parallel.is_some_and(|group| groups.contains(&group)) && !named(hold))
            .cloned()
            .collect(),
        queue: queue.into_iter().filter_map(with_patron).collect(),
    }
}

/// The lowest number from 1 that no ready hold has at that branch.
fn free_pickup_number(state: &State, agency: &AgencyId, branch: &BranchId) -> u16 {
    let taken: BTreeSet<u16> = state
        .holds
        .values()
        .filter(|hold| hold.agency == *agency && hold.pickup == *branch)
        .filter_map(|hold| match hold.state {
            HoldState::Ready { pickup_number, .. } => Some(pickup_number),
            _ => None,
        })
        .collect();
    (1..=u16::MAX).find(|number| !taken.contains(number)).unwrap_or(u16::MAX)
}

fn bib_facts(state: &State, reference: &BibRef) -> Option<BibFacts> {
    let (id, asking): (BibId, Option<AgencyId>) = match reference {
        BibRef::Id(id) => (*id, None),
        BibRef::Number(agency, number) => {
            let named = state.titles.values().filter(|title| title.control_number == *number);
            let title = own_or_only(named, |title| title.agency == *agency)?;
            (title.id, Some(agency.clone()))
        }
        BibRef::OfItem(reference) => {
            let item = item(state, reference)?;
            (item.bib, Some(item.agency.clone()))
        }
    };
    let title = state.titles.get(&id)?;
    let asks = |agency: &AgencyId| asking.as_ref().is_none_or(|asking| asking == agency);
    let mut holds = in_queue_order(state.holds.values().filter(|hold| hold.bib == id && asks(&hold.agency)));
    holds.sort_by_key(|hold| hold.state == HoldState::Waiting);
    Some(BibFacts {
        id,
        agency: title.agency.clone(),
        control_number: title.control_number.clone(),
        title: title.title.clone(),
        copies: state
            .items
            .values()
            .filter(|it| it.bib == id && asks(&it.agency))
            .cloned()
            .collect(),
        holds: holds.into_iter().cloned().collect(),
    })
}
