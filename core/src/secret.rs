//! What must never be printed: PINs, passwords and national numbers.

use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// A PIN or password as typed. Prints as `***`; never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// Wraps what was typed, untrimmed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The characters themselves, for hashing only.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether nothing was typed: never right, for anybody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// An Argon2id hash in PHC form. Prints as `***`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinHash(pub String);

impl fmt::Debug for PinHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A keyed hash (HMAC-SHA-256, hex) that stands for a national number or a message. Prints as `#…`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct KeyedHash(pub String);

impl fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("#…")
    }
}

/// A 256-bit key of a keyed hash. Prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct HashKey(pub [u8; 32]);

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl HashKey {
    /// HMAC-SHA-256 of several parts, each with its length before it, so that no two lists of parts collide.
    pub fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A key shorter than the block is filled with zeros (RFC 2104, section 2), so a whole block cannot be refused.
        let mut block = [0_u8; 64];
        for (place, byte) in block.iter_mut().zip(self.0) {
            *place = byte;
        }
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The same in hex.
    pub fn keyed(&self, parts: &[&[u8]]) -> KeyedHash {
        let digest = self.digest(parts);
        KeyedHash(digest.iter().fold(String::with_capacity(64), |mut hex, byte| {
            for nibble in [byte >> 4, byte & 15] {
                hex.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
            }
            hex
        }))
    }
}

/// The name under which the store keeps the key of national numbers.
pub const NATIONAL_NUMBER_KEY: &str = "national-number";

/// Whether this may be a Danish national number: ten digits, or `DDMMYY-SSSS`.
pub fn is_national_number(text: &str) -> bool {
    national_digits(text).is_some()
}

/// The keyed hash that stands for a Danish national number. `None` for what is none.
pub fn national_number(text: &str, key: &HashKey) -> Option<KeyedHash> {
    national_digits(text).map(|digits| key.keyed(&[digits.as_bytes()]))
}

/// Its ten digits.
fn national_digits(text: &str) -> Option<String> {
    let text = text.trim();
    let hyphen = text.len() == 11 && text.as_bytes().get(6) == Some(&b'-');
    let digits: String = text
        .char_indices()
        .filter(|(at, _)| !(hyphen && *at == 6))
        .map(|(_, c)| c)
        .collect();
    let all_digits = digits.len() == 10 && digits.bytes().all(|b| b.is_ascii_digit());
    all_digits.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: HashKey = HashKey([7; 32]);

    #[test]
    fn both_spellings_of_a_national_number_are_one() {
        let plain = national_number("1231450001", &KEY);
        assert!(plain.is_some());
        assert_eq!(plain, national_number("123145-0001", &KEY));
        assert_ne!(plain, national_number("1231450001", &HashKey([8; 32])));
        for other in ["123145000", "12314500011", "1231450-001", "12314x0001", "123145-00011", ""] {
            assert_eq!(national_number(other, &KEY), None, "{other}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(KEY.digest(&[b"ab", b"c"]), KEY.digest(&[b"a", b"bc"]));
        assert_eq!(KEY.keyed(&[b"a"]).0.len(), 64);
    }

    #[test]
    fn nothing_secret_prints() {
        let shown = format!(
            "{:?} {:?} {:?} {:?}",
            Pin::new("1234"),
            PinHash("$argon2id$x".into()),
            KEY,
            KEY.keyed(&[b"1234"])
        );
        assert_eq!(shown, "*** *** *** #…");
    }
}
