//! Unknown cards and wrong PINs: the same words for both in every language, and where an account conceals patrons the same bytes.

use crate::session::{account, answered, item, library, now, patron};
use skranke_core::circulation::Refusal;
use skranke_core::desk::reply::PatronReply;
use skranke_core::desk::{Answer, Command, PinVerdict, Reply};
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{Directory, Options};
use skranke_sip2::session::{Session, Step};

const KNOWN: &str = "1234567890";
const UNKNOWN: &str = "9999999999";

/// What the desk says to a command with a wrong PIN, or with none though it is demanded.
fn desk(command: &Command, known: bool, pin: &PinVerdict) -> Reply {
    fn no<T>(known: bool, pin: &PinVerdict) -> Box<Answer<T>> {
        let why = match pin {
            _ if !known => Refusal::UnknownPatron,
            PinVerdict::Locked { until } => Refusal::PinLocked { until: *until },
            _ => Refusal::WrongPin,
        };
        Box::new(Answer {
            patron: known.then(patron),
            pin: pin.clone(),
            item: Some(item()),
            due: None,
            ..answered(Err(why))
        })
    }
    match command {
        Command::PatronInformation { .. } => Reply::Patron(Box::new(PatronReply {
            pin: pin.clone(),
            patron: known.then(patron),
            facts: None,
        })),
        Command::CheckOut(_) | Command::UndoCheckIn { .. } => Reply::CheckOut(no(known, pin)),
        Command::Renew(_) => Reply::Renew(no(known, pin)),
        Command::RenewAll { .. } => Reply::RenewAll(no(known, pin)),
        Command::PlaceHold(_) | Command::CancelHold { .. } | Command::ChangeHold { .. } => Reply::Hold(no(known, pin)),
        Command::PayFee(_) => Reply::Paid(no(known, pin)),
        Command::EnableCard { .. } => Reply::Card(no(known, pin)),
        Command::BlockCard { .. } if known => Reply::Card(Box::new(Answer {
            item: None,
            ..answered(Ok(()))
        })),
        Command::BlockCard { .. } => Reply::Card(Box::new(Answer {
            patron: None,
            item: None,
            ..answered(Err(Refusal::UnknownPatron))
        })),
        other => panic!("{other:?}"),
    }
}

fn ask(account: &Account, request: &str, card: &str, pin: &PinVerdict) -> String {
    let directory = Directory::new(vec![account.clone()], Vec::new(), Options::default(), &library(), [7; 32]).unwrap();
    let mut session = Session::new(&directory, Some("term1"), Box::new(|_| true));
    let request = request.replace("CARD", card);
    let bytes = match session.receive(format!("{request}\r").as_bytes(), &directory, now()) {
        Step::Ask(asked) => session.answer(&desk(&asked.command, card == KNOWN, pin), &directory, now()),
        Step::Reply(bytes) => bytes,
        other => panic!("{request}: {other:?}"),
    };
    String::from_utf8(bytes).unwrap().trim_end_matches('\r').replace(card, "CARD")
}

/// Every request that takes a PIN.
const WITH_PIN: [&str; 13] = [
    "2300920261124    120000AO|AACARD|AC|AD0000|",
    "2300120261124    120000AO|AACARD|AC|AD0000|",
    "6300020261124    120000YYYYYY    AO|AACARD|AD0000|",
    "6300620261124    120000          AO|AACARD|AD|",
    "11YN20261124    120000                  AO|AACARD|AB3900001|AC|AD0000|",
    "11YN20261124    120000                  AO|AACARD|AB3900001|AC|AD0000|BIY|",
    "29NN20261124    120000                  AO|AACARD|AD0000|AB3900001|",
    "29NN20261124    120000                  AO|AACARD|AD0000|AJ12345678|",
    "6520261124    120000AO|AACARD|AD0000|",
    "15+20261124    120000AO|AACARD|AD0000|AJ12345678|",
    "15-20261124    120000AO|AACARD|AD0000|AB3900001|",
    "3720261124    1200000100DKKBV20.00|AO|AACARD|AD0000|BKx1|",
    "2520261124    120000AO|AACARD|AC|AD0000|",
];

fn verdicts() -> [PinVerdict; 2] {
    [PinVerdict::Wrong, PinVerdict::Locked { until: now() }]
}

fn enabling(account: Account) -> Account {
    let all = ["11", "09", "01", "23", "63", "35", "37", "15", "25", "29", "65"];
    Account {
        messages: Some(all.iter().map(|id| id.as_bytes().try_into().unwrap()).collect()),
        ..account
    }
}

fn screen(answer: &str) -> Vec<&str> {
    answer.split('|').filter_map(|piece| piece.strip_prefix("AF")).collect()
}

#[test]
fn the_screen_says_the_same_of_an_unknown_card_and_a_wrong_pin() {
    for language in ["da", "en", "sv", "nb", "de", "fi", "fr"] {
        let account = enabling(Account {
            language: Some(language.to_owned()),
            ..account()
        });
        for (request, pin) in WITH_PIN.iter().flat_map(|request| verdicts().map(|pin| (request, pin))) {
            let known = ask(&account, request, KNOWN, &pin);
            let unknown = ask(&account, request, UNKNOWN, &pin);
            assert_eq!(screen(&known).len(), 1, "{known}");
            assert_eq!(screen(&known), screen(&unknown), "{request}");
            for personal in ["Åse", "BV0", "BD", "BEaase"] {
                assert!(!known.contains(personal), "{known}");
            }
        }
    }
    let wrong = |card| ask(&account(), WITH_PIN[0], card, &PinVerdict::Wrong);
    assert_eq!(
        wrong(KNOWN),
        "24              00920261124    120000AODK-710100|AACARD|AE|BLY|CQN|AFForkert lånernummer eller pinkode|"
    );
    assert_eq!(
        wrong(UNKNOWN),
        "24YYYY          00920261124    120000AODK-710100|AACARD|AE|BLN|CQN|AFForkert lånernummer eller pinkode|"
    );
    // Without a PIN nothing was guessed, and the screen may say what is wrong.
    let request = "2300920261124    120000AO|AACARD|AC|";
    assert_eq!(
        screen(&ask(&account(), request, UNKNOWN, &PinVerdict::NotGiven)),
        ["Ukendt lånernummer"]
    );
}

#[test]
fn an_account_that_conceals_patrons_answers_both_with_the_same_bytes() {
    let account = enabling(Account {
        conceal_patrons: true,
        require_pin: true,
        ..account()
    });
    for request in WITH_PIN {
        for pin in verdicts() {
            let known = ask(&account, request, KNOWN, &pin);
            assert_eq!(known, ask(&account, request, UNKNOWN, &pin), "{request}");
            assert!(!known.contains("BLY"), "{known}");
        }
        let without = request.replace("AD0000|", "").replace("AD|", "");
        let known = ask(&account, &without, KNOWN, &PinVerdict::NotGiven);
        assert_eq!(known, ask(&account, &without, UNKNOWN, &PinVerdict::NotGiven), "{without}");
        assert_eq!(screen(&known), screen(&ask(&account, request, KNOWN, &PinVerdict::Wrong)));
    }
    // They take no PIN, and tell no more for it.
    for request in [
        "01N20261124    120000AO|ALlost|AACARD|AC|",
        "3520261124    120000AO|AACARD|AC|AD0000|",
    ] {
        let known = ask(&account, request, KNOWN, &PinVerdict::NotGiven);
        assert_eq!(known, ask(&account, request, UNKNOWN, &PinVerdict::NotGiven), "{request}");
    }
}

#[test]
fn without_require_pin_a_concealing_account_still_learns_whether_a_card_is_valid() {
    let account = Account {
        conceal_patrons: true,
        ..account()
    };
    let request = "2300920261124    120000AO|AACARD|AC|";
    assert!(ask(&account, request, KNOWN, &PinVerdict::NotGiven).contains("BLY"));
    assert!(ask(&account, request, UNKNOWN, &PinVerdict::NotGiven).contains("BLN"));
}
