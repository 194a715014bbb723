//! Work without a decision: the catalogue's batches, numbers and secrets.

use super::job::{Done, Task};
use crate::catalogue::{bibs, items, patrons};
use crate::dialect::{Sql, sql};
use crate::engine::{Arg, Connection};
use crate::error::Error;

static COUNTER_MOVE: Sql = sql!(
    "INSERT INTO counter (name, next) VALUES ($1, $2 + 1) ",
    "ON CONFLICT (name) DO UPDATE SET next = counter.next + $2 RETURNING next"
);
static SECRET_PUT: Sql = sql!("INSERT INTO secret (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING");
static SECRET: Sql = sql!("SELECT value FROM secret WHERE name = $1");

/// Carries out a task inside the open transaction.
pub(super) async fn run<C: Connection>(connection: &mut C, task: &Task, sequence: &mut i64) -> Result<Done, Error> {
    match task {
        Task::Bibs(rows, channel, at) => bibs::put(connection, rows, channel, *at, sequence).await.map(Done::Stored),
        Task::Items(rows, channel, at) => items::put(connection, rows, channel, *at, sequence).await.map(Done::Stored),
        Task::Patrons(rows, channel, at) => patrons::put(connection, rows, channel, *at, sequence).await.map(Done::Stored),
        Task::Reserve(name, count) => reserve(connection, name, *count).await.map(Done::First),
        Task::Secret(name, fresh) => secret(connection, name, fresh).await.map(Done::Secret),
    }
}

/// Takes `count` numbers of a counter; gives the first, from 1.
pub(crate) async fn reserve<C: Connection>(connection: &mut C, name: &str, count: i64) -> Result<i64, Error> {
    let rows = connection.query(&COUNTER_MOVE, vec![name.into(), count.into()]).await?;
    let next = rows.into_iter().next().ok_or(Error::Shape("no counter"))?.int()?;
    Ok(next - count)
}

async fn secret<C: Connection>(connection: &mut C, name: &str, fresh: &[u8; 32]) -> Result<[u8; 32], Error> {
    connection
        .execute(&SECRET_PUT, vec![name.into(), Arg::Bytes(fresh.to_vec())])
        .await?;
    let rows = connection.query(&SECRET, vec![name.into()]).await?;
    let bytes = rows.into_iter().next().ok_or(Error::Shape("no secret"))?.bytes()?;
    bytes.try_into().map_err(|_| Error::Shape("a secret of another length"))
}
