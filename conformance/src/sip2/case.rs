//! What a case is, and how it ends.

use super::subject::Subject;

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
