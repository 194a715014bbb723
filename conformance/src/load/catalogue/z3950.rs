//! The operations over Z39.50.

use super::{Operation, PAGE, stem};
use crate::{
    marc::sample::Terms,
    z3950::wire::{
        Answer, Value,
        answer::Record,
        query::{Rpn, and, or, term},
        request::{self, Init, MARC21, Search},
    },
};

const TITLE_WORD: &[(i64, i64)] = &[(1, 4), (4, 2)];
const TITLE_PHRASE: &[(i64, i64)] = &[(1, 4), (4, 1)];
const TITLE_BEGINNING: &[(i64, i64)] = &[(1, 4), (4, 2), (5, 1)];
const AUTHOR_WORD: &[(i64, i64)] = &[(1, 1003), (4, 2)];
const ISBN: &[(i64, i64)] = &[(1, 7)];
/// Terms of a scan.
const TERMS: i64 = 20;

/// Opens a session.
pub(super) fn init() -> Vec<u8> {
    request::init(&Init::default())
}

/// Whether the answer to Init lets the session in.
pub(super) fn accepted(answer: &[u8]) -> Result<(), String> {
    match Answer::read(answer) {
        Some(answer) if answer.kind == 21 && answer.boolean(12) == Some(true) => Ok(()),
        Some(answer) => Err(format!("Init was answered by [{}], not accepted", answer.kind)),
        None => Err("Init was answered by no APDU".to_owned()),
    }
}

/// Finds a title word, no records.
pub(super) fn find_word(database: &str, word: &str) -> Vec<u8> {
    find(database, &term(TITLE_WORD, word))
}

fn find(database: &str, query: &Rpn) -> Vec<u8> {
    let wish = Search {
        databases: &[database],
        ..Search::default()
    };
    request::search(&wish, query)
}

/// The request of an operation; `page` is where a page begins, `count` how much it holds.
pub(super) fn request(operation: Operation, terms: &Terms, next: &Terms, database: &str, (page, count): (u64, u64)) -> Vec<u8> {
    let word = || term(TITLE_WORD, &terms.word);
    match operation {
        Operation::Isbn => find(database, &term(ISBN, &terms.isbn)),
        Operation::Title => find(database, &word()),
        Operation::And => find(database, &and(&word(), &term(AUTHOR_WORD, &terms.author))),
        Operation::Phrase => find(database, &term(TITLE_PHRASE, &terms.phrase)),
        Operation::Or => find(database, &or(&word(), &term(TITLE_WORD, &next.other_word))),
        Operation::Truncation => find(database, &term(TITLE_BEGINNING, &stem(&terms.word))),
        Operation::Scan => request::scan(database, TITLE_WORD, &terms.word, TERMS, 1),
        Operation::IsbnRecord => {
            let wish = Search {
                databases: &[database],
                small: 1,
                large: 2,
                syntax: Some(MARC21),
                elements: Some("F"),
                ..Search::default()
            };
            request::search(&wish, &term(ISBN, &terms.isbn))
        }
        Operation::Records => {
            let (start, count) = (i64::try_from(page).unwrap_or(1), i64::try_from(count).unwrap_or(1));
            request::present("default", start, count, Some(MARC21), Some("F"))
        }
    }
}

/// Whether a whole APDU has come.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    Value::read(bytes).is_some()
}

/// The hits of an answer, or what is wrong with it.
pub(super) fn judge(operation: Operation, answer: &[u8], large: u64) -> Result<u64, String> {
    let answer = Answer::read(answer).ok_or("no APDU")?;
    let expected = match operation {
        Operation::Scan => 36,
        Operation::Records => 25,
        _ => 23,
    };
    if answer.kind != expected {
        return Err(format!("[{}] in place of [{expected}]", answer.kind));
    }
    if let Some(diagnostic) = answer.diagnostics().first() {
        return Err(format!("diagnostic {} {}", diagnostic.condition, diagnostic.addinfo));
    }
    let count = |number: Option<i64>| number.and_then(|number| u64::try_from(number).ok()).ok_or("a count is missing");
    let records = || {
        answer
            .records()
            .iter()
            .filter(|record| matches!(record, Record::Found { .. }))
            .count() as u64
    };
    match operation {
        Operation::Scan => match count(answer.number(5))? {
            0 => Err("no terms".to_owned()),
            terms => Ok(terms),
        },
        Operation::Records => match records() {
            found if found == PAGE.min(large) => Ok(found),
            found => Err(format!("{found} records of a page")),
        },
        Operation::IsbnRecord if records() != 1 => Err(format!("{} records came with the answer", records())),
        _ => match count(answer.hits())? {
            0 => Err("no hits".to_owned()),
            hits => Ok(hits),
        },
    }
}
