//! The core's sample library, put into a real store: the same numbers as in the store in memory.

use skranke_core::bib::{CodedData, ContentHash, Format, RecordKind};
use skranke_core::ids::ControlNumber;
use skranke_core::item::Item;
use skranke_core::memory_store::samples;
use skranke_core::ports::catalogue::{BibRow, ItemRow, Stored};
use skranke_core::ports::{Catalogue, Change, Channel, Decided, Facts, Fault, Need, Plan, Store};
use skranke_core::time::Timestamp;
use skranke_storage::AnyStore;

pub fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

pub fn channel() -> Channel {
    Channel {
        protocol: "test",
        actor: "t".to_owned(),
    }
}

pub fn plan(changes: Vec<Change>) -> Plan {
    Plan {
        changes,
        channel: channel(),
        at: at(0),
    }
}

/// Commits changes whatever the facts.
pub async fn apply(store: &AnyStore, changes: Vec<Change>) -> Result<(), Fault> {
    let decide = move |_: &Facts| Decided {
        plan: plan(changes.clone()),
        outcome: (),
    };
    store.commit(Need::default(), decide).await
}

/// Record `n` with a content of its own; `edition` makes the content another.
pub fn bib_row(n: i64, edition: u8) -> BibRow {
    let title = samples::title(n);
    let mut hash = [edition; 32];
    hash[..8].copy_from_slice(&n.to_be_bytes());
    BibRow {
        agency: title.agency,
        control_number: title.control_number,
        kind: RecordKind::Bib,
        format: Format::Marc21,
        content: vec![0, 255, edition, 7],
        hash: ContentHash(hash),
        title: title.title,
        author: String::new(),
        coded: CodedData::default(),
        deleted: false,
    }
}

/// An item as an import would have it.
pub fn item_row(item: &Item) -> ItemRow {
    ItemRow {
        agency: item.agency.clone(),
        barcode: item.barcode.clone(),
        control_number: ControlNumber(item.control_number.0.clone()),
        placement: item.placement.clone(),
        call_number: item.call_number.clone(),
        material_group: item.material_group.clone(),
        media_type: item.media_type,
        loan_restriction: item.loan_restriction,
        price: item.price,
        accession_date: item.accession_date,
        note: item.note.clone(),
        state: item.state.clone(),
    }
}

/// What `memory_store::samples::fill` puts into the store in memory, under the same numbers.
pub async fn fill(store: &AnyStore, records: i64, patrons: i64) {
    let mut state = skranke_core::memory_store::State::default();
    samples::fill(&mut state, records, patrons);
    let bibs = (1..=records).map(|n| bib_row(n, 0)).collect();
    let stored = store.put_bibs(bibs, channel(), at(0)).await.unwrap();
    assert!(stored.iter().all(|one| *one == Stored::Inserted));
    let items = state.items.values().map(item_row).collect();
    let stored = store.put_items(items, channel(), at(0)).await.unwrap();
    assert!(stored.iter().all(|one| *one == Stored::Inserted));
    let patrons = state.patrons.into_values().map(Change::Patron).collect();
    apply(store, patrons).await.unwrap();
}
