//! One tantivy index: opened, written, committed with the change number that it holds.

use super::error::Error;
use super::schema::{Fields, NAME};
use super::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use skranke_core::ids::BibId;
use std::path::Path;
use std::sync::Arc;
use tantivy::directory::MmapDirectory;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::{
    Index, IndexBuilder, IndexReader, IndexSettings, IndexSortByField, IndexWriter, Order, ReloadPolicy, TantivyDocument, TantivyError,
    Term,
};

/// Changes whenever documents are made in another way: an index of another form is built anew.
const FORM: u32 = 4;
/// Memory for documents that are not on disk yet, while following changes.
pub(crate) const FOLLOWING: usize = 32 << 20;
/// The same while building: fewer and larger segments, less merging.
pub(crate) const BUILDING: usize = 512 << 20;
/// So many segments of about one size are merged: few segments make searches fast, rare merges make changes cheap.
const MERGED_TOGETHER: usize = 5;
/// Segments below this size count as equal, documents.
const SMALL: u32 = 5_000;
/// A segment with more deleted documents than this share is written anew.
const DELETED: f32 = 0.2;

/// An index in a folder of its own.
pub(crate) struct Generation {
    pub(crate) name: String,
    pub(crate) fields: Arc<Fields>,
    index: Index,
    reader: IndexReader,
    writer: Option<IndexWriter>,
    opstamp: Option<u64>,
}

/// What every commit notes beside the documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    form: u32,
    /// Of the index map that the documents were made by.
    map: String,
    /// The last row of the change feed that is in them.
    applied: i64,
}

impl Generation {
    /// A new, empty one.
    pub(crate) fn create(path: &Path, name: &str, fields: Arc<Fields>) -> Result<Self, Error> {
        let settings = IndexSettings {
            sort_by_field: Some(IndexSortByField {
                field: NAME.to_owned(),
                order: Order::Asc,
            }),
            ..IndexSettings::default()
        };
        let builder = IndexBuilder::new().schema(fields.schema.clone()).settings(settings);
        let directory = MmapDirectory::open(path).map_err(TantivyError::from)?;
        Self::new(builder.open_or_create(directory)?, name, fields)
    }

    /// One that is there; `None` where it was made by another map or form, or never finished.
    pub(crate) fn open(path: &Path, name: &str, fields: Arc<Fields>) -> Result<Option<Self>, Error> {
        let Ok(index) = Index::open_in_dir(path) else { return Ok(None) };
        if index.schema() != fields.schema {
            return Ok(None);
        }
        let mut generation = Self::new(index, name, fields)?;
        let ours = generation
            .payload()?
            .is_some_and(|found| found.form == FORM && found.map == generation.fields.map_hash);
        Ok(ours.then_some(generation))
    }

    fn new(mut index: Index, name: &str, fields: Arc<Fields>) -> Result<Self, Error> {
        index.set_tokenizers(super::tokens::tokenizers());
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            name: name.to_owned(),
            fields,
            index,
            reader,
            writer: None,
            opstamp: None,
        })
    }

    fn payload(&mut self) -> Result<Option<Payload>, Error> {
        let metas = self.index.load_metas()?;
        self.opstamp = Some(metas.opstamp);
        match metas.payload {
            None => Ok(None),
            // A payload of a later version has another shape.
            Some(text) => Ok(serde_json::from_str(&text).ok()),
        }
    }

    /// The last row of the change feed that is committed.
    pub(crate) fn applied(&mut self) -> Result<i64, Error> {
        Ok(self.payload()?.map_or(0, |payload| payload.applied))
    }

    /// Becomes the only writer, unless another process is.
    pub(crate) fn lock(&mut self, memory: usize) -> Result<bool, Error> {
        if self.writer.is_some() {
            return Ok(true);
        }
        match self.index.writer_with_num_threads(1, memory) {
            Ok(writer) => {
                let mut policy = LogMergePolicy::default();
                policy.set_min_num_segments(MERGED_TOGETHER);
                policy.set_min_layer_size(SMALL);
                policy.set_del_docs_ratio_before_merge(DELETED);
                writer.set_merge_policy(Box::new(policy));
                self.writer = Some(writer);
                Ok(true)
            }
            Err(TantivyError::LockFailure(..)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn writer(&mut self) -> Result<&mut IndexWriter, Error> {
        self.writer.as_mut().ok_or(Error::Locked)
    }

    /// Takes a document in, from the next commit on.
    pub(crate) fn add(&mut self, document: TantivyDocument) -> Result<(), Error> {
        self.writer()?.add_document(document)?;
        Ok(())
    }

    /// Removes a record's document, from the next commit on.
    pub(crate) fn remove(&mut self, bib: BibId) -> Result<(), Error> {
        let term = Term::from_field_i64(self.fields.bib, bib.0);
        self.writer()?.delete_term(term);
        Ok(())
    }

    /// Makes what was added and removed durable, and the index as of this row of the change feed.
    pub(crate) fn commit(&mut self, applied: i64) -> Result<(), Error> {
        let payload = serde_json::to_string(&Payload {
            form: FORM,
            map: self.fields.map_hash.clone(),
            applied,
        })?;
        let mut prepared = self.writer()?.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        Ok(())
    }

    /// Merges all segments into one, and ends as a writer.
    pub(crate) fn condense(&mut self) -> Result<(), Error> {
        let segments = self.index.searchable_segment_ids()?;
        let Some(mut writer) = self.writer.take() else {
            return Err(Error::Locked);
        };
        if segments.len() > 1 {
            writer.merge(&segments).wait()?;
        }
        writer.garbage_collect_files().wait()?;
        writer.wait_merging_threads()?;
        Ok(())
    }

    /// Forgets what was added and removed since the last commit, and ends as a writer. A merge under way ends first: it writes the
    /// list of segments at its end, and that must not come after what the next writer commits.
    pub(crate) fn unlock(&mut self) {
        if let Some(writer) = self.writer.take()
            && let Err(error) = writer.wait_merging_threads()
        {
            tracing::debug!(%error, "a writer of the search index did not end well");
        }
    }

    /// Whether another process has committed since the last look.
    pub(crate) fn has_changed(&self) -> Result<bool, Error> {
        Ok(self.opstamp != Some(self.index.load_metas()?.opstamp))
    }

    /// The index as it is now.
    pub(crate) fn snapshot(&mut self) -> Result<Arc<Snapshot>, Error> {
        // Read before the documents: they are then never older than it says.
        let applied = self.applied()?;
        self.reader.reload()?;
        Ok(Arc::new(Snapshot::new(self.reader.searcher(), applied)?))
    }
}
