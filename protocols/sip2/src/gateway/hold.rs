//! Hold (15 → 16): digest 9.8.

use super::{Asked, Context, tongue};
use crate::message::types::{HoldMode, Identifier, Line, Success};
use crate::message::{Hold, HoldResponse};
use skranke_core::circulation::Refusal;
use skranke_core::desk::command::{PlaceHold, ScopeWanted};
use skranke_core::desk::reply::{Answer, HoldDone};
use skranke_core::desk::{Command, What};
use skranke_core::hold::HoldState;
use skranke_core::ids::{BranchId, ControlNumber};

pub(super) fn ask(message: &Hold, context: &Context<'_>) -> Asked {
    let who = context.who(&message.patron, message.patron_password.as_ref());
    let what = what(message.item.as_ref(), message.title.as_deref(), context);
    if what.item.is_none() && what.title.is_none() {
        return Asked::Refuse(Refusal::Incomplete);
    }
    let pickup = message
        .pickup_location
        .as_deref()
        .filter(|text| !text.is_empty())
        .map(BranchId::from);
    let expires = message.expiration_date.and_then(|date| date.day(context.zone()));
    match message.hold_mode {
        HoldMode::Add => {
            let scope = scope(message).unwrap_or(ScopeWanted::AnyCopy);
            let lacks = match scope {
                ScopeWanted::ThisCopy => what.item.is_none(),
                ScopeWanted::AtBranch => pickup.is_none(),
                ScopeWanted::AnyCopy => false,
            };
            if lacks {
                return Asked::Refuse(Refusal::Incomplete);
            }
            Asked::Desk(Command::PlaceHold(PlaceHold {
                who,
                what: vec![what],
                parallel: false,
                scope,
                issue: None,
                pickup,
                activates: None,
                expires,
                fee_acknowledged: message.fee_acknowledged == Some(true),
            }))
        }
        HoldMode::Delete => Asked::Desk(Command::CancelHold { who, what }),
        HoldMode::Change => Asked::Desk(Command::ChangeHold {
            who,
            what,
            expires,
            pickup,
            scope: scope(message),
        }),
        HoldMode::Unlisted(_) => Asked::Refuse(Refusal::Incomplete),
    }
}

/// What an item and a title field name; empty ones name nothing.
pub(super) fn what(item: Option<&Identifier>, title: Option<&str>, context: &Context<'_>) -> What {
    What {
        item: item.filter(|id| !id.is_empty()).map(|id| context.barcode(id)),
        owner: None,
        title: title
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(|text| ControlNumber::from(number(text))),
    }
}

/// The control number, without the name of the database that Danish web services put before it (`870970-basis:12345678`).
fn number(text: &str) -> &str {
    match text.split_once(':') {
        Some((base, number)) if base.get(..6).is_some_and(|b| b.bytes().all(|c| c.is_ascii_digit())) && base.get(6..7) == Some("-") => {
            number
        }
        _ => text,
    }
}

fn scope(message: &Hold) -> Option<ScopeWanted> {
    Some(match message.hold_type?.0 {
        3 => ScopeWanted::ThisCopy,
        4 => ScopeWanted::AtBranch,
        _ => ScopeWanted::AnyCopy,
    })
}

pub(super) fn answer(message: &Hold, reply: &Answer<HoldDone>, context: &Context<'_>) -> HoldResponse {
    let language = tongue(reply.patron.as_ref(), &reply.pin);
    let texts = context.texts([language, None]);
    let base = failure(message, Vec::new(), context);
    match &reply.result {
        Ok(done) => {
            let ended = message.hold_mode == HoldMode::Delete;
            let last_day = done.hold.expires.map(|day| skranke_core::calendar::end_of_day(day, context.zone()));
            HoldResponse {
                ok: Success(true),
                available: done.available && !ended,
                expiration_date: last_day.filter(|_| !ended).map(|at| context.date(at)),
                queue_position: (!ended && done.hold.state == HoldState::Waiting).then_some(done.position),
                pickup_location: Some(done.hold.pickup.as_str().to_owned()),
                title: base.title.clone().or_else(|| Some(done.title.clone())),
                ..base
            }
        }
        Err(refused) => HoldResponse {
            queue_position: refused.reasons.iter().find_map(|reason| match reason {
                Refusal::AlreadyReserved { position } => Some(*position),
                _ => None,
            }),
            screen_message: context.why(refused, &reply.pin, texts),
            ..base
        },
    }
}

pub(super) fn failure(message: &Hold, lines: Vec<Line>, context: &Context<'_>) -> HoldResponse {
    HoldResponse {
        ok: Success(false),
        available: false,
        transaction_date: context.time(),
        pickup_location: message.pickup_location.clone().filter(|text| !text.is_empty()),
        institution: context.institution(),
        patron: message.patron.clone(),
        item: message.item.clone().filter(|id| !id.is_empty()),
        title: message.title.clone().filter(|text| !text.is_empty()),
        screen_message: lines,
        ..HoldResponse::default()
    }
}
