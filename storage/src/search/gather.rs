//! What a document is made of: the record, the records above it, its copies.

use skranke_core::agency::AgencyId;
use skranke_core::bib::{Record, RecordKind};
use skranke_core::desk::catalogue::named_or_only;
use skranke_core::ids::{BibId, ControlNumber};
use skranke_core::ports::catalogue::StoredBib;
use skranke_core::ports::records::{BibName, Copies};
use skranke_core::ports::{Fault, Records};
use std::collections::HashMap;
use std::sync::Arc;

/// Levels above a volume that are looked for: more than any work has, less than a ring of links.
const LEVELS: usize = 4;

/// A record with what is indexed along with it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) id: BibId,
    pub(crate) agency: AgencyId,
    pub(crate) control_number: ControlNumber,
    pub(crate) record: Record,
    /// The nearest first, the head last.
    pub(crate) above: Vec<Above>,
    pub(crate) copies: Copies,
}

/// A record above another.
#[derive(Debug, Clone)]
pub(crate) struct Above {
    pub(crate) agency: AgencyId,
    pub(crate) control_number: ControlNumber,
    pub(crate) record: Arc<Record>,
}

/// Fetches sources from the store.
pub(crate) struct Gatherer<'s, S>(&'s S);

impl<'s, S: Records> Gatherer<'s, S> {
    pub(crate) fn new(store: &'s S) -> Self {
        Self(store)
    }

    /// The sources of these records; those that are gone, or describe no publication, have none.
    pub(crate) async fn gather(&self, bibs: &[BibId]) -> Result<Vec<Source>, Fault> {
        let stored = self.0.records(bibs.to_vec()).await?;
        self.complete(stored.into_iter().flatten().collect()).await
    }

    /// The sources of records that are read already.
    pub(crate) async fn complete(&self, stored: Vec<StoredBib>) -> Result<Vec<Source>, Fault> {
        let mut sources = Vec::with_capacity(stored.len());
        for bib in stored {
            if bib.row.deleted || bib.row.kind != RecordKind::Bib {
                continue;
            }
            let record = match Record::from_canonical(&bib.row.content) {
                Ok(record) => record,
                Err(error) => {
                    tracing::error!(bib = bib.id.0, %error, "a stored record cannot be read and is not indexed");
                    continue;
                }
            };
            sources.push(Source {
                id: bib.id,
                agency: bib.row.agency,
                control_number: bib.row.control_number,
                record,
                above: Vec::new(),
                copies: Copies::default(),
            });
        }
        let ids = sources.iter().map(|source| source.id).collect();
        for (source, copies) in sources.iter_mut().zip(self.0.copies(ids).await?) {
            source.copies = copies;
        }
        self.climb(&mut sources).await?;
        Ok(sources)
    }

    /// Fetches the records above, level by level, each once.
    async fn climb(&self, sources: &mut [Source]) -> Result<(), Fault> {
        let mut known: HashMap<BibName, Option<Above>> = HashMap::new();
        for _ in 0..LEVELS {
            let wanted: Vec<Option<BibName>> = sources.iter().map(Source::next_above).collect();
            let mut unknown: Vec<BibName> = wanted.iter().flatten().filter(|name| !known.contains_key(*name)).cloned().collect();
            unknown.sort_unstable_by(|a, b| (&a.agency, &a.control_number).cmp(&(&b.agency, &b.control_number)));
            unknown.dedup();
            if !unknown.is_empty() {
                let found = named_or_only(self.0, unknown.clone()).await?;
                known.extend(unknown.into_iter().zip(found.into_iter().map(|found| found.and_then(above))));
            }
            let mut climbed = false;
            for (source, name) in sources.iter_mut().zip(wanted) {
                let Some(above) = name.and_then(|name| known.get(&name).cloned().flatten()) else {
                    continue;
                };
                let seen = |agency: &AgencyId, number: &ControlNumber| *agency == above.agency && *number == above.control_number;
                let itself = seen(&source.agency, &source.control_number);
                if !itself && !source.above.iter().any(|other| seen(&other.agency, &other.control_number)) {
                    source.above.push(above);
                    climbed = true;
                }
            }
            if !climbed {
                break;
            }
        }
        Ok(())
    }
}

impl Source {
    /// The name of the record above the topmost that is known, whether or not it is there.
    pub(crate) fn next_above(&self) -> Option<BibName> {
        let (record, agency) = match self.above.last() {
            Some(above) => (&*above.record, &above.agency),
            None => (&self.record, &self.agency),
        };
        let link = record.parent()?;
        Some(BibName {
            agency: Some(link.agency.map_or_else(|| agency.clone(), AgencyId::parse)),
            control_number: ControlNumber(link.control_number.to_owned()),
        })
    }
}

fn above(stored: StoredBib) -> Option<Above> {
    Some(Above {
        record: Arc::new(Record::from_canonical(&stored.row.content).ok()?),
        agency: stored.row.agency,
        control_number: stored.row.control_number,
    })
}
