//! End patron session (35 → 36): digest 9.10. There is nothing to forget: no answer depends on the message before it.

use super::Context;
use crate::message::types::Line;
use crate::message::{EndPatronSession, EndSessionResponse};

pub(super) fn answer(message: &EndPatronSession, context: &Context<'_>) -> EndSessionResponse {
    EndSessionResponse {
        end_session: true,
        transaction_date: context.time(),
        institution: context.institution(),
        patron: message.patron.clone(),
        screen_message: context.terminal.account.farewell.clone().map(Line).into_iter().collect(),
        ..EndSessionResponse::default()
    }
}
