//! PostgreSQL: several server processes on one database, one of them writing at a time.

use super::row::{Cell, Row};
use super::{Arg, Committed, Connection, Engine, Ticket};
use crate::dialect::Sql;
use crate::error::Error;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgRow};
use sqlx::{ConnectOptions, Decode, Executor, Postgres, Row as _, TypeInfo, ValueRef};
use std::future::Future;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// How long one statement may take in all, the network included.
const PATIENCE: Duration = Duration::from_secs(60);
/// What every session of ours asks of the server. Commits wait for the disk whatever the server's default is; nobody can
/// hold the writers' lock for ever. Every statement of ours goes by a key, so plans that read whole tables, chosen while
/// the tables were small or unknown, are ruled out.
const SETTINGS: [(&str, &str); 9] = [
    ("synchronous_commit", "on"),
    ("lock_timeout", "20s"),
    ("statement_timeout", "55s"),
    ("idle_in_transaction_session_timeout", "30s"),
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("jit", "off"),
    ("plan_cache_mode", "force_generic_plan"),
];
/// Opens a group's transaction: one writer at a time in all processes, so that feed numbers given under the lock become
/// visible in their order. The lock is taken by a statement of its own: the next one's snapshot then sees everything
/// that earlier holders committed. The number is that of `SKRANKE` on a telephone.
const BEGIN_WRITE: &str = "BEGIN; SELECT pg_advisory_xact_lock(7572653); SELECT pg_current_xact_id()::text";

/// A database by its address.
#[derive(Debug, Clone)]
pub(crate) struct PostgresEngine {
    options: PgConnectOptions,
}

impl PostgresEngine {
    /// From `postgres://user:password@host:port/database`, or `?host=/folder` for a socket.
    pub(crate) fn new(url: &str) -> Result<Self, Error> {
        let options: PgConnectOptions = url.parse()?;
        Ok(Self {
            options: options
                .application_name("skranke")
                .options(SETTINGS)
                .statement_cache_capacity(256)
                .disable_statement_logging(),
        })
    }

    async fn connect(&self) -> Result<PostgresLink, Error> {
        let connection = in_time(self.options.connect()).await??;
        Ok(PostgresLink {
            connection,
            transaction: None,
            broken: false,
        })
    }
}

impl Engine for PostgresEngine {
    type Connection = PostgresLink;

    const AT_ONCE: bool = false;

    fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
        tokio::runtime::Builder::new_current_thread().enable_all().build()
    }

    async fn writer(&self) -> Result<PostgresLink, Error> {
        self.connect().await
    }

    async fn reader(&self) -> Result<PostgresLink, Error> {
        self.connect().await
    }

    async fn migrate(&self) -> Result<(), Error> {
        let mut link = self.connect().await?;
        // The migrator takes a lock of its own on the whole database.
        MIGRATIONS
            .run_direct(None, &mut link.connection, false)
            .await
            .map_err(Error::Migration)
    }

    async fn settle(&self, connection: &mut PostgresLink, ticket: &Ticket) -> Result<bool, Error> {
        // A transaction whose client is gone may still be at its end: the writers' lock is free only after it.
        connection.begin_write().await?;
        let status = sqlx::query("SELECT pg_xact_status(CAST($1 AS xid8)) = 'committed'").bind(&ticket.0);
        let row = connection.timed(async |link| link.fetch_one(status).await).await?;
        connection.rollback().await?;
        Ok(row.try_get::<Option<bool>, _>(0)?.unwrap_or(false))
    }
}

/// One connection.
#[derive(Debug)]
pub(crate) struct PostgresLink {
    connection: PgConnection,
    /// The number of the open writing transaction.
    transaction: Option<Ticket>,
    broken: bool,
}

impl PostgresLink {
    /// Runs one exchange. Whatever is not the server's own answer leaves the connection out of step: it is given up.
    async fn timed<T>(&mut self, exchange: impl AsyncFnOnce(&mut PgConnection) -> Result<T, sqlx::Error>) -> Result<T, Error> {
        let result = match in_time(exchange(&mut self.connection)).await {
            Ok(result) => result.map_err(Error::from),
            Err(error) => Err(error),
        };
        if let Err(error) = &result {
            self.broken |= ends_connection(error);
        }
        result
    }

    async fn run(&mut self, text: &'static str) -> Result<Vec<PgRow>, Error> {
        self.timed(async |link| sqlx::raw_sql(text).fetch_all(link).await).await
    }
}

impl Connection for PostgresLink {
    async fn begin_write(&mut self) -> Result<(), Error> {
        match self.run(BEGIN_WRITE).await {
            Ok(rows) => {
                let last = rows.last().ok_or(Error::Shape("no transaction number"))?;
                self.transaction = Some(Ticket(last.try_get(0)?));
                Ok(())
            }
            Err(error) => {
                if !self.broken {
                    self.rollback().await?;
                }
                Err(match error {
                    Error::Refused { code, .. } if code == "55P03" => Error::Busy,
                    other => other,
                })
            }
        }
    }

    async fn begin_read(&mut self) -> Result<(), Error> {
        self.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await.map(|_| ())
    }

    async fn commit(&mut self) -> Committed {
        let ticket = self.transaction.take();
        match self.run("COMMIT").await {
            Ok(_) => Committed::Yes,
            Err(error) => match ticket {
                Some(ticket) if self.broken => Committed::Unknown(error, ticket),
                _ => Committed::No(error),
            },
        }
    }

    async fn rollback(&mut self) -> Result<(), Error> {
        self.transaction = None;
        self.run("ROLLBACK").await.map(|_| ())
    }

    async fn query(&mut self, sql: &'static Sql, args: Vec<Arg>) -> Result<Vec<Row>, Error> {
        let rows = self.timed(async |link| link.fetch_all(bound(sql.postgres, args)).await).await?;
        rows.iter().map(cells).collect()
    }

    async fn execute(&mut self, sql: &'static Sql, args: Vec<Arg>) -> Result<(), Error> {
        self.timed(async |link| link.execute(bound(sql.postgres, args)).await)
            .await
            .map(|_| ())
    }

    fn is_broken(&self) -> bool {
        self.broken
    }
}

async fn in_time<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    tokio::time::timeout(PATIENCE, future).await.map_err(|_| Error::TimedOut)
}

/// Classes 57P (the server goes away) and 25P03 (we were too slow) end the session on the server's side.
fn ends_connection(error: &Error) -> bool {
    match error {
        Error::Refused { code, .. } => code.starts_with("57P") || code == "25P03" || code.starts_with("08"),
        _ => true,
    }
}

type Query<'q> = sqlx::query::Query<'q, Postgres, <Postgres as sqlx::Database>::Arguments>;

fn bound<'q>(text: &'static str, args: Vec<Arg>) -> Query<'q> {
    args.into_iter().fold(sqlx::query(text), |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

fn cells(row: &PgRow) -> Result<Row, Error> {
    let mut cells = Vec::with_capacity(row.len());
    for index in 0..row.len() {
        let value = row.try_get_raw(index)?;
        let cell = if value.is_null() {
            Cell::Null
        } else {
            match value.type_info().name() {
                "INT8" => Cell::Int(<i64 as Decode<Postgres>>::decode(value).map_err(sqlx::Error::Decode)?),
                "INT4" => Cell::Int(<i32 as Decode<Postgres>>::decode(value).map_err(sqlx::Error::Decode)?.into()),
                "TEXT" => Cell::Text(<String as Decode<Postgres>>::decode(value).map_err(sqlx::Error::Decode)?),
                "BYTEA" => Cell::Bytes(<Vec<u8> as Decode<Postgres>>::decode(value).map_err(sqlx::Error::Decode)?),
                _ => return Err(Error::Shape("a column of an unknown type")),
            }
        };
        cells.push(cell);
    }
    Ok(Row::new(cells))
}
