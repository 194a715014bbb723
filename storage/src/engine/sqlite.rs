//! SQLite: one file, write-ahead log, every commit synced.
//!
//! Statements run on the thread that asks: handing each to another thread, as the asynchronous driver does, costs several times
//! what they take themselves. That driver only brings the tables to this version.

use super::row::{Cell, Row};
use super::{Arg, Committed, Connection, Engine, Ticket};
use crate::dialect::Sql;
use crate::error::Error;
use rusqlite::OpenFlags;
use rusqlite::types::ValueRef;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection as _};
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
const CHECKPOINT_PAGES: u32 = 8000;
/// Bytes of the log that are kept once it is copied back.
const LOG_KEPT: u32 = 64 * 1024 * 1024;
/// Prepared statements that a connection keeps: more than there are.
const STATEMENTS: usize = 256;

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

    /// A connection with what all of them have set.
    fn open(&self, flags: OpenFlags, patience: Duration, cache: &str) -> Result<SqliteLink, Error> {
        let connection = rusqlite::Connection::open_with_flags(&self.path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(patience)?;
        connection.execute_batch(&format!(
            "PRAGMA mmap_size = {MAPPED_BYTES}; PRAGMA cache_size = {cache}; PRAGMA temp_store = memory; PRAGMA foreign_keys = on"
        ))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(SqliteLink { connection })
    }

    fn open_writer(&self) -> Result<SqliteLink, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let link = self.open(flags, Duration::ZERO, WRITER_CACHE)?;
        link.connection.execute_batch(&format!(
            "PRAGMA journal_mode = wal; PRAGMA synchronous = full; PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}; \
             PRAGMA journal_size_limit = {LOG_KEPT}"
        ))?;
        Ok(link)
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

    const AT_ONCE: bool = true;

    async fn writer(&self) -> Result<SqliteLink, Error> {
        let started = tokio::time::Instant::now();
        loop {
            // Making the write-ahead log of a new file needs it alone for a moment.
            match self.open_writer() {
                Err(error) if is_busy(&error) && started.elapsed() < WRITE_PATIENCE => tokio::time::sleep(WRITE_RETRY).await,
                opened => return opened,
            }
        }
    }

    async fn reader(&self) -> Result<SqliteLink, Error> {
        self.open(OpenFlags::SQLITE_OPEN_READ_ONLY, READ_PATIENCE, READER_CACHE)
    }

    async fn migrate(&self) -> Result<(), Error> {
        let options = SqliteConnectOptions::new()
            .filename(&self.path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::ZERO)
            .disable_statement_logging();
        let mut connection = loop {
            match options.connect().await.map_err(Error::from) {
                Err(error) if is_busy(&error) => tokio::time::sleep(WRITE_RETRY).await,
                connected => break connected?,
            }
        };
        // The driver counts this transaction, so the migrator's own nest in it: whoever comes second waits, and then finds
        // the work done.
        let mut transaction = loop {
            match connection.begin_with("BEGIN IMMEDIATE").await.map_err(Error::from) {
                Err(error) if is_busy(&error) => tokio::time::sleep(WRITE_RETRY).await,
                other => break other?,
            }
        };
        let migrated: &mut SqliteConnection = &mut transaction;
        MIGRATIONS.run_direct(None, migrated, false).await.map_err(Error::Migration)?;
        transaction.commit().await?;
        Ok(connection.close().await?)
    }

    async fn settle(&self, _: &mut SqliteLink, _: &Ticket) -> Result<bool, Error> {
        Ok(false)
    }
}

/// One connection. Its futures are ready when they are first asked, but for the waiting between attempts to write.
#[derive(Debug)]
pub(crate) struct SqliteLink {
    connection: rusqlite::Connection,
}

impl SqliteLink {
    /// Runs a statement to its end. What is bound stands in the order of its numbered parameters.
    fn run(&mut self, text: &str, args: &[Arg], mut take: impl FnMut(&rusqlite::Row<'_>, usize) -> Result<(), Error>) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(text)?;
        for place in 1..=statement.parameter_count() {
            let number = statement
                .parameter_name(place)
                .and_then(|name| name.get(1..)?.parse::<usize>().ok());
            let arg = number.and_then(|number| args.get(number.checked_sub(1)?));
            match arg.ok_or(Error::Shape("a parameter is not given"))? {
                Arg::Int(value) => statement.raw_bind_parameter(place, value)?,
                Arg::Text(value) => statement.raw_bind_parameter(place, value)?,
                Arg::Bytes(value) => statement.raw_bind_parameter(place, value)?,
            }
        }
        let columns = statement.column_count();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            take(row, columns)?;
        }
        Ok(())
    }

    fn simply(&mut self, text: &'static str) -> Result<(), Error> {
        self.run(text, &[], |_, _| Ok(()))
    }
}

impl Connection for SqliteLink {
    async fn begin_write(&mut self) -> Result<(), Error> {
        let started = tokio::time::Instant::now();
        loop {
            match self.simply("BEGIN IMMEDIATE") {
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
        self.simply("BEGIN")
    }

    async fn commit(&mut self) -> Committed {
        match self.simply("COMMIT") {
            Ok(()) => Committed::Yes,
            // Disk full, input or output error: SQLite promises that nothing of it is visible.
            Err(error) => Committed::No(error),
        }
    }

    async fn rollback(&mut self) -> Result<(), Error> {
        match self.simply("ROLLBACK") {
            // Some errors end the transaction by themselves.
            Err(Error::Refused { message, .. }) if message.contains("no transaction is active") => Ok(()),
            other => other,
        }
    }

    async fn query(&mut self, sql: &'static Sql, args: Vec<Arg>) -> Result<Vec<Row>, Error> {
        let mut found = Vec::new();
        self.run(sql.sqlite, &args, |row, columns| {
            found.push(cells(row, columns)?);
            Ok(())
        })?;
        Ok(found)
    }

    async fn execute(&mut self, sql: &'static Sql, args: Vec<Arg>) -> Result<(), Error> {
        self.run(sql.sqlite, &args, |_, _| Ok(()))
    }

    /// A file stays where it is.
    fn is_broken(&self) -> bool {
        false
    }
}

/// SQLITE_BUSY and its extended codes.
fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Refused { code, .. } if code.parse::<i64>().is_ok_and(|code| code & 0xff == 5))
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        let code = source.sqlite_error().map(|error| error.extended_code);
        Self::Refused {
            code: code.map(|code| code.to_string()).unwrap_or_default(),
            message: source.to_string(),
        }
    }
}

fn cells(row: &rusqlite::Row<'_>, columns: usize) -> Result<Row, Error> {
    let mut cells = Vec::with_capacity(columns);
    for index in 0..columns {
        cells.push(match row.get_ref(index)? {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(value) => Cell::Int(value),
            ValueRef::Text(bytes) => {
                let text = std::str::from_utf8(bytes).map_err(|_| Error::Shape("a text that is not UTF-8"))?;
                Cell::Text(text.to_owned())
            }
            ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
            ValueRef::Real(_) => return Err(Error::Shape("a column of an unknown type")),
        });
    }
    Ok(Row::new(cells))
}
