//! Items from CSV.

use super::table::{Columns, Row, Table};
use super::{BATCH, Counts, Progress, Rejects};
use anyhow::Context;
use skranke_core::agency::AgencyId;
use skranke_core::ids::{Barcode, BranchId, ControlNumber, MaterialGroup};
use skranke_core::item::{ItemState, LoanRestriction, Placement};
use skranke_core::library::Library;
use skranke_core::money::{Currency, Money};
use skranke_core::ports::Channel;
use skranke_core::ports::catalogue::{Catalogue, ItemRow};
use skranke_core::time::Timestamp;
use std::io::Read;

/// The contract's columns.
pub const COLUMNS: Columns = Columns {
    of: "items",
    required: &["barcode", "bib", "agency", "branch"],
    optional: &[
        "department",
        "location",
        "sublocation",
        "section",
        "call_number",
        "material_group",
        "media_type",
        "loan_restriction",
        "price",
        "currency",
        "accession_date",
        "note",
    ],
};

/// The material group of an item that names none.
pub const STANDARD_GROUP: &str = "standard";

/// Reads items to the end of the input and stores them in batches.
pub async fn import_items<C: Catalogue>(
    store: &C,
    library: &Library,
    input: impl Read,
    rejects: &mut Rejects,
    mut progress: Option<&mut Progress>,
    clock: fn() -> Timestamp,
) -> anyhow::Result<Counts> {
    let mut table = Table::open(input, COLUMNS)?;
    let mut counts = Counts::default();
    let mut batch: Vec<(u64, ItemRow)> = Vec::with_capacity(BATCH);
    let mut bytes = 0;
    while let Some(row) = table.next_row() {
        counts.read += 1;
        match row {
            Ok(row) => {
                bytes = row.bytes;
                match item(&row, library) {
                    Ok(item) => batch.push((row.line, item)),
                    Err(reason) => {
                        counts.rejected += 1;
                        rejects.write(row.line, row.get("barcode").unwrap_or("-"), reason)?;
                    }
                }
            }
            Err((line, reason)) => {
                counts.rejected += 1;
                rejects.write(line, "-", reason)?;
            }
        }
        if batch.len() >= BATCH {
            flush(store, &mut batch, rejects, &mut counts, clock()).await?;
            if let Some(progress) = progress.as_deref_mut() {
                progress.at(counts.read, bytes);
            }
        }
    }
    flush(store, &mut batch, rejects, &mut counts, clock()).await?;
    Ok(counts)
}

async fn flush<C: Catalogue>(
    store: &C,
    batch: &mut Vec<(u64, ItemRow)>,
    rejects: &mut Rejects,
    counts: &mut Counts,
    at: Timestamp,
) -> anyhow::Result<()> {
    if batch.is_empty() {
        return Ok(());
    }
    let (places, rows): (Vec<_>, Vec<_>) = batch.drain(..).map(|(line, row)| ((line, row.barcode.clone()), row)).unzip();
    let channel = Channel {
        protocol: "import",
        actor: "items".to_owned(),
    };
    let stored = store.put_items(rows, channel, at).await.context("the items cannot be stored")?;
    for ((line, barcode), stored) in places.iter().zip(stored) {
        if let Some(reason) = counts.take(stored) {
            rejects.write(line, barcode.as_str(), reason)?;
        }
    }
    Ok(())
}

/// A row → an item, or why not.
fn item(row: &Row<'_>, library: &Library) -> Result<ItemRow, String> {
    let agency = AgencyId::parse(row.required("agency")?);
    let currency = row
        .parsed("currency", "a currency code of three letters", Currency::parse)?
        .unwrap_or(library.agency(&agency).currency);
    let text = |column: &str| row.get(column).map(str::to_owned);
    let price = row.parsed("price", "an amount in minor units", |t| {
        t.parse::<i64>().ok().filter(|minor| *minor >= 0)
    })?;
    let media_type = row.parsed("media_type", "a number from 0 to 999", |t| {
        t.parse::<u16>().ok().filter(|n| *n <= 999)
    })?;
    Ok(ItemRow {
        barcode: Barcode::from(row.required("barcode")?),
        control_number: ControlNumber::from(row.required("bib")?),
        placement: Placement {
            branch: BranchId::from(row.required("branch")?),
            department: text("department"),
            location: text("location"),
            sublocation: text("sublocation"),
            section: text("section"),
        },
        agency,
        call_number: text("call_number"),
        material_group: MaterialGroup::from(row.get("material_group").unwrap_or(STANDARD_GROUP)),
        media_type: media_type.unwrap_or(0),
        loan_restriction: row.parsed("loan_restriction", "a code from a to g", LoanRestriction::parse)?,
        price: price.map(|minor| Money::new(minor, currency)),
        accession_date: row.parsed("accession_date", "a date as YYYY-MM-DD", |t| t.parse().ok())?,
        note: text("note"),
        state: ItemState::Available,
    })
}
