//! Patron status (23 → 24): digest 9.2.

use super::patron_information::Reached;
use super::{Asked, Context, pin_valid, status, template, tongue};
use crate::message::types::{Ascii, Code, Extra, Line, PatronStatus};
use crate::message::{PatronStatusRequest, PatronStatusResponse};
use skranke_core::circulation::Refused;
use skranke_core::desk::reply::PatronReply;
use skranke_core::desk::{Command, PinVerdict};
use skranke_core::ports::PatronFacts;

pub(super) fn ask(message: &PatronStatusRequest, context: &Context<'_>) -> Asked {
    Asked::Desk(Command::PatronInformation {
        who: context.who(&message.patron, message.patron_password.as_ref()),
        lists: false,
    })
}

/// What may be told of a patron: nothing personal where the PIN is wrong, not looked at, or missing though demanded.
pub(super) fn may_tell(reply: &PatronReply) -> bool {
    reply.facts.is_some() && !matches!(reply.pin, PinVerdict::Wrong | PinVerdict::Locked { .. })
}

/// Why a patron is turned away, as far as this reply shows.
pub(super) fn lines(reply: &PatronReply, context: &Context<'_>, texts: &super::Texts) -> Vec<Line> {
    use skranke_core::circulation::Refusal;
    let reasons = match (&reply.patron, &reply.pin) {
        (None, _) => vec![Refusal::UnknownPatron],
        (Some(_), PinVerdict::Wrong | PinVerdict::Locked { .. }) => vec![Refusal::WrongPin],
        (Some(_), PinVerdict::NotGiven) if reply.facts.is_none() => vec![Refusal::WrongPin],
        (Some(patron), _) => status::reasons(&patron.standing, context.actor.role),
    };
    context.why(&Refused { reasons }, &reply.pin, texts)
}

pub(super) fn answer(message: &PatronStatusRequest, reply: &PatronReply, context: &Context<'_>) -> PatronStatusResponse {
    let patron = reply.patron.as_ref();
    let texts = context.language(message.language, tongue(patron, &reply.pin));
    let blank = failure(message, lines(reply, context, texts), context);
    let Some(patron) = patron else {
        return PatronStatusResponse {
            valid_patron_password: message.patron_password.as_ref().map(|_| false),
            ..blank
        };
    };
    let told = status::patron(&patron.standing, context.actor.role);
    let may_tell = may_tell(reply) && told.known;
    PatronStatusResponse {
        patron_status: told.status,
        personal_name: if may_tell {
            template::name(&context.terminal.account.name_template, &patron.name, None)
        } else {
            String::new()
        },
        valid_patron: Some(told.valid),
        valid_patron_password: pin_valid(&reply.pin),
        currency: may_tell.then(|| Ascii::new(patron.standing.owed.currency.as_str())),
        fee_amount: may_tell.then(|| patron.standing.owed.to_string()),
        extra: match &reply.facts {
            Some(facts) if may_tell => extensions(facts, context),
            _ => Vec::new(),
        },
        ..blank
    }
}

/// How to reach the patron, for accounts whose extensions name it.
fn extensions(facts: &PatronFacts, context: &Context<'_>) -> Vec<Extra> {
    let reached = Reached::at(facts);
    [(b"BD", reached.address), (b"BE", reached.email), (b"BF", reached.phone)]
        .into_iter()
        .filter(|(id, _)| context.terminal.extensions.on(b"24", id))
        .filter_map(|(id, value)| Some(Extra { id: *id, value: value? }))
        .collect()
}

pub(super) fn failure(message: &PatronStatusRequest, lines: Vec<Line>, context: &Context<'_>) -> PatronStatusResponse {
    PatronStatusResponse {
        patron_status: PatronStatus::NOTHING_ALLOWED,
        language: message.language.or(Some(Code(0))),
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        valid_patron: Some(false),
        screen_message: lines,
        ..PatronStatusResponse::default()
    }
}
