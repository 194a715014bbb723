//! Loans. An item has at most one open loan.

use crate::ids::{BranchId, ItemId, LoanId, PatronId};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A loan, open until `closed` is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// In the store.
    pub id: LoanId,
    /// What is lent.
    pub item: ItemId,
    /// To whom; `None` once the link to the person is gone.
    pub patron: Option<PatronId>,
    /// When it began.
    pub made: Timestamp,
    /// End of the last day, UTC.
    pub due: Timestamp,
    /// How often it was renewed.
    pub renewals: u16,
    /// The branch that lent it.
    pub branch: BranchId,
    /// The terminal that made it.
    pub terminal: String,
    /// When it was returned, as told (a book drop may be emptied later).
    pub closed: Option<Timestamp>,
    /// Earliest day from which it may be called back, where it was recalled.
    pub recalled: Option<Timestamp>,
}
