//! The state machine of one connection: digest 1, 4, 9.1. No socket and no clock: a frame and the present time come in, a
//! [`Step`] goes out. What the protocol keeps per connection is here and nothing else: the account, the version, the last
//! request and the last answer.

pub mod account;
mod login;
mod password;
pub mod prompt;
pub mod replay;
mod step;
pub mod terminal;

pub use step::{Checksum, CloseReason, Exchange, Outcome, Step};

use crate::codec::write::Filter;
use crate::codec::{Charset, Dialect, Opened, Trailer, Writer, open, tables};
use crate::gateway::{self, Asked, Context, refusal, sc_status};
use crate::message::{LoginResponse, Request, RequestScResend, Response, ScStatus};

use account::{Account, UnknownCommand};
use replay::LastAnswer;
use skranke_core::circulation::Refused;
use skranke_core::desk::{self, Actor, Reply};
use skranke_core::time::Timestamp;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use terminal::{Directory, LoginStyle, Terminal};

/// One connection.
pub struct Session {
    phase: Phase,
    /// Which accounts may log in from this peer's address.
    admits: Box<dyn Fn(&Account) -> bool + Send + Sync>,
    version: u8,
    /// The version was agreed on by 93, so that a later 99 does not lower it.
    agreed_by_login: bool,
    print_width: usize,
    failed_logins: u8,
    unknown_in_a_row: u8,
    /// Whether the peer was told of the maintenance.
    told_offline: bool,
    last: LastAnswer,
    pending: Option<Pending>,
    exchange: Exchange,
    /// The error detection of the request in hand.
    trailer: Trailer,
    /// The character set, where the transport decides it and not the account.
    charset: Option<Charset>,
}

enum Phase {
    /// Telnet-style prompts, before the protocol starts.
    Prompting(prompt::Prompt),
    /// Nothing but 93, 97 and 99 is answered.
    AwaitingLogin,
    Serving(Serving),
}

/// Who is logged in.
struct Serving {
    terminal: Arc<Terminal>,
    location: Option<String>,
    actor: Arc<Actor>,
}

/// A request that the desk has.
struct Pending {
    request: Request,
    digest: String,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("login", &self.login())
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// A fresh connection. `trusted` is the login of an account that needs none from this peer's address; `admits` says which
    /// accounts may log in from it.
    pub fn new(directory: &Directory, trusted: Option<&str>, admits: Box<dyn Fn(&Account) -> bool + Send + Sync>) -> Self {
        let phase = match trusted.and_then(|login| directory.terminal(login)) {
            Some(terminal) => Phase::Serving(Serving::new(Arc::clone(terminal), None)),
            None if directory.options.login == LoginStyle::Prompt => Phase::Prompting(prompt::Prompt::default()),
            None => Phase::AwaitingLogin,
        };
        Self {
            phase,
            admits,
            version: 2,
            agreed_by_login: false,
            print_width: 0,
            failed_logins: 0,
            unknown_in_a_row: 0,
            told_offline: false,
            last: LastAnswer::default(),
            pending: None,
            exchange: Exchange::default(),
            trailer: Trailer::Off,
            charset: None,
        }
    }

    /// A session for one message that comes with its credentials, in UTF-8: SIP2 in XML. `None` where they are wrong.
    pub fn authenticated(
        directory: &Directory,
        login: &str,
        password: &str,
        admits: Box<dyn Fn(&Account) -> bool + Send + Sync>,
    ) -> Option<Self> {
        let mut session = Self::new(directory, None, admits);
        let terminal = session.check(login, password, directory)?;
        session.phase = Phase::Serving(Serving::new(terminal, None));
        session.agreed_by_login = true;
        session.charset = Some(Charset::Utf8);
        Some(session)
    }

    /// What we say first: the prompt of a telnet-style login, else nothing.
    pub fn greeting(&self) -> &'static [u8] {
        match self.phase {
            Phase::Prompting(_) => prompt::LOGIN,
            Phase::AwaitingLogin | Phase::Serving(_) => b"",
        }
    }

    /// Who is logged in.
    pub fn login(&self) -> Option<&str> {
        match &self.phase {
            Phase::Serving(serving) => Some(&serving.terminal.account.login),
            Phase::AwaitingLogin | Phase::Prompting(_) => None,
        }
    }

    /// How the peer writes.
    pub fn dialect(&self, directory: &Directory) -> Dialect {
        let dialect = match &self.phase {
            Phase::Serving(serving) => serving.terminal.dialect,
            Phase::AwaitingLogin | Phase::Prompting(_) => directory.options.dialect(),
        };
        Dialect {
            charset: self.charset.unwrap_or(dialect.charset),
            ..dialect
        }
    }

    /// The exchange handled last.
    pub fn exchange(&self) -> &Exchange {
        &self.exchange
    }

    /// Takes one frame, terminator included.
    pub fn receive(&mut self, frame: &[u8], directory: &Directory, now: Timestamp) -> Step {
        self.exchange = Exchange {
            kind: "unknown",
            ..Exchange::default()
        };
        self.pending = None;
        if let Phase::Prompting(_) = self.phase {
            return self.prompted(frame, directory);
        }
        if let Phase::Serving(serving) = &mut self.phase
            && !serving.refresh(directory)
        {
            return Step::Close(CloseReason::AccountGone);
        }
        let dialect = self.dialect(directory);
        let (body, trailer) = match open(frame, dialect.charset, dialect.delimiter) {
            Opened::Empty => return Step::Nothing,
            Opened::BadChecksum => return self.ask_again(directory),
            Opened::Message { body, trailer } => (body, trailer),
        };
        self.trailer = trailer;
        self.exchange.checksum = match trailer {
            Trailer::Off => Checksum::Absent,
            Trailer::On { by_code_points: true, .. } => Checksum::CodePoints,
            Trailer::On { .. } => Checksum::Bytes,
        };
        let request = Request::read(&body, dialect);
        self.exchange.kind = request.name();
        if let Request::RequestAcsResend(_) = request {
            return self.say_again(directory);
        }
        if let Some(step) = self.maintenance(directory, now) {
            return step;
        }
        if let Request::Unknown(_) = request {
            return self.unknown(directory);
        }
        self.unknown_in_a_row = 0;
        if let Some(bytes) = self.last.repeat_of(&request, &body, trailer, now, self.replay_window()) {
            self.exchange.outcome = Outcome::Replayed;
            return Step::Reply(bytes);
        }
        self.last.request(&request, &body, trailer, now);
        self.dispatch(request, &body, directory, now)
    }

    /// The desk's reply as bytes.
    pub fn answer(&mut self, reply: &Reply, directory: &Directory, now: Timestamp) -> Vec<u8> {
        let Some(pending) = self.pending.take() else { return Vec::new() };
        let role = match &self.phase {
            Phase::Serving(serving) => serving.actor.role,
            Phase::AwaitingLogin | Phase::Prompting(_) => desk::Role::Automat,
        };
        let (why, pin_failed) = gateway::verdict(reply, role);
        self.exchange.outcome = if why.is_some() { Outcome::Refused } else { Outcome::Done };
        self.exchange.reason = why.map(refusal::key);
        self.exchange.pin_failed = pin_failed;
        let response = self.in_context(directory, now, &pending.digest, |context| {
            gateway::answer(&pending.request, reply, context)
        });
        self.say(response, directory)
    }

    /// We could not carry it out, or not in time: the message's ordinary negative answer, which tells no detail.
    pub fn fault(&mut self, directory: &Directory, now: Timestamp) -> Vec<u8> {
        let Some(pending) = self.pending.take() else { return Vec::new() };
        self.exchange.outcome = Outcome::Fault;
        self.exchange.reason = Some("fault");
        let response = self.in_context(directory, now, &pending.digest, |context| {
            gateway::failure(&pending.request, vec![context.line("fault", &[])], context)
        });
        let bytes = self.say(response, directory);
        // A repeat must be tried again, not be told of the fault for a minute.
        self.last.forget_request();
        bytes
    }

    /// The last words when the server goes down: 98 off-line, for who is logged in.
    pub fn farewell(&mut self, directory: &Directory, now: Timestamp) -> Vec<u8> {
        if self.login().is_none() {
            return Vec::new();
        }
        self.trailer = match self.trailer {
            Trailer::Off => Trailer::Off,
            Trailer::On { sum, .. } => Trailer::On {
                sequence: None,
                sum,
                by_code_points: false,
            },
        };
        let response = self.in_context(directory, now, "", |context| {
            sc_status::answer(false, vec![context.line("maintenance", &[])], context)
        });
        self.say(response.into(), directory)
    }

    /// This login has too many connections: what it hears in place of the answer that let it in.
    pub fn turn_away(&mut self, directory: &Directory) -> Vec<u8> {
        self.phase = Phase::AwaitingLogin;
        self.exchange.outcome = Outcome::Refused;
        self.say(LoginResponse::default().into(), directory)
    }

    /// Carries a request on by phase.
    fn dispatch(&mut self, request: Request, body: &[u8], directory: &Directory, now: Timestamp) -> Step {
        match request {
            Request::Login(login) => self.log_in(&login, directory),
            Request::ScStatus(status) if self.greets(&status, directory) => {
                let response = self.in_context(directory, now, "", |context| {
                    sc_status::answer(false, vec![context.line("version", &[])], context)
                });
                self.exchange.outcome = Outcome::Refused;
                Step::Reply(self.say(response.into(), directory))
            }
            request => match &self.phase {
                Phase::Serving(_) => self.serve(request, body, directory, now),
                Phase::AwaitingLogin | Phase::Prompting(_) => match request {
                    Request::ScStatus(_) => {
                        let response = self.in_context(directory, now, "", |context| sc_status::answer(true, Vec::new(), context));
                        Step::Reply(self.say(response.into(), directory))
                    }
                    _ => {
                        self.exchange.outcome = Outcome::Refused;
                        self.exchange.reason = Some("not_logged_in");
                        Step::Close(CloseReason::NotLoggedIn)
                    }
                },
            },
        }
    }

    fn serve(&mut self, request: Request, body: &[u8], directory: &Directory, now: Timestamp) -> Step {
        let Phase::Serving(serving) = &self.phase else {
            return Step::Close(CloseReason::NotLoggedIn);
        };
        // Version 1.00 does not know them: they are ignored, as unknown ones.
        if self.version == 1 && tables::message(request.id()).is_none_or(|m| m.since != tables::Since::One) {
            self.exchange.outcome = Outcome::Ignored;
            return Step::Silence;
        }
        let actor = Arc::clone(&serving.actor);
        let login = serving.terminal.account.login.clone();
        let keys = replay::keys(&request, body, &login, self.replay_window(), directory);
        let digest = keys.digest;
        match self.in_context(directory, now, &digest, |context| gateway::ask(&request, context)) {
            Asked::Desk(command) => {
                let ask = desk::Request {
                    actor,
                    command,
                    at: now,
                    resend: keys.resend,
                };
                self.pending = Some(Pending { request, digest });
                Step::Ask(Box::new(ask))
            }
            Asked::Now(response) => Step::Reply(self.say(*response, directory)),
            Asked::Refuse(why) => {
                self.exchange.outcome = Outcome::Refused;
                self.exchange.reason = Some(refusal::key(&why));
                let refused = Refused::because(why);
                let response = self.in_context(directory, now, &digest, |context| gateway::refuse(&request, &refused, context));
                Step::Reply(self.say(response, directory))
            }
        }
    }

    /// Takes in what 99 tells of the peer. True where its version is too old for us.
    fn greets(&mut self, status: &ScStatus, directory: &Directory) -> bool {
        self.print_width = usize::from(status.max_print_width.map_or(0, |width| width.0));
        let told = status.version();
        if !self.agreed_by_login {
            self.version = told.unwrap_or(1);
        }
        // Before login nothing is settled: 93 may still follow.
        self.version < directory.options.minimum_version
    }

    /// Maintenance began or ended: the next request, whatever it is, is answered 98; once for each change.
    fn maintenance(&mut self, directory: &Directory, now: Timestamp) -> Option<Step> {
        if directory.maintenance == self.told_offline {
            return None;
        }
        self.told_offline = directory.maintenance;
        let key = if directory.maintenance { "maintenance" } else { "maintenance_over" };
        let response = self.in_context(directory, now, "", |context| {
            sc_status::answer(!directory.maintenance, vec![context.line(key, &[])], context)
        });
        self.exchange.reason = Some(key);
        let bytes = self.say(response.into(), directory);
        self.last.forget_request();
        Some(Step::Reply(bytes))
    }

    /// An unknown command: silence, or 96 where the account wants that; after too many in a row the end.
    fn unknown(&mut self, directory: &Directory) -> Step {
        self.exchange.outcome = Outcome::Ignored;
        self.exchange.reason = Some("unknown_command");
        self.unknown_in_a_row = self.unknown_in_a_row.saturating_add(1);
        let wants_resend = match &self.phase {
            Phase::Serving(serving) => serving.terminal.account.unknown_command == UnknownCommand::Resend,
            Phase::AwaitingLogin | Phase::Prompting(_) => false,
        };
        if self.unknown_in_a_row >= directory.options.unknown_commands {
            return Step::Close(CloseReason::UnknownCommands);
        }
        if wants_resend {
            return Step::Reply(self.resend_please(directory, self.trailer != Trailer::Off));
        }
        Step::Silence
    }

    /// A bad checksum: 96, and the message counts for nothing.
    fn ask_again(&mut self, directory: &Directory) -> Step {
        self.exchange.checksum = Checksum::Wrong;
        self.exchange.outcome = Outcome::Malformed;
        self.exchange.reason = Some("checksum");
        Step::Reply(self.resend_please(directory, true))
    }

    /// 97: the last answer again, byte for byte; 96 where there is none.
    fn say_again(&mut self, directory: &Directory) -> Step {
        self.exchange.outcome = Outcome::Replayed;
        match self.last.bytes() {
            Some(bytes) => Step::Reply(bytes),
            None => Step::Reply(self.resend_please(directory, self.trailer != Trailer::Off)),
        }
    }

    /// 96: never with AY, with AZ where error detection is on. It does not become the answer that 97 asks for.
    fn resend_please(&self, directory: &Directory, error_detection: bool) -> Vec<u8> {
        let response = Response::from(RequestScResend::default());
        let terminator = self.terminator(directory);
        response.write(Writer::new(self.dialect(directory)), error_detection.then_some(None), terminator)
    }

    /// Writes an answer with the request's own kind of trailer, and keeps it.
    fn say(&mut self, response: Response, directory: &Directory) -> Vec<u8> {
        let filter = Filter {
            version_1: self.version == 1,
            hidden: match &self.phase {
                Phase::Serving(serving) => serving.terminal.filter.hidden.clone(),
                Phase::AwaitingLogin | Phase::Prompting(_) => Vec::new(),
            },
            print_width: self.print_width,
        };
        let writer = Writer::filtered(self.dialect(directory), &filter);
        let bytes = response.write(writer, self.trailer.sequence(), self.terminator(directory));
        self.last.answer(&bytes);
        bytes
    }

    fn terminator(&self, directory: &Directory) -> crate::codec::Terminator {
        match &self.phase {
            Phase::Serving(serving) => serving.terminal.account.terminator,
            Phase::AwaitingLogin | Phase::Prompting(_) => directory.nobody().account.terminator,
        }
    }

    /// Never less than what the terminal was told to wait and try (digest 4.2).
    fn replay_window(&self) -> Duration {
        match &self.phase {
            Phase::Serving(serving) => replay::window(&serving.terminal.account),
            Phase::AwaitingLogin | Phase::Prompting(_) => replay::WINDOW,
        }
    }

    fn in_context<T>(&self, directory: &Directory, now: Timestamp, digest: &str, act: impl FnOnce(&Context<'_>) -> T) -> T {
        match &self.phase {
            Phase::Serving(serving) => act(&Context {
                terminal: &serving.terminal,
                actor: &serving.actor,
                now,
                digest,
                version: self.version,
            }),
            Phase::AwaitingLogin | Phase::Prompting(_) => {
                let terminal = directory.nobody();
                let mut actor = terminal.actor(None);
                // Where it stands is not known before it says who it is.
                actor.branch = "".into();
                act(&Context {
                    terminal,
                    actor: &actor,
                    now,
                    digest,
                    version: self.version,
                })
            }
        }
    }
}

impl Serving {
    fn new(terminal: Arc<Terminal>, location: Option<String>) -> Self {
        let actor = Arc::new(terminal.actor(location.as_deref()));
        Self { terminal, location, actor }
    }

    /// Follows a reload of the settings. False where the account is gone.
    fn refresh(&mut self, directory: &Directory) -> bool {
        let Some(current) = directory.terminal(&self.terminal.account.login) else {
            return false;
        };
        if !Arc::ptr_eq(current, &self.terminal) {
            *self = Self::new(Arc::clone(current), self.location.take());
        }
        true
    }
}
