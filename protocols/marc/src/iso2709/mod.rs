//! ISO 2709: leader, directory, fields. Reading is lenient as marc.md section 15 asks, writing is strict.

mod field;
mod parse;
mod split;
mod write;

pub use parse::parse;
pub use write::{Coding, Overlong, write, write_stored};

pub(crate) use parse::parse_slice;
pub(crate) use split::next;

/// 0x1D ends a record.
pub const RECORD_END: u8 = 0x1D;
/// 0x1E ends the directory and each field.
pub const FIELD_END: u8 = 0x1E;
/// 0x1F begins a subfield.
pub const SUBFIELD: u8 = 0x1F;

/// Bytes of the leader.
pub(crate) const LEADER: usize = 24;

/// Whether bytes begin like a record: five digits, and digits or blanks where the base address stands.
pub(crate) fn looks_like_leader(bytes: &[u8]) -> bool {
    let digits = |from: usize, to: usize, blank: bool| {
        bytes
            .get(from..to)
            .is_some_and(|part| part.iter().all(|&byte| byte.is_ascii_digit() || (blank && byte == b' ')))
    };
    digits(0, 5, false) && digits(12, 17, true) && bytes.get(5..LEADER).is_some_and(|rest| !rest.contains(&FIELD_END))
}

/// A number of decimal digits only.
pub(crate) fn number(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0_usize, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + usize::from(byte - b'0'))
    })
}
