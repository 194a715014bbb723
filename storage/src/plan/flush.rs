//! Writes what was taken in, table by table.

use super::Writes;
use super::statements as sql;
use crate::codes::Coded;
use crate::dialect::Sql;
use crate::engine::{Arg, Connection};
use crate::error::Error;
use crate::records;
use crate::rows::Rows;
use skranke_core::ids::{HoldId, LoanId, PatronId};
use skranke_core::patron::Patron;
use skranke_core::ports::FeedKind;
use std::collections::BTreeMap;

/// Runs a statement over rows, unless there is none.
async fn write<C: Connection>(connection: &mut C, sql: &'static Sql, rows: Rows) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    connection.execute(sql, vec![rows.arg()]).await
}

impl Writes {
    /// Writes everything; feed rows get the numbers after `sequence`, which moves on.
    pub(crate) async fn flush<C: Connection>(mut self, connection: &mut C, sequence: &mut i64) -> Result<(), Error> {
        self.feed.next_plan();
        self.find_parties(connection).await?;
        self.end_groups(connection).await?;
        // A new patron comes before what hangs on him.
        self.patrons(connection).await?;
        self.items(connection).await?;
        self.loans(connection).await?;
        self.holds(connection).await?;
        self.pause_holds(connection).await?;
        self.fees(connection).await?;
        self.blocks(connection).await?;
        self.pin_failures(connection).await?;
        self.events(connection).await?;
        self.memories(connection).await?;
        write(connection, &sql::NOTE_ADD, std::mem::take(&mut self.notes)).await?;
        self.feed.write(connection, sequence).await
    }

    /// Finds out whose loans are closed or loosened, before they are.
    async fn find_parties<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        if self.parties_wanted.is_empty() {
            return Ok(());
        }
        let wanted = std::mem::take(&mut self.parties_wanted);
        let keys = Rows::of_ids(wanted.iter().map(|(loan, _)| loan.0));
        let mut parties = BTreeMap::new();
        for mut row in connection.query(&sql::LOAN_PARTIES, vec![keys.arg()]).await? {
            parties.insert(LoanId(row.int()?), (row.int()?, row.opt_int()?));
        }
        for (loan, origin) in wanted {
            if let Some((item, patron)) = parties.get(&loan) {
                self.feed.put(FeedKind::Item, *item, &origin);
                if let Some(patron) = patron {
                    self.feed.put(FeedKind::Patron, *patron, &origin);
                }
            }
        }
        Ok(())
    }

    /// The losers of parallel groups end.
    async fn end_groups<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        for (group, winner, origin) in std::mem::take(&mut self.groups_ended) {
            let losers = connection.query(&sql::HOLD_GROUP, vec![group.0.into(), winner.0.into()]).await?;
            for mut row in losers {
                let hold = HoldId(row.int()?);
                self.feed.put(FeedKind::Queue, row.int()?, &origin);
                self.feed.put(FeedKind::Patron, row.int()?, &origin);
                if let Some(item) = row.opt_int()? {
                    self.feed.put(FeedKind::Item, item, &origin);
                }
                self.holds.remove(&hold);
                self.holds_ended.insert(hold);
            }
        }
        Ok(())
    }

    async fn items<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let mut rows = Rows::default();
        for item in self.items.values() {
            records::put_item_state(rows.row(), item);
        }
        write(connection, &sql::ITEM_UPDATE, rows).await
    }

    /// Undone and closed loans go first: the item may be lent again in the same breath.
    async fn loans<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let undone = Rows::of_ids(self.loans_undone.iter().map(|id| id.0));
        write(connection, &sql::LOAN_DELETE, undone).await?;
        let mut rows = Rows::default();
        let (closed, open): (Vec<_>, Vec<_>) = self.loans.values().partition(|(loan, _)| loan.closed.is_some());
        for (loan, recorded) in closed.into_iter().chain(open) {
            records::put_loan(&mut rows, loan, *recorded);
        }
        write(connection, &sql::LOAN_PUT, rows).await?;
        let anonymised = Rows::of_ids(self.anonymised.iter().map(|id| id.0));
        write(connection, &sql::LOAN_ANONYMISE, anonymised).await
    }

    async fn holds<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let ended = Rows::of_ids(self.holds_ended.iter().map(|id| id.0));
        write(connection, &sql::HOLD_DELETE, ended).await?;
        let mut rows = Rows::default();
        for hold in self.holds.values() {
            records::put_hold(&mut rows, hold);
        }
        write(connection, &sql::HOLD_PUT, rows).await
    }

    async fn fees<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let links = || Rows::of_ids(self.fees.keys().chain(&self.fees_withdrawn).map(|id| id.0));
        write(connection, &sql::FEE_ITEM_DELETE, links()).await?;
        write(connection, &sql::FEE_LOAN_DELETE, links()).await?;
        let withdrawn = Rows::of_ids(self.fees_withdrawn.iter().map(|id| id.0));
        write(connection, &sql::FEE_DELETE, withdrawn).await?;
        let (mut fees, mut items, mut loans) = (Rows::default(), Rows::default(), Rows::default());
        for fee in self.fees.values() {
            records::put_fee(&mut fees, fee);
            for (position, item) in (0..).zip(&fee.items) {
                items.row().int(fee.id.0).int(position).int(item.0);
            }
            for (position, loan) in (0..).zip(&fee.loans) {
                loans.row().int(fee.id.0).int(position).int(loan.0);
            }
        }
        write(connection, &sql::FEE_PUT, fees).await?;
        write(connection, &sql::FEE_ITEM_PUT, items).await?;
        write(connection, &sql::FEE_LOAN_PUT, loans).await?;
        write(connection, &sql::LEDGER_ADD, std::mem::take(&mut self.ledger)).await
    }

    async fn patrons<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        if self.patrons.is_empty() {
            return Ok(());
        }
        let (mut rows, mut cards) = (Rows::default(), Rows::default());
        for (patron, _) in self.patrons.values() {
            put_patron(&mut rows, patron)?;
            for (position, card) in (0..).zip(&patron.cards) {
                cards
                    .row()
                    .text(card.reveal())
                    .text(patron.agency.as_str())
                    .int(patron.id.0)
                    .int(position);
            }
        }
        write(connection, &sql::PATRON_PUT, rows).await?;
        write(connection, &sql::CARD_DELETE, Rows::of_ids(self.patrons.keys().map(|id| id.0))).await?;
        write(connection, &sql::CARD_PUT, cards).await
    }

    async fn pause_holds<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        for (patron, origin) in self.patrons.values() {
            let mut rows = Rows::default();
            rows.row()
                .int(patron.id.0)
                .opt_date(patron.pause.map(|pause| pause.0))
                .opt_date(patron.pause.map(|pause| pause.1));
            for mut row in connection.query(&sql::HOLD_PAUSE, vec![rows.arg()]).await? {
                self.feed.put(FeedKind::Queue, row.int()?, origin);
            }
        }
        Ok(())
    }

    async fn blocks<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let (mut set, mut lifted) = (Rows::default(), Rows::default());
        for ((patron, code, source), block) in &self.blocks {
            let code = code.to_string();
            match block {
                Some(block) => {
                    let row = set.row().int(patron.0).text(&code).text(source);
                    row.at(block.since).text(&block.message);
                }
                None => {
                    lifted.row().int(patron.0).text(&code).text(source);
                }
            }
        }
        write(connection, &sql::BLOCK_DELETE, lifted).await?;
        write(connection, &sql::BLOCK_PUT, set).await
    }

    async fn pin_failures<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let (mut failed, mut cleared) = (Rows::default(), Rows::default());
        for ((patron, terminal), failures) in &self.pin_failures {
            match failures {
                Some(failures) => {
                    let row = failed.row().int(patron.0).text(terminal);
                    row.int(failures.count.into()).at(failures.last);
                }
                None => {
                    cleared.row().int(patron.0).text(terminal);
                }
            }
        }
        write(connection, &sql::PIN_FAILURE_DELETE, cleared).await?;
        write(connection, &sql::PIN_FAILURE_PUT, failed).await
    }

    async fn events<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let mut rows = Rows::default();
        for (event, count) in &self.events {
            let coded = event.coded.as_ref();
            rows.row()
                .text(&event.day.to_string())
                .text(event.agency.as_str())
                .text(event.branch.as_str())
                .text(event.kind)
                .text(&event.department)
                .text(&event.material_group)
                .text(coded.map_or("", |coded| coded.material.as_str()))
                .text(coded.map_or("", |coded| coded.form.as_str()))
                .text(coded.map_or("", |coded| coded.audience.as_str()))
                .text(coded.map_or("", |coded| coded.language()))
                .text(&event.category)
                .text(event.channel)
                .int(*count);
        }
        write(connection, &sql::STATISTIC_ADD, rows).await
    }

    async fn memories<C: Connection>(&mut self, connection: &mut C) -> Result<(), Error> {
        let (mut kept, mut forgotten) = (Rows::default(), Rows::default());
        // SQLite takes a piece of nothing for NULL, so there is always a byte before the values.
        let mut values: Vec<u8> = vec![0];
        for (key, memory) in &self.memories {
            match memory {
                Some((value, until)) => {
                    let row = kept.row().text(key).at(*until);
                    row.size(values.len() + 1).size(value.len());
                    values.extend_from_slice(value.as_bytes());
                }
                None => {
                    forgotten.row().text(key);
                }
            }
        }
        write(connection, &sql::MEMORY_DELETE, forgotten).await?;
        if kept.is_empty() {
            return Ok(());
        }
        connection.execute(&sql::MEMORY_PUT, vec![kept.arg(), Arg::Bytes(values)]).await
    }
}

/// Writes a patron in the order of `patron_columns`.
fn put_patron(rows: &mut Rows, patron: &Patron) -> Result<(), Error> {
    rows.row()
        .int(patron.id.0)
        .text(patron.agency.as_str())
        .opt_text(patron.national_number.as_ref().map(|number| number.0.as_str()))
        .opt_text(patron.pin.as_ref().map(|pin| pin.0.as_str()))
        .text(&patron.name)
        .text(patron.kind.code())
        .text(patron.category.as_str())
        .opt_text(patron.branch.as_ref().map(|branch| branch.as_str()))
        .text(&records::contact_text(&patron.contact)?)
        .opt_text(patron.language.as_deref())
        .opt_date(patron.birth_date)
        .opt_text(patron.municipality.as_deref())
        .opt_int(patron.guardian.map(|PatronId(id)| id))
        .opt_date(patron.expires)
        .opt_int(patron.fee_limit.map(|limit| limit.minor))
        .opt_text(patron.fee_limit.as_ref().map(|limit| limit.currency.as_str()))
        .flag(patron.keep_history)
        .opt_date(patron.pause.map(|pause| pause.0))
        .opt_date(patron.pause.map(|pause| pause.1))
        .flag(patron.protected_address);
    Ok(())
}
