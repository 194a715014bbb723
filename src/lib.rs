//! The composition root of Skranke: it puts protocols, desk and storage together, owns the sockets and the clock, and
//! knows no protocol's rules. Line protocols are served by [`listener`], HTTP ones by [`http`]; both report to [`telemetry`].

pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod desk;
pub mod http;
pub mod import;
pub mod listener;
pub mod search;
pub mod serving;
pub mod sip2;
pub mod sru;
pub mod telemetry;
pub mod z3950;
