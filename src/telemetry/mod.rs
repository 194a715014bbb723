//! What an operator sees: log lines, metrics, and the stream of exchanges that both read.
//!
//! Every session reports each exchange once to the [`Observer`]; its readers make the log line and the metrics from it.

mod exchange;
mod log;
mod masked;
mod meters;
pub mod names;

pub use exchange::{Checksum, Exchange, Outcome, Reader, Report};
pub use log::{Format, LogFault, LogLines, init as init_log, quiet_panics};
pub use masked::{Field, Masked};
pub use meters::{Meters, recorder, upkeep};

use std::sync::Arc;

/// Hands each exchange to every reader, in the order they were added. Cheap to clone.
#[derive(Clone, Default)]
pub struct Observer {
    readers: Arc<[Arc<dyn Reader>]>,
}

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Observer({} readers)", self.readers.len())
    }
}

impl Observer {
    /// An observer with these readers.
    #[must_use]
    pub fn new(readers: impl IntoIterator<Item = Arc<dyn Reader>>) -> Self {
        Self {
            readers: readers.into_iter().collect(),
        }
    }

    /// The readers of an ordinary server: log lines and metrics.
    #[must_use]
    pub fn standard() -> Self {
        Self::new([Arc::new(LogLines) as Arc<dyn Reader>, Arc::new(Meters::default())])
    }

    /// Whether any reader looks at decoded fields now; where none does, sessions need not collect them.
    #[must_use]
    pub fn wants_fields(&self) -> bool {
        self.readers.iter().any(|reader| reader.wants_fields())
    }

    /// Reports one exchange.
    pub fn report(&self, exchange: &Exchange<'_>) {
        for reader in self.readers.iter() {
            reader.read(exchange);
        }
    }
}
