//! What a case is, and how it ends.

use super::{facts::Facts, subject::Subject};

/// One checkable statement of the digest.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Clause of the digest: `9.3`, `4.2`, `12.17`.
    pub clause: &'static str,
    /// The clause's demand in one line of ours.
    pub says: &'static str,
    /// Name of the function.
    pub name: &'static str,
    /// The check.
    pub run: fn(&Subject) -> Verdict,
    /// Runs beside the others from the start, since it waits for long.
    pub waits: bool,
    /// What must be told on the command line before it is run at all.
    pub needs: Option<Need>,
}

/// Ways to the server that only its operator knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// `--telnet`: a listener that asks for login and password by prompts.
    Telnet,
    /// `--tls` and `--tls-ca`: a listener that speaks TLS.
    Tls,
    /// `--maintenance-file`: the server is down for maintenance while it exists.
    Maintenance,
}

impl Need {
    /// The argument that tells it.
    pub fn argument(self) -> &'static str {
        match self {
            Need::Telnet => "--telnet",
            Need::Tls => "--tls",
            Need::Maintenance => "--maintenance-file",
        }
    }

    /// Whether it was told.
    pub fn is_told(self, facts: &Facts) -> bool {
        match self {
            Need::Telnet => facts.telnet.is_some(),
            Need::Tls => facts.tls.is_some(),
            Need::Maintenance => facts.maintenance_file.is_some(),
        }
    }
}

/// Makes a [`Case`] of a clause, a paraphrase and a function.
macro_rules! case {
    ($clause:literal, $says:literal, $run:ident) => {
        $crate::sip2::case::Case {
            clause: $clause,
            says: $says,
            name: stringify!($run),
            run: $run,
            waits: false,
            needs: None,
        }
    };
    ($clause:literal, $says:literal, $run:ident, $need:ident) => {
        $crate::sip2::case::Case {
            needs: Some($crate::sip2::case::Need::$need),
            ..$crate::sip2::case::case!($clause, $says, $run)
        }
    };
}
pub(crate) use case;

/// Fails the case with a message unless the condition holds.
macro_rules! check {
    ($holds:expr, $($text:tt)+) => {
        if !$holds {
            return Err($crate::sip2::case::Trouble::Fail(format!($($text)+)));
        }
    };
}
pub(crate) use check;

/// `Ok` is a pass.
pub type Verdict = Result<(), Trouble>;

/// How a case ends that does not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// The server breaks the clause.
    Fail(String),
    /// The check could not be made: what is missing.
    Skip(String),
    /// The server does what the digest knows from others and leaves open.
    Deviates(String),
}

/// Ends a case as failed.
pub fn fail<T>(why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Fail(why.into()))
}

/// Ends a case as skipped.
pub fn skip<T>(why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Skip(why.into()))
}

/// Ends a case as deviating.
pub fn deviates<T>(how: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Deviates(how.into()))
}
