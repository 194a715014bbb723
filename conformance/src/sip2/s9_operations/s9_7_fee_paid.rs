//! Section 9.7: fee paid. Each case that pays takes 0.01 off the debtor's debt, so that a run can be repeated.

use crate::sip2::{
    case::{Case, Trouble, Verdict, case, check, fail},
    facts::Card,
    subject::{Session, Subject},
    wire::Request,
};

/// The cases of section 9.7.
pub const CASES: &[Case] = &[
    case!("9.7", "a partial payment is booked exactly once", books_a_payment),
    case!(
        "9.7",
        "the same BK, patron and amount again, on another connection: same answer, no second booking",
        books_one_bk_once
    ),
    case!(
        "9.7",
        "without BK the same terminal, patron, amount and date is one payment",
        books_one_date_once
    ),
    case!("9.7", "BK is echoed", echoes_the_transaction),
    case!("9.7", "a comma for the decimal point is accepted", accepts_a_comma),
    case!(
        "9.7",
        "nothing, less than nothing, three decimals or no number is refused",
        refuses_bad_amounts
    ),
    case!("9.7", "another currency is refused", refuses_another_currency),
    case!(
        "9.7",
        "blank currency, fee type and payment type are the library's, 01 and 00",
        fills_in_blanks
    ),
    case!("9.7", "over-payment is refused, and no credit made", refuses_overpayment),
    case!("9.7", "a fee that is not the patron's is refused", refuses_an_unknown_fee),
    case!("9.7", "a fee named by CG is the one that is paid", pays_the_fee_named),
    case!("9.7", "an unknown patron is refused", refuses_an_unknown_patron),
    case!(
        "9.7",
        "every payment type of the table and beyond is accepted",
        accepts_payment_types
    ),
];

/// The debt in hundredths.
fn debt(session: &mut Session<'_>, card: &Card) -> Result<u64, Trouble> {
    let answer = session.information(card, "")?;
    let total = answer.field("BV").unwrap_or_default();
    match total.replace('.', "").parse() {
        Ok(debt) if total.contains('.') => Ok(debt),
        _ => fail(format!("BV is {total:?}")),
    }
}

/// Sends requests, then demands the number of hundredths the debt fell by.
fn debt_falls_by(lib: &Subject, card: &Card, cents: u64, requests: &[(Request, &str)]) -> Verdict {
    let before = debt(&mut lib.session()?, card)?;
    for (request, accepted) in requests {
        lib.session()?.ask(request)?.must_be("38")?.must_have("accepted", accepted)?;
    }
    let after = debt(&mut lib.session()?, card)?;
    check!(
        before.checked_sub(cents) == Some(after),
        "the debt was {before} and is {after} hundredths; {cents} should be gone"
    );
    Ok(())
}

fn books_a_payment(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let pay = lib.fee_paid(card, "0.01", Some(&lib.nonce()));
    debt_falls_by(lib, card, 1, &[(pay, "Y")])
}

fn books_one_bk_once(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let transaction = lib.nonce();
    let first = lib.fee_paid_on(&lib.hours_from_now(-1), card, "0.01", Some(&transaction));
    let second = lib.fee_paid_on(&lib.now(), card, "0.01", Some(&transaction));
    debt_falls_by(lib, card, 1, &[(first, "Y"), (second, "Y")])
}

fn books_one_date_once(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let date = lib.now();
    let pay = || lib.fee_paid_on(&date, card, "0.01", None);
    debt_falls_by(lib, card, 1, &[(pay(), "Y"), (pay().with("CP", ""), "Y")])
}

fn echoes_the_transaction(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let transaction = lib.nonce();
    let answer = lib.session()?.ask(&lib.fee_paid(card, "0.01", Some(&transaction)))?.must_be("38")?;
    answer.must_have("accepted", "Y")?;
    answer.must_carry("BK", &transaction)?;
    answer.must_carry("AA", &card.number)
}

fn accepts_a_comma(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let pay = lib.fee_paid(card, "0,01", Some(&lib.nonce()));
    debt_falls_by(lib, card, 1, &[(pay, "Y")])
}

fn refuses_bad_amounts(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let bad = [
        "0.00",
        "0",
        "-0.01",
        "0.001",
        "abc",
        "",
        "1e2",
        "0x10",
        "99999999999999999999.00",
        "NaN",
    ];
    let requests: Vec<(Request, &str)> = bad
        .iter()
        .map(|amount| (lib.fee_paid(card, amount, Some(&lib.nonce())), "N"))
        .collect();
    debt_falls_by(lib, card, 0, &requests)
}

/// 37 with the twelve characters after its date as given.
fn pay_as(lib: &Subject, card: &Card, kinds: &str) -> Request {
    Request::new(format!("37{}{kinds}", lib.now()))
        .with("BV", "0.01")
        .with("AO", &lib.institution)
        .with("AA", &card.number)
        .with_any("AD", card.pin.as_deref())
        .with("BK", &lib.nonce())
}

fn refuses_another_currency(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    debt_falls_by(lib, card, 0, &[(pay_as(lib, card, "0100XTS"), "N")])
}

fn fills_in_blanks(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    debt_falls_by(lib, card, 1, &[(pay_as(lib, card, "       "), "Y")])
}

fn refuses_overpayment(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let more = debt(&mut lib.session()?, card)? + 1;
    let amount = format!("{}.{:02}", more / 100, more % 100);
    debt_falls_by(lib, card, 0, &[(lib.fee_paid(card, &amount, Some(&lib.nonce())), "N")])
}

fn refuses_an_unknown_fee(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let pay = lib.fee_paid(card, "0.01", Some(&lib.nonce())).with("CG", "no-such-fee");
    debt_falls_by(lib, card, 0, &[(pay, "N")])
}

fn pays_the_fee_named(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let listed = lib.session()?.information(card, "   Y")?;
    let Some(fee) = listed
        .field("AV")
        .and_then(|entry| entry.split_whitespace().next())
        .map(str::to_owned)
    else {
        return fail(format!("no AV: {}", listed.text));
    };
    let pay = lib.fee_paid(card, "0.01", Some(&lib.nonce())).with("CG", &fee);
    debt_falls_by(lib, card, 1, &[(pay, "Y")])
}

fn refuses_an_unknown_patron(lib: &Subject) -> Verdict {
    let nobody = Card::nobody();
    let answer = lib
        .session()?
        .ask(&lib.fee_paid(&nobody, "0.01", Some(&lib.nonce())))?
        .must_be("38")?;
    answer.must_have("accepted", "N")?;
    answer.must_explain()
}

fn accepts_payment_types(lib: &Subject) -> Verdict {
    let card = lib.card("debt", 0)?;
    let requests: Vec<(Request, &str)> = ["00", "01", "02", "03", "05"]
        .iter()
        .map(|kind| (pay_as(lib, card, &format!("01{kind}{}", lib.facts.currency)), "Y"))
        .collect();
    debt_falls_by(lib, card, 5, &requests)
}
