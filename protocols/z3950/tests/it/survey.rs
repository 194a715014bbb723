//! What the answer to a search tells beside its hits: counts of operands, facets.

use crate::client::*;
use skranke_z3950::codec::{BitString, OctetString};
use skranke_z3950::message::facet::{FacetField, FacetList};
use skranke_z3950::message::*;

fn found(client: &mut Client, request: SearchRequest) -> SearchResponse {
    match client.one(&Apdu::SearchRequest(request)) {
        Apdu::SearchResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

fn told<T: skranke_z3950::codec::Asn1>(response: &SearchResponse, kind: &skranke_z3950::codec::Oid) -> Option<T> {
    let units = response.additional_search_info.iter().flatten();
    let mut externals = units.filter_map(|unit| match &unit.information {
        Information::External(external) if external.is(kind) => external.get::<T>(),
        _ => None,
    });
    externals.next()
}

/// Term and count of each report.
fn counts(response: &SearchResponse) -> Vec<(String, Option<i64>, bool)> {
    let reports: Vec<SearchReport> = told(response, &oid::SEARCH_RESULT_1).unwrap_or_default();
    reports
        .into_iter()
        .map(|report| {
            let Some(QueryExpression::Term(QueryTerm {
                query_term: Term::General(term),
                ..
            })) = report.subquery_expression
            else {
                panic!()
            };
            (String::from_utf8(term.0).unwrap(), report.subquery_count, report.full_query)
        })
        .collect()
}

fn two_operands() -> SearchRequest {
    search(
        "default",
        Query::Type1(rpn(vec![term(&[(1, 4)], "a"), term(&[(1, 1003)], "b"), and()])),
    )
}

#[test]
fn operands_are_counted() {
    let mut client = Client::ready();
    assert_eq!(
        counts(&found(&mut client, plain_search("default"))),
        [("digte".to_owned(), Some(3), true)]
    );
    // Several cost a search each, so the operator decides.
    assert_eq!(counts(&found(&mut client, two_operands())), []);
    client.settings.operand_counts = true;
    assert_eq!(
        counts(&found(&mut client, two_operands())),
        [("a".to_owned(), Some(1), false), ("b".to_owned(), Some(2), false)]
    );
    // The hits stand as ever.
    assert!(matches!(client.one(&Apdu::PresentRequest(present("default", 3, 1))), Apdu::PresentResponse(p) if p.present_status == 0));
}

#[test]
fn version_2_is_told_nothing_beside_the_hits() {
    let mut client = Client::new();
    let mut request = init();
    request.protocol_version = BitString(0b011);
    client.one(&Apdu::InitRequest(request));
    assert!(found(&mut client, plain_search("default")).additional_search_info.is_none());
}

fn facet(attributes: Vec<AttributeElement>) -> FacetField {
    FacetField {
        attributes,
        terms: Some(Vec::new()),
    }
}

/// As yaz-client writes `@attr 1=name`.
fn by_name(name: &str) -> AttributeElement {
    AttributeElement {
        attribute_set: None,
        attribute_type: 1,
        value: AttributeValue::Complex(ComplexAttribute {
            list: vec![StringOrNumeric::String(name.into())],
            semantic_action: None,
        }),
    }
}

#[test]
fn facets_come_as_they_were_asked_for() {
    let mut client = Client::ready();
    let list: FacetList = vec![
        facet(vec![attribute(3, 7), by_name("creator")]),
        facet(vec![by_name("nosuch")]),
        facet(vec![attribute(1, 21)]),
    ];
    let asked = || Some(vec![OtherInformationUnit::external(External::single(oid::FACET_1, &list))]);
    let mut request = plain_search("default");
    request.other_info = asked();
    let older: FacetList = told(&found(&mut client, request.clone()), &oid::FACET_1).unwrap();
    (request.additional_search_info, request.other_info) = (request.other_info, None);
    let answer: FacetList = told(&found(&mut client, request), &oid::FACET_1).unwrap();
    assert_eq!(older, answer);
    let values: Vec<Vec<i64>> = answer
        .iter()
        .map(|field| field.terms.iter().flatten().map(|term| term.count).collect())
        .collect();
    // Seven values were asked for of the first, the usual ten of the last.
    assert_eq!(values, [vec![7], vec![], vec![10]]);
    assert_eq!(answer[0].attributes, list[0].attributes);
    assert_eq!(
        answer[0].terms.as_ref().unwrap()[0].term,
        Term::General(OctetString(b"Olsen, Ib".to_vec()))
    );
}

#[test]
fn bounds_that_contradict_each_other_bring_no_records() {
    let mut client = Client::ready();
    let request = SearchRequest {
        small_set_upper_bound: 10,
        large_set_lower_bound: 5,
        medium_set_present_number: 5,
        ..plain_search("default")
    };
    let response = found(&mut client, request);
    assert_eq!((response.number_of_records_returned, response.present_status), (0, None));
    assert_eq!(response.next_result_set_position, 1);
}

#[test]
fn duplicates_are_not_sought_and_the_first_thing_missing_is_named() {
    let mut client = Client::ready();
    found(&mut client, plain_search("default"));
    let request = DuplicateDetectionRequest {
        reference_id: Some(OctetString(b"d".to_vec())),
        input_result_set_ids: vec!["default".into()],
        output_result_set_name: "out".into(),
        applicable_portion: None,
        criteria: None,
        clustering: None,
        retention_criteria: Vec::new(),
        sort_criteria: None,
        other_info: None,
    };
    let elsewhere = DuplicateDetectionRequest {
        input_result_set_ids: vec!["default".into(), "nosuch".into()],
        ..request.clone()
    };
    let clustered = DuplicateDetectionRequest {
        clustering: Some(true),
        ..request.clone()
    };
    for (request, expected) in [(request, (1063, "")), (clustered, (1062, "")), (elsewhere, (30, "nosuch"))] {
        let Apdu::DuplicateDetectionResponse(response) = client.one(&Apdu::DuplicateDetectionRequest(request)) else {
            panic!()
        };
        assert_eq!((response.status, response.reference_id), (1, Some(OctetString(b"d".to_vec()))));
        let Some(DiagRec::Default(diagnostic)) = response.diagnostics.unwrap().into_iter().next() else {
            panic!()
        };
        assert_eq!((diagnostic.condition, addinfo(&diagnostic).as_str()), expected);
    }
}
