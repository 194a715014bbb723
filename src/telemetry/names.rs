//! Every metric's name, kind and help text.

/// What a metric measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only goes up.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Spread of values over buckets.
    Histogram,
}

/// Sessions open now, by listener.
pub const SESSIONS_OPEN: &str = "skranke_sessions_open";
/// Connections accepted, by listener.
pub const SESSIONS_ACCEPTED: &str = "skranke_sessions_accepted_total";
/// Connections refused, by listener and reason.
pub const SESSIONS_REFUSED: &str = "skranke_sessions_refused_total";
/// Sessions ended, by listener and reason.
pub const SESSIONS_ENDED: &str = "skranke_sessions_ended_total";
/// Sessions ended by a panic, by listener.
pub const SESSION_PANICS: &str = "skranke_session_panics_total";
/// Messages that waited for their address's rate, by listener.
pub const THROTTLED: &str = "skranke_throttled_total";
/// Accept calls that failed, by listener.
pub const ACCEPT_ERRORS: &str = "skranke_accept_errors_total";
/// Certificate reloads, by outcome.
pub const TLS_RELOADS: &str = "skranke_tls_reloads_total";
/// Requests answered, by protocol, kind and outcome.
pub const MESSAGES: &str = "skranke_messages_total";
/// Time to answer, by protocol and kind.
pub const MESSAGE_SECONDS: &str = "skranke_message_seconds";
/// Bytes of requests, by protocol.
pub const RECEIVED_BYTES: &str = "skranke_received_bytes_total";
/// Bytes of answers, by protocol.
pub const SENT_BYTES: &str = "skranke_sent_bytes_total";
/// Messages that could not be read, by protocol and reason.
pub const MALFORMED: &str = "skranke_malformed_total";
/// Refusals by the library, by protocol and reason.
pub const REFUSALS: &str = "skranke_refusals_total";
/// Wrong PINs and passwords, by protocol.
pub const PIN_FAILURES: &str = "skranke_pin_failures_total";
/// Messages by the state of their checksum, by protocol.
pub const CHECKSUMS: &str = "skranke_checksums_total";
/// Repeated messages that got the stored answer, by protocol.
pub const REPLAYED: &str = "skranke_replayed_total";
/// Records that searches find.
pub const INDEX_RECORDS: &str = "skranke_index_records";
/// Parts of the search index on disk.
pub const INDEX_SEGMENTS: &str = "skranke_index_segments";
/// The last row of the change feed that searches see.
pub const INDEX_APPLIED: &str = "skranke_index_applied";

/// All of them, as described to the recorder. A test scrapes each.
pub const ALL: &[(&str, Kind, &str)] = &[
    (SESSIONS_OPEN, Kind::Gauge, "Sessions open now"),
    (SESSIONS_ACCEPTED, Kind::Counter, "Connections accepted"),
    (SESSIONS_REFUSED, Kind::Counter, "Connections refused, by reason"),
    (SESSIONS_ENDED, Kind::Counter, "Sessions ended, by reason"),
    (SESSION_PANICS, Kind::Counter, "Sessions ended by a panic"),
    (THROTTLED, Kind::Counter, "Messages that waited for their address's rate"),
    (ACCEPT_ERRORS, Kind::Counter, "Accept calls that failed"),
    (TLS_RELOADS, Kind::Counter, "Certificate reloads, by outcome"),
    (MESSAGES, Kind::Counter, "Requests answered, by kind and outcome"),
    (
        MESSAGE_SECONDS,
        Kind::Histogram,
        "Seconds from the whole request to the whole answer",
    ),
    (RECEIVED_BYTES, Kind::Counter, "Bytes of requests"),
    (SENT_BYTES, Kind::Counter, "Bytes of answers"),
    (MALFORMED, Kind::Counter, "Messages that could not be read, by reason"),
    (REFUSALS, Kind::Counter, "Refusals by the library, by reason"),
    (PIN_FAILURES, Kind::Counter, "Wrong PINs and passwords"),
    (CHECKSUMS, Kind::Counter, "Messages by the state of their checksum"),
    (REPLAYED, Kind::Counter, "Repeated messages that got the stored answer"),
    (INDEX_RECORDS, Kind::Gauge, "Records that searches find"),
    (INDEX_SEGMENTS, Kind::Gauge, "Parts of the search index on disk"),
    (INDEX_APPLIED, Kind::Gauge, "The last row of the change feed that searches see"),
];
