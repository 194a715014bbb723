//! The store of whichever engine the address names. The choice is made once; everything is delegated in one place.

use crate::engine::postgres::PostgresEngine;
use crate::engine::sqlite::SqliteEngine;
use crate::error::Error;
use crate::store::SqlStore;
use skranke_core::agency::AgencyId;
use skranke_core::hold::Hold;
use skranke_core::ids::{BibId, CardNumber, HoldId, ItemId};
use skranke_core::ports::catalogue::{BibPage, BibRow, Bucket, Catalogue, Counts, ItemRow, PatronRow, Stored, StoredBib};
use skranke_core::ports::records::{BibName, Copies, Records};
use skranke_core::ports::{Channel, Decided, Facts, Fault, FeedEntry, Need, Store};
use skranke_core::secret::KeyedHash;
use skranke_core::time::{Date, Timestamp};
use std::path::Path;

/// A store on SQLite: one file, any number of processes on one machine.
#[derive(Clone)]
pub struct SqliteStore(SqlStore<SqliteEngine>);

/// A store on PostgreSQL: any number of processes anywhere.
#[derive(Clone)]
pub struct PostgresStore(SqlStore<PostgresEngine>);

/// A store on either engine.
#[derive(Debug, Clone)]
pub enum AnyStore {
    /// On SQLite.
    Sqlite(SqliteStore),
    /// On PostgreSQL.
    Postgres(PostgresStore),
}

impl std::fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SqliteStore")
    }
}

impl std::fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresStore")
    }
}

/// Opens the store at an address: `sqlite:PATH` (made where it is missing), `sqlite::memory:` (a database of its own in a
/// temporary folder, gone with the last clone), or `postgres://user@host/database`. The tables are brought to this version
/// of the program; several processes may start at once.
pub async fn open(url: &str) -> Result<AnyStore, Fault> {
    let opened = if let Some(path) = url.strip_prefix("sqlite:") {
        open_sqlite(path).await.map(AnyStore::Sqlite)
    } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        open_postgres(url).await.map(AnyStore::Postgres)
    } else {
        // An address may hold a password: only its scheme is told.
        Err(Error::Address(url.split(':').next().unwrap_or_default().to_owned()))
    };
    opened.map_err(|error| error.while_doing("opening the store"))
}

async fn open_sqlite(path: &str) -> Result<SqliteStore, Error> {
    let engine = match path.strip_prefix("//").unwrap_or(path) {
        ":memory:" => SqliteEngine::scratch()?,
        path => SqliteEngine::file(Path::new(path)),
    };
    SqlStore::open(engine).await.map(SqliteStore)
}

async fn open_postgres(url: &str) -> Result<PostgresStore, Error> {
    SqlStore::open(PostgresEngine::new(url)?).await.map(PostgresStore)
}

/// Writes the ports for a type in terms of an inner store: `$inner` is found by the pattern of `$self`.
macro_rules! delegate {
    ($type:ty, |$self:ident, $inner:ident| $call:ident) => {
        impl Store for $type {
            async fn look(&self, need: Need) -> Result<Facts, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.look(need).await)
            }

            async fn commit<T, D>(&self, need: Need, decide: D) -> Result<T, Fault>
            where
                T: Send + 'static,
                D: Fn(&Facts) -> Decided<T> + Send + 'static,
            {
                let $self = self;
                $call!($self, $inner => $inner.commit(need, decide).await)
            }

            async fn changes_after(&self, sequence: i64, limit: u32) -> Result<Vec<FeedEntry>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.changes_after(sequence, limit).await)
            }

            async fn holds_over(&self, today: Date, at: Timestamp, after: HoldId, limit: u32) -> Result<Vec<Hold>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.holds_over(today, at, after, limit).await)
            }

            async fn feed_head(&self) -> Result<i64, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.feed_head().await)
            }

            async fn reserve_numbers(&self, count: u32) -> Result<i64, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.reserve_numbers(count).await)
            }

            async fn shared_secret(&self, name: &'static str) -> Result<[u8; 32], Fault> {
                let $self = self;
                $call!($self, $inner => $inner.shared_secret(name).await)
            }
        }

        impl Catalogue for $type {
            async fn put_bibs(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.put_bibs(rows, channel, at).await)
            }

            async fn put_items(&self, rows: Vec<ItemRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.put_items(rows, channel, at).await)
            }

            async fn put_patrons(&self, rows: Vec<PatronRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.put_patrons(rows, channel, at).await)
            }

            async fn patron_digests(&self, agency: &AgencyId, cards: &[CardNumber]) -> Result<Vec<Option<KeyedHash>>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.patron_digests(agency, cards).await)
            }

            async fn missing_guardians(&self, limit: u32) -> Result<Vec<(CardNumber, CardNumber)>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.missing_guardians(limit).await)
            }

            async fn bibs_page(&self, page: BibPage) -> Result<Vec<StoredBib>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.bibs_page(page).await)
            }

            async fn bibs(&self, ids: Vec<BibId>) -> Result<Vec<Option<StoredBib>>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.bibs(ids).await)
            }

            async fn agencies(&self) -> Result<Vec<AgencyId>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.agencies().await)
            }

            async fn statistics(&self, after: Bucket, to: Date, limit: u32) -> Result<Vec<Bucket>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.statistics(after, to, limit).await)
            }

            async fn counts(&self) -> Result<Counts, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.counts().await)
            }
        }

        impl Records for $type {
            async fn records(&self, ids: Vec<BibId>) -> Result<Vec<Option<StoredBib>>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.records(ids).await)
            }

            async fn records_named(&self, names: Vec<BibName>) -> Result<Vec<Option<StoredBib>>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.records_named(names).await)
            }

            async fn copies(&self, ids: Vec<BibId>) -> Result<Vec<Copies>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.copies(ids).await)
            }

            async fn records_of_items(&self, items: Vec<ItemId>) -> Result<Vec<Option<BibId>>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.records_of_items(items).await)
            }

            async fn put_records(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.put_records(rows, channel, at).await)
            }

            async fn known_agencies(&self) -> Result<Vec<AgencyId>, Fault> {
                let $self = self;
                $call!($self, $inner => $inner.known_agencies().await)
            }
        }
    };
}

/// The only store there is.
macro_rules! inner {
    ($store:ident, $inner:ident => $call:expr) => {{
        let $inner = &$store.0;
        $call
    }};
}

/// Whichever store it is.
macro_rules! either {
    ($store:ident, $inner:ident => $call:expr) => {
        match $store {
            AnyStore::Sqlite($inner) => $call,
            AnyStore::Postgres($inner) => $call,
        }
    };
}

delegate!(SqliteStore, |store, it| inner);
delegate!(PostgresStore, |store, it| inner);
delegate!(AnyStore, |store, it| either);
