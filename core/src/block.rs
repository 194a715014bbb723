//! Blocks are a set: what each stops is a table (`data/blocks.csv`).

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// One block on a patron.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The code of the Danish profile, section 16 (`O U F E S W D`, or the library's own). An unknown one counts as "other".
    pub code: char,
    /// Since when.
    pub since: Timestamp,
    /// Staff's or the automat's words.
    pub message: String,
    /// Who set it.
    pub source: BlockSource,
}

/// Who set a block, and so who may lift it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockSource {
    /// Staff or an import.
    Staff,
    /// A terminal, by message 01: the only kind that message 25 lifts.
    Terminal(String),
}

/// What a block, an age, a debt or an expired card may stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// Being told that the card and PIN are good.
    LogIn,
    /// Borrowing.
    Borrow,
    /// Renewing.
    Renew,
    /// Placing a hold.
    Reserve,
    /// Opening a door.
    OpenDoor,
}

impl Activity {
    /// Reads the word used in tables and answers: `borrow`.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "log_in" => Self::LogIn,
            "borrow" => Self::Borrow,
            "renew" => Self::Renew,
            "reserve" => Self::Reserve,
            "open_door" => Self::OpenDoor,
            _ => return None,
        })
    }
}

/// What a block with this code stops. A code that is not in the table counts as "other" (`*`).
pub fn stops(code: char) -> &'static [Activity] {
    TABLE
        .iter()
        .find(|row| row.code == code)
        .or_else(|| TABLE.iter().find(|row| row.code == '*'))
        .map_or(&[], |row| &row.stops)
}

/// One line of the table.
struct Row {
    code: char,
    stops: Vec<Activity>,
}

static TABLE: LazyLock<Vec<Row>> = LazyLock::new(|| {
    include_str!("../data/blocks.csv")
        .lines()
        .skip(1)
        .filter_map(|line| {
            let (code, rest) = line.split_once(',')?;
            let (_name, stops) = rest.rsplit_once(',')?;
            Some(Row {
                code: code.chars().next()?,
                stops: stops.split_whitespace().filter_map(Activity::parse).collect(),
            })
        })
        .collect()
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_table_is_understood() {
        for line in include_str!("../data/blocks.csv").lines().skip(1) {
            let code = line.chars().next().unwrap();
            let words = line.rsplit(',').next().unwrap().split_whitespace();
            assert_eq!(
                words.map(Activity::parse).collect::<Option<Vec<_>>>().unwrap(),
                stops(code),
                "{line}"
            );
            assert!(!stops(code).is_empty(), "{line}");
        }
        assert_eq!(stops('?'), stops('*'), "an unknown code counts as other");
    }
}
