//! The server as its peers see it: one binary, a module for each part.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod architecture;
mod configuration;
mod conformance;
mod conversations;
mod demo;
mod http;
mod import;
mod index;
mod listener;
mod process;
mod secrets;
mod sip2;
mod sru;
mod stranger;
mod support;
mod telemetry;
mod twins;
mod z3950;
