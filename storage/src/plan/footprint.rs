//! What a command has read and what a plan will change, so that commands that do not touch each other can be read,
//! decided and written together, as if one had run after the other.

use super::borrower;
use skranke_core::hold::{Hold, HoldState};
use skranke_core::ids::{BibId, BranchId, ItemId, PatronId};
use skranke_core::item::Item;
use skranke_core::loan::Loan;
use skranke_core::ports::{Change, Facts, Need, Plan};
use std::collections::HashSet;

/// One thing that is read or changed as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Mark {
    /// The patron, his loans, holds, fees, blocks and failed PINs.
    Patron(PatronId),
    /// The item, its loans and their fees.
    Item(ItemId),
    /// The rows of a record's copies.
    Copies(BibId),
    /// A record's holds.
    Queue(BibId),
    /// The pickup numbers of a branch.
    Pickup(BranchId),
    /// A memory.
    Memory(String),
}

/// What was changed so far in a round.
#[derive(Debug, Default)]
pub(crate) struct Changed {
    marks: HashSet<Mark>,
    /// Something was changed that reaches further than can be told from the plan.
    everything: bool,
}

impl Changed {
    /// Whether facts that were read before these changes may still be decided upon.
    pub(crate) fn leaves(&self, need: &Need, facts: &Facts) -> bool {
        if self.everything {
            return false;
        }
        if self.marks.is_empty() {
            return true;
        }
        let mut untouched = true;
        reads(need, facts, &mut |mark| untouched &= !self.marks.contains(&mark));
        untouched
    }

    /// Adds what a plan changes that was decided upon `facts`.
    pub(crate) fn add(&mut self, plan: &Plan, facts: &Facts) {
        for change in &plan.changes {
            self.add_change(change, facts);
        }
    }

    fn add_change(&mut self, change: &Change, facts: &Facts) {
        match change {
            Change::Item(item) => self.item(item),
            Change::LoanOpened(loan)
            | Change::LoanRevised(loan)
            | Change::LoanClosed(loan)
            | Change::LoanReopened(loan)
            | Change::LoanUndone(loan) => self.loan(loan, facts),
            Change::HoldPlaced(hold) | Change::HoldRevised(hold) => {
                self.hold(hold);
                // A number is taken. One that is set free meanwhile disturbs nobody.
                if let HoldState::Ready { .. } = hold.state {
                    self.marks.insert(Mark::Pickup(hold.pickup.clone()));
                }
            }
            Change::HoldEnded(hold, _) => self.hold(hold),
            Change::FeeRaised(fee) | Change::FeeRevised(fee) | Change::FeeWithdrawn(fee) => {
                self.marks.insert(Mark::Patron(fee.patron));
                self.marks.extend(fee.items.iter().copied().map(Mark::Item));
            }
            Change::Ledger(line) => {
                self.marks.insert(Mark::Patron(line.patron));
            }
            Change::BlockSet(patron, _) | Change::BlockLifted(patron, _) | Change::PinFailed(patron, _) | Change::PinCleared(patron, _) => {
                self.marks.insert(Mark::Patron(*patron));
            }
            Change::Remember { key, .. } | Change::Forget(key) => {
                self.marks.insert(Mark::Memory(key.clone()));
            }
            // A patron's cards and pauses, and rows that only the store finds.
            Change::Patron(_) | Change::ParallelEnded { .. } | Change::LoansAnonymised(_) => self.everything = true,
            Change::Note(_) | Change::Count(_) | Change::Uncount(_) => {}
        }
    }

    fn item(&mut self, item: &Item) {
        self.marks.insert(Mark::Item(item.id));
        self.marks.insert(Mark::Copies(item.bib));
    }

    /// A loan changes for its patron too, also where the link to him goes.
    fn loan(&mut self, loan: &Loan, facts: &Facts) {
        self.marks.insert(Mark::Item(loan.item));
        match loan.patron.or_else(|| borrower(facts, loan.id)) {
            Some(patron) => {
                self.marks.insert(Mark::Patron(patron));
            }
            None => self.everything = true,
        }
    }

    fn hold(&mut self, hold: &Hold) {
        self.marks.insert(Mark::Queue(hold.bib));
        self.marks.insert(Mark::Patron(hold.patron));
        self.marks.extend(hold.tied_item().map(Mark::Item));
    }
}

/// Everything that facts were made of.
fn reads(need: &Need, facts: &Facts, mark: &mut impl FnMut(Mark)) {
    if let Some(patron) = &facts.patron {
        mark(Mark::Patron(patron.patron.id));
        for line in &patron.loans {
            mark(Mark::Item(line.item.id));
            mark(Mark::Queue(line.item.bib));
        }
        for line in &patron.holds {
            mark(Mark::Queue(line.hold.bib));
            line.item.iter().for_each(|item| mark(Mark::Item(item.id)));
        }
    }
    if let Some(item) = &facts.item {
        mark(Mark::Item(item.item.id));
        mark(Mark::Queue(item.item.bib));
        for patron in item
            .borrower
            .iter()
            .chain(item.tied.iter().map(|(_, patron)| patron))
            .chain(item.queue.iter().map(|(_, patron)| patron))
        {
            mark(Mark::Patron(patron.id));
        }
        if let Some(patron) = item.last_closed.as_ref().and_then(|loan| loan.patron) {
            mark(Mark::Patron(patron));
        }
        for fee in item.loan_fees.iter().chain(&item.occasion_fees) {
            mark(Mark::Patron(fee.patron));
        }
        for hold in &item.alternatives {
            mark(Mark::Patron(hold.patron));
            mark(Mark::Queue(hold.bib));
        }
        for branch in item.free_pickup_numbers.keys() {
            mark(Mark::Pickup(branch.clone()));
        }
    }
    for bib in facts.bibs.iter().flatten() {
        mark(Mark::Copies(bib.id));
        mark(Mark::Queue(bib.id));
    }
    if let Some(fee) = &facts.fee {
        mark(Mark::Patron(fee.patron));
    }
    for key in &need.memories {
        mark(Mark::Memory(key.clone()));
    }
}
