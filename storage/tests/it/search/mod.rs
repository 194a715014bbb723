//! The search index over a real store: it follows, survives, is rebuilt, and finds what the oracle finds.

mod engines;
mod find;
mod follow;
mod library;
mod limits;
mod oracle;
