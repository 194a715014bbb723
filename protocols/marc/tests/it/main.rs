//! The crate against real records: files that libraries and other projects published, where they are at hand.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests, too

mod charsets;
mod counts;
mod crosswalks;
mod damage;
mod danish;
mod hostile;
mod roundtrip;
mod shared;
mod valid;
