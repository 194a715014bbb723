//! SIP2, the protocol of self-service automats, sorters and doors: codec, sessions, and the way to the desk.
//!
//! It owns everything between the bytes of one connection and the desk's commands and outcomes. It knows no socket, no clock
//! and no store: bytes, times and outcomes come in as arguments. Clause numbers are those of the project's SIP2 digest.
//!
//! Start at [`codec`] for bytes and [`message`] for what they say.

pub mod codec;
pub mod message;
