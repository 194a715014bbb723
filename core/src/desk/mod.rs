//! The application service: every protocol calls [`Desk::perform`] and nothing else.

pub mod cache;
pub mod catalogue;
pub mod command;
mod entry;
mod housekeeping;
pub mod lockout;
mod numbers;
mod operation;
pub mod pin;
pub mod reply;
mod resend;
mod service;
mod transaction;

pub use command::{Actor, Command, Powers, Request, ResendKey, Role, What, Who};
pub use pin::{Blocking, hash_pin};
pub use reply::{Answer, PinVerdict, Reply};
pub use service::{Desk, Setup};
