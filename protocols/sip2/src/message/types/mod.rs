//! The kinds of fields that messages are made of: digest 2, 6, 8.

use crate::codec::{Charset, SipTime, Writer, time};
use nom::bytes::complete::take_while_m_n;
use nom::combinator::map;
use nom::{IResult, Parser};
use std::fmt;

mod marks;
mod text;

pub use marks::{ListKind, PatronFlag, PatronStatus, Summary, SupportedMessages};
pub use text::{Extra, Identifier, Line, Secret};

/// A field of the fixed part: no id, fixed width, ASCII.
pub trait Fixed: Sized {
    /// Whether it is a date and time: those are guarded against shifted positions.
    const IS_TIME: bool = false;
    /// Takes up to its width; never fails, since a part that is too short counts as padded with blanks.
    fn parse(input: &[u8]) -> IResult<&[u8], Self>;
    /// What blanks read as.
    fn blank() -> Self;
    /// Writes exactly its width.
    fn write(&self, out: &mut Writer<'_>);
}

/// The value of an identified field.
pub trait Value: Sized {
    /// Reads it; `None` where it makes no sense and so counts as absent.
    fn read(bytes: &[u8], charset: Charset) -> Option<Self>;
    /// Writes it under an id.
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>);
}

/// A fixed field's bytes, at most `width`.
fn up_to(width: usize) -> impl for<'a> Fn(&'a [u8]) -> IResult<&'a [u8], &'a [u8]> {
    move |input| take_while_m_n(0, width, |_| true).parse(input)
}

fn letter(input: &[u8]) -> IResult<&[u8], u8> {
    map(up_to(1), |b: &[u8]| b.first().map_or(b' ', u8::to_ascii_uppercase)).parse(input)
}

impl Fixed for bool {
    /// `Y`, `y` and `1` are yes; anything else is no (12.5).
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        map(letter, |b| matches!(b, b'Y' | b'1')).parse(input)
    }
    fn blank() -> Self {
        false
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(if *self { 'Y' } else { 'N' });
    }
}

/// `ok`: 1 or 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Success(pub bool);

impl Fixed for Success {
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        map(letter, |b| Self(matches!(b, b'Y' | b'1'))).parse(input)
    }
    fn blank() -> Self {
        Self(false)
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(u8::from(self.0));
    }
}

/// Yes, no, or not known: `Y`, `N`, `U`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Perhaps {
    /// Y.
    Yes,
    /// N.
    No,
    /// U.
    #[default]
    Unknown,
}

impl Fixed for Perhaps {
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        let kind = |b| match b {
            b'Y' => Self::Yes,
            b'N' => Self::No,
            _ => Self::Unknown,
        };
        map(letter, kind).parse(input)
    }
    fn blank() -> Self {
        Self::Unknown
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(match self {
            Self::Yes => 'Y',
            Self::No => 'N',
            Self::Unknown => 'U',
        });
    }
}

impl Fixed for SipTime {
    const IS_TIME: bool = true;
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        map(up_to(time::WIDTH), SipTime::read).parse(input)
    }
    fn blank() -> Self {
        Self::None
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(self);
    }
}

impl Value for SipTime {
    fn read(bytes: &[u8], _: Charset) -> Option<Self> {
        Some(SipTime::read(bytes))
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, &self.to_string());
    }
}

/// A number of `N` digits from one of the code lists, or a number of that width. Those that no list has are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code<const N: usize>(pub u16);

impl<const N: usize> Code<N> {
    fn digits(bytes: &[u8]) -> Option<Self> {
        let text = bytes.trim_ascii();
        if text.is_empty() || text.len() > N || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        std::str::from_utf8(text).ok()?.parse().ok().map(Self)
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    /// Zero-padded; a number too large for its width is the largest that fits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let largest = 10u32.saturating_pow(N as u32) - 1;
        write!(f, "{:0N$}", u32::from(self.0).min(largest))
    }
}

impl<const N: usize> Fixed for Option<Code<N>> {
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        map(up_to(N), Code::digits).parse(input)
    }
    fn blank() -> Self {
        None
    }
    /// Blanks where the number is not known.
    fn write(&self, out: &mut Writer<'_>) {
        match self {
            Some(code) => out.fixed(code),
            None => out.fixed(format_args!("{:N$}", "")),
        }
    }
}

impl<const N: usize> Value for Code<N> {
    fn read(bytes: &[u8], _: Charset) -> Option<Self> {
        Self::digits(bytes)
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, &self.to_string());
    }
}

/// A short ASCII text of fixed width: algorithm, version, currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    /// The first `N` printable ASCII characters of a text, padded with blanks.
    pub fn new(text: &str) -> Self {
        Self::from_bytes(text.as_bytes())
    }

    /// The same from bytes; what is not printable ASCII becomes a blank.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut kept = [b' '; N];
        for (slot, byte) in kept.iter_mut().zip(bytes) {
            *slot = if byte.is_ascii_graphic() { *byte } else { b' ' };
        }
        Self(kept)
    }

    /// The text, without the blanks around it.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim()
    }
}

impl<const N: usize> Default for Ascii<N> {
    fn default() -> Self {
        Self([b' '; N])
    }
}

impl<const N: usize> Fixed for Ascii<N> {
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        map(up_to(N), Self::from_bytes).parse(input)
    }
    fn blank() -> Self {
        Self::default()
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(std::str::from_utf8(&self.0).unwrap_or_default());
    }
}

impl<const N: usize> Value for Ascii<N> {
    fn read(bytes: &[u8], _: Charset) -> Option<Self> {
        Some(Self::new(std::str::from_utf8(bytes).unwrap_or_default().trim()))
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, self.as_str());
    }
}

/// Hold mode of message 15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldMode {
    /// `+`
    Add,
    /// `-`
    Delete,
    /// `*`
    Change,
    /// What no list has.
    Unlisted(u8),
}

impl Fixed for HoldMode {
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        let mode = |b: &[u8]| match b.first() {
            Some(b'+') => Self::Add,
            Some(b'-') => Self::Delete,
            Some(b'*') => Self::Change,
            other => Self::Unlisted(other.copied().filter(u8::is_ascii_graphic).unwrap_or(b' ')),
        };
        map(up_to(1), mode).parse(input)
    }
    fn blank() -> Self {
        Self::Unlisted(b' ')
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(match self {
            Self::Add => '+',
            Self::Delete => '-',
            Self::Change => '*',
            Self::Unlisted(byte) => char::from(*byte),
        });
    }
}

impl Value for String {
    fn read(bytes: &[u8], charset: Charset) -> Option<Self> {
        Some(charset.decode(bytes).into_owned())
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, self);
    }
}

impl Value for bool {
    fn read(bytes: &[u8], _: Charset) -> Option<Self> {
        Some(matches!(bytes.trim_ascii().first(), Some(b'Y' | b'y' | b'1')))
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, if *self { "Y" } else { "N" });
    }
}

impl Value for u32 {
    fn read(bytes: &[u8], _: Charset) -> Option<Self> {
        std::str::from_utf8(bytes.trim_ascii()).ok()?.parse().ok()
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, &self.to_string());
    }
}
