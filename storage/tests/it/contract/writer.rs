//! What one command's trouble costs the others of its group: nothing.

use super::concurrency::count_up;
use crate::support::Place;
use crate::support::samples::{at, channel, fill, plan};
use skranke_core::ids::{ItemId, LoanId, PatronId};
use skranke_core::loan::Loan;
use skranke_core::ports::{Change, Decided, Facts, Fault, Need, Plan, Store};
use skranke_storage::AnyStore;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

/// Keeps the writer busy until the sender goes, so that what is sent meanwhile becomes one group.
fn hold_up(store: &AnyStore) -> (mpsc::Sender<()>, tokio::task::JoinHandle<Result<(), Fault>>) {
    let (release, wait) = mpsc::channel::<()>();
    let wait = Mutex::new(wait);
    let store = store.clone();
    let busy = tokio::spawn(async move {
        let decide = move |_: &Facts| {
            let _ = wait.lock().unwrap().recv();
            Decided {
                plan: plan(Vec::new()),
                outcome: (),
            }
        };
        store.commit(Need::default(), decide).await
    });
    (release, busy)
}

fn remember(key: &str) -> Change {
    Change::Remember {
        key: key.to_owned(),
        value: "there".to_owned(),
        until: at(1000),
    }
}

pub async fn a_fault_costs_only_the_command_that_has_it(place: Place) {
    let store = place.open().await;
    fill(&store, 1, 1).await;
    let feed_before = store.feed_head().await.unwrap();
    let (release, busy) = hold_up(&store);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..20 {
        let store = store.clone();
        asked.spawn(async move {
            let decide = move |_: &Facts| {
                assert!(n != 5, "the fifth decision panics");
                let mut changes = vec![remember(&format!("key {n}"))];
                if n == 10 {
                    // Refused by the tables: no such item.
                    changes.push(Change::LoanOpened(Loan {
                        id: LoanId(1),
                        item: ItemId(999),
                        patron: Some(PatronId(1)),
                        made: at(0),
                        due: at(1),
                        renewals: 0,
                        branch: "main".into(),
                        terminal: "t".to_owned(),
                        closed: None,
                        recalled: None,
                    }));
                }
                Decided {
                    plan: plan(changes),
                    outcome: n,
                }
            };
            (n, store.commit(Need::default(), decide).await)
        });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    drop(release);
    busy.await.unwrap().unwrap();
    for (n, answer) in asked.join_all().await {
        assert_eq!(answer.ok(), (n != 5 && n != 10).then_some(n));
    }
    let need = Need {
        memories: (0..20).map(|n| format!("key {n}")).collect(),
        ..Need::default()
    };
    let facts = store.look(need).await.unwrap();
    for (n, memory) in facts.memories.iter().enumerate() {
        assert_eq!(memory.is_some(), n != 5 && n != 10, "key {n}");
    }
    // Nothing of the undone ones is in the feed.
    assert_eq!(store.feed_head().await.unwrap(), feed_before);
    // And the writer goes on.
    assert_eq!(count_up(&store, "after").await, 1);
}

/// A caller that stops waiting has still asked: the change is made, whole.
pub async fn a_caller_that_goes_away_leaves_a_whole_change(place: Place) {
    let store = place.open().await;
    let (release, busy) = hold_up(&store);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let left = tokio::spawn({
        let store = store.clone();
        async move {
            let decide = |_: &Facts| Decided {
                plan: Plan {
                    changes: vec![remember("one"), remember("two")],
                    channel: channel(),
                    at: at(0),
                },
                outcome: (),
            };
            store.commit(Need::default(), decide).await
        }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    left.abort();
    drop(release);
    busy.await.unwrap().unwrap();
    count_up(&store, "after").await;
    let need = Need {
        memories: vec!["one".to_owned(), "two".to_owned()],
        ..Need::default()
    };
    let facts = store.look(need).await.unwrap();
    assert_eq!(facts.memories, vec![Some("there".to_owned()), Some("there".to_owned())]);
}
