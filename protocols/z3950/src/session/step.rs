//! What a session says of a message: what to do, and what operators are told.

use crate::gateway::ask::Question;
use std::time::Duration;

/// What should happen after a message.
#[derive(Debug)]
pub enum Step {
    /// Send these bytes.
    Reply(Vec<u8>),
    /// Send these bytes after a delay, then close: the penalty of a wrong password.
    ReplyAfter(Vec<u8>, Duration, CloseReason),
    /// Send these bytes, if any, and close.
    ReplyAndClose(Vec<u8>, CloseReason),
    /// Ask the desk; feed its answer back through [`Session::answer`](super::Session::answer) or
    /// [`Session::fault`](super::Session::fault).
    Ask(Box<Question>),
    /// There is no answer to this message.
    Silence,
}

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer said so.
    Finished,
    /// Something else than Init came first.
    NotInitialised,
    /// The peer is not welcome.
    Refused,
    /// A message that cannot be read.
    Malformed,
    /// A message that only servers send.
    NotForUs,
}

impl CloseReason {
    /// As operators are told.
    pub fn key(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::NotInitialised => "not_initialised",
            Self::Refused => "init_refused",
            Self::Malformed => "malformed",
            Self::NotForUs => "not_for_a_server",
        }
    }
}

/// How an exchange ended, for operators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or answered.
    #[default]
    Done,
    /// The library said no.
    Refused,
    /// The peer sent nonsense.
    Malformed,
    /// We failed.
    Fault,
}

/// The exchange handled last, for operators. It holds nothing personal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The service.
    pub kind: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, from a fixed list: the meaning of a diagnostic.
    pub reason: Option<&'static str>,
    /// Where in the message it could not be read, bytes from 0.
    pub at: Option<usize>,
    /// A password was given and was wrong.
    pub password_failed: bool,
    /// Hits of a search, or terms of a scan.
    pub hits: Option<u64>,
    /// Records sent.
    pub records: usize,
}
