//! Conversations with a session, the desk played by hand: login, repeats, refusals, versions, prompts, maintenance.

use skranke_core::agency::{Agency, AgencyId};
use skranke_core::calendar::Calendar;
use skranke_core::circulation::{Refusal, Refused};
use skranke_core::desk::reply::{CheckedIn, CheckedOut, PatronReply, PatronSummary, Standing};
use skranke_core::desk::{Answer, Command, PinVerdict, Reply, Request};
use skranke_core::ids::{BranchId, CardNumber, ItemId, LoanId, PatronId};
use skranke_core::item::{Item, ItemState, Placement};
use skranke_core::library::Library;
use skranke_core::loan::Loan;
use skranke_core::money::{Currency, Money};
use skranke_core::policy::Rule;
use skranke_core::time::{TimeZone, Timestamp};
use skranke_sip2::codec::{Charset, Dialect, Terminator, trailer::checksum};
use skranke_sip2::message::types::Secret;
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{Directory, LoginStyle, Options};
use skranke_sip2::session::{CloseReason, Outcome, Session, Step};
use std::collections::BTreeMap;
use std::time::Duration;

pub fn now() -> Timestamp {
    "2026-11-24T11:00:00Z".parse().unwrap()
}

pub fn library() -> Library {
    let agency = Agency {
        id: AgencyId::parse("DK-710100"),
        name: "Byens Bibliotek".to_owned(),
        time_zone: TimeZone::get("Europe/Copenhagen").unwrap(),
        currency: Currency::DKK,
        language: "da".to_owned(),
        debt_limit: Money::new(20000, Currency::DKK),
        municipality: None,
        branches: BTreeMap::new(),
        calendar: Calendar::default(),
        categories_by_age: Vec::new(),
    };
    Library {
        default_agency: agency.id.clone(),
        agencies: BTreeMap::from([(agency.id.clone(), agency.clone())]),
        unknown_agency: agency,
        rules: Vec::new(),
        fallback_rule: Rule::default(),
    }
}

pub fn account() -> Account {
    Account {
        login: "term1".to_owned(),
        password: Some(Secret::new("hemmelig")),
        branch: Some("BYEN".into()),
        timeout_period: 50,
        ..Account::default()
    }
}

pub fn directory_of(account: Account, options: Options) -> Directory {
    Directory::new(vec![account], Vec::new(), options, &library(), [7; 32]).unwrap()
}

pub fn standing() -> Standing {
    Standing {
        denied: BTreeMap::new(),
        card_lost: false,
        too_many_loans: false,
        too_many_overdue: false,
        too_much_debt: false,
        loans: 3,
        overdue: 0,
        holds: 0,
        owed: Money::new(0, Currency::DKK),
        debt_limit: Money::new(20000, Currency::DKK),
        loan_limit: 100,
        hold_limit: 20,
        overdue_limit: Some(10),
    }
}

pub fn patron() -> PatronSummary {
    PatronSummary {
        card: Some(CardNumber::new("1234567890")),
        name: "Åse Hansen".to_owned(),
        language: Some("da".to_owned()),
        standing: standing(),
    }
}

pub fn item() -> Item {
    Item {
        id: ItemId(1),
        agency: AgencyId::parse("DK-710100"),
        barcode: "3900001".into(),
        bib: skranke_core::ids::BibId(1),
        control_number: "12345678".into(),
        bib_agency: AgencyId::parse("DK-710100"),
        title: "Blå himmel".to_owned(),
        author: String::new(),
        coded: skranke_core::bib::CodedData::default(),
        placement: Placement {
            branch: "HOVED".into(),
            department: Some("Voksen".to_owned()),
            location: None,
            sublocation: None,
            section: None,
        },
        issue: None,
        call_number: None,
        material_group: "standard".into(),
        media_type: 1,
        loan_restriction: None,
        price: None,
        accession_date: None,
        note: None,
        properties: None,
        state: ItemState::Available,
        current_branch: "BYEN".into(),
        tied_to: None,
    }
}

pub fn answered<T>(result: Result<T, Refusal>) -> Answer<T> {
    Answer {
        patron: Some(patron()),
        pin: PinVerdict::NotGiven,
        item: Some(item()),
        due: Some("2026-12-22T22:59:00Z".parse().unwrap()),
        at: now(),
        result: result.map_err(Refused::because),
    }
}

pub fn loan() -> Loan {
    Loan {
        id: LoanId(1),
        item: ItemId(1),
        patron: Some(PatronId(1)),
        made: now(),
        due: "2026-12-22T22:59:00Z".parse().unwrap(),
        renewals: 0,
        branch: "BYEN".into(),
        terminal: "term1".to_owned(),
        closed: None,
        recalled: None,
    }
}

/// A desk that lends, takes back, and knows one patron.
fn desk(request: &Request) -> Reply {
    match &request.command {
        Command::CheckOut(command) if command.item.as_str() == "3900009" => {
            let refusal = Refusal::FeeNotAcknowledged {
                kind: skranke_core::account::FeeKind::Rental,
                amount: Money::new(2500, Currency::DKK),
            };
            Reply::CheckOut(Box::new(answered(Err(refusal))))
        }
        Command::CheckOut(_) => Reply::CheckOut(Box::new(answered(Ok(CheckedOut {
            loan: loan(),
            renewed: false,
            fee: None,
            repeated: false,
        })))),
        Command::CheckIn(_) => Reply::CheckIn(Box::new(answered(Ok(CheckedIn {
            loan: Some(loan()),
            borrower: Some((CardNumber::new("1234567890"), "Åse Hansen".to_owned())),
            destination: BranchId::from("HOVED"),
            alert: Some(skranke_core::desk::reply::Alert::SendHome),
            caught: None,
            fee: None,
        })))),
        Command::PatronInformation { who, .. } => Reply::Patron(Box::new(PatronReply {
            pin: if who.pin.is_some() {
                PinVerdict::Wrong
            } else {
                PinVerdict::NotGiven
            },
            patron: (who.card.reveal() == "1234567890").then(patron),
            facts: None,
        })),
        other => panic!("{other:?}"),
    }
}

pub struct Line {
    pub session: Session,
    pub directory: Directory,
    pub now: Timestamp,
    asked: usize,
}

impl Line {
    pub fn new(account: Account, options: Options) -> Self {
        let directory = directory_of(account, options);
        let session = Session::new(&directory, None, Box::new(|_| true));
        Self {
            session,
            directory,
            now: now(),
            asked: 0,
        }
    }

    fn logged_in() -> Self {
        let mut line = Self::new(account(), Options::default());
        assert_eq!(line.text("9300CNterm1|COhemmelig|CPBYEN|"), "941");
        line
    }

    fn step(&mut self, text: &str) -> Step {
        let step = self.session.receive(format!("{text}\r").as_bytes(), &self.directory, self.now);
        match step {
            Step::Ask(request) => {
                self.asked += 1;
                Step::Reply(self.session.answer(&desk(&request), &self.directory, self.now))
            }
            other => other,
        }
    }

    pub fn text(&mut self, text: &str) -> String {
        match self.step(text) {
            Step::Reply(bytes) => String::from_utf8(bytes).unwrap().trim_end_matches('\r').to_owned(),
            other => panic!("{text}: {other:?}"),
        }
    }

    /// With error detection on both ways.
    fn checked(&mut self, text: &str, digit: u8) -> String {
        let summed = format!("{text}AY{digit}AZ");
        let sum = checksum(summed.as_bytes());
        self.text(&format!("{summed}{sum:04X}"))
    }
}

#[test]
fn login_status_loan_and_return_go_as_in_the_sample() {
    let mut line = Line::new(account(), Options::default());
    assert_eq!(line.text("9300CNterm1|COhemmelig|CPBYEN|AY0AZF446"), "941AY0AZFDFD");
    assert_eq!(
        line.text("9900802.00AY1AZFCA0"),
        with_sum("98YYYYYY05000320261124    1200002.00AODK-710100|AMByens Bibliotek|BXYYYYYYYYYYYYNYYY|ANBYEN|AY1AZ")
    );
    assert_eq!(
        line.text("11YN20261124    120000                  AODK-710100|AA1234567890|AB3900001|AC|BON|BIN|AY5AZEC10"),
        with_sum("121NNY20261124    120000AODK-710100|AA1234567890|AB3900001|AJBlå himmel|AH20261222    235900|CIN|CK001|AY5AZ")
    );
    assert_eq!(
        line.text("11YN20261124    120000                  AODK-710100|AA1234567890|AB3900009|AC|BON|BIN|AY6AZEC07"),
        with_sum(
            "120NNN20261124    120000AODK-710100|AA1234567890|AB3900009|AJBlå himmel|AH|BT06|BHDKK|BV25.00|CK001|BLY|AFLånet koster 25,00 kr.|AY6AZ"
        )
    );
    assert_eq!(
        line.text("09N20261124    12000020261124    120000APBYEN|AODK-710100|AB3900001|AC|AY7AZEEEB"),
        with_sum("101YNY20261124    120000AODK-710100|AB3900001|AQHOVED|AJBlå himmel|AA1234567890|CK001|AFHører til på HOVED|AY7AZ")
    );
}

fn with_sum(text: &str) -> String {
    format!("{text}{:04X}", checksum(text.as_bytes()))
}

#[test]
fn a_repeated_loan_gets_the_stored_answer_and_a_repeated_question_a_new_one() {
    let mut line = Line::logged_in();
    let loan = "11YN20261124    120000                  AO|AA1234567890|AB3900001|AC|";
    let first = line.checked(loan, 1);
    assert_eq!(line.checked(loan, 1), first);
    assert_eq!((line.asked, line.session.exchange().outcome), (1, Outcome::Replayed));
    line.now += Duration::from_secs(61);
    line.checked(loan, 1);
    assert_eq!(line.asked, 2, "past the window it is a new message");
    line.checked(loan, 2);
    assert_eq!(line.asked, 3, "another digit is another message");
    let question = "2300920261124    120000AO|AA1234567890|AC|";
    line.checked(question, 1);
    line.checked(question, 1);
    assert_eq!(line.asked, 5);
}

#[test]
fn repeats_on_another_connection_have_the_same_key_with_or_without_trailer() {
    let key = |text: &str| {
        let mut line = Line::logged_in();
        match line.session.receive(format!("{text}\r").as_bytes(), &line.directory, now()) {
            Step::Ask(request) => request.resend.into_iter().map(|r| (r.key, r.window)).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        }
    };
    let loan = "11YN20261124    120000                  AO|AA1234567890|AB3900001|AC|";
    let summed = format!("{loan}AY3AZ");
    assert_eq!(key(loan), key(&with_sum(&summed)));
    assert_ne!(key(loan), key(&loan.replace("120000", "120001")));
    assert_eq!(key(loan)[0].1, Duration::from_secs(60));
    let pay = "3720261124    1200000402DKKBV20.00|AODK-710100|AA1234567890|BKterm1-000123|";
    let later = pay.replace("120000", "130000");
    assert_ne!(key(pay)[0], key(&later)[0]);
    assert_eq!(key(pay)[1], key(&later)[1], "the payment's own number outlives the message");
    assert!(key("1720261124    120000AO|AB1|").is_empty());
    assert!(!format!("{:?}", key(pay)).contains("1234567890"));
}

#[test]
fn a_bad_checksum_gets_96_and_97_the_last_answer() {
    let mut line = Line::logged_in();
    assert_eq!(line.text("97AZFEF5"), "941");
    let question = "2300920261124    120000AO|AA1234567890|AC|";
    let answer = line.checked(question, 4);
    assert_eq!(line.text("2300920261124    120000AO|AA1234567890|AC|AY5AZ0000"), "96AZFEF6");
    assert_eq!(line.session.exchange().outcome, Outcome::Malformed);
    assert_eq!(line.text("97AZFEF5"), answer);
    let mut fresh = Line::new(account(), Options::default());
    assert_eq!(fresh.text("97AZFEF5"), "96AZFEF6");
    assert_eq!(fresh.text("97"), "96");
}

#[test]
fn wrong_logins_wait_longer_each_time_and_then_end() {
    let mut line = Line::new(account(), Options::default());
    for (text, delay) in [("9300CNterm1|COwrong|", 1), ("9300CNnobody|COhemmelig|", 2)] {
        match line.step(text) {
            Step::ReplyAfter(bytes, wait) => assert_eq!((bytes.as_slice(), wait.as_secs()), (&b"940\r"[..], delay)),
            other => panic!("{other:?}"),
        }
    }
    assert!(matches!(line.step("9310CNterm1|COhemmelig|"), Step::ReplyAndClose(bytes, CloseReason::LoginFailures) if bytes == b"940\r"));
}

#[test]
fn nothing_is_executed_before_login() {
    let mut line = Line::new(account(), Options::default());
    assert!(line.text("9900302.00").starts_with("98Y"));
    assert!(matches!(
        line.step("1720261124    120000AO|AB1|"),
        Step::Close(CloseReason::NotLoggedIn)
    ));
    assert_eq!(line.asked, 0);
}

#[test]
fn a_second_login_that_fails_logs_out() {
    let mut line = Line::logged_in();
    assert_eq!(line.session.login(), Some("term1"));
    assert!(matches!(line.step("9300CNterm1|COwrong|"), Step::ReplyAfter(..)));
    assert_eq!(line.session.login(), None);
    assert!(matches!(line.step("1720261124    120000AO|AB1|"), Step::Close(_)));
}

#[test]
fn unknown_commands_are_met_with_silence_and_then_the_end() {
    let mut line = Line::logged_in();
    for _ in 0..9 {
        assert!(matches!(line.step("77whatever"), Step::Silence));
    }
    assert!(matches!(line.step("77"), Step::Close(CloseReason::UnknownCommands)));
}

#[test]
fn every_refusal_is_a_well_formed_answer() {
    let mut line = Line::logged_in();
    for (text, answer) in [
        ("11", "120NUN20261124    120000AODK-710100|AA|AB|AJ|AH|AFOplysninger mangler|"),
        ("09", "100NUY20261124    120000AODK-710100|AB|AQ|AFOplysninger mangler|"),
        (
            "2520261124    120000AO|AA1|",
            "26YYYY          00020261124    120000AODK-710100|AA1|AE|BLN|AFAutomaten må ikke dette|",
        ),
        (
            "3720261124    1200000402XX1BV20.00|AO|AA1|",
            "38N20261124    120000AODK-710100|AA1|AFValutaen modtages ikke|",
        ),
        (
            "15?20261124    120000AO|AA1|AB2|",
            "160N20261124    120000AODK-710100|AA1|AB2|AFOplysninger mangler|",
        ),
        (
            "29NN20261124    120000                  AO|AA1|",
            "300NUN20261124    120000AODK-710100|AA1|AB|AJ|AH|AFOplysninger mangler|",
        ),
        ("3520261124    120000AO|AA1|", "36Y20261124    120000AODK-710100|AA1|"),
        ("17", "1801010120261124    120000AB|AJ|AFUkendt materiale|"),
        (
            "2300120261124    120000AO|AA999|AC|AD1|",
            "24YYYY          00120261124    120000AODK-710100|AA999|AE|BLN|CQN|AFWrong card number or PIN|",
        ),
        (
            "2300920261124    120000AO|AA1234567890|AC|AD1|",
            "24              00920261124    120000AODK-710100|AA1234567890|AE|BLY|CQN|AFForkert lånernummer eller pinkode|",
        ),
    ] {
        assert_eq!(line.text(text), answer, "{text}");
    }
}

#[test]
fn a_fault_is_the_messages_own_negative_answer_and_may_be_tried_again() {
    let mut line = Line::logged_in();
    let loan = with_sum("11YN20261124    120000                  AO|AA1234567890|AB3900001|AC|AY1AZ");
    for _ in 0..2 {
        assert!(matches!(
            line.session.receive(format!("{loan}\r").as_bytes(), &line.directory, now()),
            Step::Ask(_)
        ));
        let bytes = line.session.fault(&line.directory, now());
        let text = String::from_utf8(bytes).unwrap();
        assert!(
            text.starts_with("120NUN20261124    120000AODK-710100|AA1234567890|AB3900001|AJ|AH|AFSystemfejl"),
            "{text}"
        );
    }
    assert_eq!(line.session.exchange().outcome, Outcome::Fault);
}

#[test]
fn a_terminal_of_version_one_hears_only_what_it_knows() {
    let directory = directory_of(account(), Options::default());
    let session = Session::new(&directory, Some("term1"), Box::new(|_| true));
    let mut line = Line {
        session,
        directory,
        now: now(),
        asked: 0,
    };
    assert_eq!(
        line.text("9900301.00"),
        "98YYYYYY05000320261124    1200001.00AODK-710100|AMByens Bibliotek|ANBYEN|"
    );
    assert_eq!(
        line.text("2300920261124    120000AO|AA1234567890|AC|"),
        "24              00920261124    120000AODK-710100|AA1234567890|AE|AFForkert pinkode|"
    );
    assert!(matches!(line.step("6300920261124    120000          AO|AA1|"), Step::Silence));
}

#[test]
fn a_login_by_93_keeps_version_two_whatever_99_says() {
    let mut line = Line::logged_in();
    assert!(line.text("9900301.00").contains("|BX"));
}

#[test]
fn prompts_let_in_without_93() {
    let options = Options {
        login: LoginStyle::Prompt,
        ..Options::default()
    };
    let mut line = Line::new(account(), options);
    assert_eq!(line.session.greeting(), b"login: ");
    let heard = |line: &mut Line, bytes: &[u8]| line.session.receive(bytes, &line.directory, now());
    assert!(matches!(heard(&mut line, b"\xFF\xFB\x1Fterm1\r"), Step::Reply(b) if b == b"password: "));
    assert!(matches!(heard(&mut line, b"\n"), Step::Nothing));
    assert!(matches!(heard(&mut line, b"wrong\r\0"), Step::ReplyAfter(b, _) if b.ends_with(b"login: ")));
    assert!(matches!(heard(&mut line, b"term1\n"), Step::Reply(_)));
    assert!(matches!(heard(&mut line, b"hemmelig\n"), Step::Reply(b) if b.starts_with(b"Login OK")));
    assert!(line.text("9900302.00").starts_with("98Y"));
}

#[test]
fn maintenance_is_told_once_at_its_beginning_and_once_at_its_end() {
    let mut line = Line::logged_in();
    line.directory.maintenance = true;
    assert!(line.text("3520261124    120000AO|AA1|").starts_with("98N"));
    assert!(line.text("3520261124    120000AO|AA1|").starts_with("36Y"));
    line.directory.maintenance = false;
    assert!(line.text("3520261124    120000AO|AA1|").starts_with("98Y"));
    assert!(line.text("3520261124    120000AO|AA1|").starts_with("36Y"));
}

#[test]
fn each_terminal_is_answered_in_its_own_dialect() {
    let account = Account {
        charset: Some(Charset::Cp850),
        terminator: Terminator::CrLf,
        hide_fields: vec![*b"AM"],
        ..account()
    };
    let options = Options {
        delimiter: '^',
        ..Options::default()
    };
    let mut line = Line::new(account, options);
    assert!(matches!(line.step("9300CNterm1^COhemmelig^"), Step::Reply(b) if b == b"941\r\n"));
    assert_eq!(
        line.session.dialect(&line.directory),
        Dialect {
            charset: Charset::Cp850,
            delimiter: b'^'
        }
    );
    match line.step("2300920261124    120000AO^AA999^AC^") {
        Step::Reply(bytes) => assert!(bytes.ends_with(b"AFUkendt l\x86nernummer^\r\n")),
        other => panic!("{other:?}"),
    }
    assert!(!line.text("9900302.00").contains("AM"));
}
