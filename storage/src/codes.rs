//! The words by which enumerations are stored.

use crate::error::Error;
use skranke_core::account::{FeeKind, LedgerKind};
use skranke_core::patron::PatronKind;
use skranke_core::ports::{FeedKind, FeedOperation};

/// An enumeration with a stored word for each value.
pub(crate) trait Coded: Sized {
    /// The word.
    fn code(self) -> &'static str;
    /// The value of a word.
    fn read(code: &str) -> Result<Self, Error>;
}

macro_rules! coded {
    ($type:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        impl Coded for $type {
            fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            fn read(code: &str) -> Result<Self, Error> {
                match code {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(Error::Value(format!("{code:?} as {}", stringify!($type)))),
                }
            }
        }
    };
}

coded!(FeeKind {
    Other = "other",
    Administrative = "administrative",
    Damage = "damage",
    Overdue = "overdue",
    Processing = "processing",
    Rental = "rental",
    Replacement = "replacement",
    Computer = "computer",
    Hold = "hold",
});

coded!(LedgerKind {
    Raised = "raised",
    Paid = "paid",
    Withdrawn = "withdrawn",
});

coded!(PatronKind {
    Person = "person",
    Organisation = "organisation",
    Library = "library",
});

coded!(FeedKind {
    Bib = "bib",
    Item = "item",
    Patron = "patron",
    Queue = "queue",
});

coded!(FeedOperation {
    Put = "put",
    Deleted = "deleted",
});
