//! MARC as bytes: ISO 2709, MARCXML, marcXchange, MARC-in-JSON and the line formats, with their character sets.
//!
//! It owns how a record (`skranke_core::bib::Record`) is read from any of these and written to them. It knows no storage
//! and no protocol that asks for records. Start at [`read`] and [`write()`]. Reading is total and streams: any input gives
//! records with warnings, or typed rejections, in memory bounded by one record.

pub mod charset;
pub mod crosswalk;
mod feed;
mod form;
pub mod iso2709;
mod json;
mod line;
mod national;
mod reader;
mod report;
mod write;
pub mod xml;

pub use form::{Carrier, Form, UnknownForm};
pub use reader::{MAX_RECORD, Read, Reader, read};
pub use report::{Position, Reason, Rejected, Repair, Warning};
pub use write::{WriteError, WriteForm, write};
