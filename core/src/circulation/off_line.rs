//! What already happened while a terminal was off-line: recorded whatever the rules say, told to staff where it cannot be.

use super::checkout::{Lent, done, lend, unknown};
use super::closing::close;
use super::{Context, Refusal};
use crate::desk::command::{CheckOut, Happened, Who};
use crate::desk::reply::{Answer, CheckedOut};
use crate::hold::HoldState;
use crate::ids::Barcode;
use crate::loan::Loan;
use crate::ports::{Change, Decided, Facts, ItemFacts, PatronFacts, StaffNote};
use crate::secret::is_national_number;
use crate::time::Timestamp;

/// A loan made off-line. Told again it succeeds without a second loan; a loan that somebody else got meanwhile ends first.
pub(super) fn check_out(command: &CheckOut, happened: &Happened, facts: &Facts, context: &Context) -> Decided<Answer<CheckedOut>> {
    if !context.actor.powers.offline {
        return context.refused(facts, vec![Refusal::TerminalMayNot]);
    }
    let (patron, found) = match (&facts.patron, &facts.item) {
        (Some(patron), Some(found)) => (patron, found),
        _ => {
            return refused(
                facts,
                unknown(facts),
                &told(Some(&command.who), Some(&command.item), happened.at),
                context,
            );
        }
    };
    let made = plausible(happened.at, context);
    let days = context.rule(&patron.patron, &found.item).loan_days;
    let due = happened.due.filter(|due| *due > made).unwrap_or_else(|| context.due(made, days));

    if let Some(loan) = told_before(patron, found, made, context) {
        return repeated(loan.clone(), facts, context);
    }
    let mut first = Vec::new();
    let mut borrowed = None;
    if let Some(loan) = &found.loan {
        if loan.patron == Some(patron.patron.id) {
            if made < loan.made {
                return repeated(loan.clone(), facts, context);
            }
            borrowed = Some(loan);
        } else {
            // ended as of the moment the item was seen elsewhere, so that nothing is owed for the time after it
            let closing = close(loan, found, made.max(loan.made), context.number(2), context);
            first.extend(closing.changes);
            first.push(note(
                facts,
                "off_line_loan_ended_another",
                "lent off-line while on loan to another",
                context,
            ));
        }
    }
    if let Some(loan) = borrowed {
        return lent_on(command, loan, due, patron, found, facts, context);
    }
    if let Some((hold, _)) = found.tied.as_ref().filter(|(hold, _)| hold.patron != patron.patron.id) {
        let mut waiting = hold.clone();
        waiting.state = HoldState::Waiting;
        first.push(Change::HoldRevised(waiting));
        first.push(note(
            facts,
            "off_line_loan_took_held",
            "lent off-line while held for another",
            context,
        ));
    }
    let lent = lend(patron, found, made, due, context);
    done(command, lent, first, patron, found, facts, context)
}

/// Lent off-line to who has it already: his loan goes on until the later date.
fn lent_on(
    command: &CheckOut,
    loan: &Loan,
    due: Timestamp,
    patron: &PatronFacts,
    found: &ItemFacts,
    facts: &Facts,
    context: &Context,
) -> Decided<Answer<CheckedOut>> {
    let longer = Loan {
        due: due.max(loan.due),
        renewals: loan.renewals.saturating_add(1),
        ..loan.clone()
    };
    if longer.due == loan.due {
        return repeated(loan.clone(), facts, context);
    }
    let lent = Lent {
        changes: vec![
            Change::LoanRevised(longer.clone()),
            context.count("renewal", &found.item, Some(&patron.patron)),
        ],
        loan: longer,
        item: found.item.clone(),
        fee: None,
        renewed: true,
        ended: Vec::new(),
    };
    done(command, lent, Vec::new(), patron, found, facts, context)
}

/// The loan that the same stored transaction made before: same item, patron and time, open or closed.
fn told_before<'a>(patron: &PatronFacts, found: &'a ItemFacts, made: Timestamp, context: &Context) -> Option<&'a Loan> {
    let open = found.loan.as_ref().filter(|l| l.patron == Some(patron.patron.id));
    // of a closed loan the person may be gone: the terminal and the second tell it
    let closed = found
        .last_closed
        .as_ref()
        .filter(|l| l.patron.is_none_or(|p| p == patron.patron.id) && l.terminal == context.actor.terminal);
    // a store may round times to milliseconds
    open.into_iter()
        .chain(closed)
        .find(|l| l.made.as_millisecond() == made.as_millisecond())
}

fn repeated(loan: Loan, facts: &Facts, context: &Context) -> Decided<Answer<CheckedOut>> {
    let due = loan.due;
    let mut answer = context.answer(
        facts,
        Ok(CheckedOut {
            loan,
            renewed: false,
            fee: None,
            repeated: true,
        }),
    );
    answer.due = Some(due);
    context.decided(Vec::new(), answer)
}

/// The time as told, where the terminal's clock can be believed: not more than a day ahead of ours.
fn plausible(at: Timestamp, context: &Context) -> Timestamp {
    let tomorrow = context.now + jiff::SignedDuration::from_hours(24);
    if at <= tomorrow { at } else { context.now }
}

/// No; and since it happened all the same, staff must know what the terminal `told`.
pub(super) fn refused<T>(facts: &Facts, reasons: Vec<Refusal>, told: &str, context: &Context) -> Decided<Answer<T>> {
    let mut refused = context.refused(facts, reasons);
    refused.plan.changes = vec![rejected(facts, told, context)];
    refused
}

/// What a terminal told, as staff needs it to look for the patron and the item. A number that may be a national one is left out:
/// notes are kept in the clear.
pub(super) fn told(who: Option<&Who>, item: Option<&Barcode>, at: Timestamp) -> String {
    let card = who.map(|who| who.card.reveal());
    let card = card.map(|card| if is_national_number(card) { "(a national number)" } else { card });
    let item = item.map(|item| format!("item {item}"));
    let parts: Vec<String> = item.into_iter().chain(card.map(|card| format!("card {card}"))).collect();
    format!("{} at {}", parts.join(", "), at.strftime("%Y-%m-%dT%H:%M:%SZ"))
}

/// The note about something off-line that could not be recorded.
pub(super) fn rejected(facts: &Facts, told: &str, context: &Context) -> Change {
    let text = format!("told off-line and not recorded: {told}");
    note(facts, "offline_rejected", &text, context)
}

/// A note for the actor's staff about the patron and item at hand.
pub(super) fn note(facts: &Facts, kind: &'static str, text: &str, context: &Context) -> Change {
    Change::Note(StaffNote {
        agency: context.actor.agency.clone(),
        kind,
        item: facts.item.as_ref().map(|i| i.item.id),
        patron: facts.patron.as_ref().map(|p| p.patron.id),
        text: format!("{}: {text}", context.actor.terminal),
    })
}
