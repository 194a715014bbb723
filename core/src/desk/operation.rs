//! Which rule decides which command: the one table between the desk and circulation.

use super::command::{Actor, Command};
use super::reply::{Answer, Reply};
use crate::circulation::hold::change::Wanted;
use crate::circulation::{Context, card, checkin, checkout, hold, item_refs, pay, properties, renew, renew_all, report, standing, undo};
use crate::ids::{Barcode, CardNumber};
use crate::ports::{Decided, Facts, ItemRef, Need, PatronRef};
use crate::secret::Pin;

/// Whom a command is for, and the PIN he showed, where it is for somebody.
pub fn shown(command: &Command) -> Option<(&CardNumber, Option<&Pin>)> {
    let who = match command {
        Command::PatronInformation { who, .. }
        | Command::UndoCheckIn { who, .. }
        | Command::RenewAll { who, .. }
        | Command::CancelHold { who, .. }
        | Command::ChangeHold { who, .. }
        | Command::EnableCard { who } => who,
        Command::CheckOut(command) => &command.who,
        Command::Renew(command) => &command.who,
        Command::PlaceHold(command) => &command.who,
        Command::PayFee(command) => &command.who,
        Command::BlockCard { card, .. } => return Some((card, None)),
        Command::ItemInformation { .. }
        | Command::CheckIn(_)
        | Command::UndoCheckOut { .. }
        | Command::StoreProperties { .. }
        | Command::ReportTerminal { .. } => return None,
    };
    Some((&who.card, who.pin.as_ref()))
}

/// What must be known to decide; `patron` are the ways to find whom the command is for.
pub fn need(command: &Command, actor: &Actor, patron: Vec<PatronRef>) -> Need {
    let own = |item: &Barcode| -> Vec<ItemRef> { item_refs(item, None, actor) };
    match command {
        Command::PatronInformation { lists, .. } => standing::need(patron, *lists),
        Command::ItemInformation { item, owner } => Need {
            item: item_refs(item, owner.as_ref(), actor),
            ..Need::default()
        },
        Command::CheckOut(command) => checkout::need(command, patron, item_refs(&command.item, command.owner.as_ref(), actor)),
        Command::CheckIn(command) => checkin::need(command, item_refs(&command.item, command.owner.as_ref(), actor)),
        Command::UndoCheckOut { item } => undo::checkout::need(item, actor, own(item)),
        Command::UndoCheckIn { item, .. } => undo::checkin::need(item, actor, patron, own(item)),
        Command::Renew(command) => {
            let item = command.what.item.as_ref();
            let refs = item.map(|item| item_refs(item, command.what.owner.as_ref(), actor));
            renew::need(command, patron, refs.unwrap_or_default())
        }
        Command::RenewAll { .. } => renew_all::need(patron),
        Command::PlaceHold(command) => hold::place::need(command, actor, patron),
        Command::CancelHold { what, .. } => hold::cancel::need(what, actor, patron),
        Command::ChangeHold { what, .. } => hold::change::need(what, &wanted(command), actor, patron),
        Command::PayFee(command) => pay::need(command, patron),
        Command::BlockCard { .. } => card::block::need(patron),
        Command::EnableCard { .. } => card::enable::need(patron),
        Command::StoreProperties { item, .. } => properties::need(own(item)),
        Command::ReportTerminal { .. } => report::need(),
    }
}

/// Has the rules decide. Commands that only inform change nothing and are answered elsewhere.
pub fn decide(command: &Command, facts: &Facts, context: &Context) -> Decided<Reply> {
    match command {
        Command::CheckOut(command) => reply(checkout::decide(command, facts, context), Reply::CheckOut),
        Command::CheckIn(command) => reply(checkin::decide(command, facts, context), Reply::CheckIn),
        Command::UndoCheckOut { item } => reply(undo::checkout::decide(item, facts, context), Reply::CheckIn),
        Command::UndoCheckIn { item, .. } => reply(undo::checkin::decide(item, facts, context), Reply::CheckOut),
        Command::Renew(command) => reply(renew::decide(command, facts, context), Reply::Renew),
        Command::RenewAll { fee_acknowledged, .. } => reply(renew_all::decide(*fee_acknowledged, facts, context), Reply::RenewAll),
        Command::PlaceHold(command) => reply(hold::place::decide(command, facts, context), Reply::Hold),
        Command::CancelHold { what, .. } => reply(hold::cancel::decide(what, facts, context), Reply::Hold),
        Command::ChangeHold { what, .. } => reply(hold::change::decide(what, &wanted(command), facts, context), Reply::Hold),
        Command::PayFee(command) => reply(pay::decide(command, facts, context), Reply::Paid),
        Command::BlockCard { message, retained, .. } => reply(card::block::decide(message, *retained, facts, context), Reply::Card),
        Command::EnableCard { .. } => reply(card::enable::decide(facts, context), Reply::Card),
        Command::StoreProperties { properties: text, .. } => reply(properties::decide(text, facts, context), Reply::Properties),
        Command::ReportTerminal { kind } => noted(report::decide(kind, facts, context)),
        Command::PatronInformation { .. } | Command::ItemInformation { .. } => noted(context.decided(Vec::new(), ())),
    }
}

/// What a change of a hold shall alter.
fn wanted(command: &Command) -> Wanted {
    match command {
        Command::ChangeHold {
            expires, pickup, scope, ..
        } => Wanted {
            expires: *expires,
            pickup: pickup.clone(),
            scope: *scope,
        },
        _ => Wanted::default(),
    }
}

fn reply<T>(decided: Decided<Answer<T>>, kind: impl FnOnce(Box<Answer<T>>) -> Reply) -> Decided<Reply> {
    Decided {
        plan: decided.plan,
        outcome: kind(Box::new(decided.outcome)),
    }
}

fn noted(decided: Decided<()>) -> Decided<Reply> {
    Decided {
        plan: decided.plan,
        outcome: Reply::Noted,
    }
}
