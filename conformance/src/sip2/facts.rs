//! What is known of the library behind the server: terminals, cards, items and titles.

use std::{path::PathBuf, str::FromStr};

use super::wire::Charset;

/// What is known.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// Institution id for AO, if known.
    pub institution: Option<String>,
    /// The library's currency, three letters.
    pub currency: String,
    /// The library's time zone, if known.
    pub time_zone: Option<String>,
    /// The server refuses a blank nb due date; send today's.
    pub fills_due_date: bool,
    /// Other servers on the same store, `HOST:PORT`.
    pub peers: Vec<String>,
    /// `HOST:PORT` of a listener that asks for login and password by prompts, if known.
    pub telnet: Option<String>,
    /// `HOST:PORT` of a listener that speaks TLS, if known, and the PEM file of who signed its certificate.
    pub tls: Option<(String, PathBuf)>,
    /// A file that puts the server under maintenance while it exists, if known.
    pub maintenance_file: Option<PathBuf>,
    /// Terminals that may log in; the first one is used unless a case needs another.
    pub terminals: Vec<Terminal>,
    /// Patrons, each with the state it shows.
    pub cards: Vec<Card>,
    /// Items that are free and at home where the first terminal stands.
    pub items: Vec<Item>,
    /// Items whose loan costs a fee, free, at home anywhere.
    pub fee_items: Vec<Item>,
    /// All items that are free and at home where the first terminal stands: what a load is spread over.
    pub stock: Vec<Item>,
    /// Cards of all patrons who may borrow without end: what a load is spread over.
    pub borrowers: Vec<String>,
    /// Control numbers of titles with loanable copies, none of them among `items`.
    pub bibs: Vec<String>,
}

/// A terminal's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// User id (CN).
    pub login: String,
    /// Password (CO).
    pub password: String,
    /// How its text is encoded.
    pub charset: Charset,
    /// Role, where known: automat, sorter, door.
    pub role: Option<String>,
}

impl FromStr for Terminal {
    type Err = String;

    /// Reads `login:password[:charset]`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let (Some(login), Some(password)) = (parts.next(), parts.next()) else {
            return Err("a terminal is login:password[:charset]".to_owned());
        };
        let charset = parts.next().map_or(Ok(Charset::Utf8), str::parse)?;
        Ok(Terminal {
            login: login.to_owned(),
            password: password.to_owned(),
            charset,
            role: None,
        })
    }
}

/// A patron's card.
#[derive(Debug, Clone)]
pub struct Card {
    /// Card number (AA).
    pub number: String,
    /// PIN (AD), if known.
    pub pin: Option<String>,
    /// What the patron shows: `ordinary`, `blocked`, `expired`, `debt` …
    pub state: String,
    /// Name, if known: must not appear where it is withheld.
    pub name: Option<String>,
}

impl Card {
    /// A card that no library has.
    pub fn nobody() -> Card {
        Card {
            number: "no-such-card".to_owned(),
            pin: None,
            state: String::new(),
            name: None,
        }
    }
}

impl FromStr for Card {
    type Err = String;

    /// Reads `state=number[:pin]`.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((state, rest)) = text.split_once('=') else {
            return Err("a patron is state=card[:pin]".to_owned());
        };
        let (number, pin) = match rest.split_once(':') {
            Some((number, pin)) => (number, Some(pin.to_owned())),
            None => (rest, None),
        };
        Ok(Card {
            number: number.to_owned(),
            pin,
            state: state.to_owned(),
            name: None,
        })
    }
}

/// An item.
#[derive(Debug, Clone)]
pub struct Item {
    /// Barcode (AB).
    pub barcode: String,
    /// Control number of its title, if known.
    pub bib: Option<String>,
}
