//! Diagnostics: a number of `info:srw/diagnostic/1`, its details and its text.

use skranke_core::query::cql::CqlFault;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static TEXTS: LazyLock<BTreeMap<u16, &'static str>> = LazyLock::new(|| {
    include_str!("../../data/diagnostics.tsv")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| {
            let mut columns = line.split('\t');
            Some((columns.next()?.parse().ok()?, columns.next()?))
        })
        .collect()
});

/// Numbers that this server gives by itself, beside those that a query carries in its fault.
#[allow(missing_docs)] // the standard's names
pub mod number {
    pub const GENERAL_SYSTEM_ERROR: u16 = 1;
    pub const TEMPORARILY_UNAVAILABLE: u16 = 2;
    pub const UNSUPPORTED_OPERATION: u16 = 4;
    pub const UNSUPPORTED_VERSION: u16 = 5;
    pub const UNSUPPORTED_PARAMETER_VALUE: u16 = 6;
    pub const MANDATORY_PARAMETER_NOT_SUPPLIED: u16 = 7;
    pub const UNSUPPORTED_PARAMETER: u16 = 8;
    pub const QUERY_SYNTAX_ERROR: u16 = 10;
    pub const UNSUPPORTED_QUERY_TYPE: u16 = 11;
    pub const INVALID_USE_OF_QUOTES: u16 = 14;
    pub const UNSUPPORTED_CONTEXT_SET: u16 = 15;
    pub const UNSUPPORTED_INDEX: u16 = 16;
    pub const UNSUPPORTED_RELATION: u16 = 19;
    pub const UNSUPPORTED_COMBINATION_OF_RELATION_AND_INDEX: u16 = 22;
    pub const MASKING_NOT_SUPPORTED: u16 = 28;
    pub const ANCHORING_NOT_SUPPORTED: u16 = 31;
    pub const TOO_MANY_BOOLEANS: u16 = 38;
    pub const UNSUPPORTED_PROXIMITY_RELATION: u16 = 40;
    pub const UNSUPPORTED_PROXIMITY_DISTANCE: u16 = 41;
    pub const UNSUPPORTED_PROXIMITY_UNIT: u16 = 42;
    pub const QUERY_FEATURE_UNSUPPORTED: u16 = 48;
    pub const TOO_MANY_MATCHING: u16 = 60;
    pub const POSITION_OUT_OF_RANGE: u16 = 61;
    pub const RECORDS_SYSTEM_ERROR: u16 = 63;
    pub const RECORD_DOES_NOT_EXIST: u16 = 65;
    pub const UNKNOWN_SCHEMA: u16 = 66;
    pub const NOT_IN_THIS_SCHEMA: u16 = 67;
    pub const UNSUPPORTED_RECORD_PACKING: u16 = 71;
    pub const XPATH_UNSUPPORTED: u16 = 72;
    pub const TOO_MANY_SORT_KEYS: u16 = 84;
    pub const DUPLICATE_SORT_KEYS: u16 = 85;
    pub const UNSUPPORTED_SCHEMA_FOR_SORT: u16 = 87;
    pub const UNSUPPORTED_SORT_PATH: u16 = 88;
    pub const PATH_UNSUPPORTED_FOR_SCHEMA: u16 = 89;
    pub const UNSUPPORTED_DIRECTION: u16 = 90;
    pub const UNSUPPORTED_CASE: u16 = 91;
    pub const UNSUPPORTED_MISSING_VALUE_ACTION: u16 = 92;
    pub const SORT_ENDED: u16 = 93;
    pub const SORT_IN_QUERY_PREVAILS: u16 = 94;
    pub const UNSUPPORTED_STYLESHEET: u16 = 111;
    pub const RESPONSE_POSITION_OUT_OF_RANGE: u16 = 120;
    pub const TOO_MANY_TERMS: u16 = 121;
    pub const DATABASE_DOES_NOT_EXIST: u16 = 235;
}

/// One diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// N of `info:srw/diagnostic/1/N`.
    pub number: u16,
    /// Details, as the list wants them for this number; empty where there are none.
    pub details: String,
}

impl Diagnostic {
    /// A diagnostic with details.
    pub fn new(number: u16, details: impl Into<String>) -> Self {
        Self {
            number,
            details: details.into(),
        }
    }

    /// Its text in the list.
    pub fn message(&self) -> &'static str {
        TEXTS.get(&self.number).copied().unwrap_or("General system error")
    }
}

impl From<CqlFault> for Diagnostic {
    fn from(fault: CqlFault) -> Self {
        Self {
            number: fault.problem.number(),
            details: fault.detail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        assert_eq!(TEXTS.len(), 100);
        assert_eq!(Diagnostic::new(16, "x").message(), "Unsupported index");
    }
}
