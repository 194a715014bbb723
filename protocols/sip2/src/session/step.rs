//! What a session says of a frame: what to do, and what operators are told.

use skranke_core::desk;
use std::time::Duration;

/// What should happen after a frame.
#[derive(Debug)]
pub enum Step {
    /// Send these bytes, in one write.
    Reply(Vec<u8>),
    /// Send these bytes after a delay: the penalty of a wrong login.
    ReplyAfter(Vec<u8>, Duration),
    /// Send these bytes and close.
    ReplyAndClose(Vec<u8>, CloseReason),
    /// Ask the desk; feed its outcome back through [`Session::answer`] or [`Session::fault`].
    Ask(Box<desk::Request>),
    /// Say nothing, on purpose.
    Silence,
    /// It was no message at all.
    Nothing,
    /// Close the connection.
    Close(CloseReason),
}

/// Why we end a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// A request before login.
    NotLoggedIn,
    /// Too many wrong logins.
    LoginFailures,
    /// Too many unknown commands in a row.
    UnknownCommands,
    /// The account is gone since the settings were reloaded.
    AccountGone,
}

/// How an exchange ended, for operators.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or answered.
    #[default]
    Done,
    /// The library said no.
    Refused,
    /// A repeat got the stored answer.
    Replayed,
    /// Not answered on purpose.
    Ignored,
    /// The peer sent nonsense.
    Malformed,
    /// We failed.
    Fault,
}

/// How a message proved that it came whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Checksum {
    /// It had no trailer.
    #[default]
    Absent,
    /// Right over bytes.
    Bytes,
    /// Right over code points only.
    CodePoints,
    /// Wrong.
    Wrong,
}

/// The exchange handled last, for operators. It holds nothing personal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exchange {
    /// The message, in the standard's words.
    pub kind: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, from a fixed list.
    pub reason: Option<&'static str>,
    /// Its error detection.
    pub checksum: Checksum,
    /// A PIN was given and was wrong.
    pub pin_failed: bool,
}
