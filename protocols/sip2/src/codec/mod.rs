//! Bytes ↔ message. Sans-I/O and total: any bytes give a message, an empty line, or "say it again".
//!
//! The way in: [`frame::SipFramer`] finds the end of a message, [`trailer::open`] takes off the error detection, and
//! [`crate::message::Request::read`] reads what is left. The way out: a [`write::Writer`], which cleans what it writes.

pub mod charset;
pub mod clean;
pub mod frame;
pub mod read;
pub mod tables;
pub mod time;
pub mod trailer;
pub mod write;

pub use charset::Charset;
pub use frame::SipFramer;
pub use read::{Dialect, Piece};
pub use time::SipTime;
pub use trailer::{Opened, Trailer, open};
pub use write::{Terminator, Writer};
