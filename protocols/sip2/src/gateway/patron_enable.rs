//! Patron enable (25 → 26): digest 9.5.

use super::{Asked, Context, pin_valid, status, template, tongue};
use crate::message::types::{Code, Line, PatronStatus};
use crate::message::{PatronEnable, PatronEnableResponse};
use skranke_core::desk::reply::Answer;
use skranke_core::desk::{Command, PinVerdict, Role};

pub(super) fn ask(message: &PatronEnable, context: &Context<'_>) -> Asked {
    Asked::Desk(Command::EnableCard {
        who: context.who(&message.patron, message.patron_password.as_ref()),
    })
}

pub(super) fn answer(message: &PatronEnable, reply: &Answer<()>, context: &Context<'_>) -> PatronEnableResponse {
    let patron = reply.patron.as_ref();
    let texts = context.texts([tongue(patron, &reply.pin), None]);
    let lines = reply
        .result
        .as_ref()
        .err()
        .map(|refused| context.why(refused, &reply.pin, texts))
        .unwrap_or_default();
    let blank = failure(message, lines, context);
    let password = message.patron_password.as_ref().map(|_| pin_valid(&reply.pin).unwrap_or(false));
    let Some(patron) = patron else {
        return PatronEnableResponse {
            valid_patron_password: password,
            ..blank
        };
    };
    let told = status::patron(&patron.standing, Role::Automat);
    let demanded = context.terminal.account.require_pin;
    let proven = reply.pin == PinVerdict::Right || (reply.pin == PinVerdict::NotGiven && !demanded);
    PatronEnableResponse {
        patron_status: told.status,
        personal_name: if told.known && proven {
            template::name(&context.terminal.account.name_template, &patron.name, None)
        } else {
            String::new()
        },
        valid_patron: Some(told.valid),
        valid_patron_password: password,
        ..blank
    }
}

pub(super) fn failure(message: &PatronEnable, lines: Vec<Line>, context: &Context<'_>) -> PatronEnableResponse {
    PatronEnableResponse {
        patron_status: PatronStatus::NOTHING_ALLOWED,
        language: Some(Code(0)),
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        valid_patron: Some(false),
        screen_message: lines,
        ..PatronEnableResponse::default()
    }
}
