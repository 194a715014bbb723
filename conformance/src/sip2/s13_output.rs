//! Section 13: output discipline.

use super::{
    case::{Case, Verdict, case, check, fail},
    subject::Subject,
    wire::{Charset, Request, Trailer},
};

/// The cases of section 13 that ask for themselves.
pub const CASES: &[Case] = &[
    case!("13", "control characters in an echoed value are not sent back", cleans_echoes),
    case!("13", "a value of more than 255 is cut on a character boundary", cuts_long_values),
    case!(
        "13",
        "letters outside a terminal's character set are transliterated, not lost",
        transliterates
    ),
    case!("13", "titles with Danish letters come right in each character set", encodes_titles),
    case!("13", "a hundred requests in a row are answered one by one", answers_a_pipeline),
];

/// The cases that judge the whole run, and so come last.
pub const SUMMARY: &[Case] = &[case!(
    "13",
    "every answer of the whole run has the digest's shape",
    keeps_every_answer_in_shape
)];

fn cleans_echoes(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for odd in ["a\u{1}b", "a\tb", "a\u{7f}b", "a\u{1b}[2Jb", "a\u{85}b\u{2028}c", "a\u{0}b"] {
        let answer = session.ask(&lib.item_information(odd))?.must_be("18")?;
        let fault = answer.faults.iter().find(|fault| fault.contains("control"));
        check!(fault.is_none(), "{odd:?} came back as {:?}", answer.field("AB"));
        let answer = session.ask(&lib.patron_status(odd, None))?.must_be("24")?;
        let fault = answer.faults.iter().find(|fault| fault.contains("control"));
        check!(fault.is_none(), "{odd:?} came back as {:?}", answer.field("AA"));
    }
    Ok(())
}

fn cuts_long_values(lib: &Subject) -> Verdict {
    let mut session = lib.session()?;
    for long in ["x".repeat(300), "æ".repeat(200), "e\u{301}".repeat(150)] {
        let answer = session.ask(&lib.item_information(&long))?.must_be("18")?;
        let echoed = answer.field("AB").unwrap_or_default();
        check!(
            session.charset.encode(echoed).len() <= 255,
            "{} bytes came back",
            session.charset.encode(echoed).len()
        );
        check!(!echoed.contains(char::REPLACEMENT_CHARACTER), "a character was cut in two");
    }
    Ok(())
}

fn transliterates(lib: &Subject) -> Verdict {
    lib.terminal()?;
    for terminal in &lib.facts.terminals {
        let mut session = lib.session_of(terminal)?;
        let request = Request::new(format!("23009{}", lib.now()))
            .with("AO", "")
            .with("AA", "no-such-card")
            .with("AC", "");
        let answer = session.ask_with(&request, &Trailer::Sequence(1))?.must_be("24")?;
        let text = answer.fields("AF").collect::<Vec<_>>().join(" ");
        check!(!text.contains(char::REPLACEMENT_CHARACTER), "not {:?}: {text}", terminal.charset);
        if terminal.charset == Charset::Ascii {
            check!(answer.bytes.is_ascii(), "not ASCII: {}", answer.text);
        }
    }
    Ok(())
}

fn encodes_titles(lib: &Subject) -> Verdict {
    lib.terminal()?;
    let mut seen = 0;
    let mut plain = lib.session()?;
    for item in &lib.facts.items {
        let title = plain.ask(&lib.item_information(&item.barcode))?.must_be("18")?;
        let title = title.field("AJ").unwrap_or_default().to_owned();
        if title.is_ascii() {
            continue;
        }
        seen += 1;
        for terminal in lib.facts.terminals.iter().filter(|t| t.charset.holds(&title)) {
            let mut session = lib.session_of(terminal)?;
            let request = lib.item_information(&item.barcode);
            let answer = session.ask_with(&request, &Trailer::Sequence(1))?.must_be("18")?;
            answer.must_carry("AJ", &title)?;
            answer.must_be_well_formed()?;
        }
    }
    if seen == 0 {
        return super::case::skip("no free item has a title outside ASCII");
    }
    Ok(())
}

fn answers_a_pipeline(lib: &Subject) -> Verdict {
    let item = lib.item()?;
    let mut session = lib.session()?;
    let one = format!("{}\r", lib.item_information(item).text());
    session.line.send(one.repeat(100).as_bytes())?;
    for _ in 0..100 {
        session.answer("17")?.must_be("18")?.must_carry("AB", item)?;
    }
    Ok(())
}

fn keeps_every_answer_in_shape(lib: &Subject) -> Verdict {
    let faults = lib.shape_faults();
    if faults.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = faults
        .iter()
        .map(|(fault, count, sample)| format!("{fault} ({count} times), first in {sample}"))
        .collect();
    fail(format!(
        "{} kinds of fault in {} answers\n{}",
        lines.len(),
        lib.answers(),
        lines.join("\n")
    ))
}
