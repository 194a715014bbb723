//! Blocks are a set: what each stops is a table (`data/blocks.csv`).

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

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
