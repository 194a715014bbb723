//! What is done without anybody asking: holds whose time is over end, and entries at doors are counted.

use crate::counter::{Counter, at, check_in};
use skranke_core::desk::command::{PlaceHold, ScopeWanted, What};
use skranke_core::desk::reply::{Alert, HoldDone};
use skranke_core::desk::{Actor, Answer, Command, Reply, Role, Who};
use skranke_core::hold::HoldState;
use skranke_core::ids::{CardNumber, HoldId};
use skranke_core::item::ItemState;
use skranke_core::memory_store::samples;
use skranke_core::policy::AccessProfile;
use std::sync::Arc;

const DAY: i64 = 86_400;

async fn reserve(counter: &Counter, card: &str, second: i64) -> Answer<HoldDone> {
    let command = Command::PlaceHold(PlaceHold {
        who: Who {
            card: CardNumber::new(card),
            pin: None,
        },
        what: vec![What {
            item: None,
            owner: None,
            title: Some("2".into()),
        }],
        parallel: false,
        scope: ScopeWanted::AnyCopy,
        issue: None,
        pickup: Some("main".into()),
        activates: None,
        expires: None,
        fee_acknowledged: false,
    });
    match counter.ask(command, second, &[]).await {
        Reply::Hold(answer) => *answer,
        other => panic!("{other:?}"),
    }
}

fn state(counter: &Counter, hold: HoldId) -> Option<HoldState> {
    counter.store.inspect(|state| state.holds.get(&hold).map(|hold| hold.state.clone()))
}

#[tokio::test]
async fn a_hold_that_nobody_picked_up_ends_and_the_item_goes_to_the_next_or_to_reshelving() {
    let counter = Counter::new().await;
    let first = reserve(&counter, "p1", 0).await.result.unwrap().hold.id;
    let second = reserve(&counter, "p2", 1).await.result.unwrap().hold.id;
    assert_eq!(counter.check_in("i3", 2).await.result.unwrap().alert, Some(Alert::HoldHere));
    let Some(HoldState::Ready { until, .. }) = state(&counter, first) else {
        panic!("{:?}", state(&counter, first));
    };
    // Until its last second the hold stands, however often the hour strikes.
    assert_eq!(counter.desk.end_holds(until).await.unwrap(), 0);
    assert!(matches!(state(&counter, first), Some(HoldState::Ready { .. })));
    let over = until.as_second() + 1 - at(0).as_second();
    assert_eq!(counter.desk.end_holds(at(over)).await.unwrap(), 1);
    assert_eq!(counter.desk.end_holds(at(over)).await.unwrap(), 0);
    assert_eq!(state(&counter, first), None);

    // Taken off the hold shelf and scanned, the item is the next one's.
    let item = counter.item("i3", over).await.unwrap().item.clone();
    assert_eq!((item.state, item.tied_to), (ItemState::Reshelving, None));
    assert_eq!(state(&counter, second), Some(HoldState::Waiting));
    let scanned = counter.check_in("i3", over + 60).await.result.unwrap();
    assert_eq!(
        (scanned.alert, scanned.caught.map(|c| c.hold.id)),
        (Some(Alert::HoldHere), Some(second))
    );

    // He does not come either, and nobody waits after him: to reshelving.
    assert_eq!(counter.desk.end_holds(at(over + 30 * DAY)).await.unwrap(), 1);
    let item = counter.item("i3", over + 30 * DAY).await.unwrap().item.clone();
    assert_eq!((item.state, item.tied_to), (ItemState::Reshelving, None));
    let Reply::CheckIn(scanned) = counter.ask(check_in("i3"), over + 31 * DAY, &[]).await else {
        panic!("no answer to a check-in");
    };
    assert!(scanned.result.unwrap().caught.is_none());
    assert_eq!(counter.store.inspect(|state| state.holds.len()), 0);
}

#[tokio::test]
async fn a_hold_of_no_interest_any_more_ends_while_it_waits() {
    let counter = Counter::new().await;
    let hold = reserve(&counter, "p1", 0).await.result.unwrap().hold;
    assert_eq!(counter.desk.end_holds(at(179 * DAY)).await.unwrap(), 0);
    assert_eq!(counter.desk.end_holds(at(182 * DAY)).await.unwrap(), 1);
    assert_eq!(state(&counter, hold.id), None);
}

/// Entries counted so far.
fn entries(counter: &Counter) -> u64 {
    counter
        .store
        .inspect(|state| state.counts.iter().filter(|(event, _)| event.kind == "entry").map(|(_, n)| n).sum())
}

#[tokio::test]
async fn whoever_is_let_in_is_counted_once_without_the_person() {
    let mut counter = Counter::new().await;
    counter.patron("p1", Some("0001"), false, 0).await;
    assert_eq!(entries(&counter), 0, "an automat is no door");
    let mut door = Actor::clone(&samples::automat("door1", "main"));
    door.role = Role::Door;
    door.powers.access = Some(AccessProfile {
        require_pin: true,
        ..AccessProfile::default()
    });
    counter.actor = Arc::new(door);
    for (card, pin) in [("p1", None), ("p1", Some("9999")), ("nobody", Some("0001"))] {
        counter.patron(card, pin, false, 1).await;
    }
    assert_eq!(entries(&counter), 0, "nobody was let in");
    for second in [2, 3, 20] {
        counter.patron("p1", Some("0001"), true, second).await;
    }
    assert_eq!(entries(&counter), 1, "a door asks again for the same entry");
    counter.patron("p2", Some("0002"), false, 21).await;
    counter.patron("p1", Some("0001"), false, 60).await;
    assert_eq!(entries(&counter), 3);
    let told = counter.store.inspect(|state| format!("{:?}", state.counts));
    assert!(!told.contains("p1") && told.contains("adult") && told.contains("main"), "{told}");
}
