//! MARC 21 for the catalogue's measurements: invented records in any number, and the search terms that a file of records holds.
//!
//! The generator is repeatable: record *n* of a seed is the same however many are made. [`sample`] reads any ISO 2709 file, so a
//! server can be measured on its own records too.

pub mod generate;
pub mod isbn;
pub mod iso2709;
pub mod sample;
pub mod vocabulary;
