//! A terminal's own trouble, for staff.

use super::{Context, off_line};
use crate::ports::{Decided, Facts, Need};

/// Nothing must be known.
pub fn need() -> Need {
    Need::default()
}

/// Notes it: `paper_out`, `shutting_down`.
pub fn decide(kind: &'static str, facts: &Facts, context: &Context) -> Decided<()> {
    context.decided(vec![off_line::note(facts, kind, kind, context)], ())
}
