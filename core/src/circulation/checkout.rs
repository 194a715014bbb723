//! Lending an item to a patron.

use super::{Context, Refusal, Refused, fines, off_line, renew, standing, trap, undo};
use crate::account::{Fee, FeeKind};
use crate::block::Activity;
use crate::desk::command::{CheckOut, Role};
use crate::desk::reply::{Answer, CheckedOut};
use crate::hold::Hold;
use crate::ids::LoanId;
use crate::item::{Item, ItemState, LoanRestriction};
use crate::loan::Loan;
use crate::money::Money;
use crate::patron::{Patron, PatronKind};
use crate::ports::{Change, Decided, Facts, HoldEnd, ItemFacts, ItemRef, Need, PatronFacts, PatronRef};
use crate::time::Timestamp;

/// What must be known: the patron's totals, the item with its loan and its queue; of what happened off-line also the loan before.
pub fn need(command: &CheckOut, patron: Vec<PatronRef>, item: Vec<ItemRef>) -> Need {
    Need {
        patron,
        item,
        last_closed_loan: command.already_happened.is_some(),
        ..Need::default()
    }
}

/// Lends, renews where the patron has the item already and the terminal may, or refuses with every reason.
pub fn decide(command: &CheckOut, facts: &Facts, context: &Context) -> Decided<Answer<CheckedOut>> {
    if let Some(happened) = &command.already_happened {
        return off_line::check_out(command, happened, facts, context);
    }
    // before all else, so that whoever guesses at a PIN learns nothing of the item by it
    if let Some(why) = context.pin_refusal().filter(|_| facts.patron.is_some()) {
        return context.refused(facts, vec![why]);
    }
    let (patron, found) = match (&facts.patron, &facts.item) {
        (Some(patron), Some(found)) => (patron, found),
        _ => return context.refused(facts, unknown(facts)),
    };
    if let Some(loan) = found.loan.as_ref().filter(|l| l.patron == Some(patron.patron.id)) {
        return again(command, loan, patron, found, facts, context);
    }
    let reasons = reasons(command, patron, found, context);
    if !reasons.is_empty() {
        return context.refused(facts, reasons);
    }
    let days = context.rule(&patron.patron, &found.item).loan_days;
    let lent = lend(patron, found, context.now, context.due(context.now, days), context);
    done(command, lent, Vec::new(), patron, found, facts, context)
}

/// Whom or what nobody knows.
pub(super) fn unknown(facts: &Facts) -> Vec<Refusal> {
    let patron = facts.patron.is_none().then_some(Refusal::UnknownPatron);
    let item = facts.item.is_none().then_some(Refusal::UnknownItem);
    patron.into_iter().chain(item).collect()
}

/// Every reason against a new loan, the patron's before the item's; a fee that was not acknowledged comes last.
fn reasons(command: &CheckOut, facts: &PatronFacts, found: &ItemFacts, context: &Context) -> Vec<Refusal> {
    let (patron, item) = (&facts.patron, &found.item);
    let rule = context.rule(patron, item);
    let standing = standing::of(patron, &facts.totals, context);
    let mut reasons: Vec<Refusal> = standing.denied.get(&Activity::Borrow).cloned().unwrap_or_default();
    // the standing knows the general rule, this loan its own
    reasons.retain(|r| !matches!(r, Refusal::LoanLimit { .. } | Refusal::OverdueLimit { .. }));
    if standing.loans >= u32::from(rule.max_loans) {
        let (have, max) = (standing.loans, rule.max_loans);
        reasons.push(Refusal::LoanLimit { have, max });
    }
    if let Some(max) = rule.max_overdue.filter(|max| standing.overdue > u32::from(*max)) {
        let have = standing.overdue;
        reasons.push(Refusal::OverdueLimit { have, max });
    }
    if let Some(min) = rule.min_age.filter(|min| is_too_young(patron, *min, context)) {
        reasons.push(Refusal::AgeLimit { min });
    }
    if found.loan.is_some() {
        reasons.push(Refusal::OnLoanToAnother);
    }
    if !rule.loanable {
        reasons.push(Refusal::NotForLoan);
    }
    let restriction = item.loan_restriction.and_then(|code| restricted(code, item, patron, context));
    reasons.extend(restriction.filter(|_| rule.loanable));
    match item.state {
        ItemState::InProcess
        | ItemState::OnOrder
        | ItemState::ClaimedReturned
        | ItemState::Lost
        | ItemState::Missing
        | ItemState::Unavailable
        | ItemState::Withdrawn => reasons.push(Refusal::NotAvailable),
        ItemState::Available | ItemState::OnLoan | ItemState::OnHoldShelf | ItemState::InTransit { .. } | ItemState::Reshelving => {}
    }
    if found.tied.as_ref().is_some_and(|(hold, _)| hold.patron != patron.id) {
        reasons.push(Refusal::HeldForAnother);
    }
    reasons.extend(unacknowledged(rule.loan_fee, command.fee_acknowledged, context));
    reasons
}

/// A loan that costs `minor` was not agreed to.
pub(super) fn unacknowledged(minor: i64, acknowledged: bool, context: &Context) -> Option<Refusal> {
    (minor > 0 && !acknowledged).then(|| Refusal::FeeNotAcknowledged {
        kind: FeeKind::Rental,
        amount: Money::new(minor, context.agency().currency),
    })
}

/// Whether a rule's youngest age stands in the way. Who has no birth date is taken for grown up: institutions have none.
pub(super) fn is_too_young(patron: &Patron, min: u8, context: &Context) -> bool {
    patron.age_on(context.today()).is_some_and(|age| age < i16::from(min))
}

/// What a restriction code means for a loan to this patron at this terminal.
fn restricted(code: LoanRestriction, item: &Item, patron: &Patron, context: &Context) -> Option<Refusal> {
    let own = patron.agency == item.agency && patron.kind != PatronKind::Library;
    match code {
        LoanRestriction::B => (context.actor.role != Role::Desk).then_some(Refusal::StaffMustDecide),
        LoanRestriction::F | LoanRestriction::G => (!own).then_some(Refusal::NotForLoan),
        barred => barred.bars_loan().then_some(Refusal::NotForLoan),
    }
}

/// The patron has it already: a renewal, where both the request and the terminal allow one.
fn again(
    command: &CheckOut,
    loan: &Loan,
    patron: &PatronFacts,
    found: &ItemFacts,
    facts: &Facts,
    context: &Context,
) -> Decided<Answer<CheckedOut>> {
    let refuse = |reasons| {
        let mut refused = context.refused(facts, reasons);
        refused.outcome.due = Some(loan.due);
        refused
    };
    if !command.may_renew || !context.actor.powers.renew {
        return refuse(vec![Refusal::AlreadyBorrowed]);
    }
    let asked = renew::Asked {
        loan,
        item: &found.item,
        borrower: &patron.patron,
        queue: found.queue.iter().map(|(hold, _)| hold).collect(),
        fee_acknowledged: command.fee_acknowledged,
    };
    match renew::extend(&asked, patron, context.number(1), context) {
        Err(Refused { reasons }) => refuse(reasons),
        Ok(extended) => {
            let lent = Lent {
                changes: extended.changes(&found.item, &patron.patron, context),
                loan: extended.loan,
                item: found.item.clone(),
                fee: extended.fee,
                renewed: true,
                ended: Vec::new(),
            };
            done(command, lent, Vec::new(), patron, found, facts, context)
        }
    }
}

/// A loan made or renewed, with all that it brings about.
pub(super) struct Lent {
    pub changes: Vec<Change>,
    pub loan: Loan,
    pub item: Item,
    pub fee: Option<Fee>,
    pub renewed: bool,
    /// The hold that it fulfilled, and after it the alternatives that vanished, as they were.
    pub ended: Vec<Hold>,
}

/// Makes the loan. The borrower's own hold is fulfilled: the one the item is tied to, else his waiting one that it serves.
pub(super) fn lend(patron: &PatronFacts, found: &ItemFacts, made: Timestamp, due: Timestamp, context: &Context) -> Lent {
    let borrower = &patron.patron;
    let loan = Loan {
        id: LoanId(context.number(0)),
        item: found.item.id,
        patron: Some(borrower.id),
        made,
        due,
        renewals: 0,
        branch: context.actor.branch.clone(),
        terminal: context.actor.terminal.clone(),
        closed: None,
        recalled: None,
    };
    let mut item = found.item.clone();
    item.state = ItemState::OnLoan;
    item.tied_to = None;
    item.current_branch = context.actor.branch.clone();
    let mut changes = vec![Change::LoanOpened(loan.clone()), Change::Item(item.clone())];

    let fulfilled = found
        .tied
        .iter()
        .chain(&found.queue)
        .map(|(hold, _)| hold)
        .find(|hold| hold.patron == borrower.id);
    if let Some(hold) = fulfilled {
        changes.push(Change::HoldEnded(hold.clone(), HoldEnd::Fulfilled));
        if let Some(group) = hold.parallel {
            changes.push(Change::ParallelEnded { group, winner: hold.id });
        }
    }
    let cost = context.rule(borrower, &item).loan_fee;
    let fee = (cost > 0).then(|| fines::for_loan(FeeKind::Rental, cost, &loan, &item, borrower, context.number(1), context));
    if let Some(fee) = &fee {
        changes.extend(fines::raise(fee.clone(), context));
    }
    changes.push(context.count("loan", &item, Some(borrower)));
    Lent {
        changes,
        loan,
        item,
        fee,
        renewed: false,
        ended: trap::with_alternatives(fulfilled, found),
    }
}

/// Tells of the loan, after what had to come `first`, and remembers how to undo it.
pub(super) fn done(
    command: &CheckOut,
    lent: Lent,
    first: Vec<Change>,
    patron: &PatronFacts,
    found: &ItemFacts,
    facts: &Facts,
    context: &Context,
) -> Decided<Answer<CheckedOut>> {
    let memory = undo::Lent::new(&lent, found, context);
    let mut changes = first;
    changes.extend(lent.changes);
    changes.push(memory.remember(&command.item, context));

    let mut totals = patron.totals.clone();
    if lent.renewed {
        let old = found.loan.as_ref().map(|l| l.due);
        if let Some(due) = totals.due.iter_mut().find(|due| Some(**due) == old) {
            *due = lent.loan.due;
        }
    } else {
        totals.due.push(lent.loan.due);
    }
    totals.due.sort_unstable();
    totals.holds = totals.holds.saturating_sub(standing::count(lent.ended.len()));
    totals.owed += lent.fee.as_ref().map_or(0, Fee::owed);

    let due = lent.loan.due;
    let mut answer = context.answer(
        facts,
        Ok(CheckedOut {
            loan: lent.loan,
            renewed: lent.renewed,
            fee: lent.fee,
            repeated: false,
        }),
    );
    answer.patron = Some(standing::summary(&patron.patron, &totals, context));
    answer.item = Some(lent.item);
    answer.due = Some(due);
    context.decided(changes, answer)
}
