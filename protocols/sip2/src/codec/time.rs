//! Dates and times, 18 characters `YYYYMMDDZZZZHHMMSS`: digest 2.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use nom::Parser;
use nom::bytes::complete::{take, take_while_m_n};
use nom::combinator::map_opt;
use std::fmt;

/// A date and time as a terminal writes it, or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SipTime {
    /// Blanks, zeros, or what cannot be read.
    #[default]
    None,
    /// In the library's zone, whatever text stands in the zone's four places.
    Local(DateTime),
    /// With `Z` there.
    Utc(DateTime),
}

/// Characters of a date and time.
pub const WIDTH: usize = 18;

impl SipTime {
    /// Reads the 18 characters; shorter or unreadable ones are "no date".
    pub fn read(bytes: &[u8]) -> Self {
        Self::parse(bytes).map_or(Self::None, |(_, time)| time)
    }

    /// Whether the bytes are a date, or clearly none: what a guess at a shifted date is judged by.
    pub fn plausible(bytes: &[u8]) -> bool {
        let head = bytes.get(..WIDTH.min(bytes.len())).unwrap_or_default();
        head.iter().all(|b| *b == b' ' || *b == b'0') || Self::parse(bytes).is_ok()
    }

    fn parse(bytes: &[u8]) -> nom::IResult<&[u8], Self> {
        let (rest, (year, month, day)) = (number(4), number(2), number(2)).parse(bytes)?;
        let (rest, zone) = take(4usize)(rest)?;
        let (rest, (hour, minute, second)) = (number(2), number(2), number(2)).parse(rest)?;
        let bad = || nom::Err::Error(nom::error::Error::new(bytes, nom::error::ErrorKind::Verify));
        let date = Date::new(year, month as i8, day as i8).map_err(|_| bad())?;
        // 24:00:00 and leap seconds are met; the day's last second stands for them.
        let (hour, minute, second) = if hour == 24 { (23, 59, 59) } else { (hour, minute, second.min(59)) };
        let time = Time::new(hour as i8, minute as i8, second as i8, 0).map_err(|_| bad())?;
        if year == 0 {
            return Err(bad());
        }
        let at = date.to_datetime(time);
        let utc = zone.trim_ascii() == b"Z";
        Ok((rest, if utc { Self::Utc(at) } else { Self::Local(at) }))
    }

    /// The library's local time of `at`.
    pub fn at(at: Timestamp, zone: &TimeZone) -> Self {
        Self::Local(zone.to_datetime(at).with().subsec_nanosecond(0).build().unwrap_or_default())
    }

    /// The moment meant. A local time that the clock change skips or repeats is resolved as calendars do; it never fails
    /// inside the range of time.
    pub fn moment(self, zone: &TimeZone) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Local(at) => zone.to_ambiguous_timestamp(at).compatible().ok(),
            Self::Utc(at) => TimeZone::UTC.to_timestamp(at).ok(),
        }
    }

    /// The calendar day meant, in the library's zone.
    pub fn day(self, zone: &TimeZone) -> Option<Date> {
        match self {
            Self::Local(at) => Some(at.date()),
            other => other.moment(zone).map(|at| zone.to_datetime(at).date()),
        }
    }
}

impl fmt::Display for SipTime {
    /// Four blanks for local time, three and `Z` for UTC, 18 blanks for none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, zone) = match self {
            Self::None => return f.write_str("                  "),
            Self::Local(at) => (at, "    "),
            Self::Utc(at) => (at, "   Z"),
        };
        // Most answers hold two of these, so the digits are put down without the machinery of formatting.
        let mut digits = [b'0'; 14];
        let year = u32::from(at.year().clamp(0, 9999).unsigned_abs());
        let parts = [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(|part| u32::from(part.unsigned_abs()));
        let pairs = [year / 100, year % 100].into_iter().chain(parts);
        for (place, pair) in digits.chunks_exact_mut(2).zip(pairs) {
            for (digit, value) in place.iter_mut().zip([pair / 10, pair % 10]) {
                *digit += (value % 10) as u8;
            }
        }
        let (date, time) = digits.split_at(8);
        for text in [date, zone.as_bytes(), time] {
            f.write_str(std::str::from_utf8(text).unwrap_or_default())?;
        }
        Ok(())
    }
}

fn number<'a>(digits: usize) -> impl Parser<&'a [u8], Output = i16, Error = nom::error::Error<&'a [u8]>> {
    map_opt(take_while_m_n(digits, digits, |b: u8| b.is_ascii_digit()), |text: &[u8]| {
        std::str::from_utf8(text).ok()?.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copenhagen() -> TimeZone {
        TimeZone::get("Europe/Copenhagen").unwrap()
    }

    #[test]
    fn reads_whatever_stands_in_the_zone() {
        for (text, utc) in [
            ("20261124    110000", "2026-11-24T10:00:00Z"),
            ("20261124   Z110000", "2026-11-24T11:00:00Z"),
            ("202611240000110000", "2026-11-24T10:00:00Z"),
            ("20261124+01 110000", "2026-11-24T10:00:00Z"),
            ("20261124   Q110000", "2026-11-24T10:00:00Z"),
            // skipped by the clock change, and there twice
            ("20270328    023000", "2027-03-28T01:30:00Z"),
            ("20261025    023000", "2026-10-25T00:30:00Z"),
        ] {
            let moment = SipTime::read(text.as_bytes()).moment(&copenhagen());
            assert_eq!(moment.unwrap().to_string(), utc, "{text}");
        }
    }

    #[test]
    fn blanks_zeros_and_nonsense_are_no_date() {
        for text in [
            "",
            "                  ",
            "000000000000000000",
            "20261324    110000",
            "20260230    110000",
            "tomorrow, at eight",
        ] {
            assert_eq!(SipTime::read(text.as_bytes()), SipTime::None, "{text}");
        }
    }

    #[test]
    fn writes_local_time_with_four_blanks() {
        let at: Timestamp = "2026-11-24T11:00:00.25Z".parse().unwrap();
        assert_eq!(SipTime::at(at, &copenhagen()).to_string(), "20261124    120000");
    }
}
