//! The index over either database, in one process and in several.

use super::library::{Library, danmarc2, marc21, row};
use crate::support::Place;
use skranke_core::ports::search::{Cancel, Databases, List, Scan, Search};
use skranke_core::query::Query;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

fn title(text: &str) -> skranke_core::bib::Record {
    marc21(&[&format!("245 10 $a{text}")])
}

/// Every place that there is: SQLite, and PostgreSQL where it is installed.
fn places() -> Vec<Arc<Place>> {
    [Place::sqlite(), Place::postgres()].into_iter().flatten().map(Arc::new).collect()
}

#[tokio::test]
async fn finds_scans_and_catches_up_over_either_database() {
    for place in places() {
        let library = Library::at(place).await;
        // What was there before the index.
        let rows = (0..40).map(|n| row("761500", &format!("{n:03}"), &title(&format!("Bog {}", n % 4))));
        library.put(rows.collect()).await;
        let stop = CancellationToken::new();
        let index = library.index(&stop);
        library.settled(&index).await;
        assert_eq!(library.found(&index, library.clause("title", "bog 3")).await.len(), 10);

        let volume = danmarc2(&["001 00 $a101", "004 00 $rn$ab", "014 00 $a100", "245 00 $g1. bind"]);
        let head = danmarc2(&["001 00 $a100", "004 00 $rn$ah", "245 00 $aÅrets høst"]);
        library.put(vec![row("761500", "101", &volume)]).await;
        library.put(vec![row("870970", "100", &head)]).await;
        library.settled(&index).await;
        // The head is another agency's, and the only one of its number.
        assert_eq!(library.found(&index, library.clause("title", "aarets")).await, ["101"]);
        let list = Scan {
            databases: Databases::All,
            index: library.map.named("title").unwrap(),
            list: List::Words,
            start: "bog".to_owned(),
            position: 1,
            count: 3,
            step: 0,
            cancel: Cancel::never(),
        };
        let list = index.scan(list).await.unwrap();
        let terms: Vec<_> = list.terms.iter().map(|term| (term.term.as_str(), term.records)).collect();
        assert_eq!(terms, [("bog", 40), ("hoest", 1), ("aarets", 1)]);

        // An own head of that number takes the other's place.
        let own = danmarc2(&["001 00 $a100", "004 00 $rn$ah", "245 00 $aVor egen høst"]);
        library.put(vec![row("761500", "100", &own)]).await;
        library.settled(&index).await;
        assert_eq!(library.found(&index, library.clause("title", "aarets")).await, Vec::<String>::new());
        assert_eq!(library.found(&index, library.clause("title", "egen høst")).await, ["101"]);

        stop.cancel();
        library.put(vec![row("761500", "900", &title("Bog 3"))]).await;
        let stop = CancellationToken::new();
        let index = library.index(&stop);
        library.settled(&index).await;
        assert_eq!(library.found(&index, library.clause("title", "bog 3")).await.len(), 11);
        stop.cancel();
    }
}

#[tokio::test]
async fn two_processes_with_folders_of_their_own_see_each_others_changes() {
    for place in places() {
        let here = Library::at(place).await;
        let there = here.of_another_process().await;
        let stop = CancellationToken::new();
        let (index_here, index_there) = (here.index(&stop), there.index(&stop));
        here.settled(&index_here).await;
        there.settled(&index_there).await;
        for turn in 0..4 {
            let (writer, number) = ([&here, &there][turn % 2], format!("{turn}"));
            writer.put(vec![row("761500", &number, &title("Fælles"))]).await;
            let wanted: Vec<String> = (0..=turn).map(|n| n.to_string()).collect();
            for (library, index) in [(&here, &index_here), (&there, &index_there)] {
                library.settled(index).await;
                assert_eq!(library.found(index, library.clause("title", "faelles")).await, wanted);
            }
        }
        let mut gone = row("761500", "2", &title("Fælles"));
        gone.deleted = true;
        there.put(vec![gone]).await;
        here.settled(&index_here).await;
        assert_eq!(here.found(&index_here, Query::All).await, ["0", "1", "3"]);
        stop.cancel();
    }
}

#[tokio::test]
async fn whoever_takes_over_the_writing_shows_what_the_other_left() {
    let library = Library::open().await;
    let mut expected = Vec::new();
    let mut stop = CancellationToken::new();
    let mut index = library.index(&stop);
    library.settled(&index).await;
    // Both look at one folder; the one that writes stops at about the time of a commit.
    for turn in 0..8 {
        let next = CancellationToken::new();
        let reads = library.index(&next);
        library.settled(&reads).await;
        let number = format!("{turn}");
        library.put(vec![row("761500", &number, &title("Stafet"))]).await;
        tokio::time::sleep(std::time::Duration::from_millis(turn * 15)).await;
        stop.cancel();
        library.settled(&reads).await;
        expected.push(number);
        assert_eq!(library.found(&reads, Query::All).await, expected);
        (stop, index) = (next, reads);
    }
    assert!(index.applied() > 0);
    stop.cancel();
}
