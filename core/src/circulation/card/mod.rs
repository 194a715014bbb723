//! Blocking a card from a terminal, and lifting such a block.

pub mod block;
pub mod enable;

use super::{Context, standing};
use crate::block::Block;
use crate::desk::reply::Answer;
use crate::ports::{Facts, PatronFacts};

/// The answer with the patron's standing once his blocks are these.
fn answer(facts: &Facts, patron: &PatronFacts, blocks: Vec<Block>, context: &Context) -> Answer<()> {
    let mut after = patron.patron.clone();
    after.blocks = blocks;
    let mut answer = context.answer(facts, Ok(()));
    answer.patron = Some(standing::summary(&after, &patron.totals, context));
    answer
}
