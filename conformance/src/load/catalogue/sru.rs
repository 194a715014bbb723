//! The operations over SRU 1.2: GET over a kept connection. Answers are looked at as text, so that judging costs little.

use super::{Operation, PAGE, stem};
use crate::{
    marc::sample::Terms,
    sru::http::{encode, whole_length},
};

/// Finds a title word, no records.
pub(super) fn find_word(address: &str, database: &str, word: &str) -> Vec<u8> {
    find(address, database, &format!("dc.title=\"{word}\""), 0, 1)
}

fn find(address: &str, database: &str, query: &str, records: u64, start: u64) -> Vec<u8> {
    get(
        address,
        database,
        &format!(
            "version=1.2&operation=searchRetrieve&query={}&maximumRecords={records}&startRecord={start}&recordSchema=marcxml",
            encode(query)
        ),
    )
}

fn get(address: &str, database: &str, parameters: &str) -> Vec<u8> {
    format!("GET /{database}?{parameters} HTTP/1.1\r\nHost: {address}\r\nAccept: */*\r\n\r\n").into_bytes()
}

/// The request of an operation; `page` is where a page begins.
pub(super) fn request(
    operation: Operation,
    terms: &Terms,
    next: &Terms,
    common: &str,
    (address, database): (&str, &str),
    page: u64,
) -> Vec<u8> {
    let word = |word: &str| format!("dc.title=\"{word}\"");
    let isbn = || format!("bath.isbn={}", terms.isbn);
    let find = |query: &str, records, start| find(address, database, query, records, start);
    match operation {
        Operation::Isbn => find(&isbn(), 0, 1),
        Operation::Title => find(&word(&terms.word), 0, 1),
        Operation::And => find(&format!("{} and dc.creator=\"{}\"", word(&terms.word), terms.author), 0, 1),
        Operation::Phrase => find(&word(&terms.phrase), 0, 1),
        Operation::Or => find(&format!("{} or {}", word(&terms.word), word(&next.other_word)), 0, 1),
        Operation::Truncation => find(&format!("dc.title={}*", stem(&terms.word)), 0, 1),
        Operation::Scan => get(
            address,
            database,
            &format!(
                "version=1.2&operation=scan&scanClause={}&maximumTerms=20",
                encode(&word(&terms.word))
            ),
        ),
        Operation::IsbnRecord => find(&isbn(), 1, 1),
        Operation::Records => find(&word(common), PAGE, page),
    }
}

/// Whether a whole response has come.
pub(super) fn is_whole(bytes: &[u8]) -> bool {
    whole_length(bytes).is_some()
}

/// The hits of an answer, or what is wrong with it.
pub(super) fn judge(operation: Operation, answer: &[u8], large: u64) -> Result<u64, String> {
    if !answer.starts_with(b"HTTP/1.1 200") {
        let line = answer.split(|byte| *byte == b'\r').next().unwrap_or_default();
        return Err(String::from_utf8_lossy(line).into_owned());
    }
    let text = String::from_utf8_lossy(answer);
    if let Some((_, diagnostic)) = text.split_once("info:srw/diagnostic/1/") {
        return Err(format!("diagnostic {}", diagnostic.chars().take(120).collect::<String>()));
    }
    if operation == Operation::Scan {
        return match text.matches("numberOfRecords>").count() as u64 / 2 {
            0 => Err("no terms".to_owned()),
            terms => Ok(terms),
        };
    }
    let hits = text
        .split_once("numberOfRecords>")
        .and_then(|(_, after)| after.split('<').next()?.trim().parse::<u64>().ok())
        .ok_or("no numberOfRecords")?;
    let records = || text.matches("<leader>").count() as u64;
    match operation {
        Operation::Records if records() == PAGE.min(large) => Ok(PAGE.min(large)),
        Operation::Records => Err(format!("{} records of a page", records())),
        Operation::IsbnRecord if records() != 1 => Err(format!("{} records came with the answer", records())),
        _ if hits == 0 => Err("no hits".to_owned()),
        _ => Ok(hits),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_hits_and_diagnostics() {
        let answer = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes();
        let found = answer("<zs:numberOfRecords>12</zs:numberOfRecords>");
        assert!(is_whole(&found) && !is_whole(&found[..found.len() - 1]));
        assert_eq!(judge(Operation::Title, &found, 0), Ok(12));
        assert!(judge(Operation::IsbnRecord, &found, 0).is_err());
        assert!(judge(Operation::Title, &answer("<uri>info:srw/diagnostic/1/16</uri>"), 0).is_err());
    }
}
