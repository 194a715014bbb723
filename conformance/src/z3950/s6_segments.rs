//! Section 6: what does not fit into one message.

use super::{
    subject::{Reply, Session, Subject},
    wire::{
        answer::Record,
        request::{self, Init, MARC21},
    },
};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("6", "records that do not fit are left for the next request (status 2), and all come in the end", goes_on),
    ("6", "a record larger than a message: 16 or 17 in its place, or alone within the exceptional size", bounds_records),
    ("6", "segmentation: what does not fit comes in Segments, the last answer counts all", sends_segments),
    ("6", "each Segment tells its number of records and the reference id", marks_segments),
    ("6", "several ranges come in one answer (version 3; 243 where not)", takes_ranges),
];

/// Bytes of a message that holds a few records.
const SMALL: i64 = 4096;

fn small<'a>(lib: &'a Subject, options: &'static [u32]) -> Result<(Session<'a>, i64, bool), Trouble> {
    let mut session = lib.connect()?;
    let wish = Init {
        options,
        size: SMALL,
        ..Init::default()
    };
    let reply = session.ask(&request::init(&wish))?;
    let answer = reply.must_be(21)?;
    check!(answer.number(5) <= Some(SMALL), "preferredMessageSize {:?}", answer.number(5));
    let segments = answer.bit(4, 11);
    let hits = session.hits(&lib.title()?)?;
    Ok((session, hits.min(30), segments))
}

fn goes_on(lib: &Subject) -> Verdict {
    let (mut session, wanted, _) = small(lib, request::USUAL)?;
    let (mut next, mut came) = (1, 0);
    while came < wanted {
        let reply = session.ask(&request::present("default", next, wanted - came, Some(MARC21), Some("F")))?;
        let answer = reply.must_be(25)?;
        let count = i64::try_from(answer.records().len()).unwrap_or(0);
        check!(count > 0, "no record at {next}: {:?}", answer.diagnostics());
        check!(answer.number(24) == Some(count), "{:?} told, {count} came", answer.number(24));
        let bytes: usize = answer.records().iter().map(Record::size).sum();
        check!(
            count == 1 || i64::try_from(bytes).is_ok_and(|bytes| bytes <= SMALL),
            "{bytes} bytes of records where {SMALL} were agreed on"
        );
        came += count;
        let status = answer.number(27);
        check!(
            status == Some(if came < wanted { 2 } else { 0 }),
            "presentStatus {status:?} after {came} of {wanted}"
        );
        match answer.number(25) {
            Some(0) => check!(came == wanted, "position 0 after {came} of {wanted}"),
            Some(position) => {
                check!(position == next + count, "position {position} after {next} and {count} records");
                next = position;
            }
            None => return fail("no nextResultSetPosition"),
        }
    }
    Ok(())
}

fn bounds_records(lib: &Subject) -> Verdict {
    let mut session = lib.session_of(&Init {
        size: 64,
        ..Init::default()
    })?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::present("default", 1, 1, Some(MARC21), Some("F")))?;
    let answer = reply.must_be(25)?;
    match answer.records().first() {
        Some(Record::Surrogate(found)) if [16, 17].contains(&found.condition) => Ok(()),
        Some(Record::Found { bytes, .. }) => deviates(format!("{} bytes where 64 were agreed on", bytes.len())),
        other => fail(format!("{other:?} {:?}", answer.diagnostics())),
    }
}

/// All messages of the answer to a present request of the first records.
fn segments(lib: &Subject) -> Result<(Vec<Reply>, i64), Trouble> {
    let (mut session, wanted, agreed) = small(lib, &[0, 1, 11, 14])?;
    if !agreed {
        return deviates("segmentation is not offered");
    }
    session.send(&request::present("default", 1, wanted, Some(MARC21), Some("F")))?;
    let mut messages = Vec::new();
    loop {
        let Some(reply) = session.hear() else { return fail("no answer") };
        let kind = reply.answer()?.kind;
        messages.push(reply);
        match kind {
            45 => {}
            25 => return Ok((messages, wanted)),
            other => return fail(format!("[{other}] among the segments")),
        }
    }
}

fn sends_segments(lib: &Subject) -> Verdict {
    let (messages, wanted) = segments(lib)?;
    check!(messages.len() > 1, "{wanted} records in one message of {SMALL} bytes");
    let mut came = 0;
    for message in &messages {
        let answer = message.answer()?;
        let bytes: usize = answer.records().iter().map(Record::size).sum();
        check!(
            i64::try_from(bytes).is_ok_and(|bytes| bytes <= SMALL),
            "{bytes} bytes of records in one message"
        );
        came += i64::try_from(answer.records().len()).unwrap_or(0);
    }
    let Some(last) = messages.last() else { return fail("no answer") };
    let last = last.answer()?;
    check!(
        came == wanted && last.number(24) == Some(wanted) && last.number(27) == Some(0),
        "{came} of {wanted} came, {:?} told, presentStatus {:?}",
        last.number(24),
        last.number(27)
    );
    Ok(())
}

fn marks_segments(lib: &Subject) -> Verdict {
    let (messages, _) = segments(lib)?;
    for message in &messages {
        let answer = message.answer()?;
        let (told, came) = (answer.number(24), answer.records().len());
        check!(answer.kind != 45 || told == i64::try_from(came).ok(), "{told:?} told, {came} came");
        check!(answer.reference().is_none(), "a reference id that nobody gave");
    }
    Ok(())
}

fn takes_ranges(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let single = |session: &mut Session<'_>, place| session.record(place, MARC21);
    let (first, third) = (single(&mut session, 1)?, single(&mut session, 3)?);
    let reply = session.ask(&request::present_ranges("default", &[(1, 1), (3, 1)], MARC21))?;
    let answer = reply.must_be(25)?;
    if answer.diagnostics().iter().any(|found| found.condition == 243) {
        return deviates("not offered");
    }
    let records = answer.records();
    let bytes: Vec<&[u8]> = records
        .iter()
        .filter_map(|record| match record {
            Record::Found { bytes, .. } => Some(*bytes),
            Record::Surrogate(_) => None,
        })
        .collect();
    match bytes.as_slice() {
        [one] if *one == first => deviates("only the first range comes"),
        [one, other] if *one == first && *other == third => Ok(()),
        other => fail(format!("{} records", other.len())),
    }
}
