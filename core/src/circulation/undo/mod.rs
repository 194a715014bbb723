//! Undoing the check-out or check-in that this terminal just made, because the device failed after we had said yes.
//!
//! Each check-out and check-in leaves a memory of what it changed, keyed by the item and kept for [`KEPT_MINUTES`]. Undoing puts that
//! back as it was, provided that the same terminal asks and that the item's loan is still as it left it.

pub mod checkin;
pub mod checkout;

use super::fines::Lateness;
use super::{Context, trap};
use crate::account::Fee;
use crate::desk::command::Actor;
use crate::hold::Hold;
use crate::ids::{Barcode, BranchId, FeeId, HoldId};
use crate::item::{Item, ItemState};
use crate::loan::Loan;
use crate::ports::{Change, ItemFacts};
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// For how long an operation may be undone.
const KEPT_MINUTES: i64 = 15;

/// What changed of an item when it was lent or taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Place {
    state: ItemState,
    current_branch: BranchId,
    tied_to: Option<HoldId>,
}

impl Place {
    fn of(item: &Item) -> Self {
        Self {
            state: item.state.clone(),
            current_branch: item.current_branch.clone(),
            tied_to: item.tied_to,
        }
    }

    /// The item there again, otherwise as it is now.
    fn restored(self, item: &Item) -> Item {
        Item {
            state: self.state,
            current_branch: self.current_branch,
            tied_to: self.tied_to,
            ..item.clone()
        }
    }
}

/// What a check-out changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Lent {
    terminal: String,
    /// The loan as it was left.
    loan: Loan,
    /// The loan before, where it was a renewal.
    renewed_from: Option<Loan>,
    place: Place,
    /// The hold it fulfilled and the alternatives that vanished, as they were.
    holds: Vec<Hold>,
    fee: Option<FeeId>,
    /// The day under which it was counted.
    day: Date,
}

impl Lent {
    pub fn new(lent: &super::checkout::Lent, found: &ItemFacts, context: &Context) -> Self {
        let own = found.tied.as_ref().map(|(hold, _)| hold.id) == lent.ended.first().map(|hold| hold.id);
        let place = if lent.renewed || (own && found.loan.is_none()) {
            Place::of(&found.item)
        } else {
            // an off-line loan ended another's loan or hold: that is not given back
            Place::of(&trap::set_free(&found.item))
        };
        Self {
            terminal: context.actor.terminal.clone(),
            loan: lent.loan.clone(),
            renewed_from: found.loan.clone().filter(|_| lent.renewed),
            place,
            holds: lent.ended.clone(),
            fee: lent.fee.as_ref().map(|fee| fee.id),
            day: context.today(),
        }
    }

    pub fn remember(&self, item: &Barcode, context: &Context) -> Change {
        remember(key("undo-checkout", item, &context.actor), self, context)
    }
}

/// What a check-in changed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Returned {
    terminal: String,
    /// The loan as it was.
    loan: Loan,
    place: Place,
    /// The hold that caught the item, as it was, and the alternatives that vanished.
    caught: Option<Hold>,
    alternatives: Vec<Hold>,
    /// The fee it raised or joined, as it was left and as it was before.
    fee: Option<(Fee, Option<Fee>)>,
    /// The day under which it was counted.
    day: Date,
}

impl Returned {
    pub fn new(loan: &Loan, lateness: Option<&Lateness>, caught: Option<Hold>, found: &ItemFacts, context: &Context) -> Self {
        let alternatives = trap::with_alternatives(caught.as_ref(), found).into_iter().skip(1).collect();
        Self {
            terminal: context.actor.terminal.clone(),
            loan: loan.clone(),
            place: Place::of(&found.item),
            caught,
            alternatives,
            fee: lateness.map(|l| (l.fee.clone(), l.before.clone())),
            day: context.today(),
        }
    }

    pub fn remember(&self, item: &Barcode, context: &Context) -> Change {
        remember(key("undo-checkin", item, &context.actor), self, context)
    }
}

/// Under which key an item's last operation is remembered.
fn key(operation: &str, item: &Barcode, actor: &Actor) -> String {
    format!("{operation}:{}/{item}", actor.agency)
}

fn remember(key: String, memory: &impl Serialize, context: &Context) -> Change {
    match serde_json::to_string(memory) {
        Ok(value) => Change::Remember {
            key,
            value,
            until: context.now + jiff::SignedDuration::from_mins(KEPT_MINUTES),
        },
        // nothing to undo is better than the wrong thing
        Err(_) => Change::Forget(key),
    }
}
