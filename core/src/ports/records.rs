//! What the catalogue's desk and the search index ask of storage: records by name or number, and their copies as they are now.

use super::Fault;
use super::catalogue::{BibRow, Stored, StoredBib};
use crate::agency::AgencyId;
use crate::ids::{BibId, ControlNumber, ItemId};
use crate::item::Item;
use crate::ports::Channel;
use crate::time::Timestamp;
use std::future::Future;

/// A copy with what is known of its loan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The item.
    pub item: Item,
    /// When it is due back, where it is lent.
    pub due: Option<Timestamp>,
}

/// A record's copies in every agency, and its queue.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Copies {
    /// By agency, branch, then number in the store.
    pub copies: Vec<Copy>,
    /// Open holds on the record that no item is tied to yet, by the agency whose copies satisfy them, ascending.
    pub waiting: Vec<(AgencyId, u32)>,
}

impl Copies {
    /// Open holds in the queue of an agency.
    pub fn queue(&self, agency: &AgencyId) -> u32 {
        self.waiting.iter().find(|(of, _)| of == agency).map_or(0, |(_, count)| *count)
    }
}

/// Names a bibliographic record (never an authority or another kind).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BibName {
    /// Whose; any agency's where `None`, if only one has a record of that number.
    pub agency: Option<AgencyId>,
    /// Its number.
    pub control_number: ControlNumber,
}

/// Records and copies, read for information.
pub trait Records: Clone + Send + Sync + 'static {
    /// Records by number in the store, deleted ones included, in the order asked; `None` where there is none.
    fn records(&self, ids: Vec<BibId>) -> impl Future<Output = Result<Vec<Option<StoredBib>>, Fault>> + Send;

    /// Records by name, deleted ones included, in the order asked.
    fn records_named(&self, names: Vec<BibName>) -> impl Future<Output = Result<Vec<Option<StoredBib>>, Fault>> + Send;

    /// The copies of records, in the order asked; empty where there is no such record.
    fn copies(&self, ids: Vec<BibId>) -> impl Future<Output = Result<Vec<Copies>, Fault>> + Send;

    /// Which records items belong to, in the order asked; `None` where there is no such item.
    fn records_of_items(&self, items: Vec<ItemId>) -> impl Future<Output = Result<Vec<Option<BibId>>, Fault>> + Send;

    /// Stores records; what became of each is told in their order, once it is durable.
    fn put_records(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> impl Future<Output = Result<Vec<Stored>, Fault>> + Send;

    /// Every agency that has a record, an item or a patron, ascending.
    fn known_agencies(&self) -> impl Future<Output = Result<Vec<AgencyId>, Fault>> + Send;
}
