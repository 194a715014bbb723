//! SRU over HTTP: the routes `/sru` and `/sru/{database}`, by GET, POST and SOAP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use skranke_core::desk::catalogue::EVERYTHING;
use skranke_core::ports::{Records, Search, Store};
use skranke_core::time::Timestamp;
use skranke_sru::codec::charset::Charset;
use skranke_sru::codec::{form, soap};
use skranke_sru::gateway::{Answer, Asked, Gateway, Outcome as Came};
use skranke_sru::message::{Diagnostic, Parameters, number};
use tokio::time::timeout;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::http::Reported;
use crate::listener::Peer;
use crate::telemetry::{Exchange, Field, Observer, Outcome, Report};

/// Longest body of a POST.
const BODY: usize = 256 * 1024;

/// What stands behind the routes.
#[derive(Debug)]
pub struct Front<S, F> {
    /// The protocol.
    pub gateway: Gateway<S, F>,
    /// What is HTTP's side of it.
    pub manners: Manners,
    /// Who is told of each exchange.
    pub observer: Observer,
    /// Reads the present time.
    pub clock: fn() -> Timestamp,
}

/// How requests are met, beside what they ask for.
#[derive(Debug, Clone)]
pub struct Manners {
    /// Access-Control-Allow-Origin; none is sent where there is none.
    pub allow_origin: Option<HeaderValue>,
    /// Whether X-Forwarded-Host and -Proto are believed.
    pub behind_proxy: bool,
    /// How long an answer may take before the client is told to come again.
    pub patience: Duration,
}

/// The routes below `/sru`.
pub fn router<S: Store + Records, F: Search>(front: Front<S, F>) -> Router {
    routes(&["/sru", "/sru/", "/sru/{*database}"], front)
}

/// The same with the database right behind the port: for clients that speak both protocols to one address.
pub fn router_at_root<S: Store + Records, F: Search>(front: Front<S, F>) -> Router {
    routes(&["/", "/{*database}"], front)
}

fn routes<S: Store + Records, F: Search>(paths: &[&str], front: Front<S, F>) -> Router {
    let methods = MethodFilter::GET.or(MethodFilter::POST).or(MethodFilter::OPTIONS);
    let mut router = Router::new();
    for path in paths {
        router = router.route(path, on(methods, answer::<S, F>));
    }
    router
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(BODY))
        .with_state(Arc::new(front))
}

async fn answer<S: Store + Records, F: Search>(
    State(front): State<Arc<Front<S, F>>>,
    Extension(peer): Extension<Peer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut response = respond(&front, &peer, &method, &uri, &headers, &body).await;
    if let Some(origin) = &front.manners.allow_origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

async fn respond<S: Store + Records, F: Search>(
    front: &Front<S, F>,
    peer: &Peer,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Response {
    if method == Method::OPTIONS {
        let allowed = [
            (header::ALLOW, "GET, HEAD, POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, soapaction"),
        ];
        return (StatusCode::NO_CONTENT, allowed).into_response();
    }
    let begun = Instant::now();
    let bytes_in = uri.query().map_or(0, str::len) + body.len();
    let read = read(&front.gateway, method, uri, headers, body);
    let (answer, accepts_sru) = match read {
        Ok(read) => {
            let reached = reached(headers, peer, front.manners.behind_proxy);
            let asked = Asked {
                database: database(uri.path()),
                host: &reached.host,
                port: reached.port,
                secure: reached.secure,
                path: uri.path(),
                parameters: &read.parameters,
                soap: read.soap,
                at: (front.clock)(),
                chance: chance(),
            };
            let answer = match read.refused {
                None => match timeout(front.manners.patience, front.gateway.answer(&asked)).await {
                    Ok(answer) => answer,
                    Err(_) => {
                        let late = Diagnostic::new(number::TEMPORARILY_UNAVAILABLE, "no answer in time");
                        front.gateway.refuse(&asked, late).await
                    }
                },
                Some(diagnostic) => front.gateway.refuse(&asked, diagnostic).await,
            };
            let wanted = read.parameters.filled("httpAccept").map(str::to_owned);
            let wanted = wanted.or_else(|| text_of(headers, header::ACCEPT).map(str::to_owned));
            (answer, wanted.is_some_and(|wanted| wanted.contains(MEDIA_TYPE_2)))
        }
        Err(response) => return *response,
    };
    report(&front.observer, peer, &answer, bytes_in, begun);
    let media_type = match (answer.version_2 && accepts_sru, text_of(headers, header::CONTENT_TYPE)) {
        (true, _) => "application/sru+xml; charset=utf-8",
        (false, Some(kind)) if kind.starts_with(soap::MEDIA_TYPE_1_2) => "application/soap+xml; charset=utf-8",
        _ => "text/xml; charset=utf-8",
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.extensions_mut().insert(Reported);
    response
}

/// Media type of version 2.0.
const MEDIA_TYPE_2: &str = "application/sru+xml";

/// What a request holds.
struct Read {
    parameters: Parameters,
    soap: Option<&'static str>,
    /// Parameters that could not be read.
    refused: Option<Diagnostic>,
}

/// Reads the URL's query and the body; a response where HTTP itself must say no.
#[allow(clippy::result_large_err)] // it is sent at once
fn read<S: Store + Records, F: Search>(
    gateway: &Gateway<S, F>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Read, Box<Response>> {
    let mut read = Read {
        parameters: Parameters::default(),
        soap: None,
        refused: None,
    };
    let kind = text_of(headers, header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    if method == Method::POST && (kind.starts_with("text/xml") || kind.starts_with(soap::MEDIA_TYPE_1_2)) {
        match soap::read(body, &kind) {
            Ok(envelope) => {
                read.parameters = envelope.parameters;
                read.soap = Some(envelope.namespace);
                return Ok(read);
            }
            Err(fault) => {
                // SOAP 1.1 answers a fault of the client with 500, too; 1.2 with 400.
                let (status, answered) = if kind.starts_with(soap::MEDIA_TYPE_1_2) {
                    (StatusCode::BAD_REQUEST, "application/soap+xml; charset=utf-8")
                } else {
                    (StatusCode::INTERNAL_SERVER_ERROR, "text/xml; charset=utf-8")
                };
                let xml = [(header::CONTENT_TYPE, answered)];
                return Err(Box::new((status, xml, soap::fault(&fault, &kind)).into_response()));
            }
        }
    }
    let usual = if gateway.settings().latin1 {
        Charset::Utf8OrLatin1
    } else {
        Charset::Utf8
    };
    let Some(charset) = Charset::of(&kind, usual) else {
        return Err(Box::new(
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "the character set is not known\n").into_response(),
        ));
    };
    let mut parts: Vec<&[u8]> = Vec::new();
    if method == Method::POST {
        if !kind.is_empty() && !kind.starts_with("application/x-www-form-urlencoded") && !body.is_empty() {
            return Err(Box::new(
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "a form or a SOAP envelope is wanted\n").into_response(),
            ));
        }
        parts.push(body);
    }
    parts.extend(uri.query().map(str::as_bytes));
    for part in parts {
        if form::read(part, charset, &mut read.parameters).is_err() {
            read.refused = Some(Diagnostic::new(number::QUERY_SYNTAX_ERROR, "parameters are not UTF-8, or too many"));
        }
    }
    Ok(read)
}

fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// The database that a path names, behind `/sru` or right at the root.
fn database(path: &str) -> &str {
    let name = match path.strip_prefix("/sru") {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => rest,
        _ => path,
    };
    let name = name.trim_matches('/');
    if name.is_empty() { EVERYTHING } else { name }
}

/// How the client reached the server.
struct Reached {
    host: String,
    port: u16,
    secure: bool,
}

/// Host and port as the client reached them, by a proxy's account where that is to be believed. What is no host name is not told back.
fn reached(headers: &HeaderMap, peer: &Peer, behind_proxy: bool) -> Reached {
    let forwarded = |name| {
        let given = headers.get(name).filter(|_| behind_proxy)?.to_str().ok()?;
        // Each proxy adds its own: the first is the client's.
        given.split(',').next().map(str::trim)
    };
    let secure = match forwarded("x-forwarded-proto") {
        Some(scheme) => scheme.eq_ignore_ascii_case("https"),
        None => peer.encrypted,
    };
    let usual = if secure { 443 } else { 80 };
    let given = forwarded("x-forwarded-host")
        .or_else(|| text_of(headers, header::HOST))
        .filter(|host| {
            let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
            !host.is_empty() && host.bytes().all(fits)
        });
    let (host, port) = match given.map(|given| (given, given.rsplit_once(':'))) {
        None => (peer.local.ip().to_string(), peer.local.port()),
        Some((_, Some((host, port)))) if !port.contains(']') => (host.to_owned(), port.parse().unwrap_or(usual)),
        Some((given, _)) => (given.to_owned(), usual),
    };
    Reached { host, port, secure }
}

/// For the name of a result set, so that nobody guesses another's. Where the system has no chance to give, the time must do.
fn chance() -> u64 {
    let mut bytes = [0; 8];
    match getrandom::fill(&mut bytes) {
        Ok(()) => u64::from_le_bytes(bytes),
        Err(_) => crate::clock::now().as_nanosecond() as u64,
    }
}

fn report(observer: &Observer, peer: &Peer, answer: &Answer, bytes_in: usize, begun: Instant) {
    let mut report = Report::new(observer.wants_fields());
    report.kind = answer.operation;
    (report.outcome, report.refusal) = match answer.outcome {
        Came::Done => (Outcome::Done, None),
        Came::Refused(number) => (Outcome::Refused, Some(Diagnostic::new(number, "").message())),
        Came::Fault => (Outcome::Fault, None),
    };
    if let (Some(fields), Came::Refused(number)) = (&mut report.fields, answer.outcome) {
        fields.push(Field::plain("diagnostic", number.to_string()));
    }
    observer.report(&Exchange {
        protocol: "sru",
        login: None,
        peer: peer.address,
        report: &report,
        bytes_in,
        bytes_out: answer.body.len(),
        elapsed: begun.elapsed(),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_database() {
        for (path, name) in [
            ("/sru", "Default"),
            ("/sru/", "Default"),
            ("/sru/DK-761500", "DK-761500"),
            ("/sru/Default/", "Default"),
        ] {
            assert_eq!(database(path), name);
        }
    }
}
