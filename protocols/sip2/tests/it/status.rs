//! 98 promises what the account may do, and nothing else: digest 5, 9.1.

use crate::session::{Line, account};
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::Options;

/// The six leading flags and BX.
fn promised(account: Account) -> (String, String) {
    let mut line = Line::new(account, Options::default());
    assert_eq!(line.text("9300CNterm1|COhemmelig|CPBYEN|"), "941");
    let status = line.text("9900802.00");
    let messages = status.split('|').find_map(|piece| piece.strip_prefix("BX")).unwrap().to_owned();
    (status.chars().skip(2).take(6).collect(), messages)
}

#[test]
fn each_account_is_promised_what_it_may_do() {
    let messages = |ids: &[&str]| Some(ids.iter().map(|id| id.as_bytes().try_into().unwrap()).collect());
    for (account, flags, supported) in [
        (account(), "YYYYYY", "YYYYYYYYYYYYNYYY"),
        (
            Account {
                renewals: false,
                ..account()
            },
            "YYYNYY",
            "YYYYYYYYYYYYNYNN",
        ),
        (
            Account {
                status_update: false,
                offline: false,
                ..account()
            },
            "YYYYNN",
            "YYYNYYYYYYYYNYYY",
        ),
        (
            Account {
                messages: messages(&["23", "63", "25"]),
                ..account()
            },
            "YNNNNN",
            "YNNNYYYYNNNNYNNN",
        ),
    ] {
        assert_eq!(promised(account), (flags.to_owned(), supported.to_owned()));
    }
}
