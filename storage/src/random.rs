//! Random bytes from the operating system: for secrets and for numbers that say nothing.

use crate::error::Error;

/// 32 random bytes.
pub(crate) fn secret() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok(bytes)
}

/// A random number of 53 bits, never 0, so that it survives every JSON reader.
pub(crate) fn number() -> Result<i64, Error> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::Random(error.to_string()))?;
    Ok((i64::from_le_bytes(bytes) & ((1 << 53) - 1)).max(1))
}
