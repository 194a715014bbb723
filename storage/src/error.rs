//! What can go wrong below the port, and how it becomes a [`Fault`].

use skranke_core::ports::Fault;

/// A failure of the store. Its text never holds a parameter of a statement, so no personal data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the database refused: {message} ({code})")]
    Refused { code: String, message: String },
    #[error("the connection to the database failed: {0}")]
    Connection(#[source] sqlx::Error),
    #[error("the tables could not be brought to this version")]
    Migration(#[source] sqlx::migrate::MigrateError),
    #[error("the storage address {0:?} is neither sqlite:PATH nor postgres://…")]
    Address(String),
    #[error("the database did not answer in time")]
    TimedOut,
    #[error("the database stayed locked by another process")]
    Busy,
    #[error("a stored row has an unexpected shape: {0}")]
    Shape(&'static str),
    #[error("a stored value cannot be read: {0}")]
    Value(String),
    #[error("a decision ended in a panic; nothing of it was stored")]
    Panicked,
    #[error("the store is closed")]
    Closed,
    #[error("{0}")]
    System(#[source] std::io::Error),
    #[error("no random bytes: {0}")]
    Random(String),
}

impl Error {
    /// The port's form of it.
    pub(crate) fn while_doing(self, what: &'static str) -> Fault {
        Fault::new(what, self)
    }
}

impl From<sqlx::Error> for Error {
    /// PostgreSQL quotes the offending row in an error's detail; only the code and the message are kept.
    fn from(source: sqlx::Error) -> Self {
        match source.as_database_error() {
            Some(error) => Self::Refused {
                code: error.code().unwrap_or_default().into_owned(),
                message: error.message().to_owned(),
            },
            None => Self::Connection(source),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::Value(class_of(&source).to_owned())
    }
}

/// Only the class of a JSON error is told: its text may quote what was stored.
fn class_of(error: &serde_json::Error) -> &'static str {
    match error.classify() {
        serde_json::error::Category::Io => "reading failed",
        serde_json::error::Category::Syntax => "not JSON",
        serde_json::error::Category::Data => "JSON of another shape",
        serde_json::error::Category::Eof => "JSON that ends early",
    }
}
