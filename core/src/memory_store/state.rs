//! The rows.

use crate::account::{Fee, LedgerLine};
use crate::agency::AgencyId;
use crate::hold::Hold;
use crate::ids::{BibId, ControlNumber, FeeId, HoldId, ItemId, LoanId, PatronId};
use crate::item::Item;
use crate::loan::Loan;
use crate::patron::{Patron, PinFailures};
use crate::ports::catalogue::StoredBib;
use crate::ports::{Event, StaffNote};
use crate::time::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// What circulation needs of a bibliographic record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title {
    /// In the store.
    pub id: BibId,
    /// Whose record.
    pub agency: AgencyId,
    /// Its number.
    pub control_number: ControlNumber,
    /// Display title.
    pub title: String,
}

/// Everything that is stored.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// Bibliographic records.
    pub titles: BTreeMap<BibId, Title>,
    /// The same records in full, where they were put in full.
    pub bibs: BTreeMap<BibId, StoredBib>,
    /// Items.
    pub items: BTreeMap<ItemId, Item>,
    /// Patrons with their blocks.
    pub patrons: BTreeMap<PatronId, Patron>,
    /// Open loans: one for an item, by the shape of the map.
    pub open_loans: BTreeMap<ItemId, Loan>,
    /// Closed loans.
    pub closed_loans: BTreeMap<LoanId, Loan>,
    /// For each item its closed loans in the order in which they were closed.
    pub closing_order: BTreeMap<ItemId, Vec<LoanId>>,
    /// Open holds.
    pub holds: BTreeMap<HoldId, Hold>,
    /// Fees that were not withdrawn.
    pub fees: BTreeMap<FeeId, Fee>,
    /// Every line there ever was.
    pub ledger: Vec<LedgerLine>,
    /// The sum of each fee's lines, minor units: withdrawn fees too.
    pub balances: BTreeMap<FeeId, i64>,
    /// Failed PINs.
    pub pin_failures: BTreeMap<PatronId, Vec<PinFailures>>,
    /// Memories with the time they end.
    pub memories: BTreeMap<String, (String, Timestamp)>,
    /// Notes for staff.
    pub notes: Vec<StaffNote>,
    /// Statistics.
    pub counts: HashMap<Event, u64>,
}

impl State {
    /// Adds or replaces a record.
    pub fn put_title(&mut self, title: Title) {
        self.titles.insert(title.id, title);
    }

    /// Adds or replaces an item.
    pub fn put_item(&mut self, item: Item) {
        self.items.insert(item.id, item);
    }

    /// Adds or replaces a patron.
    pub fn put_patron(&mut self, patron: Patron) {
        self.patrons.insert(patron.id, patron);
    }

    /// Adds a fee with the ledger line that belongs to it.
    pub fn put_fee(&mut self, fee: Fee, line: LedgerLine) {
        *self.balances.entry(fee.id).or_default() += line.amount.minor;
        self.ledger.push(line);
        self.fees.insert(fee.id, fee);
    }
}
