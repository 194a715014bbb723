//! Giving up a hold.

use super::{find, told};
use crate::circulation::{Context, Refusal, renew, standing, trap};
use crate::desk::command::What;
use crate::desk::reply::{Answer, HoldDone};
use crate::ports::{Change, Decided, Facts, HoldEnd, Need, PatronRef};

/// What must be known: the patron with his holds. The copy that is named may be any copy of a title he waits for, so its record too.
pub fn need(what: &What, actor: &crate::desk::command::Actor, patron: Vec<PatronRef>) -> Need {
    Need {
        patron,
        patron_lists: true,
        bibs: super::bib_ref(what, actor).into_iter().collect(),
        ..Need::default()
    }
}

/// Ends the hold. An item that was tied to it is free: the next scan sends it to who waits next, or home.
pub fn decide(what: &What, facts: &Facts, context: &Context) -> Decided<Answer<HoldDone>> {
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    if let Some(why) = context.pin_refusal() {
        return context.refused(facts, vec![why]);
    }
    if !renew::is_named(what) {
        return context.refused(facts, vec![Refusal::Incomplete]);
    }
    let bib = facts.bibs.iter().flatten().next().map(|bib| bib.id);
    let line = find(what, patron).or_else(|| patron.holds.iter().find(|line| Some(line.hold.bib) == bib));
    let Some(line) = line else {
        return context.refused(facts, vec![Refusal::UnknownHold]);
    };
    let mut changes = vec![Change::HoldEnded(line.hold.clone(), HoldEnd::Cancelled)];
    let tied = line.item.as_ref().filter(|item| item.tied_to == Some(line.hold.id));
    changes.extend(tied.map(|item| Change::Item(trap::set_free(item))));

    let mut totals = patron.totals.clone();
    totals.holds = totals.holds.saturating_sub(1);
    let mut answer = context.answer(facts, Ok(told(line, line.hold.clone())));
    answer.patron = Some(standing::summary(&patron.patron, &totals, context));
    answer.item = line.item.clone().map(|item| trap::set_free(&item));
    context.decided(changes, answer)
}
