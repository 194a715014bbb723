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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::memory_store::samples;
    use crate::time::TimeZone;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// Zones whose clocks change at other hours, by half an hour, at midnight, or never.
    const ZONES: [&str; 6] = [
        "Europe/Copenhagen",
        "America/Nuuk",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "Asia/Beirut",
        "UTC",
    ];

    fn agency(zone: &str, closed_weekdays: BTreeSet<i8>, closed_days: BTreeSet<Date>) -> Agency {
        let library = samples::library(Vec::new());
        let calendar = Calendar {
            closed_weekdays,
            closed_days,
            door_hours: None,
        };
        Agency {
            time_zone: TimeZone::get(zone).unwrap(),
            calendar,
            ..library.unknown_agency
        }
    }

    fn at(text: &str, agency: &Agency) -> Timestamp {
        let local = text.parse().unwrap();
        agency.time_zone.to_ambiguous_timestamp(local).compatible().unwrap()
    }

    /// A moment of two years that hold every kind of clock change.
    fn moments() -> impl Strategy<Value = Timestamp> {
        (1_735_689_600_i64..1_798_761_600).prop_map(|second| Timestamp::from_second(second).unwrap())
    }

    prop_compose! {
        fn agencies()(
            zone in prop::sample::select(ZONES.as_slice()),
            weekdays in prop::collection::btree_set(1_i8..=7, 0..6),
            holidays in prop::collection::btree_set(0_i32..730, 0..40),
        ) -> Agency {
            let first: Date = "2025-01-01".parse().unwrap();
            let days = holidays.into_iter().map(|n| first.saturating_add(jiff::Span::new().days(n))).collect();
            agency(zone, weekdays, days)
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn a_due_date_is_the_end_of_the_first_open_day(agency in agencies(), from in moments(), days in 0_u16..200) {
            let branch: BranchId = "main".into();
            let due = loan_due(from, days, &agency, &branch);
            let local = agency.time_zone.to_datetime(due);
            prop_assert!(due > from);
            prop_assert!(agency.calendar.is_open(local.date()), "{local} is closed");
            let next_minute = due + jiff::SignedDuration::from_secs(60);
            prop_assert!(local_date(next_minute, &agency.time_zone) > local.date(), "{local} is not the last minute");
            let wanted = local_date(from, &agency.time_zone).saturating_add(jiff::Span::new().days(days));
            prop_assert!(local.date() >= wanted);
            let mut day = wanted;
            while day < local.date() {
                // only a loan of no days, made in the last minute of an open day, moves on for another reason
                prop_assert!(!agency.calendar.is_open(day) || days == 0, "{day} was open");
                day = day.tomorrow().unwrap();
            }
        }

        #[test]
        fn a_deadline_leaves_so_many_open_days(agency in agencies(), from in moments(), days in 1_u16..20) {
            let today = local_date(from, &agency.time_zone);
            let last = local_date(pickup_deadline(today, days, &agency, &"main".into()), &agency.time_zone);
            let mut open = 0;
            let mut day = today;
            while day < last {
                day = day.tomorrow().unwrap();
                open += u16::from(agency.calendar.is_open(day));
            }
            prop_assert_eq!(open, days);
        }

        #[test]
        fn lateness_counts_midnights_at_the_branch(agency in agencies(), from in moments(), hours in 0_i64..2000) {
            let branch: BranchId = "main".into();
            let due = loan_due(from, 7, &agency, &branch);
            let returned = due + jiff::SignedDuration::from_hours(hours);
            let mut midnights = 0;
            let mut day = local_date(due, &agency.time_zone);
            while day < local_date(returned, &agency.time_zone) {
                day = day.tomorrow().unwrap();
                midnights += 1;
            }
            prop_assert_eq!(days_late(due, returned, &agency, &branch), midnights);
            prop_assert_eq!(days_late(due, from, &agency, &branch), 0);
        }
    }

    #[test]
    fn the_clock_changes_of_2026() {
        let main: BranchId = "main".into();
        // in Greenland the hour before midnight is skipped in spring and comes twice in autumn
        let nuuk = agency("America/Nuuk", BTreeSet::new(), BTreeSet::new());
        for (from, due) in [
            ("2026-03-27T10:00:00", "2026-03-29T00:59:00Z"),
            ("2026-10-23T10:00:00", "2026-10-25T01:59:00Z"),
        ] {
            let due_at: Timestamp = due.parse().unwrap();
            assert_eq!(loan_due(at(from, &nuuk), 1, &nuuk, &main), due_at, "{from}");
        }
        let copenhagen = agency("Europe/Copenhagen", BTreeSet::new(), BTreeSet::new());
        for (from, days, due) in [
            // summer time begins on 29 March, ends on 25 October
            ("2026-03-01T10:00:00", 28, "2026-03-29T21:59:00Z"),
            ("2026-02-28T10:00:00", 28, "2026-03-28T22:59:00Z"),
            ("2026-10-01T10:00:00", 24, "2026-10-25T22:59:00Z"),
            ("2026-10-01T10:00:00", 23, "2026-10-24T21:59:00Z"),
            // a minute past midnight belongs to the new day, though it is the old one in UTC
            ("2026-07-01T00:01:00", 1, "2026-07-02T21:59:00Z"),
        ] {
            let due_at: Timestamp = due.parse().unwrap();
            assert_eq!(loan_due(at(from, &copenhagen), days, &copenhagen, &main), due_at, "{from} + {days}");
        }
    }

    #[test]
    fn a_day_loan_of_the_last_minute_is_due_the_next_open_day() {
        let agency = agency("Europe/Copenhagen", BTreeSet::from([7]), BTreeSet::new());
        let due = loan_due(at("2026-03-07T23:59:30", &agency), 0, &agency, &"main".into());
        assert_eq!(due, at("2026-03-09T23:59:00", &agency));
    }

    #[test]
    fn a_due_day_that_is_closed_gives_until_the_next_open_day() {
        let agency = agency("Europe/Copenhagen", BTreeSet::from([7]), BTreeSet::new());
        let printed_off_line = at("2026-03-08T23:59:00", &agency);
        for (returned, late) in [("2026-03-09T20:00:00", 0), ("2026-03-10T08:00:00", 1)] {
            assert_eq!(
                days_late(printed_off_line, at(returned, &agency), &agency, &"main".into()),
                late,
                "{returned}"
            );
        }
    }
}
