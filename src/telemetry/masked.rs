//! Decoded fields as they may be shown: what is secret is gone, what is personal is a short keyed hash.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

/// One decoded field of a message, under the standard's name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The standard's name, for example `item identifier`.
    pub name: Cow<'static, str>,
    /// What may be shown of the value.
    pub value: Masked,
}

impl Field {
    /// A value that anyone may see: an item's barcode, a branch, a flag.
    #[must_use]
    pub fn plain(name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Masked::plain(value),
        }
    }

    /// A value that points to a person: card number, name, address, mail, phone.
    #[must_use]
    pub fn personal(name: impl Into<Cow<'static, str>>, value: &str) -> Self {
        Self {
            name: name.into(),
            value: Masked::personal(value),
        }
    }

    /// A PIN, password or national number: only that it was there.
    #[must_use]
    pub fn secret(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            value: Masked::secret(),
        }
    }
}

/// A value fit to be shown. It holds no more than it shows, so that no reader can print what it should not.
#[derive(Clone, PartialEq, Eq)]
pub struct Masked(Cow<'static, str>);

/// The key of the hashes. It lives as long as the process and is never shown, so that a hash cannot be looked up by
/// trying all card numbers, while one person's lines in a log still belong together.
static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl Masked {
    /// Shown as it is.
    #[must_use]
    pub fn plain(value: impl Into<String>) -> Self {
        Self(Cow::Owned(value.into()))
    }

    /// Shown as `#` and eight hex digits of a keyed hash.
    #[must_use]
    pub fn personal(value: &str) -> Self {
        if value.is_empty() {
            return Self(Cow::Borrowed(""));
        }
        let [a, b, c, d, ..] = KEY.hash_one(value).to_be_bytes();
        Self(Cow::Owned(format!("#{a:02x}{b:02x}{c:02x}{d:02x}")))
    }

    /// Shown as three stars, whatever it was.
    #[must_use]
    pub fn secret() -> Self {
        Self(Cow::Borrowed("***"))
    }

    /// What may be shown.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Masked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hides_a_person_but_keeps_their_lines_together() {
        let one = Masked::personal("1234567890");
        assert_eq!(one, Masked::personal("1234567890"));
        assert_ne!(one, Masked::personal("1234567891"));
        assert_eq!(one.as_str().len(), 9);
        assert!(!format!("{one} {one:?}").contains("1234"));
    }

    #[test]
    fn shows_nothing_of_a_secret() {
        assert_eq!(Field::secret("patron password").value.to_string(), "***");
    }
}
