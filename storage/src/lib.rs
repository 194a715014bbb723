//! The library's memory: SQLite and PostgreSQL behind the core's ports.
//!
//! It owns the tables, the statements and the order of commits; it knows no protocol, no interchange format and no rule of
//! lending. Its door is [`open`]; behind it every process has one writer that commits what waits together
//! (`writer`), and readers for what only informs (`reader`). Where the engines differ stands in `dialect` and `engine`.

mod any;
mod catalogue;
mod codes;
mod dialect;
mod engine;
mod error;
mod facts;
mod plan;
#[cfg(test)]
mod plans_tests;
mod random;
mod reader;
mod records;
mod rows;
mod search;
mod store;
#[cfg(feature = "test-support")]
pub mod testing;
mod writer;

pub use any::{AnyStore, PostgresStore, SqliteStore, open};
pub use search::{IndexState, Progress, SearchIndex, SearchLimits};
