//! Metrics and log lines as an operator gets them.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::{Client, words};
use skranke::listener::{AllowList, Rate};
use skranke::telemetry::{Checksum, Exchange, Field, Observer, Outcome, Report, names, recorder};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Sink {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Reports one exchange of every outcome and returns the log at this level.
fn log_at(level: tracing::Level) -> String {
    recorder();
    let sink = Sink::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(sink.clone())
        .with_max_level(level)
        .without_time()
        .with_ansi(false)
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let observer = Observer::standard();
        for outcome in [
            Outcome::Done,
            Outcome::Refused,
            Outcome::Replayed,
            Outcome::Ignored,
            Outcome::Malformed,
            Outcome::Fault,
        ] {
            let mut report = Report::new(observer.wants_fields());
            report.kind = "patron information";
            report.outcome = outcome;
            report.refusal = (outcome == Outcome::Refused).then_some("wrong_pin");
            report.pin_failed = outcome == Outcome::Refused;
            report.checksum = Some(Checksum::CodePoints);
            if let Some(fields) = &mut report.fields {
                fields.push(Field::personal("patron identifier", "0101701234"));
                fields.push(Field::secret("patron password"));
                fields.push(Field::plain("item identifier", "3900001"));
            }
            observer.report(&Exchange {
                protocol: "sip2",
                login: Some("automat1"),
                peer: ([192, 0, 2, 1], 51000).into(),
                report: &report,
                bytes_in: 90,
                bytes_out: 120,
                elapsed: Duration::from_micros(1234),
            });
        }
    });
    String::from_utf8(sink.0.lock().unwrap().clone()).unwrap()
}

#[test]
fn writes_one_line_for_each_request() {
    let log = log_at(tracing::Level::INFO);
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 6);
    assert_eq!(
        lines[1].trim_start(),
        "INFO skranke::exchange: proto=\"sip2\" op=\"patron information\" peer=192.0.2.1:51000 actor=\"automat1\" \
         outcome=\"refused\" refusal=\"wrong_pin\" ms=1.234 bytes_in=90 bytes_out=120"
    );
    assert!(log_at(tracing::Level::WARN).is_empty());
}

#[test]
fn shows_fields_at_debug_level_without_secrets_or_persons() {
    let log = log_at(tracing::Level::DEBUG);
    assert!(log.contains("item identifier=\"3900001\""), "{log}");
    assert!(log.contains("patron password=\"***\""), "{log}");
    assert!(!log.contains("0101701234"), "{log}");
}

#[test]
fn every_name_is_described_once_and_well_formed() {
    let mut seen = std::collections::BTreeSet::new();
    for (name, kind, help) in names::ALL {
        assert!(seen.insert(name), "{name} twice");
        assert!(name.starts_with("skranke_"), "{name}");
        assert_eq!(name.ends_with("_total"), *kind == names::Kind::Counter, "{name}");
        assert!(!help.is_empty());
    }
}

/// Makes the listener count everything it can, then looks for every name there is.
#[tokio::test]
async fn every_metric_is_scraped() {
    log_at(tracing::Level::WARN);
    let server = words(|settings| {
        settings.proxies = Some(AllowList::everyone());
        settings.rate = Some(Rate { per_second: 100, burst: 1 });
    })
    .await;
    let mut refused = Client::to(&server).await;
    assert_eq!(refused.ask("no header").await, None);
    let mut client = Client::to(&server).await;
    client.send("PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\none\rtwo\rpanic\r").await;
    while client.answer().await.is_some() {}
    let text = recorder().render();
    for (name, _, _) in names::ALL {
        // The first is counted only when the system runs out of something, the second by the tests of TLS; the others by
        // a server that has an index.
        let elsewhere = [
            names::ACCEPT_ERRORS,
            names::TLS_RELOADS,
            names::INDEX_RECORDS,
            names::INDEX_SEGMENTS,
            names::INDEX_APPLIED,
        ];
        if !elsewhere.contains(name) {
            assert!(text.contains(&format!("# TYPE {name} ")), "{name} is not in\n{text}");
        }
    }
}

#[test]
fn counts_exchanges() {
    log_at(tracing::Level::WARN);
    let text = recorder().render();
    for expected in [
        "skranke_messages_total{protocol=\"sip2\",kind=\"patron information\",outcome=\"refused\"}",
        "skranke_message_seconds_bucket{protocol=\"sip2\",kind=\"patron information\",le=\"0.0025\"}",
        "skranke_received_bytes_total{protocol=\"sip2\"}",
        "skranke_sent_bytes_total{protocol=\"sip2\"}",
        "skranke_malformed_total{protocol=\"sip2\",reason=\"unreadable\"}",
        "skranke_refusals_total{protocol=\"sip2\",reason=\"wrong_pin\"}",
        "skranke_pin_failures_total{protocol=\"sip2\"}",
        "skranke_checksums_total{protocol=\"sip2\",state=\"code_points\"}",
        "skranke_replayed_total{protocol=\"sip2\"}",
        "# HELP skranke_messages_total ",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}
