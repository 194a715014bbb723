//! How a loan ends: what lateness costs, and when the link to the person goes.

use super::Context;
use super::fines::{Lateness, lateness};
use crate::account::Fee;
use crate::loan::Loan;
use crate::ports::{Change, ItemFacts};
use crate::time::Timestamp;

/// A loan that ends.
pub(super) struct Closing {
    /// As it is afterwards; without the person where nothing holds him any more.
    pub loan: Loan,
    /// What lateness costs.
    pub lateness: Option<Lateness>,
    /// The changes that bring it about.
    pub changes: Vec<Change>,
}

impl Closing {
    /// The fee for lateness as it is afterwards.
    pub fn fee(&self) -> Option<Fee> {
        self.lateness.as_ref().map(|l| l.fee.clone())
    }
}

/// Ends `loan` of the item as of `at`. `number` is for a fee.
pub(super) fn close(loan: &Loan, found: &ItemFacts, at: Timestamp, number: i64, context: &Context) -> Closing {
    let lateness = found
        .borrower
        .as_ref()
        .and_then(|borrower| lateness(loan, &found.item, borrower, at, &found.occasion_fees, number, context));
    let owes = found.loan_fees.iter().any(|fee| fee.owed() > 0 && fee.loans.contains(&loan.id))
        || lateness.as_ref().is_some_and(|l| l.fee.owed() > 0);
    let wants_history = found.borrower.as_ref().is_some_and(|b| b.keep_history);
    let mut closed = loan.clone();
    closed.closed = Some(at);
    if !owes && !wants_history {
        closed.patron = None;
    }
    let mut changes = vec![Change::LoanClosed(closed.clone())];
    if let Some(lateness) = &lateness {
        changes.extend(lateness.changes(context));
    }
    Closing {
        loan: closed,
        lateness,
        changes,
    }
}
