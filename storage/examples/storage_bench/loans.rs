//! Durable loans through the desk, as the SIP2 gateway asks for them: each command is remembered for its resend.

use crate::CONNECTIONS;
use crate::generate::{agencies, is_lent};
use crate::reads::cpu_time;
use skranke_core::desk::command::{CheckIn, CheckOut};
use skranke_core::desk::pin::AtOnce;
use skranke_core::desk::{Command, Desk, Reply, Request, ResendKey, Setup, Who};
use skranke_core::ids::CardNumber;
use skranke_core::memory_store::samples;
use skranke_core::ports::Catalogue;
use skranke_core::secret::HashKey;
use skranke_core::time::Timestamp;
use skranke_storage::AnyStore;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub async fn run(url: &str, time: Duration) {
    let store = skranke_storage::open(url).await.unwrap();
    let counts = store.counts().await.unwrap();
    println!("{} patrons, {} items", counts.patrons, counts.items);
    let setup = Setup {
        blocking: Arc::new(AtOnce),
        process_key: HashKey([7; 32]),
        cache_bytes: 1 << 24,
    };
    let desk = Desk::open(store, samples::library(Vec::new()), setup).await.unwrap();
    let agencies = agencies(i64::try_from(counts.patrons).unwrap());
    let patrons = i64::try_from(counts.patrons).unwrap() / agencies;
    let items = i64::try_from(counts.items).unwrap() / agencies;
    let started = Instant::now();
    let cpu = cpu_time();
    let (done, slowest) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    #[expect(clippy::disallowed_methods, reason = "a bench is its own composition root")]
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let clock = Arc::new(AtomicI64::new(i64::try_from(now.as_millis()).unwrap()));
    let mut asking = tokio::task::JoinSet::new();
    for asker in 0..CONNECTIONS {
        let mut terminal = Terminal {
            desk: desk.clone(),
            number: i64::try_from(asker).unwrap(),
            clock: Arc::clone(&clock),
            asked: 0,
        };
        let (done, slowest) = (Arc::clone(&done), Arc::clone(&slowest));
        asking.spawn(async move {
            let connections = i64::try_from(CONNECTIONS).unwrap();
            for round in 0.. {
                let nth = terminal.number + connections * round;
                let card = format!("2{:010}", agencies * (1 + nth % patrons));
                let item = agencies * (1 + nth % items);
                if is_lent(item) {
                    continue;
                }
                let barcode = format!("3{item:010}");
                if started.elapsed() > time {
                    return;
                }
                for command in [check_out(&card, &barcode), check_in(&barcode)] {
                    let asked = Instant::now();
                    terminal.ask(command).await;
                    slowest.fetch_max(u64::try_from(asked.elapsed().as_micros()).unwrap(), Ordering::Relaxed);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    asking.join_all().await;
    let (count, elapsed) = (done.load(Ordering::Relaxed) as f64, started.elapsed().as_secs_f64());
    println!(
        "check-out and check-in, {CONNECTIONS} at once, each durable: {:.0}/s, mean wait {:.1} ms, longest {:.1} ms, {:.0} us of CPU each",
        count / elapsed,
        elapsed * 1e3 * CONNECTIONS as f64 / count,
        slowest.load(Ordering::Relaxed) as f64 / 1e3,
        cpu_time().saturating_sub(cpu).as_secs_f64() * 1e6 / count,
    );
}

struct Terminal {
    desk: Desk<AnyStore>,
    number: i64,
    clock: Arc<AtomicI64>,
    asked: u64,
}

impl Terminal {
    async fn ask(&mut self, command: Command) {
        self.asked += 1;
        let key = |kind: &str| ResendKey {
            key: format!("{kind}:{:032x}:{}:{}", self.clock.load(Ordering::Relaxed), self.number, self.asked),
            window: Duration::from_secs(60),
        };
        let request = Request {
            actor: samples::automat(&format!("automat{}", self.number), "main"),
            command,
            at: Timestamp::from_millisecond(self.clock.fetch_add(1, Ordering::Relaxed)).unwrap(),
            resend: vec![key("message")],
        };
        let done = match self.desk.perform(request).await.unwrap() {
            Reply::CheckOut(answer) => answer.result.map(|_| ()),
            Reply::CheckIn(answer) => answer.result.map(|_| ()),
            other => panic!("{other:?}"),
        };
        done.unwrap_or_else(|refused| panic!("refused: {refused:?}"));
    }
}

fn check_out(card: &str, item: &str) -> Command {
    Command::CheckOut(CheckOut {
        who: Who {
            card: CardNumber::new(card),
            pin: None,
        },
        item: item.into(),
        owner: None,
        may_renew: true,
        fee_acknowledged: false,
        already_happened: None,
    })
}

fn check_in(item: &str) -> Command {
    Command::CheckIn(CheckIn {
        item: item.into(),
        owner: None,
        branch: None,
        returned: None,
        already_happened: false,
    })
}
