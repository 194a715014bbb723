//! Vendors' extensions, digest 10: off for every terminal unless its profile turns them on. The profiles are data (`data/profiles.csv`).

use serde::{Deserialize, Deserializer};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A named set of extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// 3M's own extensions of 2005.
    #[serde(rename = "3m")]
    ThreeM,
    /// Bibliotheca's automats.
    Bibliotheca,
    /// Envisionware's booking programs.
    Envisionware,
    /// Programs that show and take fees one by one.
    Gossip,
    /// Sorting machines.
    Sorter,
    /// None.
    Plain,
}

/// One field in one answer: `10:CV`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Extension {
    /// Command id of the answer.
    pub message: [u8; 2],
    /// The field.
    pub field: [u8; 2],
}

impl Extension {
    fn parse(text: &str) -> Option<Self> {
        let (message, field) = text.split_once(':')?;
        Some(Self {
            message: message.as_bytes().try_into().ok()?,
            field: field.as_bytes().try_into().ok()?,
        })
    }
}

impl<'de> Deserialize<'de> for Extension {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("{text:?} is no extension; write answer and field, such as \"10:CV\"")))
    }
}

/// The extensions that are on for one terminal.
#[derive(Debug, Clone, Default)]
pub struct Extensions(Vec<Extension>);

static PROFILES: LazyLock<HashMap<&'static str, Vec<Extension>>> = LazyLock::new(|| {
    let mut profiles: HashMap<&'static str, Vec<Extension>> = HashMap::new();
    for line in include_str!("../../data/profiles.csv").lines().skip(1) {
        let mut cells = line.split(',');
        let (Some(profile), Some(message), Some(fields)) = (cells.next(), cells.next(), cells.next()) else {
            continue;
        };
        let fields = fields
            .split(' ')
            .filter_map(|field| Extension::parse(&format!("{message}:{field}")));
        profiles.entry(profile).or_default().extend(fields);
    }
    profiles
});

impl Extensions {
    /// A profile's, and some more.
    pub fn new(profile: Profile, more: &[Extension]) -> Self {
        let name = match profile {
            Profile::ThreeM => "3m",
            Profile::Bibliotheca => "bibliotheca",
            Profile::Envisionware => "envisionware",
            Profile::Gossip => "gossip",
            Profile::Sorter => "sorter",
            Profile::Plain => "plain",
        };
        let mut all = PROFILES.get(name).cloned().unwrap_or_default();
        all.extend_from_slice(more);
        Self(all)
    }

    /// Whether a field goes out in an answer.
    pub fn on(&self, message: &[u8; 2], field: &[u8; 2]) -> bool {
        self.0.iter().any(|e| e.message == *message && e.field == *field)
    }

    /// A value where its field goes out.
    pub fn when<T>(&self, message: &[u8; 2], field: &[u8; 2], value: impl FnOnce() -> Option<T>) -> Option<T> {
        if self.on(message, field) { value() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_turn_on_what_their_devices_read() {
        assert!(Extensions::new(Profile::Sorter, &[]).on(b"10", b"CV"));
        assert!(!Extensions::new(Profile::Plain, &[]).on(b"10", b"CV"));
        assert!(!Extensions::new(Profile::ThreeM, &[]).on(b"18", b"CY"), "who waits is for sorters");
        let one = Extension {
            message: *b"10",
            field: *b"CV",
        };
        assert!(Extensions::new(Profile::Plain, &[one]).on(b"10", b"CV"));
        for profile in ["3m", "bibliotheca", "envisionware", "gossip", "sorter"] {
            assert!(PROFILES.contains_key(profile), "{profile}");
        }
    }
}
