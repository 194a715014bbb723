//! Patron information (63 → 64): digest 9.2. Counts are always of the whole; lists only as asked for.

use super::{Asked, Context, Texts, lists, patron_status, pin_valid, status, template, tongue};
use crate::message::types::{Ascii, Code, Extra, Line, ListKind, PatronStatus};
use crate::message::{PatronInformation, PatronInformationResponse};
use skranke_core::block::Activity;
use skranke_core::desk::Command;
use skranke_core::desk::reply::{PatronReply, PatronSummary, Standing};
use skranke_core::hold::HoldState;
use skranke_core::patron::Patron;
use skranke_core::ports::{HoldLine, LoanLine, PatronFacts};
use skranke_core::time::{Date, local_date};

pub(super) fn ask(message: &PatronInformation, context: &Context<'_>) -> Asked {
    Asked::Desk(Command::PatronInformation {
        who: context.who(&message.patron, message.patron_password.as_ref()),
        lists: true,
    })
}

pub(super) fn answer(message: &PatronInformation, reply: &PatronReply, context: &Context<'_>) -> PatronInformationResponse {
    let patron = reply.patron.as_ref();
    let texts = context.language(message.language, tongue(patron, &reply.pin));
    let blank = failure(message, patron_status::lines(reply, context, texts), context);
    let Some(patron) = patron else {
        return PatronInformationResponse {
            valid_patron_password: message.patron_password.as_ref().map(|_| false),
            ..blank
        };
    };
    let told = status::patron(&patron.standing, context.actor.role);
    let base = PatronInformationResponse {
        patron_status: told.status,
        valid_patron: Some(told.valid),
        valid_patron_password: pin_valid(&reply.pin),
        ..blank
    };
    match &reply.facts {
        Some(facts) if told.known && patron_status::may_tell(reply) => full(message, patron, facts, base, context, texts),
        _ => base,
    }
}

/// All that may be told.
fn full(
    message: &PatronInformation,
    summary: &PatronSummary,
    facts: &PatronFacts,
    base: PatronInformationResponse,
    context: &Context<'_>,
    texts: &Texts,
) -> PatronInformationResponse {
    let standing = &summary.standing;
    let format = context.terminal.account.list_format;
    let is_ready = |line: &&HoldLine| matches!(line.hold.state, HoldState::Ready { .. });
    let is_overdue = |line: &&LoanLine| line.loan.due < context.now;
    let is_recalled = |line: &&LoanLine| line.loan.recalled.is_some();
    let part = |kind, all: Vec<String>| {
        if message.summary.has(kind) {
            lists::part(all, message.start_item, message.end_item)
        } else {
            Vec::new()
        }
    };
    let loans = |wanted: &dyn Fn(&&LoanLine) -> bool| -> Vec<String> {
        let entry = |line: &LoanLine| {
            format.entry(
                Some(line.item.barcode.as_str()),
                &line.item.title,
                line.item.control_number.as_str(),
            )
        };
        facts.loans.iter().filter(|line| wanted(line)).map(entry).collect()
    };
    let holds = |ready: bool| -> Vec<String> {
        let entry = |line: &HoldLine| format.entry(line.barcode.as_ref().map(|b| b.as_str()), &line.title, line.control_number.as_str());
        facts.holds.iter().filter(|line| is_ready(line) == ready).map(entry).collect()
    };
    let details = if message.summary.has(ListKind::FeesInDetail) {
        let fees = lists::part(facts.fees.iter().collect(), message.start_item, message.end_item);
        let of = |fee: &skranke_core::account::Fee| template::fee_details(b"64", fee, context, texts);
        fees.into_iter().flat_map(of).collect()
    } else {
        Vec::new()
    };
    let fines: Vec<String> = facts.fees.iter().map(|fee| template::fine(fee, context, texts)).collect();
    let (ready, waiting) = (holds(true), holds(false));
    let (charged, overdue, recalled) = (loans(&|_| true), loans(&is_overdue), loans(&is_recalled));
    let reached = Reached::at(facts);
    PatronInformationResponse {
        hold_items_count: count(ready.len()),
        overdue_items_count: count(overdue.len()),
        charged_items_count: count(charged.len()),
        fine_items_count: count(fines.len()),
        recall_items_count: count(recalled.len()),
        unavailable_holds_count: count(waiting.len()),
        personal_name: template::name(&context.terminal.account.name_template, &summary.name, None),
        hold_items_limit: Some(Code(standing.hold_limit)),
        overdue_items_limit: standing.overdue_limit.map(Code),
        charged_items_limit: Some(Code(standing.loan_limit)),
        currency: Some(Ascii::new(standing.owed.currency.as_str())),
        fee_amount: Some(standing.owed.to_string()),
        fee_limit: Some(standing.debt_limit.to_string()),
        hold_items: part(ListKind::Holds, ready),
        overdue_items: part(ListKind::Overdue, overdue),
        charged_items: part(ListKind::Charged, charged),
        fine_items: part(ListKind::Fines, fines),
        recall_items: part(ListKind::Recalls, recalled),
        unavailable_hold_items: part(ListKind::UnavailableHolds, waiting),
        home_address: reached.address,
        email: reached.email,
        phone: reached.phone,
        extra: extensions(facts, standing, context).into_iter().chain(details).collect(),
        ..base
    }
}

/// Where a patron can be reached, as far as it may be told.
pub(super) struct Reached {
    pub address: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl Reached {
    /// A protected address is not told; of several ways the first is.
    pub fn at(facts: &PatronFacts) -> Self {
        let contact = &facts.patron.contact;
        let first = |ways: &[(String, bool)]| ways.first().map(|(way, _)| way.clone()).filter(|way| !way.is_empty());
        Self {
            address: (!facts.patron.protected_address && !contact.address.is_empty()).then(|| contact.address.join(", ")),
            email: first(&contact.emails),
            phone: first(&contact.phones),
        }
    }
}

/// Fields that only some profiles turn on (digest 10).
fn extensions(facts: &PatronFacts, standing: &Standing, context: &Context<'_>) -> Vec<Extra> {
    let patron = &facts.patron;
    let today = local_date(context.now, context.zone());
    let day = |day: Option<Date>| day.map(|d| d.strftime("%Y%m%d").to_string());
    let mark = |yes: bool| Some(if yes { "Y" } else { "N" }.to_owned());
    let category = || Some(context.terminal.agency.category(patron, today).as_str().to_owned());
    // Blocks, debt and expiry stop renewals, and nothing else does.
    let in_good_standing = standing.may(Activity::Renew);
    let all: [(&[u8; 2], Option<String>); 12] = [
        (b"AQ", patron.branch.as_ref().map(|b| b.as_str().to_owned())),
        (b"PA", day(patron.expires)),
        (b"PB", day(patron.birth_date)),
        (b"PC", category()),
        (b"PI", mark(in_good_standing)),
        (b"XI", Some(patron.id.to_string())),
        // Polaris has names of its own for some of them, Voyager and jSIP2 for the category.
        (b"BC", day(patron.birth_date)),
        (b"PZ", post_code(patron)),
        (b"PX", day(patron.expires)),
        (b"PY", mark(patron.expires.is_some_and(|last| last < today))),
        (b"PT", category()),
        (b"ZY", category()),
    ];
    all.into_iter()
        .filter(|(id, _)| context.terminal.extensions.on(b"64", id))
        .filter_map(|(id, value)| Some(Extra { id: *id, value: value? }))
        .collect()
}

/// The digits with which the last line of an address begins, where the address may be told.
fn post_code(patron: &Patron) -> Option<String> {
    let line = patron.contact.address.last().filter(|_| !patron.protected_address)?;
    let digits: String = line.trim().chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then_some(digits)
}

/// A count: 9999 at most.
fn count(n: usize) -> Option<Code<4>> {
    Some(Code(u16::try_from(n).unwrap_or(u16::MAX)))
}

pub(super) fn failure(message: &PatronInformation, lines: Vec<Line>, context: &Context<'_>) -> PatronInformationResponse {
    PatronInformationResponse {
        patron_status: PatronStatus::NOTHING_ALLOWED,
        language: message.language.or(Some(Code(0))),
        transaction_date: context.time(),
        hold_items_count: count(0),
        overdue_items_count: count(0),
        charged_items_count: count(0),
        fine_items_count: count(0),
        recall_items_count: count(0),
        unavailable_holds_count: count(0),
        institution: context.institution(),
        patron: message.patron.clone(),
        valid_patron: Some(false),
        screen_message: lines,
        ..PatronInformationResponse::default()
    }
}
