//! Answers and rows in words.

use super::world::World;
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::reply::*;
use skranke_core::hold::HoldState;
use skranke_core::ids::ItemId;
use skranke_core::item::ItemState;
use skranke_core::time::Timestamp;

/// Local time at the library.
pub fn time(at: Timestamp) -> String {
    let zone = skranke_core::time::TimeZone::get("Europe/Copenhagen").unwrap();
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M").to_string()
}

pub fn refused(refused: &Refused, due: Option<Timestamp>) -> String {
    let reasons: Vec<String> = refused.reasons.iter().map(reason).collect();
    let due = due.map(|due| format!(", due {}", time(due))).unwrap_or_default();
    format!("no: {}{due}", reasons.join("; "))
}

fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::DebtLimit { owed, limit } => format!("DebtLimit {owed} over {limit}"),
        Refusal::FeeNotAcknowledged { kind, amount } => format!("FeeNotAcknowledged {kind:?} {amount}"),
        Refusal::Overpayment { owed } => format!("Overpayment, owed {owed}"),
        Refusal::Blocked { code, message, .. } => format!("Blocked {code} {message}").trim_end().to_owned(),
        other => format!("{other:?}")
            .replace([',', '{', '}', ':'], " ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" "),
    }
}

pub fn checked_out(answer: &Answer<CheckedOut>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(done) => {
            assert_eq!(answer.due, Some(done.loan.due));
            let mut said = vec![format!("lent until {}", time(done.loan.due))];
            said.extend(done.renewed.then(|| format!("renewed {} times", done.loan.renewals)));
            said.extend(done.repeated.then(|| "repeated".to_owned()));
            said.extend(done.fee.as_ref().map(|fee| format!("fee {} {}", fee.id, fee.amount)));
            said.join(", ")
        }
    }
}

pub fn checked_in(answer: &Answer<CheckedIn>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(done) => {
            let borrower = done.borrower.as_ref().map(|(card, _)| format!("returned by {}", card.reveal()));
            let mut said = vec![match (&done.loan, borrower) {
                (Some(_), Some(borrower)) => borrower,
                (Some(_), None) => "returned".to_owned(),
                (None, _) => "scanned".to_owned(),
            }];
            said.push(format!("to {}", done.destination));
            said.extend(done.alert.map(|alert| format!("{alert:?}")));
            said.extend(done.caught.as_ref().map(|caught| {
                let card = caught.card.as_ref().map_or("nobody", |card| card.reveal());
                let how = if caught.tied { "tied to" } else { "sent towards" };
                format!("{how} {card}")
            }));
            said.extend(
                done.fee
                    .as_ref()
                    .map(|fee| format!("fee {} {} for {} items", fee.id, fee.amount, fee.items.len())),
            );
            said.join(", ")
        }
    }
}

pub fn renewed(answer: &Answer<Renewed>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(done) => {
            let fee = done.fee.as_ref().map(|fee| format!(", fee {} {}", fee.id, fee.amount));
            format!(
                "renewed until {}, {} times{}",
                time(done.loan.due),
                done.loan.renewals,
                fee.unwrap_or_default()
            )
        }
    }
}

pub fn renewed_all(answer: &Answer<RenewedAll>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(all) => {
            let renewed = all
                .renewed
                .iter()
                .map(|(item, due)| format!("{} until {}", item.barcode, time(*due)));
            let unrenewed = all
                .unrenewed
                .iter()
                .map(|(item, why)| format!("{} {}", item.barcode, refused(why, None)));
            renewed.chain(unrenewed).collect::<Vec<_>>().join(" | ")
        }
    }
}

pub fn hold(answer: &Answer<HoldDone>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(done) => {
            let mut said = vec![format!("place {} for {} at {}", done.position, done.title, done.hold.pickup)];
            said.extend(done.available.then(|| "available".to_owned()));
            said.extend((done.count > 1).then(|| format!("{} holds", done.count)));
            said.extend(done.hold.expires.map(|day| format!("wanted until {day}")));
            said.join(", ")
        }
    }
}

pub fn paid(answer: &Answer<Paid>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(done) => {
            let booked: Vec<String> = done.booked.iter().map(|(fee, part)| format!("{part} on {fee}")).collect();
            format!("{}, owes {}", booked.join(", "), done.owed)
        }
    }
}

pub fn card(answer: &Answer<()>) -> String {
    match &answer.result {
        Err(why) => refused(why, answer.due),
        Ok(()) => answer.patron.as_ref().map_or("done".to_owned(), |p| standing(&p.standing)),
    }
}

pub fn standing(standing: &Standing) -> String {
    let denied = standing.denied.iter().map(|(activity, why)| {
        let reasons: Vec<String> = why.iter().map(reason).collect();
        format!("may not {activity:?} ({})", reasons.join("; "))
    });
    let denied: Vec<String> = denied.collect();
    if denied.is_empty() {
        "may do all".to_owned()
    } else {
        denied.join(", ")
    }
}

/// An item as it stands.
pub fn item(world: &World, barcode: &str) -> String {
    let item = world.state.items.values().find(|i| i.barcode.as_str() == barcode).unwrap();
    let state = match &item.state {
        ItemState::OnLoan => loan(world, item.id),
        ItemState::InTransit { to } => format!("in transit to {to}"),
        ItemState::OnHoldShelf => "on the hold shelf".to_owned(),
        other => format!("{other:?}").to_lowercase(),
    };
    let hold = item.tied_to.map(|id| {
        let hold = &world.state.holds[&id];
        let ready = match &hold.state {
            HoldState::Ready { until, pickup_number, .. } => format!(" number {pickup_number} until {}", time(*until)),
            _ => String::new(),
        };
        format!(", for {}{ready}", card_of(world, hold.patron))
    });
    format!("{state}, seen at {}{}", item.current_branch, hold.unwrap_or_default())
}

fn loan(world: &World, item: ItemId) -> String {
    let loan = &world.state.open_loans[&item];
    let borrower = loan.patron.map_or("nobody".to_owned(), |id| card_of(world, id));
    format!("on loan to {borrower} until {}, renewed {}", time(loan.due), loan.renewals)
}

/// A patron's holds, fees and totals.
pub fn patron(world: &World, card: &str) -> String {
    let patron = world.state.patrons.values().find(|p| p.card().unwrap().reveal() == card).unwrap();
    let id = patron.id;
    let mut said: Vec<String> = Vec::new();
    let holds = world.state.holds.values().filter(|hold| hold.patron == id);
    said.extend(holds.map(|hold| {
        let state = match hold.state {
            HoldState::Waiting => "waits",
            HoldState::InTransit { .. } => "under way",
            HoldState::Ready { .. } => "ready",
        };
        format!("{} {state} at {}", world.state.titles[&hold.bib].title, hold.pickup)
    }));
    let fees = world.state.fees.values().filter(|fee| fee.patron == id && fee.owed() > 0);
    said.extend(fees.map(|fee| format!("owes {} of {} {:?} {}", fee.owed(), fee.amount, fee.kind, fee.id)));
    let history = world.state.closed_loans.values().filter(|loan| loan.patron == Some(id)).count();
    said.extend((history > 0).then(|| format!("{history} closed loans")));
    if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
}

fn card_of(world: &World, id: skranke_core::ids::PatronId) -> String {
    world.state.patrons[&id].card().unwrap().reveal().to_owned()
}

/// Statistics so far.
pub fn counts(world: &World) -> String {
    let events = world.state.counts.iter().map(|(event, number)| {
        format!(
            "{number} {} of {} by {} at {} on {} ({})",
            event.kind, event.material_group, event.category, event.branch, event.day, event.channel
        )
    });
    let mut events: Vec<String> = events.collect();
    events.sort();
    events.join(" | ")
}
