//! Queries as they are understood.

use crate::client::*;
use skranke_core::query::{
    Clause, Completeness, IndexMap, Pattern, Position, Proximity as Near, ProximityUnit as Unit, Query, Relation, Structure,
};
use skranke_z3950::codec::{Charset, Null, OctetString};
use skranke_z3950::gateway::{ccl, cql, rpn as reader};
use skranke_z3950::message::{
    AttributeElement, AttributeValue, AttributesPlusTerm, Node, Operand, Operator, Proximity, ProximityUnit, Rpn, RpnQuery, Term, oid,
};

fn read(nodes: Vec<Node>) -> Result<Query, (u16, String)> {
    let understood = reader::read(&rpn(nodes), &IndexMap::built_in(), Charset::Unagreed);
    understood
        .map(|understood| understood.query)
        .map_err(|diagnostic| (diagnostic.condition, diagnostic.addinfo))
}

fn clause(index: &str, text: impl Into<Pattern>) -> Clause {
    Clause::plain(IndexMap::built_in().named(index).unwrap(), text)
}

#[test]
fn the_patterns_of_danzig_and_bath() {
    let title = |attributes: &[(i64, i64)]| read(vec![term(&[&[(1, 4)], attributes].concat(), "hund")]).unwrap();
    let plain = || clause("title", "hund");
    assert_eq!(title(&[]), plain().into());
    // any-wo-nt-ic, any-ph-nt-ic
    assert_eq!(title(&[(2, 3), (3, 3), (4, 2), (5, 100), (6, 1)]), plain().into());
    assert_eq!(title(&[(2, 3), (3, 3), (4, 1), (5, 100), (6, 1)]), plain().into());
    // any-wo-rt-ic
    let truncated = Clause {
        term: Pattern::literal("hund").truncated_right(),
        ..plain()
    };
    assert_eq!(title(&[(2, 3), (3, 3), (4, 2), (5, 1), (6, 1)]), truncated.into());
    // fif-ph-nt-cf
    let exact = Clause {
        position: Position::FirstInField,
        completeness: Completeness::Field,
        ..plain()
    };
    assert_eq!(title(&[(2, 3), (3, 1), (4, 1), (5, 100), (6, 3)]), exact.into());
    let list = Clause {
        structure: Structure::AllWords,
        ..plain()
    };
    assert_eq!(title(&[(4, 6)]), list.into());
    let year = Clause {
        relation: Relation::Ge,
        ..clause("year", "1999")
    };
    assert_eq!(read(vec![term(&[(1, 31), (2, 4), (4, 4)], "1999")]), Ok(year.into()));
    assert_eq!(read(vec![term(&[(1, 4), (2, 103)], "")]), Ok(Query::All));
}

#[test]
fn each_unsupported_value_has_its_diagnostic() {
    for (attribute, condition, addinfo) in [
        ((1, 9999), 114, "9999"),
        ((2, 100), 117, "100"),
        ((3, 9), 119, "9"),
        ((4, 99), 118, "99"),
        ((5, 102), 120, "102"),
        ((6, 4), 122, "4"),
        ((99, 1), 113, "99"),
    ] {
        assert_eq!(read(vec![term(&[attribute], "x")]), Err((condition, addinfo.to_owned())));
    }
    let foreign = AttributeElement {
        attribute_set: Some("1.2.840.10003.3.99".parse().unwrap()),
        ..attribute(1, 4)
    };
    let node = Node::Operand(Operand::Term(AttributesPlusTerm {
        attributes: vec![foreign],
        term: Term::General(OctetString(b"x".to_vec())),
    }));
    assert_eq!(read(vec![node]), Err((121, "1.2.840.10003.3.99".into())));
    assert_eq!(read(vec![term(&[(1, 4)], &"x".repeat(5000))]), Err((11, "4096".into())));
    let oid_term = Node::Operand(Operand::Term(AttributesPlusTerm {
        attributes: Vec::new(),
        term: Term::Oid(oid::BIB_1),
    }));
    assert_eq!(read(vec![oid_term]), Err((229, String::new())));
    assert_eq!(read(Vec::new()), Err((108, String::new())));
}

#[test]
fn the_last_of_a_type_counts() {
    assert_eq!(
        read(vec![term(&[(1, 9), (1, 4)], "hund")]).is_ok(),
        read(vec![term(&[(1, 9)], "hund")]).is_ok()
    );
    assert_eq!(read(vec![term(&[(1, 1003), (1, 4)], "hund")]), Ok(clause("title", "hund").into()));
}

#[test]
fn dan_1_and_names_beside_bib_1() {
    let danish = AttributeElement {
        attribute_set: Some(oid::DAN_1),
        ..attribute(1, 10)
    };
    let node = Node::Operand(Operand::Term(AttributesPlusTerm {
        attributes: vec![danish],
        term: Term::Characters("86".into()),
    }));
    assert!(read(vec![node]).is_ok());
    let by_name = AttributeElement {
        attribute_set: None,
        attribute_type: 1,
        value: AttributeValue::Complex(skranke_z3950::message::ComplexAttribute {
            list: vec![skranke_z3950::message::StringOrNumeric::String("dc.title".into())],
            semantic_action: None,
        }),
    };
    let node = Node::Operand(Operand::Term(AttributesPlusTerm {
        attributes: vec![by_name],
        term: Term::Numeric(1984),
    }));
    assert_eq!(read(vec![node]), Ok(clause("title", "1984").into()));
}

#[test]
fn operators_and_nearness() {
    let words = || vec![term(&[(1, 4)], "a"), term(&[(1, 4)], "b")];
    let with = |operator: Operator| read([words(), vec![Node::Operator(operator)]].concat());
    let (a, b) = (Query::from(clause("title", "a")), Query::from(clause("title", "b")));
    assert_eq!(with(Operator::And(Null)), Ok(a.clone().and(b.clone())));
    assert_eq!(with(Operator::Or(Null)), Ok(a.clone().or(b.clone())));
    assert_eq!(with(Operator::AndNot(Null)), Ok(a.clone().and_not(b.clone())));
    let near = |relation_type, unit, distance| {
        with(Operator::Prox(Proximity {
            exclusion: None,
            distance,
            ordered: true,
            relation_type,
            unit: ProximityUnit::Known(unit),
        }))
    };
    let expected = Query::Prox(Box::new(Near {
        left: a,
        right: b,
        distance: 3,
        ordered: true,
        unit: Unit::Word,
        relation: Relation::Le,
        exclusion: false,
    }));
    assert_eq!(near(2, 2, 3), Ok(expected));
    assert_eq!(near(2, 3, 3), Err((132, "3".into())));
    assert_eq!(near(9, 2, 3), Err((131, "9".into())));
    assert_eq!(near(2, 2, -1), Err((202, "-1".into())));
}

#[test]
fn a_sort_key_in_the_query_is_no_operand() {
    let nodes = vec![
        term(&[(1, 4)], "hund"),
        term(&[(7, 2), (1, 4)], "0"),
        Node::Operator(Operator::Or(Null)),
    ];
    let understood = reader::read(&rpn(nodes), &IndexMap::built_in(), Charset::Unagreed).unwrap();
    assert_eq!(understood.query, clause("title", "hund").into());
    assert!(understood.sort[0].descending);
}

#[test]
fn a_query_too_large_is_told_so() {
    let cut = RpnQuery {
        attribute_set: oid::BIB_1,
        rpn: Rpn {
            nodes: vec![term(&[], "x")],
            cut: true,
        },
    };
    let error = reader::read(&cut, &IndexMap::built_in(), Charset::Unagreed).unwrap_err();
    assert_eq!(error.condition, 6);
}

#[test]
fn undecodable_bytes_are_diagnosed_where_a_set_was_agreed_on() {
    let node = || {
        Node::Operand(Operand::Term(AttributesPlusTerm {
            attributes: Vec::new(),
            term: Term::General(OctetString(b"k\xE6rlig".to_vec())),
        }))
    };
    let in_set = |charset| reader::read(&rpn(vec![node()]), &IndexMap::built_in(), charset).map(|understood| understood.query);
    assert_eq!(in_set(Charset::Utf8).unwrap_err().condition, 1072);
    assert_eq!(in_set(Charset::Unagreed), Ok(clause("any", "kærlig").into()));
}

#[test]
fn the_common_command_language() {
    let map = IndexMap::built_in();
    let read = |text: &str| ccl::read(text, &map).map_err(|diagnostic| diagnostic.condition);
    assert_eq!(read("hund"), Ok(clause("any", "hund").into()));
    assert_eq!(
        read("find ti=hunde og katte"),
        Ok(Query::from(clause("title", "hunde")).and(clause("any", "katte").into()))
    );
    let truncated = Clause {
        term: Pattern::literal("hund").truncated_right(),
        ..clause("title", "")
    };
    assert_eq!(read("ti=hund?"), Ok(truncated.into()));
    assert_eq!(
        read("ti=(hund or kat)"),
        Ok(Query::from(clause("title", "hund")).or(clause("title", "kat").into()))
    );
    assert!(matches!(read("ti=rød !2 tråd"), Ok(Query::Prox(near)) if near.distance == 2 && near.ordered));
    assert!(matches!(read("set=1 and ti=x"), Ok(Query::And(all)) if all[0] == Query::Set("1".into())));
    for malformed in ["", "(", "ti=", "a and", "\"a", ") a"] {
        assert_eq!(read(malformed), Err(108), "{malformed}");
    }
    assert_eq!(read("nosuchcode=x"), Err(114));
    assert_eq!(read(&"(".repeat(10_000)), Err(6));
}

#[test]
fn cql_and_rpn_say_the_same() {
    let map = IndexMap::built_in();
    let cql = |text: &str| {
        cql::read(text, &map)
            .map(|understood| understood.query)
            .map_err(|diagnostic| (diagnostic.condition, diagnostic.addinfo))
    };
    for (text, nodes) in [
        ("dc.title = hund", vec![term(&[(1, 4)], "hund")]),
        ("dc.title = \"rød tråd\"", vec![term(&[(1, 4), (4, 1)], "rød tråd")]),
        ("dc.title = hund*", vec![term(&[(1, 4), (5, 1)], "hund")]),
        ("dc.title all \"rød tråd\"", vec![term(&[(1, 4), (4, 6)], "rød tråd")]),
        ("dc.title any \"rød tråd\"", vec![term(&[(1, 4), (4, 105)], "rød tråd")]),
        ("dc.date >= 1999", vec![term(&[(1, 31), (2, 4)], "1999")]),
        (
            "dc.title = a and dc.creator = b",
            vec![term(&[(1, 4)], "a"), term(&[(1, 1003)], "b"), and()],
        ),
    ] {
        assert_eq!(cql(text), read(nodes), "{text}");
    }
    assert_eq!(cql("dc.nosuch = x").map_err(|(condition, _)| condition), Err(114));
    assert_eq!(cql("a and").map_err(|(condition, _)| condition), Err(108));
}
