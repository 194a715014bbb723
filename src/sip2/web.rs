//! SIP2 in XML: one message for each `POST /sip2`, with its credentials (Danish profile, section 13).

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use skranke_core::desk::Desk;
use skranke_core::ports::Store;
use skranke_sip2::session::Session;
use skranke_sip2::xml_form::{self, Envelope};

use super::penalties::Penalties;
use super::{Clock, Terminals, admission, exchange, fields};
use crate::http::Reported;
use crate::listener::{Next, Peer, Turn};
use crate::telemetry::{Exchange, Observer, Outcome};

struct Counter<S> {
    desk: Desk<S>,
    terminals: Arc<Terminals>,
    observer: Observer,
    clock: Clock,
    penalties: Penalties,
}

/// The route `/sip2`, for the same terminals at the same desk as on TCP.
pub fn router<S: Store>(desk: Desk<S>, terminals: Arc<Terminals>, observer: Observer, clock: Clock) -> Router {
    let counter = Counter {
        desk,
        terminals,
        observer,
        clock,
        penalties: Penalties::default(),
    };
    Router::new()
        .route("/sip2", post(answer::<S>))
        .layer(DefaultBodyLimit::max(xml_form::MAX_BODY))
        .with_state(Arc::new(counter))
}

/// What one POST comes to.
struct Answered {
    login: String,
    status: StatusCode,
    xml: String,
}

async fn answer<S: Store>(State(counter): State<Arc<Counter<S>>>, Extension(peer): Extension<Peer>, body: Bytes) -> Response {
    let begun = Instant::now();
    let mut turn = Turn::new(counter.observer.wants_fields());
    let answered = counter.answer(&peer, &body, &mut turn).await;
    counter.observer.report(&Exchange {
        protocol: "sip2",
        login: Some(answered.login.as_str()).filter(|login| !login.is_empty()),
        peer: peer.address,
        report: &turn.report,
        bytes_in: body.len(),
        bytes_out: answered.xml.len(),
        elapsed: begun.elapsed(),
    });
    let kind = [(header::CONTENT_TYPE, xml_form::MEDIA_TYPE)];
    let mut response = (answered.status, kind, answered.xml).into_response();
    response.extensions_mut().insert(Reported);
    if turn.report.refusal == Some("wrong_login") {
        // There is no connection that could be closed after some of them.
        let delay = counter.penalties.one_more(peer.address.ip(), begun);
        tokio::time::sleep(delay).await;
    }
    response
}

impl<S: Store> Counter<S> {
    async fn answer(&self, peer: &Peer, body: &[u8], turn: &mut Turn) -> Answered {
        let unreadable = |turn: &mut Turn, reason, status, login: String, text: &str| {
            turn.report.outcome = Outcome::Malformed;
            turn.report.refusal = Some(reason);
            let xml = xml_form::error(&login, text);
            Answered { login, status, xml }
        };
        let Envelope { login, password, request } = match xml_form::read(body) {
            Ok(envelope) => envelope,
            Err(fault) => return unreadable(turn, "xml", StatusCode::BAD_REQUEST, String::new(), &fault.to_string()),
        };
        let session = {
            let known = self.terminals.current();
            let admits = admission(&self.terminals, peer.address);
            Session::authenticated(known.directory(), &login, password.reveal(), admits)
        };
        let Some(mut session) = session else {
            turn.report.kind = "Login";
            turn.report.outcome = Outcome::Refused;
            turn.report.refusal = Some("wrong_login");
            let xml = xml_form::error(&login, "login or password is wrong");
            // An unproven name is nobody's: it does not go to the log.
            let (login, status) = (String::new(), StatusCode::OK);
            return Answered { login, status, xml };
        };
        if request
            .split_last()
            .is_some_and(|(_, text)| text.contains(&b'\r') || text.contains(&b'\n'))
        {
            return unreadable(turn, "two_messages", StatusCode::OK, login, "one request holds one message");
        }
        let next = exchange(&mut session, &request, &self.desk, &self.terminals, self.clock, turn).await;
        if next == Next::Skip || turn.out.is_empty() {
            return unreadable(
                turn,
                "no_answer",
                StatusCode::OK,
                login,
                "the request is no message that is answered",
            );
        }
        let dialect = session.dialect(self.terminals.current().directory());
        fields::add(&mut turn.report, &request, &turn.out, dialect);
        let xml = xml_form::response(&login, &turn.out);
        let status = StatusCode::OK;
        Answered { login, status, xml }
    }
}
