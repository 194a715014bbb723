//! Fee paid (37 → 38): digest 9.7.

use super::{Asked, Context, status, template, tongue};
use crate::message::types::Line;
use crate::message::{FeePaid, FeePaidResponse};
use skranke_core::circulation::Refusal;
use skranke_core::desk::Command;
use skranke_core::desk::command::PayFee;
use skranke_core::desk::reply::{Answer, Paid};
use skranke_core::ids::FeeId;
use skranke_core::money::{Currency, Money};

pub(super) fn ask(message: &FeePaid, context: &Context<'_>) -> Asked {
    let currency = match message.currency.as_str() {
        "" => context.currency(),
        text => match Currency::parse(text) {
            Some(currency) => currency,
            None => return Asked::Refuse(Refusal::WrongCurrency),
        },
    };
    let fee_type = message.fee_type.map_or(1, |code| code.0);
    Asked::Desk(Command::PayFee(PayFee {
        who: context.who(&message.patron, message.patron_password.as_ref()),
        amount: Money::parse(&message.fee_amount, currency),
        fee: message.fee_identifier.as_deref().filter(|id| !id.is_empty()).map(fee_id),
        kind: if context.terminal.account.fee_type_narrows {
            status::fee_kind(fee_type)
        } else {
            None
        },
        transaction: Some(transaction(message, context)),
        payment_type: payment_type(message, context),
    }))
}

/// A fee by its number. Terminals may send the whole entry of the list back: its number stands first.
fn fee_id(text: &str) -> FeeId {
    let number = text.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    // No fee has the number 0, so that nonsense finds none.
    FeeId(number.parse().unwrap_or(0))
}

/// The payment's number: the terminal's, else ours, which a repeat of the message gives again.
fn transaction(message: &FeePaid, context: &Context<'_>) -> String {
    match &message.transaction_id {
        Some(id) if !id.is_empty() => id.clone(),
        _ => context.digest.chars().take(12).collect(),
    }
}

/// What the terminal's payment type means to us.
fn payment_type(message: &FeePaid, context: &Context<'_>) -> u8 {
    let code = message.payment_type.map_or(0, |code| code.0);
    let map = &context.terminal.account.payment_types;
    map.get(&format!("{code:02}"))
        .copied()
        .unwrap_or_else(|| u8::try_from(code).unwrap_or(0))
}

pub(super) fn answer(message: &FeePaid, reply: &Answer<Paid>, context: &Context<'_>) -> FeePaidResponse {
    let language = tongue(reply.patron.as_ref(), &reply.pin);
    let texts = context.texts([language, None]);
    match &reply.result {
        Ok(paid) => FeePaidResponse {
            payment_accepted: true,
            extra: paid
                .fees
                .iter()
                .flat_map(|fee| template::fee_details(b"38", fee, context, texts))
                .collect(),
            transaction_id: Some(transaction(message, context)),
            ..failure(message, Vec::new(), context)
        },
        Err(refused) => failure(message, context.why(refused, &reply.pin, texts), context),
    }
}

pub(super) fn failure(message: &FeePaid, lines: Vec<Line>, context: &Context<'_>) -> FeePaidResponse {
    FeePaidResponse {
        payment_accepted: false,
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        transaction_id: message.transaction_id.clone().filter(|id| !id.is_empty()),
        screen_message: lines,
        ..FeePaidResponse::default()
    }
}
