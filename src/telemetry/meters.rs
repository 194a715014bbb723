//! Metrics: the recorder behind `/metrics`, and the reader that counts exchanges.

use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};

use metrics::{Counter, Histogram, counter, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use super::exchange::{Checksum, Exchange, Outcome, Reader};
use super::names::{self, Kind};

/// Bounds of the answering-time buckets in seconds: 50 µs, a SIP2 read, to 10 s, where every client has given up.
const SECONDS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Installs the process's metrics recorder and describes every metric; later calls return the same handle. It is
/// rendered at `/metrics`; [`upkeep`] has to run beside it.
pub fn recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            let recorder = match builder.set_buckets_for_metric(Matcher::Full(names::MESSAGE_SECONDS.to_owned()), SECONDS) {
                Ok(builder) => builder.build_recorder(),
                // Only an empty list of buckets is refused.
                Err(_) => PrometheusBuilder::new().build_recorder(),
            };
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder was installed; /metrics stays empty");
            }
            for &(name, kind, help) in names::ALL {
                match kind {
                    Kind::Counter => metrics::describe_counter!(name, help),
                    Kind::Gauge => metrics::describe_gauge!(name, help),
                    Kind::Histogram => metrics::describe_histogram!(name, help),
                }
            }
            handle
        })
        .clone()
}

/// Folds the histograms' samples together every few seconds, until `stop`: otherwise every sample is kept until the
/// next scrape.
pub async fn upkeep(stop: tokio_util::sync::CancellationToken) {
    let handle = recorder();
    let mut tick = tokio::time::interval(std::time::Duration::from_secs(5));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = tick.tick() => handle.run_upkeep(),
        }
    }
}

/// The reader that counts exchanges. Handles are looked up once for each combination of labels, not for each message.
#[derive(Default)]
pub struct Meters {
    known: RwLock<HashMap<Key, Handles>>,
}

type Key = (&'static str, &'static str, Outcome, Option<Checksum>);

#[derive(Clone)]
struct Handles {
    messages: Counter,
    seconds: Histogram,
    received: Counter,
    sent: Counter,
    checksums: Option<Counter>,
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meters")
    }
}

impl Meters {
    fn count(handles: &Handles, exchange: &Exchange<'_>) {
        handles.messages.increment(1);
        handles.seconds.record(exchange.elapsed.as_secs_f64());
        handles.received.increment(exchange.bytes_in as u64);
        handles.sent.increment(exchange.bytes_out as u64);
        if let Some(checksums) = &handles.checksums {
            checksums.increment(1);
        }
    }
}

impl Reader for Meters {
    fn read(&self, exchange: &Exchange<'_>) {
        let (protocol, report) = (exchange.protocol, exchange.report);
        let key = (protocol, report.kind, report.outcome, report.checksum);
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(handles) = known.get(&key) {
            Self::count(handles, exchange);
        } else {
            drop(known);
            let handles = Handles::of(key);
            Self::count(&handles, exchange);
            self.known.write().unwrap_or_else(PoisonError::into_inner).insert(key, handles);
        }
        match (report.outcome, report.refusal) {
            (Outcome::Malformed, reason) => {
                let reason = reason.unwrap_or("unreadable");
                counter!(names::MALFORMED, "protocol" => protocol, "reason" => reason).increment(1);
            }
            (Outcome::Refused, Some(reason)) => {
                counter!(names::REFUSALS, "protocol" => protocol, "reason" => reason).increment(1);
            }
            (Outcome::Replayed, _) => {
                counter!(names::REPLAYED, "protocol" => protocol).increment(1);
            }
            (Outcome::Done | Outcome::Refused | Outcome::Ignored | Outcome::Fault, _) => {}
        }
        if report.pin_failed {
            counter!(names::PIN_FAILURES, "protocol" => protocol).increment(1);
        }
    }
}

impl Handles {
    fn of((protocol, kind, outcome, checksum): Key) -> Self {
        Self {
            messages: counter!(
                names::MESSAGES, "protocol" => protocol, "kind" => kind, "outcome" => outcome.label()
            ),
            seconds: histogram!(names::MESSAGE_SECONDS, "protocol" => protocol, "kind" => kind),
            received: counter!(names::RECEIVED_BYTES, "protocol" => protocol),
            sent: counter!(names::SENT_BYTES, "protocol" => protocol),
            checksums: checksum.map(|state| counter!(names::CHECKSUMS, "protocol" => protocol, "state" => state.label())),
        }
    }
}
