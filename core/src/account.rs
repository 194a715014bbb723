//! What patrons owe: an append-only ledger of fees and payments.

use crate::ids::{FeeId, ItemId, LoanId, PatronId};
use crate::money::Money;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// A fee with what has been paid of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fee {
    /// Shown to the patron.
    pub id: FeeId,
    /// Who owes it.
    pub patron: PatronId,
    /// Why.
    pub kind: FeeKind,
    /// The whole amount.
    pub amount: Money,
    /// Paid so far, same currency.
    pub paid: i64,
    /// When it was raised.
    pub raised: Timestamp,
    /// What it is for, as the patron reads it: a title, several titles.
    pub text: String,
    /// Items it covers: one fee may cover several.
    pub items: Vec<ItemId>,
    /// Loans it arose from, so that an undone return removes it and a settled one lets the link go.
    pub loans: Vec<LoanId>,
    /// The return occasion it belongs to, where fees are grouped: (due date, local day of return).
    pub occasion: Option<(Date, Date)>,
}

impl Fee {
    /// What is still owed, in minor units.
    pub fn owed(&self) -> i64 {
        self.amount.minor - self.paid
    }
}

/// Why a fee was raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FeeKind {
    /// Anything else.
    Other,
    /// Administration.
    Administrative,
    /// Damage.
    Damage,
    /// Late return.
    Overdue,
    /// Preparing a replacement.
    Processing,
    /// A loan that costs money.
    Rental,
    /// Compensation for a lost item.
    Replacement,
    /// Computer time.
    Computer,
    /// Placing a hold.
    Hold,
}

/// One line of the ledger. Lines are only ever added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerLine {
    /// The fee it changes.
    pub fee: FeeId,
    /// Whose.
    pub patron: PatronId,
    /// Raised: positive. Paid, waived or withdrawn: negative.
    pub amount: Money,
    /// What it is.
    pub what: LedgerKind,
    /// When.
    pub at: Timestamp,
    /// Which terminal.
    pub terminal: String,
    /// The payer's transaction id, where there is one.
    pub transaction: Option<String>,
    /// How it was paid: the two digits of SIP2's payment type.
    pub payment_type: Option<u8>,
}

/// What a ledger line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LedgerKind {
    /// The fee came into being, or grew.
    Raised,
    /// Money came in.
    Paid,
    /// The fee was withdrawn: its return was undone.
    Withdrawn,
}
