//! SIP2 on the listener: frames go to the protocol's session, its questions to the desk, its answers to the wire.
//!
//! No rule of the protocol is here. What is: the clock, the addresses from which a terminal may come ([`Terminals`]), the
//! time within which the desk must have answered, and the report of each exchange.

mod fields;
mod penalties;
mod terminals;
mod web;

pub use terminals::{AddressFault, Terminals};
pub use web::router;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use skranke_core::desk::{Desk, Reply, Request};
use skranke_core::ports::Store;
use skranke_core::time::Timestamp;
use skranke_sip2::codec::SipFramer;
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{Directory, LoginStyle};
use skranke_sip2::session::{self, CloseReason, Session, Step};
use skranke_wire::limits::Limits;

use crate::listener::{Conversation, Next, Peer, Protocol, Turn};
use crate::telemetry::{self, Report};

/// Reads the present time.
pub type Clock = fn() -> Timestamp;

/// How long the desk may take where the terminal was not told how long to wait. Afterwards the terminal gets a refusal, as
/// long as it still listens: after its time-out it would go off-line although the loan exists (digest 4).
const PATIENCE: Duration = Duration::from_secs(8);

/// SIP2 over one desk.
#[derive(Debug)]
pub struct Sip2<S> {
    desk: Desk<S>,
    terminals: Arc<Terminals>,
    clock: Clock,
}

impl<S: Store> Sip2<S> {
    /// Serves these terminals at this desk.
    pub fn new(desk: Desk<S>, terminals: Arc<Terminals>, clock: Clock) -> Self {
        Self { desk, terminals, clock }
    }
}

impl<S: Store> Protocol for Sip2<S> {
    type Conversation = Line<S>;

    fn name(&self) -> &'static str {
        "sip2"
    }

    fn accept(&self, peer: &Peer, limits: &Limits) -> Line<S> {
        let known = self.terminals.current();
        let framer = SipFramer::new(limits.message_bytes);
        let framer = match known.directory().options.login {
            LoginStyle::Message => framer,
            LoginStyle::Prompt => framer.without_greeting_check(),
        };
        Line {
            framer,
            session: open(&self.terminals, peer.address),
            desk: self.desk.clone(),
            terminals: Arc::clone(&self.terminals),
            clock: self.clock,
        }
    }
}

/// A session for a peer at this address.
fn open(terminals: &Arc<Terminals>, address: SocketAddr) -> Session {
    let known = terminals.current();
    Session::new(known.directory(), known.trusted(address), admission(terminals, address))
}

/// Which terminals may log in from this address, as the settings stand when one tries.
fn admission(terminals: &Arc<Terminals>, address: SocketAddr) -> Box<dyn Fn(&Account) -> bool + Send + Sync> {
    let terminals = Arc::clone(terminals);
    Box::new(move |account| terminals.current().admits(&account.login, address))
}

/// One connection of a terminal.
#[derive(Debug)]
pub struct Line<S> {
    framer: SipFramer,
    session: Session,
    desk: Desk<S>,
    terminals: Arc<Terminals>,
    clock: Clock,
}

impl<S: Store> Conversation for Line<S> {
    type Framer = SipFramer;

    fn framer(&mut self) -> &mut SipFramer {
        &mut self.framer
    }

    fn greet(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(self.session.greeting());
    }

    async fn handle(&mut self, frame: &[u8], turn: &mut Turn) -> Next {
        // The lines of a telnet-style login are no messages: a password could look like one.
        let prompted = self.session.login().is_none() && self.terminals.current().directory().options.login == LoginStyle::Prompt;
        let next = exchange(&mut self.session, frame, &self.desk, &self.terminals, self.clock, turn).await;
        if next != Next::Skip && !prompted {
            let known = self.terminals.current();
            fields::add(&mut turn.report, frame, &turn.out, self.session.dialect(known.directory()));
        }
        next
    }

    fn farewell(&mut self, out: &mut BytesMut) {
        let known = self.terminals.current();
        out.extend_from_slice(&self.session.farewell(known.directory(), (self.clock)()));
    }

    fn login(&self) -> Option<&str> {
        self.session.login()
    }

    fn too_many(&mut self, turn: &mut Turn) {
        let known = self.terminals.current();
        turn.out.extend_from_slice(&self.session.turn_away(known.directory()));
    }
}

/// Takes one frame through the session and, where it asks, the desk.
async fn exchange<S: Store>(
    session: &mut Session,
    frame: &[u8],
    desk: &Desk<S>,
    terminals: &Terminals,
    clock: Clock,
    turn: &mut Turn,
) -> Next {
    let step = session.receive(frame, terminals.current().directory(), clock());
    let mut say = |bytes: &[u8]| turn.out.extend_from_slice(bytes);
    let mut closed = None;
    let next = match step {
        Step::Nothing => return Next::Skip,
        Step::Silence => Next::Continue,
        Step::Reply(bytes) => {
            say(&bytes);
            Next::Continue
        }
        Step::ReplyAfter(bytes, penalty) => {
            say(&bytes);
            Next::Wait(penalty)
        }
        Step::ReplyAndClose(bytes, why) => {
            say(&bytes);
            closed = Some(why);
            Next::Close
        }
        Step::Close(why) => {
            closed = Some(why);
            Next::Close
        }
        Step::Ask(request) => {
            let patience = patience(session, terminals.current().directory());
            let reply = ask(desk, *request, patience).await;
            let known = terminals.current();
            let bytes = match reply {
                Some(reply) => session.answer(&reply, known.directory(), clock()),
                None => session.fault(known.directory(), clock()),
            };
            say(&bytes);
            Next::Continue
        }
    };
    report(session.exchange(), closed, &mut turn.report);
    next
}

/// The desk's reply; `None` where it failed or took too long. In the latter case the command goes on by itself: whether it
/// was carried out is in the resend memory, so that the terminal's repeat gets the true answer.
async fn ask<S: Store>(desk: &Desk<S>, request: Request, patience: Duration) -> Option<Reply> {
    let desk = desk.clone();
    let mut work = Box::pin(async move { desk.perform(request).await });
    match tokio::time::timeout(patience, work.as_mut()).await {
        Ok(Ok(reply)) => Some(reply),
        Ok(Err(fault)) => {
            let cause = std::error::Error::source(&fault).map(ToString::to_string);
            tracing::error!(%fault, cause, "the desk failed");
            None
        }
        Err(_) => {
            tracing::error!(seconds = patience.as_secs_f64(), "the desk did not answer in time");
            tokio::spawn(work);
            None
        }
    }
}

/// Four fifths of what the terminal was told to wait.
fn patience(session: &Session, directory: &Directory) -> Duration {
    let told = session
        .login()
        .and_then(|login| directory.terminal(login))
        .map_or(0, |terminal| terminal.account.timeout_period);
    match told {
        0 | 999 => PATIENCE,
        tenths => Duration::from_millis(u64::from(tenths) * 80),
    }
}

/// The session's account of an exchange, as operators are told.
fn report(exchange: &session::Exchange, closed: Option<CloseReason>, report: &mut Report) {
    use session::Checksum as From;
    use telemetry::Checksum as To;
    report.kind = exchange.kind;
    report.outcome = match exchange.outcome {
        session::Outcome::Done => telemetry::Outcome::Done,
        session::Outcome::Refused => telemetry::Outcome::Refused,
        session::Outcome::Replayed => telemetry::Outcome::Replayed,
        session::Outcome::Ignored => telemetry::Outcome::Ignored,
        session::Outcome::Malformed => telemetry::Outcome::Malformed,
        session::Outcome::Fault => telemetry::Outcome::Fault,
    };
    report.refusal = match closed {
        Some(CloseReason::NotLoggedIn) => Some("not_logged_in"),
        Some(CloseReason::LoginFailures) => Some("too_many_wrong_logins"),
        Some(CloseReason::UnknownCommands) => Some("too_many_unknown_commands"),
        Some(CloseReason::AccountGone) => Some("account_gone"),
        None => exchange.reason,
    };
    report.checksum = Some(match exchange.checksum {
        From::Absent => To::Absent,
        From::Bytes => To::Bytes,
        From::CodePoints => To::CodePoints,
        From::Wrong => To::Wrong,
    });
    report.pin_failed = exchange.pin_failed;
}
