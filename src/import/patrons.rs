//! Patrons from CSV.

use super::table::{Columns, Row, Table};
use super::{BATCH, Counts, Progress, Rejects};
use anyhow::Context;
use skranke_core::agency::AgencyId;
use skranke_core::block::{Block, BlockSource};
use skranke_core::desk::hash_pin;
use skranke_core::desk::pin::PinError;
use skranke_core::ids::{BranchId, CardNumber, PatronCategory};
use skranke_core::library::Library;
use skranke_core::money::Money;
use skranke_core::patron::{Contact, PatronKind};
use skranke_core::ports::catalogue::{Catalogue, PatronRow};
use skranke_core::ports::{Channel, Fault, Store};
use skranke_core::secret::{HashKey, KeyedHash, NATIONAL_NUMBER_KEY, Pin, PinHash, national_number};
use skranke_core::time::{Date, Time, Timestamp, local_date};
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

/// The contract's columns.
pub const COLUMNS: Columns = Columns {
    of: "patrons",
    required: &["card", "name", "pin", "agency"],
    optional: &[
        "national_number",
        "category",
        "branch",
        "email",
        "phone",
        "address",
        "language",
        "birth_date",
        "municipality",
        "guardian",
        "expires",
        "blocks",
        "fee_limit",
        "keep_history",
    ],
};

/// The category of a patron that names none.
pub const STANDARD_CATEGORY: &str = "adult";

/// Which categories are not persons.
const CATEGORY_KINDS: [(&str, PatronKind); 5] = [
    ("institution", PatronKind::Organisation),
    ("company", PatronKind::Organisation),
    ("firma", PatronKind::Organisation),
    ("organisation", PatronKind::Organisation),
    ("library", PatronKind::Library),
];

/// How PINs and national numbers become what may be stored.
#[derive(Debug, Clone)]
pub struct PinHasher {
    /// Under it national numbers are hashed, as the desk does.
    national_number: HashKey,
    /// Under it rows are digested. A digest is also the salt of the row's PIN, so that importing again makes the same hash.
    rows: HashKey,
    /// Hashes made before, by card: for the demo library, whose PINs are printed anyway.
    pub known: Arc<BTreeMap<String, PinHash>>,
}

impl PinHasher {
    /// With the keys that all processes on this store share.
    pub async fn of<S: Store>(store: &S) -> Result<Self, Fault> {
        Ok(Self {
            national_number: HashKey(store.shared_secret(NATIONAL_NUMBER_KEY).await?),
            rows: HashKey(store.shared_secret("patron-rows").await?),
            known: Arc::default(),
        })
    }
}

/// A row on its way: its PIN is hashed only if the store does not have the same row already.
struct Coming {
    line: u64,
    row: PatronRow,
    pin: Option<Pin>,
}

/// Reads patrons to the end of the input and stores them in batches.
pub async fn import_patrons<C: Catalogue>(
    store: &C,
    library: &Library,
    hasher: &PinHasher,
    input: impl Read,
    rejects: &mut Rejects,
    mut progress: Option<&mut Progress>,
    clock: fn() -> Timestamp,
) -> anyhow::Result<Counts> {
    let mut table = Table::open(input, COLUMNS)?;
    let mut counts = Counts::default();
    let mut batch: Vec<Coming> = Vec::with_capacity(BATCH);
    let mut bytes = 0;
    while let Some(row) = table.next_row() {
        counts.read += 1;
        match row {
            Ok(row) => {
                bytes = row.bytes;
                match patron(&row, library, hasher, clock()) {
                    Ok(coming) => batch.push(coming),
                    Err(reason) => {
                        counts.rejected += 1;
                        rejects.write(row.line, "-", reason)?;
                    }
                }
            }
            Err((line, reason)) => {
                counts.rejected += 1;
                rejects.write(line, "-", reason)?;
            }
        }
        if batch.len() >= BATCH {
            flush(store, hasher, &mut batch, rejects, &mut counts, clock()).await?;
            if let Some(progress) = progress.as_deref_mut() {
                progress.at(counts.read, bytes);
            }
        }
    }
    flush(store, hasher, &mut batch, rejects, &mut counts, clock()).await?;
    let missing = store.missing_guardians(1000).await.context("guardians cannot be looked up")?;
    if !missing.is_empty() {
        tracing::warn!(children = missing.len(), "guardians are named whose cards are not there");
    }
    Ok(counts)
}

async fn flush<C: Catalogue>(
    store: &C,
    hasher: &PinHasher,
    batch: &mut Vec<Coming>,
    rejects: &mut Rejects,
    counts: &mut Counts,
    at: Timestamp,
) -> anyhow::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let mut coming = std::mem::take(batch);
    mark_unchanged(store, &mut coming).await?;
    for (n, error) in hash_pins(hasher, &mut coming).await?.into_iter().rev() {
        counts.rejected += 1;
        rejects.write(coming.remove(n).line, "-", error)?;
    }
    let (lines, rows): (Vec<u64>, Vec<PatronRow>) = coming.into_iter().map(|c| (c.line, c.row)).unzip();
    let channel = Channel {
        protocol: "import",
        actor: "patrons".to_owned(),
    };
    let stored = store.put_patrons(rows, channel, at).await.context("the patrons cannot be stored")?;
    for (line, stored) in lines.iter().zip(stored) {
        if let Some(reason) = counts.take(stored) {
            rejects.write(line, "-", reason)?;
        }
    }
    Ok(())
}

/// Rows that the store has with the same digest need no hashing.
async fn mark_unchanged<C: Catalogue>(store: &C, coming: &mut [Coming]) -> anyhow::Result<()> {
    let mut by_agency: BTreeMap<AgencyId, Vec<usize>> = BTreeMap::new();
    for (n, one) in coming.iter().enumerate() {
        by_agency.entry(one.row.agency.clone()).or_default().push(n);
    }
    for (agency, places) in by_agency {
        let cards: Vec<CardNumber> = places
            .iter()
            .filter_map(|&n| coming.get(n).and_then(|c| c.row.cards.first()).cloned())
            .collect();
        let digests = store.patron_digests(&agency, &cards).await.context("patrons cannot be looked up")?;
        for (n, digest) in places.into_iter().zip(digests) {
            if let Some(one) = coming.get_mut(n)
                && digest.as_ref() == Some(&one.row.digest)
            {
                one.pin = None;
            }
        }
    }
    Ok(())
}

/// Hashes the PINs that need it, side by side; gives the places of those that cannot be.
async fn hash_pins(hasher: &PinHasher, coming: &mut [Coming]) -> anyhow::Result<Vec<(usize, PinError)>> {
    let mut running = Vec::new();
    for (n, one) in coming.iter_mut().enumerate() {
        let Some(pin) = one.pin.take() else { continue };
        if let Some(known) = one.row.cards.first().and_then(|card| hasher.known.get(card.reveal())) {
            one.row.pin = Some(known.clone());
            continue;
        }
        let salt = hasher.rows.digest(&[b"salt", one.row.digest.0.as_bytes()]);
        running.push((
            n,
            tokio::task::spawn_blocking(move || hash_pin(&pin, salt.get(..16).unwrap_or(&salt))),
        ));
    }
    let mut unhashable = Vec::new();
    for (n, task) in running {
        let hash = task.await.context("a PIN cannot be hashed")?;
        match (coming.get_mut(n), hash) {
            (Some(one), Ok(hash)) => one.row.pin = hash,
            (_, Err(error)) => unhashable.push((n, error)),
            (None, Ok(_)) => {}
        }
    }
    Ok(unhashable)
}

/// A row → a patron, or why not. Reasons name columns, never values: they may be personal.
fn patron(row: &Row<'_>, library: &Library, hasher: &PinHasher, now: Timestamp) -> Result<Coming, String> {
    let agency = AgencyId::parse(row.required("agency")?);
    let settings = library.agency(&agency);
    let cards: Vec<CardNumber> = split(row.required("card")?).map(CardNumber::new).collect();
    if cards.is_empty() {
        return Err("card is empty".to_owned());
    }
    let category = row.get("category").unwrap_or(STANDARD_CATEGORY);
    let kind = CATEGORY_KINDS
        .iter()
        .find(|(name, _)| *name == category)
        .map_or(PatronKind::Person, |(_, kind)| *kind);
    let (blocks, protected_address) = blocks(row, local_midnight(now, settings))?;
    let date = |column: &str| row.parsed(column, "a date as YYYY-MM-DD", |t| t.parse::<Date>().ok());
    let national_number = row.parsed("national_number", "ten digits", |t| national_number(t, &hasher.national_number))?;
    let contact = Contact {
        address: row
            .get("address")
            .map(|text| {
                text.split(['\n', ';'])
                    .map(|line| line.trim().to_owned())
                    .filter(|line| !line.is_empty())
                    .collect()
            })
            .unwrap_or_default(),
        emails: notified(row.get("email")),
        phones: notified(row.get("phone")),
    };
    let mut patron = PatronRow {
        national_number,
        pin: None,
        name: row.required("name")?.to_owned(),
        kind,
        category: PatronCategory::from(category),
        branch: row.get("branch").map(BranchId::from),
        contact,
        language: row.get("language").map(str::to_owned),
        birth_date: date("birth_date")?,
        municipality: row.get("municipality").map(str::to_owned),
        guardian: row.get("guardian").map(CardNumber::new),
        expires: date("expires")?,
        blocks,
        fee_limit: row
            .parsed("fee_limit", "an amount in minor units", |t| {
                t.parse::<i64>().ok().filter(|minor| *minor >= 0)
            })?
            .map(|minor| Money::new(minor, settings.currency)),
        keep_history: row.parsed("keep_history", "true or false", truth)?.unwrap_or(false),
        protected_address,
        digest: KeyedHash(String::new()),
        agency,
        cards,
    };
    patron.digest = digest(row, hasher);
    Ok(Coming {
        line: row.line,
        pin: row.raw("pin").map(Pin::new),
        row: patron,
    })
}

/// Keyed digest of all that the row says.
fn digest(row: &Row<'_>, hasher: &PinHasher) -> KeyedHash {
    let columns = COLUMNS.required.iter().chain(COLUMNS.optional);
    let parts: Vec<&[u8]> = columns
        .flat_map(|column| [column.as_bytes(), row.raw(column).unwrap_or_default().as_bytes()])
        .collect();
    hasher.rows.keyed(&parts)
}

/// The code that stands among a row's blocks for a protected name and address: it blocks nothing.
const PROTECTED_ADDRESS: &str = "protected_address";

fn blocks(row: &Row<'_>, since: Timestamp) -> Result<(Vec<Block>, bool), String> {
    let mut blocks = Vec::new();
    let mut protected = false;
    for code in row.get("blocks").map(split).into_iter().flatten() {
        let mut letters = code.chars();
        match (letters.next(), letters.next()) {
            (Some(letter), None) => blocks.push(Block {
                code: letter.to_ascii_uppercase(),
                since,
                message: String::new(),
                source: BlockSource::Staff,
            }),
            _ if code == PROTECTED_ADDRESS => protected = true,
            _ => return Err("blocks holds something other than one-letter codes separated by ';'".to_owned()),
        }
    }
    Ok((blocks, protected))
}

/// A block's "since" is a day, so that importing twice on one day says the same.
fn local_midnight(now: Timestamp, agency: &skranke_core::agency::Agency) -> Timestamp {
    let midnight = local_date(now, &agency.time_zone).to_datetime(Time::midnight());
    agency.time_zone.to_timestamp(midnight).unwrap_or(now)
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty())
}

fn notified(text: Option<&str>) -> Vec<(String, bool)> {
    text.map(split).into_iter().flatten().map(|one| (one.to_owned(), true)).collect()
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}
