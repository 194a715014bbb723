//! Figures of the search index by itself: what a record costs to index, what the index takes on disk, and what searches cost.
//!
//! ```text
//! index_bench FOLDER RECORDS [SECONDS]    generates RECORDS in FOLDER/bench.db unless they are there, builds FOLDER/index, searches
//! ```
//! CPU is that of the whole process: reading the store and taking records apart are in the figure of the build.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench that cannot go on ends"
)]

mod records;

use records::{Dice, isbn, word};
use skranke_core::ports::search::{Cancel, Databases, Find, List, Scan, Search, SortKey};
use skranke_core::ports::{Catalogue, Channel};
use skranke_core::query::{Clause, Completeness, IndexMap, Pattern, Position, Query, Relation, Structure};
use skranke_core::time::Timestamp;
use skranke_storage::SearchIndex;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Rows stored at once.
const BATCH: u64 = 2_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let [folder, records, rest @ ..] = arguments.as_slice() else {
        panic!("index_bench FOLDER RECORDS [SECONDS]");
    };
    let seconds = rest.first().map_or(2, |text| text.parse().unwrap());
    runtime.block_on(run(Path::new(folder), records.parse().unwrap(), Duration::from_secs(seconds)));
}

/// CPU time of this process so far, in clock ticks of 10 ms.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

fn size(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| match entry.file_type().unwrap().is_dir() {
            true => size(&entry.path()),
            false => entry.metadata().unwrap().len(),
        })
        .sum()
}

async fn run(folder: &Path, records: u64, each: Duration) {
    std::fs::create_dir_all(folder).unwrap();
    let store = skranke_storage::open(&format!("sqlite:{}", folder.join("bench.db").display()))
        .await
        .unwrap();
    let stored = store.counts().await.unwrap().bibs;
    let mut next = stored;
    while next < records {
        let rows = (next..records.min(next + BATCH)).map(records::row).collect();
        let channel = Channel {
            protocol: "bench",
            actor: "generator".into(),
        };
        store.put_bibs(rows, channel, Timestamp::UNIX_EPOCH).await.unwrap();
        next += BATCH;
    }
    let map = IndexMap::built_in();
    let index_folder = folder.join("index");
    let (began, used) = (Instant::now(), cpu());
    assert!(SearchIndex::rebuild(&index_folder, Arc::clone(&map), &store, |_| ()).await.unwrap());
    let used = cpu() - used;
    let bytes = size(&index_folder);
    println!(
        "build: {records} records in {:.1?}, CPU {:.3} ms a record; {} bytes a record, {:.1} MB",
        began.elapsed(),
        used.as_secs_f64() * 1000.0 / records as f64,
        bytes / records,
        bytes as f64 / 1e6,
    );
    let index = SearchIndex::start(&index_folder, Arc::clone(&map), store, CancellationToken::new()).unwrap();
    index.caught_up(1).await.unwrap();
    searches(&index, &map, records, each).await;
}

fn clause(map: &IndexMap, index: &str, structure: Structure, term: Pattern) -> Query {
    Query::Clause(Clause {
        index: map.named(index).unwrap(),
        relation: Relation::Eq,
        structure,
        position: Position::Any,
        completeness: Completeness::Incomplete,
        term,
    })
}

async fn searches(index: &SearchIndex, map: &IndexMap, records: u64, each: Duration) {
    // Words as searchers choose them: neither the commonest nor the rarest.
    let common = |dice: &mut Dice| word(20 + dice.below(2_000));
    let title = |text: String| clause(map, "title", Structure::Phrase, Pattern::literal(text));
    let titles: Vec<String> = (0..500_u64).map(|n| records::title(n * (records / 500).max(1))).collect();
    measure(index, "ISBN", each, |dice| {
        clause(map, "isbn", Structure::Phrase, Pattern::literal(isbn(dice.below(records))))
    })
    .await;
    measure(index, "title word", each, |dice| title(common(dice))).await;
    measure(index, "AND", each, |dice| title(common(dice)).and(title(common(dice)))).await;
    measure(index, "OR", each, |dice| title(common(dice)).or(title(common(dice)))).await;
    measure(index, "phrase", each, |dice| {
        let title = &titles[usize::try_from(dice.below(titles.len() as u64)).unwrap()];
        let two: Vec<&str> = title.split(' ').take(2).collect();
        clause(map, "title", Structure::Phrase, Pattern::literal(two.join(" ")))
    })
    .await;
    measure(index, "truncation", each, |dice| {
        let front: String = common(dice).chars().take(4).collect();
        clause(map, "title", Structure::Phrase, Pattern::literal(front).truncated_right())
    })
    .await;
    measure(index, "all", each, |_| Query::All).await;
    let list = map.named("title").unwrap();
    let scan = |position, start| Scan {
        databases: Databases::All,
        index: list,
        list: List::Headings,
        start,
        position,
        count: 20,
        step: 0,
        cancel: Cancel::never(),
    };
    let mut dice = Dice::new(5);
    let (began, used, mut count) = (Instant::now(), cpu(), 0_u32);
    while began.elapsed() < each {
        index.scan(scan(5, common(&mut dice))).await.unwrap();
        count += 1;
    }
    println!(
        "{:>12}: {:.3} ms CPU",
        "scan 20",
        (cpu() - used).as_secs_f64() * 1000.0 / f64::from(count)
    );
    let mut sorted = find(title(word(30)));
    sorted.sort.push(SortKey {
        index: list,
        descending: false,
        missing: Default::default(),
    });
    let (used, began) = (cpu(), Instant::now());
    let hits = index.find(sorted).await.unwrap().len();
    println!("{:>12}: {hits} hits in {:.1?}, CPU {:.1?}", "sorted", began.elapsed(), cpu() - used);
}

fn find(query: Query) -> Find {
    Find {
        databases: Databases::All,
        query,
        sort: Vec::new(),
        sets: Default::default(),
        cancel: Cancel::never(),
    }
}

async fn measure(index: &SearchIndex, name: &str, each: Duration, query: impl Fn(&mut Dice) -> Query) {
    let mut dice = Dice::new(3);
    let (began, used, mut count, mut hits) = (Instant::now(), cpu(), 0_u64, 0);
    while began.elapsed() < each {
        for _ in 0..100 {
            let set = index.find(find(query(&mut dice))).await.unwrap();
            hits += set.len();
            // As a client does that shows the first.
            std::hint::black_box(set.window(0, 1));
        }
        count += 100;
    }
    println!(
        "{name:>12}: {:.3} ms CPU, {} hits each",
        (cpu() - used).as_secs_f64() * 1000.0 / count as f64,
        hits / count,
    );
}
