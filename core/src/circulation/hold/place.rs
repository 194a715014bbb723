//! Placing holds: on one title, on alternatives of which the first to arrive wins, or on a batch: all or nothing.

use super::{bib_ref, is_pickup};
use crate::account::{Fee, FeeKind};
use crate::block::Activity;
use crate::circulation::checkout::is_too_young;
use crate::circulation::standing::count;
use crate::circulation::{Context, Refusal, fines, standing};
use crate::desk::command::{Actor, PlaceHold, ScopeWanted, What};
use crate::desk::reply::{Answer, HoldDone};
use crate::hold::{Hold, HoldScope, HoldState};
use crate::ids::{BranchId, FeeId, HoldId, ParallelId};
use crate::item::{Item, ItemState, LoanRestriction};
use crate::money::Money;
use crate::policy::Rule;
use crate::ports::{BibFacts, BibRef, Change, Decided, Facts, HoldEnd, Need, PatronFacts, PatronRef};
use crate::time::Date;
use std::borrow::Cow;

/// What must be known: the patron with his loans and holds, each record with its copies and its queue, and whether the pickup place exists.
pub fn need(command: &PlaceHold, actor: &Actor, patron: Vec<PatronRef>) -> Need {
    // a request that names nothing finds nothing, and keeps its place in the list
    let nothing = || BibRef::Number(actor.agency.clone(), "".into());
    Need {
        patron,
        patron_lists: true,
        bibs: command
            .what
            .iter()
            .map(|what| bib_ref(what, actor).unwrap_or_else(nothing))
            .collect(),
        branch: command.pickup.clone().map(|branch| (actor.agency.clone(), branch)),
        ..Need::default()
    }
}

/// Places every hold, or none: each reason against each of them is told.
pub fn decide(command: &PlaceHold, facts: &Facts, context: &Context) -> Decided<Answer<HoldDone>> {
    let Some(patron) = &facts.patron else {
        return context.refused(facts, vec![Refusal::UnknownPatron]);
    };
    if let Some(why) = context.pin_refusal() {
        return context.refused(facts, vec![why]);
    }
    let (patron, lapsed) = without_lapsed(patron, context.today());
    let patron = &*patron;
    let asked: Vec<(&What, Option<&BibFacts>)> = command
        .what
        .iter()
        .zip(facts.bibs.iter().map(Option::as_ref).chain(std::iter::repeat(None)))
        .collect();
    let mut reasons = general(command, patron, facts, context);
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for (what, bib) in asked {
        match one(command, what, bib, patron, &wanted, context) {
            Ok(ok) => wanted.push(ok),
            Err(more) => reasons.extend(more.into_iter().filter(|r| !reasons.contains(r)).collect::<Vec<_>>()),
        }
    }
    let limit = wanted.iter().map(|w| w.rule.max_holds).min();
    if let Some(max) = limit.filter(|max| patron.totals.holds + count(wanted.len()) > u32::from(*max)) {
        let have = patron.totals.holds;
        reasons.push(Refusal::HoldLimit { have, max });
    }
    let cost: i64 = wanted.iter().map(|w| w.rule.hold_fee).sum();
    if cost > 0 && !command.fee_acknowledged {
        let amount = Money::new(cost, context.agency().currency);
        reasons.push(Refusal::FeeNotAcknowledged {
            kind: FeeKind::Hold,
            amount,
        });
    }
    let Some(first) = wanted.first().filter(|_| reasons.is_empty()) else {
        return context.refused(facts, reasons);
    };
    let holds: Vec<Hold> = wanted.iter().zip(0..).map(|(w, n)| hold(w, n, command, patron, context)).collect();
    let mut changes = lapsed;
    changes.extend(holds.iter().cloned().map(Change::HoldPlaced));
    changes.extend(fee(cost, &wanted, patron, context));
    changes.extend(wanted.iter().map(|w| context.count("hold", w.copy, Some(&patron.patron))));

    let mut totals = patron.totals.clone();
    totals.holds += count(holds.len());
    totals.owed += cost;
    let done = HoldDone {
        position: first.position,
        available: first.available,
        control_number: first.bib.control_number.clone(),
        title: first.bib.title.clone(),
        count: count(holds.len()),
        hold: match holds.into_iter().next() {
            Some(hold) => hold,
            None => return context.refused(facts, vec![Refusal::Incomplete]),
        },
    };
    let mut answer = context.answer(facts, Ok(done));
    answer.patron = Some(standing::summary(&patron.patron, &totals, context));
    answer.item = first.asked_copy.cloned();
    context.decided(changes, answer)
}

/// The patron without the holds whose last day has passed while they waited: they stand in nobody's way, and end now.
fn without_lapsed(patron: &PatronFacts, today: Date) -> (Cow<'_, PatronFacts>, Vec<Change>) {
    let has_lapsed = |hold: &Hold| hold.state == HoldState::Waiting && hold.expires.is_some_and(|last| last < today);
    let lapsed = patron.holds.iter().map(|line| &line.hold).filter(|hold| has_lapsed(hold));
    let ended: Vec<Change> = lapsed.map(|hold| Change::HoldEnded(hold.clone(), HoldEnd::Expired)).collect();
    if ended.is_empty() {
        return (Cow::Borrowed(patron), ended);
    }
    let mut left = patron.clone();
    left.holds.retain(|line| !has_lapsed(&line.hold));
    left.totals.holds = left.totals.holds.saturating_sub(count(ended.len()));
    (Cow::Owned(left), ended)
}

/// Reasons that do not depend on the title.
fn general(command: &PlaceHold, patron: &PatronFacts, facts: &Facts, context: &Context) -> Vec<Refusal> {
    let standing = standing::of(&patron.patron, &patron.totals, context);
    let mut reasons = standing.denied.get(&Activity::Reserve).cloned().unwrap_or_default();
    // the standing knows the general rule, these titles their own
    reasons.retain(|r| !matches!(r, Refusal::HoldLimit { .. }));
    if command.what.is_empty() || (command.scope == ScopeWanted::AtBranch && command.pickup.is_none()) {
        reasons.push(Refusal::Incomplete);
    }
    let today = context.today();
    let never = command
        .expires
        .is_some_and(|last| last < today || command.activates.is_some_and(|from| last < from));
    if never {
        reasons.push(Refusal::DatePassed);
    }
    if let Some(pickup) = &command.pickup {
        let named = facts
            .bibs
            .iter()
            .any(|bib| is_pickup(pickup, facts.branch_exists, bib.as_ref(), patron, context));
        if !named && !is_pickup(pickup, facts.branch_exists, None, patron, context) {
            reasons.push(Refusal::UnknownPickup);
        }
    }
    reasons
}

/// One title that may be reserved.
struct Wanted<'a> {
    bib: &'a BibFacts,
    scope: HoldScope,
    /// A copy that could satisfy it: selects the rule.
    copy: &'a Item,
    rule: &'a Rule,
    /// The copy that was asked for.
    asked_copy: Option<&'a Item>,
    position: u32,
    available: bool,
}

fn one<'a>(
    command: &PlaceHold,
    what: &What,
    bib: Option<&'a BibFacts>,
    patron: &PatronFacts,
    before: &[Wanted<'_>],
    context: &'a Context,
) -> Result<Wanted<'a>, Vec<Refusal>> {
    let Some(bib) = bib else {
        return Err(vec![match what {
            What { item: Some(_), .. } => Refusal::UnknownItem,
            What { title: Some(_), .. } => Refusal::UnknownBib,
            _ => Refusal::Incomplete,
        }]);
    };
    let asked_copy = what
        .item
        .as_ref()
        .and_then(|barcode| bib.copies.iter().find(|c| c.barcode == *barcode));
    let scope = scope(command, asked_copy, patron, context)?;
    let probe = probe(bib, &scope, patron, context);
    let mut reasons = Vec::new();

    let same = |hold: &Hold| hold.bib == bib.id && (hold.scope == scope || !is_issue(&hold.scope) || !is_issue(&scope));
    if let Some(line) = patron.holds.iter().find(|line| same(&line.hold)) {
        reasons.push(Refusal::AlreadyReserved { position: line.position });
    } else if before.iter().any(|w| w.bib.id == bib.id) {
        reasons.push(Refusal::AlreadyReserved { position: 0 });
    }
    if patron.loans.iter().any(|line| probe.served_by(&line.item)) {
        reasons.push(Refusal::AlreadyOnLoanToPatron);
    }
    let copies: Vec<&Item> = bib.copies.iter().filter(|c| probe.served_by(c)).collect();
    let copy = best(&copies, patron, context).map_err(|why| reasons.push(why));
    let (Ok(copy), true) = (copy, reasons.is_empty()) else {
        return Err(reasons);
    };
    let today = context.today();
    let waits = |h: &&Hold| h.agency == patron.patron.agency && h.state == HoldState::Waiting;
    let ahead = count(bib.holds.iter().filter(waits).count());
    let in_turn = bib
        .holds
        .iter()
        .any(|h| h.takes_part_on(today) && copies.iter().any(|c| h.served_by(c)));
    Ok(Wanted {
        bib,
        scope,
        copy,
        rule: context.rule(&patron.patron, copy),
        asked_copy,
        position: ahead + 1,
        available: !in_turn && copies.iter().any(|c| c.state == ItemState::Available && c.tied_to.is_none()),
    })
}

/// A copy that may be reserved, or the weightiest reason why there is none.
fn best<'a>(copies: &[&'a Item], patron: &PatronFacts, context: &Context) -> Result<&'a Item, Refusal> {
    let why_not = |item: &Item| {
        let rule = context.rule(&patron.patron, item);
        let not_lent = matches!(item.loan_restriction, Some(LoanRestriction::A | LoanRestriction::C));
        if matches!(item.state, ItemState::Withdrawn | ItemState::Lost | ItemState::Missing) {
            Some(Refusal::NotAvailable)
        } else if not_lent || !rule.loanable {
            Some(Refusal::NotForLoan)
        } else if !rule.holdable {
            Some(Refusal::NotHoldable)
        } else {
            rule.min_age
                .filter(|min| is_too_young(&patron.patron, *min, context))
                .map(|min| Refusal::AgeLimit { min })
        }
    };
    if let Some(copy) = copies.iter().find(|c| why_not(c).is_none()) {
        return Ok(copy);
    }
    let reasons: Vec<Refusal> = copies.iter().filter_map(|c| why_not(c)).collect();
    let lost = reasons.iter().all(|r| *r == Refusal::NotAvailable);
    match reasons.into_iter().find(|r| *r != Refusal::NotAvailable) {
        Some(rule) => Err(rule),
        None if lost && copies.len() == 1 => Err(Refusal::NotAvailable),
        None => Err(Refusal::NoCopies),
    }
}

fn scope(command: &PlaceHold, copy: Option<&Item>, patron: &PatronFacts, context: &Context) -> Result<HoldScope, Vec<Refusal>> {
    if let Some(issue) = &command.issue {
        return Ok(HoldScope::Issue(issue.clone()));
    }
    Ok(match command.scope {
        ScopeWanted::AnyCopy => HoldScope::AnyCopy,
        ScopeWanted::AtBranch => HoldScope::BranchCopy(pickup(command, patron, context)),
        ScopeWanted::ThisCopy => HoldScope::Copy(copy.ok_or_else(|| vec![Refusal::Incomplete])?.id),
    })
}

/// The pickup place asked for, else the patron's own, else where he stands.
fn pickup(command: &PlaceHold, patron: &PatronFacts, context: &Context) -> BranchId {
    let asked = command.pickup.as_ref().or(patron.patron.branch.as_ref());
    asked.unwrap_or(&context.actor.branch).clone()
}

fn is_issue(scope: &HoldScope) -> bool {
    matches!(scope, HoldScope::Issue(_))
}

/// A hold of this scope, to ask which items would serve it.
fn probe(bib: &BibFacts, scope: &HoldScope, patron: &PatronFacts, context: &Context) -> Hold {
    Hold {
        id: HoldId(0),
        patron: patron.patron.id,
        agency: patron.patron.agency.clone(),
        bib: bib.id,
        scope: scope.clone(),
        parallel: None,
        placed: context.now,
        activates: None,
        expires: None,
        pickup: context.actor.branch.clone(),
        pause: patron.patron.pause,
        state: HoldState::Waiting,
    }
}

/// The `n`th hold of this command.
fn hold(wanted: &Wanted<'_>, n: u32, command: &PlaceHold, patron: &PatronFacts, context: &Context) -> Hold {
    let group = ParallelId(context.number(count(command.what.len())));
    Hold {
        id: HoldId(context.number(n)),
        parallel: (command.parallel && command.what.len() > 1).then_some(group),
        activates: command.activates.filter(|from| *from > context.today()),
        expires: Some(
            command
                .expires
                .unwrap_or_else(|| interest(wanted.rule, command.activates, context.today())),
        ),
        pickup: pickup(command, patron, context),
        ..probe(wanted.bib, &wanted.scope, patron, context)
    }
}

/// The last day of interest where the patron says nothing, counted from when the hold begins.
fn interest(rule: &Rule, activates: Option<Date>, today: Date) -> Date {
    let from = activates.map_or(today, |day| day.max(today));
    from.saturating_add(jiff::Span::new().days(i64::from(rule.interest_days)))
}

/// What the holds cost: one fee.
fn fee(cost: i64, wanted: &[Wanted<'_>], patron: &PatronFacts, context: &Context) -> Vec<Change> {
    if cost <= 0 {
        return Vec::new();
    }
    let titles: Vec<&str> = wanted.iter().map(|w| w.bib.title.as_str()).collect();
    let fee = Fee {
        id: FeeId(context.number(count(wanted.len()) + 1)),
        patron: patron.patron.id,
        kind: FeeKind::Hold,
        amount: Money::new(cost, context.agency().currency),
        paid: 0,
        raised: context.now,
        text: titles.join("; "),
        items: Vec::new(),
        loans: Vec::new(),
        occasion: None,
    };
    fines::raise(fee, context)
}
