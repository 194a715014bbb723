//! Answers that only inform may come from here; a decision never does.
//!
//! Nothing is removed when something changes. Instead each entry knows what it depends on, and when it was read, in
//! *generations*: a counter that steps with each batch of changes seen. An entry is good while nothing it depends on changed in
//! a later generation. The generation is taken *before* the store is read, so an answer that was read before a commit and
//! arrives here after it is stale from its first moment.

use crate::ids::{BibId, ItemId, PatronId};
use crate::ports::{Change, Facts, FeedKind, ItemFacts, ItemRef, PatronFacts, PatronRef};
use moka::sync::Cache;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// What an answer may depend on, as the change feed names it.
pub type Entity = (FeedKind, i64);

/// A net below the feed: whatever it failed to tell ends after this time.
const LONGEST_LIFE: Duration = Duration::from_secs(600);
/// Changed things remembered in each of two halves, about 3 MB.
const CHANGES_REMEMBERED: usize = 50_000;

/// A moment in the order of changes that this process has seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(u64);

/// Patrons and items as they were read, until something about them changes.
#[derive(Debug)]
pub struct Information {
    patrons: Cache<PatronRef, Arc<Entry<PatronFacts>>>,
    items: Cache<ItemRef, Arc<Entry<ItemFacts>>>,
    changes: Changes,
}

#[derive(Debug)]
struct Entry<T> {
    facts: Arc<T>,
    /// Whether a patron's loans, holds and fees are there one by one.
    lists: bool,
    depends_on: Box<[Entity]>,
    /// Up to this generation nothing it depends on has changed.
    good_at: AtomicU64,
    bytes: u32,
}

impl Information {
    /// Holds at most about `bytes`, half of it patrons, half items.
    pub fn new(bytes: u64) -> Self {
        Self {
            patrons: bounded(bytes / 2),
            items: bounded(bytes / 2),
            changes: Changes::default(),
        }
    }

    /// The present generation: to be taken before the store is read.
    pub fn generation(&self) -> Generation {
        Generation(self.changes.present.load(Ordering::Acquire))
    }

    /// A patron, if nothing about him has changed; with his lists where they are wanted.
    pub fn patron(&self, reference: &PatronRef, lists: bool) -> Option<Arc<PatronFacts>> {
        let entry = self.patrons.get(reference)?;
        if lists && !entry.lists {
            return None;
        }
        self.good(&entry)
    }

    /// An item, if nothing about it has changed.
    pub fn item(&self, reference: &ItemRef) -> Option<Arc<ItemFacts>> {
        self.good(&*self.items.get(reference)?)
    }

    /// Keeps a patron that was read at `read_at`. What was read without lists does not replace what has them.
    pub fn keep_patron(&self, reference: PatronRef, facts: &Arc<PatronFacts>, lists: bool, read_at: Generation) {
        if !lists && self.patron(&reference, true).is_some() {
            return;
        }
        let lines = facts.loans.len() + facts.holds.len() + facts.fees.len();
        let queued: usize = facts.loans.iter().map(|line| line.queue.len()).sum();
        let entry = Entry {
            facts: Arc::clone(facts),
            lists,
            depends_on: patron_depends_on(facts),
            good_at: AtomicU64::new(read_at.0),
            bytes: weight(1000 + 900 * lines + 200 * queued),
        };
        self.patrons.insert(reference, Arc::new(entry));
    }

    /// Keeps an item that was read at `read_at`. One found under another agency's name is not kept: a new item could take its place.
    pub fn keep_item(&self, reference: ItemRef, facts: &Arc<ItemFacts>, read_at: Generation) {
        if matches!(&reference, ItemRef::Barcode(agency, _) if *agency != facts.item.agency) {
            return;
        }
        let entry = Entry {
            facts: Arc::clone(facts),
            lists: true,
            depends_on: item_depends_on(facts),
            good_at: AtomicU64::new(read_at.0),
            bytes: weight(2500 + 900 * facts.queue.len()),
        };
        self.items.insert(reference, Arc::new(entry));
    }

    /// These have changed: entries that were read before now and depend on one of them are good no longer.
    pub fn changed(&self, entities: impl IntoIterator<Item = Entity>) {
        self.changes.add(entities);
    }

    /// Nothing read before now is good any longer.
    pub fn forget_all(&self) {
        self.changes.forget_all();
    }

    fn good<T>(&self, entry: &Entry<T>) -> Option<Arc<T>> {
        let known_good = entry.good_at.load(Ordering::Acquire);
        if known_good != self.changes.present.load(Ordering::Acquire) {
            let good_now = self.changes.unchanged_since(known_good, &entry.depends_on)?;
            entry.good_at.fetch_max(good_now, Ordering::AcqRel);
        }
        Some(Arc::clone(&entry.facts))
    }
}

fn bounded<K, T>(bytes: u64) -> Cache<K, Arc<Entry<T>>>
where
    K: Hash + Eq + Send + Sync + 'static,
    T: Send + Sync + 'static,
{
    Cache::builder()
        .max_capacity(bytes)
        .weigher(|_, entry: &Arc<Entry<T>>| entry.bytes)
        .time_to_live(LONGEST_LIFE)
        .build()
}

fn weight(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}

/// The totals depend on the patron alone; each line also on its item, title and queue.
fn patron_depends_on(facts: &PatronFacts) -> Box<[Entity]> {
    let mut all = vec![patron(facts.patron.id)];
    for line in &facts.loans {
        all.extend([item(line.item.id), queue(line.item.bib), bib(line.item.bib)]);
    }
    for line in &facts.holds {
        all.extend([queue(line.hold.bib), bib(line.hold.bib)]);
        all.extend(line.hold.tied_item().map(item));
    }
    distinct(all)
}

/// Those who merely wait are not told in any answer, so an item does not depend on them one by one.
fn item_depends_on(facts: &ItemFacts) -> Box<[Entity]> {
    let mut all = vec![item(facts.item.id), queue(facts.item.bib), bib(facts.item.bib)];
    all.extend(facts.borrower.iter().map(|who| patron(who.id)));
    all.extend(facts.tied.iter().map(|(_, who)| patron(who.id)));
    distinct(all)
}

fn distinct(mut all: Vec<Entity>) -> Box<[Entity]> {
    all.sort_unstable_by_key(|(kind, id)| (*kind as u8, *id));
    all.dedup();
    all.into_boxed_slice()
}

fn patron(id: PatronId) -> Entity {
    (FeedKind::Patron, id.0)
}

fn item(id: ItemId) -> Entity {
    (FeedKind::Item, id.0)
}

fn queue(id: BibId) -> Entity {
    (FeedKind::Queue, id.0)
}

fn bib(id: BibId) -> Entity {
    (FeedKind::Bib, id.0)
}

/// What a change touches, as far as it says itself; the same things have rows in the change feed.
pub fn touched(change: &Change) -> Vec<Entity> {
    match change {
        Change::Item(it) => vec![item(it.id)],
        Change::LoanOpened(loan)
        | Change::LoanRevised(loan)
        | Change::LoanClosed(loan)
        | Change::LoanReopened(loan)
        | Change::LoanUndone(loan) => std::iter::once(item(loan.item)).chain(loan.patron.map(patron)).collect(),
        Change::HoldPlaced(hold) | Change::HoldRevised(hold) | Change::HoldEnded(hold, _) => {
            let mut all = vec![patron(hold.patron), queue(hold.bib)];
            all.extend(hold.tied_item().map(item));
            all
        }
        Change::FeeRaised(fee) | Change::FeeRevised(fee) | Change::FeeWithdrawn(fee) => vec![patron(fee.patron)],
        Change::Ledger(line) => vec![patron(line.patron)],
        Change::Patron(who) => vec![patron(who.id)],
        Change::BlockSet(id, _) | Change::BlockLifted(id, _) | Change::PinFailed(id, _) | Change::PinCleared(id, _) => {
            vec![patron(*id)]
        }
        Change::ParallelEnded { .. }
        | Change::LoansAnonymised(_)
        | Change::Note(_)
        | Change::Count(_)
        | Change::Uncount(_)
        | Change::Remember { .. }
        | Change::Forget(_) => Vec::new(),
    }
}

/// Whether a change touches more than it names, so that only the change feed tells all of it.
pub fn reaches_further(change: &Change) -> bool {
    // The losers of a parallel group, and the holds that a patron's pause moves in their queues.
    matches!(change, Change::ParallelEnded { .. } | Change::Patron(_))
}

/// Whom and what the facts of a decision are about: changes may touch them without naming them.
pub fn about(facts: &Facts) -> Vec<Entity> {
    let mut all: Vec<Entity> = facts.patron.iter().map(|found| patron(found.patron.id)).collect();
    if let Some(found) = &facts.item {
        all.extend([item(found.item.id), queue(found.item.bib)]);
        let loans = found.loan.iter().chain(&found.last_closed);
        all.extend(loans.filter_map(|loan| loan.patron).map(patron));
        all.extend(found.tied.iter().map(|(hold, _)| patron(hold.patron)));
        all.extend(found.alternatives.iter().flat_map(|hold| [patron(hold.patron), queue(hold.bib)]));
    }
    all
}

/// Which things changed when, in two halves: when the younger is full the older is dropped.
#[derive(Debug)]
struct Changes {
    /// The present generation.
    present: AtomicU64,
    halves: RwLock<Halves>,
}

#[derive(Debug)]
struct Halves {
    younger: HashMap<Entity, u64>,
    older: HashMap<Entity, u64>,
    /// The first generation whose changes `younger` holds.
    younger_from: u64,
    /// Changes of generations before this are forgotten, so what was read before is not known to be good.
    known_from: u64,
}

impl Default for Changes {
    fn default() -> Self {
        Self {
            present: AtomicU64::new(1),
            halves: RwLock::new(Halves {
                younger: HashMap::new(),
                older: HashMap::new(),
                younger_from: 1,
                known_from: 1,
            }),
        }
    }
}

impl Changes {
    fn add(&self, entities: impl IntoIterator<Item = Entity>) {
        let mut entities = entities.into_iter().peekable();
        if entities.peek().is_none() {
            return;
        }
        let mut halves = self.halves.write().unwrap_or_else(PoisonError::into_inner);
        let next = self.present.load(Ordering::Acquire).saturating_add(1);
        for entity in entities {
            halves.younger.insert(entity, next);
        }
        if halves.younger.len() >= CHANGES_REMEMBERED {
            halves.older = std::mem::take(&mut halves.younger);
            halves.known_from = halves.younger_from;
            halves.younger_from = next.saturating_add(1);
        }
        // Last, so that whoever sees the new generation finds the changes that belong to it.
        self.present.store(next, Ordering::Release);
    }

    fn forget_all(&self) {
        let mut halves = self.halves.write().unwrap_or_else(PoisonError::into_inner);
        let next = self.present.load(Ordering::Acquire).saturating_add(1);
        *halves = Halves {
            younger: HashMap::new(),
            older: HashMap::new(),
            younger_from: next.saturating_add(1),
            known_from: next.saturating_add(1),
        };
        self.present.store(next, Ordering::Release);
    }

    /// The present generation, where none of these changed after generation `since`.
    fn unchanged_since(&self, since: u64, entities: &[Entity]) -> Option<u64> {
        let halves = self.halves.read().unwrap_or_else(PoisonError::into_inner);
        // Generation `since` itself was wholly seen by the reader, so knowledge must reach back to the one after it.
        if since.saturating_add(1) < halves.known_from {
            return None;
        }
        let changed_after = |half: &HashMap<Entity, u64>, entity: &Entity| half.get(entity).is_some_and(|at| *at > since);
        let changed = entities
            .iter()
            .any(|entity| changed_after(&halves.younger, entity) || changed_after(&halves.older, entity));
        // Under the lock no generation can begin.
        (!changed).then(|| self.present.load(Ordering::Acquire))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_change_is_stale_after_it() {
        let changes = Changes::default();
        let before = changes.present.load(Ordering::Acquire);
        changes.add([(FeedKind::Item, 1)]);
        assert_eq!(changes.unchanged_since(before, &[(FeedKind::Item, 1)]), None);
        assert_eq!(
            changes.unchanged_since(before, &[(FeedKind::Item, 2), (FeedKind::Patron, 1)]),
            Some(2)
        );
        let after = changes.present.load(Ordering::Acquire);
        assert_eq!(changes.unchanged_since(after, &[(FeedKind::Item, 1)]), Some(2));
    }

    #[test]
    fn what_was_read_before_the_remembered_changes_is_stale() {
        let changes = Changes::default();
        let long_ago = changes.present.load(Ordering::Acquire);
        let batch = |half: i64| (0..CHANGES_REMEMBERED as i64).map(move |n| (FeedKind::Item, half * 1_000_000 + n));
        changes.add(batch(1));
        assert!(changes.unchanged_since(long_ago, &[(FeedKind::Bib, 1)]).is_some());
        let between = changes.present.load(Ordering::Acquire);
        changes.add(batch(2));
        assert!(changes.unchanged_since(long_ago, &[(FeedKind::Bib, 1)]).is_none());
        assert!(changes.unchanged_since(between, &[(FeedKind::Bib, 1)]).is_some());
        assert!(changes.unchanged_since(between, &[(FeedKind::Item, 2_000_001)]).is_none());
        changes.forget_all();
        assert!(changes.unchanged_since(between, &[]).is_none());
    }
}
