//! Records as the catalogue's desk sees them.

use super::MemoryStore;
use super::state::{State, Title};
use crate::agency::AgencyId;
use crate::ids::{BibId, ItemId};
use crate::ports::catalogue::{BibRow, Stored, StoredBib};
use crate::ports::records::{BibName, Copies, Copy};
use crate::ports::{Channel, Fault, FeedEntry, FeedKind, FeedOperation, Records};
use crate::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

impl Records for MemoryStore {
    async fn records(&self, ids: Vec<BibId>) -> Result<Vec<Option<StoredBib>>, Fault> {
        Ok(self.inspect(|state| ids.iter().map(|id| state.bibs.get(id).cloned()).collect()))
    }

    async fn records_named(&self, names: Vec<BibName>) -> Result<Vec<Option<StoredBib>>, Fault> {
        Ok(self.inspect(|state| names.iter().map(|name| named(state, name)).collect()))
    }

    async fn copies(&self, ids: Vec<BibId>) -> Result<Vec<Copies>, Fault> {
        Ok(self.inspect(|state| ids.iter().map(|id| copies(state, *id)).collect()))
    }

    async fn records_of_items(&self, items: Vec<ItemId>) -> Result<Vec<Option<BibId>>, Fault> {
        Ok(self.inspect(|state| items.iter().map(|id| state.items.get(id).map(|item| item.bib)).collect()))
    }

    async fn put_records(&self, rows: Vec<BibRow>, channel: Channel, at: Timestamp) -> Result<Vec<Stored>, Fault> {
        let mut inner = self.lock();
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let (stored, id) = put(&mut inner.state, row, at);
            let items = match stored {
                Stored::Inserted | Stored::Updated => items_follow(&mut inner.state, id),
                _ => Vec::new(),
            };
            if stored != Stored::Unchanged {
                let operation = if stored == Stored::Deleted {
                    FeedOperation::Deleted
                } else {
                    FeedOperation::Put
                };
                let items = items.into_iter().map(|item| (FeedKind::Item, item.0, FeedOperation::Put));
                for (kind, id, operation) in std::iter::once((FeedKind::Bib, id.0, operation)).chain(items) {
                    let sequence = inner.feed.last().map_or(1, |entry| entry.sequence + 1);
                    inner.feed.push(FeedEntry {
                        sequence,
                        kind,
                        id,
                        operation,
                        at,
                        channel: format!("{}:{}", channel.protocol, channel.actor),
                    });
                }
            }
            all.push(stored);
        }
        Ok(all)
    }

    async fn known_agencies(&self) -> Result<Vec<AgencyId>, Fault> {
        Ok(self.inspect(|state| {
            let bibs = state.bibs.values().map(|bib| &bib.row.agency);
            let items = state.items.values().map(|item| &item.agency);
            let all: BTreeSet<&AgencyId> = bibs
                .chain(items)
                .chain(state.patrons.values().map(|patron| &patron.agency))
                .collect();
            all.into_iter().cloned().collect()
        }))
    }
}

fn named(state: &State, name: &BibName) -> Option<StoredBib> {
    let is_meant = |bib: &&StoredBib| {
        bib.row.kind == crate::bib::RecordKind::Bib
            && bib.row.control_number == name.control_number
            && name.agency.as_ref().is_none_or(|agency| *agency == bib.row.agency)
    };
    let mut found = state.bibs.values().filter(is_meant);
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

fn copies(state: &State, bib: BibId) -> Copies {
    let mut copies: Vec<Copy> = state
        .items
        .values()
        .filter(|item| item.bib == bib)
        .map(|item| Copy {
            due: state.open_loans.get(&item.id).map(|loan| loan.due),
            item: item.clone(),
        })
        .collect();
    copies.sort_by(|a, b| {
        let place = |copy: &Copy| (copy.item.agency.clone(), copy.item.placement.branch.clone(), copy.item.id);
        place(a).cmp(&place(b))
    });
    let mut waiting: BTreeMap<AgencyId, u32> = BTreeMap::new();
    for hold in state.holds.values().filter(|hold| hold.bib == bib && hold.tied_item().is_none()) {
        *waiting.entry(hold.agency.clone()).or_default() += 1;
    }
    Copies {
        copies,
        waiting: waiting.into_iter().collect(),
    }
}

/// What a record's items copy of it becomes what it says now. Tells which items said something else.
fn items_follow(state: &mut State, bib: BibId) -> Vec<ItemId> {
    let Some(row) = state.bibs.get(&bib).map(|bib| &bib.row) else {
        return Vec::new();
    };
    let mut followed = Vec::new();
    for item in state.items.values_mut().filter(|item| item.bib == bib) {
        if (&item.title, &item.author, item.coded) != (&row.title, &row.author, row.coded) {
            item.title.clone_from(&row.title);
            item.author.clone_from(&row.author);
            item.coded = row.coded;
            followed.push(item.id);
        }
    }
    followed
}

fn put(state: &mut State, row: BibRow, at: Timestamp) -> (Stored, BibId) {
    let same_name =
        |bib: &&StoredBib| bib.row.agency == row.agency && bib.row.control_number == row.control_number && bib.row.kind == row.kind;
    let there = state
        .bibs
        .values()
        .find(same_name)
        .map(|bib| (bib.id, bib.row.hash == row.hash, bib.row.deleted));
    let stored = match there {
        Some((_, true, deleted)) if deleted == row.deleted => Stored::Unchanged,
        Some((_, _, true)) if row.deleted => Stored::Unchanged,
        _ if row.deleted => Stored::Deleted,
        Some(_) => Stored::Updated,
        None => Stored::Inserted,
    };
    let next = || state.bibs.keys().chain(state.titles.keys()).max().map_or(1, |last| last.0 + 1);
    let id = there.map_or_else(|| BibId(next()), |(id, ..)| id);
    if stored != Stored::Unchanged {
        state.put_title(Title {
            id,
            agency: row.agency.clone(),
            control_number: row.control_number.clone(),
            title: row.title.clone(),
        });
        state.bibs.insert(id, StoredBib { id, row, changed: at });
    }
    (stored, id)
}
