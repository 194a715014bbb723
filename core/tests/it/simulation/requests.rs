//! What people and machines ask, at random.

use super::Tally;
use super::dice::Dice;
use super::world::{PATRONS, RECORDS, World};
use jiff::{SignedDuration, Span};
use skranke_core::desk::command::{CheckIn, CheckOut, Happened, PayFee, PlaceHold, Renew, ScopeWanted};
use skranke_core::desk::{Command, Reply, What, Who};
use skranke_core::ids::{Barcode, BranchId, CardNumber, FeeId, PatronId};
use skranke_core::money::{Currency, Money};
use skranke_core::secret::Pin;
use skranke_core::time::Timestamp;

pub fn any(dice: &mut Dice, world: &World) -> Command {
    match dice.below(100) {
        0..=19 => check_out(dice, world).0,
        20..=31 => check_in(dice, world),
        32..=37 => check_in_of_a_loan(dice, world).map_or_else(|| check_in(dice, world), |(command, ..)| command),
        38..=45 => renew(dice, world),
        46..=49 => Command::RenewAll {
            who: who(dice, world),
            fee_acknowledged: dice.often(),
        },
        50..=69 => place_hold(dice, world),
        70..=74 => Command::CancelHold {
            who: who(dice, world),
            what: what(dice),
        },
        75..=79 => Command::ChangeHold {
            who: who(dice, world),
            what: what(dice),
            expires: dice.seldom().then(|| world.today().saturating_add(Span::new().days(9))),
            pickup: dice.often().then(|| branch(dice)),
            scope: dice.seldom().then(|| scope(dice)),
        },
        80..=89 => pay(dice, world),
        90 => Command::BlockCard {
            card: CardNumber::new(format!("p{}", 1 + dice.below(10))),
            message: "left in the automat".to_owned(),
            retained: dice.often(),
        },
        91..=94 => Command::EnableCard { who: who(dice, world) },
        95 => Command::UndoCheckOut { item: barcode(dice) },
        96 => Command::UndoCheckIn {
            item: barcode(dice),
            who: who(dice, world),
        },
        97 => Command::StoreProperties {
            item: barcode(dice),
            properties: format!("weight={}", dice.below(9)),
        },
        _ => Command::ReportTerminal { kind: "paper_out" },
    }
}

/// Counts what was done.
pub fn count(command: &Command, reply: &Reply, tally: &mut Tally) {
    if !reply.is_done() {
        return;
    }
    tally.count(match command {
        Command::CheckOut(_) => "check_out",
        Command::CheckIn(_) => "check_in",
        Command::Renew(_) => "renew",
        Command::RenewAll { .. } => "renew_all",
        Command::PlaceHold(command) if command.parallel => "parallel",
        Command::PlaceHold(_) => "hold",
        Command::CancelHold { .. } => "cancel",
        Command::ChangeHold { .. } => "change_hold",
        Command::PayFee(_) => "pay",
        Command::BlockCard { .. } => "block",
        Command::EnableCard { .. } => "enable",
        _ => "other",
    });
    if let Reply::CheckIn(answer) = reply
        && let Ok(done) = &answer.result
    {
        if done.caught.is_some() {
            tally.count("caught");
        }
        if done.fee.is_some() {
            tally.count("fee");
        }
    }
}

pub fn patron_id(dice: &mut Dice, _: &World) -> PatronId {
    PatronId(1 + below(dice, PATRONS))
}

/// Mostly one of the few good cards, with the right PIN or without any.
fn who(dice: &mut Dice, world: &World) -> Who {
    let id = patron_id(dice, world).0;
    let card = if dice.below(40) == 0 {
        "nobody".to_owned()
    } else {
        format!("p{id}")
    };
    let pin = match dice.below(40) {
        0 => Some("9999".to_owned()),
        1 => Some(String::new()),
        2..=15 => None,
        _ => Some(format!("{id:04}")),
    };
    Who {
        card: CardNumber::new(card),
        pin: pin.map(Pin::new),
    }
}

fn who_is(id: PatronId) -> Who {
    Who {
        card: CardNumber::new(format!("p{id}")),
        pin: None,
    }
}

fn below(dice: &mut Dice, limit: i64) -> i64 {
    i64::try_from(dice.below(u64::try_from(limit).unwrap())).unwrap()
}

fn barcode(dice: &mut Dice) -> Barcode {
    let n = match dice.below(60) {
        0 => 900,
        1 => 999,
        _ => 1 + below(dice, 2 * RECORDS),
    };
    format!("i{n}").as_str().into()
}

fn branch(dice: &mut Dice) -> BranchId {
    let unknown = dice.below(30) == 0;
    (*dice.one_of(if unknown { &["moon"] } else { &["main", "north", "south"] })).into()
}

fn what(dice: &mut Dice) -> What {
    let by_item = dice.seldom();
    What {
        item: by_item.then(|| barcode(dice)),
        owner: None,
        title: (!by_item).then(|| (1 + dice.below(9)).to_string().as_str().into()),
    }
}

fn scope(dice: &mut Dice) -> ScopeWanted {
    match dice.below(12) {
        0 => ScopeWanted::ThisCopy,
        1 | 2 => ScopeWanted::AtBranch,
        _ => ScopeWanted::AnyCopy,
    }
}

fn ago(dice: &mut Dice, world: &World) -> Timestamp {
    let seconds = 60 * below(dice, 60 * 24 * 3);
    world.time().checked_sub(SignedDuration::from_secs(seconds)).unwrap()
}

pub fn check_out(dice: &mut Dice, world: &World) -> (Command, Barcode) {
    let item = barcode(dice);
    let command = Command::CheckOut(CheckOut {
        who: who(dice, world),
        item: item.clone(),
        owner: None,
        may_renew: dice.often(),
        fee_acknowledged: dice.often(),
        already_happened: None,
    });
    (command, item)
}

pub fn off_line_check_out(dice: &mut Dice, world: &World) -> Command {
    let at = ago(dice, world);
    let due = dice.seldom().then(|| at.checked_add(SignedDuration::from_hours(24 * 20)).unwrap());
    Command::CheckOut(CheckOut {
        who: who(dice, world),
        item: barcode(dice),
        owner: None,
        may_renew: true,
        fee_acknowledged: false,
        already_happened: Some(Happened { at, due }),
    })
}

fn check_in_command(dice: &mut Dice, world: &World, item: Barcode) -> Command {
    let returned = dice.seldom().then(|| ago(dice, world));
    Command::CheckIn(CheckIn {
        item,
        owner: None,
        branch: dice.seldom().then(|| "south".into()),
        already_happened: returned.is_some() && dice.seldom(),
        returned,
    })
}

fn check_in(dice: &mut Dice, world: &World) -> Command {
    let item = barcode(dice);
    check_in_command(dice, world, item)
}

/// A return of something that is on loan, and who has it.
pub fn check_in_of_a_loan(dice: &mut Dice, world: &World) -> Option<(Command, Barcode, Who)> {
    let lent: Vec<(Barcode, PatronId)> = world.store.inspect(|state| {
        let loans = state.open_loans.values();
        loans
            .filter_map(|loan| Some((state.items.get(&loan.item)?.barcode.clone(), loan.patron?)))
            .collect()
    });
    if lent.is_empty() {
        return None;
    }
    let (item, patron) = dice.one_of(&lent).clone();
    // One that is not told as having come before the loan: that would change nothing, and leave nothing to undo.
    let Command::CheckIn(mut command) = check_in_command(dice, world, item.clone()) else {
        return None;
    };
    command.already_happened = false;
    Some((Command::CheckIn(command), item, who_is(patron)))
}

fn renew(dice: &mut Dice, world: &World) -> Command {
    let mut who = who(dice, world);
    let mut what = what(dice);
    if dice.often()
        && let Some((_, item, borrower)) = check_in_of_a_loan(dice, world)
    {
        who = borrower;
        what = What {
            item: Some(item),
            ..What::default()
        };
    }
    Command::Renew(Renew {
        who,
        what,
        third_party: dice.seldom(),
        fee_acknowledged: dice.often(),
        already_happened: dice.seldom().then(|| Happened {
            at: ago(dice, world),
            due: None,
        }),
    })
}

fn place_hold(dice: &mut Dice, world: &World) -> Command {
    let several = if dice.often() { 1 } else { 2 + dice.below(2) };
    let today = world.today();
    let what: Vec<What> = (0..several).map(|_| what(dice)).collect();
    let copies = what.iter().all(|one| one.item.is_some());
    let issue = what.iter().all(|one| one.title.as_ref().is_some_and(|title| title.as_str() == "9"));
    Command::PlaceHold(PlaceHold {
        who: who(dice, world),
        parallel: several > 1 && dice.often(),
        scope: if copies { ScopeWanted::ThisCopy } else { scope(dice) },
        issue: issue.then(|| "2026:1".to_owned()),
        pickup: dice.often().then(|| branch(dice)),
        activates: dice.seldom().then(|| today.saturating_add(Span::new().days(3))),
        expires: dice.seldom().then(|| today.saturating_add(Span::new().days(14))),
        fee_acknowledged: dice.often(),
        what,
    })
}

/// All that a patron owes.
pub fn pay_all(world: &World, patron: PatronId) -> Command {
    let owed: i64 = world.store.inspect(|state| {
        let fees = state.fees.values().filter(|fee| fee.patron == patron);
        fees.map(|fee| fee.owed()).sum()
    });
    Command::PayFee(PayFee {
        who: who_is(patron),
        amount: Some(Money::new(owed, Currency::DKK)),
        fee: None,
        kind: None,
        transaction: None,
        payment_type: 0,
    })
}

/// Staff lifts what automats set.
pub fn enable(patron: PatronId) -> Command {
    Command::EnableCard { who: who_is(patron) }
}

fn pay(dice: &mut Dice, world: &World) -> Command {
    let open: Vec<(FeeId, PatronId, i64)> = world.store.inspect(|state| {
        let fees = state.fees.values().filter(|fee| fee.owed() > 0);
        fees.map(|fee| (fee.id, fee.patron, fee.owed())).collect()
    });
    let (fee, who, owed) = if open.is_empty() {
        (None, who(dice, world), 100)
    } else {
        let (fee, patron, owed) = *dice.one_of(&open);
        (dice.often().then_some(fee), who_is(patron), owed)
    };
    let minor = match dice.below(4) {
        0 => owed,
        1 => owed / 2,
        2 => 1 + below(dice, 3000),
        _ => owed + below(dice, 2),
    };
    Command::PayFee(PayFee {
        who,
        amount: Some(Money::new(minor, Currency::DKK)),
        fee,
        kind: None,
        transaction: Some(format!("t{}", dice.below(1000))),
        payment_type: 0,
    })
}
