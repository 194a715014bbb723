//! Section 2: the parameters of searchRetrieve.

use super::subject::Subject;
use crate::{
    sip2::case::{Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("2", "without query: 7, details `query`", wants_a_query),
    ("2", "an empty query: 10 or 27, or 7", refuses_an_empty_query),
    ("2", "an unknown operation: 4", refuses_unknown_operations),
    ("2", "an unknown version: 5, details the highest supported", refuses_unknown_versions),
    ("2", "operation without version is answered", answers_without_version),
    ("2", "startRecord 0, negative or no number: 6 (61), details `startRecord`", refuses_bad_starts),
    ("2", "startRecord beyond the last: 61, with numberOfRecords", bounds_starts),
    ("2", "startRecord 1 of no hits gives no diagnostic", allows_the_start_of_nothing),
    ("2", "maximumRecords 0 gives the count only", counts_only),
    ("2", "a negative maximumRecords: 6 or 62", refuses_negative_counts),
    ("2", "maximumRecords without a value is the default", defaults_an_empty_count),
    ("2", "a very large maximumRecords gives what the cap allows, without error", caps_counts),
    ("2", "an unknown recordPacking: 71 (or 6)", refuses_unknown_packing),
    ("2", "an unknown recordSchema: 66, details the schema", refuses_unknown_schemas),
    ("2", "recordSchema is known by short name in any case and by URI", knows_schemas_by_every_name),
    ("2", "an `x-` parameter is never an error", ignores_extensions),
    ("2", "an unknown parameter: 8, and the answer all the same", tells_unknown_parameters),
    ("2", "sortKeys of 1.1 is taken or refused by 80 to 92", reads_sort_keys),
    ("2", "a direction in sortKeys that is none: 6 or 90", refuses_bad_directions),
    ("2", "recordXPath: 72, or evaluated", knows_its_xpath),
    ("2", "a number that is none in maximumRecords: 6", refuses_words_for_numbers),
    ("2", "2.0: an unknown queryType: 11", refuses_unknown_query_types),
    ("2", "2.0: queryType=searchTerms wants all the words", reads_search_terms),
    ("2", "a stylesheet is named before the root, or refused by 110 or 111", names_stylesheets),
];

fn wants_a_query(lib: &Subject) -> Verdict {
    let details = lib.get(&[("version", "1.2"), ("operation", "searchRetrieve")])?.must_say(&[7])?;
    check!(details == "query", "details {details:?}");
    Ok(())
}

fn refuses_an_empty_query(lib: &Subject) -> Verdict {
    lib.search("", &[])?.must_say(&[7, 10, 27]).map(drop)
}

fn refuses_unknown_operations(lib: &Subject) -> Verdict {
    let answer = lib.get(&[("version", "1.2"), ("operation", "destroy"), ("query", "a")])?;
    answer.must_say(&[4]).map(drop)
}

fn refuses_unknown_versions(lib: &Subject) -> Verdict {
    let details = lib.search_in("9.9", "a", &[])?.must_say(&[5])?;
    check!(["1.1", "1.2", "2.0"].contains(&details.as_str()), "details {details:?}");
    Ok(())
}

fn answers_without_version(lib: &Subject) -> Verdict {
    let answer = lib.get(&[("operation", "searchRetrieve"), ("query", &lib.title()?)])?;
    check!(answer.xml()?.hits()? > 0, "no hits");
    Ok(())
}

fn refuses_bad_starts(lib: &Subject) -> Verdict {
    for start in ["0", "-3", "x"] {
        let details = lib.search(&lib.title()?, &[("startRecord", start)])?.must_say(&[6, 61])?;
        check!(details == "startRecord", "details {details:?} of startRecord={start}");
    }
    Ok(())
}

fn bounds_starts(lib: &Subject) -> Verdict {
    let query = lib.title()?;
    let (hits, answer) = (lib.hits(&query)?, lib.search(&query, &[("startRecord", "99999999")])?);
    answer.must_say(&[61])?;
    let told = answer.xml()?.hits()?;
    check!(told == hits, "{told} in place of {hits}");
    Ok(())
}

fn allows_the_start_of_nothing(lib: &Subject) -> Verdict {
    let answer = lib.search("dc.title=nosuchwordatall", &[("startRecord", "1")])?;
    answer.must_be_clean()?;
    let seen = answer.xml()?;
    check!(seen.hits()? == 0 && seen.find("records").is_none(), "{}", answer.body());
    Ok(())
}

fn counts_only(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("maximumRecords", "0")])?;
    answer.must_be_clean()?;
    let seen = answer.xml()?;
    check!(seen.hits()? > 0 && seen.find("records").is_none(), "records came");
    Ok(())
}

fn refuses_negative_counts(lib: &Subject) -> Verdict {
    lib.search(&lib.title()?, &[("maximumRecords", "-1")])?.must_say(&[6, 62]).map(drop)
}

fn defaults_an_empty_count(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("maximumRecords", "")])?;
    answer.must_be_clean()?;
    check!(!answer.xml()?.records().is_empty(), "no records");
    Ok(())
}

fn caps_counts(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("maximumRecords", "1000000")])?;
    answer.must_be_clean()?;
    check!(!answer.xml()?.records().is_empty(), "no records");
    Ok(())
}

fn refuses_unknown_packing(lib: &Subject) -> Verdict {
    lib.search(&lib.title()?, &[("recordPacking", "crate")])?
        .must_say(&[71, 6])
        .map(drop)
}

fn refuses_unknown_schemas(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("recordSchema", "no-such-schema"), ("maximumRecords", "1")])?;
    let details = answer.must_say(&[66])?;
    check!(details == "no-such-schema", "details {details:?}");
    Ok(())
}

fn knows_schemas_by_every_name(lib: &Subject) -> Verdict {
    for name in ["marcxml", "MarcXML", "info:srw/schema/1/marcxml-v1.1"] {
        let answer = lib.search(&lib.title()?, &[("recordSchema", name), ("maximumRecords", "1")])?;
        answer.must_be_clean()?;
        let seen = answer.xml()?;
        let schema = seen.text("recordSchema").unwrap_or_default().to_owned();
        check!(schema == "info:srw/schema/1/marcxml-v1.1", "recordSchema {schema:?} for {name}");
    }
    Ok(())
}

fn ignores_extensions(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("x-conform-test", "1"), ("maximumRecords", "1")])?;
    answer.must_be_clean()?;
    check!(answer.xml()?.records().len() == 1, "no record");
    Ok(())
}

fn tells_unknown_parameters(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("bogus", "1"), ("maximumRecords", "1")])?;
    let details = answer.must_say(&[8])?;
    check!(details == "bogus", "details {details:?}");
    if answer.xml()?.records().is_empty() {
        return deviates("8, and no answer");
    }
    Ok(())
}

fn reads_sort_keys(lib: &Subject) -> Verdict {
    let answer = lib.search_in("1.1", &lib.title()?, &[("sortKeys", "title,,1"), ("maximumRecords", "1")])?;
    let seen = answer.xml()?;
    match seen.diagnostics().first() {
        None if seen.hits()? > 0 => Ok(()),
        Some(found) if (80..=92).contains(&found.number) => deviates(format!("refused by {}", found.number)),
        other => fail(format!("{other:?}")),
    }
}

fn refuses_bad_directions(lib: &Subject) -> Verdict {
    let answer = lib.search_in("1.1", &lib.title()?, &[("sortKeys", "title,,sideways"), ("maximumRecords", "1")])?;
    match answer.xml()?.diagnostics().first() {
        Some(found) if [6, 90].contains(&found.number) => Ok(()),
        Some(found) if (80..=92).contains(&found.number) => deviates(format!("refused by {}", found.number)),
        other => fail(format!("{other:?}")),
    }
}

fn knows_its_xpath(lib: &Subject) -> Verdict {
    let answer = lib.search_in("1.1", &lib.title()?, &[("recordXPath", "/record/leader"), ("maximumRecords", "1")])?;
    let seen = answer.xml()?;
    match seen.diagnostics().first() {
        Some(found) => check!((72..=74).contains(&found.number), "{found:?}"),
        None => check!(
            seen.find("controlfield").is_none(),
            "the whole record came as if nothing had been asked"
        ),
    }
    Ok(())
}

fn refuses_words_for_numbers(lib: &Subject) -> Verdict {
    let details = lib.search(&lib.title()?, &[("maximumRecords", "many")])?.must_say(&[6])?;
    check!(details == "maximumRecords", "details {details:?}");
    Ok(())
}

fn reads_search_terms(lib: &Subject) -> Verdict {
    let words = format!("{} {}", lib.word()?, lib.other()?);
    let answer = lib.search_in("2.0", &words, &[("queryType", "searchTerms"), ("maximumRecords", "0")])?;
    let seen = answer.xml()?;
    if seen.diagnostics().iter().any(|found| found.number == 11) {
        return deviates("searchTerms is not supported");
    }
    let all = lib.hits(&format!("cql.serverChoice all \"{words}\""))?;
    check!(seen.hits()? == all, "{} hits, all the words have {all}", seen.hits()?);
    Ok(())
}

fn refuses_unknown_query_types(lib: &Subject) -> Verdict {
    lib.search_in("2.0", "a", &[("queryType", "telepathy")])?.must_say(&[11]).map(drop)
}

fn names_stylesheets(lib: &Subject) -> Verdict {
    let answer = lib.search(&lib.title()?, &[("stylesheet", "/style.xsl"), ("maximumRecords", "0")])?;
    let seen = answer.xml()?;
    let refused = seen.diagnostics().iter().any(|found| [110, 111].contains(&found.number));
    let named = answer
        .body()
        .split_once("<?xml-stylesheet ")
        .is_some_and(|(_, rest)| rest.contains("href=\"/style.xsl\""));
    check!(refused || named, "neither named nor refused");
    Ok(())
}
