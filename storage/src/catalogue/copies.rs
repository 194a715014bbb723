//! Records by name, and their copies as they are now: for who shows or indexes them.

use crate::dialect::{Sql, sql};
use crate::engine::Connection;
use crate::error::Error;
use crate::facts::statements::ITEMS_BY_BIB;
use crate::records;
use crate::rows::Rows;
use skranke_core::agency::AgencyId;
use skranke_core::ids::{BibId, ControlNumber, ItemId};
use skranke_core::ports::catalogue::StoredBib;
use skranke_core::ports::records::{BibName, Copies, Copy};
use skranke_core::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

static NAMED: Sql = sql!(
    "SELECT ",
    bib_columns,
    " FROM ",
    rows,
    join,
    "bib b ON b.control_number = k.value->>0 WHERE b.kind = 'bib'"
);
static DUE: Sql = sql!(
    "SELECT l.item, l.due FROM ",
    rows,
    join,
    "loan l ON l.item = CAST(k.value->>0 AS bigint) AND l.closed IS NULL"
);
static WAITING: Sql = sql!(
    "SELECT h.bib, h.agency, count(*) FROM ",
    rows,
    join,
    "hold h ON h.bib = CAST(k.value->>0 AS bigint) WHERE h.state = 'waiting' GROUP BY h.bib, h.agency ORDER BY h.bib, h.agency"
);
static BIBS_OF_ITEMS: Sql = sql!(
    "SELECT i.id, i.bib FROM ",
    rows,
    join,
    "item i ON i.id = CAST(k.value->>0 AS bigint)"
);

/// Records by name, in the order asked. Without an agency the only one that is not deleted counts, else the only one.
pub(crate) async fn named<C: Connection>(connection: &mut C, names: &[BibName]) -> Result<Vec<Option<StoredBib>>, Error> {
    let numbers: BTreeSet<&str> = names.iter().map(|name| name.control_number.as_str()).collect();
    let mut found: HashMap<ControlNumber, Vec<StoredBib>> = HashMap::new();
    if !numbers.is_empty() {
        for mut row in connection.query(&NAMED, vec![Rows::of_texts(numbers).arg()]).await? {
            let bib = records::bib(&mut row)?;
            found.entry(bib.row.control_number.clone()).or_default().push(bib);
        }
    }
    let pick = |name: &BibName| {
        let of_number = found.get(&name.control_number)?;
        match &name.agency {
            Some(agency) => of_number.iter().find(|bib| bib.row.agency == *agency),
            None => only(of_number.iter().filter(|bib| !bib.row.deleted)).or_else(|| only(of_number.iter())),
        }
        .cloned()
    };
    Ok(names.iter().map(pick).collect())
}

fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    let first = all.next()?;
    all.next().is_none().then_some(first)
}

/// The copies of records with their loans, and the length of their queues, in the order asked.
pub(crate) async fn copies<C: Connection>(connection: &mut C, bibs: &[BibId]) -> Result<Vec<Copies>, Error> {
    let ids = || Rows::of_ids(bibs.iter().map(|bib| bib.0).collect::<BTreeSet<_>>());
    let mut found: BTreeMap<BibId, Copies> = BTreeMap::new();
    if bibs.is_empty() {
        return Ok(Vec::new());
    }
    for mut row in connection.query(&ITEMS_BY_BIB, vec![ids().arg()]).await? {
        let item = records::item(&mut row)?;
        found.entry(item.bib).or_default().copies.push(Copy { item, due: None });
    }
    let items = found.values().flat_map(|copies| &copies.copies).map(|copy| copy.item.id.0);
    let due = due(connection, Rows::of_ids(items)).await?;
    for copies in found.values_mut() {
        for copy in &mut copies.copies {
            copy.due = due.get(&copy.item.id).copied();
        }
        copies.copies.sort_by(|a, b| {
            let place = |copy: &Copy| (copy.item.agency.clone(), copy.item.placement.branch.clone(), copy.item.id);
            place(a).cmp(&place(b))
        });
    }
    for mut row in connection.query(&WAITING, vec![ids().arg()]).await? {
        let bib = BibId(row.int()?);
        let agency = AgencyId::parse(&row.text()?);
        let count = u32::try_from(row.int()?).unwrap_or(u32::MAX);
        found.entry(bib).or_default().waiting.push((agency, count));
    }
    Ok(bibs.iter().map(|bib| found.get(bib).cloned().unwrap_or_default()).collect())
}

async fn due<C: Connection>(connection: &mut C, items: Rows) -> Result<HashMap<ItemId, Timestamp>, Error> {
    let mut due = HashMap::new();
    if items.is_empty() {
        return Ok(due);
    }
    for mut row in connection.query(&DUE, vec![items.arg()]).await? {
        due.insert(ItemId(row.int()?), records::timestamp(row.int()?)?);
    }
    Ok(due)
}

/// The records of items, in the order asked.
pub(crate) async fn bibs_of_items<C: Connection>(connection: &mut C, items: &[ItemId]) -> Result<Vec<Option<BibId>>, Error> {
    let ids = Rows::of_ids(items.iter().map(|item| item.0).collect::<BTreeSet<_>>());
    let mut found = HashMap::new();
    if !ids.is_empty() {
        for mut row in connection.query(&BIBS_OF_ITEMS, vec![ids.arg()]).await? {
            found.insert(ItemId(row.int()?), BibId(row.int()?));
        }
    }
    Ok(items.iter().map(|item| found.get(item).copied()).collect())
}

/// The statements above that look for rows, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[&NAMED, &DUE, &WAITING, &BIBS_OF_ITEMS];
