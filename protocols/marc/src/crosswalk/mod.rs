//! From MARC to what is not MARC, and from danMARC2 to MARC 21, by tables in `data/` that a librarian can read and change.
//!
//! A work in several volumes comes as the records above it, the head first, with the record itself last; what is said
//! above is merged in.

mod dublin_core;
mod marc21;
mod mods;
mod table;

pub use dublin_core::{DcRoot, write_dc};
pub use marc21::to_marc21;
pub use mods::write_mods;
