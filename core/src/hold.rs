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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory_store::samples;

    fn hold() -> Hold {
        Hold {
            id: HoldId(1),
            patron: PatronId(1),
            agency: samples::agency_id(),
            bib: BibId(1),
            scope: HoldScope::AnyCopy,
            parallel: None,
            placed: Timestamp::UNIX_EPOCH,
            activates: None,
            expires: None,
            pickup: "main".into(),
            pause: None,
            state: HoldState::Waiting,
        }
    }

    #[test]
    fn first_and_last_days_count() {
        let day = |text: &str| -> Date { text.parse().unwrap() };
        let hold = Hold {
            activates: Some(day("2026-03-02")),
            expires: Some(day("2026-03-20")),
            pause: Some((day("2026-03-05"), day("2026-03-06"))),
            ..hold()
        };
        for (on, takes_part) in [
            ("2026-03-01", false),
            ("2026-03-02", true),
            ("2026-03-04", true),
            ("2026-03-05", false),
            ("2026-03-06", false),
            ("2026-03-07", true),
            ("2026-03-20", true),
            ("2026-03-21", false),
        ] {
            assert_eq!(hold.takes_part_on(day(on)), takes_part, "{on}");
        }
        let tied = Hold {
            state: HoldState::InTransit { item: ItemId(1) },
            ..hold
        };
        assert!(!tied.takes_part_on(day("2026-03-02")));
    }

    #[test]
    fn scopes() {
        let mut copy = samples::item(1, 1, "north");
        copy.issue = Some("2026/3".to_owned());
        for (scope, served) in [
            (HoldScope::AnyCopy, true),
            (HoldScope::Copy(ItemId(1)), true),
            (HoldScope::Copy(ItemId(2)), false),
            (HoldScope::BranchCopy("north".into()), true),
            (HoldScope::BranchCopy("main".into()), false),
            (HoldScope::Issue("2026/3".to_owned()), true),
            (HoldScope::Issue("2026/4".to_owned()), false),
        ] {
            let wanted = Hold { scope, ..hold() };
            assert_eq!(wanted.served_by(&copy), served, "{:?}", wanted.scope);
        }
        // records may be shared between libraries, holdings never
        copy.agency = AgencyId::parse("DK-710100");
        assert!(!hold().served_by(&copy));
    }
}
