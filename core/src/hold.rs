//! Holds: on a record, on one item, or on one issue of a serial.

use crate::agency::AgencyId;
use crate::ids::{BibId, BranchId, HoldId, ItemId, ParallelId, PatronId};
use crate::item::Item;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// A hold of one patron. It exists only while it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// In the store.
    pub id: HoldId,
    /// Who waits.
    pub patron: PatronId,
    /// The patron's library: only its items satisfy the hold, since records may be shared but holdings never.
    pub agency: AgencyId,
    /// For which record.
    pub bib: BibId,
    /// What satisfies it.
    pub scope: HoldScope,
    /// Alternatives: the first to arrive wins, the others vanish.
    pub parallel: Option<ParallelId>,
    /// Place in the queue: the time it was placed, then its number.
    pub placed: Timestamp,
    /// Not before this day.
    pub activates: Option<Date>,
    /// Last day on which it is still wanted.
    pub expires: Option<Date>,
    /// Where it is picked up.
    pub pickup: BranchId,
    /// The patron's pause, from–to, copied from him when he pauses: skipped, place kept.
    pub pause: Option<(Date, Date)>,
    /// Waiting, under way or ready.
    pub state: HoldState,
}

/// What satisfies a hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldScope {
    /// Any copy (SIP2 hold type 2).
    AnyCopy,
    /// This copy (type 3).
    Copy(ItemId),
    /// Any copy of one branch (type 4).
    BranchCopy(BranchId),
    /// One issue of a serial, by its display text.
    Issue(String),
}

/// How far a hold has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum HoldState {
    /// In the queue.
    Waiting,
    /// An item is tied and on its way.
    InTransit {
        /// The item.
        item: ItemId,
    },
    /// On the hold shelf.
    Ready {
        /// The item.
        item: ItemId,
        /// Last day to pick it up, end of an open day, UTC.
        until: Timestamp,
        /// Short number on the hold shelf instead of a name.
        pickup_number: u16,
    },
}

impl Hold {
    /// Whether `item` is a copy that this hold asks for. Says nothing about whose turn it is.
    pub fn served_by(&self, item: &Item) -> bool {
        self.agency == item.agency
            && self.bib == item.bib
            && match &self.scope {
                HoldScope::AnyCopy => true,
                HoldScope::Copy(id) => *id == item.id,
                HoldScope::BranchCopy(branch) => *branch == item.placement.branch,
                HoldScope::Issue(issue) => item.issue.as_ref() == Some(issue),
            }
    }

    /// The item tied to it.
    pub fn tied_item(&self) -> Option<ItemId> {
        match self.state {
            HoldState::Waiting => None,
            HoldState::InTransit { item } | HoldState::Ready { item, .. } => Some(item),
        }
    }

    /// Whether it takes part in the queue on `day`: activated, not expired, not paused, still waiting.
    pub fn takes_part_on(&self, day: Date) -> bool {
        self.state == HoldState::Waiting
            && self.activates.is_none_or(|from| from <= day)
            && self.expires.is_none_or(|last| day <= last)
            && self.pause.is_none_or(|(from, to)| day < from || to < day)
    }
}
