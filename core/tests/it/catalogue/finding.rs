//! Queries, browse lists, sorting, and what is shown, updated and ordered.

use super::Shelf;
use crate::counter::{Counter, at};
use skranke_core::agency::AgencyId;
use skranke_core::desk::catalogue::{Action, Cataloguer, NoDatabase, NotUpdated, Order, OrderRefused, Update};
use skranke_core::desk::command::Who;
use skranke_core::ids::{BibId, CardNumber};
use skranke_core::memory_store::samples;
use skranke_core::ports::search::{Databases, List, Missing, NotOffered, SearchError, SortKey};
use skranke_core::query::{Clause, Proximity, ProximityUnit, Query, Relation, Structure};
use std::sync::Arc;

const NONE: [&str; 0] = [];

#[tokio::test]
async fn a_volume_is_found_by_the_words_of_its_head() {
    let shelf = Shelf::new().await;
    assert_eq!(shelf.find(shelf.term("title", "fjordbys historie")).await, ["91500125"]);
    assert_eq!(shelf.find(shelf.term("subject", "byhistorie")).await, ["91500125"]);
    assert_eq!(shelf.find(shelf.term("author", "Munkholm")).await, ["91500125"]);
    // Its own year stands; the head's does not count beside it.
    assert_eq!(shelf.find(shelf.term("year", "2001")).await, ["91500125"]);
    assert_eq!(shelf.find(shelf.term("year", "1999")).await, NONE);
    // The head and the section are found by their own numbers, and by no other search.
    assert_eq!(shelf.find(shelf.term("identifier", "91500109")).await, ["91500109"]);
    assert_eq!(shelf.find(shelf.term("parent", "91500117")).await, ["91500125"]);
    assert_eq!(shelf.find(shelf.term("parent", "91500109")).await, ["91500117"]);
    assert_eq!(shelf.set(Query::All, Vec::new()).await.unwrap().len(), 7);
    let titles = shelf.desk.records(&[BibId(3)]).await.unwrap();
    let brief = titles[0].as_ref().unwrap().brief().unwrap();
    assert_eq!(brief.display_title(), "Fjordbys historie. Del 1. Købstaden. Bind 1. Ved vadestedet");
}

#[tokio::test]
async fn spellings_meet_in_every_index() {
    let shelf = Shelf::new().await;
    for text in [
        "kærlighed",
        "KAERLIGHED",
        "k?rlighed",
        "kær*",
        "*lighed",
        "i århus",
        "i Aarhus",
        "A\u{30A}rhus",
    ] {
        assert_eq!(shelf.find(shelf.term("title", text)).await, ["91500133"], "{text}");
    }
    assert_eq!(shelf.find(shelf.term("title", "smoerrebroed")).await, ["91500141"]);
    assert_eq!(shelf.find(shelf.term("title", "ВОЙНА")).await, ["fb21000003"]);
    for text in ["0132454289", "0-13-245428-9", "978-0-13-245428-5", "9780132454285"] {
        assert_eq!(shelf.find(shelf.term("isbn", text)).await, ["fb21000001"], "{text}");
        assert_eq!(shelf.find(shelf.term("any", text)).await, ["fb21000001"], "{text}");
        assert_eq!(shelf.find(shelf.term("standard_number", text)).await, ["fb21000001"], "{text}");
    }
    assert_eq!(shelf.find(shelf.term("issn", "2434561x")).await, ["fb21000002"]);
    for text in ["91500141", "870970-basis:91500141", "(DK-870970)9150 0141"] {
        assert_eq!(shelf.find(shelf.term("identifier", text)).await, ["91500141"], "{text}");
    }
    assert_eq!(shelf.find(shelf.term("identifier", "761500:91500141")).await, NONE);
    assert_eq!(shelf.find(shelf.term("barcode", "i4")).await, ["fb21000001"]);
    assert_eq!(shelf.find(shelf.term("material", "book")).await.len(), 4);
}

#[tokio::test]
async fn the_start_of_a_field_is_where_it_files_too() {
    let shelf = Shelf::new().await;
    assert_eq!(shelf.find(shelf.first("title", "kærlighed i")).await, ["91500133"]);
    assert_eq!(shelf.find(shelf.first("title", "the kærlighed")).await, ["91500133"]);
    assert_eq!(shelf.find(shelf.first("title", "århus")).await, NONE);
    assert_eq!(shelf.find(shelf.whole("title", "counter")).await, ["fb21000001"]);
    assert_eq!(shelf.find(shelf.whole("title", "The counter: a history")).await, ["fb21000001"]);
    assert_eq!(shelf.find(shelf.whole("title", "coun*")).await, ["fb21000001", "fb21000002"]);
    assert_eq!(shelf.find(shelf.whole("title", "history")).await, NONE);
    assert_eq!(shelf.find(shelf.first("any", "counter histories")).await, ["fb21000002"]);
}

#[tokio::test]
async fn booleans_word_lists_ranges_and_proximity() {
    let shelf = Shelf::new().await;
    let term = |index: &str, text: &str| Query::from(shelf.term(index, text));
    assert_eq!(
        shelf.find(term("title", "counter").or(term("title", "zebraen"))).await,
        ["91500150", "fb21000001", "fb21000002"]
    );
    assert_eq!(
        shelf.find(term("title", "counter").and_not(term("author", "aalto"))).await,
        ["fb21000001"]
    );
    assert_eq!(
        shelf.find(shelf.words("title", Structure::AllWords, "love counter")).await,
        ["fb21000002"]
    );
    assert_eq!(shelf.find(shelf.words("title", Structure::Phrase, "love counter")).await, NONE);
    assert_eq!(
        shelf.find(shelf.words("title", Structure::AnyWord, "love zebraen")).await,
        ["91500150", "fb21000002"]
    );
    for (relation, text, found) in [
        (Relation::Lt, "1987", &["fb21000003"][..]),
        (Relation::Le, "1987", &["91500141", "91500150", "fb21000003"]),
        (Relation::Gt, "2002", &["fb21000001", "fb21000002"]),
        (Relation::Within, "2001-2002", &["91500125", "91500133"]),
    ] {
        let clause = Clause {
            relation,
            ..shelf.term("year", text)
        };
        let mut numbers = shelf.find(clause).await;
        numbers.sort();
        assert_eq!(numbers, found, "{relation:?} {text}");
    }
    let ne = Clause {
        relation: Relation::Ne,
        ..shelf.term("language", "dan")
    };
    assert_eq!(shelf.find(ne).await, ["fb21000001", "fb21000002", "fb21000003"]);
    for (distance, relation, ordered, found) in [(3, Relation::Le, true, 1), (2, Relation::Le, true, 0), (3, Relation::Eq, false, 1)] {
        let near = Proximity {
            left: term("title", "counter"),
            right: term("title", "love"),
            distance,
            ordered,
            unit: ProximityUnit::Word,
            relation,
            exclusion: false,
        };
        assert_eq!(
            shelf.find(Query::Prox(Box::new(near))).await.len(),
            found,
            "{distance} {relation:?}"
        );
    }
    let nothing = shelf.set(term("title", "..."), Vec::new()).await;
    assert!(matches!(nothing, Err(SearchError::EmptyTerm(_))));
}

#[tokio::test]
async fn a_browse_list_files_as_danes_do_and_counts_as_searches_do() {
    let shelf = Shelf::new().await;
    let list = shelf.scan("author", List::Headings, "", 1, 100).await;
    let shown: Vec<&str> = list.terms.iter().map(|term| term.shown.as_str()).collect();
    let place = |text: &str| {
        shown
            .iter()
            .position(|shown| *shown == text)
            .unwrap_or_else(|| panic!("{text} in {shown:?}"))
    };
    assert!(place("Aalto, Iris") < place("Jeppesen, Asger Munkholm"));
    assert!(place("Jeppesen, Asger Munkholm") < place("Zahle, Natalie"));
    assert!(place("Zahle, Natalie") < place("Ørsted, H.C."));
    assert!(place("Ørsted, H.C.") < place("Aakjær, Jeppe"));
    assert!(list.at_start && list.at_end);
    for index in ["title", "author", "subject", "year", "language", "isbn"] {
        for (kind, whole) in [(List::Headings, true), (List::Words, false)] {
            for term in shelf.scan(index, kind, "", 1, 500).await.terms {
                let query = if whole {
                    shelf.whole(index, &term.term)
                } else {
                    shelf.term(index, &term.term).into()
                };
                assert_eq!(shelf.find(query).await.len() as u64, term.records, "{index} {kind:?} {}", term.term);
            }
        }
    }
    // A title files behind its article and shows with it.
    let titles = shelf.scan("title", List::Headings, "kærlighed", 1, 1).await;
    assert_eq!(titles.terms[0].shown, "The Kærlighed i Århus. en roman");
}

#[tokio::test]
async fn the_position_in_a_browse_list() {
    let shelf = Shelf::new().await;
    let all = shelf.scan("year", List::Headings, "", 1, 10).await.terms;
    let years: Vec<&str> = all.iter().map(|term| term.term.as_str()).collect();
    assert_eq!(years, ["1912", "1987", "2001", "2002", "2022", "2024"]);
    for (start, position, count, found, told) in [
        ("2001", 1, 2, &["2001", "2002"][..], Some(1)),
        ("1990", 1, 2, &["2001", "2002"], Some(1)),
        ("2001", 2, 3, &["1987", "2001", "2002"], Some(2)),
        ("2001", 0, 2, &["2002", "2022"], Some(0)),
        ("2001", 3, 2, &["1912", "1987"], Some(3)),
        ("1912", 2, 3, &["1912", "1987"], Some(1)),
        ("2030", 1, 2, &[], None),
        ("2024", 1, 5, &["2024"], Some(1)),
    ] {
        let list = shelf.scan("year", List::Headings, start, position, count).await;
        let terms: Vec<&str> = list.terms.iter().map(|term| term.term.as_str()).collect();
        assert_eq!((terms.as_slice(), list.position), (found, told), "{start} {position} {count}");
    }
}

#[tokio::test]
async fn sorting_and_facets() {
    let shelf = Shelf::new().await;
    let key = |index: &str, descending, missing| SortKey {
        index: shelf.index(index),
        descending,
        missing,
    };
    let by_title = shelf.set(Query::All, vec![key("title", false, Missing::Last)]).await.unwrap();
    assert_eq!(
        shelf.numbers(&by_title).await,
        [
            "fb21000001",
            "fb21000002",
            "91500125",
            "91500133",
            "91500141",
            "fb21000003",
            "91500150"
        ]
    );
    let by_author = shelf.set(Query::All, vec![key("author", true, Missing::Last)]).await.unwrap();
    let last = shelf.numbers(&by_author).await;
    assert_eq!((last[0].as_str(), last[6].as_str()), ("91500133", "fb21000003"));
    let without = shelf.set(Query::All, vec![key("author", false, Missing::Omit)]).await.unwrap();
    assert_eq!(without.len(), 6);
    let fails = shelf.set(Query::All, vec![key("author", false, Missing::Fail)]).await;
    assert!(matches!(fails, Err(SearchError::MissingValue)));
    let no_key = shelf.set(Query::All, vec![key("note", false, Missing::Last)]).await;
    assert!(matches!(no_key, Err(SearchError::NotOffered(NotOffered::Sort, _))));
    assert_eq!(shelf.facet(Query::All, "language").await[0], ("dan".to_owned(), 4));
    assert_eq!(shelf.facet(Query::All, "year").await[0], ("1987".to_owned(), 2));
}

#[tokio::test]
async fn a_database_holds_its_agencys_records_and_what_it_has_copies_of() {
    let shelf = Shelf::new().await;
    let of = async |names: &[&str]| shelf.desk.databases(names.iter().copied()).await;
    assert_eq!(of(&["Default"]).await.unwrap(), Databases::All);
    assert_eq!(of(&[]).await.unwrap(), Databases::All);
    let shared = of(&["dk-870970/"]).await.unwrap();
    assert_eq!(shared, Databases::Of(vec![AgencyId::parse("870970")]));
    assert_eq!(shelf.desk.size(shared).await.unwrap(), 1);
    // Six records of its own, and a copy of the shared one.
    let holder = Databases::Of(vec![samples::agency_id()]);
    assert_eq!(shelf.desk.size(holder.clone()).await.unwrap(), 7);
    shelf.withdraw(3);
    assert_eq!(shelf.desk.size(holder).await.unwrap(), 6);
    assert!(matches!(of(&["DK-999999"]).await, Err(NoDatabase::Unknown(name)) if name == "DK-999999"));
}

#[tokio::test]
async fn holdings_are_live() {
    let shelf = Shelf::new().await;
    let counter = Counter {
        store: shelf.store.clone(),
        desk: shelf.desk.desk().clone(),
        actor: samples::automat("automat1", "main"),
    };
    let before = shelf.desk.holdings(&[BibId(3)]).await.unwrap().remove(0);
    assert_eq!((before.copies.len(), before.available()), (2, 2));
    counter.check_out("p1", None, "i1", 0, &[]).await.result.unwrap();
    let after = shelf.desk.holdings(&[BibId(3)]).await.unwrap().remove(0);
    assert_eq!((after.copies.len(), after.available()), (2, 1));
    assert!(after.copies[0].due.is_some());
    let order = Order {
        who: Who {
            card: CardNumber::new("p2"),
            pin: None,
        },
        bib: BibId(3),
        pickup: None,
        expires: None,
    };
    shelf.desk.order(order.clone(), Arc::clone(&counter.actor), at(1)).await.unwrap();
    let queued = shelf.desk.holdings(&[BibId(3)]).await.unwrap().remove(0);
    assert_eq!(queued.queue(&samples::agency_id()), 1);
    let nobody = Order { bib: BibId(99), ..order };
    let refused = shelf.desk.order(nobody, Arc::clone(&counter.actor), at(2)).await;
    assert!(matches!(refused, Err(OrderRefused::NoSuchRecord)));
}

#[tokio::test]
async fn a_cataloguer_finds_what_he_saved_and_only_he_may() {
    let shelf = Shelf::new().await;
    let cataloguer = Cataloguer {
        protocol: "z3950",
        login: "kat".to_owned(),
        agency: AgencyId::parse("761500"),
        may_update: true,
    };
    let update = |action, text: &str| Update {
        action,
        record: super::danish(text),
    };
    let new = "001 00 *a95000001*b761500*fa\n004 00 *rn*ae\n245 00 *aNyt og godt";
    let changed = "001 00 *a95000001*b761500*fa\n004 00 *rc*ae\n245 00 *aGammelt og skidt";
    let stranger = Cataloguer {
        may_update: false,
        ..cataloguer.clone()
    };
    let refused = shelf.desk.update(update(Action::Insert, new), &stranger, at(1)).await;
    assert!(matches!(refused, Err(NotUpdated::NotPermitted(..))));
    let missing = shelf.desk.update(update(Action::Replace, new), &cataloguer, at(1)).await;
    assert!(matches!(missing, Err(NotUpdated::NotThere(_))));
    assert!(
        shelf
            .desk
            .update(update(Action::Insert, new), &cataloguer, at(1))
            .await
            .unwrap()
            .changed
    );
    assert_eq!(shelf.find(shelf.term("title", "nyt og godt")).await, ["95000001"]);
    // The same again is a repeat; another record of that number is refused.
    let again = shelf.desk.update(update(Action::Insert, new), &cataloguer, at(2)).await;
    assert!(!again.unwrap().changed);
    let other = shelf.desk.update(update(Action::Insert, changed), &cataloguer, at(2)).await;
    assert!(matches!(other, Err(NotUpdated::Exists(_))));
    shelf
        .desk
        .update(update(Action::Replace, changed), &cataloguer, at(3))
        .await
        .unwrap();
    assert_eq!(shelf.find(shelf.term("title", "nyt")).await, NONE);
    assert_eq!(shelf.find(shelf.term("title", "skidt")).await, ["95000001"]);
    for changes in [true, false] {
        let deleted = shelf.desk.update(update(Action::Delete, new), &cataloguer, at(4)).await;
        assert_eq!(deleted.unwrap().changed, changes);
        assert_eq!(shelf.find(shelf.term("title", "skidt")).await, NONE);
    }
    for (text, changes) in [(new, true), (new, false), (changed, true)] {
        let saved = shelf.desk.update(update(Action::Save, text), &cataloguer, at(5)).await;
        assert_eq!(saved.unwrap().changed, changes);
    }
    assert_eq!(shelf.find(shelf.term("title", "skidt")).await, ["95000001"]);
    // Another agency's record is another's.
    let shared = "001 00 *a91500141*b870970*fa\n245 00 *aMit";
    let refused = shelf.desk.update(update(Action::Replace, shared), &cataloguer, at(5)).await;
    assert!(matches!(refused, Err(NotUpdated::NotPermitted(..))));
}
