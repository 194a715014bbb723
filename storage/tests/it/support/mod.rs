//! Places to open stores at, and small things to put into them.

pub mod desk;
pub mod samples;

use skranke_storage::testing::{Cluster, Options};
use skranke_storage::{AnyStore, open};
use std::sync::{Once, OnceLock};

/// An empty database of its own. Several stores may be opened on it, as several processes would.
pub struct Place {
    url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Place {
    /// A fresh SQLite file.
    pub fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        Some(Self {
            url: format!("sqlite:{}", folder.path().join("test.db").display()),
            _folder: Some(folder),
        })
    }

    /// A fresh database on a cluster that all tests share; none, and one line that says so, without PostgreSQL. Under
    /// `CI=true` that is a failure.
    pub fn postgres() -> Option<Self> {
        static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
        static SKIPPED: Once = Once::new();
        let cluster = CLUSTER.get_or_init(|| match Cluster::start(Options::default()) {
            Ok(cluster) => Some(cluster),
            Err(why) => {
                assert!(std::env::var("CI").as_deref() != Ok("true"), "no PostgreSQL for the tests: {why}");
                SKIPPED.call_once(|| eprintln!("SKIPPED: all storage tests on PostgreSQL: {why}"));
                None
            }
        });
        let url = cluster.as_ref()?.create_database().unwrap();
        Some(Self { url, _folder: None })
    }

    pub async fn open(&self) -> AnyStore {
        open(&self.url).await.unwrap()
    }

    /// One number by a statement of the test's own.
    pub async fn cell(&self, statement: &'static str) -> i64 {
        if self.url.starts_with("sqlite:") {
            let mut link = <sqlx::SqliteConnection as sqlx::Connection>::connect(&self.url).await.unwrap();
            sqlx::query_scalar(statement).fetch_one(&mut link).await.unwrap()
        } else {
            let mut link = <sqlx::PgConnection as sqlx::Connection>::connect(&self.url).await.unwrap();
            sqlx::query_scalar(statement).fetch_one(&mut link).await.unwrap()
        }
    }

    /// The database's file, on SQLite.
    pub fn file(&self) -> Option<&std::path::Path> {
        self.url.strip_prefix("sqlite:").map(std::path::Path::new)
    }
}
