//! What Init agrees on beyond the versions: character sets, segmentation, who may come.

use crate::client::*;
use skranke_z3950::codec::{BitString, Charset, InternationalString, Null, OctetString};
use skranke_z3950::message::negotiation::*;
use skranke_z3950::message::*;
use skranke_z3950::session::CloseReason;

fn unicode(encoding: &str) -> ProposedCharSet {
    ProposedCharSet::Iso10646(Iso10646 {
        collections: None,
        encoding_level: encoding.parse().unwrap(),
    })
}

/// As YAZ proposes sets that are not Unicode.
fn named(name: &str) -> ProposedCharSet {
    let oid = "1.2.840.10003.15.1000.81.1".parse().unwrap();
    ProposedCharSet::Private(PrivateCharSet::External(External::octets(oid, name.into())))
}

fn registered(numbers: &[i64], environment: Environment) -> ProposedCharSet {
    ProposedCharSet::Iso2022(Iso2022::Proposal(Iso2022Proposal {
        environment: Some(environment),
        sets: numbers.to_vec(),
        initial_sets: vec![InitialSet {
            g0: Some(6),
            g1: Some(*numbers.last().unwrap()),
            g2: None,
            g3: None,
            c0: Some(1),
            c1: None,
        }],
        left_and_right: Some(LeftAndRight { left: 0, right: Some(1) }),
    }))
}

/// A session after a proposal, and its answer; the proposal stands in the user information where old clients put it.
fn proposing(char_sets: Vec<ProposedCharSet>, as_user_information: bool) -> (Client, Response) {
    let mut client = Client::new();
    let mut request = init();
    let proposal = CharSetNegotiation::Proposal(Proposal {
        char_sets: Some(char_sets),
        languages: None,
        records_in_selected_char_sets: Some(true),
    });
    let external = External::single(oid::CHARSET_NEGOTIATION, &proposal);
    if as_user_information {
        request.user_information_field = Some(external);
    } else {
        request.other_info = Some(vec![OtherInformationUnit::external(external)]);
    }
    let Apdu::InitResponse(response) = client.one(&Apdu::InitRequest(request)) else {
        panic!()
    };
    assert!(response.options.has(options::NEGOTIATION_MODEL));
    let Information::External(external) = &response.other_info.unwrap()[0].information else {
        panic!()
    };
    let Some(CharSetNegotiation::Response(answer)) = external.get() else {
        panic!()
    };
    (client, answer)
}

#[test]
fn utf_8_is_taken_wherever_it_stands() {
    for old in [false, true] {
        let (client, answer) = proposing(vec![named("ISO-8859-1"), unicode("1.0.10646.1.0.8")], old);
        assert!(matches!(answer.char_set, Some(SelectedCharSet::Iso10646(_))));
        assert_eq!(answer.records_in_selected_char_sets, Some(true));
        assert_eq!(client.session.agreement().unwrap().charset, Charset::Utf8);
    }
}

#[test]
fn latin_1_is_taken_by_name_and_by_number() {
    let (client, answer) = proposing(vec![named("ISO-8859-1")], false);
    assert!(matches!(answer.char_set, Some(SelectedCharSet::Private(_))));
    assert_eq!(client.session.agreement().unwrap().charset, Charset::Latin1);
    let (client, answer) = proposing(vec![registered(&[6, 100], Environment::EightBit(Null))], false);
    let Some(SelectedCharSet::Iso2022(Iso2022::Response(taken))) = answer.char_set else {
        panic!("{answer:?}")
    };
    assert_eq!((taken.sets, taken.initial_set.g1), (vec![6, 100], Some(100)));
    assert_eq!(taken.environment, Environment::EightBit(Null));
    assert_eq!(client.session.agreement().unwrap().charset, Charset::Latin1);
}

#[test]
fn what_cannot_be_taken_is_answered_by_none() {
    for unknown in [
        unicode("1.0.10646.1.0.2"),
        named("ISO-8859-7"),
        registered(&[6, 126], Environment::EightBit(Null)),
        registered(&[6, 100], Environment::SevenBit(Null)),
        ProposedCharSet::Private(PrivateCharSet::PreviouslyAgreedUpon(Null)),
    ] {
        let (client, answer) = proposing(vec![unknown], false);
        assert!(matches!(answer.char_set, Some(SelectedCharSet::None(_))), "{answer:?}");
        assert_eq!(client.session.agreement().unwrap().charset, Charset::Unagreed);
    }
}

#[test]
fn terms_go_both_ways_in_the_agreed_set() {
    let (mut client, _) = proposing(vec![named("iso-8859-1")], false);
    let scan = ScanRequest {
        reference_id: None,
        database_names: vec!["Default".into()],
        attribute_set: Some(oid::BIB_1),
        start: AttributesPlusTerm {
            attributes: vec![attribute(1, 4)],
            term: Term::General(OctetString(b"k\xE6r".to_vec())),
        },
        step_size: None,
        number_of_terms_requested: 1,
        preferred_position_in_response: None,
        other_info: None,
    };
    let Apdu::ScanResponse(response) = client.one(&Apdu::ScanRequest(scan)) else {
        panic!()
    };
    let entries = response.entries.unwrap().entries.unwrap();
    let Entry::TermInfo(info) = &entries[0] else { panic!() };
    assert_eq!(info.term, Term::General(OctetString(b"k\xE6r1".to_vec())));
    assert_eq!(info.display_term.as_ref().unwrap().0, b"k\xE6r1!");
    // What a diagnostic repeats, too.
    let request = PresentRequest {
        result_set: ResultSetId(InternationalString(b"s\xE6t".to_vec())),
        ..present("default", 1, 1)
    };
    let Apdu::PresentResponse(response) = client.one(&Apdu::PresentRequest(request)) else {
        panic!()
    };
    let Some(Records::NonSurrogate(diagnostic)) = response.records else {
        panic!()
    };
    let Some(AddInfo::V3(text)) = diagnostic.addinfo else { panic!() };
    assert_eq!((diagnostic.condition, text.0.as_slice()), (30, &b"s\xE6t"[..]));
}

#[test]
fn version_2_negotiates_nothing() {
    let mut client = Client::new();
    let mut request = init();
    request.protocol_version = BitString(0b011);
    request.other_info = Some(vec![CharSetNegotiation::utf_8(true)]);
    let Apdu::InitResponse(response) = client.one(&Apdu::InitRequest(request)) else {
        panic!()
    };
    assert!(response.result && response.other_info.is_none());
    assert!(!response.options.has(options::NEGOTIATION_MODEL));
}

#[test]
fn segmentation_of_level_2_comes_down_to_level_1() {
    let level_1 = 1 << options::LEVEL_1_SEGMENTATION;
    let level_2 = 1 << options::LEVEL_2_SEGMENTATION;
    for (asked, agreed) in [(level_1 | level_2, level_1), (level_2, 0), (level_1, level_1)] {
        let mut request = init();
        request.options = BitString(1 << options::SEARCH | asked);
        let Apdu::InitResponse(response) = Client::new().one(&Apdu::InitRequest(request)) else {
            panic!()
        };
        assert_eq!(response.options, BitString(1 << options::SEARCH | agreed));
    }
}

#[test]
fn who_says_no_name_comes_in_only_where_that_is_allowed() {
    let nameless = [
        None,
        Some(IdAuthentication::Anonymous(Null)),
        Some(IdAuthentication::Open(Secret("".into()))),
        Some(IdAuthentication::IdPass(IdPass {
            group_id: None,
            user_id: Some("".into()),
            password: Some(Secret("".into())),
        })),
    ];
    for (users, anonymous, welcome) in [(false, false, true), (true, false, false), (true, true, true)] {
        for authentication in &nameless {
            let mut client = Client::new();
            client.settings.anonymous = anonymous;
            client.settings.users.extend(users.then(|| user("kat", true)));
            let mut request = init();
            request.id_authentication.clone_from(authentication);
            let (answers, closed) = client.send(&Apdu::InitRequest(request));
            let Apdu::InitResponse(response) = &answers[0] else { panic!() };
            assert_eq!(response.result, welcome, "{authentication:?}");
            assert_eq!(closed, (!welcome).then_some(CloseReason::Refused));
            assert_eq!(response.user_information_field.is_some(), !welcome);
            assert_eq!(client.session.login(), None);
            assert!(!welcome || !client.session.agreement().unwrap().identity.may_update);
        }
    }
}
