//! Fresh numbers for loans, holds, fees and groups: taken from the store in blocks, given out in memory.

use crate::ports::{Fault, Store};
use std::sync::{Mutex, PoisonError};

/// Numbers taken from the store at once.
const BLOCK: u32 = 1000;

/// The numbers that this process may still give out.
#[derive(Debug, Default)]
pub struct Numbers {
    left: Mutex<std::ops::Range<i64>>,
}

impl Numbers {
    /// The first of `count` fresh numbers in a row. What a refused command does not use is lost: gaps mean nothing.
    pub async fn take<S: Store>(&self, count: u32, store: &S) -> Result<i64, Fault> {
        if let Some(first) = self.take_left(count) {
            return Ok(first);
        }
        let block = BLOCK.max(count);
        let first = store.reserve_numbers(block).await?;
        let after = first.saturating_add(i64::from(count));
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have fetched a block meanwhile: the longer rest is kept.
        let rest = after..first.saturating_add(i64::from(block));
        if rest.end - rest.start > left.end - left.start {
            *left = rest;
        }
        Ok(first)
    }

    fn take_left(&self, count: u32) -> Option<i64> {
        let mut left = self.left.lock().unwrap_or_else(PoisonError::into_inner);
        let first = left.start;
        let after = first.checked_add(i64::from(count))?;
        if after > left.end {
            return None;
        }
        left.start = after;
        Some(first)
    }
}
