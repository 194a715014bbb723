//! Renew (29 → 30): digest 9.6.

use super::checkout::{Cost, magnetic};
use super::hold::what;
use super::{Asked, Context, pin_valid, status, tongue};
use crate::message::types::{Ascii, Code, Identifier, Line, Perhaps, Success};
use crate::message::{Renew, RenewResponse};
use skranke_core::circulation::Refusal;
use skranke_core::desk::Command;
use skranke_core::desk::command::{self, Happened};
use skranke_core::desk::reply::{Answer, Renewed};

pub(super) fn ask(message: &Renew, context: &Context<'_>) -> Asked {
    let what = what(message.item.as_ref(), message.title.as_deref(), context);
    if what.item.is_none() && what.title.is_none() {
        return Asked::Refuse(Refusal::Incomplete);
    }
    Asked::Desk(Command::Renew(command::Renew {
        who: context.who(&message.patron, message.patron_password.as_ref()),
        what,
        third_party: message.third_party_allowed,
        fee_acknowledged: message.fee_acknowledged == Some(true),
        already_happened: message.no_block.then(|| Happened {
            at: message.transaction_date.moment(context.zone()).unwrap_or(context.now),
            due: message.nb_due_date.moment(context.zone()),
        }),
    }))
}

pub(super) fn answer(message: &Renew, reply: &Answer<Renewed>, context: &Context<'_>) -> RenewResponse {
    let patron = reply.patron.as_ref();
    let texts = context.texts([tongue(patron, &reply.pin), None]);
    let blank = failure(message, Vec::new(), context);
    let base = RenewResponse {
        // Asked for by title, the item is told.
        item: match &reply.item {
            Some(item) if blank.item.is_empty() => Identifier::new(item.barcode.as_str()),
            _ => blank.item.clone(),
        },
        title: reply.item.as_ref().map_or(blank.title.clone(), |item| item.title.clone()),
        media_type: reply.item.as_ref().map(|item| Code(item.media_type)),
        magnetic_media: reply.item.as_ref().map_or(Perhaps::Unknown, magnetic),
        ..blank
    };
    match &reply.result {
        Ok(done) => RenewResponse {
            ok: Success(true),
            renewal_ok: true,
            desensitize: if context.terminal.account.renew_desensitize {
                Perhaps::Yes
            } else {
                Perhaps::No
            },
            due_date: context.due(reply.due.unwrap_or(done.loan.due)),
            fee_type: done.fee.as_ref().map(|fee| Code(status::fee_type(fee.kind))),
            security_inhibit: Some(false),
            currency: done.fee.as_ref().map(|fee| Ascii::new(fee.amount.currency.as_str())),
            fee_amount: done.fee.as_ref().map(|fee| fee.amount.to_string()),
            item_properties: reply.item.as_ref().and_then(|item| item.properties.clone()),
            transaction_id: done.fee.as_ref().map(|fee| fee.id.to_string()),
            ..base
        },
        Err(refused) => {
            let cost = Cost::of(refused);
            RenewResponse {
                // The date that stands: a patron wants to see it.
                due_date: reply.due.map(|at| context.due(at)).unwrap_or_default(),
                fee_type: cost.as_ref().map(|c| c.fee_type),
                currency: cost.as_ref().map(|c| c.currency),
                fee_amount: cost.map(|c| c.amount),
                valid_patron: Some(patron.is_some_and(|p| status::patron(&p.standing, context.actor.role).valid)),
                valid_patron_password: message.patron_password.as_ref().map(|_| pin_valid(&reply.pin).unwrap_or(false)),
                screen_message: context.why(refused, &reply.pin, texts),
                ..base
            }
        }
    }
}

pub(super) fn failure(message: &Renew, lines: Vec<Line>, context: &Context<'_>) -> RenewResponse {
    RenewResponse {
        ok: Success(false),
        renewal_ok: false,
        magnetic_media: Perhaps::Unknown,
        desensitize: Perhaps::No,
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        item: message.item.clone().unwrap_or_default(),
        title: message.title.clone().unwrap_or_default(),
        screen_message: lines,
        ..RenewResponse::default()
    }
}
