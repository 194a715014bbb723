//! Records as they are shown: with the heads above them, and with their copies as they are at this moment.

use super::CatalogueDesk;
use crate::agency::AgencyId;
use crate::bib::{BriefView, CanonicalError, Level, Parts, Record};
use crate::ids::{BibId, ControlNumber};
use crate::item::Item;
use crate::ports::catalogue::StoredBib;
use crate::ports::records::{BibName, Copies};
use crate::ports::{Fault, Records, Search, Store};
use crate::time::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// Records above one another that are followed at most: head, sections, volume.
const LEVELS: usize = 4;

/// A record to be shown.
#[derive(Debug, Clone)]
pub struct Title {
    /// In the store.
    pub id: BibId,
    /// The row: agency, number, format, canonical bytes, whether it is deleted.
    pub stored: Arc<StoredBib>,
    /// The records above it that exist, the nearest first, the head last.
    pub above: Vec<Arc<StoredBib>>,
}

impl Title {
    /// Whose record.
    pub fn agency(&self) -> &AgencyId {
        &self.stored.row.agency
    }

    /// Its number.
    pub fn control_number(&self) -> &ControlNumber {
        &self.stored.row.control_number
    }

    /// Whether it was deleted since it was found.
    pub fn is_deleted(&self) -> bool {
        self.stored.row.deleted
    }

    /// The record by itself.
    pub fn record(&self) -> Result<Record, CanonicalError> {
        Record::from_canonical(&self.stored.row.content)
    }

    /// The records above it, the nearest first.
    pub fn records_above(&self) -> Result<Vec<Record>, CanonicalError> {
        self.above.iter().map(|above| Record::from_canonical(&above.row.content)).collect()
    }

    /// The whole work from the top: head, sections, the record itself.
    pub fn hierarchy(&self) -> Result<Vec<Record>, CanonicalError> {
        let mut all = self.records_above()?;
        all.reverse();
        all.push(self.record()?);
        Ok(all)
    }

    /// What lists and screens show, the records above merged in.
    pub fn brief(&self) -> Result<BriefView, CanonicalError> {
        let above = self.records_above()?;
        Ok(self.record()?.brief_view_under(&above.iter().collect::<Vec<_>>()))
    }
}

/// A copy with what protocols tell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The item: agency, barcode, placement, call number, restriction, state.
    pub item: Item,
    /// When it is due back, where it is lent.
    pub due: Option<Timestamp>,
    /// Name of its branch as people read it.
    pub branch_name: String,
}

impl Holding {
    /// Whether it could be lent at this moment: on the shelf, tied to nobody, and no restriction forbids it.
    pub fn is_available(&self) -> bool {
        self.item.state == crate::item::ItemState::Available
            && self.item.tied_to.is_none()
            && !self.item.loan_restriction.is_some_and(crate::item::LoanRestriction::bars_loan)
    }
}

/// A record's copies as they are now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// By agency, branch, then number in the store. Withdrawn copies are left out.
    pub copies: Vec<Holding>,
    /// Waiting holds by the agency whose copies satisfy them, ascending.
    pub waiting: Vec<(AgencyId, u32)>,
}

impl Holdings {
    /// Waiting holds in an agency's queue.
    pub fn queue(&self, agency: &AgencyId) -> u32 {
        self.waiting.iter().find(|(of, _)| of == agency).map_or(0, |(_, count)| *count)
    }

    /// Copies that could be lent at this moment.
    pub fn available(&self) -> usize {
        self.copies.iter().filter(|copy| copy.is_available()).count()
    }
}

impl<S: Store + Records, F: Search> CatalogueDesk<S, F> {
    /// Records to be shown, in the order asked; `None` where there is none.
    pub async fn records(&self, ids: &[BibId]) -> Result<Vec<Option<Title>>, Fault> {
        let found = self.desk.store().records(ids.to_vec()).await?;
        let mut titles: Vec<Option<Title>> = Vec::with_capacity(found.len());
        for stored in found {
            titles.push(stored.map(|stored| Title {
                id: stored.id,
                stored: Arc::new(stored),
                above: Vec::new(),
            }));
        }
        self.put_above(&mut titles).await?;
        Ok(titles)
    }

    /// A record by number: the given agency's, else the only one of that number in any agency.
    pub async fn record_named(&self, agency: Option<&AgencyId>, number: &ControlNumber) -> Result<Option<Title>, Fault> {
        let mut names = vec![BibName {
            agency: None,
            control_number: number.clone(),
        }];
        names.extend(agency.map(|agency| BibName {
            agency: Some(agency.clone()),
            control_number: number.clone(),
        }));
        let found = self.desk.store().records_named(names).await?;
        let Some(stored) = found.into_iter().flatten().last() else {
            return Ok(None);
        };
        let mut titles = [Some(Title {
            id: stored.id,
            stored: Arc::new(stored),
            above: Vec::new(),
        })];
        self.put_above(&mut titles).await?;
        let [title] = titles;
        Ok(title)
    }

    /// The copies of records as they are now, in the order asked.
    pub async fn holdings(&self, ids: &[BibId]) -> Result<Vec<Holdings>, Fault> {
        let library = self.desk.library();
        let all = self.desk.store().copies(ids.to_vec()).await?;
        let named = |copies: Copies| Holdings {
            copies: copies
                .copies
                .into_iter()
                .filter(|copy| copy.item.state != crate::item::ItemState::Withdrawn)
                .map(|copy| Holding {
                    branch_name: library
                        .agency(&copy.item.agency)
                        .branch_name(&copy.item.placement.branch)
                        .to_owned(),
                    item: copy.item,
                    due: copy.due,
                })
                .collect(),
            waiting: copies.waiting,
        };
        Ok(all.into_iter().map(named).collect())
    }

    /// Fetches what stands above, level by level, for all titles at once.
    async fn put_above(&self, titles: &mut [Option<Title>]) -> Result<(), Fault> {
        for _ in 0..LEVELS {
            let mut wanted: HashMap<BibName, Vec<usize>> = HashMap::new();
            for (place, title) in titles.iter().enumerate() {
                let Some(title) = title else { continue };
                if let Some(name) = name_above(title.above.last().unwrap_or(&title.stored)) {
                    wanted.entry(name).or_default().push(place);
                }
            }
            if wanted.is_empty() {
                return Ok(());
            }
            let (names, places): (Vec<_>, Vec<_>) = wanted.into_iter().unzip();
            let mut any = false;
            let found = named_or_only(self.desk.store(), names).await?;
            for (above, places) in found.into_iter().zip(places) {
                let Some(above) = above.map(Arc::new) else { continue };
                for place in places {
                    if let Some(title) = titles.get_mut(place).and_then(Option::as_mut)
                        && title.id != above.id
                        && title.above.iter().all(|known| known.id != above.id)
                    {
                        title.above.push(Arc::clone(&above));
                        any = true;
                    }
                }
            }
            if !any {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Live records by name; where the agency named has none, the only one of that number: a library's own volume may stand below a
/// shared head.
pub async fn named_or_only<S: Records>(store: &S, names: Vec<BibName>) -> Result<Vec<Option<StoredBib>>, Fault> {
    let live = |stored: Option<StoredBib>| stored.filter(|stored| !stored.row.deleted);
    let mut found: Vec<Option<StoredBib>> = store.records_named(names.clone()).await?.into_iter().map(live).collect();
    let missing: Vec<usize> = found
        .iter()
        .enumerate()
        .filter(|(_, found)| found.is_none())
        .map(|(at, _)| at)
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    let numbers = missing.iter().filter_map(|&at| names.get(at)).map(|name| BibName {
        agency: None,
        control_number: name.control_number.clone(),
    });
    let others = store.records_named(numbers.collect()).await?;
    for (at, other) in missing.into_iter().zip(others) {
        if let Some(place) = found.get_mut(at) {
            *place = live(other);
        }
    }
    Ok(found)
}

/// The live records above one, the nearest first, the head last.
pub async fn records_above<S: Records>(store: &S, stored: &StoredBib) -> Result<Vec<Record>, Fault> {
    let mut above: Vec<(BibId, Record)> = Vec::new();
    let mut next = name_above(stored);
    while let Some(name) = next.take().filter(|_| above.len() < LEVELS) {
        let Some(found) = named_or_only(store, vec![name]).await?.into_iter().flatten().next() else {
            break;
        };
        let known = found.id == stored.id || above.iter().any(|(id, _)| *id == found.id);
        let Some(record) = found.record().ok().filter(|_| !known) else {
            break;
        };
        next = name_above(&found);
        above.push((found.id, record));
    }
    Ok(above.into_iter().map(|(_, record)| record).collect())
}

/// The name of the record above, if this one stands below another: its own agency's where the link names none.
pub fn name_above(stored: &StoredBib) -> Option<BibName> {
    // Most records stand alone, and say so before their fields.
    let parts = Parts::of(&stored.row.content).ok()?;
    if Level::of_leader(parts.format(), parts.leader()).is_some_and(|level| !level.is_part()) {
        return None;
    }
    let record = Record::from_canonical(&stored.row.content).ok()?;
    let link = record.parent()?;
    Some(BibName {
        agency: Some(link.agency.map_or_else(|| stored.row.agency.clone(), AgencyId::parse)),
        control_number: ControlNumber(link.control_number.to_owned()),
    })
}
