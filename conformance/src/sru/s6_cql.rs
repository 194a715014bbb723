//! Section 6: CQL.

use super::subject::Subject;
use crate::{
    sip2::case::{Trouble, Verdict, check, deviates, fail},
    suite::cases,
};

cases![Subject:
    ("6", "syntax errors: 10 (13 and 14 where they say more)", finds_syntax_errors),
    ("6", "keywords are read in any case", reads_keywords_in_any_case),
    ("6", "booleans have one precedence, from the left", counts_from_the_left),
    ("6", "and, or and not count as sets do", counts_sets),
    ("6", "a prefix map is known in the query that follows", maps_prefixes),
    ("6", "an unknown context set: 15", refuses_unknown_sets),
    ("6", "an unknown index: 16, details its name", refuses_unknown_indexes),
    ("6", "an unknown relation: 19", refuses_unknown_relations),
    ("6", "an unknown relation modifier: 20", refuses_unknown_relation_modifiers),
    ("6", "an unknown boolean modifier: 46", refuses_unknown_boolean_modifiers),
    ("6", "an unknown boolean: 10 or 37", refuses_unknown_booleans),
    ("6", "`*` at the end finds at least what the word finds", masks_ends),
    ("6", "`?` stands for one character", masks_one),
    ("6", "an anchor inside a term: 32", refuses_inner_anchors),
    ("6", "index names are read in any case", reads_indexes_in_any_case),
    ("6", "a term alone searches the default index", searches_by_default),
    ("6.1", "cql.allRecords=1 finds all records", finds_all),
    ("6.1", "`all` and `any` are and and or of words", reads_all_and_any),
    ("6.1", "an empty term: 27", refuses_empty_terms),
    ("6.1", "prox finds no more than and", reads_prox),
    ("6.1", "sortBy gives the same hits in order, both ways", sorts),
    ("6.2", "dates compare as numbers", compares_dates),
    ("9", "an ISBN is found with hyphens and without", reads_isbns),
    ("9", "upper and lower case find the same", folds_case),
    ("6", "1,000 parentheses are answered or refused, 100,000 refused, and serving goes on", survives_depth),
];

fn finds_syntax_errors(lib: &Subject) -> Verdict {
    for query in [
        "dc.title=",
        "(dc.title=a",
        "dc.title=a)",
        "dc.title=\"a",
        "and",
        "dc.title=a and",
        "=a",
        "a b",
    ] {
        let answer = lib.search(query, &[("maximumRecords", "0")])?;
        let seen = answer.xml()?;
        match seen.diagnostics().first() {
            Some(found) if [10, 13, 14, 27].contains(&found.number) => {}
            // `and` alone may be a term; two words may be one.
            None if ["and", "a b"].contains(&query) => {}
            other => return fail(format!("{query}: {other:?}")),
        }
    }
    Ok(())
}

fn reads_keywords_in_any_case(lib: &Subject) -> Verdict {
    let (one, other) = (lib.title()?, lib.other()?);
    let mut counts = Vec::new();
    for keyword in ["or", "OR", "Or"] {
        counts.push(lib.hits(&format!("{one} {keyword} dc.title=\"{other}\""))?);
    }
    check!(counts.windows(2).all(|two| two.first() == two.last()), "{counts:?}");
    Ok(())
}

/// Hits of the two known words, alone, together and either.
fn two(lib: &Subject) -> Result<[u64; 4], Trouble> {
    let (one, other) = (lib.title()?, format!("dc.title=\"{}\"", lib.other()?));
    Ok([
        lib.hits(&one)?,
        lib.hits(&other)?,
        lib.hits(&format!("{one} and {other}"))?,
        lib.hits(&format!("{one} or {other}"))?,
    ])
}

fn counts_from_the_left(lib: &Subject) -> Verdict {
    let (one, other) = (lib.title()?, format!("dc.title=\"{}\"", lib.other()?));
    let none = "dc.title=nosuchwordatall";
    // (one or other) and none = 0; one or (other and none) = one.
    let flat = lib.hits(&format!("{one} or {other} and {none}"))?;
    check!(flat == 0, "{flat} hits of `a or b and nothing`");
    let grouped = lib.hits(&format!("{one} or ({other} and {none})"))?;
    check!(grouped == lib.hits(&one)?, "{grouped} hits of `a or (b and nothing)`");
    Ok(())
}

fn counts_sets(lib: &Subject) -> Verdict {
    let [one, other, both, either] = two(lib)?;
    check!(one + other == both + either, "{one} + {other} is not {both} + {either}");
    let without = lib.hits(&format!("{} not dc.title=\"{}\"", lib.title()?, lib.other()?))?;
    check!(without == one - both, "{without} without, {one} less {both} expected");
    Ok(())
}

fn maps_prefixes(lib: &Subject) -> Verdict {
    let query = format!("> zz = \"info:srw/cql-context-set/1/dc-v1.1\" zz.title=\"{}\"", lib.word()?);
    let (mapped, plain) = (lib.hits(&query)?, lib.hits(&lib.title()?)?);
    check!(mapped == plain, "{mapped} in place of {plain}");
    Ok(())
}

fn refuses_unknown_sets(lib: &Subject) -> Verdict {
    lib.search("nosuchset.title=a", &[])?.must_say(&[15]).map(drop)
}

fn refuses_unknown_indexes(lib: &Subject) -> Verdict {
    let details = lib.search("dc.nosuchindex=a", &[])?.must_say(&[16])?;
    check!(details.contains("nosuchindex"), "details {details:?}");
    Ok(())
}

fn refuses_unknown_relations(lib: &Subject) -> Verdict {
    lib.search("dc.title resembles a", &[])?.must_say(&[19]).map(drop)
}

fn refuses_unknown_relation_modifiers(lib: &Subject) -> Verdict {
    lib.search("dc.title =/nosuchmodifier a", &[])?.must_say(&[20]).map(drop)
}

fn refuses_unknown_boolean_modifiers(lib: &Subject) -> Verdict {
    lib.search("dc.title=a and/nosuchmodifier dc.title=b", &[])?
        .must_say(&[46])
        .map(drop)
}

fn refuses_unknown_booleans(lib: &Subject) -> Verdict {
    lib.search("dc.title=a xor dc.title=b", &[])?.must_say(&[10, 37]).map(drop)
}

fn masks_ends(lib: &Subject) -> Verdict {
    let word = lib.word()?;
    let beginning: String = word.chars().take(word.chars().count() - 1).collect();
    let (masked, whole) = (lib.hits(&format!("dc.title={beginning}*"))?, lib.hits(&lib.title()?)?);
    check!(masked >= whole && whole > 0, "{masked} with the mask, {whole} without");
    Ok(())
}

fn masks_one(lib: &Subject) -> Verdict {
    let word = lib.word()?;
    let beginning: String = word.chars().take(word.chars().count() - 1).collect();
    let answer = lib.search(&format!("dc.title={beginning}?"), &[("maximumRecords", "0")])?;
    let seen = answer.xml()?;
    if seen.diagnostics().iter().any(|found| found.number == 28) {
        return deviates("28: masking is not supported");
    }
    let whole = lib.hits(&lib.title()?)?;
    check!(seen.hits()? >= whole, "{} with the mask, {whole} without", seen.hits()?);
    let (none, whole) = (lib.hits(&format!("dc.title={beginning}??????????"))?, whole);
    check!(none < whole, "ten characters are as good as one");
    Ok(())
}

fn survives_depth(lib: &Subject) -> Verdict {
    for deep in [
        "(".repeat(1_000) + "a" + &")".repeat(1_000),
        "a and (".repeat(500) + "a" + &")".repeat(500),
    ] {
        let answer = lib.search(&deep, &[("maximumRecords", "0")])?;
        // An answer is as good: what is judged is that it comes.
        if !answer.xml()?.diagnostics().is_empty() {
            answer.must_say(&[10, 12, 13, 37, 38, 48])?;
        }
    }
    // By POST, as no URL is so long.
    let head = format!("POST {} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded", lib.path);
    let form = format!("version=1.2&operation=searchRetrieve&query={}a", "(".repeat(100_000));
    if let Ok(answer) = lib.exchange(&head, form.as_bytes())
        && answer.response.status == 200
    {
        answer.must_say(&[10, 12, 13, 37, 38, 48])?;
    }
    lib.hits(&lib.title()?).map(drop)
}

fn refuses_inner_anchors(lib: &Subject) -> Verdict {
    lib.search("dc.title=\"a ^b c\"", &[])?.must_say(&[31, 32]).map(drop)
}

fn reads_indexes_in_any_case(lib: &Subject) -> Verdict {
    let (odd, plain) = (lib.hits(&format!("DC.Title=\"{}\"", lib.word()?))?, lib.hits(&lib.title()?)?);
    check!(odd == plain, "{odd} in place of {plain}");
    Ok(())
}

fn searches_by_default(lib: &Subject) -> Verdict {
    let (alone, title) = (lib.hits(lib.word()?)?, lib.hits(&lib.title()?)?);
    check!(alone > 0, "no hits");
    if alone < title {
        return deviates(format!("{alone} anywhere, {title} in titles"));
    }
    Ok(())
}

fn finds_all(lib: &Subject) -> Verdict {
    let (all, some) = (lib.hits("cql.allRecords=1")?, lib.hits(&lib.title()?)?);
    check!(all >= some && some > 0, "{all} in all, {some} of one word");
    Ok(())
}

fn reads_all_and_any(lib: &Subject) -> Verdict {
    let [_, _, both, either] = two(lib)?;
    let words = format!("\"{} {}\"", lib.word()?, lib.other()?);
    let (all, any) = (
        lib.hits(&format!("dc.title all {words}"))?,
        lib.hits(&format!("dc.title any {words}"))?,
    );
    check!(all == both && any == either, "all {all} for {both}, any {any} for {either}");
    Ok(())
}

fn refuses_empty_terms(lib: &Subject) -> Verdict {
    lib.search("dc.title=\"\"", &[])?.must_say(&[27]).map(drop)
}

fn reads_prox(lib: &Subject) -> Verdict {
    let [_, _, both, _] = two(lib)?;
    let query = format!("{} prox/distance<=3/unit=word dc.title=\"{}\"", lib.title()?, lib.other()?);
    let answer = lib.search(&query, &[("maximumRecords", "0")])?;
    let seen = answer.xml()?;
    match seen.diagnostics().first() {
        Some(found) if (39..=44).contains(&found.number) => deviates(format!("refused by {}", found.number)),
        Some(found) => fail(format!("{found:?}")),
        None => {
            check!(seen.hits()? <= both, "{} near, {both} in all", seen.hits()?);
            Ok(())
        }
    }
}

fn sorts(lib: &Subject) -> Verdict {
    let first = |way: &str| -> Result<(u64, String), Trouble> {
        let answer = lib.search(&format!("{} sortBy dc.title/{way}", lib.title()?), &[("maximumRecords", "1")])?;
        let seen = answer.xml()?;
        if let Some(found) = seen.diagnostics().first() {
            return match found.number {
                80..=96 => deviates(format!("refused by {}", found.number)),
                _ => fail(format!("{found:?}")),
            };
        }
        let data: Vec<_> = seen.find("recordData").into_iter().flat_map(|data| data.descendants()).collect();
        let text = data.into_iter().filter_map(|node| if node.is_text() { node.text() } else { None });
        Ok((seen.hits()?, text.collect()))
    };
    let (up, down) = (first("sort.ascending")?, first("sort.descending")?);
    check!(up.0 == down.0 && up.0 == lib.hits(&lib.title()?)?, "{} up, {} down", up.0, down.0);
    check!(up.1 != down.1, "both ways begin with the same record");
    Ok(())
}

fn compares_dates(lib: &Subject) -> Verdict {
    let (below, from) = (lib.hits("dc.date < 2000")?, lib.hits("dc.date >= 2000")?);
    let either = lib.hits("dc.date < 2000 or dc.date >= 2000")?;
    check!(below + from == either && either > 0, "{below} below, {from} from, {either} either");
    Ok(())
}

fn reads_isbns(lib: &Subject) -> Verdict {
    let isbn = lib.isbn()?;
    let plain = lib.hits(&format!("bath.isbn={isbn}"))?;
    check!(plain > 0, "not found without hyphens");
    let (start, end) = isbn.split_at_checked(isbn.len() - 1).unwrap_or((isbn, ""));
    let hyphened = lib.hits(&format!("bath.isbn=\"{start}-{end}\""))?;
    check!(hyphened == plain, "{hyphened} with a hyphen, {plain} without");
    Ok(())
}

fn folds_case(lib: &Subject) -> Verdict {
    let word = lib.word()?;
    let (upper, lower) = (
        lib.hits(&format!("dc.title=\"{}\"", word.to_uppercase()))?,
        lib.hits(&format!("dc.title=\"{}\"", word.to_lowercase()))?,
    );
    check!(upper == lower && upper > 0, "{upper} and {lower}");
    Ok(())
}
