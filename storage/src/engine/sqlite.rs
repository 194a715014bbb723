//! SQLite: one file, write-ahead log, every commit synced.

use super::row::{Cell, Row};
use super::{Arg, Committed, Connection, Engine, Ticket};
use crate::dialect::Sql;
use crate::error::Error;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _, Decode, Executor, Row as _, Sqlite, TypeInfo, ValueRef};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

static MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");

/// How long a writer waits for writers of other processes.
const WRITE_PATIENCE: Duration = Duration::from_secs(20);
/// How often it asks. SQLite's own waiting backs off to a tenth of a second, by which a process that writes all the time
/// (an import) would starve one that writes now and then.
const WRITE_RETRY: Duration = Duration::from_millis(1);
/// How long a reader waits for a lock, which in WAL mode happens only around recovery.
const READ_PATIENCE: Duration = Duration::from_secs(10);
/// Page caches in KiB, negative as SQLite wants it: they grow with use, so a small library never fills them. Readers need
/// the leaves of every index that a busy day touches; beyond that the system's own cache serves them.
const WRITER_CACHE: &str = "-131072";
const READER_CACHE: &str = "-262144";
/// The whole file is mapped into memory: see .cargo/config.toml.
const MAPPED_BYTES: &str = "1099511627776";
/// Pages of the log after which it is copied back: 32 MB, so that copying is rare beside committing.
const CHECKPOINT_PAGES: &str = "8000";

/// A database file.
#[derive(Debug, Clone)]
pub(crate) struct SqliteEngine {
    path: PathBuf,
    /// Removed with its folder once the last handle is gone.
    _scratch: Option<Arc<ScratchFolder>>,
}

impl SqliteEngine {
    /// The file at `path`, made where it is missing.
    pub(crate) fn file(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            _scratch: None,
        }
    }

    /// A file of its own in a folder for temporary files, for tests and trials.
    pub(crate) fn scratch() -> Result<Self, Error> {
        let folder = ScratchFolder::make()?;
        Ok(Self {
            path: folder.0.join("skranke.db"),
            _scratch: Some(Arc::new(folder)),
        })
    }

    fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new()
            .filename(&self.path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .pragma("wal_autocheckpoint", CHECKPOINT_PAGES)
            .pragma("mmap_size", MAPPED_BYTES)
            .pragma("temp_store", "memory")
            .pragma("journal_size_limit", "67108864")
            .statement_cache_capacity(256)
            .row_buffer_size(1024)
            .disable_statement_logging()
    }
}

/// A folder that goes with its last owner.
#[derive(Debug)]
struct ScratchFolder(PathBuf);

impl ScratchFolder {
    fn make() -> Result<Self, Error> {
        let name = crate::random::number()?;
        let path = std::env::temp_dir().join(format!("skranke-{name:016x}"));
        std::fs::create_dir(&path).map_err(Error::System)?;
        Ok(Self(path))
    }
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "a temporary folder stays");
        }
    }
}

impl Engine for SqliteEngine {
    type Connection = SqliteLink;

    /// Time only: nothing here waits for a socket.
    fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
        tokio::runtime::Builder::new_current_thread().enable_time().build()
    }

    async fn writer(&self) -> Result<SqliteLink, Error> {
        let options = self.options().pragma("cache_size", WRITER_CACHE);
        let options = options.create_if_missing(true).busy_timeout(Duration::ZERO);
        let started = tokio::time::Instant::now();
        loop {
            // Making the write-ahead log of a new file needs it alone for a moment.
            match options.connect().await.map_err(Error::from) {
                Err(error) if is_busy(&error) && started.elapsed() < WRITE_PATIENCE => tokio::time::sleep(WRITE_RETRY).await,
                Err(error) => return Err(error),
                Ok(connection) => return Ok(SqliteLink::new(connection)),
            }
        }
    }

    async fn reader(&self) -> Result<SqliteLink, Error> {
        let options = self.options().pragma("cache_size", READER_CACHE);
        let connection = options.read_only(true).busy_timeout(READ_PATIENCE).connect().await?;
        Ok(SqliteLink::new(connection))
    }

    async fn migrate(&self) -> Result<(), Error> {
        let mut link = self.writer().await?;
        // The driver counts this transaction, so the migrator's own nest in it: whoever comes second waits, and then finds
        // the work done.
        let mut transaction = loop {
            match link.connection.begin_with("BEGIN IMMEDIATE").await.map_err(Error::from) {
                Err(error) if is_busy(&error) => tokio::time::sleep(WRITE_RETRY).await,
                other => break other?,
            }
        };
        let connection: &mut SqliteConnection = &mut transaction;
        MIGRATIONS.run_direct(None, connection, false).await.map_err(Error::Migration)?;
        Ok(transaction.commit().await?)
    }

    async fn settle(&self, _: &mut SqliteLink, _: &Ticket) -> Result<bool, Error> {
        Ok(false)
    }
}

/// One connection. The driver runs it on a thread of its own.
#[derive(Debug)]
pub(crate) struct SqliteLink {
    connection: SqliteConnection,
    broken: bool,
}

impl SqliteLink {
    fn new(connection: SqliteConnection) -> Self {
        Self { connection, broken: false }
    }

    async fn run(&mut self, text: &'static str) -> Result<(), Error> {
        let done = sqlx::query(text).execute(&mut self.connection).await;
        self.note(done.map(|_| ()))
    }

    /// An error that is not the database's own answer means that the connection's thread is gone.
    fn note<T>(&mut self, result: Result<T, sqlx::Error>) -> Result<T, Error> {
        result.map_err(|error| {
            let error = Error::from(error);
            self.broken |= matches!(error, Error::Connection(_));
            error
        })
    }
}

impl Connection for SqliteLink {
    async fn begin_write(&mut self) -> Result<(), Error> {
        let started = tokio::time::Instant::now();
        loop {
            match self.run("BEGIN IMMEDIATE").await {
                Err(error) if is_busy(&error) => {
                    if started.elapsed() > WRITE_PATIENCE {
                        return Err(Error::Busy);
                    }
                    tokio::time::sleep(WRITE_RETRY).await;
                }
                other => return other,
            }
        }
    }

    async fn begin_read(&mut self) -> Result<(), Error> {
        self.run("BEGIN").await
    }

    async fn commit(&mut self) -> Committed {
        match self.run("COMMIT").await {
            Ok(()) => Committed::Yes,
            // Disk full, input or output error: SQLite promises that nothing of it is visible.
            Err(error) => Committed::No(error),
        }
    }

    async fn rollback(&mut self) -> Result<(), Error> {
        match self.run("ROLLBACK").await {
            // Some errors end the transaction by themselves.
            Err(Error::Refused { message, .. }) if message.contains("no transaction is active") => Ok(()),
            other => other,
        }
    }

    async fn query(&mut self, sql: &'static Sql, args: Vec<Arg>) -> Result<Vec<Row>, Error> {
        let rows = self.connection.fetch_all(bound(sql.sqlite, args)).await;
        self.note(rows)?.iter().map(cells).collect()
    }

    async fn execute(&mut self, sql: &'static Sql, args: Vec<Arg>) -> Result<(), Error> {
        let done = self.connection.execute(bound(sql.sqlite, args)).await;
        self.note(done.map(|_| ()))
    }

    fn is_broken(&self) -> bool {
        self.broken
    }
}

/// SQLITE_BUSY and its extended codes.
fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Refused { code, .. } if code.parse::<i64>().is_ok_and(|code| code & 0xff == 5))
}

type Query<'q> = sqlx::query::Query<'q, Sqlite, <Sqlite as sqlx::Database>::Arguments>;

fn bound<'q>(text: &'static str, args: Vec<Arg>) -> Query<'q> {
    args.into_iter().fold(sqlx::query(text), |query, arg| match arg {
        Arg::Int(value) => query.bind(value),
        Arg::Text(value) => query.bind(value),
        Arg::Bytes(value) => query.bind(value),
    })
}

fn cells(row: &SqliteRow) -> Result<Row, Error> {
    let mut cells = Vec::with_capacity(row.len());
    for index in 0..row.len() {
        let value = row.try_get_raw(index)?;
        let cell = if value.is_null() {
            Cell::Null
        } else {
            match value.type_info().name() {
                "INTEGER" => Cell::Int(<i64 as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?),
                "TEXT" => Cell::Text(<String as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?),
                "BLOB" => Cell::Bytes(<Vec<u8> as Decode<Sqlite>>::decode(value).map_err(sqlx::Error::Decode)?),
                _ => return Err(Error::Shape("a column of an unknown type")),
            }
        };
        cells.push(cell);
    }
    Ok(Row::new(cells))
}
