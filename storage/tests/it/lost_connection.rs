//! PostgreSQL ends our sessions at the worst moments: whatever was answered holds, whatever failed is not half done.

use crate::support::Place;
use crate::support::samples::{at, channel};
use skranke_core::ports::{Change, Decided, Facts, Need, Plan, Store};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_connection_neither_loses_nor_doubles_a_change() {
    const COMMANDS: usize = 300;
    let Some(place) = Place::postgres() else { return };
    let store = place.open().await;
    let disturbed = tokio::spawn({
        let store = store.clone();
        async move {
            // On a busy machine a look may come while the store is still coming back, and find no session to end.
            let mut all = 0;
            for _ in 0..12 {
                tokio::time::sleep(Duration::from_millis(25)).await;
                all += place
                    .cell("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'skranke' AND datname = current_database()")
                    .await;
            }
            assert!(all >= 3, "only {all} sessions were ended");
            drop(store);
        }
    });
    let mut answered = Vec::new();
    for n in 0..COMMANDS {
        let key = format!("key {n}");
        let need = Need {
            memories: vec!["sum".to_owned(), key.clone()],
            ..Need::default()
        };
        // A sum over all commands shows one that was done twice.
        let decide = move |facts: &Facts| {
            let sum: usize = facts.memories[0].as_ref().map_or(0, |text| text.parse().unwrap());
            assert!(facts.memories[1].is_none(), "done twice");
            let remember = |key: &str, value: String| Change::Remember {
                key: key.to_owned(),
                value,
                until: at(1000),
            };
            Decided {
                plan: Plan {
                    changes: vec![remember("sum", (sum + 1).to_string()), remember(&key, sum.to_string())],
                    channel: channel(),
                    at: at(0),
                },
                outcome: sum,
            }
        };
        if let Ok(sum) = store.commit(need, decide).await {
            answered.push((n, sum));
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    disturbed.await.unwrap();
    let need = Need {
        memories: (0..COMMANDS).map(|n| format!("key {n}")).chain(["sum".to_owned()]).collect(),
        ..Need::default()
    };
    let memories = store.look(need).await.unwrap().memories;
    for (n, sum) in &answered {
        assert_eq!(memories[*n], Some(sum.to_string()), "key {n}");
    }
    let stored = memories[..COMMANDS].iter().flatten().count();
    assert_eq!(memories[COMMANDS], Some(stored.to_string()));
    assert!(answered.len() > COMMANDS / 2, "only {} commands were answered", answered.len());
}
