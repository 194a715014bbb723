//! What a done command answered, kept so that its resend is answered the same and done only once.

use super::reply::{Answer, Reply};
use crate::ports::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The stored form of a reply: JSON of its kind and its answer. `None` for what changes nothing and is never kept.
pub fn to_memory(reply: &Reply) -> Result<Option<String>, Fault> {
    match reply {
        Reply::CheckOut(answer) => written("check_out", answer),
        Reply::CheckIn(answer) => written("check_in", answer),
        Reply::Renew(answer) => written("renew", answer),
        Reply::RenewAll(answer) => written("renew_all", answer),
        Reply::Hold(answer) => written("hold", answer),
        Reply::Paid(answer) => written("paid", answer),
        Reply::Card(answer) => written("card", answer),
        Reply::Properties(answer) => written("properties", answer),
        Reply::Patron(_) | Reply::Item(_) | Reply::Noted => Ok(None),
    }
}

/// Reads what [`to_memory`] wrote.
pub fn from_memory(memory: &str) -> Result<Reply, Fault> {
    let (kind, answer): (String, serde_json::Value) = serde_json::from_str(memory).map_err(unreadable)?;
    Ok(match kind.as_str() {
        "check_out" => Reply::CheckOut(read(answer)?),
        "check_in" => Reply::CheckIn(read(answer)?),
        "renew" => Reply::Renew(read(answer)?),
        "renew_all" => Reply::RenewAll(read(answer)?),
        "hold" => Reply::Hold(read(answer)?),
        "paid" => Reply::Paid(read(answer)?),
        "card" => Reply::Card(read(answer)?),
        "properties" => Reply::Properties(read(answer)?),
        _ => return Err(unreadable(format!("unknown kind {kind}"))),
    })
}

fn written<T: Serialize>(kind: &str, answer: &Answer<T>) -> Result<Option<String>, Fault> {
    serde_json::to_string(&(kind, answer))
        .map(Some)
        .map_err(|error| Fault::new("keeping an answer for its resend", error))
}

fn read<T: DeserializeOwned>(answer: serde_json::Value) -> Result<Box<Answer<T>>, Fault> {
    serde_json::from_value(answer).map(Box::new).map_err(unreadable)
}

fn unreadable(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Fault {
    Fault::new("reading the answer to a resent command", error)
}
