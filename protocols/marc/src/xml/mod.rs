//! MARCXML and marcXchange: one reader for both in all their spellings, and a strict writer for each.

mod parse;
mod split;
mod write;

pub(crate) use parse::control_number_in;
pub(crate) use split::Document;
pub(crate) use write::text;
pub use write::{COLLECTION_CLOSE, MARCXCHANGE_OPEN, MARCXML_OPEN, Namespace, write_marcxchange, write_marcxml};

/// Namespace of MARCXML.
pub const MARCXML_NAMESPACE: &str = "http://www.loc.gov/MARC21/slim";
/// Namespace of marcXchange, version 1.1.
pub const MARCXCHANGE_NAMESPACE: &str = "info:lc/xmlns/marcxchange-v1";
