//! The crate's tests from outside.
#![allow(missing_docs)]

mod messages;
