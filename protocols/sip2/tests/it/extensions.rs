//! Vendors' fields, digest 10: text in, text out.

use crate::gateway::{facts, known, told};
use crate::session::{account, answered, now};
use skranke_core::account::{Fee, FeeKind};
use skranke_core::desk::reply::Paid;
use skranke_core::desk::{PinVerdict, Reply};
use skranke_core::ids::{FeeId, PatronId};
use skranke_core::money::{Currency, Money};
use skranke_sip2::gateway::extensions::Profile;
use skranke_sip2::session::account::Account;

fn with(extensions: &str) -> Account {
    let text = format!("login = \"term1\"\npassword = \"x\"\nbranch = \"BYEN\"\nextensions = {extensions}");
    toml::from_str::<Account>(&text).unwrap()
}

fn gossip() -> Account {
    Account {
        profile: Some(Profile::Gossip),
        ..account()
    }
}

#[test]
fn single_extensions_go_out_where_an_account_names_them() {
    let request = "2300920261124    120000AO|AA1234567890|AC|AD1234|";
    let answer = told(with(r#"["24:BE", "24:BF"]"#), request, known(PinVerdict::Right, Some(facts())));
    assert!(answer.ends_with("BV0.00|BEaase@example.org|"), "{answer}");
    let wrong = told(with(r#"["24:BE"]"#), request, known(PinVerdict::Wrong, Some(facts())));
    assert!(!wrong.contains("BE"), "{wrong}");
}

#[test]
fn other_makers_names_for_what_is_known_of_a_patron() {
    let request = "6300920261124    120000          AO|AA1234567890|AD1234|";
    let all = r#"["64:BC", "64:PZ", "64:PX", "64:PY", "64:PT", "64:ZY", "64:PI"]"#;
    let mut patron = facts();
    patron.patron.expires = Some(jiff::civil::date(2026, 11, 23));
    let answer = told(with(all), request, known(PinVerdict::Right, Some(patron)));
    assert!(
        answer.ends_with("|PIY|BC19800501|PZ8799|PX20261123|PYY|PTadult|ZYadult|"),
        "{answer}"
    );
    let mut hidden = facts();
    hidden.patron.protected_address = true;
    let answer = told(with(all), request, known(PinVerdict::Right, Some(hidden)));
    assert!(!answer.contains("PZ") && answer.contains("|PYN|"), "{answer}");
}

#[test]
fn fees_in_detail_are_listed_where_asked_for_and_cut_as_any_list() {
    let ask = |account: Account, summary: &str, more: &str| {
        let request = format!("6300920261124    120000{summary}AO|AA1234567890|AD1234|{more}");
        let mut patron = facts();
        let second = Fee {
            id: FeeId(78),
            kind: FeeKind::Rental,
            paid: 0,
            ..patron.fees[0].clone()
        };
        patron.fees.push(second);
        told(account, &request, known(PinVerdict::Right, Some(patron)))
    };
    let (one, two) = (
        "FA77|FB39.50|FC20261124    120000|FD04|FE20.50|",
        "FA78|FB60.00|FC20261124    120000|FD06|FE0.00|",
    );
    assert!(ask(gossip(), "      Y   ", "").ends_with(&format!("|BEaase@example.org|{one}{two}")));
    assert!(ask(gossip(), "      Y   ", "BP2|BQ2|").ends_with(&format!("|BEaase@example.org|{two}")));
    assert!(
        ask(gossip(), "   Y      ", "").ends_with("|BEaase@example.org|"),
        "only where asked for"
    );
    assert!(
        ask(account(), "      Y   ", "").ends_with("|BEaase@example.org|"),
        "only where the profile has it"
    );
}

#[test]
fn a_payment_tells_what_became_of_each_fee() {
    let request = "3720261124    1200000402DKKBV20.00|AO|AA1234567890|CG77|BKterm1-1|";
    let reply = || {
        let fee = Fee {
            id: FeeId(77),
            patron: PatronId(1),
            kind: FeeKind::Overdue,
            amount: Money::new(6000, Currency::DKK),
            paid: 2000,
            raised: now(),
            text: String::new(),
            items: Vec::new(),
            loans: Vec::new(),
            occasion: None,
        };
        Reply::Paid(Box::new(answered(Ok(Paid {
            booked: vec![(FeeId(77), 2000)],
            fees: vec![fee],
            owed: Money::new(4000, Currency::DKK),
        }))))
    };
    let head = "38Y20261124    120000AODK-710100|AA1234567890|BKterm1-1|";
    assert_eq!(told(account(), request, reply()), head);
    assert_eq!(
        told(gossip(), request, reply()),
        format!("{head}FA77|FB40.00|FC20261124    120000|FD04|FE20.00|")
    );
}
