//! Items: the physical things that are lent.

use crate::agency::AgencyId;
use crate::bib::CodedData;
use crate::ids::{Barcode, BibId, BranchId, ControlNumber, HoldId, ItemId, MaterialGroup};
use crate::money::Money;
use crate::time::Date;
use serde::{Deserialize, Serialize};

/// An item with its placement and state. Title, author and coded data are copied from its record so that a loan needs
/// no second look-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// In the store.
    pub id: ItemId,
    /// The owner.
    pub agency: AgencyId,
    /// Unique within the owner.
    pub barcode: Barcode,
    /// Its record.
    pub bib: BibId,
    /// Its record's number.
    pub control_number: ControlNumber,
    /// Its record's agency: its own, or a national one.
    pub bib_agency: AgencyId,
    /// Display title of its record.
    pub title: String,
    /// Main author of its record, empty where none.
    pub author: String,
    /// Coded data of its record, by which its loans are counted.
    pub coded: CodedData,
    /// Where it is shelved.
    pub placement: Placement,
    /// Which issue of a serial it is, by its display text.
    pub issue: Option<String>,
    /// Call number on the spine.
    pub call_number: Option<String>,
    /// Selects the rule of lending.
    pub material_group: MaterialGroup,
    /// What kind of thing it is, by the SIP2 media type list (0–999).
    pub media_type: u16,
    /// Restriction code, if any.
    pub loan_restriction: Option<LoanRestriction>,
    /// Replacement price.
    pub price: Option<Money>,
    /// When it was bought.
    pub accession_date: Option<Date>,
    /// Staff's note.
    pub note: Option<String>,
    /// Opaque text that devices stored with it (SIP2 CH).
    pub properties: Option<String>,
    /// Where it is in its life.
    pub state: ItemState,
    /// The branch where it was last seen; its home branch at first.
    pub current_branch: BranchId,
    /// The hold it is tied to, once caught for one.
    pub tied_to: Option<HoldId>,
}

/// Placement, from the largest to the smallest; all but the branch may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placement {
    /// Filial: has a library number.
    pub branch: BranchId,
    /// Afdeling: adult, children, music.
    pub department: Option<String>,
    /// Opstilling.
    pub location: Option<String>,
    /// Delopstilling.
    pub sublocation: Option<String>,
    /// The newest level of the Danish profile.
    pub section: Option<String>,
}

/// One state from which every protocol's circulation status is derived, by tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemState {
    /// On the shelf.
    Available,
    /// Lent: exactly when an open loan exists.
    OnLoan,
    /// On the hold shelf for the hold it is tied to.
    OnHoldShelf,
    /// On the way to a branch: home, or to where a hold is picked up.
    InTransit {
        /// The branch that will receive it.
        to: BranchId,
    },
    /// Being prepared.
    InProcess,
    /// Ordered, not here.
    OnOrder,
    /// Returned, on the trolley.
    Reshelving,
    /// The patron says it was returned.
    ClaimedReturned,
    /// Lost by a patron.
    Lost,
    /// Not found on the shelf.
    Missing,
    /// At the bookbinder, damaged or otherwise away.
    Unavailable,
    /// Taken out of the collection.
    Withdrawn,
}

impl ItemState {
    /// Its name where it is kept, and in the tables of protocols; without what a state carries.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::OnLoan => "on_loan",
            Self::OnHoldShelf => "on_hold_shelf",
            Self::InTransit { .. } => "in_transit",
            Self::InProcess => "in_process",
            Self::OnOrder => "on_order",
            Self::Reshelving => "reshelving",
            Self::ClaimedReturned => "claimed_returned",
            Self::Lost => "lost",
            Self::Missing => "missing",
            Self::Unavailable => "unavailable",
            Self::Withdrawn => "withdrawn",
        }
    }
}

/// Danish loan restriction codes (a–g).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoanRestriction {
    /// Not for loan.
    A,
    /// Special conditions: staff decides.
    B,
    /// Only in the reading room.
    C,
    /// Not for loan for now, with a condition.
    D,
    /// Ordered.
    E,
    /// Not for interlibrary loan, with a condition.
    F,
    /// Only for the library's own patrons.
    G,
}

impl LoanRestriction {
    /// Reads the code letter.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "a" => Self::A,
            "b" => Self::B,
            "c" => Self::C,
            "d" => Self::D,
            "e" => Self::E,
            "f" => Self::F,
            "g" => Self::G,
            _ => return None,
        })
    }

    /// Whether nobody may borrow it, as things are.
    pub fn bars_loan(self) -> bool {
        matches!(self, Self::A | Self::C | Self::D | Self::E)
    }

    /// The code letter.
    pub fn code(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
            Self::D => "d",
            Self::E => "e",
            Self::F => "f",
            Self::G => "g",
        }
    }
}
