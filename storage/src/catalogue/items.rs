//! Items in bulk.

use crate::dialect::{Sql, sql};
use crate::engine::Connection;
use crate::error::Error;
use crate::plan::feed::{Entries, Origin};
use crate::records;
use crate::rows::Rows;
use crate::writer::reserve;
use skranke_core::bib::CodedData;
use skranke_core::item::Item;
use skranke_core::ports::catalogue::{ItemRow, Rejection, Stored};
use skranke_core::ports::{Channel, FeedKind};
use skranke_core::time::Timestamp;
use std::collections::{BTreeSet, HashMap};

static ITEMS: Sql = sql!(
    "SELECT ",
    item_columns,
    " FROM ",
    rows,
    join,
    "item i ON i.barcode = k.value->>1 AND i.agency = k.value->>0"
);
static BIBS: Sql = sql!(
    "SELECT b.control_number, b.agency, b.id, b.title, b.author, b.coded FROM ",
    rows,
    join,
    "bib b ON b.control_number = k.value->>0 WHERE b.kind = 'bib' AND b.deleted = 0"
);
static INSERT: Sql = sql!(
    "INSERT INTO item (id, agency, barcode, bib, bib_agency, control_number, title, author, coded, branch, department, location, ",
    "sublocation, section, call_number, material_group, media_type, loan_restriction, price, currency, accession_date, note, ",
    "state, state_to, current_branch) ",
    "SELECT CAST(k.value->>0 AS bigint), k.value->>1, k.value->>2, CAST(k.value->>3 AS bigint), k.value->>4, k.value->>5, ",
    "k.value->>6, k.value->>7, k.value->>8, k.value->>9, k.value->>10, k.value->>11, k.value->>12, k.value->>13, k.value->>14, ",
    "k.value->>15, CAST(k.value->>16 AS bigint), k.value->>17, CAST(k.value->>18 AS bigint), k.value->>19, k.value->>20, ",
    "k.value->>21, k.value->>22, k.value->>23, k.value->>9 FROM ",
    rows
);
static UPDATE: Sql = sql!(
    "UPDATE item SET bib = CAST(k.value->>3 AS bigint), bib_agency = k.value->>4, control_number = k.value->>5, ",
    "title = k.value->>6, author = k.value->>7, coded = k.value->>8, branch = k.value->>9, department = k.value->>10, ",
    "location = k.value->>11, sublocation = k.value->>12, section = k.value->>13, call_number = k.value->>14, ",
    "material_group = k.value->>15, media_type = CAST(k.value->>16 AS bigint), loan_restriction = k.value->>17, ",
    "price = CAST(k.value->>18 AS bigint), currency = k.value->>19, accession_date = k.value->>20, note = k.value->>21, ",
    "current_branch = k.value->>22 FROM ",
    rows,
    " WHERE item.id = CAST(k.value->>0 AS bigint)"
);

/// A record that an item may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Title {
    agency: String,
    id: i64,
    title: String,
    author: String,
    coded: CodedData,
}

/// An item as it will be.
struct State<'r> {
    id: i64,
    /// As stored; none for a new one.
    stored: Option<Item>,
    row: Option<(&'r ItemRow, Title)>,
    taken: Option<(&'r ItemRow, Title)>,
}

/// Stores items; what became of each is told in their order.
pub(crate) async fn put<C: Connection>(
    connection: &mut C,
    rows: &[ItemRow],
    channel: &Channel,
    at: Timestamp,
    sequence: &mut i64,
) -> Result<Vec<Stored>, Error> {
    let titles = titles(connection, rows).await?;
    let mut states = known(connection, rows).await?;
    let unknown = rows.iter().filter(|row| !states.contains_key(&key(row))).count();
    let mut next = match unknown {
        0 => 0,
        some => reserve(connection, "item", i64::try_from(some).unwrap_or(i64::MAX)).await?,
    };
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        let title = match resolve(titles.get(row.control_number.as_str()), row.agency.as_str()) {
            Ok(title) => title,
            Err(rejection) => {
                stored.push(Stored::Rejected(rejection));
                continue;
            }
        };
        let state = states.entry(key(row)).or_insert_with(|| {
            let id = next;
            next += 1;
            State {
                id,
                stored: None,
                row: None,
                taken: None,
            }
        });
        stored.push(state.take(row, title));
    }
    write(connection, states, channel, at, sequence).await?;
    Ok(stored)
}

fn key(row: &ItemRow) -> (&str, &str) {
    (row.agency.as_str(), row.barcode.as_str())
}

async fn titles<C: Connection>(connection: &mut C, rows: &[ItemRow]) -> Result<HashMap<String, Vec<Title>>, Error> {
    let numbers: BTreeSet<&str> = rows.iter().map(|row| row.control_number.as_str()).collect();
    let mut titles: HashMap<String, Vec<Title>> = HashMap::new();
    if numbers.is_empty() {
        return Ok(titles);
    }
    for mut row in connection.query(&BIBS, vec![Rows::of_texts(numbers).arg()]).await? {
        titles.entry(row.text()?).or_default().push(Title {
            agency: row.text()?,
            id: row.int()?,
            title: row.text()?,
            author: row.text()?,
            coded: records::coded(&row.text()?)?,
        });
    }
    Ok(titles)
}

/// The agency's own record, else the only one.
fn resolve(candidates: Option<&Vec<Title>>, agency: &str) -> Result<Title, Rejection> {
    let candidates = candidates.map(Vec::as_slice).unwrap_or_default();
    match (candidates.iter().find(|title| title.agency == agency), candidates) {
        (Some(own), _) => Ok(own.clone()),
        (None, [only]) => Ok(only.clone()),
        (None, []) => Err(Rejection::UnknownBib),
        (None, _) => Err(Rejection::AmbiguousBib),
    }
}

async fn known<'r, C: Connection>(connection: &mut C, rows: &'r [ItemRow]) -> Result<HashMap<(&'r str, &'r str), State<'r>>, Error> {
    let by_key: HashMap<(&str, &str), &'r ItemRow> = rows.iter().map(|row| (key(row), row)).collect();
    let mut keys = Rows::default();
    for (agency, barcode) in by_key.keys() {
        keys.row().text(agency).text(barcode);
    }
    let mut states = HashMap::new();
    if keys.is_empty() {
        return Ok(states);
    }
    for mut row in connection.query(&ITEMS, vec![keys.arg()]).await? {
        let item = records::item(&mut row)?;
        let Some(&row) = by_key.get(&(item.agency.as_str(), item.barcode.as_str())) else {
            continue;
        };
        let state = State {
            id: item.id.0,
            stored: Some(item),
            row: None,
            taken: None,
        };
        states.insert(key(row), state);
    }
    Ok(states)
}

impl<'r> State<'r> {
    /// Takes a row in; a later one of the same batch finds what an earlier one left.
    fn take(&mut self, row: &'r ItemRow, title: Title) -> Stored {
        let same = match (&self.taken, &self.stored) {
            (Some((taken, of)), _) => *of == title && says_the_same(taken, row),
            (None, Some(item)) => same_title(item, &title) && says_what_is_stored(item, row),
            (None, None) => false,
        };
        let new = self.stored.is_none() && self.taken.is_none();
        self.taken = Some((row, title.clone()));
        if same {
            return Stored::Unchanged;
        }
        self.row = Some((row, title));
        if new { Stored::Inserted } else { Stored::Updated }
    }
}

fn says_the_same(a: &ItemRow, b: &ItemRow) -> bool {
    // A first state is of no account once the item is there.
    let mut a = a.clone();
    a.state = b.state.clone();
    a == *b
}

fn same_title(item: &Item, title: &Title) -> bool {
    item.bib.0 == title.id && item.title == title.title && item.author == title.author && item.coded == title.coded
}

fn says_what_is_stored(item: &Item, row: &ItemRow) -> bool {
    item.placement == row.placement
        && item.control_number == row.control_number
        && item.call_number == row.call_number
        && item.material_group == row.material_group
        && item.media_type == row.media_type
        && item.loan_restriction == row.loan_restriction
        && item.price == row.price
        && item.accession_date == row.accession_date
        && item.note == row.note
}

async fn write<C: Connection>(
    connection: &mut C,
    states: HashMap<(&str, &str), State<'_>>,
    channel: &Channel,
    at: Timestamp,
    sequence: &mut i64,
) -> Result<(), Error> {
    let mut changed: Vec<_> = states
        .into_values()
        .filter_map(|state| Some((state.row?, state.id, state.stored)))
        .collect();
    changed.sort_unstable_by_key(|(_, id, _)| *id);
    let origin = Origin::new(channel, at);
    let mut feed = Entries::default();
    let (mut new, mut updated) = (Rows::default(), Rows::default());
    for ((row, title), id, stored) in &changed {
        feed.put(FeedKind::Item, *id, &origin);
        match stored {
            None => {
                put_row(&mut new, *id, row, title);
                records::put_first_state(&mut new, &row.state);
            }
            Some(item) => {
                put_row(&mut updated, *id, row, title);
                // An item that stands at home moves with its home; one that is elsewhere stays there.
                let at_home = item.current_branch == item.placement.branch;
                let current = if at_home { &row.placement.branch } else { &item.current_branch };
                updated.text(current.as_str());
            }
        }
    }
    if !new.is_empty() {
        connection.execute(&INSERT, vec![new.arg()]).await?;
    }
    if !updated.is_empty() {
        connection.execute(&UPDATE, vec![updated.arg()]).await?;
    }
    feed.write(connection, sequence).await
}

/// Writes the columns that insert and update share (0–21).
fn put_row(rows: &mut Rows, id: i64, row: &ItemRow, title: &Title) {
    rows.row()
        .int(id)
        .text(row.agency.as_str())
        .text(row.barcode.as_str())
        .int(title.id)
        .text(&title.agency)
        .text(row.control_number.as_str())
        .text(&title.title)
        .text(&title.author)
        .text(&title.coded.to_string());
    records::put_item_description(
        rows,
        &row.placement,
        row.call_number.as_deref(),
        &row.material_group,
        row.media_type,
        row.loan_restriction,
        row.price,
        row.accession_date,
        row.note.as_deref(),
    );
}

/// The statements above that look for rows, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[&ITEMS, &BIBS, &UPDATE];
