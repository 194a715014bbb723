//! What can be asked of the desk, in the library's words.

use crate::account::FeeKind;
use crate::agency::AgencyId;
use crate::ids::{Barcode, BranchId, CardNumber, ControlNumber, FeeId};
use crate::money::Money;
use crate::policy::AccessProfile;
use crate::ports::Channel;
use crate::secret::Pin;
use crate::time::{Date, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// A command with who asks, when, and how its resends are known.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// What is asked.
    pub command: Command,
    /// The present time.
    pub at: Timestamp,
    /// Keys under which the done command is remembered: asked again with one of them, it is answered as before.
    pub resend: Vec<ResendKey>,
}

/// A key under which a done command is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResendKey {
    /// Unique to the message: made of a keyed digest, it holds no personal data.
    pub key: String,
    /// How long a repeat counts as a resend, from the first.
    pub window: Duration,
}

/// A terminal, partner or member of staff, and what it may do.
#[derive(Debug, Clone)]
pub struct Actor {
    /// `sip2`, `ncip`, …
    pub protocol: &'static str,
    /// Its login.
    pub terminal: String,
    /// Whose it is.
    pub agency: AgencyId,
    /// Where it stands.
    pub branch: BranchId,
    /// What it is.
    pub role: Role,
    /// What it may do.
    pub powers: Powers,
}

impl Actor {
    /// Who makes a change, as the change feed tells it.
    pub fn channel(&self) -> Channel {
        Channel {
            protocol: self.protocol,
            actor: self.terminal.clone(),
        }
    }
}

/// What a terminal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A staffed desk.
    Desk,
    /// Self-service.
    Automat,
    /// A sorting machine behind a return flap.
    Sorter,
    /// A door of an unstaffed library.
    Door,
}

/// What an actor may do, and how some rules are set for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Powers {
    /// May renew.
    pub renew: bool,
    /// May renew loans of others.
    pub third_party_renewal: bool,
    /// May report what already happened off-line.
    pub offline: bool,
    /// May set a return back in time.
    pub backdate: bool,
    /// May block cards.
    pub block: bool,
    /// May lift blocks of terminals.
    pub enable: bool,
    /// Every command for a patron needs his PIN.
    pub require_pin: bool,
    /// An item caught for a hold is tied to it at once; else it is only sent on its way.
    pub fulfil_holds: bool,
    /// Returning an item that is not on loan succeeds.
    pub accepts_not_on_loan: bool,
    /// May undo its own last check-out or check-in of an item.
    pub undo: bool,
    /// A payment may exceed what is owed. Never creates credit: the rest is refused all the same unless this is set.
    pub overpayment: bool,
    /// For doors.
    pub access: Option<AccessProfile>,
}

impl Default for Powers {
    /// An ordinary automat.
    fn default() -> Self {
        Self {
            renew: true,
            third_party_renewal: false,
            offline: true,
            backdate: true,
            block: true,
            enable: false,
            require_pin: false,
            fulfil_holds: true,
            accepts_not_on_loan: true,
            undo: true,
            overpayment: false,
            access: None,
        }
    }
}

/// A patron as he shows himself.
#[derive(Debug, Clone)]
pub struct Who {
    /// Card, or national number where the library takes it for one.
    pub card: CardNumber,
    /// The PIN, where one was sent. An empty one is wrong.
    pub pin: Option<Pin>,
}

/// A copy or a title.
#[derive(Debug, Clone, Default)]
pub struct What {
    /// A copy by barcode.
    pub item: Option<Barcode>,
    /// The owner named by the item's tag (SIP2 WS), where it is not us.
    pub owner: Option<AgencyId>,
    /// A title by control number, or by its text among what the patron has.
    pub title: Option<ControlNumber>,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Command {
    /// Who is this, may he come in, what has he.
    PatronInformation {
        /// The patron.
        who: Who,
        /// Whether loans, holds and fees are wanted one by one.
        lists: bool,
    },
    /// What is this item, where is it.
    ItemInformation {
        /// Its barcode.
        item: Barcode,
        /// The owner named by its tag.
        owner: Option<AgencyId>,
    },
    /// Lend.
    CheckOut(CheckOut),
    /// Take back.
    CheckIn(CheckIn),
    /// The check-out just made by this terminal never was.
    UndoCheckOut {
        /// The item.
        item: Barcode,
    },
    /// The check-in just made by this terminal never was.
    UndoCheckIn {
        /// The item.
        item: Barcode,
        /// Who had it.
        who: Who,
    },
    /// Renew one loan.
    Renew(Renew),
    /// Renew every loan that may be.
    RenewAll {
        /// The patron.
        who: Who,
        /// Whether loans that cost money may.
        fee_acknowledged: bool,
    },
    /// Reserve.
    PlaceHold(PlaceHold),
    /// Give up a hold.
    CancelHold {
        /// The patron.
        who: Who,
        /// On what.
        what: What,
    },
    /// Change a hold's last day, pickup place or scope; what is `None` stays.
    ChangeHold {
        /// The patron.
        who: Who,
        /// On what.
        what: What,
        /// New last day.
        expires: Option<Date>,
        /// New pickup place.
        pickup: Option<BranchId>,
        /// New scope.
        scope: Option<ScopeWanted>,
    },
    /// Pay.
    PayFee(PayFee),
    /// Block a card, from an automat.
    BlockCard {
        /// The patron.
        card: CardNumber,
        /// Why, as the automat says.
        message: String,
        /// Whether the automat kept the card.
        retained: bool,
    },
    /// Lift the block of an automat.
    EnableCard {
        /// The patron.
        who: Who,
    },
    /// Keep a device's opaque text about an item.
    StoreProperties {
        /// The item.
        item: Barcode,
        /// The text; empty forgets it.
        properties: String,
    },
    /// A terminal's own trouble, for staff: `paper_out`, `shutting_down`.
    ReportTerminal {
        /// What.
        kind: &'static str,
    },
}

/// Lend an item.
#[derive(Debug, Clone)]
pub struct CheckOut {
    /// To whom.
    pub who: Who,
    /// What.
    pub item: Barcode,
    /// The owner named by its tag.
    pub owner: Option<AgencyId>,
    /// Whether a loan to the same patron may be renewed instead.
    pub may_renew: bool,
    /// Whether a loan that costs money may be made.
    pub fee_acknowledged: bool,
    /// It already happened, off-line: recorded whatever the blocks say.
    pub already_happened: Option<Happened>,
}

/// What an off-line terminal tells of the past.
#[derive(Debug, Clone)]
pub struct Happened {
    /// When it happened.
    pub at: Timestamp,
    /// The due date it printed, if any.
    pub due: Option<Timestamp>,
}

/// Take an item back. No patron is needed.
#[derive(Debug, Clone)]
pub struct CheckIn {
    /// What.
    pub item: Barcode,
    /// The owner named by its tag.
    pub owner: Option<AgencyId>,
    /// Where; the actor's branch where `None`.
    pub branch: Option<BranchId>,
    /// When it came back, as told; now where `None`.
    pub returned: Option<Timestamp>,
    /// It already happened, off-line.
    pub already_happened: bool,
}

/// Renew one loan.
#[derive(Debug, Clone)]
pub struct Renew {
    /// Who asks.
    pub who: Who,
    /// Which loan: by item, else by title among the patron's loans.
    pub what: What,
    /// Whether a loan of somebody else may be renewed, if the actor may.
    pub third_party: bool,
    /// Whether a renewal that costs money may be made.
    pub fee_acknowledged: bool,
    /// It already happened, off-line.
    pub already_happened: Option<Happened>,
}

/// Which copies would do, as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeWanted {
    /// Any copy of the title.
    AnyCopy,
    /// This copy.
    ThisCopy,
    /// Any copy of the pickup branch.
    AtBranch,
}

/// Reserve one title, several parallel ones, or a batch: all or nothing.
#[derive(Debug, Clone)]
pub struct PlaceHold {
    /// For whom.
    pub who: Who,
    /// On what: at least one.
    pub what: Vec<What>,
    /// Whether they are alternatives to each other.
    pub parallel: bool,
    /// Which copies would do.
    pub scope: ScopeWanted,
    /// One issue of a serial, by its display text.
    pub issue: Option<String>,
    /// Where to pick up; the patron's or the actor's branch where `None`.
    pub pickup: Option<BranchId>,
    /// Not before.
    pub activates: Option<Date>,
    /// Last day of interest; by the rule where `None`.
    pub expires: Option<Date>,
    /// Whether a hold that costs money may be placed.
    pub fee_acknowledged: bool,
}

/// Pay fees.
#[derive(Debug, Clone)]
pub struct PayFee {
    /// Whose.
    pub who: Who,
    /// How much.
    pub amount: Option<Money>,
    /// Which fee; oldest first where `None`.
    pub fee: Option<FeeId>,
    /// Only fees of this kind.
    pub kind: Option<FeeKind>,
    /// The payer's transaction id.
    pub transaction: Option<String>,
    /// Two digits of SIP2's payment type.
    pub payment_type: u8,
}
