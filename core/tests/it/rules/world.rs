//! A library of three branches in which decisions are made one after the other, each applied to the rows and each checked
//! against what always holds.

use skranke_core::circulation::{self, Context, item_refs};
use skranke_core::desk::command::*;
use skranke_core::desk::reply::*;
use skranke_core::ids::{Barcode, CardNumber};
use skranke_core::library::Library;
use skranke_core::memory_store::{State, apply, invariants, load, samples};
use skranke_core::policy::Rule;
use skranke_core::ports::{Change, Decided, Facts, ItemRef, Need, PatronRef};
use skranke_core::time::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

pub struct World {
    pub state: State,
    pub library: Library,
    pub actor: Arc<Actor>,
    pub actors: BTreeMap<String, Arc<Actor>>,
    pub now: Timestamp,
    pub pin: PinVerdict,
    /// The next number for a loan, a hold or a fee.
    pub numbers: i64,
    /// Changes of the last decision.
    pub last: Vec<Change>,
}

impl World {
    /// Three records with two items each (1: i1 i2, 2: i3 i4, 3: i5 i6), all at the main library; nine patrons.
    pub fn new() -> Self {
        let mut state = State::default();
        for record in 1..=3 {
            state.put_title(samples::title(record));
            for copy in [2 * record - 1, 2 * record] {
                state.put_item(samples::item(copy, record, "main"));
            }
        }
        for n in 1..=9 {
            state.put_patron(samples::patron(n));
        }
        let actor = samples::automat("automat1", "main");
        Self {
            state,
            library: samples::library(vec![Rule::default()]),
            actors: BTreeMap::from([(actor.terminal.clone(), Arc::clone(&actor))]),
            actor,
            now: "2026-03-02T09:00:00Z".parse().unwrap(),
            pin: PinVerdict::NotGiven,
            numbers: 101,
            last: Vec::new(),
        }
    }

    pub fn powers(&mut self) -> &mut Powers {
        &mut Arc::make_mut(&mut self.actor).powers
    }

    fn context(&self) -> Context {
        Context {
            actor: Arc::clone(&self.actor),
            library: Arc::new(self.library.clone()),
            now: self.now,
            pin: self.pin.clone(),
            numbers_from: self.numbers,
        }
    }

    /// Decides and applies: the decision is made twice, since a store may repeat it; and the standing that is told is the one
    /// that holds afterwards.
    fn perform<T: std::fmt::Debug>(
        &mut self,
        numbers: u32,
        need: Need,
        decide: impl Fn(&Facts, &Context) -> Decided<Answer<T>>,
    ) -> Answer<T> {
        let context = self.context();
        let need = Need { at: self.now, ..need };
        let facts = load::facts(&self.state, &need);
        let once = format!("{:?}", decide(&facts, &context));
        let Decided { plan, outcome } = decide(&facts, &context);
        assert_eq!(once, format!("{:?}", decide(&facts, &context)), "a decision is pure");
        apply::plan(&mut self.state, &plan).unwrap();
        invariants::check(&self.state).unwrap();
        self.numbers += i64::from(numbers);
        self.last = plan.changes;
        if let (Some(told), Some(patron)) = (&outcome.patron, &facts.patron) {
            let now = self.standing_of(PatronRef::Id(patron.patron.id));
            assert_eq!(told.standing, now, "the standing told is not the one that holds");
        }
        outcome
    }

    fn standing_of(&self, patron: PatronRef) -> Standing {
        let facts = load::facts(&self.state, &circulation::standing::need(vec![patron], false));
        circulation::standing::summary_of(facts.patron.as_ref().unwrap(), &self.context()).standing
    }

    fn patron(&self, card: &str) -> Vec<PatronRef> {
        vec![PatronRef::Card(self.actor.agency.clone(), CardNumber::new(card))]
    }

    fn item(&self, barcode: &str) -> Vec<ItemRef> {
        item_refs(&barcode.into(), None, &self.actor)
    }

    pub fn check_out(&mut self, card: &str, item: &str, change: impl Fn(&mut CheckOut)) -> Answer<CheckedOut> {
        let mut command = CheckOut {
            who: who(card),
            item: item.into(),
            owner: None,
            may_renew: true,
            fee_acknowledged: false,
            already_happened: None,
        };
        change(&mut command);
        let need = circulation::checkout::need(&command, self.patron(card), self.item(item));
        let numbers = circulation::numbers(&Command::CheckOut(command.clone()));
        self.perform(numbers, need, |facts, context| {
            circulation::checkout::decide(&command, facts, context)
        })
    }

    pub fn check_in(&mut self, item: &str, change: impl Fn(&mut CheckIn)) -> Answer<CheckedIn> {
        let mut command = CheckIn {
            item: item.into(),
            owner: None,
            branch: None,
            returned: None,
            already_happened: false,
        };
        change(&mut command);
        let need = circulation::checkin::need(&command, self.item(item));
        self.perform(1, need, |facts, context| circulation::checkin::decide(&command, facts, context))
    }

    pub fn undo_check_out(&mut self, item: &str) -> Answer<CheckedIn> {
        let barcode = Barcode::from(item);
        let need = circulation::undo::checkout::need(&barcode, &self.actor, self.item(item));
        self.perform(0, need, |facts, context| {
            circulation::undo::checkout::decide(&barcode, facts, context)
        })
    }

    pub fn undo_check_in(&mut self, item: &str, card: &str) -> Answer<CheckedOut> {
        let barcode = Barcode::from(item);
        let need = circulation::undo::checkin::need(&barcode, &self.actor, self.patron(card), self.item(item));
        self.perform(0, need, |facts, context| {
            circulation::undo::checkin::decide(&barcode, facts, context)
        })
    }

    pub fn renew(&mut self, card: &str, what: What, change: impl Fn(&mut Renew)) -> Answer<Renewed> {
        let item = what.item.clone().map(|b| self.item(b.as_str())).unwrap_or_default();
        let mut command = Renew {
            who: who(card),
            what,
            third_party: false,
            fee_acknowledged: false,
            already_happened: None,
        };
        change(&mut command);
        let need = circulation::renew::need(&command, self.patron(card), item);
        self.perform(1, need, |facts, context| circulation::renew::decide(&command, facts, context))
    }

    pub fn renew_all(&mut self, card: &str, fee_acknowledged: bool) -> Answer<RenewedAll> {
        let need = circulation::renew_all::need(self.patron(card));
        self.perform(1, need, |facts, context| {
            circulation::renew_all::decide(fee_acknowledged, facts, context)
        })
    }

    pub fn place_hold(&mut self, card: &str, what: Vec<What>, change: impl Fn(&mut PlaceHold)) -> Answer<HoldDone> {
        let mut command = PlaceHold {
            who: who(card),
            what,
            parallel: false,
            scope: ScopeWanted::AnyCopy,
            issue: None,
            pickup: None,
            activates: None,
            expires: None,
            fee_acknowledged: false,
        };
        change(&mut command);
        let need = circulation::hold::place::need(&command, &self.actor, self.patron(card));
        let numbers = circulation::numbers(&Command::PlaceHold(command.clone()));
        self.perform(numbers, need, |facts, context| {
            circulation::hold::place::decide(&command, facts, context)
        })
    }

    pub fn cancel_hold(&mut self, card: &str, what: What) -> Answer<HoldDone> {
        let need = circulation::hold::cancel::need(&what, &self.actor, self.patron(card));
        self.perform(0, need, |facts, context| circulation::hold::cancel::decide(&what, facts, context))
    }

    pub fn change_hold(&mut self, card: &str, what: What, wanted: circulation::hold::change::Wanted) -> Answer<HoldDone> {
        let need = circulation::hold::change::need(&what, &wanted, &self.actor, self.patron(card));
        self.perform(0, need, |facts, context| {
            circulation::hold::change::decide(&what, &wanted, facts, context)
        })
    }

    pub fn pay(&mut self, card: &str, change: impl Fn(&mut PayFee)) -> Answer<Paid> {
        let mut command = PayFee {
            who: who(card),
            amount: None,
            fee: None,
            kind: None,
            transaction: Some("T1".to_owned()),
            payment_type: 0,
        };
        change(&mut command);
        let need = circulation::pay::need(&command, self.patron(card));
        self.perform(0, need, |facts, context| circulation::pay::decide(&command, facts, context))
    }

    pub fn block(&mut self, card: &str, message: &str, retained: bool) -> Answer<()> {
        let need = circulation::card::block::need(self.patron(card));
        self.perform(0, need, |facts, context| {
            circulation::card::block::decide(message, retained, facts, context)
        })
    }

    pub fn enable(&mut self, card: &str) -> Answer<()> {
        let need = circulation::card::enable::need(self.patron(card));
        self.perform(0, need, circulation::card::enable::decide)
    }

    pub fn store_properties(&mut self, item: &str, text: &str) -> Answer<()> {
        let need = circulation::properties::need(self.item(item));
        self.perform(0, need, |facts, context| circulation::properties::decide(text, facts, context))
    }

    pub fn standing(&self, card: &str) -> Standing {
        self.standing_of(PatronRef::Card(self.actor.agency.clone(), CardNumber::new(card)))
    }
}

pub fn who(card: &str) -> Who {
    Who {
        card: CardNumber::new(card),
        pin: None,
    }
}
