//! Message ↔ the desk's commands and outcomes, one file for each operation, named as in [`crate::message`]. What the library's
//! answers become in the protocol's words stands in tables: [`refusal`], [`status`], [`alert`], [`extensions`], [`sort`] and the
//! texts of [`screen`].

pub mod alert;
pub mod extensions;
pub mod lists;
pub mod refusal;
pub mod screen;
pub mod sort;
pub mod status;
pub mod template;

mod block_patron;
mod checkin;
mod checkout;
mod conceal;
mod end_session;
mod fee_paid;
mod hold;
mod item_information;
mod item_status_update;
mod patron_enable;
mod patron_information;
mod patron_status;
mod renew;
mod renew_all;
pub(crate) mod sc_status;

use crate::codec::{SipTime, tables};
use crate::message::types::{Code, Identifier, Line, Secret};
use crate::message::{Request, RequestScResend, Response};
use crate::session::terminal::Terminal;
use screen::Texts;
use skranke_core::agency::AgencyId;
use skranke_core::block::Activity;
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::reply::PatronSummary;
use skranke_core::desk::{Actor, Command, PinVerdict, Reply, Role, Who};
use skranke_core::ids::{Barcode, BranchId, CardNumber};
use skranke_core::money::Currency;
use skranke_core::secret::Pin;
use skranke_core::time::{TimeZone, Timestamp};

/// What every translation is given.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The terminal that asks.
    pub terminal: &'a Terminal,
    /// It, as the desk knows it.
    pub actor: &'a Actor,
    /// The present time.
    pub now: Timestamp,
    /// A keyed digest of the message: the transaction id of a payment that has none.
    pub digest: &'a str,
    /// The version of the protocol in use: 1 or 2.
    pub version: u8,
}

/// What to do with a request.
#[derive(Debug)]
pub enum Asked {
    /// Ask the desk.
    Desk(Command),
    /// Answer at once.
    Now(Box<Response>),
    /// Refuse at once, in the message's own answer.
    Refuse(Refusal),
}

impl Asked {
    fn now(response: impl Into<Response>) -> Self {
        Self::Now(Box::new(response.into()))
    }
}

/// A request in the desk's words.
pub fn ask(request: &Request, context: &Context<'_>) -> Asked {
    if context.terminal.account.strict_institution && !context.is_own(institution(request)) {
        return Asked::Refuse(Refusal::TerminalMayNot);
    }
    if !context.terminal.account.allows(request.id()) {
        return Asked::Refuse(Refusal::TerminalMayNot);
    }
    match request {
        Request::PatronStatus(message) => patron_status::ask(message, context),
        Request::Checkout(message) => checkout::ask(message, context),
        Request::Checkin(message) => checkin::ask(message, context),
        Request::BlockPatron(message) => block_patron::ask(message, context),
        Request::ScStatus(message) => sc_status::ask(message, context),
        Request::PatronInformation(message) => patron_information::ask(message, context),
        Request::EndPatronSession(message) => Asked::now(end_session::answer(message, context)),
        Request::FeePaid(message) => fee_paid::ask(message, context),
        Request::ItemInformation(message) => item_information::ask(message, context),
        Request::ItemStatusUpdate(message) => item_status_update::ask(message, context),
        Request::PatronEnable(message) => patron_enable::ask(message, context),
        Request::Hold(message) => hold::ask(message, context),
        Request::Renew(message) => renew::ask(message, context),
        Request::RenewAll(message) => renew_all::ask(message, context),
        // The session deals with these.
        Request::Login(_) | Request::RequestAcsResend(_) | Request::Unknown(_) => Asked::now(RequestScResend::default()),
    }
}

/// The desk's reply in the request's own answer. A reply of another kind than was asked for is our own fault, told as such.
pub fn answer(request: &Request, reply: &Reply, context: &Context<'_>) -> Response {
    // A stored answer is told as it was: with the time at which it was first given.
    let context = &Context {
        now: carried_out(reply).unwrap_or(context.now),
        ..*context
    };
    let concealed = conceal::conceal(request, reply, context);
    let reply = concealed.as_ref().unwrap_or(reply);
    match (request, reply) {
        (Request::PatronStatus(message), Reply::Patron(reply)) => patron_status::answer(message, reply, context).into(),
        (Request::Checkout(message), Reply::CheckOut(reply)) => checkout::answer(message, reply, context).into(),
        (Request::Checkin(message), Reply::CheckIn(reply)) => checkin::answer(message, reply, context).into(),
        (Request::BlockPatron(message), Reply::Card(reply)) => block_patron::answer(message, reply, context).into(),
        (Request::ScStatus(_), Reply::Noted) => sc_status::answer(true, Vec::new(), context).into(),
        (Request::PatronInformation(message), Reply::Patron(reply)) => patron_information::answer(message, reply, context).into(),
        (Request::FeePaid(message), Reply::Paid(reply)) => fee_paid::answer(message, reply, context).into(),
        (Request::ItemInformation(message), Reply::Item(item)) => item_information::answer(message, item.as_deref(), context).into(),
        (Request::ItemStatusUpdate(message), Reply::Properties(reply)) => item_status_update::answer(message, reply, context).into(),
        (Request::PatronEnable(message), Reply::Card(reply)) => patron_enable::answer(message, reply, context).into(),
        (Request::Hold(message), Reply::Hold(reply)) => hold::answer(message, reply, context).into(),
        (Request::Renew(message), Reply::Renew(reply)) => renew::answer(message, reply, context).into(),
        (Request::RenewAll(message), Reply::RenewAll(reply)) => renew_all::answer(message, reply, context).into(),
        _ => failure(request, vec![context.line("fault", &[])], context),
    }
}

/// The request's ordinary negative answer, with what is known and why: for what the desk was not asked or could not answer.
pub fn failure(request: &Request, lines: Vec<Line>, context: &Context<'_>) -> Response {
    match request {
        Request::PatronStatus(message) => patron_status::failure(message, lines, context).into(),
        Request::Checkout(message) => checkout::failure(message, lines, context).into(),
        Request::Checkin(message) => checkin::failure(message, lines, context).into(),
        Request::BlockPatron(message) => block_patron::failure(message, lines, context).into(),
        Request::ScStatus(_) => sc_status::answer(true, lines, context).into(),
        Request::PatronInformation(message) => patron_information::failure(message, lines, context).into(),
        Request::EndPatronSession(message) => end_session::answer(message, context).into(),
        Request::FeePaid(message) => fee_paid::failure(message, lines, context).into(),
        Request::ItemInformation(message) => item_information::failure(message, lines, context).into(),
        Request::ItemStatusUpdate(message) => item_status_update::failure(message, lines, context).into(),
        Request::PatronEnable(message) => patron_enable::failure(message, lines, context).into(),
        Request::Hold(message) => hold::failure(message, lines, context).into(),
        Request::Renew(message) => renew::failure(message, lines, context).into(),
        Request::RenewAll(message) => renew_all::failure(message, lines, context).into(),
        Request::Login(_) => crate::message::LoginResponse::default().into(),
        Request::RequestAcsResend(_) | Request::Unknown(_) => RequestScResend::default().into(),
    }
}

/// The same with the library's reasons.
pub fn refuse(request: &Request, refused: &Refused, context: &Context<'_>) -> Response {
    let language = match request {
        Request::PatronStatus(message) => message.language,
        Request::PatronInformation(message) => message.language,
        _ => None,
    };
    let lines = context.reasons(refused, context.language(language, None));
    failure(request, lines, context)
}

/// Why the library said no, and what was found out about the PIN: for operators. Of a door they see what it decided.
pub fn verdict(reply: &Reply, role: Role) -> (Option<&Refusal>, bool) {
    fn of<T>(answer: &skranke_core::desk::Answer<T>) -> (Option<&Refusal>, bool) {
        (answer.result.as_ref().err().and_then(Refused::first), wrong(&answer.pin))
    }
    fn wrong(pin: &PinVerdict) -> bool {
        matches!(pin, PinVerdict::Wrong | PinVerdict::Locked { .. })
    }
    match reply {
        Reply::Patron(reply) if reply.patron.is_none() => (Some(&Refusal::UnknownPatron), wrong(&reply.pin)),
        Reply::Patron(reply) if wrong(&reply.pin) => (Some(&Refusal::WrongPin), true),
        Reply::Item(None) => (Some(&Refusal::UnknownItem), false),
        Reply::Patron(reply) if role == Role::Door => {
            let denied = reply.patron.as_ref().and_then(|p| p.standing.denied.get(&Activity::OpenDoor));
            (denied.and_then(|reasons| reasons.first()), false)
        }
        Reply::Patron(_) | Reply::Item(Some(_)) | Reply::Noted => (None, false),
        Reply::CheckOut(answer) => of(answer),
        Reply::CheckIn(answer) => of(answer),
        Reply::Renew(answer) => of(answer),
        Reply::RenewAll(answer) => of(answer),
        Reply::Hold(answer) => of(answer),
        Reply::Paid(answer) => of(answer),
        Reply::Card(answer) | Reply::Properties(answer) => of(answer),
    }
}

/// When a command was carried out; `None` for what only reads.
fn carried_out(reply: &Reply) -> Option<Timestamp> {
    Some(match reply {
        Reply::Patron(_) | Reply::Item(_) | Reply::Noted => return None,
        Reply::CheckOut(answer) => answer.at,
        Reply::CheckIn(answer) => answer.at,
        Reply::Renew(answer) => answer.at,
        Reply::RenewAll(answer) => answer.at,
        Reply::Hold(answer) => answer.at,
        Reply::Paid(answer) => answer.at,
        Reply::Card(answer) | Reply::Properties(answer) => answer.at,
    })
}

/// The institution that a request names, where it has the field.
fn institution(request: &Request) -> &str {
    match request {
        Request::PatronStatus(m) => &m.institution,
        Request::Checkout(m) => &m.institution,
        Request::Checkin(m) => &m.institution,
        Request::BlockPatron(m) => &m.institution,
        Request::PatronInformation(m) => &m.institution,
        Request::EndPatronSession(m) => &m.institution,
        Request::FeePaid(m) => &m.institution,
        Request::ItemInformation(m) => &m.institution,
        Request::ItemStatusUpdate(m) => &m.institution,
        Request::PatronEnable(m) => &m.institution,
        Request::Hold(m) => &m.institution,
        Request::Renew(m) => &m.institution,
        Request::RenewAll(m) => &m.institution,
        Request::ScStatus(_) | Request::Login(_) | Request::RequestAcsResend(_) | Request::Unknown(_) => "",
    }
}

impl<'a> Context<'a> {
    /// Whether an institution id is ours, or none.
    fn is_own(&self, institution: &str) -> bool {
        institution.is_empty()
            || institution == self.terminal.institution
            || AgencyId::parse(institution).of_library() == self.terminal.agency.id
    }

    /// The institution id that we answer with.
    fn institution(&self) -> String {
        self.terminal.institution.clone()
    }

    fn zone(&self) -> &'a TimeZone {
        &self.terminal.agency.time_zone
    }

    fn currency(&self) -> Currency {
        self.terminal.agency.currency
    }

    /// Our time, for the transaction date of answers.
    fn time(&self) -> SipTime {
        SipTime::at(self.now, self.zone())
    }

    /// A moment as a date field.
    fn date(&self, at: Timestamp) -> SipTime {
        SipTime::at(at, self.zone())
    }

    /// A due date as the account wants it.
    fn due(&self, at: Timestamp) -> String {
        match &self.terminal.account.due_date_format {
            None => self.date(at).to_string(),
            Some(format) => {
                let local = self.zone().to_datetime(at);
                jiff::fmt::strtime::format(format, local).unwrap_or_else(|_| self.date(at).to_string())
            }
        }
    }

    /// The texts in the first of these languages that we speak, else in the terminal's.
    fn texts(&self, languages: [Option<&str>; 2]) -> &'static Texts {
        screen::choose(languages.into_iter().flatten().chain([self.terminal.language()]))
    }

    /// A line in the terminal's language.
    pub(crate) fn line(&self, key: &str, values: &[(&str, &str)]) -> Line {
        Line(self.texts([None, None]).fill(key, values))
    }

    /// Why not, in a patron's language: at most three reasons, each on a line of its own.
    fn reasons(&self, refused: &Refused, texts: &Texts) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for reason in &refused.reasons {
            let line = Line(refusal::text(reason, texts, self.zone()));
            if lines.len() < 3 && !lines.contains(&line) {
                lines.push(line);
            }
        }
        lines
    }

    /// Why not, where a PIN was looked at: the one line that an unknown card and a wrong PIN share, and else the reasons.
    fn why(&self, refused: &Refused, pin: &PinVerdict, texts: &Texts) -> Vec<Line> {
        let stranger = |reason: &Refusal| matches!(reason, Refusal::UnknownPatron | Refusal::WrongPin | Refusal::PinLocked { .. });
        if !refused.reasons.iter().any(stranger) {
            return self.reasons(refused, texts);
        }
        match pin {
            PinVerdict::Locked { until } => vec![Line(refusal::text(&Refusal::PinLocked { until: *until }, texts, self.zone()))],
            PinVerdict::Wrong => vec![Line(texts.fill("wrong_card_or_pin", &[]))],
            PinVerdict::NotGiven if conceal::is_on(self) => vec![Line(texts.fill("wrong_card_or_pin", &[]))],
            PinVerdict::NotGiven | PinVerdict::Right => self.reasons(refused, texts),
        }
    }

    fn patron(&self, id: &Identifier) -> CardNumber {
        CardNumber::new(self.fold(id.reveal()))
    }

    fn barcode(&self, id: &Identifier) -> Barcode {
        Barcode(self.fold(id.reveal()))
    }

    fn fold(&self, id: &str) -> String {
        if self.terminal.account.case_insensitive_ids {
            id.to_uppercase()
        } else {
            id.to_owned()
        }
    }

    fn who(&self, patron: &Identifier, pin: Option<&Secret>) -> Who {
        Who {
            card: self.patron(patron),
            pin: pin.map(|pin| Pin::new(pin.reveal())),
        }
    }

    /// Where the terminal stands, as the message says: a branch that is known, or any where the account has none of its own.
    fn location(&self, named: &str) -> Option<BranchId> {
        if named.is_empty() {
            return None;
        }
        let branch = BranchId::from(named);
        let believed = self.terminal.account.branch.is_none() || self.terminal.branches.contains(&branch);
        believed.then_some(branch)
    }

    /// The owner that an item's tag names, where it is not us.
    fn owner(&self, named: Option<&str>) -> Option<AgencyId> {
        let owner = AgencyId::parse(named.filter(|text| !text.trim().is_empty())?).of_library();
        (owner != self.terminal.agency.id).then_some(owner)
    }

    /// The language of an answer: as asked for, else the patron's, else the terminal's.
    fn language(&self, asked: Option<Code<3>>, patron: Option<&str>) -> &'static Texts {
        self.texts([asked.and_then(|code| tables::language(code.0)), patron])
    }
}

/// The language that a patron reads. Not that of somebody whose PIN was wrong: it too would tell of him.
fn tongue<'p>(patron: Option<&'p PatronSummary>, pin: &PinVerdict) -> Option<&'p str> {
    match pin {
        PinVerdict::Right | PinVerdict::NotGiven => patron?.language.as_deref(),
        PinVerdict::Wrong | PinVerdict::Locked { .. } => None,
    }
}

/// Whether a PIN was right: what CQ says. Nothing where none was sent.
fn pin_valid(pin: &PinVerdict) -> Option<bool> {
    match pin {
        PinVerdict::NotGiven => None,
        PinVerdict::Right => Some(true),
        PinVerdict::Wrong | PinVerdict::Locked { .. } => Some(false),
    }
}
