//! From needs to facts, for many needs at once: the round trips of a batch are those of one command.
//!
//! Three rounds: what the references name; what hangs on it; who and what that leads to. Then each need takes its part.

mod load;
pub(crate) mod statements;

use crate::engine::Connection;
use crate::error::Error;
use crate::records;
use load::Loaded;
use skranke_core::account::Fee;
use skranke_core::agency::AgencyId;
use skranke_core::hold::{Hold, HoldScope, HoldState};
use skranke_core::ids::{BibId, FeeId, HoldId, ItemId, PatronId};
use skranke_core::item::Item;
use skranke_core::ports::{BibFacts, BibRef, Facts, HoldLine, ItemFacts, ItemRef, LoanLine, Need, PatronFacts, PatronRef};
use skranke_core::time::{Date, Timestamp};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

/// What the references of one need lead to.
#[derive(Debug, Default)]
struct Resolved {
    patron: Option<PatronId>,
    item: Option<ItemId>,
    /// Records, each with the agency that asks, where one does: it sees its own copies and holds only.
    bibs: Vec<Option<(BibId, Option<AgencyId>)>>,
}

/// Reads the facts for each need, all as of the open transaction's moment.
pub(crate) async fn read<C: Connection>(connection: &mut C, needs: &[&Need]) -> Result<Vec<Facts>, Error> {
    let mut loaded = Loaded::default();
    references(connection, needs, &mut loaded).await?;
    let resolved: Vec<Resolved> = needs.iter().map(|need| loaded.resolve(need)).collect();
    dependents(connection, needs, &resolved, &mut loaded).await?;
    Ok(needs.iter().zip(&resolved).map(|(need, found)| loaded.facts(need, found)).collect())
}

/// Holds whose time is over by their last day or by their pickup deadline.
pub(crate) async fn holds_over<C: Connection>(
    connection: &mut C,
    today: Date,
    at: Timestamp,
    after: HoldId,
    limit: u32,
) -> Result<Vec<Hold>, Error> {
    let parameters = vec![
        today.to_string().into(),
        at.as_millisecond().into(),
        after.0.into(),
        i64::from(limit).into(),
    ];
    let rows = connection.query(&statements::HOLDS_OVER, parameters).await?;
    rows.into_iter().map(|mut row| records::hold(&mut row)).collect()
}

/// The first round: everything that is named.
async fn references<C: Connection>(connection: &mut C, needs: &[&Need], loaded: &mut Loaded) -> Result<(), Error> {
    let mut cards = HashSet::new();
    let mut national_numbers = HashSet::new();
    let mut patrons = BTreeSet::new();
    let mut barcodes = BTreeSet::new();
    let mut items = BTreeSet::new();
    let mut control_numbers = BTreeSet::new();
    let mut bibs = BTreeSet::new();
    let mut memories = BTreeSet::new();
    let mut branches = BTreeSet::new();
    for need in needs {
        for reference in &need.patron {
            match reference {
                PatronRef::Card(agency, card) => {
                    cards.insert((agency, card));
                }
                PatronRef::NationalNumber(agency, number) => {
                    national_numbers.insert((agency, number.0.as_str()));
                }
                PatronRef::Id(id) => {
                    patrons.insert(*id);
                }
            }
        }
        for reference in &need.item {
            match reference {
                ItemRef::Barcode(_, barcode) => barcodes.insert(barcode.as_str()),
                ItemRef::Id(id) => items.insert(*id),
            };
        }
        for reference in &need.bibs {
            match reference {
                BibRef::Number(_, number) => control_numbers.insert(number.as_str()),
                BibRef::Id(id) => bibs.insert(*id),
                BibRef::OfItem(ItemRef::Barcode(_, barcode)) => barcodes.insert(barcode.as_str()),
                BibRef::OfItem(ItemRef::Id(id)) => items.insert(*id),
            };
        }
        branches.extend(need.branch.as_ref().map(|(agency, branch)| (agency, branch)));
        memories.extend(need.memories.iter().map(String::as_str));
    }
    loaded.memories(connection, &memories).await?;
    loaded.patrons_by_card(connection, &cards).await?;
    loaded.patrons_by_national_number(connection, &national_numbers).await?;
    loaded.patrons_by_id(connection, patrons).await?;
    loaded.items(connection, &barcodes, &items).await?;
    loaded.branches(connection, &branches).await?;
    // An item leads to its record, where that is asked for.
    let of_items = needs.iter().flat_map(|need| &need.bibs).filter_map(|reference| match reference {
        BibRef::OfItem(item) => loaded.items.get(&loaded.resolve_item(item)?).map(|item| item.bib),
        BibRef::Number(..) | BibRef::Id(_) => None,
    });
    bibs.extend(of_items.collect::<Vec<_>>());
    loaded.bibs(connection, &control_numbers, &bibs).await
}

/// The second and third round: what hangs on what was found, and who and what that leads to.
async fn dependents<C: Connection>(connection: &mut C, needs: &[&Need], resolved: &[Resolved], loaded: &mut Loaded) -> Result<(), Error> {
    let mut patrons = BTreeSet::new();
    let mut listed = BTreeSet::new();
    let mut items = BTreeSet::new();
    let mut closed_wanted = BTreeSet::new();
    let mut bibs = BTreeSet::new();
    let mut queues = BTreeSet::new();
    let mut fees = BTreeSet::new();
    for (need, found) in needs.iter().zip(resolved) {
        patrons.extend(found.patron);
        if need.patron_lists {
            listed.extend(found.patron);
        }
        if let Some(item) = found.item.and_then(|id| loaded.items.get(&id)) {
            items.insert(item.id);
            queues.insert(item.bib);
            if need.last_closed_loan {
                closed_wanted.insert(item.id);
            }
        }
        bibs.extend(found.bibs.iter().flatten().map(|(bib, _)| *bib));
        fees.extend(need.fee);
    }
    loaded.patron_lists(connection, &listed).await?;
    loaded.copies(connection, &bibs).await?;
    loaded.loans(connection, &items, &closed_wanted).await?;
    queues.extend(&bibs);
    queues.extend(loaded.patron_loans.values().flatten().map(|(_, item)| item.bib));
    loaded.holds(connection, &queues).await?;

    let mut others = BTreeSet::new();
    let mut borrowers = BTreeSet::new();
    let mut pickups = BTreeSet::new();
    let mut groups = BTreeSet::new();
    for item in items.iter().filter_map(|id| loaded.items.get(id)) {
        pickups.insert((item.agency.clone(), item.current_branch.clone()));
        borrowers.extend(loaded.open_loans.get(&item.id).and_then(|loan| loan.patron));
        for hold in loaded.concerning(item) {
            others.insert(hold.patron);
            groups.extend(hold.parallel);
            pickups.insert((hold.agency.clone(), hold.pickup.clone()));
        }
    }
    others.extend(&borrowers);
    let loans = loaded
        .open_loans
        .values()
        .chain(loaded.closed_loans.values())
        .map(|loan| loan.id)
        .collect();
    let held = loaded.patron_holds.values().flatten();
    let held: BTreeSet<ItemId> = held.filter_map(|line| tied_or_asked_for(&line.hold)).collect();
    loaded.items(connection, &BTreeSet::new(), &held).await?;
    loaded.patrons_by_id(connection, others).await?;
    loaded.groups(connection, &groups).await?;
    loaded.pickup_numbers(connection, &pickups).await?;
    loaded.fees(connection, &fees, &loans, &borrowers).await?;
    loaded.fee_links(connection).await?;
    loaded.dependents(connection, &patrons).await
}

/// The item tied to a hold, else the copy it asks for.
fn tied_or_asked_for(hold: &Hold) -> Option<ItemId> {
    hold.tied_item().or(match hold.scope {
        HoldScope::Copy(id) => Some(id),
        HoldScope::AnyCopy | HoldScope::BranchCopy(_) | HoldScope::Issue(_) => None,
    })
}

impl Loaded {
    fn resolve(&self, need: &Need) -> Resolved {
        Resolved {
            patron: need.patron.iter().find_map(|reference| self.resolve_patron(reference)),
            item: need.item.iter().find_map(|reference| self.resolve_item(reference)),
            bibs: need.bibs.iter().map(|reference| self.resolve_bib(reference)).collect(),
        }
    }

    fn resolve_patron(&self, reference: &PatronRef) -> Option<PatronId> {
        match reference {
            PatronRef::Card(agency, card) => self.cards.get(&(agency.as_str().to_owned(), card.reveal().to_owned())).copied(),
            PatronRef::NationalNumber(agency, number) => self
                .patrons
                .values()
                .find(|patron| patron.agency == *agency && patron.national_number.as_ref() == Some(number))
                .map(|patron| patron.id),
            PatronRef::Id(id) => self.patrons.contains_key(id).then_some(*id),
        }
    }

    fn resolve_item(&self, reference: &ItemRef) -> Option<ItemId> {
        match reference {
            ItemRef::Barcode(agency, barcode) => own_or_only(self.barcodes.get(barcode)?, |id| {
                self.items.get(id).is_some_and(|item| item.agency == *agency)
            }),
            ItemRef::Id(id) => self.items.contains_key(id).then_some(*id),
        }
    }

    fn resolve_bib(&self, reference: &BibRef) -> Option<(BibId, Option<AgencyId>)> {
        match reference {
            BibRef::Number(agency, number) => {
                let own = |id: &BibId| self.bibs.get(id).is_some_and(|bib| bib.agency == *agency);
                Some((own_or_only(self.control_numbers.get(number)?, own)?, Some(agency.clone())))
            }
            BibRef::Id(id) => self.bibs.contains_key(id).then_some((*id, None)),
            BibRef::OfItem(reference) => {
                let item = self.items.get(&self.resolve_item(reference)?)?;
                Some((item.bib, Some(item.agency.clone())))
            }
        }
    }

    fn facts(&self, need: &Need, found: &Resolved) -> Facts {
        let now = need.at.as_millisecond();
        Facts {
            patron: found.patron.and_then(|id| self.patron_facts(id)).map(Arc::new),
            item: found.item.and_then(|id| self.item_facts(id, need)).map(Arc::new),
            bibs: found.bibs.iter().map(|bib| self.bib_facts(bib.as_ref()?)).collect(),
            memories: need
                .memories
                .iter()
                .map(|key| {
                    self.memories
                        .get(key)
                        .filter(|(_, until)| *until > now)
                        .map(|(value, _)| value.clone())
                })
                .collect(),
            fee: need
                .fee
                .and_then(|id| self.fees.get(&id))
                .filter(|fee| found.patron == Some(fee.patron))
                .cloned(),
            branch_exists: need
                .branch
                .as_ref()
                .is_some_and(|(agency, branch)| self.branches.contains(&(agency.as_str().to_owned(), branch.0.clone()))),
        }
    }

    fn patron_facts(&self, id: PatronId) -> Option<PatronFacts> {
        let loans = self.patron_loans.get(&id).map(Vec::as_slice).unwrap_or_default();
        Some(PatronFacts {
            patron: self.patrons.get(&id)?.clone(),
            totals: self.totals.get(&id).cloned().unwrap_or_default(),
            loans: loans
                .iter()
                .map(|(loan, item)| LoanLine {
                    loan: loan.clone(),
                    item: item.clone(),
                    queue: self.queue(item).cloned().collect(),
                })
                .collect(),
            holds: self
                .patron_holds
                .get(&id)
                .into_iter()
                .flatten()
                .map(|line| self.hold_line(line))
                .collect(),
            fees: self.fees_in_order(self.patron_fees.get(&id)),
            pin_failures: self.pin_failures.get(&id).cloned().unwrap_or_default(),
        })
    }

    fn hold_line(&self, line: &HoldLine) -> HoldLine {
        let tied = line.hold.tied_item().and_then(|id| self.items.get(&id));
        let named = tied_or_asked_for(&line.hold).and_then(|id| self.items.get(&id));
        HoldLine {
            barcode: named.map(|item| item.barcode.clone()),
            item: tied.cloned(),
            ..line.clone()
        }
    }

    fn item_facts(&self, id: ItemId, need: &Need) -> Option<ItemFacts> {
        let item = self.items.get(&id)?;
        let loan = self.open_loans.get(&id);
        let last_closed = need.last_closed_loan.then(|| self.closed_loans.get(&id)).flatten();
        let borrower = loan.and_then(|loan| loan.patron);
        let with_patron = |hold: &Hold| Some((hold.clone(), self.patrons.get(&hold.patron)?.clone()));
        let concerning: Vec<&Hold> = self.concerning(item).collect();
        let groups: BTreeSet<_> = concerning.iter().filter_map(|hold| hold.parallel).collect();
        let loans: Vec<_> = loan.iter().chain(&last_closed).map(|loan| loan.id).collect();
        let mut loan_fees: Vec<Fee> = self
            .fees
            .values()
            .filter(|fee| fee.loans.iter().any(|loan| loans.contains(loan)))
            .cloned()
            .collect();
        loan_fees.sort_by_key(|fee| fee.id);
        Some(ItemFacts {
            item: item.clone(),
            loan: loan.cloned(),
            last_closed: last_closed.cloned(),
            borrower: borrower.and_then(|id| self.patrons.get(&id)).cloned(),
            tied: concerning
                .iter()
                .find(|hold| Some(hold.id) == item.tied_to)
                .and_then(|hold| with_patron(hold)),
            queue: self.queue(item).filter_map(with_patron).collect(),
            free_pickup_numbers: concerning
                .iter()
                .map(|hold| (&hold.agency, &hold.pickup))
                .chain([(&item.agency, &item.current_branch)])
                .map(|(agency, branch)| {
                    let free = self.pickup_numbers.get(&(agency.clone(), branch.clone()));
                    (branch.clone(), free.copied().unwrap_or(1))
                })
                .collect(),
            occasion_fees: self.fees_in_order(borrower.and_then(|id| self.occasion_fees.get(&id))),
            loan_fees,
            alternatives: groups
                .iter()
                .filter_map(|group| self.groups.get(group))
                .flatten()
                .filter(|hold| concerning.iter().all(|named| named.id != hold.id))
                .cloned()
                .collect(),
        })
    }

    fn bib_facts(&self, (id, asking): &(BibId, Option<AgencyId>)) -> Option<BibFacts> {
        let bib = self.bibs.get(id)?;
        let asks = |agency: &AgencyId| asking.as_ref().is_none_or(|asking| asking == agency);
        let copies = self.copies.get(id).into_iter().flatten().filter_map(|id| self.items.get(id));
        let holds = self.holds.get(id).into_iter().flatten();
        Some(BibFacts {
            id: *id,
            agency: bib.agency.clone(),
            control_number: bib.control_number.clone(),
            title: bib.title.clone(),
            copies: copies.filter(|item| asks(&item.agency)).cloned().collect(),
            holds: holds.filter(|hold| asks(&hold.agency)).cloned().collect(),
        })
    }

    /// The hold that the item is tied to, and those that wait for such an item.
    fn concerning<'s>(&'s self, item: &'s Item) -> impl Iterator<Item = &'s Hold> {
        let holds = self.holds.get(&item.bib).into_iter().flatten();
        holds.filter(|hold| item.tied_to == Some(hold.id) || waits_for(hold, item))
    }

    /// Waiting holds that the item could satisfy, in queue order.
    fn queue<'s>(&'s self, item: &'s Item) -> impl Iterator<Item = &'s Hold> {
        let holds = self.holds.get(&item.bib).into_iter().flatten();
        holds.filter(|hold| waits_for(hold, item))
    }

    fn fees_in_order(&self, ids: Option<&Vec<FeeId>>) -> Vec<Fee> {
        let mut fees: Vec<Fee> = ids.into_iter().flatten().filter_map(|id| self.fees.get(id)).cloned().collect();
        fees.sort_by_key(|fee| (fee.raised, fee.id));
        fees
    }
}

/// The one that is the asker's own, else the only one there is.
fn own_or_only<T: Copy>(candidates: &[T], own: impl Fn(&T) -> bool) -> Option<T> {
    candidates.iter().find(|candidate| own(candidate)).copied().or(match candidates {
        [only] => Some(*only),
        _ => None,
    })
}

fn waits_for(hold: &Hold, item: &Item) -> bool {
    hold.state == HoldState::Waiting && hold.served_by(item)
}
