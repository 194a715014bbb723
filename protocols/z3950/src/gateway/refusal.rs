//! Why the library refuses an order, in words for a diagnostic's addinfo. They name no person, no amount and no other patron's affairs.

use skranke_core::circulation::Refusal;

/// The words for a reason.
pub(super) fn words(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownPatron => "unknown patron",
        Refusal::UnknownItem => "unknown item",
        Refusal::UnknownBib => "unknown record",
        Refusal::WrongPin | Refusal::PinLocked { .. } => "PIN",
        Refusal::Blocked { .. } => "patron blocked",
        Refusal::CardExpired { .. } => "card expired",
        Refusal::DebtLimit { .. } => "debt limit",
        Refusal::LoanLimit { .. } => "loan limit",
        Refusal::HoldLimit { .. } => "hold limit",
        Refusal::OverdueLimit { .. } => "overdue limit",
        Refusal::AgeLimit { .. } => "age limit",
        Refusal::NotResident => "not a resident",
        Refusal::NotHoldable => "may not be reserved",
        Refusal::AlreadyReserved { .. } => "reserved already",
        Refusal::AlreadyOnLoanToPatron => "on loan to the patron already",
        Refusal::NoCopies => "no copies",
        Refusal::UnknownPickup => "unknown pickup place",
        Refusal::DatePassed => "the date has passed",
        Refusal::FeeNotAcknowledged { .. } => "a fee is to be acknowledged",
        Refusal::TerminalMayNot => "user may not",
        Refusal::Incomplete => "incomplete",
        // What else may be refused concerns items and money, not holds.
        _ => "refused",
    }
}
