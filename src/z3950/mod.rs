//! Z39.50 on the listener: messages go to the protocol's session, its questions to the catalogue's desk, its answers to the wire.
//!
//! No rule of the protocol is here. What is: the clock, the bounds on what a stranger may send, the time within which the desk must
//! have answered, and the report of each exchange.

mod cancel;
mod fields;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use bytes::BytesMut;
use skranke_core::desk::catalogue::CatalogueDesk;
use skranke_core::ports::{Records, Search, Store};
use skranke_core::time::Timestamp;
use skranke_wire::framing::FrameFault;
use skranke_wire::limits::Limits;
use skranke_z3950::codec::BerFramer;
use skranke_z3950::gateway::ask::{Answer, Question};
use skranke_z3950::message::Close;
use skranke_z3950::session::{self, Session, Settings, Step};

use crate::listener::{Conversation, Next, Overhear, Peer, Protocol, Turn};
use crate::telemetry::{self, Report};
use cancel::{Ear, UnderWay};

/// Reads the present time.
pub type Clock = fn() -> Timestamp;

/// Bytes of a message before Init, which is short.
const FROM_STRANGERS: usize = 64 * 1024;
/// Bytes of a message of one who has said hello, but proved no name.
const FROM_GUESTS: usize = 1024 * 1024;
/// Bytes of a message of a known user: records come in.
const FROM_USERS: usize = 16 * 1024 * 1024;
/// Elements of indefinite length within each other: a query is as deep as it is long.
const NESTING: usize = 4096;
/// How long a question to the desk may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Settings of a listener, swapped whole on reload.
pub type SharedSettings = Arc<ArcSwap<Settings>>;

/// Z39.50 over one catalogue.
#[derive(Debug)]
pub struct Z3950<S, F> {
    desk: CatalogueDesk<S, F>,
    settings: SharedSettings,
    clock: Clock,
}

impl<S: Store + Records, F: Search> Z3950<S, F> {
    /// Serves this catalogue.
    pub fn new(desk: CatalogueDesk<S, F>, settings: SharedSettings, clock: Clock) -> Self {
        Self { desk, settings, clock }
    }
}

impl<S: Store + Records, F: Search> Protocol for Z3950<S, F> {
    type Conversation = Association<S, F>;

    fn name(&self) -> &'static str {
        "z3950"
    }

    fn accept(&self, _peer: &Peer, _limits: &Limits) -> Association<S, F> {
        Association {
            framer: BerFramer::new(FROM_STRANGERS, NESTING),
            session: Session::new(Arc::clone(self.desk.map())),
            desk: self.desk.clone(),
            settings: Arc::clone(&self.settings),
            clock: self.clock,
            under_way: UnderWay::default(),
        }
    }
}

/// One connection of a client.
#[derive(Debug)]
pub struct Association<S, F: Clone> {
    framer: BerFramer,
    session: Session,
    desk: CatalogueDesk<S, F>,
    settings: SharedSettings,
    clock: Clock,
    under_way: UnderWay,
}

impl<S: Store + Records, F: Search> Conversation for Association<S, F> {
    type Framer = BerFramer;

    fn framer(&mut self) -> &mut BerFramer {
        &mut self.framer
    }

    async fn handle(&mut self, frame: &[u8], turn: &mut Turn) -> Next {
        let settings = self.settings.load_full();
        let mut step = self.session.receive(frame, &settings, (self.clock)());
        let mut closed = None;
        let next = loop {
            match step {
                Step::Ask(question) => {
                    step = match ask(&self.desk, *question, &self.under_way, (self.clock)()).await {
                        Some(answer) => self.session.answer(answer, &settings),
                        None => self.session.fault(false),
                    };
                }
                Step::Reply(bytes) => {
                    turn.out.extend_from_slice(&bytes);
                    break Next::Continue;
                }
                Step::ReplyAfter(bytes, penalty, why) => {
                    tokio::time::sleep(penalty).await;
                    turn.out.extend_from_slice(&bytes);
                    closed = Some(why);
                    break Next::Close;
                }
                Step::ReplyAndClose(bytes, why) => {
                    turn.out.extend_from_slice(&bytes);
                    closed = Some(why);
                    break Next::Close;
                }
                Step::Silence => break Next::Continue,
            }
        };
        self.framer.set_limit(match (self.session.agreement(), self.session.login()) {
            (None, _) => FROM_STRANGERS,
            (Some(_), None) => FROM_GUESTS,
            (Some(_), Some(_)) => FROM_USERS,
        });
        report(self.session.exchange(), closed, &mut turn.report);
        fields::add(&mut turn.report, frame, self.session.exchange());
        next
    }

    fn overhear(&mut self) -> Option<Box<dyn Overhear>> {
        self.under_way = UnderWay::default();
        Some(Box::new(Ear::new(self.under_way.clone(), BerFramer::new(FROM_GUESTS, NESTING))))
    }

    fn unreadable(&mut self, fault: FrameFault, turn: &mut Turn) {
        turn.out.extend_from_slice(&self.session.unreadable(fault));
    }

    fn farewell(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(&self.session.farewell(Close::SHUTDOWN));
    }

    fn idle(&mut self, out: &mut BytesMut) {
        out.extend_from_slice(&self.session.farewell(Close::LACK_OF_ACTIVITY));
    }

    fn login(&self) -> Option<&str> {
        self.session.login()
    }

    fn too_many(&mut self, turn: &mut Turn) {
        turn.out.extend_from_slice(&self.session.too_many());
    }
}

/// The desk's answer; `None` where it took too long. What can be stopped is stopped then.
async fn ask<S: Store + Records, F: Search>(
    desk: &CatalogueDesk<S, F>,
    question: Question,
    under_way: &UnderWay,
    now: Timestamp,
) -> Option<Answer> {
    let cancel = question.cancel();
    under_way.begins(cancel.clone());
    let desk = desk.clone();
    let mut work = Box::pin(async move { question.put(&desk, now).await });
    let answer = tokio::time::timeout(PATIENCE, work.as_mut()).await;
    under_way.ends();
    if let Ok(answer) = answer {
        told(&answer);
        return Some(answer);
    }
    cancel.cancel();
    tracing::error!(seconds = PATIENCE.as_secs(), "the catalogue did not answer in time");
    tokio::spawn(work);
    None
}

/// Our own failures go to the log with their cause; the peer is only told that there was one.
fn told(answer: &Answer) {
    use skranke_core::desk::catalogue::NoDatabase;
    use skranke_core::ports::search::SearchError;
    use skranke_z3950::gateway::ask::NotFound;
    let fault = match answer {
        Answer::Found(Err(error)) | Answer::Scanned(Err(error)) => match error {
            NotFound::Database(NoDatabase::Fault(fault)) | NotFound::Search(SearchError::Fault(fault)) => Some(fault),
            NotFound::Database(NoDatabase::Unknown(_)) | NotFound::Search(_) => None,
        },
        Answer::Titles(Err(fault)) | Answer::Named(Err(fault)) | Answer::Databases(Err(fault)) => Some(fault),
        _ => None,
    };
    if let Some(fault) = fault {
        tracing::error!(%fault, "the catalogue failed");
    }
}

/// The session's account of an exchange, as operators are told.
fn report(exchange: &session::Exchange, closed: Option<session::CloseReason>, report: &mut Report) {
    report.kind = if exchange.kind.is_empty() { "unknown" } else { exchange.kind };
    report.outcome = match exchange.outcome {
        session::Outcome::Done => telemetry::Outcome::Done,
        session::Outcome::Refused => telemetry::Outcome::Refused,
        session::Outcome::Malformed => telemetry::Outcome::Malformed,
        session::Outcome::Fault => telemetry::Outcome::Fault,
    };
    report.refusal = exchange
        .reason
        .or_else(|| closed.filter(|why| *why != session::CloseReason::Finished).map(|why| why.key()));
    report.pin_failed = exchange.password_failed;
}
