//! The library says no: every reason, typed.

use crate::account::FeeKind;
use crate::block::Activity;
use crate::money::Money;
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

/// One reason. Protocols map it to their own words by a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refusal {
    /// No patron has that card.
    UnknownPatron,
    /// No item has that barcode.
    UnknownItem,
    /// No record has that number.
    UnknownBib,
    /// The PIN is wrong, or missing where it is demanded.
    WrongPin,
    /// Too many wrong PINs: not looked at.
    PinLocked {
        /// When it will be looked at again.
        until: Timestamp,
    },
    /// A block stops this activity.
    Blocked {
        /// The block's code.
        code: char,
        /// Its message.
        message: String,
        /// What it stops.
        stops: Activity,
    },
    /// The card has expired.
    CardExpired {
        /// Its last day.
        on: Date,
    },
    /// Owes more than the limit.
    DebtLimit {
        /// Owed.
        owed: Money,
        /// The limit.
        limit: Money,
    },
    /// Has as many loans as allowed.
    LoanLimit {
        /// Has.
        have: u32,
        /// May have.
        max: u16,
    },
    /// Has as many holds as allowed.
    HoldLimit {
        /// Has.
        have: u32,
        /// May have.
        max: u16,
    },
    /// Too many loans are overdue.
    OverdueLimit {
        /// Overdue.
        have: u32,
        /// May be.
        max: u16,
    },
    /// Too young.
    AgeLimit {
        /// Youngest age in years.
        min: u8,
    },
    /// Not resident where the door or the rule wants it.
    NotResident,
    /// Outside the hours of the door.
    OutsideHours,
    /// The rule or the restriction code says that it is not lent.
    NotForLoan,
    /// Staff must decide: restriction code b.
    StaffMustDecide,
    /// Lost, missing, withdrawn, in process: not to be lent as it is.
    NotAvailable,
    /// On loan to somebody else.
    OnLoanToAnother,
    /// On loan to this patron, and the terminal may not renew.
    AlreadyBorrowed,
    /// Waits for somebody else.
    HeldForAnother,
    /// The loan or hold costs money and the fee was not acknowledged.
    FeeNotAcknowledged {
        /// What for.
        kind: FeeKind,
        /// How much.
        amount: Money,
    },
    /// Not on loan at all.
    NotOnLoan,
    /// On loan to somebody else and this terminal may not act for third parties.
    NotYourLoan,
    /// Renewed as often as allowed.
    RenewalLimit {
        /// How often that is.
        max: u16,
    },
    /// Others wait for it.
    Reserved,
    /// May not be reserved.
    NotHoldable,
    /// This patron has a hold on it already.
    AlreadyReserved {
        /// Place in the queue.
        position: u32,
    },
    /// This patron has it on loan already.
    AlreadyOnLoanToPatron,
    /// No copy could ever satisfy it.
    NoCopies,
    /// No such hold.
    UnknownHold,
    /// No such pickup place.
    UnknownPickup,
    /// The day has passed.
    DatePassed,
    /// No such fee.
    UnknownFee,
    /// Another currency than the library's.
    WrongCurrency,
    /// Not an amount above zero with two decimals.
    BadAmount,
    /// More than is owed.
    Overpayment {
        /// Owed.
        owed: Money,
    },
    /// This terminal did not just do what it wants undone.
    NothingToUndo,
    /// This terminal may not do this.
    TerminalMayNot,
    /// The request lacks what it needs: an item, a title.
    Incomplete,
}

/// A refusal with every reason, the weightiest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// At least one.
    pub reasons: Vec<Refusal>,
}

impl Refused {
    /// One reason.
    pub fn because(reason: Refusal) -> Self {
        Self { reasons: vec![reason] }
    }

    /// The weightiest reason.
    pub fn first(&self) -> Option<&Refusal> {
        self.reasons.first()
    }
}
