//! Lifting the blocks that terminals set (SIP2 25). Never those of staff, nor age, debt or expiry.

use super::answer;
use crate::block::{Block, BlockSource};
use crate::circulation::{Context, Refusal};
use crate::desk::reply::Answer;
use crate::ports::{Change, Decided, Facts, Need, PatronRef};

/// What must be known: the patron with his blocks.
pub fn need(patron: Vec<PatronRef>) -> Need {
    Need { patron, ..Need::default() }
}

/// Lifts every block that a terminal set. Where there is none it succeeds and changes nothing.
pub fn decide(facts: &Facts, context: &Context) -> Decided<Answer<()>> {
    if !context.actor.powers.enable {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    if let Some(why) = context.pin_refusal() {
        return context.refused(facts, vec![why]);
    }
    let (lifted, left): (Vec<Block>, Vec<Block>) = patron
        .patron
        .blocks
        .iter()
        .cloned()
        .partition(|block| matches!(block.source, BlockSource::Terminal(_)));
    let changes = lifted
        .into_iter()
        .map(|block| Change::BlockLifted(patron.patron.id, block))
        .collect();
    context.decided(changes, answer(facts, patron, left, context))
}
