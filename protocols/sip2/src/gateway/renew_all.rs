//! Renew all (65 → 66): digest 9.6. Each loan is decided alone.

use super::{Asked, Context, refusal, tongue};
use crate::message::types::{Code, Line, Success};
use crate::message::{RenewAll, RenewAllResponse};
use skranke_core::desk::Command;
use skranke_core::desk::reply::{Answer, RenewedAll};

pub(super) fn ask(message: &RenewAll, context: &Context<'_>) -> Asked {
    Asked::Desk(Command::RenewAll {
        who: context.who(&message.patron, message.patron_password.as_ref()),
        fee_acknowledged: message.fee_acknowledged == Some(true),
    })
}

pub(super) fn answer(message: &RenewAll, reply: &Answer<RenewedAll>, context: &Context<'_>) -> RenewAllResponse {
    let language = tongue(reply.patron.as_ref(), &reply.pin);
    let texts = context.texts([language, None]);
    let done = match &reply.result {
        Ok(done) => done,
        Err(refused) => return failure(message, context.why(refused, &reply.pin, texts), context),
    };
    let count = |n: usize| Some(Code(u16::try_from(n).unwrap_or(u16::MAX)));
    RenewAllResponse {
        ok: Success(true),
        renewed_count: count(done.renewed.len()),
        unrenewed_count: count(done.unrenewed.len()),
        renewed_items: done.renewed.iter().map(|(item, _)| item.barcode.as_str().to_owned()).collect(),
        unrenewed_items: done
            .unrenewed
            .iter()
            .map(|(item, refused)| match refused.first() {
                Some(reason) if context.terminal.account.unrenewed_reason => {
                    format!("{} {}", item.barcode, refusal::text(reason, texts, context.zone()))
                }
                _ => item.barcode.as_str().to_owned(),
            })
            .collect(),
        ..failure(message, Vec::new(), context)
    }
}

pub(super) fn failure(_message: &RenewAll, lines: Vec<Line>, context: &Context<'_>) -> RenewAllResponse {
    RenewAllResponse {
        ok: Success(false),
        renewed_count: Some(Code(0)),
        unrenewed_count: Some(Code(0)),
        transaction_date: context.time(),
        institution: context.institution(),
        screen_message: lines,
        ..RenewAllResponse::default()
    }
}
