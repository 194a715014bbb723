//! A server that gives one canned answer to every line, on the same listener code as everything else: what the bench
//! compares real servers with.

use std::net::SocketAddr;
use std::sync::Arc;

use skranke_wire::framing::{FrameFault, Framer, Framing};
use skranke_wire::limits::Limits;
use tokio_util::sync::CancellationToken;

use super::accept::{BindFault, Bound, Server};
use super::activation::Inherited;
use super::lines::Lines;
use super::peer::Peer;
use super::protocol::{Conversation, Next, Protocol, Turn};
use super::settings::Settings;
use crate::telemetry::Observer;

/// Answers every line that ends in CR with `answer` (to which it adds the CR), until `stop`. `listening` is told the
/// real address.
pub async fn serve(
    address: SocketAddr,
    answer: &str,
    observer: Observer,
    stop: CancellationToken,
    listening: impl FnOnce(SocketAddr),
) -> Result<(), BindFault> {
    let bound = Bound::bind(address, Settings::new("null"), &mut Inherited::default()).await?;
    listening(bound.address());
    let server = Server::new(stop.clone());
    server.start(bound, Lines::new(Null::new(answer), observer));
    stop.cancelled().await;
    server.drain(std::time::Duration::from_secs(1)).await;
    Ok(())
}

/// The protocol of the canned answer.
#[derive(Debug)]
pub struct Null {
    answer: Arc<[u8]>,
}

impl Null {
    /// Answers with this line.
    #[must_use]
    pub fn new(answer: &str) -> Self {
        let answer = [answer.as_bytes(), b"\r"].concat().into();
        Self { answer }
    }
}

impl Protocol for Null {
    type Conversation = Canned;

    fn name(&self) -> &'static str {
        "null"
    }

    fn accept(&self, _peer: &Peer, limits: &Limits) -> Canned {
        Canned {
            framer: UntilCr::new(limits.message_bytes),
            answer: Arc::clone(&self.answer),
        }
    }
}

/// One connection to [`Null`].
#[derive(Debug)]
pub struct Canned {
    framer: UntilCr,
    answer: Arc<[u8]>,
}

impl Conversation for Canned {
    type Framer = UntilCr;

    fn framer(&mut self) -> &mut UntilCr {
        &mut self.framer
    }

    async fn handle(&mut self, _frame: &[u8], turn: &mut Turn) -> Next {
        turn.report.kind = "line";
        turn.out.extend_from_slice(&self.answer);
        Next::Continue
    }
}

/// A framer for lines that end in CR.
#[derive(Debug)]
pub struct UntilCr {
    held: usize,
    limit: usize,
}

impl UntilCr {
    /// Lines of at most `limit` bytes, the CR included.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self { held: 0, limit }
    }
}

impl Framer for UntilCr {
    fn advance(&mut self, unseen: &[u8]) -> Result<Framing, FrameFault> {
        let end = unseen.iter().position(|byte| *byte == b'\r');
        let len = self.held + end.map_or(unseen.len(), |at| at + 1);
        if len > self.limit {
            return Err(FrameFault::TooLong { limit: self.limit });
        }
        if end.is_some() {
            self.held = 0;
            return Ok(Framing::Whole { len });
        }
        self.held = len;
        Ok(Framing::More { at_least: 1 })
    }

    fn held(&self) -> usize {
        self.held
    }
}
