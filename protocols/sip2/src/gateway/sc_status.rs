//! SC status (99 → 98): digest 6, 9.1. What 98 promises is what the account may do.

use super::{Asked, Context};
use crate::codec::tables::MESSAGES;
use crate::message::types::{Ascii, Code, Line, SupportedMessages};
use crate::message::{AcsStatus, ScStatus};
use skranke_core::desk::Command;

/// The terminal's own trouble is told to staff; the answer is the same.
pub(super) fn ask(message: &ScStatus, context: &Context<'_>) -> Asked {
    let kind = match message.status_code.map(|code| code.0) {
        Some(1) => "paper_out",
        Some(2) => "shutting_down",
        _ => return Asked::now(answer(true, Vec::new(), context)),
    };
    Asked::Desk(Command::ReportTerminal { kind })
}

/// ACS status, working or not.
pub(crate) fn answer(online: bool, lines: Vec<Line>, context: &Context<'_>) -> AcsStatus {
    let account = &context.terminal.account;
    let allows = |command: &[u8; 2]| account.allows(*command);
    AcsStatus {
        online,
        checkin_ok: allows(b"09"),
        checkout_ok: allows(b"11"),
        renewal_policy: account.serves(*b"29"),
        status_update_ok: account.serves(*b"01"),
        offline_ok: account.takes_offline(),
        timeout_period: Some(Code(account.timeout_period)),
        retries_allowed: Some(Code(account.retries_allowed)),
        date_time_sync: context.time(),
        protocol_version: Ascii::new(if context.version == 1 { "1.00" } else { "2.00" }),
        institution: context.institution(),
        library_name: Some(context.terminal.agency.name.clone()).filter(|name| !name.is_empty()),
        supported_messages: SupportedMessages::from_positions(
            MESSAGES
                .iter()
                .enumerate()
                .filter(|(_, message)| account.serves(message.request))
                .map(|(at, _)| at),
        ),
        terminal_location: Some(context.actor.branch.as_str().to_owned()).filter(|branch| !branch.is_empty()),
        screen_message: lines,
        ..AcsStatus::default()
    }
}
