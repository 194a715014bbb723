//! What can go wrong with the index, and how it becomes the port's error.

use skranke_core::ports::Fault;
use skranke_core::ports::search::SearchError;

/// A failure of the index. Its text never holds a search term.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the index failed: {0}")]
    Index(#[from] tantivy::TantivyError),
    #[error("the index cannot be read or written: {0}")]
    System(#[from] std::io::Error),
    #[error("the index's note on what it holds cannot be read: {0}")]
    Payload(#[from] serde_json::Error),
    #[error("the index folder {0}: {1}")]
    Folder(String, std::io::Error),
    #[error("another process writes this index")]
    Locked,
}

impl Error {
    /// The port's form of it.
    pub(crate) fn while_doing(self, what: &'static str) -> Fault {
        Fault::new(what, self)
    }
}

impl From<Error> for SearchError {
    fn from(error: Error) -> Self {
        Self::Fault(error.while_doing("searching"))
    }
}
