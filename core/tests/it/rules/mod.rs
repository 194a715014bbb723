//! The rules of lending, played as pages: see [`script`].

mod script;
mod tell;
mod world;

mod cards;
mod checkin;
mod checkout;
mod fines;
mod holds;
mod off_line;
mod payments;

mod queue;
mod renewals;
mod standing;
mod statistics;
mod undo;
mod walk;
