//! Section 2: framing, fields and dates.

use super::{
    case::{Case, Verdict, case, check, fail, skip},
    subject::{NO_DATE, Subject},
    wire::{Request, layout::is_local_date},
};

/// The cases of section 2.
pub const CASES: &[Case] = &[
    case!(
        "2",
        "an answer ends in CR, or CR LF, and holds no CR and no NUL before",
        ends_answers_properly
    ),
    case!("2", "identified fields are accepted in any order", accepts_fields_in_any_order),
    case!(
        "2",
        "a required field without a value is sent empty, and accepted empty",
        keeps_required_fields
    ),
    case!(
        "2",
        "an unused optional field is left out, never sent empty",
        leaves_out_unused_fields
    ),
    case!("2", "dates are sent with four blanks for local time", sends_local_dates),
    case!(
        "2",
        "the transaction date of an answer is the library's present local time",
        tells_the_present_time
    ),
    case!("2", "whatever stands in the four zone positions is accepted", accepts_any_zone),
    case!("2", "blank and all-zero nb due dates mean no date", accepts_no_date),
    case!(
        "2",
        "an impossible or ambiguous hour is accepted",
        accepts_hours_of_the_clock_change
    ),
];

fn ends_answers_properly(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let request = format!("{}\r", lib.status().text());
    session.line.send(request.as_bytes())?;
    let raw = session.line.hear_raw(super::wire::line::SILENCE);
    let body = raw.strip_suffix(b"\r\n").or_else(|| raw.strip_suffix(b"\r"));
    let Some(body) = body else {
        return fail(format!("ends in {:?}", raw.last()));
    };
    check!(
        !body.iter().any(|b| matches!(b, b'\r' | b'\n' | 0)),
        "CR, LF or NUL inside {}",
        String::from_utf8_lossy(body)
    );
    Ok(())
}

fn accepts_fields_in_any_order(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let request = Request::new(format!("63009{}          ", lib.now()))
        .with_any("AD", card.pin.as_deref())
        .with("AC", "")
        .with("AA", &card.number)
        .with("AO", &lib.institution);
    let answer = session.ask(&request)?.must_be("64")?;
    answer.must_carry("BL", "Y")?;
    answer.must_carry("AA", &card.number)?;
    let request = Request::new(format!("17{}", lib.now()))
        .with("AC", "")
        .with("AB", item)
        .with("AO", &lib.institution);
    session.ask(&request)?.must_be("18")?.must_carry("AB", item)
}

fn keeps_required_fields(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let answer = session.ask(&lib.item_information("no-such-item-at-all"))?.must_be("18")?;
    check!(answer.field("AJ") == Some(""), "AJ is not there, empty: {}", answer.text);
    let answer = session.ask(&lib.patron_status("no-such-card-at-all", None))?.must_be("24")?;
    check!(answer.field("AE") == Some(""), "AE is not there, empty: {}", answer.text);
    Ok(())
}

fn leaves_out_unused_fields(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    for request in [
        lib.item_information(item),
        lib.item_information("no-such-item-at-all"),
        lib.checkin("no-such-item-at-all"),
        lib.patron_information(&card.number, card.pin.as_deref(), "YYYYYY"),
        lib.end_session(&card.number),
        lib.status(),
    ] {
        let answer = session.ask(&request)?;
        let empty = answer.faults.iter().find(|fault| fault.contains("sent empty"));
        check!(empty.is_none(), "{empty:?} in {}", answer.text);
    }
    Ok(())
}

fn sends_local_dates(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let answer = session.ask(&lib.item_information(item))?.must_be("18")?;
    let date = answer.fixed("transaction_date")?;
    check!(is_local_date(date), "the date is {date:?}");
    Ok(())
}

fn tells_the_present_time(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let (before, answer) = (lib.now(), session.ask(&lib.item_information(item))?.must_be("18")?);
    let told = answer.fixed("transaction_date")?;
    let minutes = |date: &str| -> Option<i64> {
        let number = |from: usize, to: usize| date.get(from..to)?.parse::<i64>().ok();
        Some((number(6, 8)? * 24 + number(12, 14)?) * 60 + number(14, 16)?)
    };
    let (Some(told_at), Some(now)) = (minutes(told), minutes(&before)) else {
        return skip("no dates to compare");
    };
    let apart = (told_at - now).abs();
    // The month may turn between the two readings.
    check!(
        apart <= 3 || apart > 27 * 24 * 60,
        "the answer says {told:?}, the library's clock {before:?}"
    );
    Ok(())
}

fn accepts_any_zone(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    let now = lib.now();
    let (Some(day), Some(time)) = (now.get(..8), now.get(12..)) else {
        return skip("no date");
    };
    for zone in ["    ", "   Z", "   Q", "0000", "+01 ", "    "] {
        let date = format!("{day}{zone}{time}");
        let request = Request::new(format!("17{date}"))
            .with("AO", &lib.institution)
            .with("AB", item)
            .with("AC", "");
        session.ask(&request)?.must_be("18")?.must_carry("AB", item)?;
        let request = Request::new(format!("23009{date}"))
            .with("AO", &lib.institution)
            .with("AA", &card.number)
            .with("AC", "")
            .with_any("AD", card.pin.as_deref());
        session.ask(&request)?.must_be("24")?.must_carry("BL", "Y")?;
    }
    Ok(())
}

fn accepts_no_date(lib: &Subject) -> Verdict {
    let (card, item) = (lib.reader()?, lib.item()?);
    let mut session = lib.session()?;
    for due in [NO_DATE, "000000000000000000"] {
        let request = lib.checkout_as("NN", &lib.now(), due, &card.number, item);
        let answer = session.ask(&request)?.must_be("12")?;
        answer.must_have("ok", "1")?;
        check!(
            answer.field("AH").is_some_and(|due| !due.is_empty()),
            "no due date: {}",
            answer.text
        );
        session.take_back(item)?;
    }
    let request = lib.checkin_as("N", &lib.now(), NO_DATE, item);
    session.ask(&request)?.must_be("10")?.must_have("ok", "1")
}

fn accepts_hours_of_the_clock_change(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    for date in ["20260329    023000", "20261025    023000", "20260230    256161"] {
        let request = Request::new(format!("17{date}"))
            .with("AO", &lib.institution)
            .with("AB", item)
            .with("AC", "");
        session.ask(&request)?.must_be("18")?.must_carry("AB", item)?;
    }
    Ok(())
}
