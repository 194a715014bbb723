//! The log: one `info` line for each request, always the same fields in the same order.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::exchange::{Exchange, Reader};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// The filter is not in the `target=level,…` form.
    #[error("the log filter cannot be read: {0}; write for example \"info\" or \"info,skranke::listener=debug\"")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody set up logging before.
    #[error("logging is set up already")]
    Twice,
}

/// Starts logging to stderr. `filter` is in the form of `RUST_LOG`, which overrides it where set.
pub fn init(format: Format, filter: &str) -> Result<(), LogFault> {
    let filter = match EnvFilter::try_from_default_env() {
        Ok(filter) => filter,
        Err(_) => EnvFilter::try_new(filter)?,
    };
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        Format::Human => registry.with(lines.with_ansi(std::io::stderr().is_terminal())).try_init(),
        Format::Json => registry.with(lines.json().flatten_event(true).with_current_span(false)).try_init(),
    }
    .map_err(|_| LogFault::Twice)
}

/// Makes a panic leave its place in the log and nothing else: what it says may hold a patron's data.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let thread = std::thread::current();
        tracing::error!(
            at = place.as_deref().unwrap_or("unknown"),
            thread = thread.name().unwrap_or("unnamed"),
            "panic"
        );
    }));
}

/// The reader that writes the log line of each exchange; at debug level also the masked fields.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogLines;

const TARGET: &str = "skranke::exchange";

impl Reader for LogLines {
    fn read(&self, exchange: &Exchange<'_>) {
        let report = exchange.report;
        // Without the session's span: the line says all of it itself, in its own order.
        tracing::info!(
            target: TARGET,
            parent: None,
            proto = exchange.protocol,
            op = report.kind,
            peer = %exchange.peer,
            actor = exchange.login.unwrap_or("-"),
            outcome = report.outcome.label(),
            refusal = report.refusal.unwrap_or("-"),
            ms = millis(exchange.elapsed),
            bytes_in = exchange.bytes_in,
            bytes_out = exchange.bytes_out,
        );
        if let Some(fields) = &report.fields
            && !fields.is_empty()
        {
            tracing::debug!(target: TARGET, parent: None, op = report.kind, fields = %Listed(fields));
        }
    }

    fn wants_fields(&self) -> bool {
        tracing::enabled!(target: TARGET, tracing::Level::DEBUG)
    }
}

/// Milliseconds with three decimals: exact enough to compare, short enough to read.
fn millis(elapsed: std::time::Duration) -> f64 {
    (elapsed.as_secs_f64() * 1e6).round() / 1e3
}

/// `name="value" name="value"`.
struct Listed<'a>(&'a [super::Field]);

impl std::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, field) in self.0.iter().enumerate() {
            let gap = if place == 0 { "" } else { " " };
            write!(f, "{gap}{}={:?}", field.name, field.value)?;
        }
        Ok(())
    }
}
