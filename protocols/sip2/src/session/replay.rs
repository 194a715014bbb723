//! Repeats: on one connection by AY and AZ, on another by a digest of the message (digest 4, 9.7).

use super::account::Account;
use super::terminal::Directory;
use crate::codec::Trailer;
use crate::message::Request;
use skranke_core::desk::ResendKey;
use skranke_core::money::{Currency, Money};
use skranke_core::time::Timestamp;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// How long a repeat counts as one, at least.
pub const WINDOW: Duration = Duration::from_secs(60);
/// How long a payment's own number is remembered.
const PAYMENT_WINDOW: Duration = Duration::from_secs(24 * 60 * 60);

/// The window of an account: never less than what its terminal was told to wait, as often as it was told to try.
pub fn window(account: &Account) -> Duration {
    let known = |value: u16| Some(u64::from(value)).filter(|v| *v < 999);
    let told = known(account.timeout_period)
        .zip(known(account.retries_allowed))
        .map_or(0, |(tenths, tries)| tenths * tries * 100);
    WINDOW.max(Duration::from_millis(told))
}

/// The last request and the last answer of a connection.
#[derive(Debug, Default)]
pub struct LastAnswer {
    request: Option<Seen>,
    /// An answer to `request` has been given.
    answered: bool,
    bytes: Option<Vec<u8>>,
}

/// A request as it is remembered: nothing of what it says.
#[derive(Debug)]
struct Seen {
    sequence: u8,
    sum: u16,
    hash: u64,
    only_reads: bool,
    at: Timestamp,
}

impl LastAnswer {
    /// The stored answer, where this is the last message again: same AY, same AZ, same bytes, and it changes something. What
    /// only reads is asked anew, since some terminals never count AY up.
    pub(super) fn repeat_of(&self, request: &Request, body: &[u8], trailer: Trailer, now: Timestamp, window: Duration) -> Option<Vec<u8>> {
        let seen = self.request.as_ref().filter(|_| self.answered)?;
        let Trailer::On {
            sequence: Some(sequence),
            sum,
            ..
        } = trailer
        else {
            return None;
        };
        let same = seen.sequence == sequence && seen.sum == sum && seen.hash == hash(body);
        let recent = now.duration_since(seen.at).unsigned_abs() <= window;
        (same && recent && !seen.only_reads && !request.only_reads()).then(|| self.bytes.clone())?
    }

    /// A new request has come.
    pub(super) fn request(&mut self, request: &Request, body: &[u8], trailer: Trailer, now: Timestamp) {
        self.answered = false;
        self.request = match trailer {
            Trailer::On {
                sequence: Some(sequence),
                sum,
                ..
            } => Some(Seen {
                sequence,
                sum,
                hash: hash(body),
                only_reads: request.only_reads(),
                at: now,
            }),
            _ => None,
        };
    }

    pub(super) fn answer(&mut self, bytes: &[u8]) {
        self.answered = true;
        self.bytes = Some(bytes.to_vec());
    }

    pub(super) fn forget_request(&mut self) {
        self.request = None;
    }

    pub(super) fn bytes(&self) -> Option<Vec<u8>> {
        self.bytes.clone()
    }
}

/// An amount however it is written: `20`, `20.00` and `20,00` are one payment.
fn amount(text: &str) -> String {
    Money::parse(text, Currency::DKK).map_or_else(|| text.trim().to_owned(), |money| money.minor.to_string())
}

fn hash(body: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    hasher.finish()
}

/// By what a request's repeats are known to the desk.
pub(super) struct Keys {
    /// Of the whole message.
    pub digest: String,
    /// Keys of the memory.
    pub resend: Vec<ResendKey>,
}

/// The keys of a request: for 11, 09, 15, 29 and 37 the message itself; for a payment also its number, else what tells one
/// payment from another.
pub(super) fn keys(request: &Request, body: &[u8], login: &str, window: Duration, directory: &Directory) -> Keys {
    let message = |digest: &str| ResendKey {
        key: format!("sip2:{digest}"),
        window,
    };
    match request {
        Request::Checkout(_) | Request::Checkin(_) | Request::Hold(_) | Request::Renew(_) => {
            let digest = directory.digest(&[login.as_bytes(), body]);
            let resend = vec![message(&digest)];
            Keys { digest, resend }
        }
        Request::FeePaid(fee) => {
            let digest = directory.digest(&[login.as_bytes(), body]);
            let patron = fee.patron.reveal().as_bytes();
            let amount = amount(&fee.fee_amount);
            let amount = amount.as_bytes();
            let number = fee.transaction_id.as_deref().filter(|id| !id.is_empty());
            let stamp = fee.transaction_date.to_string();
            let payment = match number {
                Some(number) => Some(directory.digest(&[b"BK", login.as_bytes(), patron, number.as_bytes(), amount])),
                None if !stamp.trim().is_empty() => Some(directory.digest(&[b"at", login.as_bytes(), patron, stamp.as_bytes(), amount])),
                None => None,
            };
            let mut resend = vec![message(&digest)];
            resend.extend(payment.map(|digest| ResendKey {
                key: format!("sip2-payment:{digest}"),
                window: PAYMENT_WINDOW,
            }));
            Keys { digest, resend }
        }
        _ => Keys {
            digest: String::new(),
            resend: Vec::new(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payment_is_the_same_however_its_amount_is_written() {
        for text in ["20", "20.00", "20,00", " 20.0 "] {
            assert_eq!(amount(text), "2000", "{text:?}");
        }
        assert_ne!(amount("20.01"), amount("20"));
        assert_eq!(amount("a lot"), "a lot");
    }
}
