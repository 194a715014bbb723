//! Section 5: scan.

use super::subject::{Answer, SRW, Subject, child, children, in_order};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail, skip},
    suite::cases,
};

cases![Subject:
    ("5", "terms come with value and number of records", lists_terms),
    ("5", "a term's count is what a search for it finds", counts_as_search_does),
    ("5", "maximumTerms bounds the list", bounds_terms),
    ("5", "responsePosition places the start term", places_the_start),
    ("5", "responsePosition out of range: 120", bounds_the_position),
    ("5", "maximumTerms 0 or no number: 6 or 121", refuses_bad_counts),
    ("5", "a boolean in scanClause: 10", refuses_booleans),
    ("5", "without scanClause: 7, details `scanClause`", wants_a_clause),
    ("5", "an unknown index: 16", refuses_unknown_indexes),
    ("5", "the end of the list gives fewer terms, no error", ends_quietly),
    ("5", "2.0: scanClause alone asks for a scan, answered by scanResponse without version", scans_in_2_0),
];

fn scan(lib: &Subject, clause: &str, more: &[(&str, &str)]) -> Result<Answer, Trouble> {
    let mut parameters = vec![("version", "1.2"), ("operation", "scan"), ("scanClause", clause)];
    parameters.extend_from_slice(more);
    lib.get(&parameters)
}

fn terms(answer: &Answer) -> Result<Vec<(String, Option<u64>)>, Trouble> {
    let seen = answer.xml()?;
    if seen.diagnostics().iter().any(|found| found.number == 4) {
        return skip("scan is not supported");
    }
    answer.must_be_clean()?;
    let list = seen.find("terms");
    Ok(list
        .into_iter()
        .flat_map(children)
        .map(|term| {
            let text = |name: &str| child(term, name).and_then(|node| node.text()).unwrap_or_default().to_owned();
            (text("value"), text("numberOfRecords").parse().ok())
        })
        .collect())
}

fn lists_terms(lib: &Subject) -> Verdict {
    let answer = scan(lib, &lib.title()?, &[("maximumTerms", "10")])?;
    let found = terms(&answer)?;
    check!(!found.is_empty() && found.len() <= 10, "{} terms", found.len());
    let seen = answer.xml()?;
    let root = seen.root();
    check!(
        root.tag_name().name() == "scanResponse" && root.tag_name().namespace() == Some(SRW),
        "{:?}",
        root.tag_name()
    );
    in_order(root, &["version", "terms", "echoedScanRequest", "diagnostics", "extraResponseData"])?;
    for term in seen.find("terms").into_iter().flat_map(children) {
        in_order(term, &["value", "numberOfRecords", "displayTerm", "whereInList", "extraTermData"])?;
    }
    Ok(())
}

fn counts_as_search_does(lib: &Subject) -> Verdict {
    for (term, count) in terms(&scan(lib, &lib.title()?, &[("maximumTerms", "5")])?)? {
        let Some(count) = count else {
            return deviates("no numberOfRecords");
        };
        let found = lib.hits(&format!("dc.title=\"{term}\""))?;
        check!(found == count, "{term}: {count} told, {found} found");
    }
    Ok(())
}

fn bounds_terms(lib: &Subject) -> Verdict {
    let found = terms(&scan(lib, &lib.title()?, &[("maximumTerms", "3")])?)?;
    check!(found.len() == 3, "{} terms", found.len());
    Ok(())
}

fn places_the_start(lib: &Subject) -> Verdict {
    let at = |position: &str| terms(&scan(lib, &lib.title()?, &[("maximumTerms", "3"), ("responsePosition", position)])?);
    let (first, before, after) = (at("1")?, at("2")?, at("0")?);
    check!(
        !first.is_empty() && first.first() == before.get(1),
        "{first:?}, position 2: {before:?}"
    );
    check!(first.get(1) == after.first(), "{first:?}, position 0: {after:?}");
    Ok(())
}

fn bounds_the_position(lib: &Subject) -> Verdict {
    let answer = scan(lib, &lib.title()?, &[("maximumTerms", "3"), ("responsePosition", "9")])?;
    answer.must_say(&[120]).map(drop)
}

fn refuses_bad_counts(lib: &Subject) -> Verdict {
    for count in ["0", "x"] {
        scan(lib, &lib.title()?, &[("maximumTerms", count)])?.must_say(&[6, 121])?;
    }
    Ok(())
}

fn refuses_booleans(lib: &Subject) -> Verdict {
    scan(lib, "dc.title=a and dc.title=b", &[])?.must_say(&[10]).map(drop)
}

fn wants_a_clause(lib: &Subject) -> Verdict {
    let details = lib.get(&[("version", "1.2"), ("operation", "scan")])?.must_say(&[7])?;
    check!(details == "scanClause", "details {details:?}");
    Ok(())
}

fn refuses_unknown_indexes(lib: &Subject) -> Verdict {
    scan(lib, "dc.nosuchindex=a", &[])?.must_say(&[16]).map(drop)
}

fn ends_quietly(lib: &Subject) -> Verdict {
    let found = terms(&scan(
        lib,
        "dc.title=\u{00e5}\u{00e5}\u{00e5}\u{00e5}\u{00e5}\u{00e5}",
        &[("maximumTerms", "20")],
    )?)?;
    check!(found.len() <= 20, "{} terms", found.len());
    Ok(())
}

fn scans_in_2_0(lib: &Subject) -> Verdict {
    let answer = lib.get(&[("scanClause", &lib.title()?), ("maximumTerms", "3")])?;
    let seen = answer.xml()?;
    let root = seen.root();
    if root.tag_name().name() != "scanResponse" {
        return fail(format!("the root is {:?}", root.tag_name()));
    }
    check!(child(root, "version").is_none(), "a version is told");
    check!(seen.find("term").is_some(), "no terms");
    Ok(())
}
