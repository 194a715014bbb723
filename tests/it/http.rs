//! HTTP behind the shared accept loop.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Extension;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Kept, Running, SOON, serve};
use skranke::http::{Endpoint, Flag, Http, Readiness, router};
use skranke::listener::{Peer, Settings};
use skranke::telemetry::{Observer, recorder};

async fn start(readiness: Readiness, observer: Observer, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::new("http");
    change(&mut settings);
    let endpoints = [Endpoint {
        name: "Metrics".to_owned(),
        place: "/metrics".to_owned(),
    }];
    let routes = router(readiness, recorder(), &endpoints).merge(
        Router::new()
            .route("/length", post(async |body: String| body.len().to_string()))
            .route("/peer", get(async |Extension(peer): Extension<Peer>| peer.address.ip().to_string()))
            .route(
                "/slow",
                get(async || {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    "slow"
                }),
            ),
    );
    let limits = settings.limits;
    serve(settings, Http::new(routes, observer, limits)).await
}

/// Sends raw bytes and reads until the server closes.
async fn raw(server: &Running, request: &str) -> String {
    let mut tcp = TcpStream::connect(server.address).await.unwrap();
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(SOON, tcp.read_to_end(&mut answer))
        .await
        .expect("no end in time");
    String::from_utf8(answer).unwrap()
}

async fn get_path(server: &Running, path: &str) -> String {
    raw(server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
}

#[tokio::test]
async fn serves_the_operators_routes() {
    let server = start(Readiness::default(), Observer::default(), |_| {}).await;
    assert!(get_path(&server, "/").await.contains("<a href=\"/metrics\">"));
    assert!(get_path(&server, "/health/live").await.starts_with("HTTP/1.1 200 OK"));
    assert!(get_path(&server, "/peer").await.ends_with("127.0.0.1"));
    let metrics = get_path(&server, "/metrics").await;
    assert!(metrics.contains("skranke_sessions_accepted_total{listener=\"http\"}"), "{metrics}");
    assert!(get_path(&server, "/nothing").await.starts_with("HTTP/1.1 404"));
}

#[tokio::test]
async fn is_ready_when_all_checks_are() {
    let readiness = Readiness::default();
    let server = start(readiness.clone(), Observer::default(), |_| {}).await;
    let (store, index) = (Flag::down("no connection"), Flag::down("catching up"));
    readiness.add("store", Arc::clone(&store) as _);
    readiness.add("index", Arc::clone(&index) as _);
    store.set(Ok(()));
    let answer = get_path(&server, "/health/ready").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.ends_with("store: ok\nindex: catching up\nnot ready\n"), "{answer}");
    index.set(Ok(()));
    assert!(get_path(&server, "/health/ready").await.ends_with("index: ok\nready\n"));
}

#[tokio::test]
async fn bounds_bodies_heads_and_silence() {
    let kept = Kept::default();
    let server = start(Readiness::default(), kept.observer(), |settings| {
        settings.limits.message_bytes = 1000;
        settings.limits.message_time = Duration::from_millis(300);
    })
    .await;
    let body = |length: usize| {
        let body = "x".repeat(length);
        format!("POST /length HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    assert!(raw(&server, &body(1000)).await.ends_with("1000"));
    assert!(raw(&server, &body(1001)).await.starts_with("HTTP/1.1 413"));
    // The head drips: the server ends it.
    raw(&server, "GET /length HTTP/1.1\r\nHost:").await;
    // The body never comes.
    let answer = raw(&server, "POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nxx").await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let lines = kept.lines();
    assert!(lines[0].starts_with("http post None done None in=1000 out=4"), "{lines:?}");
    assert!(lines[1].starts_with("http post None malformed"), "{lines:?}");
}

#[tokio::test]
async fn finishes_requests_on_drain() {
    let server = start(Readiness::default(), Observer::default(), |_| {}).await;
    let mut idle = TcpStream::connect(server.address).await.unwrap();
    idle.write_all(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut some = [0; 12];
    idle.read_exact(&mut some).await.unwrap();
    let slow = raw(&server, "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    let drain = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.drain().await
    };
    let (answer, drained) = tokio::join!(slow, drain);
    assert!(answer.ends_with("slow"), "{answer}");
    assert_eq!(drained.cut, 0);
}
