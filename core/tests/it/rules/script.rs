//! Pages of a test: each line is something that is said or done at the counter, after `=>` what the library answers.
//!
//! ```text
//! at 2026-03-02 10:00
//! p1 borrows i1          => lent until 2026-03-30 23:59
//! i1 returned            => returned by p1, to main
//! ```
//!
//! A page is compared as a whole, so that a failure shows the page as it would have to read.

use super::tell;
use super::world::World;
use skranke_core::account::FeeKind;
use skranke_core::block::{Block, BlockSource};
use skranke_core::circulation::hold::change::Wanted;
use skranke_core::desk::command::*;
use skranke_core::desk::reply::PinVerdict;
use skranke_core::item::{ItemState, LoanRestriction};
use skranke_core::memory_store::samples;
use skranke_core::money::{Currency, Money};
use skranke_core::patron::PatronKind;
use skranke_core::policy::Rule;
use skranke_core::ports::Change;
use skranke_core::time::{TimeZone, Timestamp};
use std::sync::Arc;

/// Plays a page and compares it with itself.
pub fn play(page: &str) {
    play_in(&mut World::new(), page);
}

/// The same in a library that was prepared.
pub fn play_in(world: &mut World, page: &str) {
    let mut actual = String::new();
    for line in page.lines() {
        let asked = line.split("=>").next().unwrap().trim_end();
        let answer = Some(asked.trim())
            .filter(|text| !text.is_empty() && !text.starts_with('#'))
            .and_then(|text| said(world, text));
        if answer.as_ref().is_some_and(|a| a.starts_with("no:")) {
            let notes_only = world.last.iter().all(|change| matches!(change, Change::Note(_)));
            assert!(notes_only, "{asked} was refused and changes {:?}", world.last);
        }
        match answer {
            Some(answer) => actual.push_str(&format!("{asked} => {answer}\n")),
            None => actual.push_str(&format!("{asked}\n")),
        }
    }
    let normal = |text: &str| -> String {
        let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    };
    assert!(normal(page) == normal(&actual), "the page reads:\n{actual}");
}

fn said(world: &mut World, text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["at", day, time] => world.now = local(day, time),
        ["at", name, branch, role] => {
            let known = world.actors.get(*name).cloned();
            let mut actor = known.unwrap_or_else(|| samples::automat(name, branch));
            Arc::make_mut(&mut actor).branch = (*branch).into();
            Arc::make_mut(&mut actor).role = role_of(role);
            world.actor = actor;
        }
        ["terminal", settings @ ..] => {
            for setting in settings {
                power(world.powers(), setting);
            }
        }
        ["pin", "wrong"] => world.pin = PinVerdict::Wrong,
        ["pin", "right"] => world.pin = PinVerdict::Right,
        ["pin", "locked"] => {
            let until = world.now;
            world.pin = PinVerdict::Locked { until };
        }
        ["pin", "none"] => world.pin = PinVerdict::NotGiven,
        ["rule", ..] => {
            let json = text.strip_prefix("rule").unwrap();
            let rule: Rule = serde_json::from_str(json).unwrap();
            world.library.rules = vec![rule];
        }
        ["rule-first", ..] => {
            let json = text.strip_prefix("rule-first").unwrap();
            world.library.rules.insert(0, serde_json::from_str(json).unwrap());
        }
        ["closed", days @ ..] => {
            let agency = world.library.agencies.values_mut().next().unwrap();
            for day in days {
                match day.parse() {
                    Ok(weekday) => agency.calendar.closed_weekdays.insert(weekday),
                    Err(_) => agency.calendar.closed_days.insert(day.parse().unwrap()),
                };
            }
        }
        [name, "is", rest @ ..] if name.starts_with('p') => set_patron(world, name, rest),
        [name, "is", rest @ ..] if name.starts_with('i') => set_item(world, name, rest),
        _ => return Some(done(world, &words)),
    }
    None
}

fn done(world: &mut World, words: &[&str]) -> String {
    match *words {
        ["show", name] if name.starts_with('i') => tell::item(world, name),
        ["show", name] if name.starts_with('p') => tell::patron(world, name),
        ["notes"] => world.state.notes.iter().map(|n| n.kind).collect::<Vec<_>>().join(", "),
        ["note-texts"] => world.state.notes.iter().map(|n| n.text.clone()).collect::<Vec<_>>().join(" | "),
        ["counts"] => tell::counts(world),
        ["standing", card] => tell::standing(&world.standing(card)),
        [card, "borrows", item, ref options @ ..] => {
            let answer = world.check_out(card, item, |command| {
                command.may_renew = !options.contains(&"no-renewal");
                command.fee_acknowledged = options.contains(&"fee-ok");
                command.already_happened = happened(options);
            });
            tell::checked_out(&answer)
        }
        [item, "returned", ref options @ ..] => {
            let answer = world.check_in(item, |command| {
                command.already_happened = options.contains(&"off-line");
                command.returned = after(options, "on");
                command.branch = value(options, "at").map(Into::into);
            });
            tell::checked_in(&answer)
        }
        ["undo", "loan", item] => tell::checked_in(&world.undo_check_out(item)),
        ["undo", "return", item, card] => tell::checked_out(&world.undo_check_in(item, card)),
        [card, "renews", "all", ref options @ ..] => tell::renewed_all(&world.renew_all(card, options.contains(&"fee-ok"))),
        [card, "renews", what, ref options @ ..] => {
            let answer = world.renew(card, what_of(what), |command| {
                command.third_party = options.contains(&"third-party");
                command.fee_acknowledged = options.contains(&"fee-ok");
                command.already_happened = happened(options);
            });
            tell::renewed(&answer)
        }
        [card, "reserves", ref rest @ ..] => {
            let titles = rest
                .iter()
                .take_while(|word| word.trim_start_matches('i').bytes().all(|b| b.is_ascii_digit()));
            let what: Vec<What> = titles.map(|word| what_of(word)).collect();
            let options = &rest[what.len()..];
            let answer = world.place_hold(card, what, |command| {
                command.parallel = options.contains(&"parallel");
                command.fee_acknowledged = options.contains(&"fee-ok");
                command.scope = scope(options).unwrap_or(ScopeWanted::AnyCopy);
                command.issue = value(options, "issue").map(str::to_owned);
                command.pickup = value(options, "at").map(Into::into);
                command.activates = value(options, "from").map(|day| day.parse().unwrap());
                command.expires = value(options, "until").map(|day| day.parse().unwrap());
            });
            tell::hold(&answer)
        }
        [card, "cancels", what] => tell::hold(&world.cancel_hold(card, what_of(what))),
        [card, "changes", what, ref options @ ..] => {
            let wanted = Wanted {
                expires: value(options, "until").map(|day| day.parse().unwrap()),
                pickup: value(options, "at").map(Into::into),
                scope: scope(options),
            };
            tell::hold(&world.change_hold(card, what_of(what), wanted))
        }
        [card, "pays", amount, ref options @ ..] => {
            let answer = world.pay(card, |command| {
                let currency = Currency::parse(value(options, "in").unwrap_or("DKK")).unwrap();
                command.amount = Money::parse(amount, currency);
                command.fee = value(options, "fee").map(|id| skranke_core::ids::FeeId(id.parse().unwrap()));
                command.kind = options.contains(&"overdue").then_some(FeeKind::Overdue);
            });
            tell::paid(&answer)
        }
        [card, "blocked", message, ref options @ ..] => tell::card(&world.block(card, message, options.contains(&"kept"))),
        [card, "enabled"] => tell::card(&world.enable(card)),
        [item, "properties", ref text @ ..] => tell::card(&world.store_properties(item, &text.join(" "))),
        _ => panic!("the page says {words:?}"),
    }
}

fn set_patron(world: &mut World, card: &str, what: &[&str]) {
    let patron = world
        .state
        .patrons
        .values_mut()
        .find(|p| p.card().unwrap().reveal() == card)
        .unwrap();
    match *what {
        ["born", day] => patron.birth_date = Some(day.parse().unwrap()),
        ["expired", day] => patron.expires = Some(day.parse().unwrap()),
        ["in", municipality] => patron.municipality = Some(municipality.to_owned()),
        ["category", category] => patron.category = category.into(),
        ["library"] => patron.kind = PatronKind::Library,
        ["historian"] => patron.keep_history = true,
        ["limited", minor] => patron.fee_limit = Some(Money::new(minor.parse().unwrap(), Currency::DKK)),
        ["blocked", code, ref message @ ..] => patron.blocks.push(Block {
            code: code.chars().next().unwrap(),
            since: "2026-01-01T00:00:00Z".parse().unwrap(),
            message: message.join(" "),
            source: BlockSource::Staff,
        }),
        ["away", from, to] => {
            patron.pause = Some((from.parse().unwrap(), to.parse().unwrap()));
            let (id, pause) = (patron.id, patron.pause);
            for hold in world.state.holds.values_mut().filter(|hold| hold.patron == id) {
                hold.pause = pause;
            }
        }
        _ => panic!("the page says of {card}: {what:?}"),
    }
}

fn set_item(world: &mut World, barcode: &str, what: &[&str]) {
    let item = world.state.items.values_mut().find(|i| i.barcode.as_str() == barcode).unwrap();
    match *what {
        ["restricted", code] => item.loan_restriction = LoanRestriction::parse(code),
        ["group", group] => item.material_group = group.into(),
        ["issue", issue] => item.issue = Some(issue.to_owned()),
        ["of", branch] => {
            item.placement.branch = branch.into();
            item.current_branch = branch.into();
        }
        ["owned", agency] => item.agency = skranke_core::agency::AgencyId::parse(agency),
        ["lost"] => item.state = ItemState::Lost,
        ["missing"] => item.state = ItemState::Missing,
        ["recalled"] => {
            let loan = world.state.open_loans.get_mut(&item.id).unwrap();
            loan.recalled = Some(world.now);
        }
        ["withdrawn"] => item.state = ItemState::Withdrawn,
        ["ordered"] => item.state = ItemState::OnOrder,
        _ => panic!("the page says of {barcode}: {what:?}"),
    }
}

fn power(powers: &mut Powers, setting: &str) {
    let (name, on) = match setting.strip_prefix("no-") {
        Some(name) => (name, false),
        None => (setting, true),
    };
    match name {
        "renew" => powers.renew = on,
        "third-party" => powers.third_party_renewal = on,
        "off-line" => powers.offline = on,
        "backdate" => powers.backdate = on,
        "block" => powers.block = on,
        "enable" => powers.enable = on,
        "require-pin" => powers.require_pin = on,
        "fulfil" => powers.fulfil_holds = on,
        "accept" => powers.accepts_not_on_loan = on,
        "undo" => powers.undo = on,
        "overpayment" => powers.overpayment = on,
        _ => panic!("no such power: {setting}"),
    }
}

fn role_of(word: &str) -> Role {
    match word {
        "desk" => Role::Desk,
        "automat" => Role::Automat,
        "sorter" => Role::Sorter,
        "door" => Role::Door,
        _ => panic!("no such role: {word}"),
    }
}

/// A barcode begins with `i`; anything else is a title.
fn what_of(word: &str) -> What {
    let is_item = word.starts_with('i');
    What {
        item: is_item.then(|| word.into()),
        owner: None,
        title: (!is_item).then(|| word.into()),
    }
}

fn scope(options: &[&str]) -> Option<ScopeWanted> {
    let scopes = [
        ("this-copy", ScopeWanted::ThisCopy),
        ("branch-copy", ScopeWanted::AtBranch),
        ("any-copy", ScopeWanted::AnyCopy),
    ];
    scopes.into_iter().find(|(word, _)| options.contains(word)).map(|(_, scope)| scope)
}

fn value<'a>(options: &[&'a str], key: &str) -> Option<&'a str> {
    options.iter().skip_while(|word| **word != key).nth(1).copied()
}

/// `on 2026-03-01 12:00`.
fn after(options: &[&str], key: &str) -> Option<Timestamp> {
    let mut rest = options.iter().skip_while(|word| **word != key).skip(1);
    Some(local(rest.next()?, rest.next()?))
}

/// `happened 2026-03-01 12:00 due 2026-03-20 23:59`.
fn happened(options: &[&str]) -> Option<Happened> {
    Some(Happened {
        at: after(options, "happened")?,
        due: after(options, "due"),
    })
}

pub fn local(day: &str, time: &str) -> Timestamp {
    let zone = TimeZone::get("Europe/Copenhagen").unwrap();
    let local: jiff::civil::DateTime = format!("{day}T{time}:00").parse().unwrap();
    zone.to_ambiguous_timestamp(local).compatible().unwrap()
}
