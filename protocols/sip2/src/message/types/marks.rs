//! Fields that are rows of marks: patron status, summary, supported messages (digest 8).

use super::{Fixed, Value, up_to};
use crate::codec::{Charset, Writer};
use nom::bytes::complete::take_while_m_n;
use nom::combinator::map;
use nom::{IResult, Parser};

/// The 14 positions of the patron status, by name (digest 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum PatronFlag {
    ChargeDenied,
    RenewalDenied,
    RecallDenied,
    HoldDenied,
    CardLost,
    TooManyCharged,
    TooManyOverdue,
    TooManyRenewals,
    TooManyClaims,
    TooManyLost,
    ExcessiveFines,
    ExcessiveFees,
    RecallOverdue,
    TooManyBilled,
}

/// The patron status: 14 positions, `Y` where the bad thing is true, blank where not; never `N`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PatronStatus(u16);

impl PatronStatus {
    /// How many positions there are.
    pub const WIDTH: usize = 14;
    /// What is answered for somebody unknown.
    pub const NOTHING_ALLOWED: Self = Self(0b1111);

    /// With one more flag.
    #[must_use]
    pub fn with(self, flag: PatronFlag) -> Self {
        Self(self.0 | 1 << (flag as u16))
    }

    /// Whether a flag is set.
    pub fn has(self, flag: PatronFlag) -> bool {
        self.0 & 1 << (flag as u16) != 0
    }
}

/// Reads marks of `width` positions into bits.
fn marks(bytes: &[u8], set: impl Fn(u8) -> bool) -> u16 {
    bytes
        .iter()
        .take(16)
        .enumerate()
        .filter(|(_, b)| set(**b))
        .fold(0, |bits, (at, _)| bits | 1 << at)
}

fn write_marks(bits: u16, width: usize, no: char) -> String {
    (0..width).map(|at| if bits & 1 << at == 0 { no } else { 'Y' }).collect()
}

impl Fixed for PatronStatus {
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        map(up_to(Self::WIDTH), |b| Self(marks(b, |b| b == b'Y'))).parse(input)
    }
    fn blank() -> Self {
        Self::default()
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(write_marks(self.0, Self::WIDTH, ' '));
    }
}

/// The lists that message 63 may ask for, by position (digest 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// AS: ready for pickup.
    Holds,
    /// AT.
    Overdue,
    /// AU.
    Charged,
    /// AV.
    Fines,
    /// BU.
    Recalls,
    /// CD: still waiting or in transit.
    UnavailableHolds,
    /// An extension: fees in detail.
    FeesInDetail,
}

/// The summary: 10 positions, `Y` = list these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary(u16);

impl Summary {
    /// Asks for one more list.
    #[must_use]
    pub fn with(self, list: ListKind) -> Self {
        Self(self.0 | 1 << (list as u16))
    }

    /// Whether a list is asked for.
    pub fn has(self, list: ListKind) -> bool {
        self.0 & 1 << (list as u16) != 0
    }

    /// Whether any list is.
    pub fn any(self) -> bool {
        self.0 != 0
    }
}

impl Fixed for Summary {
    /// Clients that trim blanks make it shorter than 10: it ends where its letters do (12.13).
    fn parse(input: &[u8]) -> IResult<&[u8], Self> {
        let own = take_while_m_n(0, 10, |b: u8| matches!(b, b'Y' | b'y' | b'N' | b'n' | b' ' | b'0' | b'1'));
        map(own, |b: &[u8]| Self(marks(b, |b| matches!(b, b'Y' | b'y' | b'1')))).parse(input)
    }
    fn blank() -> Self {
        Self::default()
    }
    fn write(&self, out: &mut Writer<'_>) {
        out.fixed(write_marks(self.0, 10, ' '));
    }
}

/// BX: which requests the server answers, 16 letters in the order of digest 5.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SupportedMessages(u16);

impl SupportedMessages {
    /// From what is answered at each position.
    pub fn from_positions(positions: impl IntoIterator<Item = usize>) -> Self {
        Self(positions.into_iter().filter(|at| *at < 16).fold(0, |bits, at| bits | 1 << at))
    }

    /// Whether the request at this position is answered.
    pub fn has(self, position: usize) -> bool {
        position < 16 && self.0 & 1 << position != 0
    }
}

impl Value for SupportedMessages {
    fn read(bytes: &[u8], _: Charset) -> Option<Self> {
        Some(Self(marks(bytes, |b| matches!(b, b'Y' | b'y'))))
    }
    fn write(&self, id: [u8; 2], out: &mut Writer<'_>) {
        out.field(id, &write_marks(self.0, 16, 'N'));
    }
}
