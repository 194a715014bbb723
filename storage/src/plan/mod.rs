//! From plans to rows: changes of many plans are taken in, the last word on each row stands, and each table is written once.

pub(crate) mod feed;
mod flush;
pub(crate) mod footprint;
pub(crate) mod statements;

use crate::codes::Coded;
use crate::records;
use crate::rows::Rows;
use feed::{Entries, Origin};
use skranke_core::account::{Fee, LedgerLine};
use skranke_core::block::Block;
use skranke_core::hold::Hold;
use skranke_core::ids::{FeeId, HoldId, ItemId, LoanId, ParallelId, PatronId};
use skranke_core::item::Item;
use skranke_core::loan::Loan;
use skranke_core::patron::{Patron, PinFailures};
use skranke_core::ports::{Change, Event, Facts, FeedKind, Plan, StaffNote};
use skranke_core::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is to be written. Rows that were changed several times are written once, as they end.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    items: BTreeMap<ItemId, Item>,
    loans: BTreeMap<LoanId, (Loan, Timestamp)>,
    loans_undone: BTreeSet<LoanId>,
    anonymised: BTreeSet<LoanId>,
    /// Loans whose patron is to be told of in the feed, but who that is only the store knows.
    parties_wanted: Vec<(LoanId, Origin)>,
    holds: BTreeMap<HoldId, Hold>,
    holds_ended: BTreeSet<HoldId>,
    groups_ended: Vec<(ParallelId, HoldId, Origin)>,
    fees: BTreeMap<FeeId, Fee>,
    fees_withdrawn: BTreeSet<FeeId>,
    ledger: Rows,
    patrons: BTreeMap<PatronId, (Patron, Origin)>,
    /// By patron, code and source: set, or lifted.
    blocks: BTreeMap<(PatronId, char, String), Option<Block>>,
    /// By patron and terminal: failed so often, or cleared.
    pin_failures: BTreeMap<(PatronId, String), Option<PinFailures>>,
    notes: Rows,
    events: HashMap<Event, i64>,
    /// By key: value and end, or forgotten.
    memories: BTreeMap<String, Option<(String, Timestamp)>>,
    feed: Entries,
}

impl Writes {
    /// Takes in a plan that was decided upon `facts`.
    pub(crate) fn take(&mut self, plan: Plan, facts: &Facts) {
        let origin = Origin::new(&plan.channel, plan.at);
        self.feed.next_plan();
        for change in plan.changes {
            self.change(change, facts, &origin);
        }
    }

    fn change(&mut self, change: Change, facts: &Facts, origin: &Origin) {
        match change {
            Change::Item(item) => {
                self.feed.put(FeedKind::Item, item.id.0, origin);
                self.items.insert(item.id, item);
            }
            Change::LoanOpened(loan) | Change::LoanRevised(loan) | Change::LoanClosed(loan) | Change::LoanReopened(loan) => {
                self.announce_loan(&loan, facts, origin);
                self.loans_undone.remove(&loan.id);
                self.loans.insert(loan.id, (loan, origin.at));
            }
            Change::LoanUndone(loan) => {
                self.announce_loan(&loan, facts, origin);
                self.loans.remove(&loan.id);
                self.loans_undone.insert(loan.id);
            }
            Change::LoansAnonymised(loans) => {
                for id in loans {
                    self.parties_wanted.push((id, origin.clone()));
                    if let Some((loan, _)) = self.loans.get_mut(&id) {
                        loan.patron = None;
                    }
                    self.anonymised.insert(id);
                }
            }
            Change::HoldPlaced(hold) | Change::HoldRevised(hold) => {
                self.announce_hold(&hold, facts, origin);
                self.holds_ended.remove(&hold.id);
                self.holds.insert(hold.id, hold);
            }
            Change::HoldEnded(hold, _) => {
                self.announce_hold(&hold, facts, origin);
                self.holds.remove(&hold.id);
                self.holds_ended.insert(hold.id);
            }
            Change::ParallelEnded { group, winner } => self.groups_ended.push((group, winner, origin.clone())),
            Change::FeeRaised(fee) | Change::FeeRevised(fee) => {
                self.feed.put(FeedKind::Patron, fee.patron.0, origin);
                self.fees_withdrawn.remove(&fee.id);
                self.fees.insert(fee.id, fee);
            }
            Change::FeeWithdrawn(fee) => {
                self.feed.put(FeedKind::Patron, fee.patron.0, origin);
                self.fees.remove(&fee.id);
                self.fees_withdrawn.insert(fee.id);
            }
            Change::Ledger(line) => self.ledger_line(&line, origin),
            Change::Patron(patron) => {
                self.feed.put(FeedKind::Patron, patron.id.0, origin);
                self.patrons.insert(patron.id, (patron, origin.clone()));
            }
            Change::BlockSet(patron, block) => self.block(patron, &block.clone(), Some(block), origin),
            Change::BlockLifted(patron, block) => self.block(patron, &block, None, origin),
            Change::PinFailed(patron, failures) => {
                self.feed.put(FeedKind::Patron, patron.0, origin);
                self.pin_failures.insert((patron, failures.terminal.clone()), Some(failures));
            }
            Change::PinCleared(patron, terminal) => {
                self.feed.put(FeedKind::Patron, patron.0, origin);
                self.pin_failures.insert((patron, terminal), None);
            }
            Change::Note(note) => self.note(&note, origin),
            Change::Count(event) => *self.events.entry(event).or_default() += 1,
            Change::Uncount(event) => *self.events.entry(event).or_default() -= 1,
            Change::Remember { key, value, until } => {
                self.memories.insert(key, Some((value, until)));
            }
            Change::Forget(key) => {
                self.memories.insert(key, None);
            }
        }
    }

    /// A loan belongs to its item and to its patron, also where the link to him goes with this change.
    fn announce_loan(&mut self, loan: &Loan, facts: &Facts, origin: &Origin) {
        self.feed.put(FeedKind::Item, loan.item.0, origin);
        match loan.patron.or_else(|| borrower(facts, loan.id)) {
            Some(patron) => self.feed.put(FeedKind::Patron, patron.0, origin),
            None => self.parties_wanted.push((loan.id, origin.clone())),
        }
    }

    /// A hold belongs to its queue, its patron, and the item that is or was tied to it.
    fn announce_hold(&mut self, hold: &Hold, facts: &Facts, origin: &Origin) {
        self.feed.put(FeedKind::Queue, hold.bib.0, origin);
        self.feed.put(FeedKind::Patron, hold.patron.0, origin);
        let before = hold_before(facts, hold.id).and_then(Hold::tied_item);
        for item in hold.tied_item().into_iter().chain(before) {
            self.feed.put(FeedKind::Item, item.0, origin);
        }
    }

    fn ledger_line(&mut self, line: &LedgerLine, origin: &Origin) {
        self.feed.put(FeedKind::Patron, line.patron.0, origin);
        self.ledger
            .row()
            .int(line.fee.0)
            .int(line.patron.0)
            .int(line.amount.minor)
            .text(line.amount.currency.as_str())
            .text(line.what.code())
            .at(line.at)
            .text(&line.terminal)
            .opt_text(line.transaction.as_deref())
            .opt_int(line.payment_type.map(i64::from));
    }

    fn block(&mut self, patron: PatronId, block: &Block, set: Option<Block>, origin: &Origin) {
        self.feed.put(FeedKind::Patron, patron.0, origin);
        let source = records::block_source(&block.source).to_owned();
        self.blocks.insert((patron, block.code, source), set);
    }

    fn note(&mut self, note: &StaffNote, origin: &Origin) {
        self.notes
            .row()
            .text(note.agency.as_str())
            .text(note.kind)
            .opt_int(note.item.map(|item| item.0))
            .opt_int(note.patron.map(|patron| patron.0))
            .text(&note.text)
            .at(origin.at)
            .text(&origin.channel);
    }
}

/// A hold as the facts tell it.
fn hold_before(facts: &Facts, id: HoldId) -> Option<&Hold> {
    let of_item = facts.item.iter().flat_map(|item| {
        let with_patrons = item.tied.iter().chain(&item.queue).map(|(hold, _)| hold);
        with_patrons.chain(&item.alternatives)
    });
    let of_patron = facts.patron.iter().flat_map(|patron| patron.holds.iter().map(|line| &line.hold));
    let of_bibs = facts.bibs.iter().flatten().flat_map(|bib| &bib.holds);
    of_item.chain(of_patron).chain(of_bibs).find(|hold| hold.id == id)
}

/// Who has or had a loan, as the facts tell it.
pub(crate) fn borrower(facts: &Facts, loan: LoanId) -> Option<PatronId> {
    let item = facts.item.as_ref();
    let of_item = item.and_then(|item| item.loan.iter().chain(&item.last_closed).find(|known| known.id == loan));
    let of_patron = || {
        let lines = facts.patron.as_ref().map(|patron| patron.loans.as_slice()).unwrap_or_default();
        lines.iter().map(|line| &line.loan).find(|known| known.id == loan)
    };
    of_item.or_else(of_patron).and_then(|known| known.patron)
}
