//! Patrons: persons, organisations, other libraries.

use crate::agency::AgencyId;
use crate::block::Block;
use crate::ids::{BranchId, CardNumber, PatronCategory, PatronId};
use crate::money::Money;
use crate::secret::{KeyedHash, PinHash};
use crate::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A patron of one agency.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patron {
    /// Random.
    pub id: PatronId,
    /// The library that knows him.
    pub agency: AgencyId,
    /// Cards, the first the one that is shown.
    pub cards: Vec<CardNumber>,
    /// The national number as a keyed hash, where he has one.
    pub national_number: Option<KeyedHash>,
    /// Argon2id; none means that no PIN is right.
    pub pin: Option<PinHash>,
    /// As shown on screens.
    pub name: String,
    /// Person, organisation or library.
    pub kind: PatronKind,
    /// Selects the rule of lending.
    pub category: PatronCategory,
    /// Home branch, and preferred pickup place.
    pub branch: Option<BranchId>,
    /// Where he can be reached.
    pub contact: Contact,
    /// ISO 639-1.
    pub language: Option<String>,
    /// For age rules.
    pub birth_date: Option<Date>,
    /// Municipality of residence (`615`).
    pub municipality: Option<String>,
    /// A child's guardian.
    pub guardian: Option<PatronId>,
    /// The card's last day.
    pub expires: Option<Date>,
    /// Manual blocks and those of automats; computed ones are not stored.
    pub blocks: Vec<Block>,
    /// Own debt limit, in place of the agency's.
    pub fee_limit: Option<Money>,
    /// Consent to keep the loan history.
    pub keep_history: bool,
    /// Holds are paused from–to, both included.
    pub pause: Option<(Date, Date)>,
    /// Protected name and address: the address is not shown.
    pub protected_address: bool,
}

impl Patron {
    /// The card that is shown: the first.
    pub fn card(&self) -> Option<&CardNumber> {
        self.cards.first()
    }

    /// Age in whole years on `day`, where the birth date is known.
    pub fn age_on(&self, day: Date) -> Option<i16> {
        let born = self.birth_date?;
        let had_birthday = (day.month(), day.day()) >= (born.month(), born.day());
        Some(day.year() - born.year() - i16::from(!had_birthday))
    }
}

impl fmt::Debug for Patron {
    /// Only what says nothing about the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Patron")
            .field("agency", &self.agency)
            .field("category", &self.category)
            .finish_non_exhaustive()
    }
}

/// What a patron is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatronKind {
    /// A human being.
    Person,
    /// A school, a nursing home, a company.
    Organisation,
    /// Another library.
    Library,
}

/// Ways to reach a patron.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Lines of the postal address.
    pub address: Vec<String>,
    /// E-mail addresses with "notify here".
    pub emails: Vec<(String, bool)>,
    /// Phone numbers with "notify here".
    pub phones: Vec<(String, bool)>,
}

impl fmt::Debug for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Contact(…)")
    }
}

/// Failed PINs of one card at one terminal since the last success.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinFailures {
    /// The terminal's login.
    pub terminal: String,
    /// How many in a row.
    pub count: u32,
    /// The last of them.
    pub last: Timestamp,
}
