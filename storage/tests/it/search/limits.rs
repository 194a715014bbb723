//! What a search may cost.

use super::library::{Library, everything, marc21, row};
use skranke_core::ports::search::{Search, SearchError};
use skranke_core::query::{Clause, Pattern, Position, Query, Relation};
use skranke_storage::{SearchIndex, SearchLimits};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const RECORDS: usize = 5_000;

/// Titles that begin alike, each with a word of its own.
async fn filled(stop: &CancellationToken) -> (Library, SearchIndex) {
    let library = Library::open().await;
    let index = library.index(stop);
    let rows = (0..RECORDS).map(|n| row("761500", &format!("{n:05}"), &marc21(&[&format!("245 10 $aDen bog x{n:05}y")])));
    library.put(rows.collect()).await;
    library.settled(&index).await;
    (library, index)
}

#[tokio::test]
async fn a_truncated_word_may_stand_for_so_many_and_must_say_something() {
    let stop = CancellationToken::new();
    let (library, index) = filled(&stop).await;
    let index = index.limited(SearchLimits {
        words: 100,
        given: 2,
        ..SearchLimits::default()
    });
    let find = async |text: &str| index.find(everything(library.clause("title", Pattern::masked(text)))).await;
    assert_eq!(find("x0004*").await.unwrap().len(), 10);
    assert_eq!(find("*10y").await.unwrap().len(), 50);
    assert!(matches!(find("x0*").await, Err(SearchError::TooManyWords { limit: 100, .. })));
    assert!(matches!(find("*0y").await, Err(SearchError::TooManyWords { limit: 100, .. })));
    for short in ["*y", "?y", "*y*", "den *y"] {
        let refused = find(short).await;
        assert!(
            matches!(refused, Err(SearchError::TruncatedTooShort { least: 2, .. })),
            "{short}: {refused:?}"
        );
    }
    // Truncated right, one letter is enough; a run alone asks for nothing but the field.
    assert_eq!(find("b*").await.unwrap().len(), RECORDS as u64);
    assert_eq!(find("*").await.unwrap().len(), RECORDS as u64);
    stop.cancel();
}

#[tokio::test]
async fn any_number_of_headings_may_begin_alike() {
    let stop = CancellationToken::new();
    let (library, index) = filled(&stop).await;
    let index = index.limited(SearchLimits {
        words: 100,
        ..SearchLimits::default()
    });
    let title = library.map.named("title").unwrap();
    let from_start = |term: Pattern| Clause {
        position: Position::FirstInField,
        ..Clause::plain(title, term)
    };
    let compared = |relation, term: &str| Clause {
        relation,
        ..Clause::plain(title, term)
    };
    for (clause, found) in [
        (from_start("den bog".into()), RECORDS),
        (from_start(Pattern::masked("den b?g")), RECORDS),
        (from_start(Pattern::masked("den bog x0*")), RECORDS),
        (compared(Relation::Lt, "den bog x04999y"), RECORDS - 1),
        (compared(Relation::Ge, "den bog x00001y"), RECORDS - 1),
    ] {
        let set = index.find(everything(Query::from(clause.clone()))).await.unwrap();
        assert_eq!(set.len(), found as u64, "{clause:?}");
    }
    stop.cancel();
}

#[tokio::test]
async fn a_search_that_takes_too_long_ends() {
    let stop = CancellationToken::new();
    let (library, index) = filled(&stop).await;
    let index = index.limited(SearchLimits {
        time: Duration::ZERO,
        ..SearchLimits::default()
    });
    let find = everything(library.clause("title", Pattern::masked("*ingenting*")));
    let cancel = find.cancel.clone();
    assert!(matches!(index.find(find).await, Err(SearchError::Resources)));
    assert!(cancel.is_cancelled(), "it ends, whoever waits for it or not");
    // What is looked up at once is not measured.
    assert_eq!(index.find(everything(library.clause("title", "x00017y"))).await.unwrap().len(), 1);
    stop.cancel();
}
