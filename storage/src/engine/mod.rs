//! The two engines behind one small interface: a connection that runs constant statements and gives plain cells.
//!
//! Everything above speaks to [`Connection`]; only this folder knows types of the driver.

pub(crate) mod postgres;
pub(crate) mod row;
pub(crate) mod sqlite;

use crate::dialect::Sql;
use crate::error::Error;
use row::Row;
use std::future::Future;

/// A parameter of a statement. Whole rows travel as JSON text.
#[derive(Debug, Clone)]
pub(crate) enum Arg {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Arg {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<String> for Arg {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Arg {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

/// What became of a commit.
#[derive(Debug)]
pub(crate) enum Committed {
    /// It is durable.
    Yes,
    /// Nothing of it is; it may be done again.
    No(Error),
    /// The answer was lost; [`Engine::settle`] finds out.
    Unknown(Error, Ticket),
}

/// By what a transaction is found again after the connection broke.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ticket(pub(crate) String);

/// An engine: how to connect to it.
pub(crate) trait Engine: Send + Sync + 'static {
    type Connection: Connection;

    /// Whether connections answer at once, on the thread that asks, so that a short read is best done where it is wanted.
    const AT_ONCE: bool;

    /// A runtime for a thread that does nothing but wait for one connection.
    fn runtime() -> std::io::Result<tokio::runtime::Runtime>;

    /// The connection that writes.
    fn writer(&self) -> impl Future<Output = Result<Self::Connection, Error>> + Send;

    /// A connection that cannot write.
    fn reader(&self) -> impl Future<Output = Result<Self::Connection, Error>> + Send;

    /// Brings the tables to this version of the program; several processes may do it at once.
    fn migrate(&self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Whether the transaction of a broken connection was committed, asked over a new connection.
    fn settle(&self, connection: &mut Self::Connection, ticket: &Ticket) -> impl Future<Output = Result<bool, Error>> + Send;
}

/// A connection. Futures must be driven to their end: a dropped one leaves the connection unfit for use.
pub(crate) trait Connection: Send {
    /// Opens a transaction that alone may write, in any process; waits its turn, but not for ever.
    fn begin_write(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Opens a transaction that sees one moment.
    fn begin_read(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Ends the transaction durably.
    fn commit(&mut self) -> impl Future<Output = Committed> + Send;

    /// Ends the transaction without a trace.
    fn rollback(&mut self) -> impl Future<Output = Result<(), Error>> + Send;

    /// Rows of a query.
    fn query(&mut self, sql: &'static Sql, args: Vec<Arg>) -> impl Future<Output = Result<Vec<Row>, Error>> + Send;

    /// Runs a statement without a result.
    fn execute(&mut self, sql: &'static Sql, args: Vec<Arg>) -> impl Future<Output = Result<(), Error>> + Send;

    /// Whether it can still be used after an error.
    fn is_broken(&self) -> bool;
}
