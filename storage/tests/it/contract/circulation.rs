//! Facts and changes, held against the store in memory, which defines what they are.

use crate::support::desk::{ask, check_in, check_out, open, request, who};
use crate::support::{Place, samples as ours};
use skranke_core::account::FeeKind;
use skranke_core::desk::command::{PayFee, PlaceHold, Renew, ScopeWanted};
use skranke_core::desk::{Command, Reply, What};
use skranke_core::ids::FeeId;
use skranke_core::ids::{BibId, ItemId, PatronId};
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::money::{Currency, Money};
use skranke_core::policy::{FineGroup, Rule};
use skranke_core::ports::{BibRef, Facts, ItemRef, Need, PatronRef, Store};
use skranke_storage::AnyStore;

/// A small generator of the same numbers every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

pub async fn a_loan_is_lent_and_returned(place: Place) {
    let store = place.open().await;
    ours::fill(&store, 3, 2).await;
    let desk = open(store.clone(), samples::library(Vec::new())).await;
    let Reply::CheckOut(lent) = ask(&desk, check_out("p1", "i1"), 10).await else {
        panic!("a check-out was answered otherwise")
    };
    let loan = lent.result.unwrap().loan;
    let need = Need {
        item: vec![ItemRef::Id(ItemId(1))],
        patron: vec![PatronRef::Id(PatronId(1))],
        patron_lists: true,
        ..Need::default()
    };
    let facts = store.look(need.clone()).await.unwrap();
    assert_eq!(facts.item.as_ref().unwrap().loan, Some(loan.clone()));
    assert_eq!(facts.patron.as_ref().unwrap().loans[0].loan, loan);
    ask(&desk, check_in("i1"), 20).await;
    let facts = store
        .look(Need {
            last_closed_loan: true,
            ..need
        })
        .await
        .unwrap();
    let item = facts.item.unwrap();
    assert_eq!(item.loan, None);
    assert_eq!(item.last_closed.as_ref().map(|closed| closed.id), Some(loan.id));
    assert_eq!(facts.patron.unwrap().totals.due, vec![]);
}

/// Hundreds of random commands give the same answers and leave the same facts as in the store in memory.
pub async fn answers_as_the_store_in_memory(place: Place) {
    const RECORDS: i64 = 6;
    const PATRONS: i64 = 5;
    let memory = MemoryStore::new();
    memory.seed(|state| samples::fill(state, RECORDS, PATRONS));
    let store = place.open().await;
    ours::fill(&store, RECORDS, PATRONS).await;
    let rules = vec![Rule {
        loan_days: 2,
        max_loans: 4,
        fine_steps: vec![(1, 2000), (3, 6000)],
        fine_group: FineGroup::DueDate,
        hold_fee: 500,
        ..Rule::default()
    }];
    let expected = open(memory.clone(), samples::library(rules.clone())).await;
    let found = open(store.clone(), samples::library(rules)).await;
    let mut dice = Dice(20);
    let (mut second, mut all_ended) = (100, 0);
    for step in 0..400 {
        second += i64::try_from(dice.below(40_000)).unwrap();
        let command = any_command(&mut dice);
        let (login, branch) = [("automat1", "main"), ("automat2", "north")][usize::try_from(dice.below(2)).unwrap()];
        let ask = || request(command.clone(), login, branch, second, Vec::new());
        let wanted = expected.perform(ask()).await.unwrap();
        let got = found.perform(ask()).await.unwrap();
        same_text(&format!("{got:#?}"), &format!("{wanted:#?}"), &format!("step {step}: {command:?}"));
        if step % 10 == 5 {
            let ended = expected.end_holds(ours::at(second)).await.unwrap();
            assert_eq!(found.end_holds(ours::at(second)).await.unwrap(), ended);
            all_ended += ended;
        }
        if step % 10 == 0 {
            same_facts(&memory, &store, RECORDS, PATRONS, second).await;
        }
    }
    assert_ne!(all_ended, 0);
    same_facts(&memory, &store, RECORDS, PATRONS, second).await;
    same_feed(&memory, &store).await;
}

fn any_command(dice: &mut Dice) -> Command {
    let card = format!("p{}", 1 + dice.below(6));
    let item = format!("i{}", 1 + dice.below(13));
    let what = What {
        item: (dice.below(2) == 0).then(|| item.as_str().into()),
        owner: None,
        title: Some(format!("{}", 1 + dice.below(6)).as_str().into()),
    };
    match dice.below(20) {
        0..=5 => check_out(&card, &item),
        6..=9 => check_in(&item),
        10 => Command::Renew(Renew {
            who: who(&card, None),
            what,
            third_party: false,
            fee_acknowledged: true,
            already_happened: None,
        }),
        11 => Command::RenewAll {
            who: who(&card, None),
            fee_acknowledged: true,
        },
        12..=14 => Command::PlaceHold(PlaceHold {
            who: who(&card, None),
            what: if dice.below(3) == 0 {
                (1..=3)
                    .map(|n| What {
                        title: Some(format!("{n}").as_str().into()),
                        ..What::default()
                    })
                    .collect()
            } else {
                vec![what]
            },
            parallel: dice.below(2) == 0,
            scope: [ScopeWanted::AnyCopy, ScopeWanted::ThisCopy, ScopeWanted::AtBranch][usize::try_from(dice.below(3)).unwrap()],
            issue: None,
            pickup: None,
            activates: None,
            expires: None,
            fee_acknowledged: true,
        }),
        15 => Command::CancelHold {
            who: who(&card, None),
            what,
        },
        16 => Command::PayFee(PayFee {
            who: who(&card, None),
            amount: Some(Money::new(i64::try_from(dice.below(30)).unwrap() * 100, Currency::DKK)),
            fee: (dice.below(3) == 0).then(|| FeeId(i64::try_from(dice.below(50)).unwrap())),
            kind: (dice.below(3) == 0).then_some(FeeKind::Overdue),
            transaction: None,
            payment_type: 2,
        }),
        17 => Command::BlockCard {
            card: who(&card, None).card,
            message: "left behind".to_owned(),
            retained: dice.below(2) == 0,
        },
        18 => Command::UndoCheckIn {
            item: item.as_str().into(),
            who: who(&card, None),
        },
        _ => Command::PatronInformation {
            who: who(&card, Some(if dice.below(2) == 0 { "wrong" } else { "0001" })),
            lists: true,
        },
    }
}

/// Everything that can be asked is answered alike.
async fn same_facts(memory: &MemoryStore, store: &AnyStore, records: i64, patrons: i64, second: i64) {
    for n in 1..=(2 * records).max(patrons) {
        let need = Need {
            at: ours::at(second),
            patron: vec![PatronRef::Id(PatronId(n))],
            patron_lists: true,
            item: vec![ItemRef::Id(ItemId(n))],
            bibs: vec![
                BibRef::Id(BibId(n)),
                BibRef::Number(samples::agency_id(), format!("{n}").as_str().into()),
                BibRef::OfItem(ItemRef::Barcode(samples::agency_id(), format!("i{n}").as_str().into())),
            ],
            fee: Some(FeeId(n)),
            last_closed_loan: true,
            ..Need::default()
        };
        let wanted = memory.look(need.clone()).await.unwrap();
        let got = store.look(need).await.unwrap();
        same_text(&told(&got), &told(&wanted), &format!("number {n}"));
    }
}

/// Fails with the lines around the first difference.
fn same_text(got: &str, wanted: &str, of: &str) {
    if got == wanted {
        return;
    }
    let (got, wanted): (Vec<_>, Vec<_>) = (got.lines().collect(), wanted.lines().collect());
    let at = got
        .iter()
        .zip(&wanted)
        .position(|(a, b)| a != b)
        .unwrap_or(got.len().min(wanted.len()));
    let from = at.saturating_sub(25);
    let around = |lines: &[&str]| lines[from..(at + 5).min(lines.len())].join("\n");
    panic!("{of}: got\n{}\nwanted\n{}", around(&got), around(&wanted));
}

/// Facts as text, with what `Debug` hides. Lists without an order of their own are sorted.
fn told(facts: &Facts) -> String {
    let mut facts = facts.clone();
    let mut people = Vec::new();
    if let Some(patron) = &mut facts.patron {
        let patron = std::sync::Arc::make_mut(patron);
        patron.pin_failures.sort_by_key(|failures| failures.terminal.clone());
        patron.patron.blocks.sort_by_key(|block| (block.since, block.code));
        people.push(serde_json::to_string(&patron.patron).unwrap());
    }
    if let Some(item) = &mut facts.item {
        let item = std::sync::Arc::make_mut(item);
        item.loan_fees.sort_by_key(|fee| fee.id);
        item.occasion_fees.clear();
        item.alternatives.sort_by_key(|hold| hold.id);
        let waiting = item.queue.iter().chain(&item.tied).map(|(_, patron)| patron);
        people.extend(item.borrower.iter().chain(waiting).map(|patron| {
            let mut patron = patron.clone();
            patron.blocks.sort_by_key(|block| (block.since, block.code));
            serde_json::to_string(&patron).unwrap()
        }));
    }
    format!("{facts:#?}\n{}", people.join("\n"))
}

/// The feed tells the same things in the same order.
async fn same_feed(memory: &MemoryStore, store: &AnyStore) {
    let wanted = memory.changes_after(0, 100_000).await.unwrap();
    let got = store.changes_after(0, 100_000).await.unwrap();
    let got: Vec<_> = got.into_iter().filter(|entry| !entry.channel.starts_with("test:")).collect();
    let by_command = |entries: &[skranke_core::ports::FeedEntry]| {
        let mut commands: Vec<Vec<String>> = Vec::new();
        let mut last = None;
        for entry in entries {
            if last != Some(entry.at) {
                commands.push(Vec::new());
                last = Some(entry.at);
            }
            commands
                .last_mut()
                .unwrap()
                .push(format!("{:?} {} {:?}", entry.kind, entry.id, entry.operation));
        }
        commands.iter_mut().for_each(|command| command.sort());
        commands
    };
    assert_eq!(by_command(&got), by_command(&wanted));
}
