//! The grammar: what is read, what is refused and why, and that what is printed reads to the same tree.

use super::*;
use proptest::prelude::*;

fn shown(text: &str) -> String {
    match parse(text, Limits::default()) {
        Ok(query) => query.to_string(),
        Err(fault) => format!("{} {}", fault.problem.number(), fault.detail),
    }
}

#[test]
fn the_grammar_reads() {
    for (text, wanted) in [
        ("dinosaur", "dinosaur"),
        ("  \"complete dinosaur\" ", "\"complete dinosaur\""),
        ("title = dinosaur", "title = dinosaur"),
        ("dc.title=\"a \\\"b\\\"\"", "dc.title = \"a \\\"b\\\"\""),
        ("dc.title any/stem/rel.x=2 fish", "dc.title any/stem/rel.x=2 fish"),
        ("a OR b And c nOt d", "a or b and c not d"),
        ("a or (b and c)", "a or (b and c)"),
        (
            "a prox/distance<=3/unit=\"word\"/ordered b",
            "a prox/distance<=3/unit=word/ordered b",
        ),
        ("dc.title = and", "dc.title = \"and\""),
        ("\"and\" and or", "\"and\" and \"or\""),
        ("year>=1990", "year >= 1990"),
        ("x within \"1 2\"", "x within \"1 2\""),
        ("x == y", "x == y"),
        ("x <> y", "x <> y"),
        (
            "dog sortBy dc.date/sort.descending dc.title",
            "dog sortBy dc.date/sort.descending dc.title",
        ),
        (
            "> dc = \"info:srw/cql-context-set/1/dc-v1.1\" dc.title=x",
            "> dc = \"info:srw/cql-context-set/1/dc-v1.1\" dc.title = x",
        ),
        ("(> \"info:x\" a) and b", "(> \"info:x\" a) and b"),
        ("hund\\*", "\"hund\\*\""),
        ("marc.245.a=x", "marc.245.a = x"),
        ("\"\"", "\"\""),
    ] {
        let once = shown(text);
        assert_eq!(once.replace("> info:x ", "> \"info:x\" "), wanted, "{text}");
        assert_eq!(shown(&once), once, "{text}");
    }
}

#[test]
fn refusals_carry_the_standards_numbers() {
    for (text, wanted) in [
        ("", "10 at character 1"),
        ("dc.title=", "10 at character 10"),
        ("a b", "10 at character 4"),
        ("dc.title = hund og kat", "10 at character 17"),
        ("and", "and"),
        ("a and", "10 at character 6"),
        ("(a", "13 0"),
        ("a)", "13 1"),
        ("()", "10 at character 2"),
        ("\"a", "14 0"),
        ("a prox/ b", "a"),
        ("a sortby", "10 at character 9"),
        ("> a = \"x\" > a = \"y\" b", "45 a"),
        ("=", "10 at character 1"),
        ("a = = b", "10 at character 5"),
    ] {
        let found = shown(text);
        if wanted.starts_with(|first: char| first.is_ascii_digit()) {
            assert_eq!(found, wanted, "{text}");
        } else {
            assert!(!found.starts_with("12"), "{text}: {found}");
        }
    }
}

#[test]
fn size_depth_and_number_are_bounded() {
    let limits = Limits::default();
    assert_eq!(shown(&"x".repeat(limits.characters + 1)), format!("12 {}", limits.characters));
    assert_eq!(shown(&format!("{}a{}", "(".repeat(65), ")".repeat(65))), "13 64");
    assert!(shown(&format!("{}a{}", "(".repeat(64), ")".repeat(64))).starts_with('('));
    assert_eq!(
        shown(&vec!["a"; limits.clauses + 1].join(" or ")),
        format!("38 {}", limits.clauses - 1)
    );
    assert_eq!(
        shown(&vec!["a"; limits.clauses].join(" or ")).matches(" or ").count(),
        limits.clauses - 1
    );
    assert_eq!(shown(&"x".repeat(limits.term + 1)), format!("23 {}", limits.term));
    assert_eq!(shown(&format!("a sortBy {}", "b ".repeat(9))), "84 8");
    assert_eq!(shown(&"(".repeat(10_000)), "13 64");
}

#[test]
fn a_scan_clause_is_one_clause() {
    let read = |text| parse_scan_clause(text, Limits::default()).map(|scope| scope.to_string());
    assert_eq!(read("dc.title exact \"a\"").unwrap(), "dc.title exact a");
    assert_eq!(read("a").unwrap(), "a");
    assert_eq!(read("a and b").unwrap_err().problem, Problem::QuerySyntaxError);
    assert_eq!(read("(a)").unwrap_err().problem, Problem::QuerySyntaxError);
}

/// A term as the lexer may give it: backslashes guard something, quotation marks are guarded.
fn term() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-zæøåÆØÅ0-9 =<>()/.*?^%&;']{0,6}",
        "\\\\[*?^\"\\\\a]",
        Just("and".to_owned()),
        Just("sortBy".to_owned())
    ];
    proptest::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof!["[a-z]{1,3}\\.[a-z0-9 ]{1,6}", "[a-z]{1,6}", Just("or".to_owned())].prop_map(|text| Name::new(&text))
}

fn word_name() -> impl Strategy<Value = Name> {
    "(cql\\.)?(any|all|adj|within|exact)".prop_map(|text| Name::new(&text))
}

fn modifiers() -> impl Strategy<Value = Vec<Modifier>> {
    let value = proptest::option::of((proptest::sample::select(&Symbol::ALL[..]), "[a-z0-9 \"\\\\]{1,4}"));
    proptest::collection::vec((name(), value).prop_map(|(name, value)| Modifier { name, value }), 0..3)
}

fn clause() -> impl Strategy<Value = SearchClause> {
    let comparitor = prop_oneof![
        proptest::sample::select(&Symbol::ALL[..]).prop_map(Comparitor::Symbol),
        word_name().prop_map(Comparitor::Named)
    ];
    let relation = (comparitor, modifiers()).prop_map(|(comparitor, modifiers)| Relation { comparitor, modifiers });
    (proptest::option::of((name(), relation)), term()).prop_map(|(target, term)| SearchClause { target, term })
}

fn scope() -> impl Strategy<Value = Scope> {
    let leaf = clause().prop_map(|clause| Scope {
        prefixes: Vec::new(),
        first: Operand::Clause(clause),
        rest: Vec::new(),
    });
    leaf.prop_recursive(4, 24, 4, |inner| {
        let operand = || {
            prop_oneof![
                clause().prop_map(Operand::Clause),
                inner.clone().prop_map(|scope| Operand::Nested(Box::new(scope)))
            ]
        };
        let boolean =
            (proptest::sample::select(&Operator::ALL[..]), modifiers()).prop_map(|(operator, modifiers)| Boolean { operator, modifiers });
        let prefix = (proptest::option::of("[a-z]{1,4}"), "[a-z:/.]{1,12}").prop_map(|(name, uri)| Prefix { name, uri });
        let prefixes = proptest::option::of(prefix).prop_map(|prefix| prefix.into_iter().collect());
        (prefixes, operand(), proptest::collection::vec((boolean, operand()), 0..4)).prop_map(|(prefixes, first, rest)| Scope {
            prefixes,
            first,
            rest,
        })
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_to_the_same_tree(
        scope in scope(),
        sort in proptest::collection::vec((name(), modifiers()).prop_map(|(index, modifiers)| SortSpec { index, modifiers }), 0..3),
    ) {
        let query = CqlQuery { scope, sort };
        let text = query.to_string();
        prop_assert_eq!(parse(&text, Limits::default()), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_gives_a_tree_or_a_fault(text in "[a-c()=<>/\"\\\\ *^?.æ\\x00-\\x10]{0,60}|\\PC{0,40}") {
        if let Ok(query) = parse(&text, Limits::default()) {
            let printed = query.to_string();
            prop_assert_eq!(parse(&printed, Limits::default()), Ok(query), "{}", printed);
        }
    }
}
