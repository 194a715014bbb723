//! The index follows the change feed.

use super::library::{Library, danmarc2, find, marc21, row};
use skranke_core::ids::BibId;
use skranke_core::ports::search::Search;
use skranke_core::query::{Pattern, Query};
use skranke_storage::SearchIndex;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

fn title(text: &str) -> skranke_core::bib::Record {
    marc21(&[&format!("245 10 $a{text}")])
}

#[tokio::test]
async fn finds_what_was_saved_and_not_what_is_gone() {
    let library = Library::open().await;
    let stop = CancellationToken::new();
    let index = library.index(&stop);
    library
        .put(vec![
            row("761500", "2", &title("Kærlighed")),
            row("761500", "1", &title("En kærlighed")),
        ])
        .await;
    library.settled(&index).await;
    assert_eq!(library.found(&index, library.clause("title", "KAERLIGHED")).await, ["1", "2"]);
    library.put(vec![row("761500", "2", &title("Had"))]).await;
    library.settled(&index).await;
    assert_eq!(library.found(&index, library.clause("title", "kærlighed")).await, ["1"]);
    assert_eq!(library.found(&index, library.clause("title", "had")).await, ["2"]);
    let mut gone = row("761500", "2", &title("Had"));
    gone.deleted = true;
    library.put(vec![gone]).await;
    library.settled(&index).await;
    assert_eq!(library.found(&index, Query::All).await, ["1"]);
    stop.cancel();
}

#[tokio::test]
async fn catches_up_after_a_stop_from_the_change_it_holds() {
    let library = Library::open().await;
    let first = CancellationToken::new();
    let index = library.index(&first);
    library.put(vec![row("761500", "1", &title("Et"))]).await;
    library.settled(&index).await;
    let applied = index.applied();
    first.cancel();
    library.put(vec![row("761500", "2", &title("To"))]).await;
    let again = CancellationToken::new();
    let index = library.index(&again);
    library.settled(&index).await;
    assert!(index.applied() > applied);
    assert_eq!(library.found(&index, Query::All).await, ["1", "2"]);
    again.cancel();
}

#[tokio::test]
async fn is_rebuilt_while_it_serves_and_old_results_stay() {
    let library = Library::open().await;
    let stop = CancellationToken::new();
    let index = library.index(&stop);
    let rows = (0..300).map(|n| row("761500", &format!("{n:03}"), &title("bog")));
    library.put(rows.collect()).await;
    library.settled(&index).await;
    let before = find(&index, library.clause("title", "bog")).await.unwrap();
    assert_eq!(before.len(), 300);
    let built = SearchIndex::rebuild(&library.folder(), Arc::clone(&library.map), &library.store, |_| ()).await;
    assert!(built.unwrap());
    library.put(vec![row("761500", "300", &title("bog"))]).await;
    library.settled(&index).await;
    assert_eq!(find(&index, library.clause("title", "bog")).await.unwrap().len(), 301);
    assert_eq!(library.numbers(before.window(298, 5)).await, ["298", "299"]);
    let mut both = super::library::everything(Query::Set("old".into()).and(library.clause("title", "bog")));
    both.sets.insert("old".into(), before);
    assert_eq!(index.find(both).await.unwrap().len(), 300);
    stop.cancel();
}

#[tokio::test]
async fn many_small_commits_give_one_order() {
    let library = Library::open().await;
    let stop = CancellationToken::new();
    let index = library.index(&stop);
    let mut expected = Vec::new();
    for round in 0..6_u32 {
        let mut rows = Vec::new();
        for n in 0..30_u32 {
            let (agency, number) = (
                ["DK-710100", "DK-761500"][(n % 2) as usize],
                format!("{:04}", (n * 7919 + round * 131) % 10_000),
            );
            expected.push((agency, number.clone()));
            rows.push(row(agency, &number, &title("bog")));
        }
        library.put(rows).await;
        library.settled(&index).await;
    }
    expected.sort();
    expected.dedup();
    let set = find(&index, Query::All).await.unwrap();
    assert_eq!(set.len(), expected.len() as u64);
    let all = library.numbers(set.window(0, 1_000)).await;
    assert_eq!(all, expected.iter().map(|(_, number)| number.clone()).collect::<Vec<_>>());
    for start in [0_usize, 1, 50, 99, 177, expected.len() - 1] {
        let window: Vec<BibId> = set.window(start as u64, 3);
        assert_eq!(library.numbers(window).await, all[start..(start + 3).min(all.len())]);
    }
    assert_eq!(set.window(10_000, 3), []);
    stop.cancel();
}

#[tokio::test]
async fn a_volume_is_found_by_its_head_whenever_the_head_comes() {
    let library = Library::open().await;
    let stop = CancellationToken::new();
    let index = library.index(&stop);
    let volume = danmarc2(&["001 00 $a2", "004 00 $rn$ab", "014 00 $a1", "245 00 $g1. bind$aTorben"]);
    library.put(vec![row("761500", "2", &volume)]).await;
    library.settled(&index).await;
    let query = || library.clause("title", "dødes rige");
    assert_eq!(library.found(&index, query()).await, Vec::<String>::new());
    let head = danmarc2(&["001 00 $a1", "004 00 $rn$ah", "245 00 $aDe dødes rige"]);
    library.put(vec![row("761500", "1", &head)]).await;
    library.settled(&index).await;
    assert_eq!(library.found(&index, query()).await, ["2"]);
    assert_eq!(library.found(&index, Query::All).await, ["2"]);
    assert_eq!(library.found(&index, library.clause("identifier", "1")).await, ["1"]);
    let renamed = danmarc2(&["001 00 $a1", "004 00 $rn$ah", "245 00 $aDe levendes rige"]);
    library.put(vec![row("761500", "1", &renamed)]).await;
    library.settled(&index).await;
    assert_eq!(library.found(&index, query()).await, Vec::<String>::new());
    let masked = Pattern::literal("lev").truncated_right();
    assert_eq!(library.found(&index, library.clause("title", masked)).await, ["2"]);
    stop.cancel();
}
