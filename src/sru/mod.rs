//! SRU over HTTP: the routes `/sru` and `/sru/{database}`, by GET, POST and SOAP.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, on};
use skranke_core::desk::catalogue::EVERYTHING;
use skranke_core::ports::{Records, Search, Store};
use skranke_core::time::Timestamp;
use skranke_sru::codec::{form, soap};
use skranke_sru::gateway::{Answer, Asked, Gateway, Outcome as Came};
use skranke_sru::message::{Diagnostic, Parameters, number};

use crate::http::Reported;
use crate::listener::Peer;
use crate::telemetry::{Exchange, Field, Observer, Outcome, Report};

/// Longest body of a POST.
const BODY: usize = 256 * 1024;

struct Front<S, F> {
    gateway: Gateway<S, F>,
    observer: Observer,
    clock: fn() -> Timestamp,
}

/// The routes, in front of `gateway`.
pub fn router<S: Store + Records, F: Search>(gateway: Gateway<S, F>, observer: Observer, clock: fn() -> Timestamp) -> Router {
    let front = Arc::new(Front { gateway, observer, clock });
    let methods = MethodFilter::GET.or(MethodFilter::POST).or(MethodFilter::OPTIONS);
    Router::new()
        .route("/sru", on(methods, answer::<S, F>))
        .route("/sru/", on(methods, answer::<S, F>))
        .route("/sru/{*database}", on(methods, answer::<S, F>))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(front)
}

/// The same with the database right behind the port: for clients that speak both protocols to one address.
pub fn router_at_root<S: Store + Records, F: Search>(gateway: Gateway<S, F>, observer: Observer, clock: fn() -> Timestamp) -> Router {
    let front = Arc::new(Front { gateway, observer, clock });
    let methods = MethodFilter::GET.or(MethodFilter::POST).or(MethodFilter::OPTIONS);
    Router::new()
        .route("/", on(methods, answer::<S, F>))
        .route("/{*database}", on(methods, answer::<S, F>))
        .layer(DefaultBodyLimit::max(BODY))
        .with_state(front)
}

async fn answer<S: Store + Records, F: Search>(
    State(front): State<Arc<Front<S, F>>>,
    Extension(peer): Extension<Peer>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if method == Method::OPTIONS {
        let allowed = [
            (header::ALLOW, "GET, HEAD, POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
            (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, OPTIONS"),
            (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, soapaction"),
        ];
        return (StatusCode::NO_CONTENT, allowed).into_response();
    }
    let begun = Instant::now();
    let bytes_in = uri.query().map_or(0, str::len) + body.len();
    let read = read(&front.gateway, &method, &uri, &headers, &body);
    let (answer, accepts_sru) = match read {
        Ok(read) => {
            let (host, port) = host(&headers, &peer);
            let asked = Asked {
                database: database(uri.path()),
                host: &host,
                port,
                secure: peer.encrypted,
                path: uri.path(),
                parameters: &read.parameters,
                soap: read.soap,
                at: (front.clock)(),
                chance: chance(),
            };
            let answer = match read.refused {
                None => front.gateway.answer(&asked).await,
                Some(diagnostic) => front.gateway.refuse(&asked, diagnostic).await,
            };
            let wanted = read.parameters.filled("httpAccept").map(str::to_owned);
            let wanted = wanted.or_else(|| text_of(&headers, header::ACCEPT).map(str::to_owned));
            (answer, wanted.is_some_and(|wanted| wanted.contains(MEDIA_TYPE_2)))
        }
        Err(response) => return *response,
    };
    report(&front.observer, &peer, &answer, bytes_in, begun);
    let media_type = match (answer.version_2 && accepts_sru, text_of(&headers, header::CONTENT_TYPE)) {
        (true, _) => "application/sru+xml; charset=utf-8",
        (false, Some(kind)) if kind.starts_with("application/soap+xml") => "application/soap+xml; charset=utf-8",
        _ => "text/xml; charset=utf-8",
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    let head = response.headers_mut();
    head.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    head.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
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
    if method == Method::POST && (kind.starts_with("text/xml") || kind.starts_with("application/soap+xml")) {
        match soap::read(body) {
            Ok(envelope) => {
                read.parameters = envelope.parameters;
                read.soap = Some(envelope.namespace);
                return Ok(read);
            }
            Err(fault) => {
                let xml = [(header::CONTENT_TYPE, "text/xml; charset=utf-8")];
                return Err(Box::new(
                    (StatusCode::INTERNAL_SERVER_ERROR, xml, soap::fault(&fault)).into_response(),
                ));
            }
        }
    }
    let latin1 = gateway.settings().latin1 || kind.contains("charset=iso-8859-1") || kind.contains("charset=latin1");
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
        if form::read(part, latin1, &mut read.parameters).is_err() {
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

/// Host and port as the client reached them. What is no host name is not told back.
fn host(headers: &HeaderMap, peer: &Peer) -> (String, u16) {
    let usual = if peer.encrypted { 443 } else { 80 };
    let given = text_of(headers, header::HOST).filter(|host| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        !host.is_empty() && host.bytes().all(fits)
    });
    let Some(given) = given else {
        return (peer.local.ip().to_string(), peer.local.port());
    };
    match given.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host.to_owned(), port.parse().unwrap_or(usual)),
        _ => (given.to_owned(), usual),
    }
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
