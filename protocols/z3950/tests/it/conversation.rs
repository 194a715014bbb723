//! Whole conversations without a socket.

use crate::client::*;
use skranke_z3950::codec::{BitString, OctetString};
use skranke_z3950::message::*;
use skranke_z3950::session::CloseReason;

fn found(client: &mut Client, request: SearchRequest) -> SearchResponse {
    match client.one(&Apdu::SearchRequest(request)) {
        Apdu::SearchResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

fn presented(client: &mut Client, request: PresentRequest) -> PresentResponse {
    match client.one(&Apdu::PresentRequest(request)) {
        Apdu::PresentResponse(response) => response,
        other => panic!("{other:?}"),
    }
}

fn count(records: &Option<Records>) -> usize {
    match records {
        Some(Records::Responses(records)) => records.len(),
        _ => 0,
    }
}

#[test]
fn init_agrees_on_what_both_know() {
    let mut client = Client::new();
    let mut request = init();
    request.protocol_version = BitString(0b011);
    request.options = BitString(1 << options::SEARCH | 1 << options::ACCESS_CONTROL | 1 << options::SCAN);
    request.preferred_message_size = 0;
    let Apdu::InitResponse(response) = client.one(&Apdu::InitRequest(request)) else {
        panic!()
    };
    assert!(response.result);
    assert_eq!(response.reference_id, Some(OctetString(b"r1".to_vec())));
    assert_eq!(response.protocol_version, BitString(0b011));
    assert_eq!(response.options, BitString(1 << options::SEARCH | 1 << options::SCAN));
    assert_eq!(response.preferred_message_size, client.settings.message_bytes);
    assert!(response.exceptional_record_size >= response.preferred_message_size);
    assert!(response.other_info.is_none());
}

#[test]
fn nothing_comes_before_init() {
    let mut client = Client::new();
    let (answers, closed) = client.send(&Apdu::SearchRequest(plain_search("default")));
    assert_eq!(closed, Some(CloseReason::NotInitialised));
    let Apdu::Close(close) = &answers[0] else { panic!() };
    assert_eq!(
        (close.close_reason, &close.reference_id),
        (Close::PROTOCOL_ERROR, &Some(OctetString(b"s".to_vec())))
    );
    assert!(Client::new().send_bytes(&[0xB6, 1, 0]).0.is_empty());
}

#[test]
fn a_second_init_begins_anew() {
    let mut client = Client::ready();
    found(&mut client, plain_search("default"));
    client.one(&Apdu::InitRequest(init()));
    let response = presented(&mut client, present("default", 1, 1));
    assert_eq!(condition(&response.records), Some((30, "default".into())));
}

#[test]
fn a_wrong_password_is_refused_with_its_reason() {
    let mut client = Client::new();
    client.settings.users.push(user("kat", false));
    let mut request = init();
    for (token, welcome) in [
        ("kat/hemmelig", true),
        ("kat/761500/hemmelig", true),
        ("kat/forkert", false),
        ("hun/hemmelig", false),
    ] {
        request.id_authentication = Some(IdAuthentication::Open(Secret(token.into())));
        let (answers, closed) = client.send(&Apdu::InitRequest(request.clone()));
        let Apdu::InitResponse(response) = &answers[0] else { panic!() };
        assert_eq!(response.result, welcome, "{token}");
        assert_eq!(closed.is_none(), welcome);
        assert_eq!(response.user_information_field.is_some(), !welcome);
        assert_eq!(client.session.login(), welcome.then_some("kat"));
    }
    request.id_authentication = Some(IdAuthentication::IdPass(IdPass {
        group_id: None,
        user_id: Some("kat/761500".into()),
        password: Some(Secret("hemmelig".into())),
    }));
    let Apdu::InitResponse(response) = client.one(&Apdu::InitRequest(request)) else {
        panic!()
    };
    assert!(response.result);
}

#[test]
fn records_come_with_the_search_within_its_bounds() {
    let mut client = Client::ready();
    for (small, large, medium, hits, due) in [
        (0, 1, 0, 3, 0),
        (5, 10, 2, 3, 3),
        (2, 10, 2, 3, 2),
        (2, 10, 20, 3, 3),
        (2, 3, 2, 3, 0),
        (5, 10, 2, 0, 0),
        (0, 0, 5, 3, 0),
    ] {
        client.hits = hits;
        let response = found(
            &mut client,
            SearchRequest {
                small_set_upper_bound: small,
                large_set_lower_bound: large,
                medium_set_present_number: medium,
                ..plain_search("default")
            },
        );
        assert_eq!(response.result_count, hits);
        assert_eq!(
            (count(&response.records), response.number_of_records_returned),
            (due, due as i64),
            "{small} {large} {medium}"
        );
        assert_eq!(response.present_status, (due > 0).then_some(0));
        let next = if due == 0 {
            1
        } else if due as i64 == hits {
            0
        } else {
            due as i64 + 1
        };
        assert_eq!(response.next_result_set_position, next);
    }
}

#[test]
fn a_name_is_kept_unless_it_may_be_replaced() {
    let mut client = Client::ready();
    found(&mut client, plain_search("a"));
    let again = SearchRequest {
        replace_indicator: false,
        ..plain_search("a")
    };
    let response = found(&mut client, again);
    assert!(!response.search_status);
    assert_eq!(condition(&response.records), Some((21, String::new())));
    assert_eq!(count(&presented(&mut client, present("a", 1, 3)).records), 3);
    let failed = search("a", Query::Type1(rpn(vec![term(&[(1, 9999)], "x")])));
    assert_eq!(condition(&found(&mut client, failed).records), Some((114, "9999".into())));
    assert_eq!(
        condition(&presented(&mut client, present("a", 1, 1)).records),
        Some((30, "a".into()))
    );
}

#[test]
fn a_set_is_an_operand() {
    let mut client = Client::ready();
    found(&mut client, plain_search("a"));
    let with_set = |name: &str| {
        Query::Type1(rpn(vec![
            term(&[(1, 4)], "x"),
            Node::Operand(Operand::ResultSet(name.into())),
            and(),
        ]))
    };
    assert!(found(&mut client, search("b", with_set("a"))).search_status);
    assert_eq!(
        condition(&found(&mut client, search("b", with_set("c"))).records),
        Some((30, "c".into()))
    );
}

#[test]
fn present_keeps_within_the_set() {
    let mut client = Client::ready();
    found(&mut client, plain_search("default"));
    for (start, number) in [(0, 1), (1, 4), (4, 1), (-1, 1), (1, -1)] {
        let response = presented(&mut client, present("default", start, number));
        assert_eq!(response.present_status, 5);
        assert_eq!(condition(&response.records).map(|(condition, _)| condition), Some(13));
    }
    let response = presented(&mut client, present("default", 2, 1));
    assert_eq!((response.next_result_set_position, count(&response.records)), (3, 1));
    let response = presented(&mut client, present("default", 2, 2));
    assert_eq!((response.next_result_set_position, count(&response.records)), (0, 2));
    assert_eq!(presented(&mut client, present("default", 1, 0)).present_status, 0);
}

#[test]
fn a_full_message_is_gone_on_with() {
    let mut client = Client::new();
    let mut request = init();
    request.preferred_message_size = 400;
    request.exceptional_record_size = 500;
    client.one(&Apdu::InitRequest(request));
    client.hits = 300;
    found(&mut client, plain_search("default"));
    let mut position = 1;
    let mut seen = 0;
    while position > 0 {
        let response = presented(&mut client, present("default", position, 300 - position + 1));
        assert!(count(&response.records) > 0);
        seen += count(&response.records);
        position = response.next_result_set_position;
        assert_eq!(response.present_status, if position == 0 { 0 } else { 2 });
    }
    assert_eq!(seen, 300);
}

#[test]
fn segments_carry_what_does_not_fit() {
    let mut client = Client::new();
    let mut request = init();
    request.preferred_message_size = 400;
    client.one(&Apdu::InitRequest(request));
    client.hits = 20;
    found(&mut client, plain_search("default"));
    let request = PresentRequest {
        max_segment_count: None,
        reference_id: Some(OctetString(b"x".to_vec())),
        ..present("default", 1, 20)
    };
    let (answers, _) = client.send(&Apdu::PresentRequest(request));
    let mut records = 0;
    for answer in &answers {
        records += match answer {
            Apdu::Segment(segment) => {
                assert_eq!(segment.reference_id, Some(OctetString(b"x".to_vec())));
                segment.records.len()
            }
            Apdu::PresentResponse(response) => {
                assert_eq!((response.number_of_records_returned, response.present_status), (20, 0));
                count(&response.records)
            }
            other => panic!("{other:?}"),
        };
    }
    assert!(answers.len() > 2);
    assert_eq!(records, 20);
}

#[test]
fn one_bad_record_does_not_spoil_the_others() {
    let mut client = Client::ready();
    client.titles = |id| (id.0 != 2).then(|| title(id.0, &record(skranke_core::bib::Format::Marc21, "1", "Digte")));
    found(&mut client, plain_search("default"));
    let response = presented(&mut client, present("default", 1, 3));
    let Some(Records::Responses(records)) = response.records else {
        panic!()
    };
    let RecordChoice::Surrogate(DiagRec::Default(diagnostic)) = &records[1].record else {
        panic!()
    };
    assert_eq!(diagnostic.condition, 1028);
    assert_eq!((response.present_status, records.len()), (0, 3));
}

#[test]
fn an_unknown_syntax_is_named() {
    let mut client = Client::ready();
    found(&mut client, plain_search("default"));
    let request = PresentRequest {
        preferred_record_syntax: Some("1.2.840.10003.5.99".parse().unwrap()),
        ..present("default", 1, 1)
    };
    assert_eq!(
        condition(&presented(&mut client, request).records),
        Some((239, "1.2.840.10003.5.99".into()))
    );
}

#[test]
fn a_list_is_scanned() {
    let mut client = Client::ready();
    let scan = |number, position, step_size| {
        Apdu::ScanRequest(ScanRequest {
            reference_id: None,
            database_names: vec!["Default".into()],
            attribute_set: None,
            start: AttributesPlusTerm {
                attributes: vec![attribute(1, 4)],
                term: Term::General(OctetString(b"dan".to_vec())),
            },
            step_size,
            number_of_terms_requested: number,
            preferred_position_in_response: position,
            other_info: None,
        })
    };
    let Apdu::ScanResponse(response) = client.one(&scan(5, Some(3), None)) else {
        panic!()
    };
    assert_eq!(
        (response.scan_status, response.number_of_entries_returned, response.position_of_term),
        (0, 5, Some(3))
    );
    let Some(Entry::TermInfo(info)) = response.entries.unwrap().entries.unwrap().into_iter().next() else {
        panic!()
    };
    assert_eq!(
        (info.term, info.display_term, info.global_occurrences),
        (Term::General(OctetString(b"dan1".to_vec())), Some("dan1!".into()), Some(1))
    );
    let Apdu::ScanResponse(fewer) = client.one(&scan(10, None, Some(0))) else {
        panic!()
    };
    assert_eq!(fewer.scan_status, 5);
    for (number, position, step, condition) in [
        (5, Some(9), None, 233),
        (5, None, Some(2), 205),
        (-1, None, None, 228),
        (1_000_000, None, None, 1029),
    ] {
        let Apdu::ScanResponse(failed) = client.one(&scan(number, position, step)) else {
            panic!()
        };
        assert_eq!(failed.scan_status, 6);
        let Some(DiagRec::Default(diagnostic)) = failed.entries.unwrap().nonsurrogate_diagnostics.unwrap().into_iter().next() else {
            panic!()
        };
        assert_eq!(diagnostic.condition, condition);
    }
}

#[test]
fn a_set_is_sorted_in_place() {
    let mut client = Client::ready();
    found(&mut client, plain_search("1"));
    let sort = |input: &str, relation, keys: &[i64]| {
        Apdu::SortRequest(SortRequest {
            reference_id: None,
            input_result_set_names: vec![string(input)],
            sorted_result_set_name: string("1"),
            sort_sequence: keys
                .iter()
                .map(|key| SortKeySpec {
                    sort_element: SortElement::Generic(SortKey::Attributes(SortAttributes {
                        id: oid::BIB_1,
                        list: vec![attribute(1, *key)],
                    })),
                    sort_relation: relation,
                    case_sensitivity: 1,
                    missing_value_action: None,
                })
                .collect(),
            other_info: None,
        })
    };
    let Apdu::SortResponse(done) = client.one(&sort("1", 0, &[4])) else {
        panic!()
    };
    assert_eq!((done.sort_status, done.result_count), (0, Some(3)));
    for (request, condition) in [
        (sort("nosuch", 0, &[4]), 30),
        (sort("1", 7, &[4]), 214),
        (sort("1", 0, &[4, 4]), 212),
        (sort("1", 0, &[]), 207),
    ] {
        let Apdu::SortResponse(failed) = client.one(&request) else {
            panic!()
        };
        let Some(DiagRec::Default(diagnostic)) = failed.diagnostics.unwrap().into_iter().next() else {
            panic!()
        };
        assert_eq!((failed.sort_status, diagnostic.condition), (2, condition));
    }
}

#[test]
fn sets_are_deleted() {
    let mut client = Client::ready();
    found(&mut client, plain_search("a"));
    found(&mut client, plain_search("b"));
    let delete = |function, names: &[&str]| {
        Apdu::DeleteResultSetRequest(DeleteResultSetRequest {
            reference_id: None,
            delete_function: function,
            result_set_list: Some(names.iter().map(|name| ResultSetId::from(*name)).collect()),
            other_info: None,
        })
    };
    let Apdu::DeleteResultSetResponse(done) = client.one(&delete(0, &["a", "x"])) else {
        panic!()
    };
    let statuses: Vec<i64> = done.delete_list_statuses.unwrap().iter().map(|one| one.status).collect();
    assert_eq!((done.delete_operation_status, statuses), (9, vec![0, 1]));
    let Apdu::DeleteResultSetResponse(done) = client.one(&delete(1, &[])) else {
        panic!()
    };
    assert_eq!(done.delete_operation_status, 0);
    assert_eq!(
        condition(&presented(&mut client, present("b", 1, 1)).records),
        Some((30, "b".into()))
    );
}

#[test]
fn version_2_knows_no_named_sets_nor_close() {
    let mut client = Client::new();
    let mut request = init();
    request.protocol_version = BitString(0b011);
    request.options = BitString(0b11);
    client.one(&Apdu::InitRequest(request));
    let response = found(&mut client, plain_search("a"));
    let Some(Records::NonSurrogate(diagnostic)) = &response.records else {
        panic!()
    };
    assert_eq!(diagnostic.condition, 22);
    assert!(matches!(diagnostic.addinfo, Some(AddInfo::V2(_))));
    assert!(found(&mut client, plain_search("default")).search_status);
    assert!(client.session.farewell(Close::SHUTDOWN).is_empty());
}

#[test]
fn close_is_answered_with_close() {
    let mut client = Client::ready();
    let reference = Some(OctetString(b"bye".to_vec()));
    let (answers, closed) = client.send(&Apdu::Close(Close::because(reference.clone(), Close::FINISHED, "")));
    let Apdu::Close(close) = &answers[0] else { panic!() };
    assert_eq!(
        (close.close_reason, &close.reference_id, closed),
        (0, &reference, Some(CloseReason::Finished))
    );
}

#[test]
fn nonsense_ends_with_the_protocols_own_word() {
    let mut client = Client::ready();
    let (answers, closed) = client.send_bytes(&[0xB6, 3, 0x82, 1, b'x']);
    assert_eq!(closed, Some(CloseReason::Malformed));
    let Apdu::Close(close) = &answers[0] else { panic!() };
    assert_eq!(
        (close.close_reason, &close.reference_id),
        (Close::PROTOCOL_ERROR, &Some(OctetString(b"x".to_vec())))
    );
}
