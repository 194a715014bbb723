//! The shape of each answer, from the data file `sip2_answers.txt`.

use std::sync::OnceLock;

/// What a fixed field may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `Y` or `N`.
    YesNo,
    /// `Y`, `N` or `U`.
    YesNoUnknown,
    /// `0` or `1`.
    ZeroOne,
    /// `Y` or blank, each position.
    Flags,
    /// Digits.
    Digits,
    /// Digits, or all blank.
    Count,
    /// An 18-character date.
    Date,
    /// An 18-character date, or all zeros.
    DateOrZeros,
    /// `d.dd`.
    Version,
}

impl Class {
    fn named(name: &str) -> Option<Class> {
        Some(match name {
            "yn" => Class::YesNo,
            "ynu" => Class::YesNoUnknown,
            "01" => Class::ZeroOne,
            "flags" => Class::Flags,
            "digits" | "code" => Class::Digits,
            "count" => Class::Count,
            "date" => Class::Date,
            "date0" => Class::DateOrZeros,
            "version" => Class::Version,
            _ => return None,
        })
    }

    /// Whether `value`, of the right width, is of this class.
    pub fn admits(self, value: &str) -> bool {
        match self {
            Class::YesNo => matches!(value, "Y" | "N"),
            Class::YesNoUnknown => matches!(value, "Y" | "N" | "U"),
            Class::ZeroOne => matches!(value, "0" | "1"),
            Class::Flags => value.bytes().all(|b| b == b'Y' || b == b' '),
            Class::Digits => all_digits(value),
            Class::Count => all_digits(value) || value.bytes().all(|b| b == b' '),
            Class::Date => is_local_date(value),
            Class::DateOrZeros => is_local_date(value) || value.bytes().all(|b| b == b'0'),
            Class::Version => matches!(value.as_bytes(), [a, b'.', b, c]
                if a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_digit()),
        }
    }
}

fn all_digits(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit())
}

/// `YYYYMMDD`, four blanks (local time, the only form to send), `HHMMSS`.
pub fn is_local_date(value: &str) -> bool {
    value.len() == 18
        && value.get(..8).is_some_and(all_digits)
        && value.get(8..12) == Some("    ")
        && value.get(12..).is_some_and(all_digits)
}

/// A fixed field of an answer.
#[derive(Debug)]
pub struct FixedField {
    /// Name as the digest has it, blanks as underscores.
    pub name: &'static str,
    /// Width in characters.
    pub width: usize,
    /// What it may hold.
    pub class: Class,
}

/// An identified field of an answer.
#[derive(Debug)]
pub struct KnownField {
    /// Two-character id.
    pub id: &'static str,
    /// Always present, maybe empty.
    pub required: bool,
    /// May come several times.
    pub repeatable: bool,
}

/// The shape of one answer.
#[derive(Debug)]
pub struct Layout {
    /// Two-digit id.
    pub id: &'static str,
    /// Fixed fields in order.
    pub fixed: Vec<FixedField>,
    /// Identified fields in output order.
    pub fields: Vec<KnownField>,
}

impl Layout {
    /// The layout of the answer `id`, if SIP2 has such an answer.
    pub fn of(id: &str) -> Option<&'static Layout> {
        layouts().iter().find(|layout| layout.id == id)
    }

    /// Where `id` stands in the output order.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.id == id)
    }
}

fn layouts() -> &'static [Layout] {
    static LAYOUTS: OnceLock<Vec<Layout>> = OnceLock::new();
    LAYOUTS.get_or_init(|| {
        include_str!("../../../data/sip2_answers.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(read_layout)
            .collect()
    })
}

fn read_layout(line: &'static str) -> Option<Layout> {
    let mut parts = line.split(';').map(str::trim);
    let id = parts.next()?;
    let fixed = parts.next()?.split_whitespace().filter_map(read_fixed).collect();
    let fields = parts.next()?.split_whitespace().filter_map(read_field).collect();
    Some(Layout { id, fixed, fields })
}

fn read_fixed(word: &'static str) -> Option<FixedField> {
    let mut parts = word.split(':');
    Some(FixedField {
        name: parts.next()?,
        width: parts.next()?.parse().ok()?,
        class: Class::named(parts.next()?)?,
    })
}

fn read_field(word: &'static str) -> Option<KnownField> {
    Some(KnownField {
        id: word.get(..2)?,
        required: word.ends_with('*'),
        repeatable: word.ends_with('+'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_table_is_understood() {
        let lines = include_str!("../../../data/sip2_answers.txt")
            .lines()
            .filter(|l| !l.starts_with('#'));
        let words = |part: usize| -> usize {
            lines
                .clone()
                .map(|l| l.split(';').nth(part).unwrap().split_whitespace().count())
                .sum()
        };
        assert_eq!(layouts().len(), 15);
        assert_eq!(layouts().iter().map(|l| l.fixed.len()).sum::<usize>(), words(1));
        assert_eq!(layouts().iter().map(|l| l.fields.len()).sum::<usize>(), words(2));
    }

    #[test]
    fn widths_are_the_documents() {
        let width = |id| Layout::of(id).unwrap().fixed.iter().map(|f| f.width).sum::<usize>();
        assert_eq!(width("12") + 2, 24);
        assert_eq!(width("98") + 2, 36);
        assert_eq!(width("64") + 2, 61);
    }
}
