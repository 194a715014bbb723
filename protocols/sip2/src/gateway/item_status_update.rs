//! Item status update (19 → 20): digest 9.9.

use super::{Asked, Context};
use crate::message::types::{Line, Success};
use crate::message::{ItemStatusUpdate, ItemStatusUpdateResponse};
use skranke_core::circulation::Refusal;
use skranke_core::desk::Command;
use skranke_core::desk::reply::Answer;

pub(super) fn ask(message: &ItemStatusUpdate, context: &Context<'_>) -> Asked {
    if message.item.is_empty() {
        return Asked::Refuse(Refusal::Incomplete);
    }
    Asked::Desk(Command::StoreProperties {
        item: context.barcode(&message.item),
        properties: message.item_properties.clone(),
    })
}

pub(super) fn answer(message: &ItemStatusUpdate, reply: &Answer<()>, context: &Context<'_>) -> ItemStatusUpdateResponse {
    let title = reply.item.as_ref().map(|item| item.title.clone());
    match &reply.result {
        Ok(()) => ItemStatusUpdateResponse {
            item_properties_ok: Success(true),
            title,
            item_properties: Some(message.item_properties.clone()),
            ..failure(message, Vec::new(), context)
        },
        Err(refused) => ItemStatusUpdateResponse {
            title,
            ..failure(message, context.reasons(refused, context.texts([None, None])), context)
        },
    }
}

pub(super) fn failure(message: &ItemStatusUpdate, lines: Vec<Line>, context: &Context<'_>) -> ItemStatusUpdateResponse {
    ItemStatusUpdateResponse {
        item_properties_ok: Success(false),
        transaction_date: context.time(),
        item: message.item.clone(),
        screen_message: lines,
        ..ItemStatusUpdateResponse::default()
    }
}
