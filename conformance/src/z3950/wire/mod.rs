//! BER, and the messages that a client needs.

pub mod answer;
pub mod ber;
pub mod query;
pub mod request;

pub use answer::{Answer, Diagnostic};
pub use ber::Value;
