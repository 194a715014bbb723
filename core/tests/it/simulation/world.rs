//! The simulated library: rules that cost money, people of every kind, terminals with different powers.

use crate::counter::open;
use jiff::SignedDuration;
use skranke_core::agency::AgencyId;
use skranke_core::block::{Block, BlockSource};
use skranke_core::desk::{Actor, Desk, Role};
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::money::{Currency, Money};
use skranke_core::policy::{FineGroup, Rule};
use skranke_core::time::{Date, TimeZone, Timestamp};
use std::sync::Arc;

pub const RECORDS: i64 = 9;
pub const PATRONS: i64 = 10;

pub struct World {
    pub store: MemoryStore,
    /// Two processes on one store.
    pub desks: [Desk<MemoryStore>; 2],
    pub actors: Vec<Arc<Actor>>,
    /// Seconds since the beginning.
    pub now: i64,
}

impl World {
    pub async fn new() -> Self {
        let store = MemoryStore::new();
        store.seed(|state| {
            samples::fill(state, RECORDS, PATRONS);
            for item in state.items.values_mut() {
                item.material_group = ["standard", "dvd", "game"][usize::try_from(item.bib.0 % 3).unwrap()].into();
                if item.bib.0 == RECORDS {
                    item.issue = Some(format!("2026:{}", item.id.0 % 2));
                }
            }
            let mut foreign = samples::item(900, 1, "elsewhere");
            foreign.agency = AgencyId::parse("DK-710100");
            state.put_item(foreign);
            people(state);
        });
        let desks = [
            open(&store, samples::library(rules())).await,
            open(&store, samples::library(rules())).await,
        ];
        Self {
            store,
            desks,
            actors: actors(),
            now: 0,
        }
    }

    /// The staffed desk.
    pub fn staff(&self) -> &Arc<Actor> {
        self.actors.iter().find(|actor| actor.role == Role::Desk).unwrap()
    }

    pub fn time(&self) -> Timestamp {
        let beginning: Timestamp = "2027-01-15T09:00:00Z".parse().unwrap();
        beginning.checked_add(SignedDuration::from_secs(self.now)).unwrap()
    }

    pub fn today(&self) -> Date {
        let zone = TimeZone::get("Europe/Copenhagen").unwrap();
        zone.to_datetime(self.time()).date()
    }
}

fn people(state: &mut skranke_core::memory_store::State) {
    for patron in state.patrons.values_mut() {
        match patron.id.0 {
            1 | 2 => {
                patron.category = "child".into();
                patron.birth_date = Some(Date::constant(2017, 5, 1));
                patron.guardian = Some(skranke_core::ids::PatronId(3));
            }
            3 => patron.keep_history = true,
            4 => patron.branch = Some("north".into()),
            5 => patron.branch = None,
            6 => patron.expires = Some(Date::constant(2027, 3, 1)),
            7 => patron.fee_limit = Some(Money::new(100, Currency::DKK)),
            8 => patron.blocks.push(Block {
                code: 'U',
                since: Timestamp::UNIX_EPOCH,
                message: "excluded".to_owned(),
                source: BlockSource::Staff,
            }),
            _ => {}
        }
    }
}

fn rules() -> Vec<Rule> {
    let base = Rule {
        max_loans: 5,
        max_holds: 5,
        renewals: 2,
        hold_shelf_days: 3,
        interest_days: 60,
        fine_steps: vec![(1, 2000), (8, 6000), (15, 12000), (31, 23000)],
        child_fine_steps: vec![(1, 1000), (8, 3000)],
        fine_group: FineGroup::DueDate,
        ..Rule::default()
    };
    vec![
        Rule {
            material_group: Some("dvd".into()),
            loan_days: 7,
            loan_fee: 500,
            fine_steps: Vec::new(),
            fine_per_day: 300,
            fine_cap: Some(2500),
            fine_group: FineGroup::Item,
            ..base.clone()
        },
        Rule {
            material_group: Some("game".into()),
            loan_days: 14,
            hold_fee: 200,
            renew_when_reserved: true,
            ..base.clone()
        },
        base,
    ]
}

fn actors() -> Vec<Arc<Actor>> {
    let with = |login: &str, branch: &str, change: fn(&mut Actor)| {
        let mut actor = Arc::unwrap_or_clone(samples::automat(login, branch));
        change(&mut actor);
        Arc::new(actor)
    };
    vec![
        with("automat1", "main", |_| {}),
        with("automat2", "north", |_| {}),
        with("sorter1", "south", |actor| {
            actor.role = Role::Sorter;
            actor.powers.fulfil_holds = false;
        }),
        with("desk1", "main", |actor| {
            actor.role = Role::Desk;
            actor.powers.enable = true;
            actor.powers.third_party_renewal = true;
        }),
        with("strict1", "north", |actor| {
            actor.powers.require_pin = true;
            actor.powers.accepts_not_on_loan = false;
            actor.powers.backdate = false;
        }),
    ]
}
