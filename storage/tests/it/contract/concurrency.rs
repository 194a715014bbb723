//! Many at once, over several stores on one database: as several processes.

use crate::support::Place;
use crate::support::desk::{check_out, open, request};
use crate::support::samples::{apply, at, channel, fill};
use skranke_core::desk::Reply;
use skranke_core::hold::{Hold, HoldScope, HoldState};
use skranke_core::ids::ItemId;
use skranke_core::ids::{BibId, HoldId, LoanId, PatronId};
use skranke_core::loan::Loan;
use skranke_core::memory_store::samples;
use skranke_core::ports::{BibRef, Change, Decided, Facts, ItemRef, Need, Plan, Store};
use skranke_storage::AnyStore;

/// 64 patrons at 64 terminals of two processes want one item: one gets it.
pub async fn a_raced_item_is_lent_once(place: Place) {
    let stores = [place.open().await, place.open().await];
    fill(&stores[0], 1, 64).await;
    let desks = [
        open(stores[0].clone(), samples::library(Vec::new())).await,
        open(stores[1].clone(), samples::library(Vec::new())).await,
    ];
    let mut asked = tokio::task::JoinSet::new();
    for n in 1..=64 {
        let desk = desks[n % 2].clone();
        asked.spawn(async move {
            let request = request(check_out(&format!("p{n}"), "i1"), &format!("automat{n}"), "main", 10, Vec::new());
            match desk.perform(request).await.unwrap() {
                Reply::CheckOut(answer) => answer.result.is_ok(),
                other => panic!("{other:?}"),
            }
        });
    }
    let lent = asked.join_all().await.into_iter().filter(|lent| *lent).count();
    assert_eq!(lent, 1);
}

/// The rule stands in the table too, whatever a decision says.
pub async fn the_store_refuses_a_second_open_loan(place: Place) {
    let store = place.open().await;
    fill(&store, 1, 2).await;
    let loan = |id, patron| Loan {
        id: LoanId(id),
        item: ItemId(1),
        patron: Some(PatronId(patron)),
        made: at(0),
        due: at(100),
        renewals: 0,
        branch: "main".into(),
        terminal: "t".to_owned(),
        closed: None,
        recalled: None,
    };
    apply(&store, vec![Change::LoanOpened(loan(1, 1))]).await.unwrap();
    apply(&store, vec![Change::LoanOpened(loan(2, 2))]).await.unwrap_err();
    // Closed and lent again in one plan is no second open loan.
    let mut closed = loan(1, 1);
    closed.closed = Some(at(50));
    apply(&store, vec![Change::LoanClosed(closed), Change::LoanOpened(loan(3, 2))])
        .await
        .unwrap();
    let need = Need {
        item: vec![ItemRef::Id(ItemId(1))],
        ..Need::default()
    };
    let facts = store.look(need).await.unwrap();
    assert_eq!(facts.item.unwrap().loan.as_ref().map(|loan| loan.id), Some(LoanId(3)));
}

/// Every command sees what the one before it left, though many are read and written together: counters lose nothing.
pub async fn commands_behave_as_if_one_ran_after_the_other(place: Place) {
    const COMMANDS: usize = 240;
    let stores = [place.open().await, place.open().await];
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..COMMANDS {
        let store = stores[n % 2].clone();
        asked.spawn(async move { count_up(&store, ["a", "b", "c"][n % 3]).await });
    }
    let mut answers = asked.join_all().await;
    answers.sort_unstable();
    let each = COMMANDS / 3;
    let expected: Vec<usize> = (1..=each).flat_map(|n| [n, n, n]).collect();
    assert_eq!(answers, expected);
}

/// Adds one to a number kept as a memory, and gives it.
pub async fn count_up(store: &AnyStore, key: &'static str) -> usize {
    let need = Need {
        at: at(0),
        memories: vec![key.to_owned()],
        ..Need::default()
    };
    let decide = move |facts: &Facts| {
        let before: usize = facts.memories[0].as_ref().map_or(0, |text| text.parse().unwrap());
        Decided {
            plan: Plan {
                changes: vec![Change::Remember {
                    key: key.to_owned(),
                    value: (before + 1).to_string(),
                    until: at(1000),
                }],
                channel: channel(),
                at: at(0),
            },
            outcome: before + 1,
        }
    };
    store.commit(need, decide).await.unwrap()
}

/// Pickup numbers are given once at a branch, though the holds are on different records.
pub async fn pickup_numbers_are_given_once(place: Place) {
    const HOLDS: i64 = 24;
    let store = place.open().await;
    fill(&store, HOLDS, HOLDS).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 1..=HOLDS {
        let store = store.clone();
        asked.spawn(async move {
            let item = ItemId(2 * n);
            let need = Need {
                item: vec![ItemRef::Id(item)],
                ..Need::default()
            };
            let decide = move |facts: &Facts| {
                let free = &facts.item.as_ref().unwrap().free_pickup_numbers;
                let at_branch = facts.item.as_ref().unwrap().item.current_branch.clone();
                let hold = Hold {
                    id: HoldId(n),
                    patron: PatronId(n),
                    agency: samples::agency_id(),
                    bib: BibId(n),
                    scope: HoldScope::AnyCopy,
                    parallel: None,
                    placed: at(n),
                    activates: None,
                    expires: None,
                    pickup: at_branch.clone(),
                    pause: None,
                    state: HoldState::Ready {
                        item,
                        until: at(1000),
                        pickup_number: free[&at_branch],
                    },
                };
                Decided {
                    outcome: (at_branch.clone(), free[&at_branch]),
                    plan: Plan {
                        changes: vec![Change::HoldPlaced(hold)],
                        channel: channel(),
                        at: at(0),
                    },
                }
            };
            store.commit(need, decide).await.unwrap()
        });
    }
    let mut given = asked.join_all().await;
    given.sort();
    let count = given.len();
    given.dedup();
    assert_eq!(given.len(), count);
    // No gap: the lowest free one each time.
    for branch in samples::BRANCHES {
        let numbers: Vec<u16> = given
            .iter()
            .filter(|(at, _)| at.as_str() == branch)
            .map(|(_, number)| *number)
            .collect();
        assert_eq!(numbers, (1..=u16::try_from(numbers.len()).unwrap()).collect::<Vec<_>>());
    }
    let need = Need {
        bibs: vec![BibRef::Id(BibId(1))],
        ..Need::default()
    };
    assert_eq!(store.look(need).await.unwrap().bibs[0].as_ref().unwrap().holds.len(), 1);
}
