//! The application service: every protocol calls [`Desk::perform`] and nothing else.

pub mod command;
pub mod reply;

pub use command::{Actor, Command, Powers, Request, ResendKey, Role, What, Who};
pub use reply::{Answer, PinVerdict, Reply};
