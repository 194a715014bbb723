//! Cataloguers put records in, replace and delete them.

use super::CatalogueDesk;
use crate::agency::AgencyId;
use crate::bib::{Record, RecordKind};
use crate::ids::ControlNumber;
use crate::ports::catalogue::{BibRow, Stored};
use crate::ports::records::BibName;
use crate::ports::{Channel, Fault, Records, Search, Store};
use crate::time::Timestamp;

/// Who updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cataloguer {
    /// `z3950`, `sru`.
    pub protocol: &'static str,
    /// Login.
    pub login: String,
    /// Whose records he keeps; records of no agency's own become this one's.
    pub agency: AgencyId,
    /// Whether he may update at all.
    pub may_update: bool,
}

/// What is to be done with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Put in a new one.
    Insert,
    /// Put it in the place of the one of its number.
    Replace,
    /// Put it in, or in the place of the one of its number.
    Save,
    /// Delete the one of its number; a tombstone stays.
    Delete,
}

/// One update.
#[derive(Debug, Clone)]
pub struct Update {
    /// What.
    pub action: Action,
    /// The record. For a deletion only its number and agency count.
    pub record: Record,
}

/// What became of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// Whose record it is now.
    pub agency: AgencyId,
    /// Its number: the assigned one, where it came without.
    pub control_number: ControlNumber,
    /// Whether anything is other than before.
    pub changed: bool,
}

/// Why a record was not updated.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotUpdated {
    /// He may not update, or not this agency's records.
    #[error("{0} may not change records of {1}")]
    NotPermitted(String, AgencyId),
    /// A record of this number is there already.
    #[error("there is a record {0} already")]
    Exists(ControlNumber),
    /// No record has this number.
    #[error("there is no record {0}")]
    NotThere(ControlNumber),
    /// It names no record.
    #[error("the record has no control number")]
    NoNumber,
    /// It has no field.
    #[error("the record is empty")]
    Empty,
    /// The store refused it.
    #[error("{0}")]
    Rejected(String),
    /// We failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl<S: Store + Records, F: Search> CatalogueDesk<S, F> {
    /// Updates one record. When it returns, the change is durable and searches find it.
    pub async fn update(&self, update: Update, by: &Cataloguer, at: Timestamp) -> Result<Updated, NotUpdated> {
        let Update { action, mut record } = update;
        if record.fields.is_empty() {
            return Err(NotUpdated::Empty);
        }
        if matches!(action, Action::Insert | Action::Save) {
            record.ensure_control_number();
        }
        let mut row = BibRow::of(&record, &by.agency);
        let allowed = by.may_update && row.agency == by.agency;
        if !allowed {
            return Err(NotUpdated::NotPermitted(by.login.clone(), row.agency));
        }
        if row.control_number.as_str().is_empty() {
            return Err(NotUpdated::NoNumber);
        }
        let store = self.desk.store();
        if row.kind == RecordKind::Bib {
            let name = BibName {
                agency: Some(row.agency.clone()),
                control_number: row.control_number.clone(),
            };
            let there = store.records_named(vec![name]).await?.into_iter().flatten().next();
            // What is already as it is wanted was asked for before, and its answer was lost.
            let repeated = there.as_ref().is_some_and(|there| match action {
                Action::Insert | Action::Save | Action::Replace => !there.row.deleted && there.row.hash == row.hash,
                Action::Delete => there.row.deleted,
            });
            if repeated {
                return Ok(Updated {
                    agency: row.agency,
                    control_number: row.control_number,
                    changed: false,
                });
            }
            let there = there.filter(|there| !there.row.deleted);
            match (action, there) {
                (Action::Insert, Some(_)) => return Err(NotUpdated::Exists(row.control_number)),
                (Action::Replace | Action::Delete, None) => return Err(NotUpdated::NotThere(row.control_number)),
                (Action::Delete, Some(there)) => {
                    // The tombstone keeps what the record said last, not the few fields that named it.
                    row = BibRow {
                        deleted: true,
                        ..there.row
                    };
                }
                (Action::Insert, None) | (Action::Replace, Some(_)) | (Action::Save, _) => {}
            }
        }
        let (agency, control_number) = (row.agency.clone(), row.control_number.clone());
        let channel = Channel {
            protocol: by.protocol,
            actor: by.login.clone(),
        };
        let stored = store.put_records(vec![row], channel, at).await?;
        let changed = match stored.into_iter().next() {
            Some(Stored::Rejected(reason)) => return Err(NotUpdated::Rejected(reason.to_string())),
            Some(Stored::Unchanged) | None => false,
            Some(Stored::Inserted | Stored::Updated | Stored::Deleted) => true,
        };
        if changed {
            // Nobody in this process is told what held before, and the cataloguer finds what he saved.
            self.desk.follow().await?;
            let head = store.feed_head().await?;
            self.search.caught_up(head).await?;
        }
        Ok(Updated {
            agency,
            control_number,
            changed,
        })
    }
}
