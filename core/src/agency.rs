//! Agencies (libraries with an ISIL) and their branches. Everything else belongs to an agency.

use crate::calendar::Calendar;
use crate::ids::{BranchId, PatronCategory};
use crate::money::{Currency, Money};
use crate::patron::Patron;
use crate::time::{Date, TimeZone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// An agency by its ISIL. `775100`, `DK-775100` and `dk-775100` are one; it is written `DK-775100`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct AgencyId(String);

impl AgencyId {
    /// Resolves any spelling. Six digits are a Danish library number; anything else is kept as a capitalised string.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        let upper = text.to_ascii_uppercase();
        if text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit()) {
            Self(format!("DK-{text}"))
        } else {
            Self(upper)
        }
    }

    /// As written: `DK-775100`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The agency that a branch's library number belongs to (Danish profile, section 1): of a public or school library
    /// (first digit 7 or 6) the first four digits and `00`, of a research library (8) the first five and `0`; others are themselves.
    pub fn of_library(&self) -> Self {
        let Some(digits) = self.0.strip_prefix("DK-") else {
            return self.clone();
        };
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return self.clone();
        }
        let keep = match digits.as_bytes().first() {
            Some(b'6' | b'7') => 4,
            Some(b'8') => 5,
            _ => return self.clone(),
        };
        let stem: String = digits.chars().take(keep).collect();
        Self(format!("DK-{stem:0<6}"))
    }
}

impl From<String> for AgencyId {
    fn from(text: String) -> Self {
        Self::parse(&text)
    }
}

impl From<AgencyId> for String {
    fn from(id: AgencyId) -> Self {
        id.0
    }
}

impl fmt::Display for AgencyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A library: what its rules need to know of it.
#[derive(Debug, Clone)]
pub struct Agency {
    /// Its ISIL.
    pub id: AgencyId,
    /// Its name, as patrons read it.
    pub name: String,
    /// Where its due dates fall.
    pub time_zone: TimeZone,
    /// The only currency it takes.
    pub currency: Currency,
    /// The language it speaks when nobody asked for another (ISO 639-1: `da`).
    pub language: String,
    /// Debt above this blocks (block `E`), unless the patron has a limit of his own.
    pub debt_limit: Money,
    /// Municipality number, for residence rules (`615`).
    pub municipality: Option<String>,
    /// Branches known from the configuration; others exist as soon as an item or a terminal names them.
    pub branches: BTreeMap<BranchId, Branch>,
    /// Opening days of branches that have no calendar of their own.
    pub calendar: Calendar,
    /// Categories that end with an age.
    pub categories_by_age: Vec<CategoryByAge>,
}

/// A patron category that ends with an age: children who become adults on a birthday, without anybody's doing.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CategoryByAge {
    /// The category that ends.
    pub category: PatronCategory,
    /// First age in years that has left it.
    pub from_age: u8,
    /// The category from then on.
    pub becomes: PatronCategory,
}

/// A branch within its agency.
#[derive(Debug, Clone)]
pub struct Branch {
    /// The library's own code.
    pub id: BranchId,
    /// Its name, as patrons read it.
    pub name: String,
    /// Its library number as ISIL, if it has one (`DK-761501`).
    pub isil: Option<AgencyId>,
    /// Its opening days; the agency's where none.
    pub calendar: Option<Calendar>,
}

impl Agency {
    /// The calendar by which days count at `branch`.
    pub fn calendar(&self, branch: &BranchId) -> &Calendar {
        self.branches
            .get(branch)
            .and_then(|b| b.calendar.as_ref())
            .unwrap_or(&self.calendar)
    }

    /// The patron's category on `day`. Who has no birth date keeps his.
    pub fn category<'a>(&'a self, patron: &'a Patron, day: Date) -> &'a PatronCategory {
        let age = patron.age_on(day);
        let grown = |rule: &&CategoryByAge| rule.category == patron.category && age.is_some_and(|age| age >= i16::from(rule.from_age));
        let oldest = self.categories_by_age.iter().filter(grown).max_by_key(|rule| rule.from_age);
        oldest.map_or(&patron.category, |rule| &rule.becomes)
    }

    /// The branch's name, or its code where it has none.
    pub fn branch_name<'a>(&'a self, branch: &'a BranchId) -> &'a str {
        self.branches.get(branch).map_or(branch.as_str(), |b| b.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_resolve_to_one_agency() {
        for text in ["775100", "DK-775100", "dk-775100", " 775100 "] {
            assert_eq!(AgencyId::parse(text).as_str(), "DK-775100");
        }
        assert_eq!(AgencyId::parse("DE-705").as_str(), "DE-705");
    }

    #[test]
    fn branches_resolve_to_their_agency() {
        for (branch, agency) in [
            ("DK-775101", "DK-775100"),
            ("DK-675143", "DK-675100"),
            ("DK-820012", "DK-820010"),
            ("DE-705", "DE-705"),
        ] {
            assert_eq!(AgencyId::parse(branch).of_library().as_str(), agency);
        }
    }
}
