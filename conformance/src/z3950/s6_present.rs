//! Sections 6 and 7: Present and record syntaxes.

use roxmltree::Document;

use super::{
    subject::Subject,
    wire::{
        answer::Record,
        request::{self, MARC21, SUTRS, XML},
    },
};
use crate::{
    marc::iso2709,
    sip2::case::{Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("6", "the records that were asked for come, and the next position is told", presents),
    ("6", "beyond the last: 13, status failure", bounds_positions),
    ("6", "no records asked for, none come, no diagnostic", presents_nothing),
    ("6", "an unknown result set: 30", knows_its_sets),
    ("6", "an unknown record syntax: 239 (238), with its OID", refuses_unknown_syntaxes),
    ("6", "an unknown element set: 25", refuses_unknown_elements),
    ("7", "MARC 21 is whole ISO 2709 that tells its length and character set", serves_marc21),
    ("7", "XML is well formed", serves_xml),
    ("7", "SUTRS is served, or refused by 238 or 239", serves_sutrs),
];

fn presents(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    let count = hits.min(3);
    let reply = session.ask(&request::present("default", 1, count, Some(MARC21), Some("F")))?;
    let answer = reply.must_be(25)?;
    let next = if count == hits { 0 } else { count + 1 };
    check!(answer.number(24) == Some(count), "{:?} of {count} returned", answer.number(24));
    check!(
        answer.records().len() as u64 == count.unsigned_abs(),
        "{} came",
        answer.records().len()
    );
    check!(
        answer.number(25) == Some(next),
        "nextResultSetPosition {:?} in place of {next}",
        answer.number(25)
    );
    check!(answer.number(27) == Some(0), "presentStatus {:?}", answer.number(27));
    Ok(())
}

fn bounds_positions(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    let hits = session.hits(&lib.title()?)?;
    for (start, count) in [(hits + 1, 1), (0, 1), (hits, 2)] {
        let reply = session.ask(&request::present("default", start, count, Some(MARC21), None))?;
        reply.must_say(&[13])?;
        let status = reply.must_be(25)?.number(27);
        check!(status == Some(5), "presentStatus {status:?} for {start}+{count}");
    }
    Ok(())
}

fn presents_nothing(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::present("default", 1, 0, Some(MARC21), None))?;
    let answer = reply.must_be(25)?;
    check!(
        answer.number(24) == Some(0) && answer.diagnostics().is_empty(),
        "{:?}",
        answer.diagnostics()
    );
    Ok(())
}

fn knows_its_sets(lib: &Subject) -> Verdict {
    lib.session()?
        .ask(&request::present("no-such-set", 1, 1, None, None))?
        .must_say(&[30])
        .map(drop)
}

fn refuses_unknown_syntaxes(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let unknown = "1.2.840.10003.5.9999";
    let reply = session.ask(&request::present("default", 1, 1, Some(unknown), None))?;
    let addinfo = match reply.answer()?.records().first() {
        Some(Record::Surrogate(found)) if [238, 239].contains(&found.condition) => found.addinfo.clone(),
        Some(other) => return fail(format!("{other:?}")),
        None => reply.must_say(&[238, 239])?,
    };
    check!(!addinfo.is_empty(), "no addinfo");
    Ok(())
}

fn refuses_unknown_elements(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::present("default", 1, 1, Some(XML), Some("no-such-set")))?;
    if let Some(Record::Surrogate(found)) = reply.answer()?.records().first() {
        return deviates(format!("a surrogate {}", found.condition));
    }
    reply.must_say(&[25]).map(drop)
}

fn serves_marc21(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::present("default", 1, 1, Some(MARC21), Some("F")))?;
    let answer = reply.must_be(25)?;
    let records = answer.records();
    let Some(Record::Found { syntax, bytes }) = records.first() else {
        return fail(format!("{records:?}"));
    };
    check!(syntax == MARC21, "syntax {syntax}");
    let length = bytes.get(..5).and_then(|digits| std::str::from_utf8(digits).ok()?.parse().ok());
    check!(length == Some(bytes.len()), "{length:?} told, {} came", bytes.len());
    let fields = iso2709::fields(bytes).count();
    check!(fields > 2, "{fields} fields");
    let unicode = bytes.get(9) == Some(&b'a');
    check!(
        !unicode || std::str::from_utf8(bytes).is_ok(),
        "leader/09 says Unicode, the record is not"
    );
    Ok(())
}

fn serves_xml(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::present("default", 1, 1, Some(XML), Some("marcxml")))?;
    let answer = reply.must_be(25)?;
    let records = answer.records();
    let Some(Record::Found { bytes, .. }) = records.first() else {
        return fail(format!("{records:?} {:?}", answer.diagnostics()));
    };
    let text = String::from_utf8_lossy(bytes);
    match Document::parse(&text) {
        Ok(_) => Ok(()),
        Err(why) => fail(format!("not well formed: {why}")),
    }
}

fn serves_sutrs(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    session.hits(&lib.title()?)?;
    let reply = session.ask(&request::present("default", 1, 1, Some(SUTRS), None))?;
    match reply.answer()?.records().first() {
        Some(Record::Found { syntax, bytes }) => {
            check!(syntax == SUTRS && !bytes.is_empty(), "syntax {syntax}");
            Ok(())
        }
        Some(Record::Surrogate(found)) if [238, 239].contains(&found.condition) => deviates("not served"),
        Some(other) => fail(format!("{other:?}")),
        None => reply.must_say(&[238, 239]).and_then(|_| deviates("not served")),
    }
}
