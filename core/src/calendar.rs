//! A branch's opening days. Due dates fall at the end of an open day, in the agency's time zone.

use crate::time::{Date, Time, TimeZone, Timestamp, Weekday, local_date};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Which days a branch is open. The default is open every day.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Weekdays on which it is closed: 1 Monday … 7 Sunday.
    pub closed_weekdays: BTreeSet<i8>,
    /// Days on which it is closed all the same: holidays.
    pub closed_days: BTreeSet<Date>,
    /// Self-service hours for doors: local from–to, any day; none means always.
    pub door_hours: Option<(Time, Time)>,
}

/// How far a due date may be moved for closed days before the calendar is taken for a mistake.
const HORIZON_DAYS: usize = 366;

impl Calendar {
    /// Whether the branch is open on `day`.
    pub fn is_open(&self, day: Date) -> bool {
        !self.closed_days.contains(&day) && !self.closed_weekdays.contains(&day.weekday().to_monday_one_offset())
    }

    /// The first open day from `day` on, `day` included; `day` itself where a whole year is closed.
    pub fn open_day_from(&self, day: Date) -> Date {
        let mut candidate = day;
        for _ in 0..HORIZON_DAYS {
            if self.is_open(candidate) {
                return candidate;
            }
            match candidate.tomorrow() {
                Ok(next) => candidate = next,
                Err(_) => return day,
            }
        }
        day
    }

    /// The first of the weekday names that this calendar closes, for messages.
    pub fn closes(&self, weekday: Weekday) -> bool {
        self.closed_weekdays.contains(&weekday.to_monday_one_offset())
    }
}

/// The last minute of `day` in `zone`, as SIP2 automats print it: 23:59:00 local time. A clock change may make that minute come twice:
/// then the second counts; or skip it, as in Greenland: then it is the minute before the change. It never fails inside the range of time.
pub fn end_of_day(day: Date, zone: &TimeZone) -> Timestamp {
    let local = zone.to_ambiguous_timestamp(day.to_datetime(Time::constant(23, 59, 0, 0)));
    let later = local.later().ok();
    later
        .filter(|at| local_date(*at, zone) == day)
        .or_else(|| local.earlier().ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calendar_that_closes_for_ever_is_a_mistake() {
        let never = Calendar {
            closed_weekdays: (1..=7).collect(),
            ..Calendar::default()
        };
        let day: Date = "2026-03-02".parse().unwrap();
        assert_eq!(never.open_day_from(day), day);
        assert_eq!(Calendar::default().open_day_from(Date::MAX), Date::MAX);
        assert_eq!(never.open_day_from(Date::MAX), Date::MAX);
    }

    #[test]
    fn holidays_and_weekdays() {
        let calendar = Calendar {
            closed_weekdays: BTreeSet::from([7]),
            closed_days: BTreeSet::from(["2026-03-07".parse().unwrap()]),
            door_hours: None,
        };
        assert!(calendar.closes(Weekday::Sunday) && !calendar.closes(Weekday::Monday));
        let monday: Date = "2026-03-09".parse().unwrap();
        assert_eq!(calendar.open_day_from("2026-03-07".parse().unwrap()), monday);
        assert_eq!(calendar.open_day_from(monday), monday);
    }
}
