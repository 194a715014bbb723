//! Cut anywhere, there and back, any bytes.

use proptest::prelude::*;
use skranke_sip2::codec::{Charset, Dialect, Opened, SipFramer, SipTime, Terminator, Trailer, Writer, open};
use skranke_sip2::message::types::{Code, Extra, Identifier, Line, PatronFlag, PatronStatus, Secret, Success};
use skranke_sip2::message::{Checkin, CheckinResponse, Checkout, CheckoutResponse, FeePaid, Hold, PatronInformation, Request, Response};
use skranke_wire::framing::{Framer, Framing};

/// Plays bytes in segments and gives the messages' bodies.
fn messages(segments: &[&[u8]]) -> Vec<Vec<u8>> {
    let mut framer = SipFramer::new(64 * 1024);
    let mut buffer = Vec::new();
    let mut found = Vec::new();
    for segment in segments {
        buffer.extend_from_slice(segment);
        let mut unseen = segment.len();
        loop {
            match framer.advance(&buffer[buffer.len() - unseen..]).unwrap() {
                Framing::More { .. } => break,
                Framing::Whole { len } => {
                    let frame: Vec<u8> = buffer.drain(..len).collect();
                    unseen = buffer.len();
                    match open(&frame, Charset::Utf8, b'|') {
                        Opened::Empty => {}
                        Opened::BadChecksum => found.push(b"bad".to_vec()),
                        Opened::Message { body, .. } => found.push(body.into_owned()),
                    }
                    if unseen == 0 {
                        break;
                    }
                }
            }
        }
    }
    found
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-z0-9æøåÆØÅéü .,/'*%\"\\\\-]{0,40}"
}

fn number() -> impl Strategy<Value = String> {
    "[A-Za-z0-9æøå/*]{1,20}"
}

fn moment() -> impl Strategy<Value = SipTime> {
    prop_oneof![
        Just(SipTime::None),
        (1990i16..2100, 1i8..13, 1i8..29, 0i8..24, 0i8..60)
            .prop_map(|(y, m, d, h, min)| SipTime::Local(jiff::civil::date(y, m, d).at(h, min, 0, 0))),
        (1990i16..2100, 1i8..13, 1i8..29, 0i8..24).prop_map(|(y, m, d, h)| SipTime::Utc(jiff::civil::date(y, m, d).at(h, 0, 0, 0))),
    ]
}

fn checkout() -> impl Strategy<Value = Request> {
    (
        any::<(bool, bool)>(),
        moment(),
        moment(),
        text(),
        number(),
        number(),
        proptest::option::of(text()),
        proptest::option::of(any::<bool>()),
    )
        .prop_map(
            |((renewal_policy, no_block), transaction_date, nb_due_date, institution, patron, item, password, flag)| {
                Request::Checkout(Checkout {
                    renewal_policy,
                    no_block,
                    transaction_date,
                    nb_due_date,
                    institution: institution.trim().to_owned(),
                    patron: Identifier::new(patron),
                    item: Identifier::new(item),
                    patron_password: password.map(Secret::new),
                    fee_acknowledged: flag,
                    cancel: flag,
                    extra: vec![Extra {
                        id: *b"ZZ",
                        value: institution,
                    }],
                    ..Checkout::default()
                })
            },
        )
}

fn others() -> impl Strategy<Value = Request> {
    (moment(), number(), text(), 0u16..100, proptest::option::of(1u32..5000)).prop_flat_map(|(at, id, words, code, place)| {
        prop_oneof![
            Just(Request::Checkin(Checkin {
                transaction_date: at,
                return_date: at,
                item: Identifier::new(id.clone()),
                owner: Some(words.clone()),
                ..Checkin::default()
            })),
            Just(Request::PatronInformation(PatronInformation {
                transaction_date: at,
                patron: Identifier::new(id.clone()),
                start_item: place,
                language: Some(Code(code)),
                ..PatronInformation::default()
            })),
            Just(Request::FeePaid(FeePaid {
                transaction_date: at,
                fee_type: Some(Code(code)),
                fee_amount: "12.50".to_owned(),
                patron: Identifier::new(id.clone()),
                transaction_id: Some(words.clone()),
                ..FeePaid::default()
            })),
            Just(Request::Hold(Hold {
                transaction_date: at,
                expiration_date: Some(at),
                title: Some(words),
                patron: Identifier::new(id),
                ..Hold::default()
            })),
        ]
    })
}

fn response() -> impl Strategy<Value = Response> {
    (any::<bool>(), moment(), text(), number(), proptest::collection::vec(text(), 0..4)).prop_flat_map(|(yes, at, words, id, lines)| {
        let lines: Vec<Line> = lines.into_iter().map(Line).collect();
        prop_oneof![
            Just(Response::Checkout(CheckoutResponse {
                ok: Success(yes),
                transaction_date: at,
                title: words.clone(),
                patron: Identifier::new(id.clone()),
                screen_message: lines.clone(),
                ..CheckoutResponse::default()
            })),
            Just(Response::Checkin(CheckinResponse {
                ok: Success(yes),
                transaction_date: at,
                item: Identifier::new(id),
                alert_type: Some(Code(1)),
                print_line: lines,
                ..CheckinResponse::default()
            })),
        ]
    })
}

fn body_of(frame: &[u8], dialect: Dialect) -> (Vec<u8>, Trailer) {
    match open(frame, dialect.charset, dialect.delimiter) {
        Opened::Message { body, trailer } => (body.into_owned(), trailer),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_request_reads_back_as_it_was_written(request in prop_oneof![checkout(), others()], digit in proptest::option::of(proptest::option::of(0u8..10)), charset in proptest::sample::select(vec![Charset::Utf8, Charset::Latin1, Charset::Windows1252, Charset::Cp850]), delimiter in proptest::sample::select(vec![b'|', b'^', b'~'])) {
        let dialect = Dialect { charset, delimiter };
        let frame = request.write(Writer::new(dialect), digit, Terminator::CrLf);
        // The line feed of CR LF is the next message's first byte.
        let (body, trailer) = body_of(&frame[..frame.len() - 1], dialect);
        prop_assert_eq!(trailer.sequence(), digit);
        let again = Request::read(&body, dialect);
        let frame_again = again.write(Writer::new(dialect), digit, Terminator::CrLf);
        prop_assert_eq!(&frame, &frame_again);
        if charset == Charset::Utf8 && frame.is_ascii() {
            prop_assert_eq!(again, request);
        }
    }

    #[test]
    fn a_response_reads_back_as_it_was_written(response in response()) {
        let dialect = Dialect::default();
        let frame = response.write(Writer::new(dialect), Some(Some(3)), Terminator::Cr);
        let (body, _) = body_of(&frame, dialect);
        let again = Response::read(&body, dialect);
        prop_assert_eq!(again.write(Writer::new(dialect), Some(Some(3)), Terminator::Cr), frame);
    }

    #[test]
    fn a_stream_cut_anywhere_gives_the_same_messages(requests in proptest::collection::vec(prop_oneof![checkout(), others()], 1..5), ends in proptest::sample::select(vec!["\r", "\r\n", "\n", "\r\0"]), cuts in proptest::collection::vec(0usize..2000, 0..12)) {
        let dialect = Dialect::default();
        let mut stream = Vec::new();
        for (n, request) in requests.iter().enumerate() {
            let mut frame = request.write(Writer::new(dialect), (n % 2 == 0).then_some(Some(1)), Terminator::Cr);
            frame.pop();
            stream.extend(frame);
            stream.extend_from_slice(ends.as_bytes());
        }
        let whole = messages(&[&stream]);
        prop_assert_eq!(whole.len(), requests.len());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c % (stream.len() + 1)).collect();
        cuts.push(0);
        cuts.push(stream.len());
        cuts.sort_unstable();
        let segments: Vec<&[u8]> = cuts.windows(2).map(|w| &stream[w[0]..w[1]]).filter(|s| !s.is_empty()).collect();
        prop_assert_eq!(messages(&segments), whole.clone());
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(messages(&bytes), whole);
    }

    #[test]
    fn any_bytes_give_a_message_that_writes_and_reads_to_itself(bytes in proptest::collection::vec(any::<u8>(), 0..600), id in proptest::sample::select(vec!["23", "11", "09", "01", "99", "97", "93", "63", "35", "37", "17", "19", "25", "15", "29", "65", "24", "64", "98", "zz", ""])) {
        let mut frame = id.as_bytes().to_vec();
        frame.extend(bytes);
        frame.push(b'\r');
        for charset in Charset::ALL {
            let dialect = Dialect { charset, delimiter: b'|' };
            if let Opened::Message { body, .. } = open(&frame, charset, b'|') {
                let once = Request::read(&body, dialect).write(Writer::new(dialect), None, Terminator::Cr);
                prop_assert!(once.len() <= frame.len() * 4 + 200);
                prop_assert_eq!(once.iter().filter(|b| **b == b'\r').count(), 1);
                prop_assert!(!once.contains(&0));
                let _ = Response::read(&body, dialect).write(Writer::new(dialect), None, Terminator::Cr);
            }
        }
    }
}

#[test]
fn echoes_the_very_bytes_of_an_identifier() {
    let dialect = Dialect::default();
    let body = b"1720261124    120000AOX|AB39\xF8\xE5|";
    let Request::ItemInformation(request) = Request::read(body, dialect) else {
        panic!()
    };
    let answer = skranke_sip2::message::ItemInformationResponse {
        item: request.item,
        ..Default::default()
    };
    let frame = skranke_sip2::message::encode(&answer, dialect, None, Terminator::Cr);
    assert!(frame.windows(6).any(|w| w == b"AB39\xF8\xE5"));
}

#[test]
fn the_emulators_shifted_item_information_is_read() {
    let Request::ItemInformation(request) = Request::read(b"1700120261124    120000AOX|AB1|", Dialect::default()) else {
        panic!()
    };
    assert_ne!(request.transaction_date, SipTime::None);
    assert_eq!(request.item.reveal(), "1");
}

#[test]
fn a_summary_whose_blanks_were_trimmed_is_read() {
    for line in ["6300120171123    123051AOJL|AATEST03|", "6300120171123    123051  YAOJL|AATEST03|"] {
        let Request::PatronInformation(request) = Request::read(line.as_bytes(), Dialect::default()) else {
            panic!()
        };
        assert_eq!(request.patron.reveal(), "TEST03");
    }
}

#[test]
fn the_first_value_that_is_not_empty_wins_and_passwords_are_not_trimmed() {
    let Request::PatronStatus(request) = Request::read(b"2300120171123    123051AO|AOX||A|AA 1 |AA2|AD 12 |AZ", Dialect::default()) else {
        panic!()
    };
    assert_eq!(request.institution, "X");
    assert_eq!(request.patron.reveal(), "1");
    assert_eq!(request.patron_password.unwrap().reveal(), " 12 ");
}

#[test]
fn versions_and_widths_of_real_terminals_are_read() {
    for (line, version, width) in [
        ("9900302.00", Some(2), 30),
        ("990 802.00", Some(2), 80),
        ("9900302.0E|", Some(2), 30),
        ("9900301.00", Some(1), 30),
        ("99003", None, 3),
    ] {
        let Request::ScStatus(request) = Request::read(line.as_bytes(), Dialect::default()) else {
            panic!()
        };
        assert_eq!(
            (request.version(), request.max_print_width.map_or(0, |w| w.0)),
            (version, width),
            "{line}"
        );
    }
}

#[test]
fn nothing_personal_is_printed() {
    let body = b"2320171123    123051AOX|AA0101011234|ACterm|AD4321|ZX99|";
    let printed = format!("{:?}", Request::read(body, Dialect::default()));
    for secret in ["0101011234", "term\"", "4321", "99"] {
        assert!(!printed.contains(secret), "{printed}");
    }
    let status = PatronStatus::default().with(PatronFlag::CardLost);
    assert!(status.has(PatronFlag::CardLost) && !status.has(PatronFlag::ChargeDenied));
}

#[test]
fn an_echo_holds_no_control_character_in_any_disguise() {
    let dialect = Dialect::default();
    for body in ["17AB", "1720261124    120000AB"] {
        for odd in ["aå\u{85}b", "aå\u{2028}b", "aå\u{1}b", "aå\tb"] {
            let Request::ItemInformation(request) = Request::read(format!("{body}{odd}|").as_bytes(), dialect) else {
                panic!()
            };
            let answer = skranke_sip2::message::ItemInformationResponse {
                item: request.item,
                ..Default::default()
            };
            let text = String::from_utf8(skranke_sip2::message::encode(&answer, dialect, None, Terminator::Cr)).unwrap();
            assert!(
                !text.trim_end_matches('\r').chars().any(|c| c.is_control() || c == '\u{2028}'),
                "{text:?}"
            );
        }
    }
}
