//! The entries of patron information's lists: what stands in them, and which part of them is wanted (digest 9.2).

use serde::Deserialize;

/// What stands in an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListFormat {
    /// The item's barcode.
    #[default]
    Barcode,
    /// The title.
    Title,
    /// Both, the barcode first.
    BarcodeTitle,
}

impl ListFormat {
    /// An entry; never empty where anything is known. `number` is the record's, for what has no barcode.
    pub fn entry(self, barcode: Option<&str>, title: &str, number: &str) -> String {
        let named = if title.is_empty() { number } else { title };
        match (self, barcode) {
            (Self::Barcode, Some(barcode)) => barcode.to_owned(),
            (Self::BarcodeTitle, Some(barcode)) => format!("{barcode} {title}").trim_end().to_owned(),
            (Self::Barcode | Self::BarcodeTitle, None) | (Self::Title, _) => named.to_owned(),
        }
    }
}

/// The part from `start` to `end`, counted from 1, both included. Past the end, or ending before it starts: empty.
pub fn part<T>(all: Vec<T>, start: Option<u32>, end: Option<u32>) -> Vec<T> {
    let start = start.unwrap_or(1).max(1);
    let end = end.unwrap_or(u32::MAX);
    let wanted = if end < start { 0 } else { (end - start).saturating_add(1) };
    all.into_iter()
        .skip(usize::try_from(start - 1).unwrap_or(usize::MAX))
        .take(usize::try_from(wanted).unwrap_or(usize::MAX))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_from_one_and_closed() {
        let all = || vec![1, 2, 3, 4];
        for (start, end, wanted) in [
            (None, None, vec![1, 2, 3, 4]),
            (Some(2), Some(3), vec![2, 3]),
            (Some(0), Some(1), vec![1]),
            (Some(5), None, vec![]),
            (Some(3), Some(2), vec![]),
            (Some(1), Some(0), vec![]),
            (Some(u32::MAX), Some(u32::MAX), vec![]),
        ] {
            assert_eq!(part(all(), start, end), wanted, "{start:?} {end:?}");
        }
    }

    #[test]
    fn an_entry_is_never_empty() {
        assert_eq!(ListFormat::Barcode.entry(None, "", "12345678"), "12345678");
        assert_eq!(ListFormat::Barcode.entry(None, "Blå himmel", "1"), "Blå himmel");
        assert_eq!(ListFormat::BarcodeTitle.entry(Some("39"), "Blå himmel", "1"), "39 Blå himmel");
    }
}
