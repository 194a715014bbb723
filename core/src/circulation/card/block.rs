//! Blocking a card from an automat (SIP2 01).

use super::answer;
use crate::block::{Block, BlockSource};
use crate::circulation::{Context, Refusal, off_line};
use crate::desk::reply::Answer;
use crate::ports::{Change, Decided, Facts, Need, PatronRef};

/// "Blocked at an automat" (Danish profile, section 16).
const AT_AUTOMAT: char = 'S';

/// What must be known: the patron with his blocks.
pub fn need(patron: Vec<PatronRef>) -> Need {
    Need { patron, ..Need::default() }
}

/// Sets the block, or gives the one that this terminal set before its new reason. Staff is told, also where the card was kept.
pub fn decide(message: &str, retained: bool, facts: &Facts, context: &Context) -> Decided<Answer<()>> {
    if !context.actor.powers.block {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    let source = BlockSource::Terminal(context.actor.terminal.clone());
    let mut blocks = patron.patron.blocks.clone();
    let before = blocks.iter_mut().find(|b| b.code == AT_AUTOMAT && b.source == source);
    let mut changes = Vec::new();
    match before {
        Some(block) if block.message == message => {}
        Some(block) => {
            block.message = message.to_owned();
            changes.push(Change::BlockSet(patron.patron.id, block.clone()));
        }
        None => {
            let block = Block {
                code: AT_AUTOMAT,
                since: context.now,
                message: message.to_owned(),
                source,
            };
            blocks.push(block.clone());
            changes.push(Change::BlockSet(patron.patron.id, block));
            changes.push(off_line::note(facts, "card_blocked", "a card was blocked", context));
        }
    }
    if retained && !changes.is_empty() {
        changes.push(off_line::note(facts, "card_retained", "a card was kept", context));
    }
    context.decided(changes, answer(facts, patron, blocks, context))
}
