//! Between the protocol and the catalogue's desk: queries, record syntaxes, holdings and diagnostics, in tables where they are tables.

pub mod ask;
mod attributes;
pub mod ccl;
pub mod composition;
pub mod cql;
pub mod diagnostics;
mod grs1;
pub mod holdings;
pub mod order;
pub mod render;
pub mod rpn;
pub mod scan;
pub mod sort;
mod sutrs;
mod table;
mod xml;

pub use order::Ordered;
