//! The suite itself under test: against a scripted server, and its coverage page against its cases.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may stop where it stands"
)]

mod coverage;
mod load;
mod scripted;
mod server;
mod sru;
mod z3950;
