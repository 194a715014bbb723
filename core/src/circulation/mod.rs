//! The rules of lending as pure decisions: facts in; a plan, or a refusal with every reason, out.
//!
//! One file for each operation, named as in the desk and in the protocols. Nothing here reads a clock, a store or a random
//! number. Each has the same two functions: `need(command, …) -> Need`, what must be known, and
//! `decide(command, facts, context) -> Decided<Answer<…>>`.

pub mod card;
pub mod checkin;
pub mod checkout;
pub mod due;
pub mod fines;
pub mod hold;
pub mod pay;
pub mod properties;
pub mod refusal;
pub mod renew;
pub mod renew_all;
pub mod report;
pub mod standing;
pub mod trap;
pub mod undo;

mod closing;
mod off_line;

pub use refusal::{Refusal, Refused};

use crate::agency::{Agency, AgencyId};
use crate::desk::command::{Actor, Command, Role};
use crate::desk::reply::{Answer, PinVerdict};
use crate::ids::{Barcode, PatronCategory};
use crate::item::Item;
use crate::library::Library;
use crate::patron::Patron;
use crate::policy::Rule;
use crate::ports::{Change, Channel, Decided, Event, Facts, ItemRef, Plan};
use crate::time::{Date, Timestamp, local_date};
use std::sync::Arc;

/// What every decision is given beside its command and the facts.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who asks.
    pub actor: Arc<Actor>,
    /// The settings that hold.
    pub library: Arc<Library>,
    /// The present time.
    pub now: Timestamp,
    /// What was found out about the PIN before the decision.
    pub pin: PinVerdict,
    /// The first of the fresh numbers that were reserved for this command.
    pub numbers_from: i64,
}

impl Context {
    /// The settings of the actor's agency.
    pub fn agency(&self) -> &Agency {
        self.library.agency(&self.actor.agency)
    }

    /// The local day at the actor's agency.
    pub fn today(&self) -> Date {
        local_date(self.now, &self.agency().time_zone)
    }

    /// The `n`th fresh number, counted from 0: the same again when the decision is repeated.
    pub fn number(&self, n: u32) -> i64 {
        self.numbers_from + i64::from(n)
    }

    /// Who makes the change.
    pub fn channel(&self) -> Channel {
        self.actor.channel()
    }

    /// The rule for lending `item` to `patron`.
    pub fn rule(&self, patron: &Patron, item: &Item) -> &Rule {
        self.library
            .rule(&item.agency, self.category(patron), &item.material_group, &item.placement.branch)
    }

    /// The patron's category today: his own, or what his age makes of it where his agency says so.
    pub fn category<'p>(&'p self, patron: &'p Patron) -> &'p PatronCategory {
        let agency = self.library.agency(&patron.agency);
        agency.category(patron, local_date(self.now, &agency.time_zone))
    }

    /// Why the PIN stands in the way, if it does: wrong, locked, or missing where the terminal demands one.
    pub fn pin_refusal(&self) -> Option<Refusal> {
        let missing = self.pin == PinVerdict::NotGiven && self.actor.powers.require_pin;
        self.wrong_pin().or(missing.then_some(Refusal::WrongPin))
    }

    /// Why a PIN that was given stands in the way: wrong or locked.
    fn wrong_pin(&self) -> Option<Refusal> {
        match &self.pin {
            PinVerdict::Wrong => Some(Refusal::WrongPin),
            PinVerdict::Locked { until } => Some(Refusal::PinLocked { until: *until }),
            PinVerdict::NotGiven | PinVerdict::Right => None,
        }
    }

    /// One more event of this kind, for statistics. It holds nothing of the person but the category.
    fn count(&self, kind: &'static str, item: &Item, patron: Option<&Patron>) -> Change {
        Change::Count(self.event(kind, Some(item), patron, self.today()))
    }

    /// An event that was counted on `day` never was.
    fn uncount(&self, kind: &'static str, item: &Item, patron: Option<&Patron>, day: Date) -> Change {
        Change::Uncount(self.event(kind, Some(item), patron, day))
    }

    /// Somebody was let in at a door.
    pub(crate) fn count_entry(&self, patron: &Patron) -> Change {
        Change::Count(self.event("entry", None, Some(patron), self.today()))
    }

    fn event(&self, kind: &'static str, item: Option<&Item>, patron: Option<&Patron>, day: Date) -> Event {
        Event {
            kind,
            day,
            agency: self.actor.agency.clone(),
            branch: self.actor.branch.clone(),
            department: item.and_then(|item| item.placement.department.clone()).unwrap_or_default(),
            material_group: item.map(|item| item.material_group.to_string()).unwrap_or_default(),
            coded: item.map(|item| item.coded),
            category: patron.map(|p| self.category(p).to_string()).unwrap_or_default(),
            channel: match (self.actor.protocol, self.actor.role) {
                ("ncip" | "iso18626", _) => "partner",
                ("http" | "sru", _) => "web",
                (_, Role::Desk) => "staff",
                (_, Role::Automat | Role::Sorter | Role::Door) => "automat",
            },
        }
    }

    /// The decision to make these changes and tell this.
    pub(crate) fn decided<T>(&self, changes: Vec<Change>, outcome: T) -> Decided<T> {
        Decided {
            plan: Plan {
                changes,
                channel: self.channel(),
                at: self.now,
            },
            outcome,
        }
    }

    /// An answer about whom and what the facts show, as they are before any change.
    fn answer<T>(&self, facts: &Facts, result: Result<T, Refused>) -> Answer<T> {
        Answer {
            patron: facts.patron.as_ref().map(|p| standing::summary(&p.patron, &p.totals, self)),
            pin: self.pin.clone(),
            item: facts.item.as_ref().map(|i| i.item.clone()),
            due: None,
            at: self.now,
            result,
        }
    }

    /// No, and nothing is changed.
    fn refused<T>(&self, facts: &Facts, reasons: Vec<Refusal>) -> Decided<Answer<T>> {
        self.decided(Vec::new(), self.answer(facts, Err(Refused { reasons })))
    }
}

/// How an item is found that shows this barcode: its tag's owner first, where it names one (perhaps by the number of a branch),
/// then the actor's agency.
pub fn item_refs(barcode: &Barcode, owner: Option<&AgencyId>, actor: &Actor) -> Vec<ItemRef> {
    let mut agencies: Vec<AgencyId> = Vec::with_capacity(3);
    for agency in owner
        .into_iter()
        .flat_map(|owner| [owner.clone(), owner.of_library()])
        .chain([actor.agency.clone()])
    {
        if !agencies.contains(&agency) {
            agencies.push(agency);
        }
    }
    agencies
        .into_iter()
        .map(|agency| ItemRef::Barcode(agency, barcode.clone()))
        .collect()
}

/// How many fresh numbers the decision on such a command may use: what the desk reserves for [`Context::numbers_from`].
pub fn numbers(command: &Command) -> u32 {
    match command {
        // the loan, its fee, and the lateness fee of a loan that it ends
        Command::CheckOut(_) => 3,
        Command::CheckIn(_) | Command::Renew(_) | Command::RenewAll { .. } => 1,
        // each hold, their group, their fee
        Command::PlaceHold(place) => u32::try_from(place.what.len()).unwrap_or(u32::MAX).saturating_add(2),
        Command::PatronInformation { .. }
        | Command::ItemInformation { .. }
        | Command::UndoCheckOut { .. }
        | Command::UndoCheckIn { .. }
        | Command::CancelHold { .. }
        | Command::ChangeHold { .. }
        | Command::PayFee(_)
        | Command::BlockCard { .. }
        | Command::EnableCard { .. }
        | Command::StoreProperties { .. }
        | Command::ReportTerminal { .. } => 0,
    }
}
