//! Ending a hold whose time is over: not wanted any more, or not picked up in time.

use crate::circulation::{Context, trap};
use crate::hold::{Hold, HoldState};
use crate::ports::{Change, Decided, Facts, HoldEnd, Need, PatronRef};
use crate::time::local_date;

/// What must be known: the patron with his holds.
pub fn need(hold: &Hold) -> Need {
    Need {
        patron: vec![PatronRef::Id(hold.patron)],
        patron_lists: true,
        ..Need::default()
    }
}

/// Ends the hold if it is still there and its time is over by its library's local day. An item that was tied to it is free: the
/// next scan sends it to who waits next, or home. Tells whether the hold ended.
pub fn decide(hold: &Hold, facts: &Facts, context: &Context) -> Decided<bool> {
    let lines = facts.patron.iter().flat_map(|patron| &patron.holds);
    let line = lines.into_iter().find(|line| line.hold.id == hold.id);
    let Some(line) = line.filter(|line| is_over(&line.hold, context)) else {
        return context.decided(Vec::new(), false);
    };
    let mut changes = vec![Change::HoldEnded(line.hold.clone(), HoldEnd::Expired)];
    let tied = line.item.as_ref().filter(|item| item.tied_to == Some(line.hold.id));
    changes.extend(tied.map(|item| Change::Item(trap::set_free(item))));
    context.decided(changes, true)
}

/// A hold under way is not over: its item comes in any case.
fn is_over(hold: &Hold, context: &Context) -> bool {
    let today = local_date(context.now, &context.library.agency(&hold.agency).time_zone);
    match hold.state {
        HoldState::Waiting => hold.expires.is_some_and(|last| last < today),
        HoldState::Ready { until, .. } => until < context.now,
        HoldState::InTransit { .. } => false,
    }
}
