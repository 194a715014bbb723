//! Item information (17 → 18): digest 9.9. Never who has the item; who waits for it only to sorters.

use super::{Asked, Context, status, template};
use crate::message::types::{Code, Identifier, Line};
use crate::message::{ItemInformation, ItemInformationResponse};
use skranke_core::circulation::Refusal;
use skranke_core::desk::Command;
use skranke_core::hold::HoldState;
use skranke_core::item::ItemState;
use skranke_core::ports::ItemFacts;

pub(super) fn ask(message: &ItemInformation, context: &Context<'_>) -> Asked {
    if message.item.is_empty() {
        return Asked::Refuse(Refusal::UnknownItem);
    }
    Asked::Desk(Command::ItemInformation {
        item: context.barcode(&message.item),
        owner: context.owner(message.owner_institution.as_deref()),
    })
}

pub(super) fn answer(message: &ItemInformation, facts: Option<&ItemFacts>, context: &Context<'_>) -> ItemInformationResponse {
    let Some(facts) = facts else {
        return failure(message, vec![context.line("unknown_item", &[])], context);
    };
    let item = &facts.item;
    let extensions = &context.terminal.extensions;
    let recalled = facts.loan.as_ref().and_then(|loan| loan.recalled);
    let ready = facts.tied.as_ref().and_then(|(hold, _)| match hold.state {
        HoldState::Ready { until, pickup_number, .. } => Some((until, pickup_number)),
        HoldState::Waiting | HoldState::InTransit { .. } => None,
    });
    let waiting = facts.tied.as_ref().map(|(_, patron)| patron);
    ItemInformationResponse {
        circulation_status: Some(Code(status::circulation(&item.state, recalled.is_some()))),
        security_marker: Some(Code(context.terminal.account.security_marker)),
        hold_queue_length: Some(u32::try_from(facts.queue.len()).unwrap_or(u32::MAX)),
        due_date: facts.loan.as_ref().map(|loan| context.due(loan.due)),
        recall_date: recalled.map(|at| context.date(at)),
        hold_pickup_date: ready
            .filter(|_| item.state == ItemState::OnHoldShelf)
            .map(|(until, _)| context.date(until)),
        title: item.title.clone(),
        owner: Some(item.agency.as_str().to_owned()),
        media_type: Some(Code(item.media_type)),
        permanent_location: Some(item.placement.branch.as_str().to_owned()),
        current_location: Some(item.current_branch.as_str().to_owned()),
        item_properties: item.properties.clone(),
        collection_code: extensions.when(b"18", b"CR", || item.placement.department.clone()),
        call_number: extensions.when(b"18", b"CS", || item.call_number.clone()),
        destination: extensions.when(b"18", b"CT", || match &item.state {
            ItemState::InTransit { to } => Some(to.as_str().to_owned()),
            _ => None,
        }),
        hold_patron: extensions.when(b"18", b"CY", || {
            waiting.and_then(|p| p.card()).map(|card| Identifier::new(card.reveal()))
        }),
        hold_patron_name: extensions.when(b"18", b"DA", || {
            let template = &context.terminal.account.hold_name_template;
            waiting.map(|p| template::name(template, &p.name, ready.map(|(_, number)| number)))
        }),
        ..failure(message, Vec::new(), context)
    }
}

/// An item that nobody knows: `01 01 01`.
pub(super) fn failure(message: &ItemInformation, lines: Vec<Line>, context: &Context<'_>) -> ItemInformationResponse {
    ItemInformationResponse {
        circulation_status: Some(Code(1)),
        security_marker: Some(Code(1)),
        fee_type: Some(Code(1)),
        transaction_date: context.time(),
        item: message.item.clone(),
        screen_message: lines,
        ..ItemInformationResponse::default()
    }
}
