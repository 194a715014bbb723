//! What lateness costs, and how fees come into the ledger.

use super::due::days_late;
use super::{Context, off_line};
use crate::account::{Fee, FeeKind, LedgerKind, LedgerLine};
use crate::ids::{FeeId, ItemId};
use crate::item::Item;
use crate::loan::Loan;
use crate::money::Money;
use crate::patron::Patron;
use crate::policy::{FineGroup, Rule};
use crate::ports::{Change, Facts};
use crate::time::{Timestamp, local_date};

/// The fee in minor units for `days` calendar days of lateness, by the child's scale where `child` and where there is one.
pub fn amount(rule: &Rule, days: u16, child: bool) -> i64 {
    if days == 0 {
        return 0;
    }
    let steps = if child && !rule.child_fine_steps.is_empty() {
        &rule.child_fine_steps
    } else {
        &rule.fine_steps
    };
    let whole = if steps.is_empty() {
        rule.fine_per_day.saturating_mul(i64::from(days))
    } else {
        // from day N overdue this fee in all: the last step reached, in whatever order they were written
        let reached = steps.iter().filter(|(from, _)| *from <= days).max_by_key(|(from, _)| *from);
        reached.map_or(0, |(_, fee)| *fee)
    };
    rule.fine_cap.map_or(whole, |cap| whole.min(cap)).max(0)
}

/// The fee that a return makes or enlarges.
#[derive(Debug, Clone)]
pub struct Lateness {
    /// The fee as it is afterwards.
    pub fee: Fee,
    /// As it was, where the return joins the fee of its occasion.
    pub before: Option<Fee>,
}

impl Lateness {
    /// The changes that bring it about.
    pub fn changes(&self, context: &Context) -> Vec<Change> {
        let Some(before) = &self.before else {
            return raise(self.fee.clone(), context);
        };
        let mut changes = vec![Change::FeeRevised(self.fee.clone())];
        let growth = self.fee.amount.minor - before.amount.minor;
        if growth != 0 {
            changes.push(line(&self.fee, growth, LedgerKind::Raised, context));
        }
        changes
    }
}

/// What `borrower` owes for bringing back `item` at `returned`, if anything. Among `occasion_fees` may be the one that other
/// items with the same due date, returned on the same local day, have raised already: the return joins it, and it grows only
/// where this item by itself would cost more.
pub fn lateness(
    loan: &Loan,
    item: &Item,
    borrower: &Patron,
    returned: Timestamp,
    occasion_fees: &[Fee],
    number: i64,
    context: &Context,
) -> Option<Lateness> {
    let rule = context.rule(borrower, item);
    let agency = context.library.agency(&item.agency);
    let days = days_late(loan.due, returned, agency, &loan.branch);
    let returned_day = local_date(returned, &agency.time_zone);
    let child = borrower.age_on(returned_day).is_some_and(|age| age < i16::from(rule.adult_age));
    let minor = amount(rule, days, child);
    if minor == 0 {
        return None;
    }
    let occasion = (local_date(loan.due, &agency.time_zone), returned_day);
    let grouped = rule.fine_group == FineGroup::DueDate;
    let joined = occasion_fees
        .iter()
        .find(|fee| grouped && fee.kind == FeeKind::Overdue && fee.occasion == Some(occasion));
    if let Some(before) = joined {
        let mut fee = before.clone();
        fee.amount.minor = fee.amount.minor.max(minor);
        // a return that was undone after its fee was paid in part has left its name
        if !fee.loans.contains(&loan.id) {
            fee.items.push(item.id);
            fee.loans.push(loan.id);
            fee.text = format!("{}; {}", fee.text, item.title);
        }
        return Some(Lateness {
            fee,
            before: Some(before.clone()),
        });
    }
    let mut fee = for_loan(FeeKind::Overdue, minor, loan, item, borrower, number, context);
    fee.occasion = grouped.then_some(occasion);
    Some(Lateness { fee, before: None })
}

/// A new fee of this kind for one loan.
pub fn for_loan(kind: FeeKind, minor: i64, loan: &Loan, item: &Item, borrower: &Patron, number: i64, context: &Context) -> Fee {
    Fee {
        id: FeeId(number),
        patron: borrower.id,
        kind,
        amount: Money::new(minor, context.library.agency(&borrower.agency).currency),
        paid: 0,
        raised: context.now,
        text: item.title.clone(),
        items: vec![item.id],
        loans: vec![loan.id],
        occasion: None,
    }
}

/// A fee comes into being.
pub fn raise(fee: Fee, context: &Context) -> Vec<Change> {
    let raised = line(&fee, fee.amount.minor, LedgerKind::Raised, context);
    vec![Change::FeeRaised(fee), raised]
}

/// One line of the ledger, by this terminal, now.
pub fn line(fee: &Fee, minor: i64, what: LedgerKind, context: &Context) -> Change {
    Change::Ledger(LedgerLine {
        fee: fee.id,
        patron: fee.patron,
        amount: Money::new(minor, fee.amount.currency),
        what,
        at: context.now,
        terminal: context.actor.terminal.clone(),
        transaction: None,
        payment_type: None,
    })
}

/// A fee that should never have been. What was paid of it stays booked: the fee then shrinks to that, and staff is told.
pub fn withdraw(fee: &Fee, facts: &Facts, context: &Context) -> Vec<Change> {
    if fee.paid > 0 {
        return reduce(fee, fee.clone(), fee.paid, facts, context);
    }
    vec![
        line(fee, -fee.amount.minor, LedgerKind::Withdrawn, context),
        Change::FeeWithdrawn(fee.clone()),
    ]
}

/// `loan` leaves the fee that its return had raised or joined (`before`, as it was then). Gives the changes, and by how much less is owed.
pub fn leave(now: &Fee, before: Option<&Fee>, loan: &Loan, item: ItemId, facts: &Facts, context: &Context) -> (Vec<Change>, i64) {
    let mut rest = now.clone();
    rest.loans.retain(|id| *id != loan.id);
    rest.items.retain(|id| *id != item);
    if rest.loans.is_empty() {
        return (withdraw(now, facts, context), now.owed());
    }
    // where others have joined since, what they cost by themselves is not known: the fee they share stands
    let minor = match before {
        Some(before) if before.loans == rest.loans => {
            rest.text.clone_from(&before.text);
            before.amount.minor
        }
        _ => now.amount.minor,
    };
    let less = now.amount.minor - minor.max(now.paid);
    (reduce(now, rest, minor, facts, context), less)
}

/// The fee becomes `after` with the amount `minor`, or what was paid already where that is more.
fn reduce(before: &Fee, mut after: Fee, minor: i64, facts: &Facts, context: &Context) -> Vec<Change> {
    after.amount.minor = minor.max(before.paid);
    let mut changes = Vec::new();
    let less = before.amount.minor - after.amount.minor;
    if less != 0 {
        changes.push(line(before, -less, LedgerKind::Withdrawn, context));
    }
    if before.paid > 0 {
        changes.push(off_line::note(
            facts,
            "paid_fee_withdrawn",
            "a fee was withdrawn of which something is paid",
            context,
        ));
    }
    changes.push(Change::FeeRevised(after));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A municipality's usual steps.
    fn danish() -> Rule {
        Rule {
            fine_steps: vec![(1, 2000), (8, 6000), (15, 12_000), (31, 23_000)],
            child_fine_steps: vec![(1, 1000), (8, 3000), (15, 5500), (31, 12_000)],
            ..Rule::default()
        }
    }

    #[test]
    fn steps_begin_on_their_day() {
        for (days, adult, child) in [
            (0, 0, 0),
            (1, 2000, 1000),
            (7, 2000, 1000),
            (8, 6000, 3000),
            (14, 6000, 3000),
            (15, 12_000, 5500),
            (30, 12_000, 5500),
            (31, 23_000, 12_000),
            (u16::MAX, 23_000, 12_000),
        ] {
            assert_eq!(amount(&danish(), days, false), adult, "{days} days");
            assert_eq!(amount(&danish(), days, true), child, "{days} days");
        }
    }

    #[test]
    fn without_a_scale_of_their_own_children_pay_the_adults() {
        let rule = Rule {
            fine_per_day: 100,
            ..Rule::default()
        };
        assert_eq!(amount(&rule, 3, true), 300);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn later_is_never_cheaper_and_never_over_the_cap(
            steps in prop::collection::btree_map(1_u16..60, 0_i64..5000, 0..6),
            per_day in 0_i64..500,
            cap in prop::option::of(0_i64..9000),
            days in 0_u16..200,
            shuffled in any::<bool>(),
        ) {
            let mut sum = 0;
            let mut steps: Vec<(u16, i64)> = steps.into_iter().map(|(day, more)| { sum += more; (day, sum) }).collect();
            if shuffled {
                steps.reverse();
            }
            let rule = Rule { fine_steps: steps, fine_per_day: per_day, fine_cap: cap, ..Rule::default() };
            let fee = amount(&rule, days, false);
            prop_assert!(fee >= 0);
            prop_assert!(fee <= amount(&rule, days + 1, false));
            prop_assert!(cap.is_none_or(|cap| fee <= cap));
        }
    }
}
