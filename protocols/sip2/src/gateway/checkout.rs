//! Checkout (11 → 12): digest 9.3. With BI it undoes a check-in that failed at the terminal.

use super::{Asked, Context, pin_valid, status, tongue};
use crate::codec::tables;
use crate::message::types::{Ascii, Code, Line, Perhaps, Success};
use crate::message::{Checkout, CheckoutResponse};
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::Command;
use skranke_core::desk::command::{CheckOut, Happened};
use skranke_core::desk::reply::{Answer, CheckedOut};
use skranke_core::item::Item;

pub(super) fn ask(message: &Checkout, context: &Context<'_>) -> Asked {
    if message.patron.is_empty() || message.item.is_empty() {
        return Asked::Refuse(Refusal::Incomplete);
    }
    let who = context.who(&message.patron, message.patron_password.as_ref());
    let item = context.barcode(&message.item);
    if message.cancel == Some(true) {
        return Asked::Desk(Command::UndoCheckIn { item, who });
    }
    let owner = message
        .extra
        .iter()
        .find(|extra| extra.id == *b"WS")
        .map(|extra| extra.value.as_str());
    Asked::Desk(Command::CheckOut(CheckOut {
        who,
        item,
        owner: context.owner(owner),
        may_renew: message.renewal_policy,
        fee_acknowledged: message.fee_acknowledged == Some(true),
        already_happened: message.no_block.then(|| Happened {
            at: message.transaction_date.moment(context.zone()).unwrap_or(context.now),
            due: message.nb_due_date.moment(context.zone()),
        }),
    }))
}

pub(super) fn answer(message: &Checkout, reply: &Answer<CheckedOut>, context: &Context<'_>) -> CheckoutResponse {
    let patron = reply.patron.as_ref();
    let texts = context.texts([tongue(patron, &reply.pin), None]);
    let base = CheckoutResponse {
        title: reply.item.as_ref().map(|item| item.title.clone()).unwrap_or_default(),
        media_type: reply.item.as_ref().map(|item| Code(item.media_type)),
        magnetic_media: reply.item.as_ref().map_or(Perhaps::Unknown, magnetic),
        ..failure(message, Vec::new(), context)
    };
    match &reply.result {
        Ok(done) => CheckoutResponse {
            ok: Success(true),
            renewal_ok: done.renewed,
            desensitize: Perhaps::Yes,
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
            CheckoutResponse {
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

/// What a loan would have cost, where that was the trouble.
pub(super) struct Cost {
    pub fee_type: Code<2>,
    pub currency: Ascii<3>,
    pub amount: String,
}

impl Cost {
    pub fn of(refused: &Refused) -> Option<Self> {
        refused.reasons.iter().find_map(|reason| match reason {
            Refusal::FeeNotAcknowledged { kind, amount } => Some(Self {
                fee_type: Code(status::fee_type(*kind)),
                currency: Ascii::new(amount.currency.as_str()),
                amount: amount.to_string(),
            }),
            _ => None,
        })
    }
}

/// Whether a magnetic desensitizer would harm the item, by its media type.
pub(super) fn magnetic(item: &Item) -> Perhaps {
    match tables::magnetic(item.media_type) {
        Some(true) => Perhaps::Yes,
        Some(false) => Perhaps::No,
        None => Perhaps::Unknown,
    }
}

pub(super) fn failure(message: &Checkout, lines: Vec<Line>, context: &Context<'_>) -> CheckoutResponse {
    CheckoutResponse {
        ok: Success(false),
        renewal_ok: false,
        magnetic_media: Perhaps::Unknown,
        desensitize: Perhaps::No,
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        item: message.item.clone(),
        screen_message: lines,
        ..CheckoutResponse::default()
    }
}
