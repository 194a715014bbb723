//! The core as its users see it: the store in memory, the desk over it, and a simulated year at the counter.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on fails"
)]

mod catalogue;
mod counter;
mod desk;
mod housekeeping;
mod memory_store;
mod races;
mod rules;
mod simulation;
