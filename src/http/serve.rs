//! HTTP/1.1 on an admitted connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::HttpBody;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as HyperService, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use skranke_wire::limits::Limits;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep, timeout};

use crate::listener::{Ended, Peer, Service, Session, Stream};
use crate::telemetry::{Exchange, Field, Observer, Outcome, Report};

/// Put into a response's extensions by a route that reports its exchanges itself; then the listener does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reported;

/// Most bytes of request line and headers.
const HEAD: usize = 64 * 1024;

/// Serves a router. The listener's limits hold: message length for bodies, message time for a request's head and for
/// the whole of its handling, idle time between requests, write time.
#[derive(Debug)]
pub struct Http {
    router: Router,
}

impl Http {
    /// Serves `router` within `limits` (those of the listener's settings) and reports each request to `observer`.
    pub fn new(router: Router, observer: Observer, limits: Limits) -> Self {
        let watched = middleware::from_fn(move |request: Request, next: Next| {
            let observer = observer.clone();
            async move {
                let asked = Asked::from(&request);
                let begun = Instant::now();
                let response = match timeout(limits.message_time, next.run(request)).await {
                    Ok(response) => response,
                    Err(_) => {
                        let again = [(header::RETRY_AFTER, "5")];
                        (StatusCode::SERVICE_UNAVAILABLE, again, "no answer in time\n").into_response()
                    }
                };
                if response.extensions().get::<Reported>().is_none() {
                    asked.report(&observer, &response, begun.elapsed());
                }
                response
            }
        });
        Self {
            router: router.layer(DefaultBodyLimit::max(limits.message_bytes)).layer(watched),
        }
    }
}

impl Service for Http {
    async fn serve(&self, stream: Stream, session: Session) -> Ended {
        let inner = TowerToHyperService::new(self.router.clone());
        let peer = session.peer.clone();
        let rate = &session;
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert::<Peer>(peer.clone());
            let answer = inner.call(request);
            let wait = rate.throttle();
            async move {
                if !wait.is_zero() {
                    sleep(wait).await;
                }
                answer.await
            }
        });
        let limits = session.settings.limits;
        let io = TokioIo::new(Impatient::new(stream, session.settings.write_time));
        let head_time = limits.idle.map_or(limits.message_time, |idle| idle.min(limits.message_time));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(head_time)
            .max_buf_size(HEAD)
            .serve_connection(io, service);
        // Boxed: hyper's state of a connection is large.
        let mut connection = Box::pin(connection);
        let stopped = tokio::select! {
            biased;
            served = connection.as_mut() => return ended(served),
            () = session.stop.cancelled() => Ended::Drained,
        };
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
        stopped
    }
}

fn ended(served: Result<(), hyper::Error>) -> Ended {
    match served {
        Ok(()) => Ended::ByPeer,
        Err(error) if error.is_timeout() => Ended::SlowMessage,
        Err(error) if error.is_parse() => Ended::Unreadable,
        Err(error) => {
            let kind = std::error::Error::source(&error)
                .and_then(|source| source.downcast_ref::<io::Error>())
                .map(io::Error::kind);
            if kind == Some(io::ErrorKind::TimedOut) {
                Ended::SlowReader
            } else {
                Ended::ByPeer
            }
        }
    }
}

/// What a request's exchange is reported with.
struct Asked {
    peer: SocketAddr,
    method: &'static str,
    path: String,
    bytes: usize,
}

impl Asked {
    fn from(request: &Request) -> Self {
        let method = match *request.method() {
            Method::GET => "get",
            Method::HEAD => "head",
            Method::POST => "post",
            _ => "other",
        };
        let length = request.headers().get(header::CONTENT_LENGTH);
        let peer = request.extensions().get::<Peer>().map(|peer| peer.address);
        Self {
            peer: peer.unwrap_or(SocketAddr::from(([0, 0, 0, 0], 0))),
            method,
            // Without the query: it may hold what a person looks for.
            path: request.uri().path().to_owned(),
            bytes: length
                .and_then(|length| length.to_str().ok())
                .and_then(|length| length.parse().ok())
                .unwrap_or(0),
        }
    }

    fn report(self, observer: &Observer, response: &Response, elapsed: Duration) {
        let status = response.status();
        let mut report = Report::new(observer.wants_fields());
        report.kind = self.method;
        (report.outcome, report.refusal) = match status.as_u16() {
            400 | 405 | 406 | 411 | 413..=415 => (Outcome::Malformed, Some("bad_request")),
            401 | 403 => (Outcome::Refused, Some("not_authorised")),
            404 => (Outcome::Refused, Some("not_found")),
            500.. => (Outcome::Fault, None),
            _ => (Outcome::Done, None),
        };
        if let Some(fields) = &mut report.fields {
            fields.push(Field::plain("path", self.path));
            fields.push(Field::plain("status", status.as_str()));
        }
        observer.report(&Exchange {
            protocol: "http",
            login: None,
            peer: self.peer,
            report: &report,
            bytes_in: self.bytes,
            bytes_out: response.body().size_hint().exact().unwrap_or(0) as usize,
            elapsed,
        });
    }
}

/// A stream that fails when its peer takes no bytes for the write time: hyper has no such limit of its own.
struct Impatient {
    stream: Stream,
    patience: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Impatient {
    fn new(stream: Stream, patience: Duration) -> Self {
        Self {
            stream,
            patience,
            waiting: None,
        }
    }

    /// Passes on what a write came to, and starts or looks at the timer while it waits.
    fn bounded<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waiting = None;
            return written;
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Impatient {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Impatient {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buf);
        self.bounded(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bufs: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, bufs);
        self.bounded(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.bounded(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let closed = Pin::new(&mut self.stream).poll_shutdown(cx);
        self.bounded(cx, closed)
    }
}
