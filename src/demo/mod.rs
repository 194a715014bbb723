//! The demo library: brought into an empty store from the fixtures that the binary carries, with a history that makes
//! every state occur.

mod history;
mod table;

pub use table::{lendable, print};

use crate::config::{Loaded, Override, Problems, parse};
use crate::import::{BibImport, PinHasher, Rejects, import_bibs, import_items, import_patrons};
use anyhow::{Context, bail};
use skranke_core::ports::catalogue::Catalogue;
use skranke_core::secret::PinHash;
use skranke_marc::{Carrier, Form};
use skranke_storage::AnyStore;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const CONFIG: &str = include_str!("../../fixtures/demo/skranke.toml");
const DANMARC2: &str = include_str!("../../fixtures/demo/danmarc2.txt");
const MARC21: &str = include_str!("../../fixtures/demo/marc21.mrk");
const ITEMS: &str = include_str!("../../fixtures/demo/items.csv");
const PATRONS: &str = include_str!("../../fixtures/demo/patrons.csv");
const PIN_HASHES: &str = include_str!("../../fixtures/demo/pin_hashes.csv");
const EVENTS: &str = include_str!("../../fixtures/demo/events.csv");
const CARDS: &str = include_str!("../../fixtures/demo/cards.csv");

/// The demo's configuration with the operator's overrides; paths are seen from `dir`.
pub fn config(dir: &Path, overrides: Vec<Override>) -> Result<Loaded, Problems> {
    parse(&dir.join("skranke.toml"), CONFIG, overrides)
}

/// Fills an empty store; one that holds records already is left as it is.
pub async fn fill(loaded: &Loaded, store: &AnyStore) -> anyhow::Result<()> {
    if store.counts().await?.bibs > 0 {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let rejects = |name: &str| Rejects::beside(&scratch.path().join(name));
    for (name, text, carrier) in [("danmarc2", DANMARC2, Carrier::Line), ("marc21", MARC21, Carrier::Mrk)] {
        let import = BibImport {
            store,
            agency: &loaded.library.default_agency,
            form: Form {
                carrier: Some(carrier),
                format: None,
            },
            clock: crate::clock::now,
        };
        let mut rejects = rejects(name)?;
        let counts = import_bibs(import, text.as_bytes(), &mut rejects, None).await?;
        all_taken(name, counts.rejected)?;
    }
    let mut items = rejects("items")?;
    let counts = import_items(store, &loaded.library, ITEMS.as_bytes(), &mut items, None, crate::clock::now).await?;
    all_taken("items", counts.rejected)?;

    let mut hasher = PinHasher::of(store).await?;
    hasher.known = Arc::new(pin_hashes()?);
    let mut patrons = rejects("patrons")?;
    let counts = import_patrons(
        store,
        &loaded.library,
        &hasher,
        PATRONS.as_bytes(),
        &mut patrons,
        None,
        crate::clock::now,
    )
    .await?;
    all_taken("patrons", counts.rejected)?;
    history::live(EVENTS, loaded, store).await.context("the demo library's history")
}

fn all_taken(name: &str, rejected: u64) -> anyhow::Result<()> {
    if rejected > 0 {
        bail!("{rejected} of the demo library's {name} were rejected");
    }
    Ok(())
}

/// The fixtures' PINs, hashed beforehand: they are printed at start anyway, and hashing sixty takes a second.
fn pin_hashes() -> anyhow::Result<BTreeMap<String, PinHash>> {
    let mut reader = csv::Reader::from_reader(PIN_HASHES.as_bytes());
    let mut hashes = BTreeMap::new();
    for row in reader.records() {
        let row = row?;
        if let (Some(card), Some(phc)) = (row.get(0), row.get(1)) {
            hashes.insert(card.to_owned(), PinHash(phc.to_owned()));
        }
    }
    Ok(hashes)
}
