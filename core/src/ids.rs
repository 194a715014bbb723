//! Identifiers as types, so that two strings cannot be swapped.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(pub String);

        impl $name {
            /// The text as it is.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
    };
}

number_id!(
    /// A bibliographic record in the store. Outside, a record is always (agency, control number).
    BibId
);
number_id!(
    /// An item in the store. Outside, an item is its barcode.
    ItemId
);
number_id!(
    /// A patron: random, so that it says nothing about the person.
    PatronId
);
number_id!(
    /// A loan, open or closed.
    LoanId
);
number_id!(
    /// A hold in any state.
    HoldId
);
number_id!(
    /// A fee. Shown to patrons and payment terminals, so it is short: counted, not random.
    FeeId
);
number_id!(
    /// A group of parallel holds: the first to arrive wins, the others vanish.
    ParallelId
);

text_id!(
    /// A branch within its agency, by the library's own code (`hovedbiblioteket`).
    BranchId
);
text_id!(
    /// The number of a bibliographic record within its agency (MARC 001).
    ControlNumber
);
text_id!(
    /// An item's barcode: unique within its agency.
    Barcode
);
text_id!(
    /// A material group: with patron category and branch it selects the rule of lending.
    MaterialGroup
);
text_id!(
    /// A patron category (`adult`, `child`, `institution`, …).
    PatronCategory
);

/// What a patron shows at the counter: a card number, or whatever else the library accepts as one.
///
/// It may be a national number, so it prints masked; [`CardNumber::reveal`] gives the text for the answer to the peer and for storage.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CardNumber(String);

impl CardNumber {
    /// Wraps a card number as read.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The number itself. Never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardNumber(…)")
    }
}
