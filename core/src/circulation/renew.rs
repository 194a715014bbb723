//! Renewing one loan, for its borrower or, where the terminal may, for a third party.

use super::checkout::unacknowledged;
use super::{Context, Refusal, Refused, fines, off_line, standing};
use crate::account::{Fee, FeeKind};
use crate::block::Activity;
use crate::desk::command::{Renew, What};
use crate::desk::reply::{Answer, Renewed};
use crate::hold::Hold;
use crate::item::Item;
use crate::loan::Loan;
use crate::patron::Patron;
use crate::ports::{Change, Decided, Facts, ItemRef, Need, PatronFacts, PatronRef, PatronTotals};
use crate::time::Timestamp;

/// What must be known: the patron and the item; where no item is named, all the patron's loans, to find it by its title.
pub fn need(_command: &Renew, patron: Vec<PatronRef>, item: Vec<ItemRef>) -> Need {
    Need {
        patron,
        patron_lists: item.is_empty(),
        item,
        ..Need::default()
    }
}

/// Moves the due date, or refuses with every reason and tells the date that stands.
pub fn decide(command: &Renew, facts: &Facts, context: &Context) -> Decided<Answer<Renewed>> {
    let happened = command.already_happened.as_ref();
    let off_line = happened.is_some();
    // before all else, so that whoever guesses at a PIN learns nothing of the loan by it
    if let Some(why) = context.pin_refusal().filter(|_| facts.patron.is_some() && !off_line) {
        return context.refused(facts, vec![why]);
    }
    let asked = match find(command, facts) {
        Err(why) => {
            let Some(happened) = happened else {
                return context.refused(facts, vec![why]);
            };
            let told = off_line::told(Some(&command.who), command.what.item.as_ref(), happened.at);
            return off_line::refused(facts, vec![why], &format!("renewal of {told}"), context);
        }
        Ok(_) if off_line && !context.actor.powers.offline => return context.refused(facts, vec![Refusal::TerminalMayNot]),
        Ok(asked) => asked,
    };
    let Some(asker) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    let refuse = |reasons, tell_due: bool| {
        let mut refused = context.refused(facts, reasons);
        refused.outcome.item = Some(asked.item.clone());
        refused.outcome.due = tell_due.then_some(asked.loan.due);
        refused
    };
    if !context.actor.powers.renew {
        return refuse(vec![Refusal::TerminalMayNot], true);
    }
    if asked.borrower.id != asker.patron.id && !(command.third_party && context.actor.powers.third_party_renewal) {
        return refuse(vec![Refusal::NotYourLoan], false);
    }
    let extended = match &command.already_happened {
        Some(happened) => Ok(happened_off_line(&asked, happened.at, happened.due, context)),
        None => extend(&asked, asker, context.number(0), context),
    };
    match extended {
        Err(Refused { reasons }) => refuse(reasons, true),
        Ok(extended) => done(&asked, extended, asker, facts, context),
    }
}

fn done(asked: &Asked<'_>, extended: Extended, asker: &PatronFacts, facts: &Facts, context: &Context) -> Decided<Answer<Renewed>> {
    let unchanged = extended.loan == *asked.loan;
    let changes = if unchanged {
        Vec::new()
    } else {
        extended.changes(asked.item, asked.borrower, context)
    };
    let due = extended.loan.due;
    let owed_more = extended.fee.as_ref().map_or(0, Fee::owed);
    let mut answer = context.answer(
        facts,
        Ok(Renewed {
            loan: extended.loan,
            fee: extended.fee,
        }),
    );
    if asked.borrower.id == asker.patron.id {
        let totals = renewed_totals(&asker.totals, &[(asked.loan.due, due)], owed_more);
        answer.patron = Some(standing::summary(&asker.patron, &totals, context));
    }
    answer.item = Some(asked.item.clone());
    answer.due = Some(due);
    context.decided(changes, answer)
}

/// A patron's totals after these due dates moved and these costs were added.
pub(super) fn renewed_totals(before: &PatronTotals, moved: &[(Timestamp, Timestamp)], owed_more: i64) -> PatronTotals {
    let mut totals = before.clone();
    for (old, new) in moved {
        if let Some(due) = totals.due.iter_mut().find(|due| **due == *old) {
            *due = *new;
        }
    }
    totals.due.sort_unstable();
    totals.owed += owed_more;
    totals
}

/// A loan that somebody wants renewed, with what stands around it.
pub(super) struct Asked<'a> {
    pub loan: &'a Loan,
    pub item: &'a Item,
    pub borrower: &'a Patron,
    /// Waiting holds that the item could satisfy.
    pub queue: Vec<&'a Hold>,
    pub fee_acknowledged: bool,
}

/// A renewed loan with its cost.
pub(super) struct Extended {
    pub loan: Loan,
    pub fee: Option<Fee>,
}

impl Extended {
    pub fn changes(&self, item: &Item, borrower: &Patron, context: &Context) -> Vec<Change> {
        let mut changes = vec![Change::LoanRevised(self.loan.clone())];
        changes.extend(self.fee.iter().flat_map(|fee| fines::raise(fee.clone(), context)));
        changes.push(context.count("renewal", item, Some(borrower)));
        changes
    }
}

/// The loan with its new due date, counted from now, or every reason why not. `number` is for a fee.
pub(super) fn extend(asked: &Asked<'_>, asker: &PatronFacts, number: i64, context: &Context) -> Result<Extended, Refused> {
    let Asked {
        loan,
        item,
        borrower,
        queue,
        ..
    } = asked;
    let rule = context.rule(borrower, item);
    let standing = if borrower.id == asker.patron.id {
        standing::of(borrower, &asker.totals, context)
    } else {
        // of a third party's borrower only the person is known: his blocks and his card count
        standing::of(borrower, &PatronTotals::default(), context)
    };
    let mut reasons = standing.denied.get(&Activity::Renew).cloned().unwrap_or_default();
    if !rule.loanable {
        reasons.push(Refusal::NotForLoan);
    }
    let today = context.today();
    let wanted_by_another = |hold: &&Hold| hold.patron != borrower.id && hold.served_by(item) && hold.takes_part_on(today);
    let reserved = queue.iter().any(wanted_by_another) && !rule.renew_when_reserved;
    if reserved || loan.recalled.is_some() {
        reasons.push(Refusal::Reserved);
    }
    if loan.renewals >= rule.renewals {
        reasons.push(Refusal::RenewalLimit { max: rule.renewals });
    }
    // Renewed early, a loan keeps the date it has rather than losing days.
    let due = context.due(context.now, rule.loan_days).max(loan.due);
    reasons.extend(unacknowledged(rule.loan_fee, asked.fee_acknowledged, context));
    if !reasons.is_empty() {
        return Err(Refused { reasons });
    }
    Ok(moved(asked, due, number, context))
}

/// The loan renewed until `due`, with what that costs.
fn moved(asked: &Asked<'_>, due: Timestamp, number: i64, context: &Context) -> Extended {
    let loan = Loan {
        due,
        renewals: asked.loan.renewals.saturating_add(1),
        ..asked.loan.clone()
    };
    let cost = context.rule(asked.borrower, asked.item).loan_fee;
    let fee = (cost > 0).then(|| fines::for_loan(FeeKind::Rental, cost, &loan, asked.item, asked.borrower, number, context));
    Extended { loan, fee }
}

/// A renewal that an off-line terminal granted stands, whatever the rules say. Where it moves nothing, it was told before.
fn happened_off_line(asked: &Asked<'_>, at: Timestamp, printed: Option<Timestamp>, context: &Context) -> Extended {
    let days = context.rule(asked.borrower, asked.item).loan_days;
    let due = printed.filter(|due| *due > at).unwrap_or_else(|| context.due(at, days));
    if due <= asked.loan.due {
        return Extended {
            loan: asked.loan.clone(),
            fee: None,
        };
    }
    moved(asked, due, context.number(0), context)
}

/// The loan asked for: of the item that was named, else by title among the patron's loans.
fn find<'a>(command: &Renew, facts: &'a Facts) -> Result<Asked<'a>, Refusal> {
    let asker = facts.patron.as_ref().ok_or(Refusal::UnknownPatron)?;
    if command.what.item.is_none() {
        let title = command.what.title.as_ref().ok_or(Refusal::Incomplete)?;
        let line = asker
            .loans
            .iter()
            .find(|line| names(title.as_str(), &line.item))
            .ok_or(Refusal::NotOnLoan)?;
        return Ok(Asked {
            loan: &line.loan,
            item: &line.item,
            borrower: &asker.patron,
            queue: line.queue.iter().collect(),
            fee_acknowledged: command.fee_acknowledged,
        });
    }
    let found = facts.item.as_ref().ok_or(Refusal::UnknownItem)?;
    let loan = found.loan.as_ref().ok_or(Refusal::NotOnLoan)?;
    let borrower = match &found.borrower {
        Some(borrower) => borrower,
        None if loan.patron == Some(asker.patron.id) => &asker.patron,
        None => return Err(Refusal::NotYourLoan),
    };
    Ok(Asked {
        loan,
        item: &found.item,
        borrower,
        queue: found.queue.iter().map(|(hold, _)| hold).collect(),
        fee_acknowledged: command.fee_acknowledged,
    })
}

/// Whether the text of a title field means this item: its record's number, or its title as shown.
fn names(text: &str, item: &Item) -> bool {
    let text = text.trim();
    item.control_number.as_str() == text || item.title.to_lowercase() == text.to_lowercase()
}

/// Whether a copy or title is named at all.
pub(super) fn is_named(what: &What) -> bool {
    what.item.is_some() || what.title.is_some()
}
