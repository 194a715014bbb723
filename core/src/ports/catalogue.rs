//! What import, export and indexing ask of storage: in bulk, bounded, and idempotent.
//!
//! Every `put_…` takes a batch, commits it through the same queue as circulation in short transactions, and may be
//! repeated: a row that says what is stored already changes nothing, its datestamp and the change feed included. A row
//! that cannot be stored is rejected alone. Of two rows for one thing in a batch the later one stands.

use super::{Channel, Fault};
use crate::agency::AgencyId;
use crate::bib::{CanonicalError, CodedData, ContentHash, Format, Record, RecordKind};
use crate::block::Block;
use crate::ids::{Barcode, BibId, BranchId, CardNumber, ControlNumber, MaterialGroup, PatronCategory};
use crate::item::{ItemState, LoanRestriction, Placement};
use crate::money::Money;
use crate::patron::{Contact, PatronKind};
use crate::secret::{KeyedHash, PinHash};
use crate::time::{Date, Timestamp};
use std::future::Future;

/// A bibliographic record to be stored under (agency, kind, control number).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BibRow {
    /// Whose record.
    pub agency: AgencyId,
    /// Its number.
    pub control_number: ControlNumber,
    /// Only [`RecordKind::Bib`] is ever found as a title; other kinds are kept apart.
    pub kind: RecordKind,
    /// Which national format it follows.
    pub format: Format,
    /// Its canonical bytes ([`crate::bib::Record::canonical_bytes`]).
    pub content: Vec<u8>,
    /// Its content hash: equal hashes are one content.
    pub hash: ContentHash,
    /// Display title, copied onto its items.
    pub title: String,
    /// Main author, empty where none.
    pub author: String,
    /// Coded data, copied onto its items.
    pub coded: CodedData,
    /// It says of itself that it is deleted: only a tombstone stays.
    pub deleted: bool,
}

impl BibRow {
    /// What the store keeps of a record that has a control number. `default_agency` where it names none.
    pub fn of(record: &Record, default_agency: &AgencyId) -> Self {
        let brief = record.brief_view();
        Self {
            agency: record.agency().map_or_else(|| default_agency.clone(), AgencyId::parse),
            control_number: ControlNumber(record.control_number().unwrap_or_default().to_owned()),
            kind: record.kind,
            format: record.format,
            hash: record.content_hash(),
            title: brief.display_title(),
            coded: CodedData::of(record, &brief),
            author: brief.author.unwrap_or_default(),
            deleted: record.is_deleted(),
            content: record.canonical_bytes(),
        }
    }
}

/// An item to be stored under (agency, barcode). An update keeps its circulation state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRow {
    /// The owner.
    pub agency: AgencyId,
    /// Unique within the owner.
    pub barcode: Barcode,
    /// Number of its record: the agency's own record of that number first, else the only one in any agency.
    pub control_number: ControlNumber,
    /// Where it is shelved.
    pub placement: Placement,
    /// Call number on the spine.
    pub call_number: Option<String>,
    /// Selects the rule of lending.
    pub material_group: MaterialGroup,
    /// SIP2 media type (0–999).
    pub media_type: u16,
    /// Restriction code, if any.
    pub loan_restriction: Option<LoanRestriction>,
    /// Replacement price.
    pub price: Option<Money>,
    /// When it was bought.
    pub accession_date: Option<Date>,
    /// Staff's note.
    pub note: Option<String>,
    /// State of a new item; one that is there keeps its own.
    pub state: ItemState,
}

/// A patron to be stored under any of his cards within his agency.
#[derive(Clone)]
pub struct PatronRow {
    /// The library that knows him.
    pub agency: AgencyId,
    /// Cards, at least one, the first the one that is shown. They replace those he had.
    pub cards: Vec<CardNumber>,
    /// Keyed digest of the whole row as imported, the PIN included: a patron stored with the same digest is unchanged.
    pub digest: KeyedHash,
    /// The national number as a keyed hash.
    pub national_number: Option<KeyedHash>,
    /// Argon2id; none means that no PIN is right.
    pub pin: Option<PinHash>,
    /// As shown on screens.
    pub name: String,
    /// Person, organisation or library.
    pub kind: PatronKind,
    /// Selects the rule of lending.
    pub category: PatronCategory,
    /// Home branch.
    pub branch: Option<BranchId>,
    /// Where he can be reached.
    pub contact: Contact,
    /// ISO 639-1.
    pub language: Option<String>,
    /// For age rules.
    pub birth_date: Option<Date>,
    /// Municipality of residence.
    pub municipality: Option<String>,
    /// A card of his guardian in the same agency. It is resolved as soon as that card is there, in this batch or a later one.
    pub guardian: Option<CardNumber>,
    /// The card's last day.
    pub expires: Option<Date>,
    /// Staff's blocks: they replace staff's earlier ones. Blocks of terminals stay.
    pub blocks: Vec<Block>,
    /// Own debt limit.
    pub fee_limit: Option<Money>,
    /// Consent to keep the loan history.
    pub keep_history: bool,
    /// Protected name and address.
    pub protected_address: bool,
}

impl std::fmt::Debug for PatronRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PatronRow").field("agency", &self.agency).finish_non_exhaustive()
    }
}

/// What became of one row of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is new.
    Inserted,
    /// It was there and says something else now.
    Updated,
    /// It was there and said the same.
    Unchanged,
    /// The record is gone; its tombstone stays.
    Deleted,
    /// It cannot be stored.
    Rejected(Rejection),
}

/// Why a row cannot be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// No record has the item's control number, or it is deleted.
    #[error("no bibliographic record has this control number")]
    UnknownBib,
    /// Several agencies have a record of the item's control number, and the item's own has none.
    #[error("several agencies have a record of this control number")]
    AmbiguousBib,
    /// A patron without a card cannot be found again.
    #[error("the patron has no card")]
    NoCard,
    /// The row's cards belong to more than one patron.
    #[error("a card belongs to another patron")]
    CardOfAnother,
    /// Another patron of the agency has this national number.
    #[error("another patron has this national number")]
    NationalNumberOfAnother,
}

/// A stored record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBib {
    /// In the store.
    pub id: BibId,
    /// The record as it was put.
    pub row: BibRow,
    /// When it last changed, or was deleted.
    pub changed: Timestamp,
}

impl StoredBib {
    /// The record itself.
    pub fn record(&self) -> Result<Record, CanonicalError> {
        Record::from_canonical(&self.row.content)
    }
}

/// One page of records, ascending by [`BibId`].
#[derive(Debug, Clone)]
pub struct BibPage {
    /// Only records after this one.
    pub after: BibId,
    /// Only records of this agency.
    pub agency: Option<AgencyId>,
    /// Tombstones too.
    pub with_deleted: bool,
    /// At most so many.
    pub limit: u32,
}

/// How much is in the store.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Bibliographic records that are not deleted.
    pub bibs: u64,
    /// Items.
    pub items: u64,
    /// Patrons.
    pub patrons: u64,
    /// Open loans.
    pub loans: u64,
    /// Open holds.
    pub holds: u64,
}

/// How often an event was counted in one bucket of the statistics. The fields are those of [`super::Event`], in the order in which
/// buckets are read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bucket {
    /// Local day, `YYYY-MM-DD`.
    pub day: String,
    /// Agency.
    pub agency: String,
    /// Branch where it happened.
    pub branch: String,
    /// `loan`, `renewal`, `return`, `hold`, `entry`.
    pub kind: String,
    /// The item's department.
    pub department: String,
    /// The item's material group.
    pub material_group: String,
    /// Material designation.
    pub material: String,
    /// `m` or `p`.
    pub form: String,
    /// `adult` or `children`.
    pub audience: String,
    /// Language code.
    pub language: String,
    /// The patron's category.
    pub category: String,
    /// `automat`, `staff`, `web`, `partner`.
    pub channel: String,
    /// How often.
    pub count: i64,
}

/// The catalogue's port. Batches of any length are taken; they are committed in bounded pieces so that serving goes on.
pub trait Catalogue: Clone + Send + Sync + 'static {
    /// Stores records. What became of each is told in their order.
    fn put_bibs(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> impl Future<Output = Result<Vec<Stored>, Fault>> + Send;

    /// Stores items.
    fn put_items(&self, rows: Vec<ItemRow>, channel: Channel, at: Timestamp) -> impl Future<Output = Result<Vec<Stored>, Fault>> + Send;

    /// Stores patrons.
    fn put_patrons(&self, rows: Vec<PatronRow>, channel: Channel, at: Timestamp)
    -> impl Future<Output = Result<Vec<Stored>, Fault>> + Send;

    /// The digests under which the patrons of these cards were last imported, in the order asked: whoever imports may
    /// so leave out the costly hashing of a PIN that did not change.
    fn patron_digests(&self, agency: &AgencyId, cards: &[CardNumber])
    -> impl Future<Output = Result<Vec<Option<KeyedHash>>, Fault>> + Send;

    /// Children whose guardian's card is not there, as (child's card, guardian's card), at most `limit`.
    fn missing_guardians(&self, limit: u32) -> impl Future<Output = Result<Vec<(CardNumber, CardNumber)>, Fault>> + Send;

    /// A page of records.
    fn bibs_page(&self, page: BibPage) -> impl Future<Output = Result<Vec<StoredBib>, Fault>> + Send;

    /// Records by number in the store, deleted ones included, in the order asked; `None` where there is none.
    fn bibs(&self, ids: Vec<BibId>) -> impl Future<Output = Result<Vec<Option<StoredBib>>, Fault>> + Send;

    /// Every agency that has a record, an item or a patron, ascending.
    fn agencies(&self) -> impl Future<Output = Result<Vec<AgencyId>, Fault>> + Send;

    /// Buckets of the statistics after `after`, up to and with the day `to`, ascending by all they tell apart, at most `limit`.
    fn statistics(&self, after: Bucket, to: Date, limit: u32) -> impl Future<Output = Result<Vec<Bucket>, Fault>> + Send;

    /// How much there is.
    fn counts(&self) -> impl Future<Output = Result<Counts, Fault>> + Send;
}
