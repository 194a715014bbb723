//! Paying fees.

use super::{Context, Refusal, fines, off_line, standing};
use crate::account::{Fee, LedgerKind};
use crate::desk::command::PayFee;
use crate::desk::reply::{Answer, Paid};
use crate::ids::LoanId;
use crate::money::Money;
use crate::ports::{Change, Decided, Facts, Need, PatronFacts, PatronRef};

/// What must be known: the patron with his open fees and loans, and the fee that is named, whatever its state.
pub fn need(command: &PayFee, patron: Vec<PatronRef>) -> Need {
    Need {
        patron,
        patron_lists: true,
        fee: command.fee,
        ..Need::default()
    }
}

/// Books the amount on the named fee, else on the oldest first. Partial payment is taken; more than is owed is refused, unless the
/// terminal may: then only what is owed is booked, the rest is told to staff, and no credit comes into being.
pub fn decide(command: &PayFee, facts: &Facts, context: &Context) -> Decided<Answer<Paid>> {
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    if let Some(why) = context.pin_refusal() {
        return context.refused(facts, vec![why]);
    }
    let currency = context.library.agency(&patron.patron.agency).currency;
    let amount = match command.amount {
        Some(amount) if amount.currency != currency => return context.refused(facts, vec![Refusal::WrongCurrency]),
        Some(amount) if amount.minor > 0 => amount.minor,
        _ => return context.refused(facts, vec![Refusal::BadAmount]),
    };
    let fees = match payable(command, patron, facts) {
        Ok(fees) => fees,
        Err(why) => return context.refused(facts, vec![why]),
    };
    let owed: i64 = fees.iter().map(|fee| fee.owed()).sum();
    if amount > owed && (owed == 0 || !context.actor.powers.overpayment) {
        let owed = Money::new(owed, currency);
        return context.refused(facts, vec![Refusal::Overpayment { owed }]);
    }

    let mut changes = Vec::new();
    let mut booked = Vec::new();
    let mut touched = Vec::new();
    let mut settled = Vec::new();
    let mut left = amount;
    for fee in fees {
        let part = left.min(fee.owed());
        if part == 0 {
            continue;
        }
        left -= part;
        let mut paid = fee.clone();
        paid.paid += part;
        let mut line = fines::line(&paid, -part, LedgerKind::Paid, context);
        if let Change::Ledger(line) = &mut line {
            line.transaction.clone_from(&command.transaction);
            line.payment_type = Some(command.payment_type);
        }
        if paid.owed() == 0 {
            settled.push(paid.clone());
        }
        booked.push((paid.id, part));
        touched.push(paid.clone());
        changes.push(Change::FeeRevised(paid));
        changes.push(line);
    }
    changes.extend(forget_settled(&settled, patron));
    if left > 0 {
        changes.push(off_line::note(facts, "overpaid", "more was paid than is owed", context));
    }
    done((booked, touched), amount - left, changes, patron, facts, context)
}

fn done(
    (booked, fees): (Vec<(crate::ids::FeeId, i64)>, Vec<Fee>),
    sum: i64,
    changes: Vec<Change>,
    patron: &PatronFacts,
    facts: &Facts,
    context: &Context,
) -> Decided<Answer<Paid>> {
    let mut totals = patron.totals.clone();
    totals.owed -= sum;
    let summary = standing::summary(&patron.patron, &totals, context);
    let owed = summary.standing.owed;
    let mut answer = context.answer(facts, Ok(Paid { booked, fees, owed }));
    answer.patron = Some(summary);
    context.decided(changes, answer)
}

/// The fees that this payment is for, oldest first.
fn payable<'a>(command: &PayFee, patron: &'a PatronFacts, facts: &'a Facts) -> Result<Vec<&'a Fee>, Refusal> {
    if command.fee.is_some() {
        let fee = facts.fee.as_ref().filter(|fee| fee.patron == patron.patron.id);
        return fee.map(|fee| vec![fee]).ok_or(Refusal::UnknownFee);
    }
    let wanted = |fee: &&Fee| fee.owed() > 0 && command.kind.is_none_or(|kind| kind == fee.kind);
    Ok(patron.fees.iter().filter(wanted).collect())
}

/// Once nothing is owed for a closed loan any more, its link to the person goes, unless he wants to keep his history.
fn forget_settled(settled: &[Fee], patron: &PatronFacts) -> Option<Change> {
    if patron.patron.keep_history {
        return None;
    }
    let is_open = |loan: &LoanId| patron.loans.iter().any(|line| line.loan.id == *loan);
    let is_owed_for = |loan: &LoanId| {
        patron
            .fees
            .iter()
            .any(|fee| fee.loans.contains(loan) && !settled.iter().any(|s| s.id == fee.id))
    };
    let loans: Vec<LoanId> = settled
        .iter()
        .flat_map(|fee| fee.loans.iter().copied())
        .filter(|loan| !is_open(loan) && !is_owed_for(loan))
        .collect();
    (!loans.is_empty()).then_some(Change::LoansAnonymised(loans))
}
