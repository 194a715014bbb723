//! The library itself: records, items, patrons, loans, holds, fees and the rules of lending.
//!
//! It owns every rule, and knows no protocol, no SQL, no socket and no clock: the present time, fresh numbers and random
//! bytes are arguments. Its door is [`desk::Desk`]; behind it, [`circulation`] decides and [`ports`] says what storage does.

pub mod account;
pub mod agency;
pub mod bib;
pub mod block;
pub mod calendar;
pub mod circulation;
pub mod desk;
pub mod hold;
pub mod ids;
pub mod item;
pub mod library;
pub mod loan;
pub mod memory_store;
pub mod money;
pub mod patron;
pub mod policy;
pub mod ports;
pub mod query;
pub mod secret;
pub mod time;
