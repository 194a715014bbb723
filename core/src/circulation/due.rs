//! Due dates: the end of an open day at the branch, in the agency's time zone.

use super::Context;
use crate::agency::Agency;
use crate::calendar::end_of_day;
use crate::ids::BranchId;
use crate::time::{Date, Timestamp, local_date};

/// The due time of a loan that begins at `from` and lasts `days` at `branch`.
pub fn loan_due(from: Timestamp, days: u16, agency: &Agency, branch: &BranchId) -> Timestamp {
    let first = local_date(from, &agency.time_zone);
    let last = first.saturating_add(jiff::Span::new().days(i64::from(days)));
    let calendar = agency.calendar(branch);
    let due = end_of_day(calendar.open_day_from(last), &agency.time_zone);
    if due > from {
        return due;
    }
    // a loan for the day, made in its last minute
    let next = last.saturating_add(jiff::Span::new().days(1));
    end_of_day(calendar.open_day_from(next), &agency.time_zone)
}

/// Until when an item waits on the hold shelf: the end of the `days`th open day after `today`.
pub fn pickup_deadline(today: Date, days: u16, agency: &Agency, branch: &BranchId) -> Timestamp {
    let calendar = agency.calendar(branch);
    let mut day = today;
    for _ in 0..days.max(1) {
        let next = day.saturating_add(jiff::Span::new().days(1));
        day = calendar.open_day_from(next);
    }
    end_of_day(day, &agency.time_zone)
}

/// Whole calendar days between the due day and `returned`; 0 where it was in time. A due day on which the branch is
/// closed all the same (an off-line terminal printed it) gives the patron until the next open day.
pub fn days_late(due: Timestamp, returned: Timestamp, agency: &Agency, branch: &BranchId) -> u16 {
    let due_day = agency.calendar(branch).open_day_from(local_date(due, &agency.time_zone));
    let returned_day = local_date(returned, &agency.time_zone);
    let days = returned_day.duration_since(due_day).as_hours() / 24;
    u16::try_from(days.max(0)).unwrap_or(u16::MAX)
}

impl Context {
    /// The due time of a loan made here at `from` that lasts `days`.
    pub(super) fn due(&self, from: Timestamp, days: u16) -> Timestamp {
        loan_due(from, days, self.agency(), &self.actor.branch)
    }
}
