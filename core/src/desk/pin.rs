//! PINs are Argon2id and nothing else. Looking at one costs tens of milliseconds on purpose, so it runs where the composition
//! root says ([`Blocking`]), a right one is remembered for minutes, and a card that nobody has costs as much as a wrong PIN.

use crate::ports::Fault;
use crate::secret::{HashKey, Pin, PinHash};
use crate::time::Timestamp;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use jiff::SignedDuration;
use moka::sync::Cache;
use std::fmt;
use std::future::Future;
use std::sync::Arc;

/// How long a right PIN is remembered.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How many right PINs are remembered at most.
const REMEMBERED_AT_MOST: u64 = 100_000;
/// The beginning of a hash that is taken as it is.
const PHC_PREFIX: &str = "$argon2id$";

/// A job for [`Blocking`].
pub type Job = Box<dyn FnOnce() -> bool + Send>;
/// What becomes of it.
pub type JobDone = std::pin::Pin<Box<dyn Future<Output = Result<bool, Fault>> + Send>>;

/// Runs heavy work apart from the threads that serve sessions, few at a time.
pub trait Blocking: Send + Sync + 'static {
    /// Runs `job`; the fault is that it could not be run.
    fn run(&self, job: Job) -> JobDone;
}

/// Runs each job at once, on the thread that asks: for tests and command-line tools.
#[derive(Debug, Clone, Copy, Default)]
pub struct AtOnce;

impl Blocking for AtOnce {
    fn run(&self, job: Job) -> JobDone {
        Box::pin(std::future::ready(Ok(job())))
    }
}

/// Why a PIN cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PinError {
    /// It says that it is a hash, and is none.
    #[error("not an Argon2id hash in PHC form")]
    BadHash,
    /// The salt is too short or too long, or the PIN too long.
    #[error("the PIN cannot be hashed")]
    Unhashable,
}

/// The hash to keep for a PIN as an import gives it: text that starts with `$argon2id$` is a hash already and taken as it is.
/// `salt` is random, 16 bytes. An empty PIN is none.
pub fn hash_pin(pin: &Pin, salt: &[u8]) -> Result<Option<PinHash>, PinError> {
    if pin.is_empty() {
        return Ok(None);
    }
    if pin.reveal().starts_with(PHC_PREFIX) {
        PasswordHash::new(pin.reveal()).map_err(|_| PinError::BadHash)?;
        return Ok(Some(PinHash(pin.reveal().to_owned())));
    }
    let hash = hasher()
        .hash_password_with_salt(pin.reveal().as_bytes(), salt)
        .map_err(|_| PinError::Unhashable)?;
    Ok(Some(PinHash(hash.to_string())))
}

/// Whether `pin` is the one behind `hash`, by the costs that the hash names. Takes tens of milliseconds.
fn is_right(pin: &Pin, hash: &PinHash) -> bool {
    PasswordHash::new(&hash.0).is_ok_and(|parsed| hasher().verify_password(pin.reveal().as_bytes(), &parsed).is_ok())
}

/// 19 MiB, two passes, one lane: the lowest of OWASP's recommended settings.
fn hasher() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Looks at PINs, and remembers right ones.
#[derive(Clone)]
pub struct Pins {
    key: HashKey,
    blocking: Arc<dyn Blocking>,
    /// Keyed hash of (stored hash, PIN) → until when: it ends with the stored hash, whose salt is in it.
    right: Cache<[u8; 32], Timestamp>,
    /// Looked at in place of a hash that is not there.
    dummy: PinHash,
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pins(…)")
    }
}

impl Pins {
    /// `key` is random for each process and never leaves it.
    pub fn new(key: HashKey, blocking: Arc<dyn Blocking>) -> Self {
        let salt = key.digest(&[b"dummy salt"]);
        let dummy = hasher()
            .hash_password_with_salt(&key.digest(&[b"dummy PIN"]), &salt)
            .map_or_else(|_| PinHash(String::new()), |hash| PinHash(hash.to_string()));
        Self {
            key,
            blocking,
            right: Cache::new(REMEMBERED_AT_MOST),
            dummy,
        }
    }

    /// Whether this PIN was found right for this hash not long ago.
    pub fn remembers(&self, pin: &Pin, hash: &PinHash, now: Timestamp) -> bool {
        self.right.get(&self.id(pin, hash)).is_some_and(|until| now < until)
    }

    /// Whether `pin` is right. Takes as long where there is no hash to compare with.
    pub async fn verify(&self, pin: &Pin, hash: Option<&PinHash>, now: Timestamp) -> Result<bool, Fault> {
        if pin.is_empty() {
            return Ok(false);
        }
        if let Some(hash) = hash
            && self.remembers(pin, hash, now)
        {
            return Ok(true);
        }
        let against = hash.unwrap_or(&self.dummy).clone();
        let looked_at = pin.clone();
        let this = self.clone();
        let job = move || {
            // While the job waited for its turn, another connection may have found the same.
            this.remembers(&looked_at, &against, now) || is_right(&looked_at, &against)
        };
        let right = self.blocking.run(Box::new(job)).await?;
        match hash {
            Some(hash) if right => {
                let until = now.saturating_add(REMEMBERED_FOR).unwrap_or(now);
                self.right.insert(self.id(pin, hash), until);
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn id(&self, pin: &Pin, hash: &PinHash) -> [u8; 32] {
        self.key.digest(&[b"right", hash.0.as_bytes(), pin.reveal().as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// Counts what it runs.
    struct Counting(Arc<AtomicU32>);

    impl Blocking for Counting {
        fn run(&self, job: Job) -> JobDone {
            self.0.fetch_add(1, Ordering::Relaxed);
            AtOnce.run(job)
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn pins() -> (Pins, Arc<AtomicU32>) {
        let looked = Arc::new(AtomicU32::new(0));
        (Pins::new(HashKey([3; 32]), Arc::new(Counting(Arc::clone(&looked)))), looked)
    }

    #[tokio::test]
    async fn a_right_pin_is_looked_at_once_in_ten_minutes() {
        let (pins, looked) = pins();
        let hash = hash_pin(&Pin::new("1234"), &[1; 16]).unwrap().unwrap();
        for second in [0, 1, 599] {
            assert!(pins.verify(&Pin::new("1234"), Some(&hash), at(second)).await.unwrap());
        }
        assert_eq!(looked.load(Ordering::Relaxed), 1);
        assert!(pins.verify(&Pin::new("1234"), Some(&hash), at(600)).await.unwrap());
        assert_eq!(looked.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_remembered_pin_ends_with_its_hash() {
        let (pins, _) = pins();
        let old = hash_pin(&Pin::new("1234"), &[1; 16]).unwrap().unwrap();
        let new = hash_pin(&Pin::new("5678"), &[2; 16]).unwrap().unwrap();
        assert!(pins.verify(&Pin::new("1234"), Some(&old), at(0)).await.unwrap());
        assert!(!pins.verify(&Pin::new("1234"), Some(&new), at(1)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_card_costs_as_much_as_a_wrong_pin_and_an_empty_pin_nothing() {
        let (pins, looked) = pins();
        let hash = hash_pin(&Pin::new("1234"), &[1; 16]).unwrap().unwrap();
        assert!(!pins.verify(&Pin::new("4321"), Some(&hash), at(0)).await.unwrap());
        assert!(!pins.verify(&Pin::new("4321"), None, at(0)).await.unwrap());
        assert_eq!(looked.load(Ordering::Relaxed), 2);
        assert!(!pins.verify(&Pin::new(""), Some(&hash), at(0)).await.unwrap());
        assert_eq!(looked.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn takes_hashes_as_they_are_and_refuses_what_only_looks_like_one() {
        let given = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$K0QyEwdAVEf1bVBHpJkG5t9k1X5OUY1gBhkzQpPqlCg";
        assert_eq!(hash_pin(&Pin::new(given), &[]).unwrap().unwrap().0, given);
        assert_eq!(hash_pin(&Pin::new("$argon2id$nonsense"), &[0; 16]), Err(PinError::BadHash));
        assert_eq!(hash_pin(&Pin::new("1234"), &[0; 2]), Err(PinError::Unhashable));
        assert_eq!(hash_pin(&Pin::new(""), &[0; 16]), Ok(None));
    }
}
