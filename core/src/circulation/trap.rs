//! Which hold does an item serve that was handed in, and where must it go now.

use super::Context;
use super::due::pickup_deadline;
use crate::desk::reply::{Alert, Caught};
use crate::hold::{Hold, HoldState};
use crate::ids::BranchId;
use crate::item::{Item, ItemState, LoanRestriction};
use crate::patron::Patron;
use crate::ports::{Change, HoldEnd, ItemFacts};
use crate::time::Date;

/// The hold whose turn it is on `day`: the first in the queue that takes part and that the item serves. A copy that nobody may
/// borrow serves none.
pub fn next(found: &ItemFacts, day: Date) -> Option<&(Hold, Patron)> {
    if found.item.loan_restriction.is_some_and(LoanRestriction::bars_loan) {
        return None;
    }
    found
        .queue
        .iter()
        .filter(|(hold, _)| hold.takes_part_on(day) && hold.served_by(&found.item))
        .min_by_key(|(hold, _)| (hold.placed, hold.id))
}

/// Where an item must go, and what changes by it.
#[derive(Debug)]
pub struct Route {
    /// The item as it is afterwards.
    pub item: Item,
    /// Holds revised or ended.
    pub changes: Vec<Change>,
    /// Where it must go; the branch itself where it stays.
    pub destination: BranchId,
    /// Why staff or a sorter should look.
    pub alert: Option<Alert>,
    /// The hold it serves.
    pub caught: Option<Caught>,
    /// That hold as it was before, where it was changed.
    pub caught_before: Option<Hold>,
}

/// Decides where `found` goes that was handed in or scanned at `branch`. The same again changes nothing more.
pub fn route(found: &ItemFacts, branch: &BranchId, context: &Context) -> Route {
    let mut item = found.item.clone();
    item.current_branch = branch.clone();
    let mut route = Route {
        destination: item.placement.branch.clone(),
        item,
        changes: Vec::new(),
        alert: None,
        caught: None,
        caught_before: None,
    };
    match found.item.state {
        // staff has a reason that a scan at a return flap does not undo
        ItemState::InProcess | ItemState::OnOrder | ItemState::Unavailable | ItemState::Withdrawn => {
            route.alert = Some(Alert::Found);
            return route;
        }
        _ if found.item.agency != context.actor.agency => {
            route.alert = Some(Alert::InterLibrary);
            route.item.state = ItemState::InTransit {
                to: route.destination.clone(),
            };
            return route;
        }
        _ => {}
    }
    if let Some((hold, patron)) = &found.tied {
        if waited_in_vain(hold, context) {
            route.changes.push(Change::HoldEnded(hold.clone(), HoldEnd::Expired));
            route.item.tied_to = None;
        } else {
            tie(&mut route, found, hold, patron, context);
            return route;
        }
    }
    match next(found, context.today()) {
        Some((hold, patron)) if context.actor.powers.fulfil_holds => tie(&mut route, found, hold, patron, context),
        Some((hold, patron)) => send_towards(&mut route, hold, patron),
        None => send_home(&mut route, &found.item.state),
    }
    route
}

/// The item is the hold's from here on: on the hold shelf where it is picked up, else on its way there.
fn tie(route: &mut Route, found: &ItemFacts, hold: &Hold, patron: &Patron, context: &Context) {
    let mut tied = hold.clone();
    let item = found.item.id;
    route.item.tied_to = Some(hold.id);
    route.destination = hold.pickup.clone();
    if hold.pickup == route.item.current_branch {
        route.item.state = ItemState::OnHoldShelf;
        route.alert = Some(Alert::HoldHere);
        if !matches!(hold.state, HoldState::Ready { .. }) {
            let days = context.rule(patron, &found.item).hold_shelf_days;
            tied.state = HoldState::Ready {
                item,
                until: pickup_deadline(context.today(), days, context.agency(), &hold.pickup),
                pickup_number: found.free_pickup_numbers.get(&hold.pickup).copied().unwrap_or(1),
            };
        }
    } else {
        route.item.state = ItemState::InTransit { to: hold.pickup.clone() };
        route.alert = Some(Alert::HoldElsewhere);
        tied.state = HoldState::InTransit { item };
    }
    if tied != *hold {
        route.changes.push(Change::HoldRevised(tied.clone()));
        route.caught_before = Some(hold.clone());
    }
    if let Some(group) = hold.parallel.filter(|_| hold.state == HoldState::Waiting) {
        route.changes.push(Change::ParallelEnded { group, winner: hold.id });
    }
    route.caught = Some(caught(tied, patron, true));
}

/// The terminal does not tie items: the item goes to the pickup branch all the same, where staff's scan ties it.
fn send_towards(route: &mut Route, hold: &Hold, patron: &Patron) {
    let here = hold.pickup == route.item.current_branch;
    route.alert = Some(if here { Alert::HoldHere } else { Alert::HoldElsewhere });
    route.destination = hold.pickup.clone();
    route.item.state = ItemState::InTransit { to: hold.pickup.clone() };
    route.caught = Some(caught(hold.clone(), patron, false));
}

/// Nobody waits: on the shelf at home, else on the way there.
fn send_home(route: &mut Route, before: &ItemState) {
    let home = &route.item.placement.branch;
    if *home == route.item.current_branch {
        route.item.state = ItemState::Available;
        if matches!(before, ItemState::Lost | ItemState::Missing | ItemState::ClaimedReturned) {
            route.alert = Some(Alert::Found);
        }
    } else {
        route.item.state = ItemState::InTransit { to: home.clone() };
        route.alert = Some(Alert::SendHome);
    }
}

/// The hold, then the other holds of its group, which vanish with it.
pub(super) fn with_alternatives(hold: Option<&Hold>, found: &ItemFacts) -> Vec<Hold> {
    let group = hold.and_then(|h| h.parallel);
    let alternatives = found
        .alternatives
        .iter()
        .filter(|other| group.is_some() && other.parallel == group && hold.is_some_and(|h| h.id != other.id));
    hold.into_iter().chain(alternatives).cloned().collect()
}

/// The item without its hold or its loan: still under way where it was, else at hand, to be scanned and put where it belongs.
pub(super) fn set_free(item: &Item) -> Item {
    let mut item = item.clone();
    item.tied_to = None;
    if matches!(item.state, ItemState::OnHoldShelf | ItemState::OnLoan) {
        let home = item.placement.branch.clone();
        item.state = if item.current_branch == home {
            ItemState::Reshelving
        } else {
            ItemState::InTransit { to: home }
        };
    }
    item
}

/// Ready, and the last day to pick it up has passed.
fn waited_in_vain(hold: &Hold, context: &Context) -> bool {
    matches!(hold.state, HoldState::Ready { until, .. } if until < context.now)
}

fn caught(hold: Hold, patron: &Patron, tied: bool) -> Caught {
    Caught {
        hold,
        tied,
        card: patron.card().cloned(),
        name: patron.name.clone(),
        phone: patron.contact.phones.first().map(|(number, _)| number.clone()),
    }
}
