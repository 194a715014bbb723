//! The composition root of Skranke: it puts protocols, desk and storage together, owns the sockets and the clock, and
//! knows no protocol's rules. Line protocols are served by [`listener`], HTTP ones by [`http`]; both report to [`telemetry`].

pub mod http;
pub mod listener;
pub mod sip2;
pub mod telemetry;
