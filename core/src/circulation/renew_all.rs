//! Renewing every loan of a patron that may be renewed: each is decided alone.

use super::renew::{Asked, extend, renewed_totals};
use super::{Context, Refusal, fines, standing};
use crate::account::Fee;
use crate::desk::reply::{Answer, RenewedAll};
use crate::ports::{Change, Decided, Facts, Need, PatronRef};

/// What must be known: the patron with all his loans.
pub fn need(patron: Vec<PatronRef>) -> Need {
    Need {
        patron,
        patron_lists: true,
        ..Need::default()
    }
}

/// Renews what may be. It succeeds though nothing could be renewed; what the renewals cost is one fee.
pub fn decide(fee_acknowledged: bool, facts: &Facts, context: &Context) -> Decided<Answer<RenewedAll>> {
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    if let Some(why) = context.pin_refusal() {
        return context.refused(facts, vec![why]);
    }
    if !context.actor.powers.renew {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    let mut all = RenewedAll {
        renewed: Vec::new(),
        unrenewed: Vec::new(),
    };
    let mut changes = Vec::new();
    let mut moved = Vec::new();
    let mut total: Option<Fee> = None;
    for line in &patron.loans {
        let asked = Asked {
            loan: &line.loan,
            item: &line.item,
            borrower: &patron.patron,
            queue: line.queue.iter().collect(),
            fee_acknowledged,
        };
        match extend(&asked, patron, context.number(0), context) {
            Err(refused) => all.unrenewed.push((line.item.clone(), refused)),
            Ok(extended) => {
                all.renewed.push((line.item.clone(), extended.loan.due));
                moved.push((line.loan.due, extended.loan.due));
                if let Some(fee) = extended.fee {
                    total = Some(match total {
                        Some(sum) => joined(sum, fee),
                        None => fee,
                    });
                }
                changes.push(Change::LoanRevised(extended.loan));
                changes.push(context.count("renewal", &line.item, Some(&patron.patron)));
            }
        }
    }
    let owed_more = total.as_ref().map_or(0, Fee::owed);
    changes.extend(total.into_iter().flat_map(|fee| fines::raise(fee, context)));
    let mut answer = context.answer(facts, Ok(all));
    let totals = renewed_totals(&patron.totals, &moved, owed_more);
    answer.patron = Some(standing::summary(&patron.patron, &totals, context));
    context.decided(changes, answer)
}

/// One fee over the items of both.
fn joined(mut sum: Fee, more: Fee) -> Fee {
    sum.amount.minor += more.amount.minor;
    sum.text = format!("{}; {}", sum.text, more.text);
    sum.items.extend(more.items);
    sum.loans.extend(more.loans);
    sum
}
