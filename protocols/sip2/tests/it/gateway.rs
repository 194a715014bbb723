//! The gateway's tables as pages to read, and the answers that hang on them: lists, doors, sorters, foreign items.

use crate::session::{Line, account, answered, item, library, loan, now, patron, standing};
use skranke_core::account::{Fee, FeeKind};
use skranke_core::agency::AgencyId;
use skranke_core::block::Activity;
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::reply::{Alert, Caught, CheckedIn, HoldDone, Paid, PatronReply, RenewedAll, Standing};
use skranke_core::desk::{Answer, Command, PinVerdict, Reply, Role};
use skranke_core::hold::{Hold, HoldScope, HoldState};
use skranke_core::ids::{BibId, BranchId, CardNumber, FeeId, HoldId, ItemId, PatronId};
use skranke_core::item::{Item, ItemState};
use skranke_core::money::{Currency, Money};
use skranke_core::patron::{Contact, Patron, PatronKind};
use skranke_core::ports::{HoldLine, LoanLine, PatronFacts, PatronTotals};
use skranke_core::time::TimeZone;
use skranke_sip2::codec::tables;
use skranke_sip2::gateway::extensions::Profile;
use skranke_sip2::gateway::sort::SortProfile;
use skranke_sip2::gateway::{alert, refusal, screen, status};
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{Directory, Options};
use skranke_sip2::session::{Session, Step};
use std::fmt::Write as _;
use std::sync::Arc;

fn kroner(n: i64) -> Money {
    Money::new(n * 100, Currency::DKK)
}

fn every_refusal() -> Vec<Refusal> {
    let blocked = |code| Refusal::Blocked {
        code,
        message: "for staff only".to_owned(),
        stops: Activity::Borrow,
    };
    let day = jiff::civil::date(2026, 11, 1);
    vec![
        Refusal::UnknownPatron,
        Refusal::UnknownItem,
        Refusal::UnknownBib,
        Refusal::WrongPin,
        Refusal::PinLocked { until: now() },
        blocked('O'),
        blocked('U'),
        blocked('F'),
        blocked('E'),
        blocked('S'),
        blocked('W'),
        blocked('D'),
        blocked('x'),
        Refusal::CardExpired { on: day },
        Refusal::DebtLimit {
            owed: kroner(250),
            limit: kroner(200),
        },
        Refusal::LoanLimit { have: 50, max: 50 },
        Refusal::HoldLimit { have: 10, max: 10 },
        Refusal::OverdueLimit { have: 4, max: 3 },
        Refusal::AgeLimit { min: 15 },
        Refusal::NotResident,
        Refusal::OutsideHours,
        Refusal::NotForLoan,
        Refusal::StaffMustDecide,
        Refusal::NotAvailable,
        Refusal::OnLoanToAnother,
        Refusal::AlreadyBorrowed,
        Refusal::HeldForAnother,
        Refusal::FeeNotAcknowledged {
            kind: FeeKind::Rental,
            amount: kroner(25),
        },
        Refusal::NotOnLoan,
        Refusal::NotYourLoan,
        Refusal::RenewalLimit { max: 3 },
        Refusal::Reserved,
        Refusal::NotHoldable,
        Refusal::AlreadyReserved { position: 2 },
        Refusal::AlreadyOnLoanToPatron,
        Refusal::NoCopies,
        Refusal::UnknownHold,
        Refusal::UnknownPickup,
        Refusal::DatePassed,
        Refusal::UnknownFee,
        Refusal::WrongCurrency,
        Refusal::BadAmount,
        Refusal::Overpayment { owed: kroner(20) },
        Refusal::NothingToUndo,
        Refusal::TerminalMayNot,
        Refusal::Incomplete,
    ]
}

#[test]
fn every_refusal_has_a_text_in_every_language() {
    let zone = TimeZone::get("Europe/Copenhagen").unwrap();
    let mut page = String::new();
    for refusal in every_refusal() {
        writeln!(page, "{}", refusal::key(&refusal)).unwrap();
        for language in ["da", "en", "sv", "nb", "de", "fi", "fr"] {
            let text = refusal::text(&refusal, screen::of(language).unwrap(), &zone);
            assert!(!text.contains(['{', '_']) && !text.contains("staff only"), "{language}: {text}");
            writeln!(page, "    {language} {text}").unwrap();
        }
    }
    insta::assert_snapshot!("refusals", page);
}

#[test]
fn states_alerts_and_standings_become_codes() {
    let mut page = String::from("item state\n");
    let to = BranchId::from("vest");
    for state in [
        ItemState::Available,
        ItemState::OnLoan,
        ItemState::OnHoldShelf,
        ItemState::InTransit { to },
        ItemState::InProcess,
        ItemState::OnOrder,
        ItemState::Reshelving,
        ItemState::ClaimedReturned,
        ItemState::Lost,
        ItemState::Missing,
        ItemState::Unavailable,
        ItemState::Withdrawn,
    ] {
        let code = status::circulation(&state, false);
        writeln!(page, "    {state:?}: {code:02} {}", tables::CIRCULATION_STATUS.name(code).unwrap()).unwrap();
    }
    writeln!(page, "    called back: {:02}", status::circulation(&ItemState::OnLoan, true)).unwrap();
    page.push_str("alert\n");
    for case in [
        Alert::HoldHere,
        Alert::HoldElsewhere,
        Alert::InterLibrary,
        Alert::SendHome,
        Alert::Found,
    ] {
        let row = alert::row(case);
        writeln!(
            page,
            "    {case:?}: CV{:02} {}, tells who waits: {}",
            row.cv, row.text, row.tells_patron
        )
        .unwrap();
    }
    page.push_str("standing, at an automat | at a door\n");
    let denied = |activities: &[Activity], why: Refusal| {
        let mut standing = standing();
        for activity in activities {
            standing.denied.insert(*activity, vec![why.clone()]);
        }
        standing
    };
    let excluded = Refusal::Blocked {
        code: 'U',
        message: String::new(),
        stops: Activity::Borrow,
    };
    let all = [Activity::Borrow, Activity::Renew, Activity::Reserve, Activity::OpenDoor];
    let cases: [(&str, Standing); 6] = [
        ("nothing", standing()),
        ("excluded", denied(&all, excluded.clone())),
        (
            "loan limit",
            Standing {
                too_many_loans: true,
                ..denied(&[Activity::Borrow], Refusal::LoanLimit { have: 50, max: 50 })
            },
        ),
        ("hold limit", denied(&[Activity::Reserve], Refusal::HoldLimit { have: 10, max: 10 })),
        (
            "debt",
            Standing {
                too_much_debt: true,
                ..denied(
                    &all,
                    Refusal::DebtLimit {
                        owed: kroner(250),
                        limit: kroner(200),
                    },
                )
            },
        ),
        (
            "card lost",
            Standing {
                card_lost: true,
                ..denied(
                    &[
                        Activity::LogIn,
                        Activity::Borrow,
                        Activity::Renew,
                        Activity::Reserve,
                        Activity::OpenDoor,
                    ],
                    excluded,
                )
            },
        ),
    ];
    for (name, standing) in cases {
        let told = |role| {
            let told = status::patron(&standing, role);
            format!("{:?} BL{}", told.status, if told.valid { 'Y' } else { 'N' })
        };
        writeln!(page, "    {name}: {} | {}", told(Role::Automat), told(Role::Door)).unwrap();
    }
    insta::assert_snapshot!("codes", page);
}

/// A session of a terminal with this account, and what it is answered where the desk says this.
pub fn told(account: Account, request: &str, reply: Reply) -> String {
    told_with_sorting(account, Vec::new(), request, reply)
}

fn told_with_sorting(account: Account, sorting: Vec<SortProfile>, request: &str, reply: Reply) -> String {
    let directory = Directory::new(vec![account], sorting, Options::default(), &library(), [7; 32]).unwrap();
    let mut session = Session::new(&directory, Some("term1"), Box::new(|_| true));
    let step = session.receive(format!("{request}\r").as_bytes(), &directory, now());
    let Step::Ask(_) = step else { panic!("{step:?}") };
    let bytes = session.answer(&reply, &directory, now());
    String::from_utf8(bytes).unwrap().trim_end_matches('\r').to_owned()
}

fn hold(id: i64, state: HoldState) -> Hold {
    Hold {
        id: HoldId(id),
        patron: PatronId(1),
        agency: AgencyId::parse("DK-710100"),
        bib: BibId(1),
        scope: HoldScope::AnyCopy,
        parallel: None,
        placed: now(),
        activates: None,
        expires: Some(jiff::civil::date(2027, 2, 24)),
        pickup: "VEST".into(),
        pause: None,
        state,
    }
}

pub fn facts() -> PatronFacts {
    let line = |n: i64, due: &str| {
        let item = Item {
            id: ItemId(n),
            barcode: format!("390000{n}").as_str().into(),
            title: format!("Bind {n}"),
            ..item()
        };
        let mut loan = loan();
        loan.due = due.parse().unwrap();
        loan.recalled = (n == 3).then(now);
        LoanLine {
            loan,
            item,
            queue: Vec::new(),
        }
    };
    let wait = |n, state, barcode: Option<&str>| HoldLine {
        hold: hold(n, state),
        control_number: "12345678".into(),
        title: "Blå himmel".to_owned(),
        barcode: barcode.map(Into::into),
        item: None,
        position: 1,
    };
    let ready = HoldState::Ready {
        item: ItemId(9),
        until: now(),
        pickup_number: 17,
    };
    PatronFacts {
        patron: Patron {
            id: PatronId(4711),
            agency: AgencyId::parse("DK-710100"),
            cards: vec![CardNumber::new("1234567890")],
            national_number: None,
            pin: None,
            name: "Åse Hansen".to_owned(),
            kind: PatronKind::Person,
            category: "adult".into(),
            branch: Some("BYEN".into()),
            contact: Contact {
                address: vec!["Algade 1".to_owned(), "8799 Fjordby".to_owned()],
                emails: vec![("aase@example.org".to_owned(), true)],
                phones: Vec::new(),
            },
            language: Some("da".to_owned()),
            birth_date: Some(jiff::civil::date(1980, 5, 1)),
            municipality: None,
            guardian: None,
            expires: None,
            blocks: Vec::new(),
            fee_limit: None,
            keep_history: false,
            pause: None,
            protected_address: false,
        },
        totals: PatronTotals::default(),
        loans: vec![
            line(1, "2026-11-01T22:59:00Z"),
            line(2, "2026-12-01T22:59:00Z"),
            line(3, "2026-12-02T22:59:00Z"),
        ],
        holds: vec![
            wait(1, ready, Some("3900009")),
            wait(2, HoldState::Waiting, None),
            wait(3, HoldState::InTransit { item: ItemId(8) }, Some("3900008")),
        ],
        fees: vec![Fee {
            id: FeeId(77),
            patron: PatronId(4711),
            kind: FeeKind::Overdue,
            amount: kroner(60),
            paid: 2050,
            raised: now(),
            text: "Bind 7".to_owned(),
            items: Vec::new(),
            loans: Vec::new(),
            occasion: None,
        }],
        pin_failures: Vec::new(),
    }
}

pub fn known(pin: PinVerdict, facts: Option<PatronFacts>) -> Reply {
    Reply::Patron(Box::new(PatronReply {
        pin,
        patron: Some(patron()),
        facts: facts.map(Arc::new),
    }))
}

#[test]
fn patron_information_counts_all_and_lists_what_is_asked_for() {
    let ask = |summary: &str, more: &str| {
        let request = format!("6300920261124    120000{summary}AO|AA1234567890|AD1234|{more}");
        told(account(), &request, known(PinVerdict::Right, Some(facts())))
    };
    let head = "64              00920261124    120000000100010003000100010002AODK-710100|AA1234567890|AEÅse Hansen|BZ0020|CA0010|CB0100|BLY|CQY|BHDKK|BV0.00|CC200.00|";
    let tail = "BDAlgade 1, 8799 Fjordby|BEaase@example.org|";
    for (summary, more, lists) in [
        ("          ", "", ""),
        ("Y         ", "", "AS3900009|"),
        (" Y        ", "", "AT3900001|"),
        ("  Y       ", "", "AU3900001|AU3900002|AU3900003|"),
        ("  Y       ", "BP2|BQ2|", "AU3900002|"),
        ("  Y       ", "BP4|", ""),
        ("   Y      ", "", "AV77 39.50 Bind 7|"),
        ("    Y     ", "", "BU3900003|"),
        ("     Y    ", "", "CDBlå himmel|CD3900008|"),
        ("YNNNNYNNNN", "", "AS3900009|CDBlå himmel|CD3900008|"),
    ] {
        assert_eq!(ask(summary, more), format!("{head}{lists}{tail}"), "{summary:?} {more}");
    }
}

#[test]
fn a_wrong_pin_tells_nothing_whatever_the_desk_gives() {
    for (pin, cq, text) in [
        (PinVerdict::Wrong, "CQN|", "Forkert lånernummer eller pinkode"),
        (
            PinVerdict::Locked { until: now() },
            "CQN|",
            "For mange forkerte pinkoder. Prøv igen efter kl. 12:00",
        ),
    ] {
        let request = "6300920261124    120000YYYYYY    AO|AA1234567890|AD9999|";
        let answer = told(account(), request, known(pin, Some(facts())));
        assert_eq!(
            answer,
            format!("64              00920261124    120000000000000000000000000000AODK-710100|AA1234567890|AE|BLY|{cq}AF{text}|")
        );
    }
}

#[test]
fn accounts_decide_how_much_of_a_patron_goes_out() {
    let account = Account {
        profile: Some(Profile::Envisionware),
        hide_fields: vec![*b"BD", *b"BE", *b"AE", *b"BV"],
        list_format: skranke_sip2::gateway::lists::ListFormat::BarcodeTitle,
        fine_template: "{id} \"{amount}\" \"{type_name}\" \"{text}\"".to_owned(),
        ..account()
    };
    let request = "6300920261124    120000  YY      AO|AA1234567890|BQ1|";
    assert_eq!(
        told(account, request, known(PinVerdict::NotGiven, Some(facts()))),
        "64              00920261124    120000000100010003000100010002AODK-710100|AA1234567890|AE|BZ0020|CA0010|CB0100|BLY|BHDKK|CC200.00|\
         AU3900001 Bind 1|AV77 \"39.50\" \"overdue\" \"Bind 7\"|AQBYEN|PB19800501|PCadult|PIY|XI4711|"
    );
}

fn returned(alert: Option<Alert>, destination: &str, caught: bool, item: Item) -> Reply {
    let state = HoldState::Ready {
        item: ItemId(1),
        until: now(),
        pickup_number: 17,
    };
    let done = CheckedIn {
        loan: Some(loan()),
        borrower: None,
        destination: destination.into(),
        alert,
        caught: caught.then(|| Caught {
            hold: hold(1, state),
            tied: true,
            card: Some(CardNumber::new("5550001")),
            name: "Bo Lund".to_owned(),
            phone: None,
        }),
        fee: None,
    };
    Reply::CheckIn(Box::new(Answer {
        item: Some(item),
        ..answered(Ok(done))
    }))
}

#[test]
fn sorters_learn_where_an_item_goes_and_for_whom() {
    let sorter = || Account {
        role: Role::Sorter,
        sort_profile: Some("main".to_owned()),
        hold_name_template: "{initials} {pickup_number}".to_owned(),
        ..account()
    };
    let profile = || -> SortProfile {
        toml::from_str(
            r#"
            name = "main"
            otherwise = "1"
            rules = [{ ill = true, bin = "7" }, { hold = true, bin = "2" }, { away = true, bin = "3" }]
            "#,
        )
        .unwrap()
    };
    let request = "09N20261124    12000020261124    120000APBYEN|AO|AB3900001|AC|";
    let foreign = Item {
        agency: AgencyId::parse("DK-820010"),
        ..item()
    };
    for (reply, tail) in [
        (returned(None, "BYEN", false, item()), "CL1|CK001|CRVoksen|"),
        (
            returned(Some(Alert::HoldHere), "BYEN", true, item()),
            "CL2|CK001|CRVoksen|CTBYEN|CV01|CY5550001|DABL 17|AFReserveret, hentes her|",
        ),
        (
            returned(Some(Alert::HoldElsewhere), "VEST", true, item()),
            "CL2|CK001|CRVoksen|CTVEST|CV02|CY5550001|DABL 17|AFReserveret til VEST|",
        ),
        (
            returned(Some(Alert::SendHome), "HOVED", false, item()),
            "CL3|CK001|CRVoksen|CTHOVED|CV04|AFHører til på HOVED|",
        ),
        (
            returned(Some(Alert::InterLibrary), "HOVED", false, foreign),
            "CL7|CK001|CRVoksen|CTDK-820010|CV03|AFFjernlån, sendes retur|",
        ),
    ] {
        let answer = told_with_sorting(sorter(), vec![profile()], request, reply);
        let rest = answer.split_once("AJBlå himmel|").unwrap().1;
        assert_eq!(rest, tail, "{answer}");
    }
    let unknown = || {
        Reply::CheckIn(Box::new(Answer {
            item: None,
            ..answered(Err(Refusal::UnknownItem))
        }))
    };
    let answer = told_with_sorting(sorter(), vec![profile()], request, unknown());
    assert_eq!(
        answer,
        "100NUY20261124    120000AODK-710100|AB3900001|AQ|CL1|CV99|AFUkendt materiale|"
    );
    let tagged = format!("{request}WSDK-820010|");
    let answer = told_with_sorting(sorter(), vec![profile()], &tagged, unknown());
    assert_eq!(
        answer,
        "100NUY20261124    120000AODK-710100|AB3900001|AQ|CL7|CTDK-820010|CV03|AFTilhører DK-820010|"
    );
}

#[test]
fn a_plain_automat_hears_of_an_alert_but_not_of_who_waits() {
    let request = "09N20261124    12000020261124    120000AP|AO|AB3900001|AC|";
    let answer = told(account(), request, returned(Some(Alert::HoldHere), "BYEN", true, item()));
    assert_eq!(
        answer,
        "101YNY20261124    120000AODK-710100|AB3900001|AQHOVED|AJBlå himmel|CK001|AFReserveret, hentes her|"
    );
}

#[test]
fn a_door_hears_only_its_own_rule() {
    let door = || Account {
        role: Role::Door,
        ..account()
    };
    let request = "2300920261124    120000AO|AA1234567890|AC|AD1234|";
    let with = |standing: Standing| {
        let mut patron = patron();
        patron.standing = standing;
        Reply::Patron(Box::new(PatronReply {
            pin: PinVerdict::Right,
            patron: Some(patron),
            facts: Some(Arc::new(facts())),
        }))
    };
    let mut at_limit = standing();
    at_limit.too_many_loans = true;
    at_limit
        .denied
        .insert(Activity::Borrow, vec![Refusal::LoanLimit { have: 9, max: 9 }]);
    assert!(
        told(door(), request, with(at_limit)).starts_with("24              009"),
        "a full bag opens the door"
    );
    let mut child = standing();
    child.denied.insert(Activity::OpenDoor, vec![Refusal::AgeLimit { min: 15 }]);
    assert_eq!(
        told(door(), request, with(child)),
        "24YYYY          00920261124    120000AODK-710100|AA1234567890|AE|BLN|CQY|AFDu skal være fyldt 15 år|"
    );
}

#[test]
fn holds_payments_and_renewals_are_told_as_the_digest_has_them() {
    let placed = |state| {
        Reply::Hold(Box::new(answered(Ok(HoldDone {
            hold: hold(1, state),
            position: 3,
            available: false,
            control_number: "12345678".into(),
            title: "Blå himmel".to_owned(),
            count: 1,
        }))))
    };
    let request = "15+20261124    120000BW20270224    235900|BSVEST|BY2|AO|AA1234567890|AD1234|AJ870970-basis:12345678|AC|BON|";
    assert_eq!(
        told(account(), request, placed(HoldState::Waiting)),
        "161N20261124    120000BW20270224    235900|BR3|BSVEST|AODK-710100|AA1234567890|AJ870970-basis:12345678|"
    );
    let again = Reply::Hold(Box::new(answered(Err(Refusal::AlreadyReserved { position: 2 }))));
    assert_eq!(
        told(account(), request, again),
        "160N20261124    120000BR2|BSVEST|AODK-710100|AA1234567890|AJ870970-basis:12345678|AFDu har allerede reserveret; du er nummer 2|"
    );
    let paid = || {
        Reply::Paid(Box::new(answered(Ok(Paid {
            fees: Vec::new(),
            booked: Vec::new(),
            owed: kroner(0),
        }))))
    };
    let pay = "3720261124    1200000402DKKBV20,00|AO|AA1234567890|";
    assert_eq!(
        told(account(), &format!("{pay}BKterm1-000123|"), paid()),
        "38Y20261124    120000AODK-710100|AA1234567890|BKterm1-000123|"
    );
    let ours = told(account(), pay, paid());
    assert_eq!(ours, told(account(), pay, paid()), "a repeat gets the same number");
    assert!(ours.contains("|BK"), "{ours}");
    let all = Reply::RenewAll(Box::new(answered(Ok(RenewedAll {
        renewed: vec![(item(), now())],
        unrenewed: vec![(item(), Refused::because(Refusal::Reserved))],
    }))));
    let reasons = Account {
        unrenewed_reason: true,
        ..account()
    };
    assert_eq!(
        told(reasons, "6520261124    120000AO|AA1234567890|AC|", all),
        "6610001000120261124    120000AODK-710100|BM3900001|BN3900001 Reserveret af andre|"
    );
    let refused = Reply::Renew(Box::new(answered(Err(Refusal::RenewalLimit { max: 3 }))));
    assert_eq!(
        told(
            account(),
            "29NN20261124    120000                  AO|AA1234567890|AB3900001|",
            refused
        ),
        "300NNN20261124    120000AODK-710100|AA1234567890|AB3900001|AJBlå himmel|AH20261222    235900|CK001|BLY|AFKan højst fornyes 3 gange|"
    );
}

#[test]
fn requests_become_commands_in_the_librarys_words() {
    let mut line = Line::new(
        Account {
            case_insensitive_ids: true,
            fee_type_narrows: true,
            ..account()
        },
        Options::default(),
    );
    line.session.receive(b"9300CNterm1|COhemmelig|\r", &line.directory, line.now);
    let mut command = |text: &str| match line.session.receive(format!("{text}\r").as_bytes(), &line.directory, line.now) {
        Step::Ask(request) => request.command,
        other => panic!("{other:?}"),
    };
    match command("11YY20261120    10000020261218    235900AO|AAabc|ABx1|AC|WS761500|") {
        Command::CheckOut(lent) => {
            assert_eq!((lent.who.card.reveal(), lent.item.as_str()), ("ABC", "X1"));
            let happened = lent.already_happened.unwrap();
            assert_eq!(happened.at.to_string(), "2026-11-20T09:00:00Z");
            assert_eq!(happened.due.unwrap().to_string(), "2026-12-18T22:59:00Z");
            assert!(lent.may_renew && lent.owner.unwrap().as_str() == "DK-761500");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        command("11NN20261120    100000                  AO|AA1|AB2|AC|BIY|"),
        Command::UndoCheckIn { .. }
    ));
    assert!(matches!(
        command("09N20261120    10000020261120    100000AP|AO|AB2|AC|BIY|"),
        Command::UndoCheckOut { .. }
    ));
    match command("09N20261120    100000                  APnowhere|AO|AB2|AC|WSDK-710101|") {
        Command::CheckIn(back) => {
            assert_eq!(back.branch, None, "a place that nobody knows is not believed");
            assert_eq!(back.owner, None, "one of our own branches");
            assert_eq!(
                back.returned.unwrap().to_string(),
                "2026-11-20T09:00:00Z",
                "a blank return date is the transaction's"
            );
        }
        other => panic!("{other:?}"),
    }
    match command("3720261124    1200000402   BV20,00|AO|AA1|CG77 39.50 Bind 7|") {
        Command::PayFee(paid) => {
            assert_eq!(paid.amount, Some(kroner(20)));
            assert_eq!(
                (paid.fee, paid.kind, paid.payment_type),
                (Some(FeeId(77)), Some(FeeKind::Overdue), 2)
            );
        }
        other => panic!("{other:?}"),
    }
    match command("15*20261124    120000BY4|BSVEST|AO|AA1|AJ12345678|") {
        Command::ChangeHold { pickup, expires, .. } => assert_eq!((pickup, expires), (Some("VEST".into()), None)),
        other => panic!("{other:?}"),
    }
    assert!(matches!(command("9910802.00"), Command::ReportTerminal { kind: "paper_out" }));
}
