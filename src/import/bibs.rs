//! Bibliographic records: any form the codec reads → the store.

use super::{BATCH, Counts, Progress, Rejects};
use anyhow::Context;
use skranke_core::agency::AgencyId;
use skranke_core::bib::{Record, RecordKind};
use skranke_core::ports::Channel;
use skranke_core::ports::catalogue::{BibRow, Catalogue, Stored};
use skranke_core::time::Timestamp;
use skranke_marc::Form;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One import of records.
#[derive(Debug)]
pub struct BibImport<'a, C> {
    /// Where to.
    pub store: &'a C,
    /// Whose the records are where they do not say it.
    pub agency: &'a AgencyId,
    /// What form they are in.
    pub form: Form,
    /// The present time, asked for each batch.
    pub clock: fn() -> Timestamp,
}

/// Counts bytes on their way, for progress.
struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

/// Reads records to the end of the input and stores them in batches.
pub async fn import_bibs<C: Catalogue>(
    import: BibImport<'_, C>,
    input: impl Read,
    rejects: &mut Rejects,
    mut progress: Option<&mut Progress>,
) -> anyhow::Result<Counts> {
    let bytes = Arc::new(AtomicU64::new(0));
    let input = std::io::BufReader::with_capacity(
        256 * 1024,
        Counted {
            inner: input,
            bytes: Arc::clone(&bytes),
        },
    );
    let mut counts = Counts::default();
    let mut batch: Vec<(String, BibRow)> = Vec::with_capacity(BATCH);
    for read in skranke_marc::read(input, import.form) {
        counts.read += 1;
        match read {
            Ok(read) => {
                counts.repaired += u64::from(!read.warnings.is_empty());
                for warning in &read.warnings {
                    tracing::debug!(position = %read.position, %warning, "a record was repaired while reading");
                }
                batch.push((read.position.to_string(), row(read.record, import.agency)));
            }
            Err(rejected) => {
                counts.rejected += 1;
                rejects.write(
                    rejected.position,
                    rejected.control_number.as_deref().unwrap_or("-"),
                    &rejected.reason,
                )?;
            }
        }
        if batch.len() >= BATCH {
            store(&import, &mut batch, rejects, &mut counts).await?;
            if let Some(progress) = progress.as_deref_mut() {
                progress.at(counts.read, bytes.load(Ordering::Relaxed));
            }
        }
    }
    store(&import, &mut batch, rejects, &mut counts).await?;
    Ok(counts)
}

/// A record → what the store keeps of it.
fn row(mut record: Record, default_agency: &AgencyId) -> BibRow {
    record.ensure_control_number();
    BibRow::of(&record, default_agency)
}

async fn store<C: Catalogue>(
    import: &BibImport<'_, C>,
    batch: &mut Vec<(String, BibRow)>,
    rejects: &mut Rejects,
    counts: &mut Counts,
) -> anyhow::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut places = Vec::with_capacity(batch.len());
    let mut rows = Vec::with_capacity(batch.len());
    for (position, row) in batch.drain(..) {
        places.push((position, row.control_number.clone(), row.kind));
        rows.push(row);
    }
    let channel = Channel {
        protocol: "import",
        actor: "bibs".to_owned(),
    };
    let stored = import
        .store
        .put_bibs(rows, channel, (import.clock)())
        .await
        .context("the records cannot be stored")?;
    for ((position, number, kind), stored) in places.iter().zip(stored) {
        counts.other_kinds += u64::from(*kind != RecordKind::Bib);
        if let Some(reason) = counts.take(stored) {
            rejects.write(position, number.as_str(), reason)?;
        }
    }
    Ok(())
}

impl Counts {
    /// Counts what became of one row; the reason where it was rejected.
    pub(super) fn take(&mut self, stored: Stored) -> Option<String> {
        match stored {
            Stored::Inserted => self.inserted += 1,
            Stored::Updated => self.updated += 1,
            Stored::Unchanged => self.unchanged += 1,
            Stored::Deleted => self.deleted += 1,
            Stored::Rejected(reason) => {
                self.rejected += 1;
                return Some(reason.to_string());
            }
        }
        None
    }
}
