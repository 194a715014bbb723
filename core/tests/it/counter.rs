//! A desk over the store in memory, and the commands as short calls.

use skranke_core::desk::command::{CheckIn, CheckOut};
use skranke_core::desk::pin::{Blocking, Job, JobDone};
use skranke_core::desk::reply::{CheckedIn, CheckedOut, PatronReply};
use skranke_core::desk::{Actor, Answer, Command, Desk, Reply, Request, ResendKey, Setup, Who};
use skranke_core::ids::CardNumber;
use skranke_core::library::Library;
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::ports::{ItemFacts, Store};
use skranke_core::secret::{HashKey, Pin};
use skranke_core::time::Timestamp;
use std::sync::Arc;
use std::time::Duration;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub fn who(card: &str, pin: Option<&str>) -> Who {
    Who {
        card: CardNumber::new(card),
        pin: pin.map(Pin::new),
    }
}

pub fn key(text: &str) -> ResendKey {
    ResendKey {
        key: text.to_owned(),
        window: Duration::from_secs(60),
    }
}

pub fn check_out(card: &str, pin: Option<&str>, item: &str) -> Command {
    Command::CheckOut(CheckOut {
        who: who(card, pin),
        item: item.into(),
        owner: None,
        may_renew: true,
        fee_acknowledged: false,
        already_happened: None,
    })
}

pub fn check_in(item: &str) -> Command {
    Command::CheckIn(CheckIn {
        item: item.into(),
        owner: None,
        branch: None,
        returned: None,
        already_happened: false,
    })
}

/// Lets everybody else go first, so that commands asked at once overlap.
struct LastOfAll;

impl Blocking for LastOfAll {
    fn run(&self, job: Job) -> JobDone {
        Box::pin(async {
            for _ in 0..100 {
                tokio::task::yield_now().await;
            }
            Ok(job())
        })
    }
}

pub async fn open(store: &MemoryStore, library: Library) -> Desk<MemoryStore> {
    open_on(store.clone(), library).await
}

pub async fn open_on<S: Store>(store: S, library: Library) -> Desk<S> {
    let setup = Setup {
        blocking: Arc::new(LastOfAll),
        process_key: HashKey([5; 32]),
        cache_bytes: 1 << 22,
    };
    Desk::open(store, library, setup).await.unwrap()
}

/// A desk with one automat in front of it.
pub struct Counter {
    pub store: MemoryStore,
    pub desk: Desk<MemoryStore>,
    pub actor: Arc<Actor>,
}

impl Counter {
    /// Ten records with two items each, and five patrons.
    pub async fn new() -> Self {
        let store = MemoryStore::new();
        store.seed(|state| samples::fill(state, 10, 5));
        let desk = open(&store, samples::library(Vec::new())).await;
        Self {
            store,
            desk,
            actor: samples::automat("automat1", "main"),
        }
    }

    pub async fn ask(&self, command: Command, second: i64, resend: &[&str]) -> Reply {
        let request = Request {
            actor: Arc::clone(&self.actor),
            command,
            at: at(second),
            resend: resend.iter().map(|text| key(text)).collect(),
        };
        self.desk.perform(request).await.unwrap()
    }

    pub async fn check_out(&self, card: &str, pin: Option<&str>, item: &str, second: i64, resend: &[&str]) -> Answer<CheckedOut> {
        match self.ask(check_out(card, pin, item), second, resend).await {
            Reply::CheckOut(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn check_in(&self, item: &str, second: i64) -> Answer<CheckedIn> {
        match self.ask(check_in(item), second, &[]).await {
            Reply::CheckIn(answer) => *answer,
            other => panic!("{other:?}"),
        }
    }

    pub async fn patron(&self, card: &str, pin: Option<&str>, lists: bool, second: i64) -> PatronReply {
        let who = who(card, pin);
        match self.ask(Command::PatronInformation { who, lists }, second, &[]).await {
            Reply::Patron(reply) => *reply,
            other => panic!("{other:?}"),
        }
    }

    pub async fn item(&self, barcode: &str, second: i64) -> Option<Arc<ItemFacts>> {
        let command = Command::ItemInformation {
            item: barcode.into(),
            owner: None,
        };
        match self.ask(command, second, &[]).await {
            Reply::Item(facts) => facts,
            other => panic!("{other:?}"),
        }
    }
}
