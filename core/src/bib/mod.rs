//! Bibliographic records: what the library knows *about* a work, apart from the copies it owns.
//!
//! A [`Record`] is MARC in memory, whatever national format it follows, held without loss and in Unicode. This module
//! owns its canonical byte form (what storage keeps), its content hash (what makes a re-import change nothing), its
//! identity, the [`BriefView`] that answers show, and the hierarchy of head, section and volume. It knows no
//! interchange format: ISO 2709, XML and the line formats live in `protocols/marc`.

mod brief;
mod canonical;
mod coded;
mod hierarchy;
mod identity;
mod number;
mod record;

pub use brief::{BriefView, MaterialType, UnknownMaterial, display_text};
pub use canonical::{CanonicalError, ContentHash, Part, Parts};
pub use coded::{Audience, CodedData, Form, LanguageCode, NotCoded};
pub use hierarchy::{Level, ParentLink};
pub use number::{Isbn, Issn, faust_number};
pub use record::{Field, Format, Leader, Record, RecordKind, Subfield, Tag, UnknownName};
