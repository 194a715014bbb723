//! What explain says is true, and says all: each name that it gives is asked for, and what is offered elsewhere must be named.

use super::{Answer, Library, encoded, fits_schema};
use std::collections::BTreeSet;

const FACETS: &str = "http://docs.oasis-open.org/ns/search-ws/facetedResults";

/// A name of an index with its set, and what it is said to be good for.
struct Told {
    name: String,
    scan: bool,
    sort: bool,
}

fn told(explain: &Answer) -> Vec<Told> {
    let document = explain.parse();
    let mut told = Vec::new();
    for index in document.descendants().filter(|node| node.tag_name().name() == "index") {
        let is = |name| index.attribute(name) == Some("true");
        assert!(is("search"), "{index:?}");
        for name in index.descendants().filter(|node| node.tag_name().name() == "name") {
            let set = name.attribute("set").map_or(String::new(), |set| format!("{set}."));
            told.push(Told {
                name: format!("{set}{}", name.text().unwrap()),
                scan: is("scan"),
                sort: is("sort"),
            });
        }
    }
    told
}

/// Values of `configInfo`.
fn config(explain: &Answer, kind: &str, of: &str) -> Vec<String> {
    let document = explain.parse();
    let named = document
        .descendants()
        .filter(|node| node.tag_name().name() == kind && node.attribute("type") == Some(of));
    named.map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

#[test]
fn explain_is_complete_and_true() {
    let library = Library::open();
    for query in ["", "operation=explain&version=1.1", "operation=explain&version=1.2", "version=2.0"] {
        let explain = library.get(query);
        let document = explain.parse();
        let root = document.descendants().find(|node| node.tag_name().name() == "explain").unwrap();
        fits_schema(&explain.body[root.range()]);
        assert_eq!(
            (explain.text("host"), explain.text("port")),
            ("sru.example".to_owned(), "8080".to_owned())
        );
        assert_eq!(explain.diagnostics(), []);
    }
    let explain = library.get("");
    indexes_answer(&library, &told(&explain));
    schemas_answer(&library, &explain);
    support_is_there(&library, &explain);
    defaults_hold(&library, &explain);
    every_set_is_named(&library, &explain);
    library.server.stop();
}

fn indexes_answer(library: &Library, told: &[Told]) {
    assert!(told.len() > 100, "{}", told.len());
    for Told { name, scan, sort } in told {
        let searched = library.get(&format!("maximumRecords=0&query={}", encoded(&format!("{name} = 1999"))));
        // A word may be no value of it: that is no matter of the index.
        assert!(
            searched.diagnostics().iter().all(|(number, _)| *number == 36),
            "{name}: {:?}",
            searched.diagnostics()
        );
        let scanned = library.get(&format!("maximumTerms=2&scanClause={}", encoded(&format!("{name} = 1"))));
        let refused = scanned.diagnostics().iter().any(|(number, _)| *number == 16);
        assert_eq!(refused, !scan, "scan of {name}: {:?}", scanned.diagnostics());
        let sorted = library.get(&format!("maximumRecords=1&query={}", encoded(&format!("fjordbys sortBy {name}"))));
        let refused = sorted.diagnostics().iter().any(|(number, _)| *number == 88);
        assert_eq!(refused, !sort, "sort by {name}: {:?}", sorted.diagnostics());
    }
}

fn schemas_answer(library: &Library, explain: &Answer) {
    let document = explain.parse();
    let schemas: Vec<_> = document.descendants().filter(|node| node.tag_name().name() == "schema").collect();
    assert_eq!(schemas.len(), 7);
    for schema in schemas {
        let (uri, name) = (schema.attribute("identifier").unwrap(), schema.attribute("name").unwrap());
        for asked in [uri, name] {
            let answer = library.get(&format!("query=*&maximumRecords=3&recordSchema={}", encoded(asked)));
            assert_eq!(answer.diagnostics(), [], "{asked}");
            assert!(
                answer.texts("recordSchema").iter().all(|told| told == uri || told == asked),
                "{asked}"
            );
            assert_eq!(answer.texts("recordData").len(), 3);
        }
    }
    let document = explain.parse();
    for facet in document.descendants().filter(|node| node.tag_name().name() == "facetType") {
        let name = facet.text().unwrap();
        let answer = library.get(&format!("query=*&maximumRecords=0&facetLimit={}", encoded(&format!("3:{name}"))));
        assert_eq!(answer.diagnostics(), [], "{name}");
        assert!(answer.has("facetedResults"), "{name}");
        // A term's own query finds as many as it says.
        let query = answer.text("query");
        assert_eq!(query, "*");
        let document = answer.parse();
        let terms = document.descendants().filter(|node| node.has_tag_name((FACETS, "term")));
        for term in terms.take(2) {
            let of = |name| {
                term.children()
                    .find(|node| node.tag_name().name() == name)
                    .and_then(|node| node.text())
                    .unwrap()
            };
            assert_eq!(library.count(of("query")).to_string(), of("count"), "{name}: {}", of("query"));
        }
    }
    for example in explain.texts("queryExample") {
        // A diagnostic would be no count.
        library.count(&example);
    }
    for query_type in explain.texts("queryTypeName") {
        let answer = library.get(&format!("query=fjordbys&maximumRecords=0&queryType={query_type}"));
        assert_ne!(answer.text("numberOfRecords"), "0", "{query_type}: {:?}", answer.diagnostics());
    }
}

/// Each relation and modifier that is named is taken, and of the standard's others none is.
fn support_is_there(library: &Library, explain: &Answer) {
    let refused = |query: &str| -> Vec<u16> {
        let answer = library.get(&format!("maximumRecords=0&query={}", encoded(query)));
        answer.diagnostics().into_iter().map(|(number, _)| number).collect()
    };
    let relations: BTreeSet<String> = config(explain, "supports", "relation").into_iter().collect();
    for relation in [
        "=", "==", "<>", "<", ">", "<=", ">=", "adj", "all", "any", "within", "encloses", "exact", "scr", "near",
    ] {
        let term = if relation == "within" { "\"1990 1999\"" } else { "1999" };
        let is_taken = refused(&format!("dc.date {relation} {term}")).is_empty();
        assert_eq!(is_taken, relations.contains(relation), "{relation}");
    }
    for (kind, all, taken_by) in [
        (
            "relationModifier",
            "stem relevant phonetic fuzzy partial ignoreCase respectCase ignoreAccents respectAccents locale word string isoDate number uri \
             oid masked unmasked regexp substring",
            "dc.title =/{} hund",
        ),
        (
            "booleanModifier",
            "distance unit ordered unordered near",
            "dc.title=a prox/{} dc.title=b",
        ),
        (
            "sortModifier",
            "ascending descending ignoreCase respectCase ignoreAccents respectAccents missingOmit missingFail missingLow missingHigh \
             missingValue unicodeCompare locale",
            "fjordbys sortBy dc.title/sort.{}",
        ),
    ] {
        let named: BTreeSet<String> = config(explain, "supports", kind).into_iter().collect();
        for modifier in all.split_whitespace() {
            let with_value = match modifier {
                "distance" => "distance<=2".to_owned(),
                "unit" => "unit=word".to_owned(),
                "missingValue" => "missingValue=m".to_owned(),
                "locale" => "locale=da".to_owned(),
                plain => plain.to_owned(),
            };
            let found = refused(&taken_by.replace("{}", &with_value));
            assert_eq!(found.is_empty(), named.contains(modifier), "{kind} {modifier}: {found:?}");
        }
    }
    for sign in config(explain, "supports", "maskingCharacter") {
        assert!(library.count(&format!("dc.title = fjordby{sign}")) > 0, "{sign}");
    }
    assert_eq!(config(explain, "supports", "anchoring"), ["^"]);
    assert!(refused("dc.title = \"^den\"").is_empty());
    assert_eq!(refused("dc.title = \"\""), [27]);
}

fn defaults_hold(library: &Library, explain: &Answer) {
    let number = |kind: &str, of: &str| config(explain, kind, of)[0].parse::<usize>().unwrap();
    assert_eq!(
        library.get("query=*").texts("recordData").len(),
        number("default", "numberOfRecords")
    );
    assert_eq!(
        library.get("scanClause=dc.title%3Da").texts("value").len(),
        number("default", "maximumTerms")
    );
    let too_many = number("setting", "maximumTerms") + 1;
    assert_eq!(
        library.get(&format!("scanClause=a&maximumTerms={too_many}")).diagnostics()[0].0,
        121
    );
    let most = number("setting", "maximumRecords");
    assert!(library.get("query=*&maximumRecords=1000000").texts("recordData").len() <= most);
    let index = &config(explain, "default", "index")[0];
    assert_eq!(library.count("fjordbys"), library.count(&format!("{index} = fjordbys")));
    assert_eq!(config(explain, "default", "retrieveSchema"), ["marcxml"]);
    assert_eq!(
        library.get("query=*&maximumRecords=1").text("recordSchema"),
        "info:srw/schema/1/marcxml-v1.1"
    );
    let longest = number("setting", "resultSetTTL");
    assert_eq!(
        library.get("query=*&resultSetTTL=99999999").texts("resultSetTTL").last(),
        Some(&longest.to_string())
    );
}

/// Names are of sets that explain lists, and each identifier listed may be assigned to a prefix.
fn every_set_is_named(library: &Library, explain: &Answer) {
    let document = explain.parse();
    let sets: BTreeSet<&str> = document
        .descendants()
        .filter(|node| node.tag_name().name() == "set" && node.has_attribute("identifier"))
        .map(|node| {
            let identifier = node.attribute("identifier").unwrap();
            let query = format!("> zz = \"{identifier}\" zz.nosuchindex = a");
            let answer = library.get(&format!("query={}", encoded(&query)));
            assert_eq!(answer.diagnostics()[0].0, 16, "{identifier}");
            node.attribute("name").unwrap()
        })
        .collect();
    for Told { name, .. } in told(explain) {
        assert!(sets.contains(name.split('.').next().unwrap()), "{name}");
    }
}
