//! Checkin (09 → 10): digest 9.4, 10; owner field WS and sorting: Danish profile, 13. With BI it undoes a check-out that failed
//! at the terminal.

use super::sort::Sorted;
use super::{Asked, Context, Texts, alert, checkout, template};
use crate::message::types::{Code, Extra, Identifier, Line, Perhaps, Success};
use crate::message::{Checkin, CheckinResponse};
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::Command;
use skranke_core::desk::command::CheckIn;
use skranke_core::desk::reply::{Alert, Answer, CheckedIn};
use skranke_core::hold::HoldState;
use skranke_core::ids::BranchId;

pub(super) fn ask(message: &Checkin, context: &Context<'_>) -> Asked {
    if message.item.is_empty() {
        return Asked::Refuse(Refusal::Incomplete);
    }
    let item = context.barcode(&message.item);
    if message.cancel == Some(true) {
        return Asked::Desk(Command::UndoCheckOut { item });
    }
    let zone = context.zone();
    Asked::Desk(Command::CheckIn(CheckIn {
        item,
        owner: context.owner(message.owner.as_deref()),
        branch: context.location(&message.current_location),
        returned: message.return_date.moment(zone).or_else(|| message.transaction_date.moment(zone)),
        already_happened: message.no_block,
    }))
}

pub(super) fn answer(message: &Checkin, reply: &Answer<CheckedIn>, context: &Context<'_>) -> CheckinResponse {
    let texts = context.texts([None, None]);
    let here = context
        .location(&message.current_location)
        .unwrap_or_else(|| context.actor.branch.clone());
    match &reply.result {
        Ok(done) => returned(message, reply, done, &here, context, texts),
        Err(refused) => turned_away(message, reply, refused, &here, context, texts),
    }
}

fn returned(
    message: &Checkin,
    reply: &Answer<CheckedIn>,
    done: &CheckedIn,
    here: &BranchId,
    context: &Context<'_>,
    texts: &Texts,
) -> CheckinResponse {
    let row = done.alert.map(alert::row);
    let account = &context.terminal.account;
    let extensions = &context.terminal.extensions;
    let item = reply.item.as_ref();
    let inter_library = done.alert == Some(Alert::InterLibrary);
    // Another library's item goes to that library, whichever of its branches it is from.
    let destination = match item {
        Some(item) if inter_library => BranchId::from(item.agency.as_str()),
        _ => done.destination.clone(),
    };
    let sorted = Sorted {
        item,
        destination: Some(&destination),
        here,
        hold: done.caught.is_some(),
        ill: inter_library,
    };
    let away = destination != *here;
    let waiting = done.caught.as_ref().filter(|_| row.is_some_and(|row| row.tells_patron));
    CheckinResponse {
        ok: Success(true),
        resensitize: true,
        magnetic_media: item.map_or(Perhaps::Unknown, checkout::magnetic),
        alert: row.is_some(),
        permanent_location: item.map(|item| item.placement.branch.as_str().to_owned()).unwrap_or_default(),
        title: item.map(|item| item.title.clone()),
        sort_bin: bin(&sorted, context),
        patron: done.borrower.as_ref().map(|(card, _)| Identifier::new(card.reveal())),
        media_type: item.map(|item| Code(item.media_type)),
        item_properties: item.and_then(|item| item.properties.clone()),
        collection_code: extensions.when(b"10", b"CR", || item.and_then(|item| item.placement.department.clone())),
        call_number: extensions.when(b"10", b"CS", || item.and_then(|item| item.call_number.clone())),
        destination: extensions.when(b"10", b"CT", || {
            (away || row.is_some() || account.ct_always_send).then(|| destination.as_str().to_owned())
        }),
        alert_type: extensions.when(b"10", b"CV", || {
            row.map(|row| Code(row.cv))
                .or(account.cv_always_send.then_some(Code(alert::NOTHING)))
        }),
        hold_patron: extensions.when(b"10", b"CY", || {
            waiting.and_then(|c| c.card.as_ref()).map(|card| Identifier::new(card.reveal()))
        }),
        hold_patron_name: extensions.when(b"10", b"DA", || {
            let number = |c: &skranke_core::desk::reply::Caught| match c.hold.state {
                HoldState::Ready { pickup_number, .. } => Some(pickup_number),
                HoldState::Waiting | HoldState::InTransit { .. } => None,
            };
            waiting.map(|c| template::name(&account.hold_name_template, &c.name, number(c)))
        }),
        extra: extensions
            .when(b"10", b"BF", || waiting.and_then(|c| c.phone.clone()))
            .map(|phone| Extra { id: *b"BF", value: phone })
            .into_iter()
            .collect(),
        screen_message: row
            .map(|row| {
                let branch = context.terminal.agency.branch_name(&done.destination);
                Line(texts.fill(row.text, &[("branch", branch)]))
            })
            .into_iter()
            .collect(),
        ..failure(message, Vec::new(), context)
    }
}

/// Not taken back. What another library's tag names is sent there all the same.
fn turned_away(
    message: &Checkin,
    reply: &Answer<CheckedIn>,
    refused: &Refused,
    here: &BranchId,
    context: &Context<'_>,
    texts: &Texts,
) -> CheckinResponse {
    let extensions = &context.terminal.extensions;
    let unknown = refused.reasons.contains(&Refusal::UnknownItem);
    let owner = context.owner(message.owner.as_deref()).filter(|_| unknown);
    let destination = owner.as_ref().map(|owner| BranchId::from(owner.as_str()));
    let sorted = Sorted {
        item: reply.item.as_ref(),
        destination: destination.as_ref(),
        here,
        hold: false,
        ill: owner.is_some(),
    };
    let lines = match &owner {
        Some(owner) => vec![Line(texts.fill("other_library", &[("library", owner.as_str())]))],
        None => context.reasons(refused, texts),
    };
    let cv = match (&owner, unknown) {
        (Some(_), _) => Some(Code(alert::INTER_LIBRARY)),
        (None, true) => Some(Code(alert::UNKNOWN)),
        (None, false) => None,
    };
    CheckinResponse {
        title: reply.item.as_ref().map(|item| item.title.clone()),
        sort_bin: bin(&sorted, context),
        destination: extensions.when(b"10", b"CT", || destination.as_ref().map(|d| d.as_str().to_owned())),
        alert_type: extensions.when(b"10", b"CV", || cv),
        ..failure(message, lines, context)
    }
}

fn bin(sorted: &Sorted<'_>, context: &Context<'_>) -> Option<String> {
    context.terminal.sorting.as_ref()?.bin(sorted).map(str::to_owned)
}

pub(super) fn failure(message: &Checkin, lines: Vec<Line>, context: &Context<'_>) -> CheckinResponse {
    CheckinResponse {
        ok: Success(false),
        resensitize: false,
        magnetic_media: Perhaps::Unknown,
        alert: true,
        transaction_date: context.time(),
        institution: context.institution(),
        item: message.item.clone(),
        screen_message: lines,
        ..CheckinResponse::default()
    }
}
