//! What is kept, for how long, and for whom.

use super::concurrency::count_up;
use crate::support::Place;
use crate::support::desk::{ask, check_out, open};
use crate::support::samples::{apply, at, bib_row, channel, fill, item_row, plan};
use skranke_core::bib::CodedData;
use skranke_core::desk::{Command, Reply};
use skranke_core::ids::{BibId, PatronId};
use skranke_core::memory_store::samples;
use skranke_core::ports::catalogue::{BibRow, Bucket};
use skranke_core::ports::{Catalogue, Change, Decided, Event, Facts, Need, PatronRef, Plan, StaffNote, Store};
use skranke_core::secret::KeyedHash;
use skranke_core::time::Date;
use skranke_storage::AnyStore;

async fn memory(store: &AnyStore, key: &str, second: i64) -> Option<String> {
    let need = Need {
        at: at(second),
        memories: vec![key.to_owned()],
        ..Need::default()
    };
    store.look(need).await.unwrap().memories.remove(0)
}

fn remember(key: &str, value: &str, second: i64) -> Change {
    Change::Remember {
        key: key.to_owned(),
        value: value.to_owned(),
        until: at(second),
    }
}

pub async fn memories_end_at_their_time(place: Place) {
    let store = place.open().await;
    apply(&store, vec![remember("a", "1", 60), remember("b", "2", 60)]).await.unwrap();
    assert_eq!(memory(&store, "a", 59).await.as_deref(), Some("1"));
    assert_eq!(memory(&store, "a", 60).await, None);
    apply(&store, vec![remember("a", "3", 90), Change::Forget("b".to_owned())])
        .await
        .unwrap();
    assert_eq!(memory(&store, "a", 60).await.as_deref(), Some("3"));
    assert_eq!(memory(&store, "b", 0).await, None);
    // Long after, they are gone from the tables: a look at an earlier time finds nothing either.
    let later = |_: &Facts| Decided {
        plan: Plan {
            at: at(10_000),
            ..plan(Vec::new())
        },
        outcome: (),
    };
    store.commit(Need::default(), later).await.unwrap();
    assert_eq!(memory(&store, "a", 0).await, None);
}

pub async fn any_text_is_kept(place: Place) {
    let store = place.open().await;
    let text = "{\"x\":\"æøå \\\" ' ; -- 日本 \u{1F4DA} \u{1} \n\"}";
    apply(&store, vec![remember("key's \"name\" \\", text, 60)]).await.unwrap();
    assert_eq!(memory(&store, "key's \"name\" \\", 0).await.as_deref(), Some(text));
    apply(&store, vec![remember("nothing", "", 60)]).await.unwrap();
    assert_eq!(memory(&store, "nothing", 0).await.as_deref(), Some(""));
    // What PostgreSQL's texts cannot hold is kept all the same.
    apply(&store, vec![remember("nul", "a\0b", 60)]).await.unwrap();
    assert_eq!(memory(&store, "nul", 0).await.as_deref(), Some("a\0b"));
}

pub async fn secrets_are_shared_and_lasting(place: Place) {
    let (one, other) = (place.open().await, place.open().await);
    let (a, b) = tokio::join!(one.shared_secret("resend"), other.shared_secret("resend"));
    let secret = a.unwrap();
    assert_eq!(secret, b.unwrap());
    assert_ne!(secret, one.shared_secret("other").await.unwrap());
    assert_ne!(secret, [0; 32]);
    drop((one, other));
    assert_eq!(place.open().await.shared_secret("resend").await.unwrap(), secret);
}

pub async fn numbers_are_given_once(place: Place) {
    let stores = [place.open().await, place.open().await];
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..20 {
        let store = stores[n % 2].clone();
        asked.spawn(async move { store.reserve_numbers(10).await.unwrap() });
    }
    let mut first: Vec<i64> = asked.join_all().await;
    first.sort_unstable();
    assert_eq!(first, (0..20).map(|n| 1 + 10 * n).collect::<Vec<_>>());
}

/// Eight processes start on an empty database at once; later ones find it as it is.
pub async fn many_may_start_at_once(place: Place) {
    let place = std::sync::Arc::new(place);
    let mut starts = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let place = std::sync::Arc::clone(&place);
        starts.spawn(async move { place.open().await });
    }
    let stores = starts.join_all().await;
    for store in &stores {
        count_up(store, "started").await;
    }
    drop(stores);
    assert_eq!(count_up(&place.open().await, "started").await, 9);
}

pub async fn patrons_are_found_by_every_name(place: Place) {
    let store = place.open().await;
    fill(&store, 1, 2).await;
    let mut patron = samples::patron(1);
    patron.national_number = Some(KeyedHash("abc".to_owned()));
    patron.cards.push(skranke_core::ids::CardNumber::new("second"));
    patron.contact.emails.push(("a@b.example".to_owned(), true));
    patron.birth_date = Some(Date::constant(1990, 2, 28));
    patron.pause = Some((Date::constant(2027, 1, 1), Date::constant(2027, 2, 1)));
    apply(&store, vec![Change::Patron(patron.clone())]).await.unwrap();
    let agency = samples::agency_id();
    let other = skranke_core::agency::AgencyId::parse("DK-999900");
    let find = async |references: Vec<PatronRef>| {
        let need = Need {
            patron: references,
            ..Need::default()
        };
        store.look(need).await.unwrap().patron.map(|found| found.patron.clone())
    };
    let card =
        |agency: &skranke_core::agency::AgencyId, text: &str| PatronRef::Card(agency.clone(), skranke_core::ids::CardNumber::new(text));
    for reference in [
        PatronRef::Id(PatronId(1)),
        card(&agency, "p1"),
        card(&agency, "second"),
        PatronRef::NationalNumber(agency.clone(), KeyedHash("abc".to_owned())),
    ] {
        assert!(find(vec![reference]).await == Some(patron.clone()));
    }
    assert!(find(vec![card(&other, "p1")]).await.is_none());
    // The first that is found counts.
    let second = find(vec![card(&agency, "nobody"), card(&agency, "p2"), card(&agency, "p1")]).await;
    assert_eq!(second.map(|patron| patron.id), Some(PatronId(2)));
}

/// Notes and counts are written; the same event adds up, and one that was undone is taken off.
pub async fn notes_and_counts_are_kept(place: Place) {
    let store = place.open().await;
    let event = Event {
        kind: "loan",
        day: Date::constant(2027, 1, 15),
        agency: samples::agency_id(),
        branch: "main".into(),
        department: String::new(),
        material_group: "standard".to_owned(),
        coded: None,
        category: "adult".to_owned(),
        channel: "automat",
    };
    let note = StaffNote {
        agency: samples::agency_id(),
        kind: "card_retained",
        item: None,
        patron: Some(PatronId(1)),
        text: "the automat kept a card".to_owned(),
    };
    for _ in 0..3 {
        apply(&store, vec![Change::Count(event.clone()), Change::Note(note.clone())])
            .await
            .unwrap();
    }
    let counted = "SELECT count FROM statistic WHERE kind = 'loan' AND branch = 'main'";
    assert_eq!(place.cell(counted).await, 3);
    apply(&store, vec![Change::Uncount(event)]).await.unwrap();
    assert_eq!(place.cell(counted).await, 2);
    assert_eq!(
        place
            .cell("SELECT count(*) FROM note WHERE kind = 'card_retained' AND patron = 1")
            .await,
        3
    );
}

/// The codes go from the record onto its items, follow it when it changes, and name the bucket of a loan; an undone loan leaves it.
pub async fn loans_are_counted_by_the_coded_data_of_the_record(place: Place) {
    let store = place.open().await;
    fill(&store, 2, 1).await;
    // Nothing but the codes changes.
    let coded: CodedData = "periodical/p/children/dan".parse().unwrap();
    let row = BibRow { coded, ..bib_row(1, 1) };
    store.put_bibs(vec![row.clone()], channel(), at(1)).await.unwrap();
    let stored = store.bibs(vec![BibId(1)]).await.unwrap();
    assert_eq!(stored[0].as_ref().map(|bib| &bib.row), Some(&row));
    // An item that comes later has them too.
    let mut later = item_row(&samples::item(9, 1, "main"));
    later.barcode = "later".into();
    store.put_items(vec![later], channel(), at(2)).await.unwrap();

    let desk = open(store.clone(), samples::library(Vec::new())).await;
    for barcode in ["i1", "i2", "i3", "later"] {
        let Reply::CheckOut(lent) = ask(&desk, check_out("p1", barcode), 10).await else {
            panic!("a check-out was answered otherwise")
        };
        assert_eq!(lent.item.unwrap().coded, if barcode == "i3" { CodedData::default() } else { coded });
    }
    ask(&desk, Command::UndoCheckOut { item: "i2".into() }, 11).await;

    let bucket = |material: &str, form: &str, audience: &str, language: &str, count| Bucket {
        day: "2027-01-15".to_owned(),
        agency: samples::agency_id().to_string(),
        branch: "main".to_owned(),
        kind: "loan".to_owned(),
        department: String::new(),
        material_group: "standard".to_owned(),
        material: material.to_owned(),
        form: form.to_owned(),
        audience: audience.to_owned(),
        language: language.to_owned(),
        category: "adult".to_owned(),
        channel: "automat".to_owned(),
        count,
    };
    let all = [
        bucket("other", "m", "adult", "", 1),
        bucket("periodical", "p", "children", "dan", 2),
    ];
    let day = Date::constant(2027, 1, 15);
    let from = Bucket {
        day: day.to_string(),
        ..Bucket::default()
    };
    assert_eq!(store.statistics(from.clone(), day, 10).await.unwrap(), all);
    // Page by page, and no further than asked.
    assert_eq!(store.statistics(from.clone(), day, 1).await.unwrap(), all[..1]);
    assert_eq!(store.statistics(all[0].clone(), day, 1).await.unwrap(), all[1..]);
    assert_eq!(store.statistics(all[1].clone(), day, 1).await.unwrap(), []);
    assert_eq!(store.statistics(from, Date::constant(2027, 1, 14), 10).await.unwrap(), []);
}
