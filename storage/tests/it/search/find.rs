//! Queries, browse lists, sorting and facets.

use super::library::{Library, everything, find, marc21, row};
use skranke_core::agency::AgencyId;
use skranke_core::ports::search::{Cancel, Databases, FacetWanted, List, Missing, Scan, Search, SearchError, SortKey, TermList};
use skranke_core::query::{Clause, Completeness, Pattern, Position, Proximity, ProximityUnit, Query, Relation, Structure};
use skranke_storage::SearchIndex;
use tokio_util::sync::CancellationToken;

const DANISH: &str = "008 260101s1999    dk |||||||||||||||||dan d";
const ENGLISH: &str = "008 260101s2005    dk |||||||||||||||||eng d";

/// Six records of two agencies.
async fn six() -> (Library, SearchIndex, CancellationToken) {
    let library = Library::open().await;
    let stop = CancellationToken::new();
    let index = library.index(&stop);
    let records: [(&str, &str, &[&str]); 6] = [
        (
            "761500",
            "1",
            &[
                DANISH,
                "020    $a87-7745-123-6",
                "100 1  $aAagaard, Knud",
                "245 10 $aDen store gade i Århus",
                "650  4 $aByer",
            ],
        ),
        (
            "761500",
            "2",
            &[DANISH, "100 1  $aÅgård, Ida", "245 14 $aDen lille gade", "650  4 $abyer"],
        ),
        (
            "761500",
            "3",
            &[ENGLISH, "100 1  $aAaron, Ann", "245 14 $aThe great street", "650  4 $aCities"],
        ),
        (
            "710100",
            "4",
            &[
                ENGLISH,
                "100 1  $aØrsted, H.C.",
                "245 10 $aStreet of the great",
                "650  4 $aCities",
                "650  4 $aByer",
            ],
        ),
        ("710100", "5", &[DANISH, "100 1  $aZola, Émile", "245 10 $aEn gade"]),
        ("710100", "6", &[DANISH, "245 10 $aGader"]),
    ];
    let rows = records.map(|(agency, number, lines)| row(agency, number, &marc21(lines)));
    library.put(rows.to_vec()).await;
    library.settled(&index).await;
    (library, index, stop)
}

fn structured(library: &Library, index: &str, structure: Structure, term: &str) -> Query {
    Query::Clause(Clause {
        structure,
        ..Clause::plain(library.map.named(index).unwrap(), term)
    })
}

#[tokio::test]
async fn words_phrases_truncation_and_booleans() {
    let (library, index, _stop) = six().await;
    let clause = |term: Pattern| library.clause("title", term);
    let found = async |query| {
        let mut numbers = library.found(&index, query).await;
        numbers.sort();
        numbers
    };
    assert_eq!(found(clause("gade".into())).await, ["1", "2", "5"]);
    assert_eq!(
        found(clause(Pattern::literal("gade").truncated_right())).await,
        ["1", "2", "5", "6"]
    );
    assert_eq!(found(clause(Pattern::literal("ade").truncated_left())).await, ["1", "2", "5"]);
    assert_eq!(found(clause("aarhus".into())).await, ["1"]);
    assert_eq!(found(clause("great street".into())).await, ["3"]);
    assert_eq!(
        found(structured(&library, "title", Structure::AllWords, "great street")).await,
        ["3", "4"]
    );
    assert_eq!(
        found(structured(&library, "title", Structure::AnyWord, "great gader")).await,
        ["3", "4", "6"]
    );
    assert_eq!(found(clause("gade".into()).and(clause("den".into()))).await, ["1", "2"]);
    assert_eq!(found(clause("gade".into()).and_not(clause("den".into()))).await, ["5"]);
    assert_eq!(found(clause("gader".into()).or(clause("great".into()))).await, ["3", "4", "6"]);
    assert_eq!(
        found(library.clause("isbn", "978-87-7745-123-2")).await,
        found(library.clause("isbn", "8777451236")).await
    );
    assert_eq!(found(library.clause("any", "ørsted")).await, ["4"]);
    let year = |relation, term: &str| {
        Query::Clause(Clause {
            relation,
            ..Clause::plain(library.map.named("year").unwrap(), term)
        })
    };
    assert_eq!(found(year(Relation::Ge, "2000")).await, ["3", "4"]);
    assert_eq!(found(year(Relation::Within, "1990 1999")).await, ["1", "2", "5", "6"]);
    assert_eq!(found(year(Relation::Ne, "1999")).await, ["3", "4"]);
    let whole = |term: &str, completeness, position| {
        Query::Clause(Clause {
            completeness,
            position,
            ..Clause::plain(library.map.named("title").unwrap(), term)
        })
    };
    assert_eq!(found(whole("den lille gade", Completeness::Field, Position::Any)).await, ["2"]);
    assert_eq!(found(whole("lille gade", Completeness::Field, Position::Any)).await, ["2"]);
    assert_eq!(found(whole("gade", Completeness::Field, Position::Any)).await, Vec::<String>::new());
    assert_eq!(found(whole("great", Completeness::Incomplete, Position::FirstInField)).await, ["3"]);
    let near = |left: &str, right: &str, distance, ordered| {
        Query::Prox(Box::new(Proximity {
            left: library.clause("title", left),
            right: library.clause("title", right),
            distance,
            ordered,
            unit: ProximityUnit::Word,
            relation: Relation::Le,
            exclusion: false,
        }))
    };
    assert_eq!(found(near("great", "street", 1, false)).await, ["3"]);
    assert_eq!(found(near("great", "street", 3, false)).await, ["3", "4"]);
    assert_eq!(found(near("great", "street", 3, true)).await, ["3"]);
    let set = Query::Set("nobody".into());
    assert!(matches!(find(&index, set).await, Err(SearchError::NoSuchSet(name)) if name == "nobody"));
    let mut here = everything(clause("gade".into()));
    here.databases = Databases::Of(vec![AgencyId::parse("710100")]);
    assert_eq!(index.find(here).await.unwrap().len(), 1);
}

fn shown(list: &TermList) -> Vec<(&str, u64)> {
    list.terms.iter().map(|term| (term.shown.as_str(), term.records)).collect()
}

#[tokio::test]
async fn browse_lists_file_as_danish_does_and_count_as_searches_do() {
    let (library, index, _stop) = six().await;
    let scan = |name: &str, list, start: &str, position, count| Scan {
        databases: Databases::All,
        index: library.map.named(name).unwrap(),
        list,
        start: start.to_owned(),
        position,
        count,
        step: 0,
        cancel: Cancel::never(),
    };
    let authors = index.scan(scan("author", List::Headings, "", 1, 20)).await.unwrap();
    assert_eq!(
        shown(&authors),
        [
            ("Aaron, Ann", 1),
            ("Zola, Émile", 1),
            ("Ørsted, H.C.", 1),
            ("Ågård, Ida", 1),
            ("Aagaard, Knud", 1)
        ]
    );
    assert!(authors.at_start && authors.at_end);
    assert_eq!(authors.position, Some(1));
    let around = index.scan(scan("author", List::Headings, "ørsted", 2, 3)).await.unwrap();
    assert_eq!(shown(&around), [("Zola, Émile", 1), ("Ørsted, H.C.", 1), ("Ågård, Ida", 1)]);
    assert_eq!((around.position, around.at_start, around.at_end), (Some(2), false, false));
    let subjects = index.scan(scan("subject", List::Headings, "a", 1, 5)).await.unwrap();
    assert_eq!(
        subjects
            .terms
            .iter()
            .map(|term| (term.term.as_str(), term.records))
            .collect::<Vec<_>>(),
        [("byer", 3), ("cities", 2)]
    );
    let words = index.scan(scan("title", List::Words, "store", 1, 10)).await.unwrap();
    assert_eq!(shown(&words), [("store", 1), ("street", 2), ("the", 2), ("århus", 1)]);
    let past = index.scan(scan("author", List::Headings, "ågård z", 1, 5)).await.unwrap();
    assert_eq!((past.terms.len(), past.position), (0, None));
}

#[tokio::test]
async fn sorts_and_counts() {
    let (library, index, _stop) = six().await;
    let by = |name: &str, descending, missing| SortKey {
        index: library.map.named(name).unwrap(),
        descending,
        missing,
    };
    let sorted = async |keys: Vec<SortKey>| {
        let mut all = everything(Query::All);
        all.sort = keys;
        let set = index.find(all).await?;
        Ok::<_, SearchError>(library.numbers(set.window(0, 10)).await)
    };
    assert_eq!(
        sorted(vec![by("title", false, Missing::Last)]).await.unwrap(),
        ["1", "5", "6", "3", "2", "4"]
    );
    assert_eq!(
        sorted(vec![by("author", false, Missing::First)]).await.unwrap(),
        ["6", "3", "5", "4", "2", "1"]
    );
    assert_eq!(
        sorted(vec![by("author", true, Missing::Omit)]).await.unwrap(),
        ["1", "2", "4", "5", "3"]
    );
    let two = vec![by("year", true, Missing::Last), by("title", true, Missing::Last)];
    assert_eq!(sorted(two).await.unwrap(), ["4", "3", "2", "6", "5", "1"]);
    assert!(matches!(
        sorted(vec![by("author", false, Missing::Fail)]).await,
        Err(SearchError::MissingValue)
    ));
    let all = find(&index, Query::All).await.unwrap();
    let wanted = |name: &str| FacetWanted {
        index: library.map.named(name).unwrap(),
        start: 0,
        limit: 2,
        by_value: false,
    };
    let facets = index
        .facets(all, vec![wanted("year"), wanted("subject")], Cancel::never())
        .await
        .unwrap();
    let values = |at: usize| {
        let values = facets[at].values.iter().map(|value| (value.term.clone(), value.records));
        values.collect::<Vec<_>>()
    };
    assert_eq!(values(0), [("1999".to_owned(), 4), ("2005".to_owned(), 2)]);
    assert_eq!(values(1), [("byer".to_owned(), 3), ("cities".to_owned(), 2)]);
}
