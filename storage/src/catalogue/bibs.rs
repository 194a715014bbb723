//! Records in bulk.

use crate::dialect::{Sql, sql};
use crate::engine::{Arg, Connection};
use crate::error::Error;
use crate::plan::feed::{Entries, Origin};
use crate::records;
use crate::rows::Rows;
use crate::writer::reserve;
use skranke_core::bib::{CodedData, ContentHash, RecordKind};
use skranke_core::ports::catalogue::{BibRow, Stored};
use skranke_core::ports::{Channel, FeedKind, FeedOperation};
use skranke_core::time::Timestamp;
use std::collections::HashMap;

static BRIEF: Sql = sql!(
    "SELECT b.agency, b.control_number, b.kind, b.id, b.deleted, b.title, b.author, b.coded, b.hash FROM ",
    rows,
    join,
    "bib b ON b.control_number = k.value->>1 AND b.agency = k.value->>0 AND b.kind = k.value->>2"
);
static INSERT: Sql = sql!(
    "INSERT INTO bib (id, agency, control_number, kind, format, title, author, coded, deleted, changed, hash, content) ",
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
);
static UPDATE: Sql = sql!(
    "UPDATE bib SET format = $2, title = $3, author = $4, coded = $5, deleted = $6, changed = $7, hash = $8, content = $9 WHERE id = $1"
);
static RETITLE: Sql = sql!(
    "UPDATE item SET title = k.value->>1, author = k.value->>2, coded = k.value->>3 FROM ",
    rows,
    " WHERE item.bib = CAST(k.value->>0 AS bigint) RETURNING item.id"
);

type Key<'r> = (&'r str, &'r str, RecordKind);

/// What is known of a record, and what it will be.
struct State<'r> {
    id: i64,
    new: bool,
    deleted: bool,
    title: String,
    author: String,
    coded: CodedData,
    hash: Option<ContentHash>,
    /// The row that stands, where it differs from what is stored.
    row: Option<&'r BibRow>,
    retitled: bool,
}

/// Stores records; what became of each is told in their order.
pub(crate) async fn put<C: Connection>(
    connection: &mut C,
    rows: &[BibRow],
    channel: &Channel,
    at: Timestamp,
    sequence: &mut i64,
) -> Result<Vec<Stored>, Error> {
    let mut states = known(connection, rows).await?;
    let unknown = rows.iter().filter(|row| !states.contains_key(&key(row))).count();
    let mut next = match unknown {
        0 => 0,
        some => reserve(connection, "bib", i64::try_from(some).unwrap_or(i64::MAX)).await?,
    };
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        let state = states.entry(key(row)).or_insert_with(|| {
            let id = next;
            next += 1;
            State::unborn(id)
        });
        stored.push(state.take(row));
    }
    write(connection, states, channel, at, sequence).await?;
    Ok(stored)
}

fn key(row: &BibRow) -> Key<'_> {
    (row.agency.as_str(), row.control_number.as_str(), row.kind)
}

/// The records of the batch that are there already.
async fn known<'r, C: Connection>(connection: &mut C, rows: &'r [BibRow]) -> Result<HashMap<Key<'r>, State<'r>>, Error> {
    let by_key: HashMap<Key<'_>, &'r BibRow> = rows.iter().map(|row| (key(row), row)).collect();
    let mut keys = Rows::default();
    for (agency, number, kind) in by_key.keys() {
        keys.row().text(agency).text(number).text(kind.as_str());
    }
    let mut states = HashMap::new();
    if keys.is_empty() {
        return Ok(states);
    }
    for mut row in connection.query(&BRIEF, vec![keys.arg()]).await? {
        let (agency, number, kind) = (row.text()?, row.text()?, row.text()?);
        let kind: RecordKind = kind.parse().map_err(|_| Error::Shape("the kind of a record"))?;
        let Some(&named) = by_key.get(&(agency.as_str(), number.as_str(), kind)) else {
            continue;
        };
        let state = State {
            id: row.int()?,
            new: false,
            deleted: row.flag()?,
            title: row.text()?,
            author: row.text()?,
            coded: records::coded(&row.text()?)?,
            hash: Some(records::content_hash(&mut row)?),
            row: None,
            retitled: false,
        };
        states.insert(key(named), state);
    }
    Ok(states)
}

impl<'r> State<'r> {
    fn unborn(id: i64) -> Self {
        Self {
            id,
            new: true,
            deleted: false,
            title: String::new(),
            author: String::new(),
            coded: CodedData::default(),
            hash: None,
            row: None,
            retitled: false,
        }
    }

    /// Takes a row in; a later one of the same batch finds what an earlier one left.
    fn take(&mut self, row: &'r BibRow) -> Stored {
        if self.hash == Some(row.hash) && self.deleted == row.deleted {
            return Stored::Unchanged;
        }
        let first = self.hash.is_none();
        self.retitled |= !first && (self.title != row.title || self.author != row.author || self.coded != row.coded);
        self.title.clone_from(&row.title);
        self.author.clone_from(&row.author);
        self.coded = row.coded;
        self.hash = Some(row.hash);
        self.deleted = row.deleted;
        self.row = Some(row);
        match (row.deleted, first) {
            (true, _) => Stored::Deleted,
            (false, true) => Stored::Inserted,
            (false, false) => Stored::Updated,
        }
    }
}

async fn write<C: Connection>(
    connection: &mut C,
    states: HashMap<Key<'_>, State<'_>>,
    channel: &Channel,
    at: Timestamp,
    sequence: &mut i64,
) -> Result<(), Error> {
    let mut changed: Vec<_> = states.into_values().filter_map(|state| Some((state.row?, state))).collect();
    changed.sort_unstable_by_key(|(_, state)| state.id);
    let origin = Origin::new(channel, at);
    let mut feed = Entries::default();
    let mut retitled = Rows::default();
    for (row, state) in changed {
        let operation = if row.deleted { FeedOperation::Deleted } else { FeedOperation::Put };
        feed.add(FeedKind::Bib, state.id, operation, &origin);
        if state.retitled && !state.new && !row.deleted {
            let row_of_items = retitled.row().int(state.id).text(&row.title).text(&row.author);
            row_of_items.text(&row.coded.to_string());
        }
        let values = values(row, at);
        if state.new {
            let names = [
                Arg::Int(state.id),
                row.agency.as_str().into(),
                row.control_number.as_str().into(),
                row.kind.as_str().into(),
            ];
            connection.execute(&INSERT, names.into_iter().chain(values).collect()).await?;
        } else {
            let id = [Arg::Int(state.id)];
            connection.execute(&UPDATE, id.into_iter().chain(values).collect()).await?;
        }
    }
    if !retitled.is_empty() {
        for mut row in connection.query(&RETITLE, vec![retitled.arg()]).await? {
            feed.put(FeedKind::Item, row.int()?, &origin);
        }
    }
    feed.write(connection, sequence).await
}

/// What an update changes, in the order of both statements.
fn values(row: &BibRow, at: Timestamp) -> [Arg; 8] {
    [
        row.format.as_str().into(),
        without_nul(&row.title),
        without_nul(&row.author),
        Arg::Text(row.coded.to_string()),
        i64::from(row.deleted).into(),
        at.as_millisecond().into(),
        Arg::Bytes(row.hash.0.to_vec()),
        Arg::Bytes(row.content.clone()),
    ]
}

/// PostgreSQL holds no NUL in texts.
fn without_nul(text: &str) -> Arg {
    Arg::Text(text.replace('\0', "\u{fffd}"))
}

/// The statements above that look for rows, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[&BRIEF, &UPDATE, &RETITLE];
