//! What the desk asks of storage, in the core's own words. `storage` implements it twice.
//!
//! A change goes one way: the desk says what it needs to know ([`Need`]), the store reads it ([`Facts`]) inside a
//! transaction, a pure function decides ([`Plan`]), the store applies the plan, commits, and only then answers.

use crate::account::{Fee, LedgerLine};
use crate::agency::AgencyId;
use crate::bib::CodedData;
use crate::block::Block;
use crate::hold::Hold;
use crate::ids::{Barcode, BibId, BranchId, CardNumber, ControlNumber, FeeId, HoldId, ItemId, LoanId, ParallelId, PatronId};
use crate::item::Item;
use crate::loan::Loan;
use crate::patron::{Patron, PinFailures};
use crate::secret::KeyedHash;
use crate::time::{Date, Timestamp};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

pub mod catalogue;
pub mod records;
pub mod search;

pub use catalogue::Catalogue;
pub use records::Records;
pub use search::Search;

/// We failed: not the library's "no", not the peer's nonsense.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{what}: {source}")]
pub struct Fault {
    /// What was being done.
    pub what: &'static str,
    /// Why it failed.
    #[source]
    pub source: Arc<dyn std::error::Error + Send + Sync>,
}

impl Fault {
    /// A fault while doing `what`.
    pub fn new(what: &'static str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self {
            what,
            source: Arc::from(source.into()),
        }
    }
}

/// Ways to name a patron.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PatronRef {
    /// By a card of an agency.
    Card(AgencyId, CardNumber),
    /// By the keyed hash of a national number.
    NationalNumber(AgencyId, KeyedHash),
    /// In the store.
    Id(PatronId),
}

/// Ways to name an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ItemRef {
    /// By barcode: the given agency's item first, else the only one of that barcode in any agency.
    Barcode(AgencyId, Barcode),
    /// In the store.
    Id(ItemId),
}

/// Ways to name a bibliographic record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum BibRef {
    /// By number: the given agency's record first, else the only one of that number in any agency.
    Number(AgencyId, ControlNumber),
    /// In the store.
    Id(BibId),
    /// The record of this item.
    OfItem(ItemRef),
}

/// What a decision needs to know. Lists of references are tried in order; the first that is found counts.
#[derive(Debug, Clone, Default)]
pub struct Need {
    /// The present time: memories whose time is over by it are not given.
    pub at: Timestamp,
    /// The patron.
    pub patron: Vec<PatronRef>,
    /// Whether also his open loans with their items, his holds and his open fees are needed in full. Totals are always there.
    pub patron_lists: bool,
    /// The item.
    pub item: Vec<ItemRef>,
    /// Records, each with its copies and its queue.
    pub bibs: Vec<BibRef>,
    /// Memories, by key.
    pub memories: Vec<String>,
    /// One of the patron's fees, whatever its state.
    pub fee: Option<FeeId>,
    /// The patron's loan of this item may be found among closed ones too: the last closed loan of the item is wanted.
    pub last_closed_loan: bool,
    /// A branch of which it must be known whether any item of that agency has it as its home.
    pub branch: Option<(AgencyId, BranchId)>,
}

/// What the store found. Everything is as of one moment, inside the transaction where a decision is made.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The patron asked for.
    pub patron: Option<Arc<PatronFacts>>,
    /// The item asked for.
    pub item: Option<Arc<ItemFacts>>,
    /// The records asked for, in the order asked; `None` where there is none.
    pub bibs: Vec<Option<BibFacts>>,
    /// The memories asked for, in the order asked, that are not past their time.
    pub memories: Vec<Option<String>>,
    /// The fee asked for.
    pub fee: Option<Fee>,
    /// Whether an item of the agency has the branch asked for as its home.
    pub branch_exists: bool,
}

/// A patron with what hangs on him.
#[derive(Debug, Clone)]
pub struct PatronFacts {
    /// The patron himself, with his manual blocks.
    pub patron: Patron,
    /// Totals, always there.
    pub totals: PatronTotals,
    /// Open loans in order of due date; empty unless lists were asked for.
    pub loans: Vec<LoanLine>,
    /// Open holds in the order placed; empty unless lists were asked for.
    pub holds: Vec<HoldLine>,
    /// Fees not wholly paid, oldest first; empty unless lists were asked for.
    pub fees: Vec<Fee>,
    /// Failed PINs since the last success, by terminal.
    pub pin_failures: Vec<PinFailures>,
}

/// Sums over a patron's loans, holds and fees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatronTotals {
    /// Due times of all open loans, ascending: their number, and by the clock the number overdue.
    pub due: Vec<Timestamp>,
    /// Open holds.
    pub holds: u32,
    /// Owed, minor units of the agency's currency.
    pub owed: i64,
}

/// One of a patron's loans with its item.
#[derive(Debug, Clone)]
pub struct LoanLine {
    /// The loan.
    pub loan: Loan,
    /// The item.
    pub item: Item,
    /// All waiting holds that this item could satisfy, in queue order: they stand in the way of renewal.
    pub queue: Vec<Hold>,
}

/// One of a patron's holds with the title it is on.
#[derive(Debug, Clone)]
pub struct HoldLine {
    /// The hold.
    pub hold: Hold,
    /// Number of its record.
    pub control_number: ControlNumber,
    /// Title of its record.
    pub title: String,
    /// Barcode of the item tied to it, or asked for.
    pub barcode: Option<Barcode>,
    /// The item tied to it.
    pub item: Option<Item>,
    /// Place in the queue of its record, from 1; 0 once an item is tied.
    pub position: u32,
}

/// An item with what hangs on it.
#[derive(Debug, Clone)]
pub struct ItemFacts {
    /// The item.
    pub item: Item,
    /// Its open loan.
    pub loan: Option<Loan>,
    /// The loan closed last, where asked for.
    pub last_closed: Option<Loan>,
    /// Who has it, where it is lent.
    pub borrower: Option<Patron>,
    /// The hold it is tied to, and who waits.
    pub tied: Option<(Hold, Patron)>,
    /// All waiting holds that it could satisfy, in queue order, whatever their dates say, with who waits.
    pub queue: Vec<(Hold, Patron)>,
    /// The lowest free pickup number at each branch where a hold of `queue` or `tied` is picked up, and at the item's current branch.
    pub free_pickup_numbers: BTreeMap<BranchId, u16>,
    /// Unpaid or recent lateness fees of the borrower that belong to a return occasion: a further return may join one.
    pub occasion_fees: Vec<Fee>,
    /// Fees, settled or not, that arose from `loan`; and from `last_closed` where that was asked for.
    pub loan_fees: Vec<Fee>,
    /// The other open holds of the parallel groups to which holds of `queue` and `tied` belong.
    pub alternatives: Vec<Hold>,
}

/// A record with its copies and its queue.
#[derive(Debug, Clone)]
pub struct BibFacts {
    /// In the store.
    pub id: BibId,
    /// Whose record.
    pub agency: AgencyId,
    /// Its number.
    pub control_number: ControlNumber,
    /// Display title.
    pub title: String,
    /// All copies of all agencies that the asking agency may place holds on.
    pub copies: Vec<Item>,
    /// All open holds on the record in queue order, tied ones first.
    pub holds: Vec<Hold>,
}

/// Changes to commit together, with who made them.
#[derive(Debug, Clone)]
pub struct Plan {
    /// In the order to be applied.
    pub changes: Vec<Change>,
    /// Which terminal, partner or user made them, and through which protocol.
    pub channel: Channel,
    /// When.
    pub at: Timestamp,
}

/// Who made a change, and through which protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// `sip2`, `ncip`, `import`, …
    pub protocol: &'static str,
    /// Terminal login, partner or user.
    pub actor: String,
}

/// One change. Whole values: storage writes what it is told and decides nothing.
#[derive(Debug, Clone)]
pub enum Change {
    /// The item's row: state, place, properties.
    Item(Item),
    /// A new open loan.
    LoanOpened(Loan),
    /// An open loan's new due date, renewals, recall.
    LoanRevised(Loan),
    /// A loan closed (`closed` set); `patron` is `None` where the link goes at once.
    LoanClosed(Loan),
    /// A closed loan is open again, as given.
    LoanReopened(Loan),
    /// A loan that never was.
    LoanUndone(Loan),
    /// The link from these closed loans to the person goes.
    LoansAnonymised(Vec<LoanId>),
    /// A new hold, or one that had ended and is restored as given, under its own number.
    HoldPlaced(Hold),
    /// A hold's new state, dates or place.
    HoldRevised(Hold),
    /// A hold is over.
    HoldEnded(Hold, HoldEnd),
    /// All other holds of the group vanish.
    ParallelEnded {
        /// The group.
        group: ParallelId,
        /// The one that won.
        winner: HoldId,
    },
    /// A fee came into being.
    FeeRaised(Fee),
    /// A fee's amount, payments or items changed.
    FeeRevised(Fee),
    /// A fee that never was.
    FeeWithdrawn(Fee),
    /// A line of the ledger.
    Ledger(LedgerLine),
    /// The patron's row: everything but his blocks. Holds' pauses follow his.
    Patron(Patron),
    /// A block set, or its message changed.
    BlockSet(PatronId, Block),
    /// A block lifted.
    BlockLifted(PatronId, Block),
    /// A wrong PIN.
    PinFailed(PatronId, PinFailures),
    /// A right PIN after wrong ones at this terminal.
    PinCleared(PatronId, String),
    /// Something staff should see.
    Note(StaffNote),
    /// Statistics without a person: one more of such an event.
    Count(Event),
    /// An event that was counted never was: it was undone.
    Uncount(Event),
    /// Kept for a while by key: stored answers, undo.
    Remember {
        /// Unique; a later memory of the same key replaces it.
        key: String,
        /// JSON.
        value: String,
        /// Forgotten after.
        until: Timestamp,
    },
    /// Forgotten now.
    Forget(String),
}

/// How a hold ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldEnd {
    /// Lent to who waited.
    Fulfilled,
    /// Cancelled by the patron or staff.
    Cancelled,
    /// Not wanted any more, or not picked up in time.
    Expired,
}

/// A note for staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffNote {
    /// Which agency's staff.
    pub agency: AgencyId,
    /// `offline_rejected`, `card_retained`, `paper_out`, …
    pub kind: &'static str,
    /// The item it speaks of.
    pub item: Option<ItemId>,
    /// The patron it speaks of.
    pub patron: Option<PatronId>,
    /// In words, without personal numbers.
    pub text: String,
}

/// A statistical event, counted in buckets without a person (Danish profile, section 17).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// `loan`, `renewal`, `return`, `hold`, `entry`.
    pub kind: &'static str,
    /// Local day.
    pub day: Date,
    /// Agency.
    pub agency: AgencyId,
    /// Branch where it happened.
    pub branch: BranchId,
    /// The item's department, empty where none.
    pub department: String,
    /// The item's material group, empty where none.
    pub material_group: String,
    /// Coded data of the item's record: material designation, form, audience, language. None where there is no item.
    pub coded: Option<CodedData>,
    /// The patron's category, empty at returns.
    pub category: String,
    /// `automat`, `staff`, `web`, `partner`.
    pub channel: &'static str,
}

/// One row of the change feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedEntry {
    /// Numbered in commit-visible order, without relation to time.
    pub sequence: i64,
    /// What kind of thing changed.
    pub kind: FeedKind,
    /// Its number in the store.
    pub id: i64,
    /// What happened to it.
    pub operation: FeedOperation,
    /// When.
    pub at: Timestamp,
    /// `protocol:actor`.
    pub channel: String,
}

/// Kinds of things in the change feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedKind {
    /// A bibliographic record.
    Bib,
    /// An item, its loan or what it is tied to.
    Item,
    /// A patron, his loans, holds, fees or blocks.
    Patron,
    /// The queue of a record (the id is the record's).
    Queue,
}

/// What happened to a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FeedOperation {
    /// It is new, or other than before.
    Put,
    /// It is gone.
    Deleted,
}

/// What a decision gives the store.
#[derive(Debug)]
pub struct Decided<T> {
    /// What to change; no change at all where the library refused.
    pub plan: Plan,
    /// What to tell the desk once the plan is durable.
    pub outcome: T,
}

/// Circulation's port.
pub trait Store: Clone + Send + Sync + 'static {
    /// Reads for information. It may be a moment old; a decision never uses it.
    fn look(&self, need: Need) -> impl Future<Output = Result<Facts, Fault>> + Send;

    /// Reads, decides and commits in one transaction, together with others that wait. `decide` runs again where the
    /// transaction must be repeated, so it is pure. Returns after the commit is durable.
    fn commit<T, D>(&self, need: Need, decide: D) -> impl Future<Output = Result<T, Fault>> + Send
    where
        T: Send + 'static,
        D: Fn(&Facts) -> Decided<T> + Send + 'static;

    /// Feed rows after `sequence`, ascending, at most `limit`.
    fn changes_after(&self, sequence: i64, limit: u32) -> impl Future<Output = Result<Vec<FeedEntry>, Fault>> + Send;

    /// Open holds after number `after` whose time is over: waiting ones whose last day of interest is before `today`, ready ones
    /// not picked up by `at`. Ascending by number, at most `limit`.
    fn holds_over(&self, today: Date, at: Timestamp, after: HoldId, limit: u32) -> impl Future<Output = Result<Vec<Hold>, Fault>> + Send;

    /// The last sequence number that is visible; 0 for an empty feed.
    fn feed_head(&self) -> impl Future<Output = Result<i64, Fault>> + Send;

    /// Reserves `count` fresh numbers for loans, holds, fees and groups, never to be given again; returns the first.
    fn reserve_numbers(&self, count: u32) -> impl Future<Output = Result<i64, Fault>> + Send;

    /// A secret that all processes on this database share, made at random when first asked for (32 bytes).
    fn shared_secret(&self, name: &'static str) -> impl Future<Output = Result<[u8; 32], Fault>> + Send;
}
