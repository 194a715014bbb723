//! The item's state as circulation status, and the patron's standing as the 14 positions of the patron status: digest 8, Danish
//! profile 15 and 16.

use crate::message::types::{PatronFlag, PatronStatus};
use skranke_core::account::FeeKind;
use skranke_core::block::Activity;
use skranke_core::circulation::Refusal;
use skranke_core::desk::Role;
use skranke_core::desk::reply::Standing;
use skranke_core::item::ItemState;

/// Circulation status, 2 digits. An item on loan that was called back is 07.
pub fn circulation(state: &ItemState, recalled: bool) -> u16 {
    match state {
        ItemState::Unavailable | ItemState::Withdrawn => 1,
        ItemState::OnOrder => 2,
        ItemState::Available => 3,
        ItemState::OnLoan if recalled => 7,
        ItemState::OnLoan => 4,
        ItemState::InProcess => 6,
        ItemState::OnHoldShelf => 8,
        ItemState::Reshelving => 9,
        ItemState::InTransit { .. } => 10,
        ItemState::ClaimedReturned => 11,
        ItemState::Lost => 12,
        ItemState::Missing => 13,
    }
}

/// What the terminal is told of a patron who is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The 14 positions.
    pub status: PatronStatus,
    /// BL: the card is a patron's, whatever blocks it; at a door, that it opens.
    pub valid: bool,
    /// Whether anything personal goes out: not to whoever shows a card that may not log in, such as a lost one.
    pub known: bool,
}

/// The patron status. Only what is true is set: clients that authenticate take nearly any flag for "no access". A door is told
/// its own rule's answer and nothing else.
pub fn patron(standing: &Standing, role: Role) -> Told {
    if role == Role::Door {
        let open = standing.may(Activity::OpenDoor);
        return Told {
            status: if open {
                PatronStatus::default()
            } else {
                PatronStatus::NOTHING_ALLOWED
            },
            valid: open,
            known: open,
        };
    }
    let mut status = PatronStatus::default();
    let mut set = |when: bool, flag| {
        if when {
            status = status.with(flag);
        }
    };
    let limits_only = |reasons: &Vec<Refusal>| reasons.iter().all(|r| matches!(r, Refusal::HoldLimit { .. }));
    set(!standing.may(Activity::Borrow), PatronFlag::ChargeDenied);
    set(!standing.may(Activity::Renew), PatronFlag::RenewalDenied);
    set(
        standing.denied.get(&Activity::Reserve).is_some_and(|r| !limits_only(r)),
        PatronFlag::RecallDenied,
    );
    set(!standing.may(Activity::Reserve), PatronFlag::HoldDenied);
    set(standing.card_lost, PatronFlag::CardLost);
    set(standing.too_many_loans, PatronFlag::TooManyCharged);
    set(standing.too_many_overdue, PatronFlag::TooManyOverdue);
    set(standing.too_much_debt, PatronFlag::ExcessiveFines);
    set(standing.too_much_debt, PatronFlag::ExcessiveFees);
    Told {
        status,
        valid: true,
        known: standing.may(Activity::LogIn),
    }
}

/// Why a patron may not do what terminals of this role are for.
pub fn reasons(standing: &Standing, role: Role) -> Vec<Refusal> {
    let activity = match role {
        Role::Door => Activity::OpenDoor,
        Role::Desk | Role::Automat | Role::Sorter => Activity::Borrow,
    };
    standing.denied.get(&activity).cloned().unwrap_or_default()
}

/// Fee type, 2 digits.
pub fn fee_type(kind: FeeKind) -> u16 {
    match kind {
        FeeKind::Other => 1,
        FeeKind::Administrative => 2,
        FeeKind::Damage => 3,
        FeeKind::Overdue => 4,
        FeeKind::Processing => 5,
        FeeKind::Rental => 6,
        FeeKind::Replacement => 7,
        FeeKind::Computer => 8,
        FeeKind::Hold => 9,
    }
}

/// The kind of a fee type; `None` for 01 (other or unknown) and what no list has.
pub fn fee_kind(code: u16) -> Option<FeeKind> {
    Some(match code {
        2 => FeeKind::Administrative,
        3 => FeeKind::Damage,
        4 => FeeKind::Overdue,
        5 => FeeKind::Processing,
        6 => FeeKind::Rental,
        7 => FeeKind::Replacement,
        8 => FeeKind::Computer,
        9 => FeeKind::Hold,
        _ => return None,
    })
}
