//! Keeping a device's opaque text about an item (SIP2 19).

use super::{Context, Refusal};
use crate::desk::reply::Answer;
use crate::ports::{Change, Decided, Facts, ItemRef, Need};

/// What must be known: the item.
pub fn need(item: Vec<ItemRef>) -> Need {
    Need { item, ..Need::default() }
}

/// Keeps the text; an empty one forgets what was kept.
pub fn decide(properties: &str, facts: &Facts, context: &Context) -> Decided<Answer<()>> {
    let Some(found) = &facts.item else {
        return context.refused(facts, vec![Refusal::UnknownItem]);
    };
    let mut item = found.item.clone();
    item.properties = (!properties.is_empty()).then(|| properties.to_owned());
    let changes = if item == found.item {
        Vec::new()
    } else {
        vec![Change::Item(item.clone())]
    };
    let mut answer = context.answer(facts, Ok(()));
    answer.item = Some(item);
    context.decided(changes, answer)
}
