//! Money is integer minor units with an ISO 4217 code; no floats.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Three capital letters of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Danish kroner, the default of a Danish library.
    pub const DKK: Self = Self(*b"DKK");

    /// Any three ASCII letters, in either case; old codes are kept.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes
            .iter()
            .all(u8::is_ascii_alphabetic)
            .then(|| Self(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The code as text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is not a currency code of three letters"))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount in minor units (øre, cents) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units; negative only as a ledger entry.
    pub minor: i64,
    /// Which currency.
    pub currency: Currency,
}

impl Money {
    /// So many minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads `115.57`, `115,5` or `115`: at most two decimals, no sign, no grouping.
    pub fn parse(text: &str, currency: Currency) -> Option<Self> {
        let (whole, decimals) = match text.trim().split_once(['.', ',']) {
            Some((whole, decimals)) => (whole, decimals),
            None => (text.trim(), ""),
        };
        let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 2 || (whole.is_empty() && decimals.is_empty()) {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let hundredths: i64 = match decimals.len() {
            0 => 0,
            1 => decimals.parse::<i64>().ok()? * 10,
            _ => decimals.parse().ok()?,
        };
        Some(Self {
            minor: whole.checked_mul(100)?.checked_add(hundredths)?,
            currency,
        })
    }
}

impl fmt::Display for Money {
    /// Two decimals, a point, no currency sign, whatever the locale: `115.57`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.unsigned_abs();
        write!(f, "{sign}{}.{:02}", minor / 100, minor % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_amounts() {
        for (text, minor) in [("115.57", 11557), ("115,5", 11550), ("115", 11500), (".5", 50), ("0.00", 0)] {
            assert_eq!(Money::parse(text, Currency::DKK).map(|m| m.minor), Some(minor), "{text}");
        }
        for text in ["", "-1", "1.234", "1 000", "kr 5", "1.2.3", "99999999999999999999"] {
            assert_eq!(Money::parse(text, Currency::DKK), None, "{text}");
        }
        assert_eq!(Money::new(-5, Currency::DKK).to_string(), "-0.05");
    }
}
