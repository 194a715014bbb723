//! The change feed: numbers in commit-visible order, whoever commits.

use crate::support::Place;
use crate::support::samples::{apply, at, fill};
use skranke_core::block::{Block, BlockSource};
use skranke_core::ids::PatronId;
use skranke_core::ports::{Change, FeedKind, FeedOperation, Store};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn block(code: char) -> Block {
    Block {
        code,
        since: at(0),
        message: String::new(),
        source: BlockSource::Staff,
    }
}

/// A reader walks the feed while eight writers of two processes commit: it sees every number, once and in order.
pub async fn a_reader_among_writers_loses_nothing(place: Place) {
    const WRITERS: i64 = 8;
    const EACH: usize = 25;
    let stores = [place.open().await, place.open().await];
    fill(&stores[0], 1, WRITERS).await;
    let reader = place.open().await;
    let from = reader.feed_head().await.unwrap();
    let done = Arc::new(AtomicBool::new(false));
    let walk = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            let (mut last, mut seen) = (from, BTreeMap::<i64, usize>::new());
            loop {
                let finished = done.load(Ordering::Acquire);
                let rows = reader.changes_after(last, 7).await.unwrap();
                for row in &rows {
                    assert_eq!(row.sequence, last + 1, "a number is missing or out of order");
                    assert_eq!((row.kind, row.operation), (FeedKind::Patron, FeedOperation::Put));
                    assert_eq!(row.channel, "test:t");
                    last = row.sequence;
                    *seen.entry(row.id).or_default() += 1;
                }
                if finished && rows.is_empty() {
                    assert_eq!(reader.feed_head().await.unwrap(), last);
                    return seen;
                }
            }
        }
    });
    let mut writers = tokio::task::JoinSet::new();
    for writer in 1..=WRITERS {
        let store = stores[usize::try_from(writer % 2).unwrap()].clone();
        writers.spawn(async move {
            for n in 0..EACH {
                let code = if n % 2 == 0 { 'A' } else { 'B' };
                apply(&store, vec![Change::BlockSet(PatronId(writer), block(code))]).await.unwrap();
            }
        });
    }
    writers.join_all().await;
    done.store(true, Ordering::Release);
    let seen = walk.await.unwrap();
    assert_eq!(seen, (1..=WRITERS).map(|id| (id, EACH)).collect());
}
