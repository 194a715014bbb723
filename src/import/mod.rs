//! Bringing in records, items and patrons: batches through the store's own writer, so that serving goes on beside it.
//!
//! A bad record never stops a file: it goes to the rejects file with its reason. Importing again updates what changed and
//! leaves the rest, so an interrupted import is simply started again.

mod bibs;
mod items;
mod patrons;
mod progress;
mod rejects;
mod table;

pub use bibs::{BibImport, import_bibs};
pub use items::import_items;
pub use patrons::{PinHasher, import_patrons};
pub use progress::Progress;
pub use rejects::Rejects;

use std::fmt;

/// How many rows go to the store at once: enough to share a commit, few enough to let others in between.
const BATCH: usize = 200;

/// How an import ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows or records read.
    pub read: u64,
    /// New.
    pub inserted: u64,
    /// Other than before.
    pub updated: u64,
    /// As before: nothing was written.
    pub unchanged: u64,
    /// Deleted, as the record said.
    pub deleted: u64,
    /// Of another kind than titles: kept apart.
    pub other_kinds: u64,
    /// Taken in with a repair that is reported.
    pub repaired: u64,
    /// In the rejects file.
    pub rejected: u64,
}

impl Counts {
    /// Adds another file's counts.
    pub fn add(&mut self, other: Self) {
        self.read += other.read;
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
        self.deleted += other.deleted;
        self.other_kinds += other.other_kinds;
        self.repaired += other.repaired;
        self.rejected += other.rejected;
    }

    /// 0 clean, 3 some rejected.
    pub fn exit_status(&self) -> u8 {
        if self.rejected == 0 { 0 } else { 3 }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} read: {} new, {} updated, {} unchanged, {} deleted, {} rejected",
            self.read, self.inserted, self.updated, self.unchanged, self.deleted, self.rejected
        )?;
        if self.other_kinds > 0 {
            write!(f, " ({} authority, holdings or other records kept apart)", self.other_kinds)?;
        }
        if self.repaired > 0 {
            write!(f, " ({} repaired while reading)", self.repaired)?;
        }
        Ok(())
    }
}
