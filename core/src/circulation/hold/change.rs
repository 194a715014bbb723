//! Changing a hold: only what was sent.

use super::{find, is_pickup, told};
use crate::circulation::{Context, Refusal, renew};
use crate::desk::command::{Actor, ScopeWanted, What};
use crate::desk::reply::{Answer, HoldDone};
use crate::hold::{Hold, HoldScope, HoldState};
use crate::ids::BranchId;
use crate::item::ItemState;
use crate::ports::{BibFacts, Change, Decided, Facts, Need, PatronRef};
use crate::time::Date;

/// What shall be otherwise; `None` stays.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// New last day.
    pub expires: Option<Date>,
    /// New pickup place.
    pub pickup: Option<BranchId>,
    /// New scope.
    pub scope: Option<ScopeWanted>,
}

/// What must be known: the patron with his holds, the record that is named, and whether the new pickup place exists.
pub fn need(what: &What, wanted: &Wanted, actor: &Actor, patron: Vec<PatronRef>) -> Need {
    Need {
        patron,
        patron_lists: true,
        bibs: super::bib_ref(what, actor).into_iter().collect(),
        branch: wanted.pickup.clone().map(|branch| (actor.agency.clone(), branch)),
        ..Need::default()
    }
}

/// Changes the hold; its place in the queue stays. What is on the hold shelf already is picked up where it is.
pub fn decide(what: &What, wanted: &Wanted, facts: &Facts, context: &Context) -> Decided<Answer<HoldDone>> {
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    if let Some(why) = context.pin_refusal() {
        return context.refused(facts, vec![why]);
    }
    if !renew::is_named(what) {
        return context.refused(facts, vec![Refusal::Incomplete]);
    }
    let bib = facts.bibs.iter().flatten().next();
    let line = find(what, patron).or_else(|| patron.holds.iter().find(|line| Some(line.hold.bib) == bib.map(|b| b.id)));
    let Some(line) = line else {
        return context.refused(facts, vec![Refusal::UnknownHold]);
    };
    let mut reasons = Vec::new();
    if wanted.expires.is_some_and(|last| last < context.today()) {
        reasons.push(Refusal::DatePassed);
    }
    if let Some(pickup) = &wanted.pickup {
        if !is_pickup(pickup, facts.branch_exists, bib, patron, context) {
            reasons.push(Refusal::UnknownPickup);
        } else if matches!(line.hold.state, HoldState::Ready { .. }) && *pickup != line.hold.pickup {
            reasons.push(Refusal::NotAvailable);
        }
    }
    let mut hold = line.hold.clone();
    match rescoped(&hold, what, wanted, bib) {
        Ok(scope) => hold.scope = scope,
        Err(why) => reasons.push(why),
    }
    if !reasons.is_empty() {
        return context.refused(facts, reasons);
    }
    hold.expires = wanted.expires.or(hold.expires);
    hold.pickup = wanted.pickup.clone().unwrap_or(hold.pickup);
    let mut changes = Vec::new();
    let mut item = line.item.clone();
    if let (Some(item), HoldState::InTransit { .. }) = (&mut item, &hold.state) {
        let to = hold.pickup.clone();
        item.state = ItemState::InTransit { to };
        changes.push(Change::Item(item.clone()));
    }
    changes.push(Change::HoldRevised(hold.clone()));
    if hold == line.hold {
        changes.clear();
    }
    let mut answer = context.answer(facts, Ok(told(line, hold)));
    answer.item = item;
    context.decided(changes, answer)
}

/// The scope asked for, or the one it has. Once an item is tied the question is settled.
fn rescoped(hold: &Hold, what: &What, wanted: &Wanted, bib: Option<&BibFacts>) -> Result<HoldScope, Refusal> {
    let (HoldState::Waiting, Some(scope)) = (&hold.state, wanted.scope) else {
        return Ok(hold.scope.clone());
    };
    Ok(match scope {
        ScopeWanted::AnyCopy => HoldScope::AnyCopy,
        ScopeWanted::AtBranch => HoldScope::BranchCopy(wanted.pickup.clone().unwrap_or_else(|| hold.pickup.clone())),
        ScopeWanted::ThisCopy => {
            let barcode = what.item.as_ref().ok_or(Refusal::Incomplete)?;
            let copy = bib
                .and_then(|bib| bib.copies.iter().find(|c| c.barcode == *barcode))
                .ok_or(Refusal::UnknownItem)?;
            HoldScope::Copy(copy.id)
        }
    })
}
