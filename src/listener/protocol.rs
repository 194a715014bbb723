//! What a line protocol has to say about itself: how a message ends, and what to answer.

use std::future::Future;
use std::time::Duration;

use bytes::BytesMut;
use skranke_wire::framing::{FrameFault, Framer};
use skranke_wire::limits::Limits;

use super::peer::Peer;
use crate::telemetry::Report;

/// A protocol that is spoken over one byte stream in whole messages. One value serves all its connections.
pub trait Protocol: Send + Sync + 'static {
    /// Its side of one connection.
    type Conversation: Conversation;

    /// The name in logs and metrics: `sip2`.
    fn name(&self) -> &'static str;

    /// A peer has been admitted.
    fn accept(&self, peer: &Peer, limits: &Limits) -> Self::Conversation;
}

/// One connection's state. The listener owns the socket, the clock and the buffers; this owns what the messages mean.
pub trait Conversation: Send + 'static {
    /// Finds where messages end.
    type Framer: Framer + Send;

    /// The framer of this connection.
    fn framer(&mut self) -> &mut Self::Framer;

    /// What we say before the peer says anything, such as a telnet login prompt.
    fn greet(&mut self, _out: &mut BytesMut) {}

    /// Answers one whole message, terminator included: writes the answer to `turn.out` and fills in `turn.report`.
    /// The answer is sent as one write when the future ends. It is never dropped half way, except when a drain has
    /// passed its limit.
    fn handle(&mut self, frame: &[u8], turn: &mut Turn) -> impl Future<Output = Next> + Send;

    /// What looks at the bytes that arrive while a message is being handled, for protocols in which a peer may stop what it asked
    /// for. They are handled in their turn all the same. Asked before each message; by default nothing looks.
    fn overhear(&mut self) -> Option<Box<dyn Overhear>> {
        None
    }

    /// The stream cannot be followed any further. What is written to `turn.out` is sent, then the connection ends.
    /// By default it ends quietly.
    fn unreadable(&mut self, _fault: FrameFault, _turn: &mut Turn) {}

    /// We are going down: the last words, after everything received was answered. By default none.
    fn farewell(&mut self, _out: &mut BytesMut) {}

    /// The silence has been too long, or a message was never finished: the last words. By default none.
    fn idle(&mut self, _out: &mut BytesMut) {}

    /// Who has logged in on this connection, for the count of connections by login.
    fn login(&self) -> Option<&str> {
        None
    }

    /// This login has too many connections already: `turn.out` is empty again and takes the answer instead of the one
    /// that let them in. The connection then ends.
    fn too_many(&mut self, _turn: &mut Turn) {}
}

/// Looks at bytes before their turn.
pub trait Overhear: Send {
    /// These bytes wait for their turn, after those heard before.
    fn hear(&mut self, bytes: &[u8]);
}

/// One message's answer in the making.
#[derive(Debug)]
pub struct Turn {
    /// The bytes to send back, all messages of the answer.
    pub out: BytesMut,
    /// What operators are told of it.
    pub report: Report,
}

impl Turn {
    /// An empty answer. `fields` tells whether any reader looks at decoded fields.
    #[must_use]
    pub fn new(fields: bool) -> Self {
        Self {
            out: BytesMut::new(),
            report: Report::new(fields),
        }
    }
}

/// What happens after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Read on.
    Continue,
    /// It was no message at all, such as a blank line: read on, report nothing.
    Skip,
    /// Hold the answer back this long, as a penalty, then read on. A drain cuts it short.
    Wait(Duration),
    /// Send the answer and end the connection.
    Close,
}
