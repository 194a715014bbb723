//! Values that are not text: numbers, codes and identifiers, each in the one form in which it is compared.

use super::fold;
use crate::agency::AgencyId;
use crate::bib::{Isbn, Issn};

/// What the values of an index are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Words and headings.
    #[default]
    Text,
    /// ISBN: both lengths are one, as 13 digits.
    Isbn,
    /// ISSN, without its hyphen.
    Issn,
    /// The number of a record, alone or with its agency: `23645564`, `870970-basis:23645564`, `(DK-870970)23645564`.
    Record,
    /// A code or number compared as a string: small letters, without blanks and hyphens.
    Code,
    /// A whole number up to 9999, in order of size: years.
    Number,
    /// An agency by its ISIL, in any spelling.
    Agency,
    /// Several indexes under one name.
    Group,
}

impl Kind {
    /// Every kind with its name in the index map.
    pub const NAMES: [(Self, &'static str); 8] = [
        (Self::Text, "text"),
        (Self::Isbn, "isbn"),
        (Self::Issn, "issn"),
        (Self::Record, "record"),
        (Self::Code, "code"),
        (Self::Number, "number"),
        (Self::Agency, "agency"),
        (Self::Group, "group"),
    ];

    /// The one form of a value; values compare as bytes. `None` where it is none of this kind.
    pub fn value(self, text: &str) -> Option<String> {
        let value = match self {
            Self::Text | Self::Group => fold::words(text),
            Self::Isbn => Isbn::parse(text).map_or_else(|| digits_at_front(text), |isbn| isbn.as_str().to_owned()),
            Self::Issn => Issn::parse(text).map_or_else(|| digits_at_front(text), |issn| issn.as_str().to_ascii_lowercase()),
            Self::Record => record(text),
            Self::Code => code(text),
            Self::Number => return number(text),
            Self::Agency => AgencyId::parse(text).as_str().to_ascii_lowercase(),
        };
        (!value.is_empty()).then_some(value)
    }

    /// The form of a piece of a value, where truncation or masks part it.
    pub fn piece(self, text: &str) -> String {
        match self {
            Self::Text | Self::Group => fold::words(text),
            Self::Number => text.chars().filter(char::is_ascii_digit).collect(),
            Self::Agency => text.trim().to_ascii_lowercase(),
            Self::Isbn | Self::Issn | Self::Record | Self::Code => code(text),
        }
    }
}

/// Small letters, folded; blanks and hyphens out; other signs stay, since class marks and local numbers live by them.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '-' | '\u{AD}' | '\u{2010}'..='\u{2014}' | '¤' => {}
            c if c.is_whitespace() || c.is_control() => {}
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => out.push_str(&fold::words(c.encode_utf8(&mut [0; 4]))),
            c => out.push(c),
        }
    }
    out
}

/// A wrong ISBN or ISSN as typed, up to what cannot belong to it (`8799999999 (hf.)`); something else whole.
fn digits_at_front(text: &str) -> String {
    let end = text
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | ' ' | 'x' | 'X')))
        .unwrap_or(text.len());
    let (front, _) = text.split_at_checked(end).unwrap_or((text, ""));
    let front = code(front);
    if front.is_empty() { code(text) } else { front }
}

/// Up to four digits, zeros before; a date gives its year.
fn number(text: &str) -> Option<String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end)?;
    let rest_is_date = rest.is_empty() || rest.starts_with(['-', '/', '.']);
    match digits.len() {
        1..=4 if rest_is_date => Some(format!("{digits:0>4}")),
        // yyyymmdd
        8 if rest.is_empty() => digits.get(..4).map(str::to_owned),
        _ => None,
    }
}

/// The number with its agency before it, if it has one: `dk-870970:23645564`.
fn record(text: &str) -> String {
    let text = text.trim();
    let (agency, number) = parted(text);
    let number = record_number(number);
    match agency {
        Some(agency) if !number.is_empty() => format!("{}:{number}", AgencyId::parse(agency).as_str().to_ascii_lowercase()),
        _ => number,
    }
}

/// A record's number in its one form. A lost leading zero of a faust number is restored.
pub(super) fn record_number(number: &str) -> String {
    let number = code(number);
    let lost_its_zero = number.len() == 7 && number.bytes().all(|byte| byte.is_ascii_digit());
    if lost_its_zero { format!("0{number}") } else { number }
}

/// The agency and the number of a record in the ways in which Danish systems write them together.
fn parted(text: &str) -> (Option<&str>, &str) {
    if let Some((agency, number)) = text.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        return (Some(agency), number);
    }
    let is_agency = |text: &str| {
        let digits = text.strip_prefix("DK-").or_else(|| text.strip_prefix("dk-")).unwrap_or(text);
        digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some((source, number)) = text.split_once(':') {
        // 870970-basis:23645564, DK-870970:23645564
        let agency = source
            .strip_suffix("-basis")
            .or_else(|| source.strip_suffix("-katalog"))
            .unwrap_or(source);
        return if is_agency(agency) { (Some(agency), number) } else { (None, text) };
    }
    if let Some((agency, number)) = text.split_once(',')
        && is_agency(agency.trim())
    {
        return (Some(agency.trim()), number);
    }
    if let Some((agency, number)) = text.rsplit_once('-')
        && is_agency(agency)
        && number.len() >= 7
        && number.bytes().all(|byte| byte.is_ascii_digit())
    {
        return (Some(agency), number);
    }
    (None, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_form() {
        for (kind, text, value) in [
            (Kind::Isbn, "0-13-245428-9 (pbk.)", Some("9780132454285")),
            (Kind::Isbn, "978-0132454285", Some("9780132454285")),
            (Kind::Isbn, "87-1234-567-8 (hf.)", Some("8712345678")),
            (Kind::Issn, "2434-561X", Some("2434561x")),
            (Kind::Record, "0 614 248 6", Some("06142486")),
            (Kind::Record, "6142486", Some("06142486")),
            (Kind::Record, "fb 77/3&4", Some("fb77/3&4")),
            (Kind::Record, "870970-basis:23645564", Some("dk-870970:23645564")),
            (Kind::Record, "870970,23645564", Some("dk-870970:23645564")),
            (Kind::Record, "870970-23645564", Some("dk-870970:23645564")),
            (Kind::Record, "(DK-870970)2364 5564", Some("dk-870970:23645564")),
            (Kind::Record, "200501-22", Some("20050122")),
            (Kind::Code, "QA76.73 .C15", Some("qa76.73.c15")),
            (Kind::Code, "Å 12", Some("aa12")),
            (Kind::Number, " 1999 ", Some("1999")),
            (Kind::Number, "87", Some("0087")),
            (Kind::Number, "1999-12-31", Some("1999")),
            (Kind::Number, "19991231", Some("1999")),
            (Kind::Number, "nineteen", None),
            (Kind::Agency, "761500", Some("dk-761500")),
            (Kind::Code, " - ", None),
        ] {
            assert_eq!(kind.value(text).as_deref(), value, "{kind:?} {text}");
        }
    }
}
