//! Commands at the same time, over a store whose reads take long and whose acknowledgements get lost.

use crate::counter::{at, check_in, check_out, key, open_on, who};
use skranke_core::desk::{Command, Desk, Reply, Request};
use skranke_core::hold::Hold;
use skranke_core::ids::HoldId;
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::ports::{Decided, Facts, Fault, FeedEntry, Need, Store};
use skranke_core::time::{Date, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::sync::{Notify, Semaphore};

/// A store that is slow to hand over what it has read, and may lose the answer to a commit.
#[derive(Clone)]
struct Slow {
    store: MemoryStore,
    /// Each look waits, after reading, for a permit.
    may_return: Arc<Semaphore>,
    has_read: Arc<Notify>,
    loses_answer: Arc<AtomicBool>,
    looks: Arc<AtomicU32>,
}

impl Slow {
    fn new(permits: usize) -> Self {
        let store = MemoryStore::new();
        store.seed(|state| samples::fill(state, 40, 5));
        Self {
            store,
            may_return: Arc::new(Semaphore::new(permits)),
            has_read: Arc::new(Notify::new()),
            loses_answer: Arc::default(),
            looks: Arc::default(),
        }
    }
}

impl Store for Slow {
    async fn look(&self, need: Need) -> Result<Facts, Fault> {
        let facts = self.store.look(need).await;
        self.has_read.notify_one();
        self.may_return.acquire().await.unwrap().forget();
        for _ in 0..self.looks.fetch_add(1, Ordering::Relaxed) % 7 {
            tokio::task::yield_now().await;
        }
        facts
    }

    async fn commit<T, D>(&self, need: Need, decide: D) -> Result<T, Fault>
    where
        T: Send + 'static,
        D: Fn(&Facts) -> Decided<T> + Send + 'static,
    {
        tokio::task::yield_now().await;
        let done = self.store.commit(need, decide).await;
        tokio::task::yield_now().await;
        if self.loses_answer.swap(false, Ordering::Relaxed) {
            return Err(Fault::new("committing", "the connection was lost"));
        }
        done
    }

    async fn changes_after(&self, sequence: i64, limit: u32) -> Result<Vec<FeedEntry>, Fault> {
        self.store.changes_after(sequence, limit).await
    }

    async fn holds_over(&self, today: Date, at: Timestamp, after: HoldId, limit: u32) -> Result<Vec<Hold>, Fault> {
        self.store.holds_over(today, at, after, limit).await
    }

    async fn feed_head(&self) -> Result<i64, Fault> {
        self.store.feed_head().await
    }

    async fn reserve_numbers(&self, count: u32) -> Result<i64, Fault> {
        self.store.reserve_numbers(count).await
    }

    async fn shared_secret(&self, name: &'static str) -> Result<[u8; 32], Fault> {
        self.store.shared_secret(name).await
    }
}

async fn ask(desk: &Desk<Slow>, command: Command, resend: &str) -> Result<Reply, Fault> {
    let request = Request {
        actor: samples::automat("automat1", "main"),
        command,
        at: at(0),
        resend: vec![key(resend)],
    };
    desk.perform(request).await
}

/// The barcodes of what a patron has on loan, as he is told.
async fn has(desk: &Desk<Slow>, card: &str) -> Vec<String> {
    let command = Command::PatronInformation {
        who: who(card, None),
        lists: true,
    };
    match ask(desk, command, "").await.unwrap() {
        Reply::Patron(reply) => reply.facts.unwrap().loans.iter().map(|line| line.item.barcode.0.clone()).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_was_read_before_a_commit_is_not_kept_after_it() {
    let store = Slow::new(0);
    let desk = open_on(store.clone(), samples::library(Vec::new())).await;
    let early = tokio::spawn({
        let desk = desk.clone();
        async move { has(&desk, "p1").await }
    });
    store.has_read.notified().await;
    ask(&desk, check_out("p1", None, "i1"), "a").await.unwrap();
    store.may_return.add_permits(100);
    // The first question came before the loan and may be answered so; whoever asks after the loan must be told of it.
    assert_eq!(early.await.unwrap(), Vec::<String>::new());
    assert_eq!(has(&desk, "p1").await, ["i1"]);
}

#[tokio::test]
async fn a_lost_acknowledgement_is_a_fault_and_the_resend_is_answered_as_done() {
    let store = Slow::new(100);
    let desk = open_on(store.clone(), samples::library(Vec::new())).await;
    store.loses_answer.store(true, Ordering::Relaxed);
    ask(&desk, check_out("p1", None, "i1"), "a").await.unwrap_err();
    let Reply::CheckOut(answer) = ask(&desk, check_out("p1", None, "i1"), "a").await.unwrap() else {
        panic!("not an answer to a check-out")
    };
    assert!(!answer.result.unwrap().renewed);
    assert_eq!(store.store.inspect(|state| state.open_loans.len()), 1);
}

#[tokio::test]
async fn everybody_is_told_what_he_has_just_changed_however_many_are_at_work() {
    let store = Slow::new(1_000_000);
    let desk = open_on(store.clone(), samples::library(Vec::new())).await;
    let terminals: Vec<_> = (1..=60)
        .map(|n| {
            let desk = desk.clone();
            tokio::spawn(async move {
                let (card, item) = (format!("p{}", 1 + n % 5), format!("i{n}"));
                for round in 0..20 {
                    let lent = ask(&desk, check_out(&card, None, &item), &format!("o{n}/{round}")).await.unwrap();
                    assert!(lent.is_done(), "{lent:?}");
                    assert!(has(&desk, &card).await.contains(&item), "lent, and not told");
                    let returned = ask(&desk, check_in(&item), &format!("i{n}/{round}")).await.unwrap();
                    assert!(returned.is_done(), "{returned:?}");
                    assert!(!has(&desk, &card).await.contains(&item), "returned, and still told");
                }
            })
        })
        .collect();
    for terminal in terminals {
        terminal.await.unwrap();
    }
}

#[tokio::test]
async fn sixty_terminals_and_one_item_make_one_loan() {
    let store = Slow::new(1_000_000);
    let desks = [
        open_on(store.clone(), samples::library(Vec::new())).await,
        open_on(store.clone(), samples::library(Vec::new())).await,
    ];
    let terminals: Vec<_> = (0..60)
        .map(|n: usize| {
            let desk = desks[n % 2].clone();
            tokio::spawn(async move { ask(&desk, check_out(&format!("p{}", 1 + n % 5), None, "i1"), &n.to_string()).await })
        })
        .collect();
    let mut first_loans = 0;
    for terminal in terminals {
        if let Reply::CheckOut(answer) = terminal.await.unwrap().unwrap()
            && let Ok(lent) = answer.result
        {
            first_loans += u32::from(!lent.renewed);
        }
    }
    assert_eq!(first_loans, 1);
}
