//! A small library for tests: one agency with three branches, people and things by number.

use super::state::{State, Title};
use crate::agency::{Agency, AgencyId, Branch};
use crate::bib::CodedData;
use crate::calendar::Calendar;
use crate::desk::command::{Actor, Powers, Role};
use crate::ids::{BibId, ItemId, PatronId};
use crate::item::{Item, ItemState, Placement};
use crate::library::Library;
use crate::money::{Currency, Money};
use crate::patron::{Contact, Patron, PatronKind};
use crate::policy::Rule;
use crate::secret::PinHash;
use crate::time::TimeZone;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The branches of the sample agency; the first is the main library.
pub const BRANCHES: [&str; 3] = ["main", "north", "south"];

/// The sample agency's id.
pub fn agency_id() -> AgencyId {
    AgencyId::parse("DK-761500")
}

/// The settings: every rule as given, first match first.
pub fn library(rules: Vec<Rule>) -> Library {
    let agency = Agency {
        id: agency_id(),
        name: "Sample Library".to_owned(),
        time_zone: TimeZone::get("Europe/Copenhagen").unwrap_or(TimeZone::UTC),
        currency: Currency::DKK,
        language: "da".to_owned(),
        debt_limit: Money::new(20_000, Currency::DKK),
        municipality: Some("615".to_owned()),
        branches: BRANCHES
            .iter()
            .map(|name| {
                let branch = Branch {
                    id: (*name).into(),
                    name: (*name).to_owned(),
                    isil: None,
                    calendar: None,
                };
                (branch.id.clone(), branch)
            })
            .collect(),
        calendar: Calendar::default(),
        categories_by_age: Vec::new(),
    };
    Library {
        default_agency: agency.id.clone(),
        agencies: BTreeMap::from([(agency.id.clone(), agency.clone())]),
        unknown_agency: agency,
        rules,
        fallback_rule: Rule::default(),
    }
}

/// An automat at a branch.
pub fn automat(login: &str, branch: &str) -> Arc<Actor> {
    Arc::new(Actor {
        protocol: "sip2",
        terminal: login.to_owned(),
        agency: agency_id(),
        branch: branch.into(),
        role: Role::Automat,
        powers: Powers::default(),
    })
}

/// Record `n`: control number `n`, title `Title n`.
pub fn title(n: i64) -> Title {
    Title {
        id: BibId(n),
        agency: agency_id(),
        control_number: n.to_string().as_str().into(),
        title: format!("Title {n}"),
    }
}

/// Item `n` of a record, on its shelf: barcode `i` and the number.
pub fn item(n: i64, bib: i64, branch: &str) -> Item {
    let title = title(bib);
    Item {
        id: ItemId(n),
        agency: agency_id(),
        barcode: format!("i{n}").as_str().into(),
        bib: title.id,
        control_number: title.control_number,
        bib_agency: title.agency,
        title: title.title,
        author: String::new(),
        coded: CodedData::default(),
        placement: Placement {
            branch: branch.into(),
            department: None,
            location: None,
            sublocation: None,
            section: None,
        },
        issue: None,
        call_number: None,
        material_group: "standard".into(),
        media_type: 1,
        loan_restriction: None,
        price: None,
        accession_date: None,
        note: None,
        properties: None,
        state: ItemState::Available,
        current_branch: branch.into(),
        tied_to: None,
    }
}

/// Patron `n`, an adult: card `p` and the number, PIN the number in four digits, hashed at a cost that only tests may pay.
pub fn patron(n: i64) -> Patron {
    Patron {
        id: PatronId(n),
        agency: agency_id(),
        cards: vec![crate::ids::CardNumber::new(format!("p{n}"))],
        national_number: None,
        pin: cheap_pin(&format!("{n:04}")),
        name: format!("Patron {n}"),
        kind: PatronKind::Person,
        category: "adult".into(),
        branch: Some(BRANCHES[0].into()),
        contact: Contact::default(),
        language: None,
        birth_date: None,
        municipality: Some("615".to_owned()),
        guardian: None,
        expires: None,
        blocks: Vec::new(),
        fee_limit: None,
        keep_history: false,
        pause: None,
        protected_address: false,
    }
}

/// Records, items and patrons numbered from 1: each record has two items, at branches in turn.
pub fn fill(state: &mut State, records: i64, patrons: i64) {
    for n in 1..=records {
        state.put_title(title(n));
        for copy in 0..2 {
            let id = 2 * n - 1 + copy;
            let branch = BRANCHES.iter().cycle().nth(usize::try_from(id).unwrap_or(0)).unwrap_or(&"main");
            state.put_item(item(id, n, branch));
        }
    }
    for n in 1..=patrons {
        state.put_patron(patron(n));
    }
}

/// A hash of a PIN that costs next to nothing.
pub fn cheap_pin(pin: &str) -> Option<PinHash> {
    use argon2::password_hash::PasswordHasher;
    use argon2::{Algorithm, Argon2, Params, Version};
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).ok()?);
    let hash = hasher.hash_password_with_salt(pin.as_bytes(), b"sample salt").ok()?;
    Some(PinHash(hash.to_string()))
}
