//! Between the protocol and the catalogue's desk: queries, record syntaxes, holdings and diagnostics, in tables where they are tables.

pub mod ask;
mod attributes;
pub mod ccl;
pub mod composition;
pub mod cql;
pub mod diagnostics;
pub mod facets;
mod grs1;
pub mod holdings;
mod ill;
pub mod order;
mod refusal;
pub mod render;
pub mod rpn;
pub mod scan;
pub mod sort;
mod sutrs;
mod table;
mod xml;

pub use order::Ordered;
