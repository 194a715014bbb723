//! Figures of the store by itself: what a read costs in a small and in a national library, and how many durable loans a
//! second it takes, beside a bare loop over the same engine.
//!
//! ```text
//! storage_bench generate URL PATRONS ITEMS     fills an empty database
//! storage_bench reads    URL [SECONDS]         patron and item look-ups, one at a time and 64 at once
//! storage_bench loans    URL [SECONDS]         check-out and check-in through the desk, 64 at once
//! storage_bench bare     FILE [SECONDS]        a loop over SQLite that commits 64 such changes at a time
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a bench that cannot go on ends"
)]

mod bare;
mod generate;
mod loans;
mod reads;

use std::time::Duration;

/// Askers at once, as in the issue's figures.
const CONNECTIONS: usize = 64;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let seconds = |text: Option<&&str>| Duration::from_secs(text.map_or(5, |text| text.parse().unwrap()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        match words.as_slice() {
            ["generate", url, patrons, items] => generate::run(url, patrons.parse().unwrap(), items.parse().unwrap()).await,
            ["reads", url, rest @ ..] => reads::run(url, seconds(rest.first())).await,
            ["loans", url, rest @ ..] => loans::run(url, seconds(rest.first())).await,
            ["bare", file, rest @ ..] => bare::run(file, seconds(rest.first())).await,
            _ => panic!("storage_bench generate|reads|loans|bare … (see the head of its source)"),
        }
    });
}

/// A small generator of numbers, the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: i64) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % u64::try_from(limit).unwrap()).unwrap()
    }
}
