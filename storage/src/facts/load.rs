//! Everything that a batch of needs touches, loaded once whoever asked for it.

use super::statements as sql;
use crate::dialect::Sql;
use crate::engine::Connection;
use crate::engine::row::Row;
use crate::error::Error;
use crate::records;
use crate::rows::Rows;
use skranke_core::account::Fee;
use skranke_core::agency::AgencyId;
use skranke_core::hold::Hold;
use skranke_core::ids::{Barcode, BibId, BranchId, CardNumber, ControlNumber, FeeId, ItemId, LoanId, ParallelId, PatronId};
use skranke_core::item::Item;
use skranke_core::loan::Loan;
use skranke_core::patron::{Patron, PinFailures};
use skranke_core::ports::{HoldLine, PatronTotals};
use skranke_core::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A record without its copies and holds.
#[derive(Debug, Clone)]
pub(super) struct BibHead {
    pub(super) id: BibId,
    pub(super) agency: AgencyId,
    pub(super) control_number: ControlNumber,
    pub(super) title: String,
}

/// What was loaded, by key.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) patrons: HashMap<PatronId, Patron>,
    pub(super) cards: HashMap<(String, String), PatronId>,
    pub(super) totals: HashMap<PatronId, PatronTotals>,
    pub(super) pin_failures: HashMap<PatronId, Vec<PinFailures>>,
    pub(super) patron_loans: HashMap<PatronId, Vec<(Loan, Item)>>,
    pub(super) patron_holds: HashMap<PatronId, Vec<HoldLine>>,
    pub(super) patron_fees: HashMap<PatronId, Vec<FeeId>>,
    pub(super) occasion_fees: HashMap<PatronId, Vec<FeeId>>,
    pub(super) fees: HashMap<FeeId, Fee>,
    pub(super) items: HashMap<ItemId, Item>,
    pub(super) barcodes: HashMap<Barcode, Vec<ItemId>>,
    pub(super) copies: HashMap<BibId, Vec<ItemId>>,
    pub(super) open_loans: HashMap<ItemId, Loan>,
    pub(super) closed_loans: HashMap<ItemId, Loan>,
    pub(super) holds: HashMap<BibId, Vec<Hold>>,
    pub(super) groups: BTreeMap<ParallelId, Vec<Hold>>,
    pub(super) branches: HashSet<(String, String)>,
    pub(super) pickup_numbers: HashMap<(AgencyId, BranchId), u16>,
    pub(super) bibs: HashMap<BibId, BibHead>,
    pub(super) control_numbers: HashMap<ControlNumber, Vec<BibId>>,
    pub(super) memories: HashMap<String, (String, i64)>,
}

/// Runs a statement over keys, unless there is none.
async fn fetch<C: Connection>(connection: &mut C, sql: &'static Sql, keys: Rows) -> Result<Vec<Row>, Error> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    connection.query(sql, vec![keys.arg()]).await
}

impl Loaded {
    /// Patrons by (agency, card).
    pub(super) async fn patrons_by_card<C: Connection>(
        &mut self,
        connection: &mut C,
        cards: &HashSet<(&AgencyId, &CardNumber)>,
    ) -> Result<(), Error> {
        let mut keys = Rows::default();
        for (agency, card) in cards {
            keys.row().text(agency.as_str()).text(card.reveal());
        }
        for mut row in fetch(connection, &sql::PATRONS_BY_CARD, keys).await? {
            let card = (row.text()?, row.text()?);
            let patron = records::patron(&mut row)?;
            self.cards.insert(card, patron.id);
            self.patrons.insert(patron.id, patron);
        }
        Ok(())
    }

    /// Patrons by (agency, keyed hash of the national number).
    pub(super) async fn patrons_by_national_number<C: Connection>(
        &mut self,
        connection: &mut C,
        numbers: &HashSet<(&AgencyId, &str)>,
    ) -> Result<(), Error> {
        let mut keys = Rows::default();
        for (agency, number) in numbers {
            keys.row().text(agency.as_str()).text(number);
        }
        for mut row in fetch(connection, &sql::PATRONS_BY_NATIONAL_NUMBER, keys).await? {
            let patron = records::patron(&mut row)?;
            self.patrons.insert(patron.id, patron);
        }
        Ok(())
    }

    /// Patrons by number, those that are not loaded yet.
    pub(super) async fn patrons_by_id<C: Connection>(
        &mut self,
        connection: &mut C,
        ids: impl IntoIterator<Item = PatronId>,
    ) -> Result<(), Error> {
        let missing: BTreeSet<i64> = ids.into_iter().filter(|id| !self.patrons.contains_key(id)).map(|id| id.0).collect();
        for mut row in fetch(connection, &sql::PATRONS_BY_ID, Rows::of_ids(missing)).await? {
            let patron = records::patron(&mut row)?;
            self.patrons.insert(patron.id, patron);
        }
        Ok(())
    }

    /// Cards and blocks of every patron loaded; totals and failed PINs of `in_full`.
    pub(super) async fn dependents<C: Connection>(&mut self, connection: &mut C, in_full: &BTreeSet<PatronId>) -> Result<(), Error> {
        if self.patrons.is_empty() {
            return Ok(());
        }
        let all = Rows::of_ids(self.patrons.keys().map(|id| id.0));
        let full = Rows::of_ids(in_full.iter().map(|id| id.0));
        let mut cards: BTreeMap<(PatronId, i64), CardNumber> = BTreeMap::new();
        for mut row in connection.query(&sql::PATRON_DEPENDENTS, vec![all.arg(), full.arg()]).await? {
            let mut row = row.array()?;
            let kind = row.int()?;
            let patron = PatronId(row.int()?);
            let number = row.int()?;
            match kind {
                0 => {
                    cards.insert((patron, number), CardNumber::new(row.text()?));
                }
                1 => {
                    let block = records::block(number, &row.text()?, row.text()?, row.text()?)?;
                    if let Some(patron) = self.patrons.get_mut(&patron) {
                        patron.blocks.push(block);
                    }
                }
                2 => self.pin_failures.entry(patron).or_default().push(PinFailures {
                    terminal: row.text()?,
                    count: u32::try_from(number).unwrap_or(u32::MAX),
                    last: records::timestamp(row.int()?)?,
                }),
                3 => self.totals.entry(patron).or_default().due.push(records::timestamp(number)?),
                4 => self.totals.entry(patron).or_default().holds += 1,
                _ => self.totals.entry(patron).or_default().owed += number,
            }
        }
        for ((patron, _), card) in cards {
            if let Some(patron) = self.patrons.get_mut(&patron) {
                patron.cards.push(card);
            }
        }
        for totals in self.totals.values_mut() {
            totals.due.sort_unstable();
        }
        for patron in self.patrons.values_mut() {
            patron.blocks.sort_by_key(|block| (block.since, block.code));
        }
        Ok(())
    }

    /// Loans with items, holds with titles, and open fees of patrons.
    pub(super) async fn patron_lists<C: Connection>(&mut self, connection: &mut C, patrons: &BTreeSet<PatronId>) -> Result<(), Error> {
        let keys = || Rows::of_ids(patrons.iter().map(|id| id.0));
        for mut row in fetch(connection, &sql::PATRON_LOANS, keys()).await? {
            let loan = records::loan(&mut row)?;
            let item = records::item(&mut row)?;
            if let Some(patron) = loan.patron {
                self.patron_loans.entry(patron).or_default().push((loan, item));
            }
        }
        for loans in self.patron_loans.values_mut() {
            loans.sort_by_key(|(loan, _)| (loan.due, loan.id));
        }
        for mut row in fetch(connection, &sql::PATRON_HOLDS, keys()).await? {
            let control_number = ControlNumber(row.text()?);
            let title = row.text()?;
            let position = row.int()?;
            let hold = records::hold(&mut row)?;
            let waiting = hold.state == skranke_core::hold::HoldState::Waiting;
            self.patron_holds.entry(hold.patron).or_default().push(HoldLine {
                control_number,
                title,
                // Both come with the items.
                barcode: None,
                item: None,
                position: if waiting { u32::try_from(position).unwrap_or(u32::MAX) } else { 0 },
                hold,
            });
        }
        for holds in self.patron_holds.values_mut() {
            holds.sort_by_key(|line| (line.hold.placed, line.hold.id));
        }
        for mut row in fetch(connection, &sql::PATRON_FEES, keys()).await? {
            let fee = records::fee(&mut row)?;
            self.patron_fees.entry(fee.patron).or_default().push(fee.id);
            self.fees.insert(fee.id, fee);
        }
        Ok(())
    }

    /// Fees by number, by the loan they arose from, and those of return occasions by patron. Items and loans of all
    /// fees come with [`Self::fee_links`].
    pub(super) async fn fees<C: Connection>(
        &mut self,
        connection: &mut C,
        ids: &BTreeSet<FeeId>,
        loans: &BTreeSet<LoanId>,
        occasions_of: &BTreeSet<PatronId>,
    ) -> Result<(), Error> {
        let mut found = fetch(connection, &sql::FEES_BY_ID, Rows::of_ids(ids.iter().map(|id| id.0))).await?;
        found.extend(fetch(connection, &sql::FEES_BY_LOAN, Rows::of_ids(loans.iter().map(|id| id.0))).await?);
        for mut row in found {
            let fee = records::fee(&mut row)?;
            self.fees.insert(fee.id, fee);
        }
        for mut row in fetch(connection, &sql::OCCASION_FEES, Rows::of_ids(occasions_of.iter().map(|id| id.0))).await? {
            let fee = records::fee(&mut row)?;
            self.occasion_fees.entry(fee.patron).or_default().push(fee.id);
            self.fees.insert(fee.id, fee);
        }
        Ok(())
    }

    /// Items and loans of every fee loaded.
    pub(super) async fn fee_links<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let mut links: BTreeMap<(i64, FeeId, i64), i64> = BTreeMap::new();
        for mut row in fetch(connection, &sql::FEE_LINKS, Rows::of_ids(self.fees.keys().map(|id| id.0))).await? {
            links.insert((row.int()?, FeeId(row.int()?), row.int()?), row.int()?);
        }
        for ((kind, fee, _), target) in links {
            if let Some(fee) = self.fees.get_mut(&fee) {
                match kind {
                    0 => fee.items.push(ItemId(target)),
                    _ => fee.loans.push(LoanId(target)),
                }
            }
        }
        Ok(())
    }

    /// Items by barcode in any agency, and by number.
    pub(super) async fn items<C: Connection>(
        &mut self,
        connection: &mut C,
        barcodes: &BTreeSet<&str>,
        ids: &BTreeSet<ItemId>,
    ) -> Result<(), Error> {
        for mut row in fetch(connection, &sql::ITEMS_BY_BARCODE, Rows::of_texts(barcodes.iter().copied())).await? {
            let item = records::item(&mut row)?;
            self.barcodes.entry(item.barcode.clone()).or_default().push(item.id);
            self.items.insert(item.id, item);
        }
        let missing: Vec<i64> = ids.iter().filter(|id| !self.items.contains_key(id)).map(|id| id.0).collect();
        for mut row in fetch(connection, &sql::ITEMS_BY_ID, Rows::of_ids(missing)).await? {
            let item = records::item(&mut row)?;
            self.items.insert(item.id, item);
        }
        Ok(())
    }

    /// All copies of records.
    pub(super) async fn copies<C: Connection>(&mut self, connection: &mut C, bibs: &BTreeSet<BibId>) -> Result<(), Error> {
        for mut row in fetch(connection, &sql::ITEMS_BY_BIB, Rows::of_ids(bibs.iter().map(|id| id.0))).await? {
            let item = records::item(&mut row)?;
            self.copies.entry(item.bib).or_default().push(item.id);
            self.items.insert(item.id, item);
        }
        for copies in self.copies.values_mut() {
            copies.sort_unstable();
        }
        Ok(())
    }

    /// Open loans of items, and the last closed ones of `with_closed`.
    pub(super) async fn loans<C: Connection>(
        &mut self,
        connection: &mut C,
        items: &BTreeSet<ItemId>,
        with_closed: &BTreeSet<ItemId>,
    ) -> Result<(), Error> {
        for mut row in fetch(connection, &sql::OPEN_LOANS, Rows::of_ids(items.iter().map(|id| id.0))).await? {
            let loan = records::loan(&mut row)?;
            self.open_loans.insert(loan.item, loan);
        }
        for mut row in fetch(connection, &sql::LAST_CLOSED_LOANS, Rows::of_ids(with_closed.iter().map(|id| id.0))).await? {
            let loan = records::loan(&mut row)?;
            self.closed_loans.insert(loan.item, loan);
        }
        Ok(())
    }

    /// Queues of records, those that are not loaded yet.
    pub(super) async fn holds<C: Connection>(&mut self, connection: &mut C, bibs: &BTreeSet<BibId>) -> Result<(), Error> {
        let missing: Vec<BibId> = bibs.iter().copied().filter(|bib| !self.holds.contains_key(bib)).collect();
        for &bib in &missing {
            self.holds.insert(bib, Vec::new());
        }
        for mut row in fetch(connection, &sql::HOLDS_BY_BIB, Rows::of_ids(missing.iter().map(|id| id.0))).await? {
            let hold = records::hold(&mut row)?;
            self.holds.entry(hold.bib).or_default().push(hold);
        }
        for bib in missing {
            if let Some(queue) = self.holds.get_mut(&bib) {
                queue.sort_by_key(queue_order);
            }
        }
        Ok(())
    }

    /// All open holds of parallel groups.
    pub(super) async fn groups<C: Connection>(&mut self, connection: &mut C, groups: &BTreeSet<ParallelId>) -> Result<(), Error> {
        for mut row in fetch(connection, &sql::HOLDS_BY_GROUP, Rows::of_ids(groups.iter().map(|id| id.0))).await? {
            let hold = records::hold(&mut row)?;
            if let Some(group) = hold.parallel {
                self.groups.entry(group).or_default().push(hold);
            }
        }
        for holds in self.groups.values_mut() {
            holds.sort_by_key(|hold| hold.id);
        }
        Ok(())
    }

    /// Which of these branches are the home of an item.
    pub(super) async fn branches<C: Connection>(
        &mut self,
        connection: &mut C,
        branches: &BTreeSet<(&AgencyId, &BranchId)>,
    ) -> Result<(), Error> {
        let mut keys = Rows::default();
        for (agency, branch) in branches {
            keys.row().text(agency.as_str()).text(branch.as_str());
        }
        for mut row in fetch(connection, &sql::BRANCHES, keys).await? {
            self.branches.insert((row.text()?, row.text()?));
        }
        Ok(())
    }

    /// Free pickup numbers at branches.
    pub(super) async fn pickup_numbers<C: Connection>(
        &mut self,
        connection: &mut C,
        branches: &BTreeSet<(AgencyId, BranchId)>,
    ) -> Result<(), Error> {
        let mut keys = Rows::default();
        for (agency, branch) in branches {
            keys.row().text(agency.as_str()).text(branch.as_str());
        }
        for mut row in fetch(connection, &sql::FREE_PICKUP_NUMBERS, keys).await? {
            let key = (AgencyId::parse(&row.text()?), BranchId(row.text()?));
            let number = u16::try_from(row.int()?).unwrap_or(u16::MAX);
            self.pickup_numbers.insert(key, number);
        }
        Ok(())
    }

    /// Records by number in their agencies, and by number in the store.
    pub(super) async fn bibs<C: Connection>(
        &mut self,
        connection: &mut C,
        numbers: &BTreeSet<&str>,
        ids: &BTreeSet<BibId>,
    ) -> Result<(), Error> {
        let head = |row: &mut Row| -> Result<BibHead, Error> {
            Ok(BibHead {
                id: BibId(row.int()?),
                agency: AgencyId::parse(&row.text()?),
                control_number: ControlNumber(row.text()?),
                title: row.text()?,
            })
        };
        for mut row in fetch(connection, &sql::BIBS_BY_NUMBER, Rows::of_texts(numbers.iter().copied())).await? {
            let bib = head(&mut row)?;
            self.control_numbers.entry(bib.control_number.clone()).or_default().push(bib.id);
            self.bibs.insert(bib.id, bib);
        }
        let missing: Vec<i64> = ids.iter().filter(|id| !self.bibs.contains_key(id)).map(|id| id.0).collect();
        for mut row in fetch(connection, &sql::BIBS_BY_ID, Rows::of_ids(missing)).await? {
            let bib = head(&mut row)?;
            self.bibs.insert(bib.id, bib);
        }
        Ok(())
    }

    /// Memories by key, with the time they end.
    pub(super) async fn memories<C: Connection>(&mut self, connection: &mut C, keys: &BTreeSet<&str>) -> Result<(), Error> {
        for mut row in fetch(connection, &sql::MEMORIES, Rows::of_texts(keys.iter().copied())).await? {
            let key = row.text()?;
            let value = String::from_utf8(row.bytes()?).map_err(|_| Error::Shape("a memory is no text"))?;
            self.memories.insert(key, (value, row.int()?));
        }
        Ok(())
    }
}

/// Tied holds first, then by the time they were placed and their number.
pub(super) fn queue_order(hold: &Hold) -> (bool, Timestamp, i64) {
    (hold.state == skranke_core::hold::HoldState::Waiting, hold.placed, hold.id.0)
}
