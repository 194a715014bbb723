//! Messages there and back, cut anywhere, and from hostile peers.

use proptest::prelude::*;
use skranke_wire::framing::{Framer, Framing};
use skranke_z3950::codec::{BerFramer, BitString, InternationalString, Null, OctetString, Oid};
use skranke_z3950::message::*;

fn encoded(apdu: &Apdu) -> Vec<u8> {
    let mut bytes = Vec::new();
    apdu.encode(&mut bytes);
    bytes
}

fn string() -> impl Strategy<Value = InternationalString> {
    prop::collection::vec(any::<u8>(), 0..12).prop_map(InternationalString)
}

fn octets() -> impl Strategy<Value = OctetString> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(OctetString)
}

fn oid() -> impl Strategy<Value = Oid> {
    prop::collection::vec(any::<u32>(), 0..5).prop_map(|arcs| {
        let rest: String = arcs.iter().map(|arc| format!(".{arc}")).collect();
        format!("1.2{rest}").parse().unwrap()
    })
}

fn external() -> impl Strategy<Value = External> {
    (oid(), octets(), any::<bool>()).prop_map(|(oid, octets, single)| match single {
        true => External::single(oid, &octets),
        false => External::octets(oid, octets.0),
    })
}

fn other() -> impl Strategy<Value = Option<OtherInformation>> {
    let information = prop_oneof![
        string().prop_map(Information::Characters),
        octets().prop_map(Information::Binary),
        external().prop_map(Information::External),
        oid().prop_map(Information::Oid),
    ];
    let category = prop::option::of(any::<i64>().prop_map(|category_value| InfoCategory {
        category_type_id: None,
        category_value,
    }));
    let unit = (category, information).prop_map(|(category, information)| OtherInformationUnit { category, information });
    prop::option::of(prop::collection::vec(unit, 0..3))
}

fn term() -> impl Strategy<Value = Term> {
    prop_oneof![
        octets().prop_map(Term::General),
        any::<i64>().prop_map(Term::Numeric),
        string().prop_map(Term::Characters),
        oid().prop_map(Term::Oid),
        external().prop_map(Term::External),
        Just(Term::Null(Null)),
    ]
}

fn attributes() -> impl Strategy<Value = Vec<AttributeElement>> {
    let value = prop_oneof![
        any::<i64>().prop_map(AttributeValue::Numeric),
        (string(), any::<i64>()).prop_map(|(name, number)| AttributeValue::Complex(ComplexAttribute {
            list: vec![StringOrNumeric::String(name), StringOrNumeric::Numeric(number)],
            semantic_action: Some(vec![number]),
        })),
    ];
    let attribute = (prop::option::of(oid()), any::<i64>(), value).prop_map(|(attribute_set, attribute_type, value)| AttributeElement {
        attribute_set,
        attribute_type,
        value,
    });
    prop::collection::vec(attribute, 0..4)
}

fn operator() -> impl Strategy<Value = Operator> {
    prop_oneof![
        Just(Operator::And(Null)),
        Just(Operator::Or(Null)),
        Just(Operator::AndNot(Null)),
        (any::<i64>(), any::<bool>()).prop_map(|(distance, ordered)| Operator::Prox(Proximity {
            exclusion: Some(ordered),
            distance,
            ordered,
            relation_type: 2,
            unit: ProximityUnit::Known(2),
        })),
    ]
}

fn rpn() -> impl Strategy<Value = Rpn> {
    let operand = prop_oneof![
        (attributes(), term()).prop_map(|(attributes, term)| Operand::Term(AttributesPlusTerm { attributes, term })),
        string().prop_map(|name| Operand::ResultSet(ResultSetId(name))),
        (string(), attributes()).prop_map(|(name, attributes)| Operand::Restricted(ResultSetPlusAttributes {
            result_set: ResultSetId(name),
            attributes
        })),
    ];
    let leaf = operand.prop_map(|operand| vec![Node::Operand(operand)]);
    let tree = leaf.prop_recursive(5, 20, 2, |inner| {
        (inner.clone(), inner, operator()).prop_map(|(left, right, operator)| [left, right, vec![Node::Operator(operator)]].concat())
    });
    tree.prop_map(|nodes| Rpn { nodes, cut: false })
}

fn search() -> impl Strategy<Value = Apdu> {
    let query = prop_oneof![
        4 => (oid(), rpn()).prop_map(|(attribute_set, rpn)| Query::Type1(RpnQuery { attribute_set, rpn })),
        1 => octets().prop_map(Query::Ccl),
        1 => external().prop_map(Query::Type104),
    ];
    let names = prop::option::of(string().prop_map(ElementSetNames::Generic));
    (
        any::<[i64; 3]>(),
        any::<bool>(),
        string(),
        prop::collection::vec(string(), 0..3),
        names,
        prop::option::of(oid()),
        query,
        other(),
    )
        .prop_map(
            |(bounds, replace_indicator, result_set_name, databases, names, syntax, query, other_info)| {
                Apdu::SearchRequest(SearchRequest {
                    reference_id: Some(OctetString(b"ref".to_vec())),
                    small_set_upper_bound: bounds[0],
                    large_set_lower_bound: bounds[1],
                    medium_set_present_number: bounds[2],
                    replace_indicator,
                    result_set_name,
                    database_names: databases.into_iter().map(DatabaseName).collect(),
                    small_set_element_set_names: names.clone(),
                    medium_set_element_set_names: names,
                    preferred_record_syntax: syntax,
                    query,
                    additional_search_info: None,
                    other_info,
                })
            },
        )
}

fn records() -> impl Strategy<Value = Option<Records>> {
    let diagnostic = (any::<u16>(), "[a-z]{0,9}", any::<bool>()).prop_map(|(condition, addinfo, version_3)| {
        let dialect = Dialect {
            version_3,
            ..Dialect::default()
        };
        Diagnostic::new(condition, addinfo).format(dialect)
    });
    let record = prop_oneof![
        external().prop_map(RecordChoice::Retrieval),
        diagnostic.clone().prop_map(|one| RecordChoice::Surrogate(DiagRec::Default(one))),
        octets().prop_map(|octets| RecordChoice::Starting(Fragment::Octets(octets))),
        external().prop_map(|external| RecordChoice::Final(Fragment::External(external))),
    ];
    let record = (prop::option::of(string()), record).prop_map(|(name, record)| NamePlusRecord { name, record });
    prop::option::of(prop_oneof![
        prop::collection::vec(record, 0..4).prop_map(Records::Responses),
        diagnostic.clone().prop_map(Records::NonSurrogate),
        prop::collection::vec(diagnostic.prop_map(DiagRec::Default), 0..3).prop_map(Records::Multiple),
    ])
}

fn apdu() -> impl Strategy<Value = Apdu> {
    let init = (any::<[u64; 2]>(), any::<i64>(), string(), string(), other()).prop_map(|(bits, size, user, password, other_info)| {
        Apdu::InitRequest(InitRequest {
            reference_id: None,
            protocol_version: BitString(bits[0]),
            options: BitString(bits[1]),
            preferred_message_size: size,
            exceptional_record_size: size,
            id_authentication: Some(IdAuthentication::IdPass(IdPass {
                group_id: None,
                user_id: Some(user),
                password: Some(Secret(password)),
            })),
            implementation_id: Some("81".into()),
            implementation_name: Some("YAZ".into()),
            implementation_version: None,
            user_information_field: None,
            other_info,
        })
    });
    let answer = (any::<i64>(), any::<bool>(), records(), other()).prop_map(|(count, search_status, records, other_info)| {
        Apdu::SearchResponse(SearchResponse {
            reference_id: None,
            result_count: count,
            number_of_records_returned: 1,
            next_result_set_position: 2,
            search_status,
            result_set_status: None,
            present_status: Some(0),
            records,
            additional_search_info: None,
            other_info,
        })
    });
    let composition = prop_oneof![
        string().prop_map(|name| RecordComposition::Simple(ElementSetNames::Generic(name))),
        (oid(), string(), any::<bool>()).prop_map(|(oid, name, by_oid)| RecordComposition::Complex(CompSpec {
            select_alternative_syntax: by_oid,
            generic: Some(Specification {
                schema: Some(if by_oid {
                    Schema::Oid(oid.clone())
                } else {
                    Schema::Uri(name.clone())
                }),
                element_spec: Some(ElementSpec::Name(name)),
            }),
            database_specific: None,
            record_syntax: Some(vec![oid]),
        })),
    ];
    let present = (string(), any::<i64>(), prop::option::of(composition), other()).prop_map(|(set, start, composition, other_info)| {
        Apdu::PresentRequest(PresentRequest {
            reference_id: None,
            result_set: ResultSetId(set),
            start,
            number: 10,
            additional_ranges: Some(vec![Range { start, number: 1 }]),
            composition,
            preferred_record_syntax: None,
            max_segment_count: None,
            max_record_size: None,
            max_segment_size: Some(start),
            other_info,
        })
    });
    let sort = (string(), attributes(), oid(), octets(), 0..3u8).prop_map(|(name, list, id, data, form)| {
        let key = match form {
            0 => SortKey::Field(name.clone()),
            _ => SortKey::Attributes(SortAttributes { id, list }),
        };
        let sort_element = match form {
            2 => SortElement::DatabaseSpecific(vec![DatabaseSortKey {
                database: DatabaseName(name.clone()),
                key,
            }]),
            _ => SortElement::Generic(key),
        };
        Apdu::SortRequest(SortRequest {
            reference_id: None,
            input_result_set_names: vec![name.clone()],
            sorted_result_set_name: name,
            sort_sequence: vec![SortKeySpec {
                sort_element,
                sort_relation: 1,
                case_sensitivity: 0,
                missing_value_action: Some(MissingValueAction::Data(data)),
            }],
            other_info: None,
        })
    });
    let scan = (attributes(), term(), string(), any::<i64>()).prop_map(|(attributes, term, name, number)| {
        let start = AttributesPlusTerm { attributes, term };
        Apdu::ScanResponse(ScanResponse {
            reference_id: None,
            step_size: None,
            scan_status: 5,
            number_of_entries_returned: 1,
            position_of_term: Some(1),
            entries: Some(ListEntries {
                entries: Some(vec![Entry::TermInfo(TermInfo {
                    term: start.term.clone(),
                    display_term: Some(name),
                    suggested_attributes: Some(start.attributes.clone()),
                    alternative_term: Some(vec![start]),
                    global_occurrences: Some(number),
                    by_attributes: None,
                    other_term_info: None,
                })]),
                nonsurrogate_diagnostics: None,
            }),
            attribute_set: None,
            other_info: None,
        })
    });
    let close = (any::<i64>(), "[a-z]{0,9}").prop_map(|(reason, words)| Apdu::Close(Close::because(None, reason, &words)));
    prop_oneof![init, search(), answer, present, sort, scan, close]
}

proptest! {
    #[test]
    fn there_and_back(apdu in apdu()) {
        let bytes = encoded(&apdu);
        prop_assert_eq!(Apdu::decode(&bytes).unwrap(), apdu);
    }

    #[test]
    fn cut_anywhere_is_more(apdu in apdu(), cut in any::<prop::sample::Index>()) {
        let bytes = encoded(&apdu);
        let (front, back) = bytes.split_at(cut.index(bytes.len()));
        let mut framer = BerFramer::new(1 << 20, 64);
        let more = matches!(framer.advance(front), Ok(Framing::More { .. }));
        prop_assert!(more);
        prop_assert_eq!(framer.advance(back), Ok(Framing::Whole { len: bytes.len() }));
        prop_assert!(Apdu::decode(front).is_err());
    }

    #[test]
    fn damage_gives_a_value_or_an_error(apdu in apdu(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encoded(&apdu);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = Apdu::decode(&bytes) {
            prop_assert_eq!(Apdu::decode(&encoded(&read)).unwrap(), read);
        }
    }

    #[test]
    fn any_bytes_give_a_value_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        let _ = Apdu::decode(&[&[0xB6, bytes.len() as u8][..], &bytes].concat());
    }
}

/// A query of `depth` forks, each the first operand of the next.
fn chain(depth: usize) -> Apdu {
    let operand = |text: &str| {
        Node::Operand(Operand::Term(AttributesPlusTerm {
            attributes: Vec::new(),
            term: Term::General(OctetString(text.into())),
        }))
    };
    let mut nodes = vec![operand("a")];
    for _ in 0..depth {
        nodes.extend([operand("b"), Node::Operator(Operator::Or(Null))]);
    }
    Apdu::SearchRequest(SearchRequest {
        reference_id: None,
        small_set_upper_bound: 0,
        large_set_lower_bound: 1,
        medium_set_present_number: 0,
        replace_indicator: true,
        result_set_name: "default".into(),
        database_names: vec!["Default".into()],
        small_set_element_set_names: None,
        medium_set_element_set_names: None,
        preferred_record_syntax: None,
        query: Query::Type1(RpnQuery {
            attribute_set: oid::BIB_1,
            rpn: Rpn { nodes, cut: false },
        }),
        additional_search_info: None,
        other_info: None,
    })
}

#[test]
fn a_query_may_be_as_deep_as_it_is_large() {
    let apdu = chain(400);
    assert_eq!(Apdu::decode(&encoded(&apdu)).unwrap(), apdu);
}

#[test]
fn a_query_beyond_all_bounds_is_told_from_a_broken_one() {
    let Apdu::SearchRequest(request) = Apdu::decode(&encoded(&chain(100_000))).unwrap() else {
        panic!()
    };
    let Query::Type1(query) = request.query else { panic!() };
    assert!(query.rpn.cut && query.rpn.nodes.len() <= Rpn::MOST);
}

#[test]
fn a_password_is_never_printed() {
    let request = Apdu::InitRequest(InitRequest {
        reference_id: None,
        protocol_version: BitString(7),
        options: BitString(3),
        preferred_message_size: 0,
        exceptional_record_size: 0,
        id_authentication: Some(IdAuthentication::Open(Secret("user/hemmelig".into()))),
        implementation_id: None,
        implementation_name: None,
        implementation_version: None,
        user_information_field: None,
        other_info: None,
    });
    assert!(!format!("{request:?}").contains("hemmelig"));
}
