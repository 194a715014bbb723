//! What the terminals of a load say.

use std::rc::Rc;

use anyhow::{Result, bail};
use clap::ValueEnum;
use jiff::tz::TimeZone;

use crate::{
    clock,
    sip2::facts::{Card, Facts},
};

/// What the terminals do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mix {
    /// 17, 23 with PIN and 63 in turn, over all cards and items
    Reads,
    /// Check-out and check-in of items that no two terminals share
    Loans,
    /// Most sessions silent, some reading
    Idle,
}

impl Mix {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Mix::Reads => "reads",
            Mix::Loans => "loans",
            Mix::Idle => "idle",
        }
    }
}

/// Cards, items and logins to spread a load over.
#[derive(Debug, Clone)]
pub struct Stock {
    logins: Vec<String>,
    cards: Vec<Card>,
    borrowers: Vec<String>,
    items: Vec<String>,
    institution: String,
    date: String,
    due: String,
}

impl Stock {
    /// Takes what is known of the library.
    pub fn new(facts: &Facts) -> Stock {
        let items = if facts.stock.is_empty() { &facts.items } else { &facts.stock };
        let borrowers = if facts.borrowers.is_empty() {
            let ordinary = facts.cards.iter().filter(|card| card.state == "ordinary");
            ordinary.map(|card| card.number.clone()).collect()
        } else {
            facts.borrowers.clone()
        };
        let zone = facts.time_zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        let logins = facts
            .terminals
            .iter()
            .filter(|terminal| matches!(terminal.role.as_deref(), None | Some("automat")))
            .map(|terminal| format!("9300CN{}|CO{}|CP|\r", terminal.login, terminal.password))
            .collect();
        let date = clock::sip_date(&clock::now(&zone.unwrap_or_else(TimeZone::system)));
        Stock {
            due: if facts.fills_due_date { date.clone() } else { " ".repeat(18) },
            date,
            logins,
            cards: facts.cards.iter().filter(|card| card.pin.is_some()).cloned().collect(),
            borrowers,
            items: items.iter().map(|item| item.barcode.clone()).collect(),
            institution: facts.institution.clone().unwrap_or_default(),
        }
    }

    /// The same for a server that needs no login.
    #[must_use]
    pub fn without_login(mut self) -> Stock {
        self.logins.clear();
        self
    }

    /// Whether there is enough for so many working terminals.
    pub fn enough_for(&self, mix: Mix, active: usize) -> Result<()> {
        match mix {
            Mix::Reads | Mix::Idle if active > 0 && (self.cards.is_empty() || self.items.is_empty()) => {
                bail!("reads need cards with PINs and items: --demo, or --cards and --items")
            }
            Mix::Loans if self.borrowers.is_empty() || self.items.len() < active => bail!(
                "{active} terminals lend {active} items at once; {} items and {} borrowers are known",
                self.items.len(),
                self.borrowers.len()
            ),
            _ => Ok(()),
        }
    }

    /// The login message of a connection, the accounts in turn.
    pub fn login(&self, number: usize) -> Option<&str> {
        let turn = number.checked_rem(self.logins.len())?;
        self.logins.get(turn).map(String::as_str)
    }
}

/// A request and the beginning of the answer it must get.
#[derive(Debug)]
pub struct Exchange {
    /// The message with its CR.
    pub request: Vec<u8>,
    /// What the answer begins with.
    pub expected: &'static [u8],
}

/// Writes one terminal's next request into the buffer, and says what its answer begins with.
pub type Script = Box<dyn FnMut(&mut Vec<u8>) -> &'static [u8]>;

/// The script of terminal `number` of `of`.
pub fn script(mix: Mix, number: usize, of: usize, stock: &Rc<Stock>) -> Script {
    match mix {
        Mix::Reads | Mix::Idle => reads(number, stock),
        Mix::Loans => loans(number, of, stock),
    }
}

fn reads(number: usize, stock: &Rc<Stock>) -> Script {
    let stock = Rc::clone(stock);
    // Neighbours start far apart, so that they do not ask for the same card.
    let mut turn = number * 7919;
    Box::new(move |buffer| {
        turn += 1;
        let (date, institution) = (&stock.date, &stock.institution);
        match turn % 3 {
            0 => {
                let item = pick(&stock.items, turn / 3).map_or("", String::as_str);
                fill(buffer, &["17", date, "AO", institution, "|AB", item, "|AC|\r"]);
                b"18"
            }
            kind => {
                let (card, pin) =
                    pick(&stock.cards, turn / 3).map_or(("", ""), |card| (card.number.as_str(), card.pin.as_deref().unwrap_or("")));
                let (start, summary, answer): (&str, &str, &'static [u8]) = if kind == 1 {
                    ("23009", "", b"24")
                } else {
                    ("63009", "  Y       ", b"64")
                };
                fill(
                    buffer,
                    &[start, date, summary, "AO", institution, "|AA", card, "|AC|AD", pin, "|\r"],
                );
                answer
            }
        }
    })
}

fn loans(number: usize, of: usize, stock: &Rc<Stock>) -> Script {
    let own: Vec<String> = stock.items.iter().skip(number).step_by(of.max(1)).cloned().collect();
    let card = pick(&stock.borrowers, number).cloned().unwrap_or_default();
    let stock = Rc::clone(stock);
    // A number in AC makes each message a new one and no resend.
    let run = clock::seed() % 1_000_000;
    let mut turn = 0;
    Box::new(move |buffer| {
        let item = pick(&own, turn / 2).map_or("", String::as_str);
        let nonce = format!("{run}-{number}-{turn}");
        let (date, institution) = (&stock.date, &stock.institution);
        turn += 1;
        if turn % 2 == 1 {
            fill(
                buffer,
                &[
                    "11NN",
                    date,
                    &stock.due,
                    "AO",
                    institution,
                    "|AA",
                    &card,
                    "|AB",
                    item,
                    "|AC",
                    &nonce,
                    "|\r",
                ],
            );
            b"121"
        } else {
            fill(
                buffer,
                &["09N", date, date, "AP|AO", institution, "|AB", item, "|AC", &nonce, "|\r"],
            );
            b"101"
        }
    })
}

fn pick<T>(from: &[T], turn: usize) -> Option<&T> {
    from.get(turn.checked_rem(from.len())?)
}

fn fill(buffer: &mut Vec<u8>, parts: &[&str]) {
    buffer.clear();
    for part in parts {
        buffer.extend_from_slice(part.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sip2::facts::Item;

    fn stock() -> Rc<Stock> {
        let items = (0..10)
            .map(|n| Item {
                barcode: format!("item{n}"),
                bib: None,
            })
            .collect();
        let facts = Facts {
            items,
            cards: vec!["ordinary=card1:1234".parse().unwrap()],
            ..Facts::default()
        };
        Rc::new(Stock::new(&facts))
    }

    #[test]
    fn reads_take_turns() {
        let mut script = script(Mix::Reads, 0, 1, &stock());
        let mut buffer = Vec::new();
        let answers: Vec<&[u8]> = (0..4).map(|_| script(&mut buffer)).collect();
        assert_eq!(answers, [&b"24"[..], b"64", b"18", b"24"]);
        assert!(buffer.ends_with(b"AO|AAcard1|AC|AD1234|\r"), "{}", String::from_utf8_lossy(&buffer));
    }

    #[test]
    fn no_two_terminals_share_an_item_and_no_message_comes_twice() {
        let stock = stock();
        let mut seen = std::collections::BTreeSet::new();
        let mut owner = std::collections::BTreeMap::new();
        for number in 0..3 {
            let mut script = script(Mix::Loans, number, 3, &stock);
            let mut buffer = Vec::new();
            for turn in 0..20 {
                assert_eq!(script(&mut buffer), if turn % 2 == 0 { b"121" } else { b"101" });
                assert!(seen.insert(buffer.clone()), "twice: {}", String::from_utf8_lossy(&buffer));
                let text = String::from_utf8(buffer.clone()).unwrap();
                let item = text.split("|AB").nth(1).unwrap().split('|').next().unwrap().to_owned();
                assert_eq!(*owner.entry(item).or_insert(number), number);
            }
        }
        assert!(stock.enough_for(Mix::Loans, 11).is_err());
    }
}
