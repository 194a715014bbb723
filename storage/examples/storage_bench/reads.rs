//! What a read for information costs.

use crate::generate::agencies;
use crate::{CONNECTIONS, Dice};
use skranke_core::agency::AgencyId;
use skranke_core::ids::CardNumber;
use skranke_core::ports::{Catalogue, ItemRef, Need, PatronRef, Store};
use skranke_storage::AnyStore;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub async fn run(url: &str, time: Duration) {
    let store = skranke_storage::open(url).await.unwrap();
    let counts = store.counts().await.unwrap();
    let size = Size {
        patrons: i64::try_from(counts.patrons).unwrap(),
        items: i64::try_from(counts.items).unwrap(),
    };
    println!("{} patrons, {} items", size.patrons, size.items);
    for (name, need) in [
        ("patron", Size::patron as Ask),
        ("patron with lists", Size::patron_with_lists),
        ("item", Size::item),
    ] {
        for askers in [1, CONNECTIONS] {
            // Once to warm up, once to measure.
            measure(&store, size, need, askers, time / 4).await;
            let (count, elapsed, cpu) = measure(&store, size, need, askers, time).await;
            let rate = count as f64 / elapsed.as_secs_f64();
            println!(
                "{name:>18}, {askers:>2} at once: {rate:>8.0}/s, {:>6.1} us of time, {:>6.1} us of CPU each",
                elapsed.as_secs_f64() * 1e6 / count as f64,
                cpu.as_secs_f64() * 1e6 / count as f64,
            );
        }
    }
}

type Ask = fn(Size, &mut Dice) -> Need;

#[derive(Clone, Copy)]
struct Size {
    patrons: i64,
    items: i64,
}

impl Size {
    /// Any patron of the sample library.
    fn patron(self, dice: &mut Dice) -> Need {
        let agencies = agencies(self.patrons);
        let n = agencies * (1 + dice.below(self.patrons / agencies));
        Need {
            patron: vec![PatronRef::Card(AgencyId::parse("DK-761500"), CardNumber::new(format!("2{n:010}")))],
            ..Need::default()
        }
    }

    fn patron_with_lists(self, dice: &mut Dice) -> Need {
        Need {
            patron_lists: true,
            ..self.patron(dice)
        }
    }

    /// Any item of the sample library.
    fn item(self, dice: &mut Dice) -> Need {
        let agencies = agencies(self.patrons);
        let n = agencies * (1 + dice.below(self.items / agencies));
        Need {
            item: vec![ItemRef::Barcode(AgencyId::parse("DK-761500"), format!("3{n:010}").as_str().into())],
            ..Need::default()
        }
    }
}

async fn measure(store: &AnyStore, size: Size, need: Ask, askers: usize, time: Duration) -> (u64, Duration, Duration) {
    let started = Instant::now();
    let cpu = cpu_time();
    let count = Arc::new(AtomicU64::new(0));
    let mut asking = tokio::task::JoinSet::new();
    for asker in 0..askers {
        let (store, count) = (store.clone(), Arc::clone(&count));
        asking.spawn(async move {
            let mut dice = Dice(asker as u64);
            while started.elapsed() < time {
                let facts = store.look(need(size, &mut dice)).await.unwrap();
                assert!(facts.patron.is_some() || facts.item.is_some());
                count.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    asking.join_all().await;
    (count.load(Ordering::Relaxed), started.elapsed(), cpu_time().saturating_sub(cpu))
}

/// CPU time of this process, in clock ticks of a hundredth of a second.
pub fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks: u64 = after_name
        .split(' ')
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 10)
}
