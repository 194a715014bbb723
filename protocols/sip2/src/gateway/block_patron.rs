//! Block patron (01 → 24): digest 9.5.

use super::{Asked, Context, status, template, tongue};
use crate::message::types::{Code, Line, PatronStatus};
use crate::message::{BlockPatron, PatronStatusResponse};
use skranke_core::circulation::Refusal;
use skranke_core::desk::reply::Answer;
use skranke_core::desk::{Command, Role};

pub(super) fn ask(message: &BlockPatron, context: &Context<'_>) -> Asked {
    if message.patron.is_empty() {
        return Asked::Refuse(Refusal::Incomplete);
    }
    Asked::Desk(Command::BlockCard {
        card: context.patron(&message.patron),
        message: message.blocked_card_message.clone(),
        retained: message.card_retained,
    })
}

/// The new status; the unchanged one with the reason where the terminal may not block.
pub(super) fn answer(message: &BlockPatron, reply: &Answer<()>, context: &Context<'_>) -> PatronStatusResponse {
    let patron = reply.patron.as_ref();
    let texts = context.texts([tongue(patron, &reply.pin), None]);
    let lines = reply
        .result
        .as_ref()
        .err()
        .map(|refused| context.reasons(refused, texts))
        .unwrap_or_default();
    let blank = failure(message, lines, context);
    let Some(patron) = patron else { return blank };
    // A door's own rule says nothing here.
    let told = status::patron(&patron.standing, Role::Automat);
    let shows_name = told.known && !context.terminal.account.require_pin;
    PatronStatusResponse {
        patron_status: told.status,
        personal_name: if shows_name {
            template::name(&context.terminal.account.name_template, &patron.name, None)
        } else {
            String::new()
        },
        valid_patron: Some(told.valid),
        ..blank
    }
}

pub(super) fn failure(message: &BlockPatron, lines: Vec<Line>, context: &Context<'_>) -> PatronStatusResponse {
    PatronStatusResponse {
        patron_status: PatronStatus::NOTHING_ALLOWED,
        language: Some(Code(0)),
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        valid_patron: Some(false),
        screen_message: lines,
        ..PatronStatusResponse::default()
    }
}
