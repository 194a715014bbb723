//! Valid ISBNs from running numbers.

/// A prime to ten million without being near it: spreads running numbers over the range, each number once.
const SPREAD: u64 = 7_654_321;
/// Numbers of one registration group.
const RANGE: u64 = 10_000_000;

/// The ISBN-13 of a running number below ten million, without hyphens: registration group 978-87 (Denmark).
pub fn isbn13(number: u64) -> String {
    let mut isbn = format!("97887{:07}", number.wrapping_mul(SPREAD) % RANGE);
    let sum: u32 = digits(&isbn)
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .sum();
    isbn.push(char::from_digit((10 - sum % 10) % 10, 10).unwrap_or('0'));
    isbn
}

/// The ISBN-10 of the same book.
pub fn isbn10(isbn13: &str) -> String {
    let mut isbn = isbn13.get(3..12).unwrap_or_default().to_owned();
    let sum: u32 = digits(&isbn).zip((2..=10).rev()).map(|(digit, weight)| digit * weight).sum();
    match (11 - sum % 11) % 11 {
        10 => isbn.push('X'),
        check => isbn.push(char::from_digit(check, 10).unwrap_or('0')),
    }
    isbn
}

fn digits(text: &str) -> impl Iterator<Item = u32> {
    text.chars().filter_map(|c| c.to_digit(10))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn check_digits_are_right() {
        for number in [0, 1, 2, 199_999, 4_999_999] {
            let isbn = isbn13(number);
            let sum: u32 = digits(&isbn).zip([1, 3].into_iter().cycle()).map(|(d, w)| d * w).sum();
            assert_eq!((isbn.len(), sum % 10), (13, 0), "{isbn}");
        }
        assert_eq!(isbn10("9780306406157"), "0306406152");
        assert_eq!(isbn10("9780804429573"), "080442957X");
    }

    #[test]
    fn no_number_comes_twice() {
        assert_eq!((0..20_000).map(isbn13).collect::<BTreeSet<_>>().len(), 20_000);
    }
}
