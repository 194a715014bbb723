//! A terminal's password as the operator keeps it: as it is, or as a salted hash, so that a file that is read by others betrays nothing.
//!
//! `sha256:SALT:HEX` is the SHA-256 of salt and password, in hex (`printf %s SALTpassword | sha256sum`). It is quick on purpose: every
//! message of SIP2 over HTTP brings its password. So it protects a long random password, which a machine has no trouble to remember.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// How a hash begins.
const PREFIX: &str = "sha256:";

/// What must be equal where a password is right: of the stored one and of the given one, both to be compared as digests.
pub(super) fn comparable(stored: &str, given: &str) -> (String, String) {
    match parts(stored) {
        Some((salt, hash)) => (hash.to_ascii_lowercase(), hex(&[salt.as_bytes(), given.as_bytes()])),
        // As much work where there is no hash, so that the answer's time does not tell.
        None => {
            let _ = hex(&[given.as_bytes()]);
            (stored.to_owned(), given.to_owned())
        }
    }
}

/// Whether it says that it is a hash, and is none.
pub(super) fn is_broken(stored: &str) -> bool {
    let whole = |hash: &str| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    stored.starts_with(PREFIX) && !parts(stored).is_some_and(|(salt, hash)| !salt.is_empty() && whole(hash))
}

fn parts(stored: &str) -> Option<(&str, &str)> {
    stored.strip_prefix(PREFIX)?.split_once(':')
}

fn hex(parts: &[&[u8]]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_as_good_as_the_password() {
        let stored = "sha256:k7:3B51F2D6A1D8B7D9E9B0F4D4C0D3D4E0A9F3C5F5D6E7F8091A2B3C4D5E6F7081";
        assert!(!is_broken(stored));
        let right = format!("sha256:k7:{}", hex(&[b"k7hemmelig"]));
        let (wanted, given) = comparable(&right, "hemmelig");
        assert_eq!(wanted, given);
        for wrong in ["hemmelig ", "", "k7hemmelig", &right] {
            let (wanted, given) = comparable(&right, wrong);
            assert_ne!(wanted, given, "{wrong:?}");
        }
        assert_eq!(hex(&[b"abc"]), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let (wanted, given) = comparable("hemmelig", "hemmelig");
        assert_eq!(wanted, given);
    }

    #[test]
    fn what_only_looks_like_a_hash_is_found_out() {
        for broken in ["sha256:", "sha256:x:abc", "sha256::3b51", "sha256:nothing"] {
            assert!(is_broken(broken), "{broken}");
        }
        assert!(!is_broken("hemmelig"));
    }
}
