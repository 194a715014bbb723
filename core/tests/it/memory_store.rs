//! What storage must do, on the store in memory.

use jiff::SignedDuration;
use skranke_core::hold::{Hold, HoldScope, HoldState};
use skranke_core::ids::{BibId, HoldId, ItemId, LoanId, PatronId};
use skranke_core::item::ItemState;
use skranke_core::loan::Loan;
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::ports::{Change, Channel, Decided, FeedKind, ItemRef, Need, PatronRef, Plan, Store};
use skranke_core::time::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

async fn store() -> MemoryStore {
    let store = MemoryStore::new();
    store.seed(|state| samples::fill(state, 3, 5));
    store
}

async fn apply(store: &MemoryStore, changes: Vec<Change>) -> Result<(), skranke_core::ports::Fault> {
    store
        .commit(Need::default(), move |_| Decided {
            plan: Plan {
                changes: changes.clone(),
                channel: Channel {
                    protocol: "test",
                    actor: "t".to_owned(),
                },
                at: at(0),
            },
            outcome: (),
        })
        .await
}

fn loan(id: i64, item: i64, patron: i64) -> Loan {
    Loan {
        id: LoanId(id),
        item: ItemId(item),
        patron: Some(PatronId(patron)),
        made: at(0),
        due: at(86_400 * 28),
        renewals: 0,
        branch: "main".into(),
        terminal: "t".to_owned(),
        closed: None,
        recalled: None,
    }
}

fn hold(id: i64, bib: i64, patron: i64, placed: i64) -> Hold {
    Hold {
        id: HoldId(id),
        patron: PatronId(patron),
        agency: samples::agency_id(),
        bib: BibId(bib),
        scope: HoldScope::AnyCopy,
        parallel: None,
        placed: at(placed),
        activates: None,
        expires: None,
        pickup: "main".into(),
        pause: None,
        state: HoldState::Waiting,
    }
}

fn on_loan(store: &MemoryStore, item: i64) -> Change {
    let mut row = store.inspect(|state| state.items[&ItemId(item)].clone());
    row.state = ItemState::OnLoan;
    Change::Item(row)
}

#[tokio::test]
async fn refuses_a_second_open_loan_and_all_work_after_it() {
    let store = store().await;
    apply(&store, vec![on_loan(&store, 1), Change::LoanOpened(loan(1, 1, 1))])
        .await
        .unwrap();
    let fault = apply(&store, vec![Change::LoanOpened(loan(2, 1, 2))]).await.unwrap_err();
    assert!(fault.to_string().contains("on loan already"), "{fault}");
    assert!(apply(&store, vec![]).await.is_err());
}

#[tokio::test]
async fn refuses_a_loan_of_an_item_that_does_not_say_so() {
    let store = store().await;
    assert!(apply(&store, vec![Change::LoanOpened(loan(1, 1, 1))]).await.is_err());
}

#[tokio::test]
async fn a_queue_is_in_the_order_placed_and_a_patron_knows_his_place() {
    let store = store().await;
    let holds = [hold(1, 1, 1, 20), hold(2, 1, 2, 10), hold(3, 1, 3, 20), hold(4, 2, 1, 0)];
    apply(&store, holds.into_iter().map(Change::HoldPlaced).collect()).await.unwrap();
    let need = Need {
        item: vec![ItemRef::Barcode(samples::agency_id(), "i1".into())],
        patron: vec![PatronRef::Id(PatronId(3))],
        patron_lists: true,
        ..Need::default()
    };
    let facts = store.look(need).await.unwrap();
    let queue: Vec<i64> = facts.item.unwrap().queue.iter().map(|(hold, _)| hold.id.0).collect();
    assert_eq!(queue, [2, 1, 3]);
    let patron = facts.patron.unwrap();
    assert_eq!(patron.holds.iter().map(|line| line.position).collect::<Vec<_>>(), [3]);
    assert_eq!(patron.totals.holds, 1);
}

#[tokio::test]
async fn the_feed_names_each_thing_touched_once_for_each_commit() {
    let store = store().await;
    let changes = vec![
        on_loan(&store, 1),
        Change::LoanOpened(loan(1, 1, 1)),
        Change::HoldPlaced(hold(1, 1, 1, 0)),
    ];
    apply(&store, changes).await.unwrap();
    let rows = store.changes_after(0, 100).await.unwrap();
    let named: Vec<_> = rows.iter().map(|row| (row.sequence, row.kind, row.id)).collect();
    assert_eq!(named, [(1, FeedKind::Item, 1), (2, FeedKind::Patron, 1), (3, FeedKind::Queue, 1)]);
    assert_eq!(store.feed_head().await.unwrap(), 3);
    assert_eq!(store.changes_after(1, 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_loan_that_is_closed_without_its_patron_still_touches_him() {
    let store = store().await;
    apply(&store, vec![on_loan(&store, 1), Change::LoanOpened(loan(1, 1, 1))])
        .await
        .unwrap();
    let mut returned = store.inspect(|state| state.items[&ItemId(1)].clone());
    returned.state = ItemState::Available;
    let closed = Loan {
        patron: None,
        closed: Some(at(60)),
        ..loan(1, 1, 1)
    };
    apply(&store, vec![Change::LoanClosed(closed), Change::Item(returned)])
        .await
        .unwrap();
    let rows = store.changes_after(2, 100).await.unwrap();
    assert!(rows.iter().any(|row| (row.kind, row.id) == (FeedKind::Patron, 1)));
}

#[tokio::test]
async fn a_memory_ends_with_its_time() {
    let store = store().await;
    let until = at(0).checked_add(SignedDuration::from_secs(60)).unwrap();
    let remember = Change::Remember {
        key: "k".to_owned(),
        value: "1".to_owned(),
        until,
    };
    apply(&store, vec![remember]).await.unwrap();
    for (second, there) in [(0, true), (59, true), (60, false)] {
        let need = Need {
            at: at(second),
            memories: vec!["k".to_owned(), "other".to_owned()],
            ..Need::default()
        };
        let facts = store.look(need).await.unwrap();
        assert_eq!(facts.memories, [there.then(|| "1".to_owned()), None]);
    }
}

#[tokio::test]
async fn the_own_item_of_a_barcode_comes_first_and_a_foreign_one_only_if_it_is_the_only_one() {
    let store = store().await;
    let foreign = |id: i64, agency: &str| {
        let mut item = samples::item(id, 1, "main");
        item.agency = skranke_core::agency::AgencyId::parse(agency);
        item.barcode = "i1".into();
        item
    };
    store.seed(|state| state.put_item(foreign(50, "DK-710100")));
    let found = async |agency: &str| {
        let need = Need {
            item: vec![ItemRef::Barcode(skranke_core::agency::AgencyId::parse(agency), "i1".into())],
            ..Need::default()
        };
        store.look(need).await.unwrap().item.map(|facts| facts.item.id.0)
    };
    assert_eq!(found("DK-761500").await, Some(1));
    assert_eq!(found("DK-710100").await, Some(50));
    assert_eq!(found("DK-775100").await, None);
    store.seed(|state| state.items.remove(&ItemId(1)));
    assert_eq!(found("DK-775100").await, Some(50));
}
