//! What the desk answers, in the library's words.

use crate::account::Fee;
use crate::block::Activity;
use crate::circulation::{Refusal, Refused};
use crate::hold::Hold;
use crate::ids::{BranchId, CardNumber, ControlNumber, FeeId};
use crate::item::Item;
use crate::loan::Loan;
use crate::money::Money;
use crate::ports::{ItemFacts, PatronFacts};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The answer to one command.
#[derive(Debug, Clone)]
pub enum Reply {
    /// To `PatronInformation`; `None` where nobody has that card.
    Patron(Box<PatronReply>),
    /// To `ItemInformation`; `None` where no item has that barcode.
    Item(Option<Arc<ItemFacts>>),
    /// To `CheckOut` and `UndoCheckIn`.
    CheckOut(Box<Answer<CheckedOut>>),
    /// To `CheckIn` and `UndoCheckOut`.
    CheckIn(Box<Answer<CheckedIn>>),
    /// To `Renew`.
    Renew(Box<Answer<Renewed>>),
    /// To `RenewAll`.
    RenewAll(Box<Answer<RenewedAll>>),
    /// To `PlaceHold`, `CancelHold` and `ChangeHold`.
    Hold(Box<Answer<HoldDone>>),
    /// To `PayFee`.
    Paid(Box<Answer<Paid>>),
    /// To `BlockCard` and `EnableCard`: the patron's new standing, or why nothing was changed.
    Card(Box<Answer<()>>),
    /// To `StoreProperties`.
    Properties(Box<Answer<()>>),
    /// To `ReportTerminal`.
    Noted,
}

impl Reply {
    /// Whether something was done: neither refused nor merely told.
    pub fn is_done(&self) -> bool {
        match self {
            Self::CheckOut(answer) => answer.result.is_ok(),
            Self::CheckIn(answer) => answer.result.is_ok(),
            Self::Renew(answer) => answer.result.is_ok(),
            Self::RenewAll(answer) => answer.result.is_ok(),
            Self::Hold(answer) => answer.result.is_ok(),
            Self::Paid(answer) => answer.result.is_ok(),
            Self::Card(answer) | Self::Properties(answer) => answer.result.is_ok(),
            Self::Patron(_) | Self::Item(_) | Self::Noted => false,
        }
    }

    /// What was found out about the PIN, where the command could have one.
    pub fn pin(&self) -> Option<&PinVerdict> {
        Some(match self {
            Self::Patron(reply) => &reply.pin,
            Self::CheckOut(answer) => &answer.pin,
            Self::CheckIn(answer) => &answer.pin,
            Self::Renew(answer) => &answer.pin,
            Self::RenewAll(answer) => &answer.pin,
            Self::Hold(answer) => &answer.pin,
            Self::Paid(answer) => &answer.pin,
            Self::Card(answer) | Self::Properties(answer) => &answer.pin,
            Self::Item(_) | Self::Noted => return None,
        })
    }

    /// Takes away what tells who the patron is: for whoever did not show his right PIN.
    pub fn withhold(&mut self) {
        match self {
            Self::Patron(reply) => {
                if let Some(patron) = &mut reply.patron {
                    patron.withhold();
                }
            }
            Self::CheckOut(answer) => answer.withhold(),
            Self::CheckIn(answer) => answer.withhold(),
            Self::Renew(answer) => answer.withhold(),
            Self::RenewAll(answer) => answer.withhold(),
            Self::Hold(answer) => answer.withhold(),
            Self::Paid(answer) => answer.withhold(),
            Self::Card(answer) | Self::Properties(answer) => answer.withhold(),
            Self::Item(_) | Self::Noted => {}
        }
    }
}

/// To `PatronInformation`.
#[derive(Debug, Clone)]
pub struct PatronReply {
    /// What was found out about the PIN. Where it is wrong or missing though demanded, nothing personal may be told.
    pub pin: PinVerdict,
    /// The patron; `None` where nobody has that card.
    pub patron: Option<PatronSummary>,
    /// All that hangs on him; `None` also where the PIN forbids telling.
    pub facts: Option<Arc<PatronFacts>>,
}

/// What was found out about a PIN.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinVerdict {
    /// None was sent.
    NotGiven,
    /// It is right.
    Right,
    /// It is wrong, empty, or the patron has none.
    Wrong,
    /// Not looked at: too many wrong ones.
    Locked {
        /// When it will be looked at again.
        until: Timestamp,
    },
}

/// A done or refused command with what the peer is told about patron and item in either case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer<T> {
    /// The patron, where known.
    pub patron: Option<PatronSummary>,
    /// What was found out about the PIN.
    pub pin: PinVerdict,
    /// The item, where known, as it is afterwards.
    pub item: Option<Item>,
    /// The due date that stands: the new one, or where refused the unchanged one of a loan to this patron.
    pub due: Option<Timestamp>,
    /// When the command was carried out: the first time, for a resend.
    pub at: Timestamp,
    /// Done, or every reason why not.
    pub result: Result<T, Refused>,
}

impl<T> Answer<T> {
    fn withhold(&mut self) {
        if let Some(patron) = &mut self.patron {
            patron.withhold();
        }
        if self.result.is_err() {
            self.due = None;
        }
    }
}

/// What may be told of a patron at any answer.
#[derive(Clone, Serialize, Deserialize)]
pub struct PatronSummary {
    /// The card that is shown.
    pub card: Option<CardNumber>,
    /// As shown on screens.
    pub name: String,
    /// ISO 639-1.
    pub language: Option<String>,
    /// What he may do and why not.
    pub standing: Standing,
}

impl PatronSummary {
    /// Takes away what tells who he is, what he has and what he owes: for whoever did not show the right PIN. That he may not
    /// do a thing stays, without the reasons.
    pub fn withhold(&mut self) {
        self.card = None;
        self.name.clear();
        self.language = None;
        let standing = &mut self.standing;
        for reasons in standing.denied.values_mut() {
            *reasons = vec![Refusal::WrongPin];
        }
        standing.too_many_loans = false;
        standing.too_many_overdue = false;
        standing.too_much_debt = false;
        standing.loans = 0;
        standing.overdue = 0;
        standing.holds = 0;
        standing.owed.minor = 0;
    }
}

impl std::fmt::Debug for PatronSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PatronSummary")
            .field("standing", &self.standing)
            .finish_non_exhaustive()
    }
}

/// What a patron may do at this moment, and why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// For each activity that is denied, every reason.
    pub denied: BTreeMap<Activity, Vec<Refusal>>,
    /// The card was reported lost or stolen.
    pub card_lost: bool,
    /// As many loans as allowed.
    pub too_many_loans: bool,
    /// More overdue loans than allowed.
    pub too_many_overdue: bool,
    /// Owes more than the limit.
    pub too_much_debt: bool,
    /// Open loans.
    pub loans: u32,
    /// Of them overdue.
    pub overdue: u32,
    /// Open holds.
    pub holds: u32,
    /// Owed.
    pub owed: Money,
    /// Debt above this blocks.
    pub debt_limit: Money,
    /// Loans allowed by the category's general rule.
    pub loan_limit: u16,
    /// Holds allowed by the category's general rule.
    pub hold_limit: u16,
    /// Overdue loans allowed; `None` means no limit.
    pub overdue_limit: Option<u16>,
}

impl Standing {
    /// Whether nothing stops this activity.
    pub fn may(&self, activity: Activity) -> bool {
        !self.denied.contains_key(&activity)
    }
}

/// Lent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckedOut {
    /// The loan as it stands.
    pub loan: Loan,
    /// It was on loan to this patron already: renewed.
    pub renewed: bool,
    /// What it cost.
    pub fee: Option<Fee>,
    /// It was there already: a repeat of what an off-line terminal told before.
    pub repeated: bool,
}

/// Taken back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckedIn {
    /// The loan that was closed; `None` where it was not on loan.
    pub loan: Option<Loan>,
    /// The card and name of who had it.
    pub borrower: Option<(CardNumber, String)>,
    /// Where the item must go now.
    pub destination: BranchId,
    /// Why staff or a sorter should look.
    pub alert: Option<Alert>,
    /// The hold it was caught for.
    pub caught: Option<Caught>,
    /// A fee for lateness, raised or grown.
    pub fee: Option<Fee>,
}

/// Why staff or a sorter should look at a returned item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Alert {
    /// A hold, picked up here.
    HoldHere,
    /// A hold, picked up at another branch.
    HoldElsewhere,
    /// An interlibrary item, to be sent back.
    InterLibrary,
    /// Belongs to another branch.
    SendHome,
    /// Lost, missing or withdrawn came back.
    Found,
}

/// The hold that a returned item was caught for.
#[derive(Clone, Serialize, Deserialize)]
pub struct Caught {
    /// The hold.
    pub hold: Hold,
    /// Whether the item was tied to it; else it is only sent towards the pickup branch.
    pub tied: bool,
    /// Who waits.
    pub card: Option<CardNumber>,
    /// His name.
    pub name: String,
    /// His first phone number.
    pub phone: Option<String>,
}

impl std::fmt::Debug for Caught {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Caught")
            .field("hold", &self.hold.id)
            .field("tied", &self.tied)
            .finish_non_exhaustive()
    }
}

/// Renewed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Renewed {
    /// The loan as it stands.
    pub loan: Loan,
    /// What it cost.
    pub fee: Option<Fee>,
}

/// Each loan decided alone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewedAll {
    /// Renewed, with the new due date.
    pub renewed: Vec<(Item, Timestamp)>,
    /// Not renewed, with the reasons.
    pub unrenewed: Vec<(Item, Refused)>,
}

/// A hold placed, changed or given up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HoldDone {
    /// The first of the holds, as it is now.
    pub hold: Hold,
    /// Its place in the queue, from 1.
    pub position: u32,
    /// A copy is on the shelf, not on loan, with no queue.
    pub available: bool,
    /// Number of its record.
    pub control_number: ControlNumber,
    /// Title of its record.
    pub title: String,
    /// How many holds were placed: alternatives or a batch.
    pub count: u32,
}

/// Paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Paid {
    /// Which fees took how much, minor units.
    pub booked: Vec<(FeeId, i64)>,
    /// Those fees as they are afterwards.
    #[serde(default)]
    pub fees: Vec<Fee>,
    /// Still owed afterwards.
    pub owed: Money,
}
