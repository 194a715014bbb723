//! `sortBy` and its modifiers.

use super::ast::{Modifier, Name, SortSpec};
use super::fault::{CqlFault, Problem};
use super::vocabulary::Meaning;
use crate::ports::search::{Missing, SortKey};

/// The keys of a sort. The same key twice is refused.
pub(super) fn keys(specs: &[SortSpec], meaning: impl Fn(&Name) -> Result<Meaning, CqlFault>) -> Result<Vec<SortKey>, CqlFault> {
    let mut keys: Vec<SortKey> = Vec::new();
    for spec in specs {
        let mut descending = false;
        let mut missing = None;
        for modifier in &spec.modifiers {
            read(modifier, &mut descending, &mut missing)?;
        }
        let key = key(&spec.index, descending, missing, &meaning)?;
        if keys.iter().any(|known| known.index == key.index) {
            return Err(CqlFault::new(Problem::DuplicateSortKeys, &spec.index));
        }
        keys.push(key);
    }
    Ok(keys)
}

/// One key. Where nothing was said of records without a value, they stand last.
pub(super) fn key(
    name: &Name,
    descending: bool,
    missing: Option<Wanted>,
    meaning: impl Fn(&Name) -> Result<Meaning, CqlFault>,
) -> Result<SortKey, CqlFault> {
    let found = match meaning(name) {
        Ok(found) if found.sortable => found,
        Ok(_)
        | Err(CqlFault {
            problem: Problem::UnsupportedIndex,
            ..
        }) => return Err(CqlFault::new(Problem::UnsupportedSortPath, name)),
        Err(other) => return Err(other),
    };
    Ok(SortKey {
        index: found.index,
        descending,
        missing: missing.map_or_else(Missing::default, |missing| missing.placed(descending)),
    })
}

/// What is to become of records without a value, in the language's own terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// As if the value were higher than all others.
    High,
    /// As if it were lower.
    Low,
    /// Left out.
    Omit,
    /// The sort fails.
    Fail,
    /// As if it were this.
    Value(String),
}

impl Wanted {
    /// Where the records go, given the direction.
    #[must_use]
    pub fn placed(self, descending: bool) -> Missing {
        match (self, descending) {
            (Self::High, false) | (Self::Low, true) => Missing::Last,
            (Self::High, true) | (Self::Low, false) => Missing::First,
            (Self::Omit, _) => Missing::Omit,
            (Self::Fail, _) => Missing::Fail,
            (Self::Value(value), _) => Missing::Value(value),
        }
    }
}

fn read(modifier: &Modifier, descending: &mut bool, missing: &mut Option<Wanted>) -> Result<(), CqlFault> {
    let name = &modifier.name;
    if name.is("sort", "ascending") {
        *descending = false;
    } else if name.is("sort", "descending") {
        *descending = true;
    } else if name.is("sort", "missingHigh") {
        *missing = Some(Wanted::High);
    } else if name.is("sort", "missingLow") {
        *missing = Some(Wanted::Low);
    } else if name.is("sort", "missingOmit") {
        *missing = Some(Wanted::Omit);
    } else if name.is("sort", "missingFail") {
        *missing = Some(Wanted::Fail);
    } else if name.is("sort", "missingValue") {
        let value = modifier.value.as_ref().map(|(_, value)| value.clone());
        let value = value.ok_or_else(|| CqlFault::new(Problem::UnsupportedSortMissingValueAction, name))?;
        *missing = Some(Wanted::Value(value));
    } else if name.is("sort", "respectCase") || name.is("sort", "respectAccents") {
        return Err(CqlFault::new(Problem::UnsupportedSortCase, name));
    } else if !["ignoreCase", "ignoreAccents", "unicodeCompare", "locale"]
        .iter()
        .any(|known| name.is("sort", known))
    {
        return Err(CqlFault::new(Problem::UnsupportedSortSequence, name));
    }
    Ok(())
}
