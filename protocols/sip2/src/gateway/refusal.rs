//! The library's refusals in the words of screens: which text, with which values. The texts themselves are data (`data/screen`).

use super::screen::Texts;
use skranke_core::circulation::Refusal;
use skranke_core::money::Money;
use skranke_core::time::TimeZone;

/// The key of a refusal's text, which also is its label in logs.
pub fn key(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownPatron => "unknown_patron",
        Refusal::UnknownItem => "unknown_item",
        Refusal::UnknownBib => "unknown_title",
        Refusal::WrongPin => "wrong_pin",
        Refusal::PinLocked { .. } => "pin_locked",
        Refusal::Blocked { code, .. } => match code {
            'O' => "card_lost",
            'U' | 'F' => "excluded",
            'E' => "owes_too_much",
            'S' => "blocked_at_automat",
            'W' => "not_confirmed",
            _ => "blocked",
        },
        Refusal::CardExpired { .. } => "card_expired",
        Refusal::DebtLimit { .. } => "debt_limit",
        Refusal::LoanLimit { .. } => "loan_limit",
        Refusal::HoldLimit { .. } => "hold_limit",
        Refusal::OverdueLimit { .. } => "overdue_limit",
        Refusal::AgeLimit { .. } => "age_limit",
        Refusal::NotResident => "not_resident",
        Refusal::OutsideHours => "outside_hours",
        Refusal::NotForLoan => "not_for_loan",
        Refusal::StaffMustDecide => "staff_must_decide",
        Refusal::NotAvailable => "not_available",
        Refusal::OnLoanToAnother => "on_loan_to_another",
        Refusal::AlreadyBorrowed => "already_borrowed",
        Refusal::HeldForAnother => "held_for_another",
        Refusal::FeeNotAcknowledged { .. } => "fee_not_acknowledged",
        Refusal::NotOnLoan => "not_on_loan",
        Refusal::NotYourLoan => "not_your_loan",
        Refusal::RenewalLimit { .. } => "renewal_limit",
        Refusal::Reserved => "reserved",
        Refusal::NotHoldable => "not_holdable",
        Refusal::AlreadyReserved { .. } => "already_reserved",
        Refusal::AlreadyOnLoanToPatron => "already_on_loan",
        Refusal::NoCopies => "no_copies",
        Refusal::UnknownHold => "unknown_hold",
        Refusal::UnknownPickup => "unknown_pickup",
        Refusal::DatePassed => "date_passed",
        Refusal::UnknownFee => "unknown_fee",
        Refusal::WrongCurrency => "wrong_currency",
        Refusal::BadAmount => "bad_amount",
        Refusal::Overpayment { .. } => "overpayment",
        Refusal::NothingToUndo => "nothing_to_undo",
        Refusal::TerminalMayNot => "terminal_may_not",
        Refusal::Incomplete => "incomplete",
    }
}

/// A refusal as a patron reads it.
pub fn text(refusal: &Refusal, texts: &Texts, zone: &TimeZone) -> String {
    let key = key(refusal);
    let amount = |money: &Money| texts.amount(money);
    let values: Vec<(&str, String)> = match refusal {
        Refusal::PinLocked { until } => vec![("time", zone.to_datetime(*until).strftime("%H:%M").to_string())],
        Refusal::CardExpired { on } => vec![("date", texts.date(*on))],
        Refusal::DebtLimit { owed, limit } => vec![("owed", amount(owed)), ("limit", amount(limit))],
        Refusal::LoanLimit { max, .. } | Refusal::HoldLimit { max, .. } | Refusal::OverdueLimit { max, .. } => {
            vec![("max", max.to_string())]
        }
        Refusal::RenewalLimit { max } => vec![("max", max.to_string())],
        Refusal::AgeLimit { min } => vec![("min", min.to_string())],
        Refusal::FeeNotAcknowledged { amount: money, .. } => vec![("amount", amount(money))],
        Refusal::AlreadyReserved { position } => vec![("position", position.to_string())],
        Refusal::Overpayment { owed } => vec![("owed", amount(owed))],
        _ => Vec::new(),
    };
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    texts.fill(key, &values)
}
