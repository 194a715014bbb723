//! One request and its answer, as told to operators.

use std::net::SocketAddr;
use std::time::Duration;

use super::masked::Field;

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It was done, or the question was answered.
    Done,
    /// The library said no. Not an error.
    Refused,
    /// A repeated message got the stored answer; nothing was done twice.
    Replayed,
    /// Not answered on purpose: an unknown command, an empty message.
    Ignored,
    /// The peer sent nonsense.
    Malformed,
    /// We failed: store, time-out.
    Fault,
}

impl Outcome {
    /// The label in logs and metrics.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Replayed => "replayed",
            Self::Ignored => "ignored",
            Self::Malformed => "malformed",
            Self::Fault => "fault",
        }
    }
}

/// How a message proved that it came whole (SIP2 digest 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Checksum {
    /// The message carried none.
    Absent,
    /// Right over the bytes, as the standard has it.
    Bytes,
    /// Right only over code points: a client that sums before it encodes.
    CodePoints,
    /// Wrong either way.
    Wrong,
}

impl Checksum {
    /// The label in metrics.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Bytes => "bytes",
            Self::CodePoints => "code_points",
            Self::Wrong => "wrong",
        }
    }
}

/// What a conversation says about the message it has just handled. The listener adds the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The message, in the standard's words: `checkout`, `patron information`. From a fixed list: it becomes a label.
    pub kind: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Why the library said no, or what was wrong with the message. From a fixed list, never the peer's own text.
    pub refusal: Option<&'static str>,
    /// For protocols with checksums.
    pub checksum: Option<Checksum>,
    /// A PIN or password was given and was wrong.
    pub pin_failed: bool,
    /// The decoded fields; `None` where no reader looks at them, so there is no need to collect them.
    pub fields: Option<Vec<Field>>,
}

impl Report {
    /// A report to be filled in. `fields` tells whether any reader looks at fields.
    #[must_use]
    pub fn new(fields: bool) -> Self {
        Self {
            kind: "unknown",
            outcome: Outcome::Done,
            refusal: None,
            checksum: None,
            pin_failed: false,
            fields: fields.then(Vec::new),
        }
    }
}

/// One request and its answer.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The protocol's name: `sip2`, `z3950`, `ncip`, `http`.
    pub protocol: &'static str,
    /// Who speaks, as they logged in; `None` before.
    pub login: Option<&'a str>,
    /// Where they speak from; behind a proxy, what the proxy said.
    pub peer: SocketAddr,
    /// What the conversation said about it.
    pub report: &'a Report,
    /// Length of the request in bytes.
    pub bytes_in: usize,
    /// Length of the answer in bytes.
    pub bytes_out: usize,
    /// From the whole request to the whole answer, without any penalty delay and without the network.
    pub elapsed: Duration,
}

/// Something that reads the stream of exchanges: log lines, metrics, kept messages, a live view. Called on the
/// session's task: be quick, never block.
pub trait Reader: Send + Sync {
    /// One exchange has ended.
    fn read(&self, exchange: &Exchange<'_>);

    /// Whether this reader looks at [`Report::fields`] now.
    fn wants_fields(&self) -> bool {
        false
    }
}
