//! A desk over any store, and commands as short calls.

use skranke_core::desk::command::{CheckIn, CheckOut};
use skranke_core::desk::pin::AtOnce;
use skranke_core::desk::{Command, Desk, Reply, Request, ResendKey, Setup, Who};
use skranke_core::ids::CardNumber;
use skranke_core::library::Library;
use skranke_core::memory_store::samples;
use skranke_core::ports::Store;
use skranke_core::secret::{HashKey, Pin};
use std::sync::Arc;

use super::samples::at;

pub fn who(card: &str, pin: Option<&str>) -> Who {
    Who {
        card: CardNumber::new(card),
        pin: pin.map(Pin::new),
    }
}

pub fn check_out(card: &str, item: &str) -> Command {
    Command::CheckOut(CheckOut {
        who: who(card, None),
        item: item.into(),
        owner: None,
        may_renew: true,
        fee_acknowledged: true,
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

pub async fn open<S: Store>(store: S, library: Library) -> Desk<S> {
    let setup = Setup {
        blocking: Arc::new(AtOnce),
        process_key: HashKey([5; 32]),
        cache_bytes: 1 << 22,
    };
    Desk::open(store, library, setup).await.unwrap()
}

pub fn request(command: Command, login: &str, branch: &str, second: i64, resend: Vec<ResendKey>) -> Request {
    Request {
        actor: samples::automat(login, branch),
        command,
        at: at(second),
        resend,
    }
}

/// Asks with the sample automat.
pub async fn ask<S: Store>(desk: &Desk<S>, command: Command, second: i64) -> Reply {
    let request = request(command, "automat1", "main", second, Vec::new());
    desk.perform(request).await.unwrap()
}
