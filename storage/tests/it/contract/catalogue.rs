//! Import in bulk: idempotent, row by row, beside serving.

use super::concurrency::count_up;
use crate::support::Place;
use crate::support::desk::{ask, check_out, open};
use crate::support::samples::{apply, at, bib_row, channel, fill, item_row};
use skranke_core::agency::AgencyId;
use skranke_core::bib::RecordKind;
use skranke_core::block::{Block, BlockSource};
use skranke_core::ids::{BibId, CardNumber, ItemId};
use skranke_core::item::ItemState;
use skranke_core::memory_store::samples;
use skranke_core::patron::{Contact, Patron, PatronKind};
use skranke_core::ports::catalogue::{BibPage, BibRow, PatronRow, Rejection, Stored};
use skranke_core::ports::{BibRef, Catalogue, Change, FeedKind, FeedOperation, ItemRef, Need, PatronRef, Store};
use skranke_core::secret::{KeyedHash, PinHash};
use skranke_storage::AnyStore;
use std::time::{Duration, Instant};

async fn put_bibs(store: &AnyStore, rows: Vec<BibRow>, second: i64) -> Vec<Stored> {
    store.put_bibs(rows, channel(), at(second)).await.unwrap()
}

fn page(after: i64, limit: u32) -> BibPage {
    BibPage {
        after: BibId(after),
        agency: None,
        with_deleted: false,
        limit,
    }
}

pub async fn records_are_stored_once(place: Place) {
    let store = place.open().await;
    let rows: Vec<BibRow> = (1..=450).map(|n| bib_row(n, 0)).collect();
    assert_eq!(put_bibs(&store, rows.clone(), 1).await, vec![Stored::Inserted; 450]);
    let head = store.feed_head().await.unwrap();
    assert_eq!(head, 450);
    assert_eq!(put_bibs(&store, rows.clone(), 2).await, vec![Stored::Unchanged; 450]);
    assert_eq!(store.feed_head().await.unwrap(), head);
    let found = store.bibs_page(page(448, 10)).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].id, &found[0].row, found[0].changed), (BibId(449), &rows[448], at(1)));

    // The same number under another kind or agency is another record; of two rows for one record the later one stands.
    let authority = BibRow {
        kind: RecordKind::Authority,
        ..bib_row(1, 9)
    };
    let elsewhere = BibRow {
        agency: AgencyId::parse("870970"),
        ..bib_row(1, 8)
    };
    let batch = vec![bib_row(1, 1), authority.clone(), elsewhere.clone(), bib_row(1, 2), bib_row(1, 2)];
    let expected = [
        Stored::Updated,
        Stored::Inserted,
        Stored::Inserted,
        Stored::Updated,
        Stored::Unchanged,
    ];
    assert_eq!(put_bibs(&store, batch, 3).await, expected);
    let first = store.bibs(vec![BibId(1), BibId(100_000)]).await.unwrap();
    assert_eq!(first[0].as_ref().map(|bib| (&bib.row, bib.changed)), Some((&bib_row(1, 2), at(3))));
    assert_eq!(first[1], None);
    assert_eq!(store.counts().await.unwrap().bibs, 451);
    assert_eq!(store.agencies().await.unwrap(), [samples::agency_id(), elsewhere.agency.clone()]);
    let theirs = BibPage {
        agency: Some(elsewhere.agency.clone()),
        ..page(0, 10)
    };
    let theirs = store.bibs_page(theirs).await.unwrap();
    assert_eq!(theirs.iter().map(|bib| &bib.row).collect::<Vec<_>>(), [&elsewhere]);
}

pub async fn a_deleted_record_leaves_its_tombstone(place: Place) {
    let store = place.open().await;
    put_bibs(&store, vec![bib_row(1, 0), bib_row(2, 0)], 1).await;
    let mut gone = bib_row(1, 1);
    gone.deleted = true;
    assert_eq!(put_bibs(&store, vec![gone.clone()], 2).await, [Stored::Deleted]);
    assert_eq!(put_bibs(&store, vec![gone.clone()], 3).await, [Stored::Unchanged]);
    let entry = store.changes_after(2, 10).await.unwrap();
    assert_eq!(entry.len(), 1);
    assert_eq!(
        (entry[0].kind, entry[0].id, entry[0].operation),
        (FeedKind::Bib, 1, FeedOperation::Deleted)
    );
    assert_eq!(store.bibs_page(page(0, 10)).await.unwrap().len(), 1);
    let all = BibPage {
        with_deleted: true,
        ..page(0, 10)
    };
    let all = store.bibs_page(all).await.unwrap();
    assert_eq!((all.len(), all[0].row.deleted, all[0].changed), (2, true, at(2)));
    let need = Need {
        bibs: vec![BibRef::Number(samples::agency_id(), "1".into())],
        ..Need::default()
    };
    assert!(store.look(need).await.unwrap().bibs[0].is_none());
    assert_eq!(put_bibs(&store, vec![bib_row(1, 0)], 4).await, [Stored::Updated]);
}

pub async fn items_follow_their_records(place: Place) {
    let store = place.open().await;
    fill(&store, 2, 0).await;
    let head = store.feed_head().await.unwrap();
    let mut renamed = bib_row(1, 1);
    renamed.title = "Another title".to_owned();
    renamed.author = "Somebody".to_owned();
    put_bibs(&store, vec![renamed], 5).await;
    let mut touched: Vec<_> = store
        .changes_after(head, 10)
        .await
        .unwrap()
        .iter()
        .map(|row| (row.kind, row.id))
        .collect();
    touched.sort_by_key(|(_, id)| *id);
    touched.sort_by_key(|(kind, _)| *kind != FeedKind::Bib);
    assert_eq!(touched, [(FeedKind::Bib, 1), (FeedKind::Item, 1), (FeedKind::Item, 2)]);
    let need = Need {
        item: vec![ItemRef::Id(ItemId(2))],
        ..Need::default()
    };
    let item = store.look(need).await.unwrap().item.unwrap();
    assert_eq!((item.item.title.as_str(), item.item.author.as_str()), ("Another title", "Somebody"));
}

pub async fn items_find_their_record_or_say_why_not(place: Place) {
    let store = place.open().await;
    let (a, b) = (AgencyId::parse("111100"), AgencyId::parse("222200"));
    let bib = |agency: &AgencyId, n: i64| BibRow {
        agency: agency.clone(),
        ..bib_row(n, 0)
    };
    let mut gone = bib(&a, 4);
    gone.deleted = true;
    put_bibs(&store, vec![bib(&a, 1), bib(&b, 1), bib(&a, 2), bib(&b, 3), gone], 1).await;
    let item = |agency: &AgencyId, barcode: &str, number: i64| {
        let mut row = item_row(&samples::item(1, number, "main"));
        row.agency = agency.clone();
        row.barcode = barcode.into();
        row
    };
    let c = AgencyId::parse("333300");
    let rows = vec![
        item(&b, "x1", 1),
        item(&c, "x2", 2),
        item(&c, "x3", 1),
        item(&a, "x4", 99),
        item(&a, "x5", 4),
        item(&c, "x2", 2),
        item(&b, "x2", 3),
    ];
    let expected = [
        Stored::Inserted,
        Stored::Inserted,
        Stored::Rejected(Rejection::AmbiguousBib),
        Stored::Rejected(Rejection::UnknownBib),
        Stored::Rejected(Rejection::UnknownBib),
        Stored::Unchanged,
        Stored::Inserted,
    ];
    assert_eq!(store.put_items(rows, channel(), at(2)).await.unwrap(), expected);
    let find = async |agency: &AgencyId, barcode: &str| {
        let need = Need {
            item: vec![ItemRef::Barcode(agency.clone(), barcode.into())],
            ..Need::default()
        };
        store
            .look(need)
            .await
            .unwrap()
            .item
            .map(|found| (found.item.agency.clone(), found.item.bib_agency.clone()))
    };
    assert_eq!(find(&b, "x1").await, Some((b.clone(), b.clone())));
    // Own first; else the only one; else none.
    assert_eq!(find(&b, "x2").await, Some((b.clone(), b.clone())));
    assert_eq!(find(&c, "x2").await, Some((c.clone(), a.clone())));
    assert_eq!(find(&a, "x2").await, None);
    assert_eq!(find(&a, "x1").await, Some((b.clone(), b)));
}

pub async fn an_update_keeps_where_the_item_is(place: Place) {
    let store = place.open().await;
    fill(&store, 2, 1).await;
    let desk = open(store.clone(), samples::library(Vec::new())).await;
    ask(&desk, check_out("p1", "i1"), 10).await;
    let before = item_row(&samples::item(1, 1, "north"));
    assert_eq!(
        store.put_items(vec![before.clone()], channel(), at(11)).await.unwrap(),
        [Stored::Unchanged]
    );
    let head = store.feed_head().await.unwrap();
    let mut moved = before;
    moved.placement.branch = "south".into();
    moved.note = Some("torn".to_owned());
    moved.control_number = "2".into();
    assert_eq!(
        store.put_items(vec![moved.clone()], channel(), at(12)).await.unwrap(),
        [Stored::Updated]
    );
    assert_eq!(store.put_items(vec![moved], channel(), at(13)).await.unwrap(), [Stored::Unchanged]);
    assert_eq!(store.feed_head().await.unwrap(), head + 1);
    let need = Need {
        item: vec![ItemRef::Id(ItemId(1))],
        ..Need::default()
    };
    let found = store.look(need).await.unwrap().item.unwrap();
    assert_eq!(found.item.state, ItemState::OnLoan);
    assert!(found.loan.is_some());
    assert_eq!((found.item.bib, found.item.title.as_str()), (BibId(2), "Title 2"));
    assert_eq!(found.item.placement.branch.as_str(), "south");
    assert_eq!(found.item.note.as_deref(), Some("torn"));
}

fn patron_row(cards: &[&str], digest: &str) -> PatronRow {
    PatronRow {
        agency: samples::agency_id(),
        cards: cards.iter().map(|card| CardNumber::new(*card)).collect(),
        digest: KeyedHash(digest.to_owned()),
        national_number: None,
        pin: Some(PinHash("hash".to_owned())),
        name: format!("Name {digest}"),
        kind: PatronKind::Person,
        category: "adult".into(),
        branch: None,
        contact: Contact::default(),
        language: None,
        birth_date: None,
        municipality: None,
        guardian: None,
        expires: None,
        blocks: Vec::new(),
        fee_limit: None,
        keep_history: true,
        protected_address: false,
    }
}

async fn patron(store: &AnyStore, card: &str) -> Option<Patron> {
    let need = Need {
        patron: vec![PatronRef::Card(samples::agency_id(), CardNumber::new(card))],
        ..Need::default()
    };
    store.look(need).await.unwrap().patron.map(|found| found.patron.clone())
}

async fn put_patrons(store: &AnyStore, rows: Vec<PatronRow>) -> Vec<Stored> {
    store.put_patrons(rows, channel(), at(1)).await.unwrap()
}

pub async fn patrons_are_stored_under_their_cards(place: Place) {
    let store = place.open().await;
    let national = |row: PatronRow, number: &str| PatronRow {
        national_number: Some(KeyedHash(number.to_owned())),
        ..row
    };
    let rows = vec![
        national(patron_row(&["a1", "a2"], "a"), "n1"),
        patron_row(&["b1"], "b"),
        patron_row(&[], "c"),
        patron_row(&["b1"], "b"),
        patron_row(&["a2", "b1"], "d"),
        national(patron_row(&["b1"], "e"), "n1"),
    ];
    let expected = [
        Stored::Inserted,
        Stored::Inserted,
        Stored::Rejected(Rejection::NoCard),
        Stored::Unchanged,
        Stored::Rejected(Rejection::CardOfAnother),
        Stored::Rejected(Rejection::NationalNumberOfAnother),
    ];
    assert_eq!(put_patrons(&store, rows.clone()).await, expected);
    assert_eq!(put_patrons(&store, rows).await[..2], [Stored::Unchanged, Stored::Unchanged]);
    let first = patron(&store, "a2").await.unwrap();
    assert_eq!(first.card().map(CardNumber::reveal), Some("a1"));
    let asked = ["b1", "nobody", "a1"].map(CardNumber::new);
    let digests = store.patron_digests(&samples::agency_id(), &asked).await.unwrap();
    assert_eq!(digests, [Some(KeyedHash("b".to_owned())), None, Some(KeyedHash("a".to_owned()))]);

    // A lost card is replaced: the same person, by one card or by the national number.
    let head = store.feed_head().await.unwrap();
    let replaced = vec![
        national(patron_row(&["a2", "a3"], "f"), "n1"),
        patron_row(&["a1"], "g"),
        national(patron_row(&["a4"], "h"), "n1"),
    ];
    assert_eq!(
        put_patrons(&store, replaced).await,
        [Stored::Updated, Stored::Inserted, Stored::Updated]
    );
    assert_eq!(patron(&store, "a4").await.unwrap().id, first.id);
    assert!(patron(&store, "a3").await.is_none());
    assert_ne!(patron(&store, "a1").await.unwrap().id, first.id);
    assert_eq!(store.feed_head().await.unwrap(), head + 2);
    assert_eq!(store.counts().await.unwrap().patrons, 3);
}

pub async fn blocks_of_terminals_outlive_an_import(place: Place) {
    let store = place.open().await;
    let block = |code, source| Block {
        code,
        since: at(0),
        message: "why".to_owned(),
        source,
    };
    let mut row = patron_row(&["a1"], "a");
    row.blocks = vec![block('U', BlockSource::Staff)];
    put_patrons(&store, vec![row.clone()]).await;
    let id = patron(&store, "a1").await.unwrap().id;
    let of_terminal = block('S', BlockSource::Terminal("automat1".to_owned()));
    apply(&store, vec![Change::BlockSet(id, of_terminal.clone())]).await.unwrap();
    row.digest = KeyedHash("b".to_owned());
    row.blocks = vec![block('D', BlockSource::Staff)];
    put_patrons(&store, vec![row]).await;
    assert_eq!(
        patron(&store, "a1").await.unwrap().blocks,
        [block('D', BlockSource::Staff), of_terminal.clone()]
    );
    apply(&store, vec![Change::BlockLifted(id, of_terminal)]).await.unwrap();
    assert_eq!(patron(&store, "a1").await.unwrap().blocks, [block('D', BlockSource::Staff)]);
}

pub async fn guardians_are_found_whenever_they_come(place: Place) {
    let store = place.open().await;
    let child = |card: &str, guardian: &str| PatronRow {
        guardian: Some(CardNumber::new(guardian)),
        ..patron_row(&[card], card)
    };
    put_patrons(
        &store,
        vec![child("c1", "g1"), patron_row(&["g1"], "g1"), child("c2", "g2"), child("c3", "c3")],
    )
    .await;
    let guardian = async |card: &str| patron(&store, card).await.unwrap().guardian;
    let id = async |card: &str| Some(patron(&store, card).await.unwrap().id);
    assert_eq!(guardian("c1").await, id("g1").await);
    assert_eq!(guardian("c2").await, None);
    // Nobody is his own guardian.
    assert_eq!(guardian("c3").await, None);
    let missing = store.missing_guardians(10).await.unwrap();
    let missing: Vec<_> = missing
        .iter()
        .map(|(child, guardian)| (child.reveal(), guardian.reveal()))
        .collect();
    assert_eq!(missing, [("c3", "c3"), ("c2", "g2")]);
    let head = store.feed_head().await.unwrap();
    put_patrons(&store, vec![patron_row(&["g2"], "g2")]).await;
    assert_eq!(guardian("c2").await, id("g2").await);
    assert_eq!(store.feed_head().await.unwrap(), head + 2);
}

/// One process imports while another serves: no command waits long, and nothing of either is lost.
pub async fn serving_goes_on_beside_an_import(place: Place) {
    let (importing, serving) = (place.open().await, place.open().await);
    let import = tokio::spawn({
        let importing = importing.clone();
        async move { put_bibs(&importing, (1..=6000).map(|n| bib_row(n, 0)).collect(), 1).await }
    });
    let (mut served, mut longest) = (0, Duration::ZERO);
    while !import.is_finished() {
        let asked = Instant::now();
        served += 1;
        assert_eq!(count_up(&serving, "served").await, served);
        longest = longest.max(asked.elapsed());
    }
    assert_eq!(import.await.unwrap(), vec![Stored::Inserted; 6000]);
    assert!(served > 5, "only {served} commands were served");
    assert!(longest < Duration::from_secs(2), "a command waited {longest:?}");
    assert_eq!(serving.feed_head().await.unwrap(), 6000);
}
