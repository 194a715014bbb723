//! Standard numbers: ISBN, ISSN and the Danish faust number, each in one normal form.

use std::fmt;

/// A valid ISBN as 13 digits; ISBN-10 is turned into its ISBN-13.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Isbn([u8; 13]);

/// A valid ISSN as eight characters, the last of which may be `X`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Issn([u8; 8]);

impl Isbn {
    /// Reads an ISBN as records and people write it: hyphens and blanks inside, a qualifier such as `(pbk.)` or a
    /// price after it, `ISBN` before it. `None` where the check digit or the length is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let characters = significant(text, "ISBN");
        match characters.len() {
            10 => Self::from_ten(&characters),
            13 => {
                let digits: [u8; 13] = characters.try_into().ok()?;
                let book = digits.starts_with(b"978") || digits.starts_with(b"979");
                let sum = weighted_13(digits.get(..12)?)?;
                let check = b'0' + u8::try_from((10 - sum % 10) % 10).ok()?;
                (book && digits.last() == Some(&check)).then_some(Self(digits))
            }
            _ => None,
        }
    }

    fn from_ten(characters: &[u8]) -> Option<Self> {
        if modulo_11(characters)? != 0 {
            return None;
        }
        let mut digits = *b"9780000000000";
        for (place, &digit) in digits.iter_mut().skip(3).zip(characters.iter().take(9)) {
            *place = digit;
        }
        let sum = weighted_13(digits.get(..12)?)?;
        if let Some(last) = digits.last_mut() {
            *last = b'0' + u8::try_from((10 - sum % 10) % 10).ok()?;
        }
        Some(Self(digits))
    }

    /// The 13 digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The ISBN-10 of the same book; books under 979 have none.
    pub fn ten(&self) -> Option<String> {
        let body = self.as_str().strip_prefix("978")?.get(..9)?;
        let sum: u32 = body.bytes().zip(1..).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        let check = match sum % 11 {
            10 => 'X',
            digit => char::from_digit(digit, 10)?,
        };
        Some(format!("{body}{check}"))
    }
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Issn {
    /// Reads an ISSN with or without its hyphen. `None` where the check character or the length is wrong.
    pub fn parse(text: &str) -> Option<Self> {
        let characters: [u8; 8] = significant(text, "ISSN").try_into().ok()?;
        (modulo_11(&characters)? == 0).then_some(Self(characters))
    }

    /// The eight characters without the hyphen.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Issn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (front, back) = self.as_str().split_at_checked(4).unwrap_or_default();
        write!(f, "{front}-{back}")
    }
}

/// A faust number in its normal form of eight digits: blanks and hyphens out, a lost leading zero restored
/// (denmark.md, section 2). `None` for anything that is not seven or eight digits.
pub fn faust_number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    (all_digits && matches!(digits.len(), 7 | 8)).then(|| format!("{digits:0>8}"))
}

/// Digits and X from the front of a number as written, up to the first character that cannot belong to it.
fn significant(text: &str, label: &str) -> Vec<u8> {
    let text = text.trim_start();
    let text = match text.split_at_checked(label.len()) {
        Some((front, rest)) if front.eq_ignore_ascii_case(label) => rest.trim_start_matches([':', ' ', '-']),
        _ => text,
    };
    let mut characters = Vec::with_capacity(13);
    for c in text.chars() {
        match c {
            '0'..='9' => characters.push(c as u8),
            'x' | 'X' => characters.push(b'X'),
            '-' | ' ' | '\u{2010}'..='\u{2014}' | '\u{00AD}' => {}
            _ => break,
        }
        if characters.len() > 13 {
            break;
        }
    }
    characters
}

/// Sum of digits with weights 1 3 1 3 …; `None` where one is not a digit.
fn weighted_13(digits: &[u8]) -> Option<u32> {
    digits.iter().zip([1, 3].into_iter().cycle()).try_fold(0, |sum, (&digit, weight)| {
        digit.is_ascii_digit().then(|| sum + u32::from(digit - b'0') * weight)
    })
}

/// Remainder by 11 of the digits weighted n … 2 1, an `X` counting ten in the last place only.
fn modulo_11(characters: &[u8]) -> Option<u32> {
    let count = u32::try_from(characters.len()).ok()?;
    let mut sum = 0;
    for (&character, weight) in characters.iter().zip((1..=count).rev()) {
        let value = match character {
            b'0'..=b'9' => u32::from(character - b'0'),
            b'X' if weight == 1 => 10,
            _ => return None,
        };
        sum += value * weight;
    }
    Some(sum % 11)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lengths_of_isbn_meet_in_thirteen_digits() {
        let thirteen = Isbn::parse("978-0-13-245428-5").unwrap();
        assert_eq!(Isbn::parse("0132454289 (pbk.)"), Some(thirteen));
        assert_eq!(Isbn::parse("ISBN 0-13-245428-9"), Some(thirteen));
        assert_eq!(thirteen.ten().as_deref(), Some("0132454289"));
        assert_eq!(Isbn::parse("080442957X").unwrap().as_str(), "9780804429573");
        assert_eq!(Isbn::parse("9780804429573").unwrap().ten().as_deref(), Some("080442957X"));
    }

    #[test]
    fn refuses_an_isbn_with_a_wrong_check_digit_or_length() {
        for wrong in ["0132454288", "9780132454286", "X132454289", "12345", "", "4006381333931", "(pbk.)"] {
            assert_eq!(Isbn::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn books_under_979_have_no_ten_digit_form() {
        assert_eq!(Isbn::parse("9791032300824").unwrap().ten(), None);
    }

    #[test]
    fn an_issn_shows_its_hyphen() {
        assert_eq!(Issn::parse("03178471").unwrap().to_string(), "0317-8471");
        assert_eq!(Issn::parse("2434-561x").unwrap().to_string(), "2434-561X");
        assert_eq!(Issn::parse("0317-8472"), None);
    }

    #[test]
    fn a_faust_number_is_eight_digits_without_blanks() {
        assert_eq!(faust_number("0 614 248 6").as_deref(), Some("06142486"));
        assert_eq!(faust_number("6142486").as_deref(), Some("06142486"));
        assert_eq!(faust_number("2364-5564").as_deref(), Some("23645564"));
        assert_eq!(faust_number("ocm123"), None);
        assert_eq!(faust_number("870970236"), None);
    }
}
