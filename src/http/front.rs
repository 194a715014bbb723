//! The routes that every server has.

use std::fmt::Write;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;

use super::health::Readiness;

/// One line of the front page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// What is served: `SIP2`, `Metrics`.
    pub name: String,
    /// Where: `127.0.0.1:6001`, `/metrics`. A path becomes a link.
    pub place: String,
}

/// `/`, `/metrics`, `/health/live` and `/health/ready`.
pub fn router(readiness: Readiness, metrics: PrometheusHandle, endpoints: &[Endpoint]) -> Router {
    let page = page(endpoints);
    Router::new()
        .route("/", get(async || Html(page)))
        .route("/health/live", get(async || "alive\n"))
        .route("/health/ready", get(async move || ready(&readiness).await))
        .route("/metrics", get(async move || scrape(&metrics)))
}

async fn ready(readiness: &Readiness) -> Response {
    let checks = readiness.ask().await;
    let mut text = String::new();
    for (name, state) in &checks {
        let state = state.as_ref().map_or_else(String::as_str, |()| "ok");
        let _ = writeln!(text, "{name}: {state}");
    }
    let (status, word) = if checks.iter().all(|(_, state)| state.is_ok()) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready\n")
    };
    (status, text + word).into_response()
}

fn scrape(metrics: &PrometheusHandle) -> Response {
    let format = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (format, metrics.render()).into_response()
}

fn page(endpoints: &[Endpoint]) -> String {
    let mut rows = String::new();
    for Endpoint { name, place } in endpoints {
        let (name, place) = (escaped(name), escaped(place));
        let place = match place.strip_prefix('/') {
            Some(_) => format!("<a href=\"{place}\">{place}</a>"),
            None => format!("<code>{place}</code>"),
        };
        let _ = writeln!(rows, "<tr><th scope=\"row\">{name}</th><td>{place}</td></tr>");
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Skranke</title>\n\
         <h1>Skranke</h1>\n<p>This server speaks library protocols. It listens here:</p>\n\
         <table>\n{rows}</table>\n</html>\n"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_endpoints_and_escapes_them() {
        let endpoint = |name: &str, place: &str| Endpoint {
            name: name.to_owned(),
            place: place.to_owned(),
        };
        let page = page(&[endpoint("SIP2 <plain>", "127.0.0.1:6001"), endpoint("Metrics", "/metrics")]);
        assert!(page.contains("SIP2 &lt;plain&gt;</th><td><code>127.0.0.1:6001</code>"));
        assert!(page.contains("<a href=\"/metrics\">/metrics</a>"));
    }
}
