//! What a patron may do now, and why not: blocks by the table `data/blocks.csv`, and what is computed from his card, his
//! debt, his loans, and at a door from the door's access profile.

use super::{Context, Refusal};
use crate::block::{Activity, stops};
use crate::desk::command::Role;
use crate::desk::reply::{PatronSummary, PinVerdict, Standing};
use crate::money::Money;
use crate::patron::Patron;
use crate::policy::{AccessProfile, Rule};
use crate::ports::{Need, PatronFacts, PatronRef, PatronTotals};
use std::collections::BTreeMap;

/// What must be known to tell a patron's standing, and to list what hangs on him where `lists`.
pub fn need(patron: Vec<PatronRef>, lists: bool) -> Need {
    Need {
        patron,
        patron_lists: lists,
        ..Need::default()
    }
}

/// What may be told of a patron at any answer, at this moment.
pub fn summary(patron: &Patron, totals: &PatronTotals, context: &Context) -> PatronSummary {
    PatronSummary {
        card: patron.card().cloned(),
        name: patron.name.clone(),
        language: patron.language.clone(),
        standing: of(patron, totals, context),
    }
}

/// The same from what the store found.
pub fn summary_of(facts: &PatronFacts, context: &Context) -> PatronSummary {
    summary(&facts.patron, &facts.totals, context)
}

/// What `patron` may do at this moment at the actor's terminal, and why not.
pub fn of(patron: &Patron, totals: &PatronTotals, context: &Context) -> Standing {
    let agency = context.library.agency(&patron.agency);
    let today = context.today();
    let limits = Limits::of(patron, context);
    let debt_limit = patron.fee_limit.unwrap_or(agency.debt_limit);
    let owed = Money::new(totals.owed, agency.currency);
    let loans = count(totals.due.len());
    let overdue = count(totals.due.iter().filter(|due| **due < context.now).count());

    let mut denied = Denied::default();
    for block in &patron.blocks {
        denied.by_block(block.code, |stops| Refusal::Blocked {
            code: block.code,
            message: block.message.clone(),
            stops,
        });
    }
    let expired = patron.expires.filter(|last| *last < today);
    if let Some(on) = expired {
        for activity in [Activity::Borrow, Activity::Renew, Activity::Reserve, Activity::OpenDoor] {
            denied.add(activity, Refusal::CardExpired { on });
        }
    }
    let too_much_debt = owed.minor > debt_limit.minor;
    if too_much_debt {
        denied.by_block(DEBT, |_| Refusal::DebtLimit { owed, limit: debt_limit });
    }
    let too_many_loans = loans >= u32::from(limits.loans);
    if too_many_loans {
        let (have, max) = (loans, limits.loans);
        denied.add(Activity::Borrow, Refusal::LoanLimit { have, max });
    }
    let too_many_overdue = limits.overdue.is_some_and(|max| overdue > u32::from(max));
    if let Some(max) = limits.overdue.filter(|_| too_many_overdue) {
        denied.add(Activity::Borrow, Refusal::OverdueLimit { have: overdue, max });
    }
    if totals.holds >= u32::from(limits.holds) {
        let (have, max) = (totals.holds, limits.holds);
        denied.add(Activity::Reserve, Refusal::HoldLimit { have, max });
    }
    door(patron, context, &mut denied);

    Standing {
        denied: denied.0,
        card_lost: patron.blocks.iter().any(|b| b.code == CARD_LOST),
        too_many_loans,
        too_many_overdue,
        too_much_debt: too_much_debt || patron.blocks.iter().any(|b| b.code == DEBT),
        loans,
        overdue,
        holds: totals.holds,
        owed,
        debt_limit,
        loan_limit: limits.loans,
        hold_limit: limits.holds,
        overdue_limit: limits.overdue,
    }
}

/// The rules of the door at which the patron stands (Danish profile, section 15). Elsewhere only blocks and expiry count.
fn door(patron: &Patron, context: &Context, denied: &mut Denied) {
    let open_always = AccessProfile::default();
    let profile = match &context.actor.powers.access {
        Some(profile) => profile,
        None if context.actor.role == Role::Door => &open_always,
        None => return,
    };
    let counts = |code: char| !profile.ignore_blocks && profile.blocks.as_ref().is_none_or(|codes| codes.contains(&code));
    denied.forgive_blocks(Activity::OpenDoor, counts);
    let mut no = |why| denied.add(Activity::OpenDoor, why);
    if profile.require_pin && context.pin != PinVerdict::Right {
        no(context.pin_refusal().unwrap_or(Refusal::WrongPin));
    }
    let permitted = profile.permitted.contains(context.category(patron));
    if let Some(min) = profile.min_age.filter(|_| !permitted)
        && patron.age_on(context.today()).is_none_or(|age| age < i16::from(min))
    {
        no(Refusal::AgeLimit { min });
    }
    let agency = context.agency();
    if profile.residents_only && !permitted && (patron.municipality.is_none() || patron.municipality != agency.municipality) {
        no(Refusal::NotResident);
    }
    let hours = profile.hours.or(agency.calendar(&context.actor.branch).door_hours);
    if let Some((from, to)) = hours {
        let time = agency.time_zone.to_datetime(context.now).time();
        // hours from 22 to 6 go past midnight
        let open = if from <= to {
            from <= time && time < to
        } else {
            from <= time || time < to
        };
        if !open {
            no(Refusal::OutsideHours);
        }
    }
}

/// The code under which a debt over the limit counts.
const DEBT: char = 'E';
/// The code of a card reported lost or stolen.
const CARD_LOST: char = 'O';

/// Denied activities with their reasons in the order found.
#[derive(Default)]
struct Denied(BTreeMap<Activity, Vec<Refusal>>);

impl Denied {
    fn add(&mut self, activity: Activity, why: Refusal) {
        let reasons = self.0.entry(activity).or_default();
        if !reasons.contains(&why) {
            reasons.push(why);
        }
    }

    fn by_block(&mut self, code: char, why: impl Fn(Activity) -> Refusal) {
        for activity in stops(code) {
            self.add(*activity, why(*activity));
        }
    }

    /// Leaves the blocks whose code `counts`.
    fn forgive_blocks(&mut self, activity: Activity, counts: impl Fn(char) -> bool) {
        if let Some(reasons) = self.0.get_mut(&activity) {
            reasons.retain(|reason| match reason {
                Refusal::Blocked { code, .. } => counts(*code),
                Refusal::DebtLimit { .. } => counts(DEBT),
                _ => true,
            });
            if reasons.is_empty() {
                self.0.remove(&activity);
            }
        }
    }
}

/// The limits of the patron's general rule: the first that speaks of him and of every item. A rule for one material group
/// has limits of its own, which count when such an item is asked for.
struct Limits {
    loans: u16,
    holds: u16,
    overdue: Option<u16>,
}

impl Limits {
    fn of(patron: &Patron, context: &Context) -> Self {
        let library = &context.library;
        let general = |rule: &&Rule| {
            rule.material_group.is_none()
                && rule.branch.is_none()
                && rule.agency.as_ref().is_none_or(|a| *a == patron.agency)
                && rule.patron_category.as_ref().is_none_or(|c| c == context.category(patron))
        };
        let rule = library.rules.iter().find(general).unwrap_or(&library.fallback_rule);
        Self {
            loans: rule.max_loans,
            holds: rule.max_holds,
            overdue: rule.max_overdue,
        }
    }
}

/// How many, as the answers hold it.
pub(super) fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
