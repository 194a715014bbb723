use super::*;
use crate::ports::search::Missing;
use crate::query::ProximityUnit;
use crate::query::cql::{Limits, parse, parse_scan_clause};

/// title 1, author 2 (text); isbn 3, year 4 (not text).
struct Words;

impl Vocabulary for Words {
    fn index(&self, set: Option<&str>, name: &str) -> Result<Meaning, NoSuch> {
        let set = set.map(str::to_ascii_lowercase);
        let (index, text) = match (set.as_deref(), name.to_ascii_lowercase().as_str()) {
            (Some("dc") | None, "title") | (Some("dkcclterm"), "ti") | (Some("dkcclphrase"), "lti") => (1, true),
            (Some("dc") | None, "creator") => (2, true),
            (Some("bath") | None, "isbn") => (3, false),
            (Some("dc") | None, "date") => (4, false),
            (Some("dc" | "bath" | "cql" | "dkcclterm" | "dkcclphrase") | None, _) => return Err(NoSuch::Index),
            _ => return Err(NoSuch::Set),
        };
        Ok(Meaning {
            index: IndexId(index),
            text,
            from_start: set.as_deref() == Some("dkcclphrase"),
            scannable: true,
            sortable: index != 3,
        })
    }

    fn set_of(&self, uri: &str) -> Option<&str> {
        ["info:srw/cql-context-set/1/dc-v1.1", "http://purl.org/dc/elements/1.1"]
            .contains(&uri)
            .then_some("dc")
    }

    fn default_index(&self) -> Option<Meaning> {
        Some(Meaning {
            index: IndexId(0),
            text: true,
            from_start: false,
            scannable: true,
            sortable: false,
        })
    }
}

fn read(text: &str) -> Result<Interpreted, CqlFault> {
    Interpreter::new(&Words).query(&parse(text, Limits::default())?)
}

fn query(text: &str) -> Query {
    read(text).unwrap().query
}

fn refused(text: &str) -> (u16, String) {
    let fault = read(text).unwrap_err();
    (fault.problem.number(), fault.detail)
}

fn plain(index: u16, term: &str) -> Clause {
    Clause::plain(IndexId(index), term)
}

#[test]
fn names_are_found_by_prefix_default_and_assignment() {
    for text in [
        "dc.title=x",
        "DC.Title = x",
        "title=x",
        "dkcclterm.ti=x",
        "> t = \"info:srw/cql-context-set/1/dc-v1.1\" t.title = x",
        "> \"http://purl.org/dc/elements/1.1/\" title = x",
        "(> t = \"info:srw/cql-context-set/1/dc-v1.1\" t.title = x)",
    ] {
        assert_eq!(query(text), plain(1, "x").into(), "{text}");
    }
    assert_eq!(query("x"), plain(0, "x").into());
    assert_eq!(query("cql.anywhere = x"), query("cql.serverChoice scr x"));
}

#[test]
fn relations_are_those_of_the_tree() {
    let all = |structure| {
        Query::from(Clause {
            structure,
            ..plain(1, "a b")
        })
    };
    assert_eq!(query("title all \"a b\""), all(Structure::AllWords));
    assert_eq!(query("title any \"a b\""), all(Structure::AnyWord));
    assert_eq!(query("title adj \"a b\""), plain(1, "a b").into());
    let whole = Query::from(complete(plain(1, "a b")));
    for text in [
        "title exact \"a b\"",
        "title == \"a b\"",
        "title = \"^a b^\"",
        "title =/string \"a b\"",
    ] {
        assert_eq!(query(text), whole, "{text}");
    }
    let from_start = Clause {
        position: Position::FirstInField,
        ..plain(1, "a b")
    };
    assert_eq!(query("title = \"^a b\""), from_start.into());
    let between = Clause {
        relation: Relation::Within,
        ..plain(4, "1990 1999")
    };
    assert_eq!(query("date within \"1990 1999\""), between.into());
    let end = |relation, year: &str| {
        Query::from(Clause {
            relation,
            ..plain(4, year)
        })
    };
    assert_eq!(
        query("date encloses 1995"),
        end(Relation::Le, "1995").and(end(Relation::Ge, "1995"))
    );
    assert_eq!(
        query("date encloses \"1990 1999\""),
        end(Relation::Le, "1990").and(end(Relation::Ge, "1999"))
    );
    assert_eq!(query("isbn any \"1 2\""), Query::from(plain(3, "1")).or(plain(3, "2").into()));
    let heading = complete(Clause {
        term: Pattern::literal("a").truncated_right(),
        ..plain(1, "")
    });
    assert_eq!(query("dkcclphrase.lti=a"), heading.into());
}

#[test]
fn everything_and_result_sets() {
    for text in ["*", "cql.allRecords = 1", "cql.serverChoice = *"] {
        assert_eq!(query(text), Query::All, "{text}");
    }
    assert_eq!(
        query("cql.resultSetId = \"a1\" and x"),
        Query::Set("a1".into()).and(plain(0, "x").into())
    );
}

#[test]
fn booleans_go_from_the_left() {
    let word = |text: &str| Query::from(plain(0, text));
    assert_eq!(
        query("a or b and c not d"),
        word("a").or(word("b")).and(word("c")).and_not(word("d"))
    );
    let Query::Prox(near) = query("title=a prox/unit=word/distance<3/ordered title=b") else {
        panic!("no proximity");
    };
    assert_eq!(
        (near.distance, near.ordered, near.unit, near.relation),
        (3, true, ProximityUnit::Word, Relation::Lt)
    );
}

#[test]
fn refusals_name_what_is_not_supported() {
    for (text, number, detail) in [
        ("nosuch.title=x", 15, "nosuch"),
        ("> a = \"info:nosuch\" a.title=x", 15, "info:nosuch"),
        ("dc.nosuch=x", 16, "dc.nosuch"),
        ("nosuch=x", 16, "nosuch"),
        ("title near x", 19, "near"),
        ("title encloses x", 22, "encloses"),
        ("date encloses \"1 2 3\"", 24, "encloses"),
        ("title =/stem x", 20, "stem"),
        ("title =/word/string x", 21, "string word"),
        ("date within 1990", 24, "within"),
        ("title=\"\"", 27, ""),
        ("title=x^", 31, "the end of a field alone"),
        ("title=a^b", 32, "1"),
        ("^a prox b", 34, ""),
        ("a prox/distance<>2 b", 40, "<>"),
        ("a prox/distance=x b", 41, "x"),
        ("a prox/unit=sentence b", 42, "sentence"),
        ("a prox/ordered/unordered b", 44, ""),
        ("a prox/near b", 46, "near"),
        ("a and/stem b", 46, "stem"),
        ("a sortBy bath.isbn", 88, "bath.isbn"),
        ("a sortBy nosuch", 88, "nosuch"),
        ("a sortBy title title", 85, "title"),
        ("a sortBy title/sort.sideways", 82, "sort.sideways"),
    ] {
        assert_eq!(refused(text), (number, detail.to_owned()), "{text}");
    }
}

#[test]
fn sort_keys_carry_direction_and_missing_values() {
    let keys = read("a sortBy title/descending date/sort.missingLow creator/descending/missingLow")
        .unwrap()
        .sort;
    let told: Vec<_> = keys.iter().map(|key| (key.index.0, key.descending, key.missing.clone())).collect();
    assert_eq!(
        told,
        [(1, true, Missing::Last), (4, false, Missing::First), (2, true, Missing::Last)]
    );
}

#[test]
fn scans_choose_their_list() {
    let scan = |text: &str| Interpreter::new(&Words).scan(&parse_scan_clause(text, Limits::default()).unwrap());
    assert_eq!(scan("dc.title = kat").unwrap(), (IndexId(1), List::Words, "kat".into()));
    assert_eq!(
        scan("dc.title exact \"den lille\"").unwrap(),
        (IndexId(1), List::Headings, "den lille".into())
    );
    assert_eq!(scan("isbn=978*").unwrap(), (IndexId(3), List::Headings, "978".into()));
    assert_eq!(scan("dkcclphrase.lti=\"\"").unwrap(), (IndexId(1), List::Headings, String::new()));
    assert_eq!(scan("kat").unwrap(), (IndexId(0), List::Words, "kat".into()));
    assert_eq!(scan("title < x").unwrap_err().problem, Problem::UnsupportedRelation);
}
