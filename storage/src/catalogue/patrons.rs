//! Patrons in bulk.

use crate::codes::Coded;
use crate::dialect::{Sql, sql};
use crate::engine::Connection;
use crate::error::Error;
use crate::plan::feed::{Entries, Origin};
use crate::plan::statements::{BLOCK_PUT, CARD_DELETE, CARD_PUT};
use crate::records;
use crate::rows::Rows;
use skranke_core::ports::catalogue::{PatronRow, Rejection, Stored};
use skranke_core::ports::{Channel, FeedKind};
use skranke_core::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

static CARDS: Sql = sql!(
    "SELECT c.agency, c.number, c.patron, p.digest FROM ",
    rows,
    join,
    "card c ON c.number = k.value->>1 AND c.agency = k.value->>0",
    join,
    "patron p ON p.id = c.patron"
);
static NATIONAL_NUMBERS: Sql = sql!(
    "SELECT p.agency, p.national_number, p.id, p.digest FROM ",
    rows,
    join,
    "patron p ON p.national_number = k.value->>1 AND p.agency = k.value->>0"
);
static PUT: Sql = sql!(
    "INSERT INTO patron (id, agency, national_number, pin, name, kind, category, branch, contact, language, birth_date, ",
    "municipality, guardian_card, expires, fee_limit, fee_currency, keep_history, protected_address, digest) ",
    "SELECT CAST(k.value->>0 AS bigint), k.value->>1, k.value->>2, k.value->>3, k.value->>4, k.value->>5, k.value->>6, ",
    "k.value->>7, k.value->>8, k.value->>9, k.value->>10, k.value->>11, k.value->>12, k.value->>13, ",
    "CAST(k.value->>14 AS bigint), k.value->>15, CAST(k.value->>16 AS bigint), CAST(k.value->>17 AS bigint), k.value->>18 FROM ",
    rows,
    " WHERE true ON CONFLICT (id) DO UPDATE SET national_number = excluded.national_number, pin = excluded.pin, ",
    "name = excluded.name, kind = excluded.kind, category = excluded.category, branch = excluded.branch, ",
    "contact = excluded.contact, language = excluded.language, birth_date = excluded.birth_date, ",
    "municipality = excluded.municipality, guardian = NULL, guardian_card = excluded.guardian_card, ",
    "expires = excluded.expires, fee_limit = excluded.fee_limit, fee_currency = excluded.fee_currency, ",
    "keep_history = excluded.keep_history, protected_address = excluded.protected_address, digest = excluded.digest"
);
static STAFF_BLOCK_DELETE: Sql = sql!(
    "DELETE FROM block WHERE source = '' AND patron IN (SELECT CAST(k.value->>0 AS bigint) FROM ",
    rows,
    ")"
);
/// Children of the batch whose guardian is there.
static FIND_GUARDIANS: Sql = sql!(
    "UPDATE patron SET guardian = c.patron FROM ",
    rows,
    join,
    "patron w ON w.id = CAST(k.value->>0 AS bigint)",
    join,
    "card c ON c.number = w.guardian_card AND c.agency = w.agency ",
    "WHERE patron.id = w.id AND patron.guardian IS NULL AND c.patron <> w.id RETURNING patron.id"
);
/// Children stored earlier whose guardian is in the batch.
static FIND_CHILDREN: Sql = sql!(
    "UPDATE patron SET guardian = CAST(k.value->>2 AS bigint) FROM ",
    rows,
    " WHERE patron.guardian_card = k.value->>0 AND patron.agency = k.value->>1 AND patron.guardian IS NULL ",
    "AND patron.guardian_card IS NOT NULL AND patron.id <> CAST(k.value->>2 AS bigint) RETURNING patron.id"
);

/// Who is known, as the batch goes on.
#[derive(Default)]
struct Known {
    cards: HashMap<(String, String), i64>,
    national_numbers: HashMap<(String, String), i64>,
    digests: HashMap<i64, String>,
}

/// Stores patrons; what became of each is told in their order.
pub(crate) async fn put<C: Connection>(
    connection: &mut C,
    rows: &[PatronRow],
    channel: &Channel,
    at: Timestamp,
    sequence: &mut i64,
) -> Result<Vec<Stored>, Error> {
    let mut known = known(connection, rows).await?;
    let mut standing: BTreeMap<i64, &PatronRow> = BTreeMap::new();
    let mut stored = Vec::with_capacity(rows.len());
    for row in rows {
        stored.push(match known.whose(row) {
            Err(rejection) => Stored::Rejected(rejection),
            Ok(Some(id)) if known.digests.get(&id) == Some(&row.digest.0) => Stored::Unchanged,
            Ok(found) => {
                let id = match found {
                    Some(id) => id,
                    None => crate::random::number()?,
                };
                known.learn(id, row);
                standing.insert(id, row);
                if found.is_some() { Stored::Updated } else { Stored::Inserted }
            }
        });
    }
    if !standing.is_empty() {
        write(connection, &standing, &Origin::new(channel, at), sequence).await?;
    }
    Ok(stored)
}

async fn known<C: Connection>(connection: &mut C, rows: &[PatronRow]) -> Result<Known, Error> {
    let (mut cards, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for row in rows {
        cards.extend(row.cards.iter().map(|card| (row.agency.as_str(), card.reveal())));
        numbers.extend(row.national_number.iter().map(|number| (row.agency.as_str(), number.0.as_str())));
    }
    let keys = |pairs: BTreeSet<(&str, &str)>| {
        let mut keys = Rows::default();
        for (agency, text) in pairs {
            keys.row().text(agency).text(text);
        }
        keys
    };
    let mut known = Known::default();
    for mut row in connection.query(&CARDS, vec![keys(cards).arg()]).await? {
        let card = (row.text()?, row.text()?);
        let id = row.int()?;
        known.cards.insert(card, id);
        known.digests.extend(row.opt_text()?.map(|digest| (id, digest)));
    }
    if !numbers.is_empty() {
        for mut row in connection.query(&NATIONAL_NUMBERS, vec![keys(numbers).arg()]).await? {
            let number = (row.text()?, row.text()?);
            let id = row.int()?;
            known.national_numbers.insert(number, id);
            known.digests.extend(row.opt_text()?.map(|digest| (id, digest)));
        }
    }
    Ok(known)
}

impl Known {
    /// Which patron the row speaks of: by his cards, else by his national number; none for a new one.
    fn whose(&self, row: &PatronRow) -> Result<Option<i64>, Rejection> {
        if row.cards.is_empty() {
            return Err(Rejection::NoCard);
        }
        let agency = row.agency.as_str();
        let key = |text: &str| (agency.to_owned(), text.to_owned());
        let by_card: BTreeSet<i64> = row
            .cards
            .iter()
            .filter_map(|card| self.cards.get(&key(card.reveal())))
            .copied()
            .collect();
        let by_number = row
            .national_number
            .as_ref()
            .and_then(|number| self.national_numbers.get(&key(&number.0)))
            .copied();
        let mut by_card = by_card.into_iter();
        match (by_card.next(), by_card.next(), by_number) {
            (_, Some(_), _) => Err(Rejection::CardOfAnother),
            (Some(card), None, Some(number)) if card != number => Err(Rejection::NationalNumberOfAnother),
            (Some(card), None, _) => Ok(Some(card)),
            (None, None, number) => Ok(number),
        }
    }

    fn learn(&mut self, id: i64, row: &PatronRow) {
        let agency = row.agency.as_str();
        self.cards.retain(|_, patron| *patron != id);
        self.national_numbers.retain(|_, patron| *patron != id);
        for card in &row.cards {
            self.cards.insert((agency.to_owned(), card.reveal().to_owned()), id);
        }
        if let Some(number) = &row.national_number {
            self.national_numbers.insert((agency.to_owned(), number.0.clone()), id);
        }
        self.digests.insert(id, row.digest.0.clone());
    }
}

async fn write<C: Connection>(
    connection: &mut C,
    standing: &BTreeMap<i64, &PatronRow>,
    origin: &Origin,
    sequence: &mut i64,
) -> Result<(), Error> {
    let ids = || Rows::of_ids(standing.keys().copied());
    let (mut patrons, mut cards, mut blocks, mut found) = (Rows::default(), Rows::default(), Rows::default(), Rows::default());
    let mut feed = Entries::default();
    for (&id, row) in standing {
        feed.put(FeedKind::Patron, id, origin);
        put_row(&mut patrons, id, row)?;
        let mut written = BTreeSet::new();
        for (position, card) in (0..).zip(row.cards.iter().filter(|card| written.insert(card.reveal()))) {
            cards.row().text(card.reveal()).text(row.agency.as_str()).int(id).int(position);
            found.row().text(card.reveal()).text(row.agency.as_str()).int(id);
        }
        let mut set = BTreeSet::new();
        for block in row.blocks.iter().filter(|block| set.insert(block.code)) {
            let columns = blocks.row().int(id).text(&block.code.to_string()).text("");
            columns.at(block.since).text(&block.message);
        }
    }
    connection.execute(&PUT, vec![patrons.arg()]).await?;
    connection.execute(&CARD_DELETE, vec![ids().arg()]).await?;
    connection.execute(&CARD_PUT, vec![cards.arg()]).await?;
    connection.execute(&STAFF_BLOCK_DELETE, vec![ids().arg()]).await?;
    if !blocks.is_empty() {
        connection.execute(&BLOCK_PUT, vec![blocks.arg()]).await?;
    }
    let mut related = connection.query(&FIND_GUARDIANS, vec![ids().arg()]).await?;
    related.extend(connection.query(&FIND_CHILDREN, vec![found.arg()]).await?);
    for mut row in related {
        feed.put(FeedKind::Patron, row.int()?, origin);
    }
    feed.write(connection, sequence).await
}

fn put_row(rows: &mut Rows, id: i64, row: &PatronRow) -> Result<(), Error> {
    rows.row()
        .int(id)
        .text(row.agency.as_str())
        .opt_text(row.national_number.as_ref().map(|number| number.0.as_str()))
        .opt_text(row.pin.as_ref().map(|pin| pin.0.as_str()))
        .text(&row.name)
        .text(row.kind.code())
        .text(row.category.as_str())
        .opt_text(row.branch.as_ref().map(|branch| branch.as_str()))
        .text(&records::contact_text(&row.contact)?)
        .opt_text(row.language.as_deref())
        .opt_date(row.birth_date)
        .opt_text(row.municipality.as_deref())
        .opt_text(row.guardian.as_ref().map(|card| card.reveal()))
        .opt_date(row.expires)
        .opt_int(row.fee_limit.map(|limit| limit.minor))
        .opt_text(row.fee_limit.as_ref().map(|limit| limit.currency.as_str()))
        .flag(row.keep_history)
        .flag(row.protected_address)
        .text(&row.digest.0);
    Ok(())
}

/// The statements above that look for rows, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[&CARDS, &NATIONAL_NUMBERS, &STAFF_BLOCK_DELETE, &FIND_GUARDIANS, &FIND_CHILDREN];
