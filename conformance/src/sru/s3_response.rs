//! Section 3: responses, records, diagnostics, paging.

use std::collections::BTreeSet;

use roxmltree::{Document, Node};

use super::subject::{DIAGNOSTICS, SRU2, SRW, Subject, VERSIONS, child, children, in_order};
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail, skip},
    suite::cases,
};

cases![Subject:
    ("3", "each version answers in its namespace; 1.x names the version, 2.0 does not", answers_in_its_version),
    ("3", "the parts of a response come in their order", orders_the_response),
    ("3", "the parts of a record come in their order; recordSchema is the URI", orders_records),
    ("3", "recordPosition counts in the result set", counts_positions),
    ("3", "nextRecordPosition stands only where more follows", tells_the_next),
    ("3", "paging gives every record once", pages_through),
    ("3", "the last record of a result can be had at once, and after it 61", reaches_the_last),
    ("3", "packed as a string, the record is the same as XML", packs_strings),
    ("3", "recordData holds no XML declaration and no DOCTYPE", declares_nothing_inside),
    ("3", "diagnostics stand in their version's namespace: uri, details, message", shapes_diagnostics),
    ("3", "a failed search tells numberOfRecords 0 and no records", fails_with_zero),
    ("3", "the echoed request has the request's values", echoes_the_request),
    ("3", "an unknown result set id: 51 (or 50)", knows_its_result_sets),
    ("3", "resultSetTTL keeps the set under its id, and a search may refer to it", keeps_result_sets),
    ("3", "2.0: resultCountPrecision is of the vocabulary, where sent", tells_the_precision),
    ("3", "2.0: facets count what a search finds", counts_facets),
    ("3", "2.0: facetLimit bounds the terms, facetStart skips, facetSort orders", orders_facets),
    ("3", "the query is told back as XCQL, where it is", echoes_xcql),
    ("3.1", "MARCXML: leader of 24, indicators of one, no empty field", shapes_marcxml),
    ("3.1", "dc and mods come as their own root, or 66 or 67", serves_other_schemas),
    ("3.1", "opac and isohold tell copies with their state, or 66", tells_copies),
];

const RESPONSE: &[&str] = &[
    "version",
    "numberOfRecords",
    "resultSetId",
    "resultSetIdleTime",
    "records",
    "nextRecordPosition",
    "echoedSearchRetrieveRequest",
    "diagnostics",
    "extraResponseData",
    "resultSetTTL",
    "resultCountPrecision",
    "facetedResults",
    "searchResultAnalysis",
];
const RECORD: &[&str] = &[
    "recordSchema",
    "recordPacking",
    "recordXMLEscaping",
    "recordData",
    "recordIdentifier",
    "recordPosition",
    "extraRecordData",
];

fn answers_in_its_version(lib: &Subject) -> Verdict {
    for version in VERSIONS {
        let answer = lib.search_in(version, &lib.title()?, &[("maximumRecords", "1")])?;
        let seen = answer.xml()?;
        let space = seen.root().tag_name().namespace().unwrap_or_default().to_owned();
        let told = child(seen.root(), "version").and_then(|node| node.text()).map(str::to_owned);
        let (wanted, said) = if version == "2.0" { (SRU2, None) } else { (SRW, Some(version)) };
        check!(space == wanted, "{version} came in {space:?}");
        check!(told.as_deref() == said, "{version} says version {told:?}");
    }
    Ok(())
}

fn orders_the_response(lib: &Subject) -> Verdict {
    for version in VERSIONS {
        for query in [lib.title()?, "nosuchindexatall=a".to_owned()] {
            in_order(lib.search_in(version, &query, &[("maximumRecords", "2")])?.xml()?.root(), RESPONSE)?;
        }
    }
    Ok(())
}

fn orders_records(lib: &Subject) -> Verdict {
    for version in VERSIONS {
        let answer = lib.search_in(version, &lib.title()?, &[("maximumRecords", "2"), ("recordSchema", "marcxml")])?;
        let seen = answer.xml()?;
        let records = seen.records();
        check!(!records.is_empty(), "no records in {version}");
        for record in records {
            in_order(record, RECORD)?;
            let schema = child(record, "recordSchema").and_then(|node| node.text()).unwrap_or_default();
            check!(schema == "info:srw/schema/1/marcxml-v1.1", "recordSchema {schema:?}");
            let data = child(record, "recordData").and_then(|data| children(data).next());
            check!(data.is_some(), "recordData holds no element");
        }
    }
    Ok(())
}

fn counts_positions(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("maximumRecords", "2"), ("startRecord", "2")])?;
    let seen = answer.xml()?;
    for (number, record) in (2..).zip(seen.records()) {
        let Some(position) = child(record, "recordPosition").and_then(|node| node.text()) else {
            return deviates("no recordPosition");
        };
        check!(position == number.to_string(), "position {position} in place of {number}");
    }
    Ok(())
}

fn tells_the_next(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let hits = lib.hits(&query)?;
    let answer = lib.search(&query, &[("maximumRecords", "1")])?;
    let next = answer.xml()?.text("nextRecordPosition").map(str::to_owned);
    check!(hits > 1 && next.as_deref() == Some("2"), "nextRecordPosition {next:?} of {hits}");
    let answer = lib.search(&query, &[("maximumRecords", "1"), ("startRecord", &hits.to_string())])?;
    let next = answer.xml()?.text("nextRecordPosition").map(str::to_owned);
    check!(next.is_none(), "nextRecordPosition {next:?} after the last");
    Ok(())
}

/// The control number of a MARCXML record.
fn control_number(record: Node<'_, '_>) -> Option<String> {
    let is_001 = |node: &Node<'_, '_>| node.tag_name().name() == "controlfield" && node.attribute("tag") == Some("001");
    record.descendants().find(is_001)?.text().map(str::to_owned)
}

fn pages_through(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let hits = lib.hits(&query)?;
    let (mut seen_numbers, mut start, mut delivered) = (BTreeSet::new(), 1, 0);
    // Enough for any order to show itself.
    while delivered < 60 {
        let answer = lib.search(
            &query,
            &[
                ("maximumRecords", "7"),
                ("startRecord", &start.to_string()),
                ("recordSchema", "marcxml"),
            ],
        )?;
        answer.must_be_clean()?;
        let seen = answer.xml()?;
        for record in seen.records() {
            delivered += 1;
            let Some(number) = control_number(record) else {
                return skip("records have no 001");
            };
            check!(seen_numbers.insert(number.clone()), "{number} came twice");
        }
        match seen.text("nextRecordPosition").map(str::parse::<u64>) {
            Some(Ok(next)) if next > start => start = next,
            None => {
                check!(delivered == hits, "{delivered} records of {hits}");
                return Ok(());
            }
            other => return fail(format!("nextRecordPosition {other:?} after {start}")),
        }
    }
    Ok(())
}

fn reaches_the_last(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let total = lib.hits(&query)?;
    check!(total > 0, "no records");
    let at = |start: u64| {
        lib.search(
            &query,
            &[
                ("maximumRecords", "2"),
                ("startRecord", &start.to_string()),
                ("recordSchema", "marcxml"),
            ],
        )
    };
    let (middle, last) = (at(total.div_ceil(2))?, at(total)?);
    middle.must_be_clean()?;
    last.must_be_clean()?;
    let seen = last.xml()?;
    check!(seen.records().len() == 1, "{} records at the last position", seen.records().len());
    check!(seen.find("nextRecordPosition").is_none(), "nextRecordPosition after the last");
    at(total + 1)?.must_say(&[61]).map(drop)
}

fn packs_strings(lib: &Subject) -> Verdict {
    let of = |packing: &str| -> Result<Vec<String>, Trouble> {
        let more = [("maximumRecords", "1"), ("recordSchema", "marcxml"), ("recordPacking", packing)];
        let answer = lib.search(&lib.title()?, &more)?;
        let seen = answer.xml()?;
        let Some(data) = seen.find("recordData") else {
            return fail("no recordData");
        };
        let texts = |node: Node<'_, '_>| -> Vec<String> {
            node.descendants()
                .filter(|node| node.is_text())
                .filter_map(|node| Some(node.text()?.trim().to_owned()))
                .filter(|text| !text.is_empty())
                .collect()
        };
        if packing == "xml" {
            return Ok(texts(data));
        }
        let text = data.text().unwrap_or_default();
        match Document::parse(text) {
            Ok(inner) => Ok(texts(inner.root_element())),
            Err(why) => fail(format!("the string is not well formed: {why}: {text:.200}")),
        }
    };
    let (xml, string) = (of("xml")?, of("string")?);
    check!(xml == string && !xml.is_empty(), "{xml:?} is not {string:?}");
    Ok(())
}

fn declares_nothing_inside(lib: &Subject) -> Verdict {
    for packing in ["xml", "string"] {
        let answer = lib.search(&lib.title()?, &[("maximumRecords", "3"), ("recordPacking", packing)])?;
        let body = answer.body();
        let declarations = body.matches("<?xml ").count() + body.matches("&lt;?xml ").count();
        check!(declarations <= 1 && !body.contains("DOCTYPE"), "{declarations} declarations");
    }
    Ok(())
}

fn shapes_diagnostics(lib: &Subject) -> Verdict {
    for version in VERSIONS {
        let answer = lib.search_in(version, "nosuchindexatall=a", &[])?;
        let seen = answer.xml()?;
        let Some(diagnostic) = seen.find("diagnostic") else {
            return fail(format!("no diagnostic in {version}"));
        };
        let space = diagnostic.tag_name().namespace().unwrap_or_default();
        let wanted = if version == "2.0" { DIAGNOSTICS[1] } else { DIAGNOSTICS[0] };
        check!(space == wanted, "{version}: namespace {space:?}");
        in_order(diagnostic, &["uri", "details", "message"])?;
        let uri = child(diagnostic, "uri").and_then(|node| node.text()).unwrap_or_default();
        check!(uri == "info:srw/diagnostic/1/16", "uri {uri:?}");
    }
    Ok(())
}

fn fails_with_zero(lib: &Subject) -> Verdict {
    for version in VERSIONS {
        let answer = lib.search_in(version, "nosuchindexatall=a", &[])?;
        let seen = answer.xml()?;
        check!(seen.find("records").is_none(), "records in {version}");
        match seen.text("numberOfRecords") {
            Some("0") => {}
            None if version != "1.1" => {}
            other => return fail(format!("numberOfRecords {other:?} in {version}")),
        }
    }
    Ok(())
}

fn echoes_the_request(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let answer = lib.search(
        &query,
        &[("maximumRecords", "1"), ("startRecord", "2"), ("recordSchema", "marcxml")],
    )?;
    let seen = answer.xml()?;
    let Some(echo) = seen.find("echoedSearchRetrieveRequest") else {
        return deviates("no echo");
    };
    for (name, wanted) in [
        ("query", query.as_str()),
        ("maximumRecords", "1"),
        ("startRecord", "2"),
        ("recordSchema", "marcxml"),
    ] {
        let told = child(echo, name).and_then(|node| node.text());
        check!(told == Some(wanted), "{name} echoed as {told:?}");
    }
    Ok(())
}

fn knows_its_result_sets(lib: &Subject) -> Verdict {
    lib.search("cql.resultSetId=\"no-such-set\"", &[])?.must_say(&[50, 51]).map(drop)
}

fn keeps_result_sets(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let answer = lib.search(&query, &[("maximumRecords", "0"), ("resultSetTTL", "60")])?;
    let seen = answer.xml()?;
    if let Some(found) = seen.diagnostics().iter().find(|found| [8, 50].contains(&found.number)) {
        return deviates(format!("refused by {}", found.number));
    }
    answer.must_be_clean()?;
    let (hits, Some(name)) = (seen.hits()?, seen.text("resultSetId").map(str::to_owned)) else {
        return deviates("no set is kept");
    };
    let again = lib.hits(&format!("cql.resultSetId=\"{name}\""))?;
    check!(again == hits, "{again} in place of {hits}");
    let narrowed = lib.search(
        &format!("cql.resultSetId=\"{name}\" and dc.title=\"{}\"", lib.other()?),
        &[("maximumRecords", "0")],
    )?;
    let seen = narrowed.xml()?;
    match seen.diagnostics().first() {
        Some(found) => check!([55, 56].contains(&found.number), "{found:?}"),
        None => check!(seen.hits()? <= hits, "{} within {hits}", seen.hits()?),
    }
    Ok(())
}

fn tells_the_precision(lib: &Subject) -> Verdict {
    let answer = lib.search_in("2.0", &lib.title()?, &[("maximumRecords", "1")])?;
    let seen = answer.xml()?;
    let Some(precision) = seen.text("resultCountPrecision") else {
        return Ok(());
    };
    let word = precision.strip_prefix("info:srw/vocabulary/resultCountPrecision/1/");
    let known = ["exact", "unknown", "estimate", "maximum", "minimum", "current"];
    if word.is_none() && known.contains(&precision) {
        return deviates(format!("the bare word {precision}"));
    }
    check!(word.is_some_and(|word| known.contains(&word)), "{precision:?}");
    Ok(())
}

fn counts_facets(lib: &Subject) -> Verdict {
    let terms = facet(lib, &[("facetLimit", "5:dc.subject")])?;
    let Some((value, count)) = terms.first() else {
        return fail("a facet without terms");
    };
    let found = lib.hits(&format!("{} and dc.subject=\"{}\"", lib.title()?, value.replace('"', "\\\"")))?;
    check!(*count > 0 && *count <= found, "{value:?} counts {count}, a search finds {found}");
    Ok(())
}

/// Terms and counts of the first facet.
fn facet(lib: &Subject, more: &[(&str, &str)]) -> Result<Vec<(String, u64)>, Trouble> {
    let mut parameters = vec![("maximumRecords", "0")];
    parameters.extend_from_slice(more);
    let answer = lib.search_in("2.0", &lib.title()?, &parameters)?;
    answer.must_be_clean()?;
    let seen = answer.xml()?;
    let Some(terms) = seen
        .find("facetedResults")
        .and_then(|results| results.descendants().find(|node| node.tag_name().name() == "terms"))
    else {
        return fail("no facets");
    };
    let of = |term, name| child(term, name).and_then(|node| node.text()).unwrap_or_default().to_owned();
    Ok(children(terms)
        .map(|term| (of(term, "actualTerm"), of(term, "count").parse().unwrap_or(0)))
        .collect())
}

fn orders_facets(lib: &Subject) -> Verdict {
    let all = facet(lib, &[("facetLimit", "6:dc.date")])?;
    check!(all.len() > 2, "{} terms", all.len());
    check!(all.is_sorted_by(|a, b| a.1 >= b.1), "not by count: {all:?}");
    let two = facet(lib, &[("facetLimit", "2:dc.date")])?;
    check!(all.starts_with(&two) && two.len() == 2, "{two:?} of {all:?}");
    let later = facet(lib, &[("facetLimit", "2:dc.date"), ("facetStart", "2:dc.date")])?;
    check!(later.first() == all.get(1), "{later:?} from the second of {all:?}");
    let spelled = facet(lib, &[("facetLimit", "6:dc.date"), ("facetSort", "alphanumeric")])?;
    check!(spelled.is_sorted_by(|a, b| a.0 <= b.0), "not by the term: {spelled:?}");
    Ok(())
}

fn echoes_xcql(lib: &Subject) -> Verdict {
    let query = format!("{} and dc.date > 1900", lib.title()?);
    let answer = lib.search(&query, &[("maximumRecords", "0")])?;
    let seen = answer.xml()?;
    let Some(told) = seen.find("xQuery") else {
        return deviates("no xQuery");
    };
    let texts: Vec<_> = told.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    let word = lib.word()?;
    check!(texts == ["and", "dc.title", "=", word, "dc.date", ">", "1900"], "{texts:?}");
    Ok(())
}

fn shapes_marcxml(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("maximumRecords", "10"), ("recordSchema", "marcxml")])?;
    let seen = answer.xml()?;
    for record in seen.records() {
        let Some(data) = child(record, "recordData").and_then(|data| children(data).next()) else {
            return fail("recordData holds no element");
        };
        check!(
            data.tag_name().namespace() == Some("http://www.loc.gov/MARC21/slim"),
            "{:?}",
            data.tag_name()
        );
        let leader = child(data, "leader").and_then(|node| node.text()).unwrap_or_default();
        check!(leader.chars().count() == 24, "leader {leader:?}");
        for field in children(data).filter(|node| node.tag_name().name() == "datafield") {
            let one = |name| field.attribute(name).is_some_and(|value| value.chars().count() == 1);
            check!(one("ind1") && one("ind2"), "indicators of {:?}", field.attribute("tag"));
            check!(children(field).next().is_some(), "{:?} is empty", field.attribute("tag"));
        }
    }
    Ok(())
}

fn serves_other_schemas(lib: &Subject) -> Verdict {
    for (schema, root) in [("dc", "dc"), ("mods", "mods")] {
        let answer = lib.search(&lib.title()?, &[("maximumRecords", "1"), ("recordSchema", schema)])?;
        let seen = answer.xml()?;
        if seen.diagnostics().iter().any(|found| found.number == 66) {
            return deviates(format!("{schema} is not served"));
        }
        let data = seen.find("recordData").and_then(|data| children(data).next());
        let name = data.map(|data| data.tag_name().name().to_owned());
        check!(name.as_deref() == Some(root), "{schema} has the root {name:?}");
    }
    Ok(())
}

fn tells_copies(lib: &Subject) -> Verdict {
    let mut served = 0;
    for (schema, copies, state) in [
        ("opac", "circulation", "availableNow"),
        ("isohold", "copyInformation", "availabilityStatus"),
    ] {
        let answer = lib.search(&lib.title()?, &[("maximumRecords", "20"), ("recordSchema", schema)])?;
        let seen = answer.xml()?;
        if seen.diagnostics().iter().any(|found| found.number == 66) {
            continue;
        }
        answer.must_be_clean()?;
        served += 1;
        let all: Vec<_> = seen.0.descendants().filter(|node| node.tag_name().name() == copies).collect();
        check!(!all.is_empty(), "{schema}: no copies");
        let stated = |node: &Node<'_, '_>| node.descendants().any(|node| node.tag_name().name() == state);
        check!(all.iter().all(stated), "{schema}: a copy without {state}");
    }
    if served == 0 {
        return deviates("neither is served");
    }
    Ok(())
}
