//! The crate's tests from outside.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too

mod client;
mod conversation;
mod messages;
mod negotiation;
mod queries;
mod records;
mod survey;
mod tasks;
