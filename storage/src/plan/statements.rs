//! What is written for plans. Whole values go in; a statement takes the rows of all plans that are flushed together.

use crate::dialect::{Sql, sql};

pub(super) static ITEM_UPDATE: Sql = sql!(
    "UPDATE item SET branch = k.value->>1, department = k.value->>2, location = k.value->>3, sublocation = k.value->>4, ",
    "section = k.value->>5, call_number = k.value->>6, material_group = k.value->>7, media_type = CAST(k.value->>8 AS bigint), ",
    "loan_restriction = k.value->>9, price = CAST(k.value->>10 AS bigint), currency = k.value->>11, ",
    "accession_date = k.value->>12, note = k.value->>13, properties = k.value->>14, state = k.value->>15, ",
    "state_to = k.value->>16, current_branch = k.value->>17, tied_to = CAST(k.value->>18 AS bigint), ",
    "issue = k.value->>19 FROM ",
    rows,
    " WHERE item.id = CAST(k.value->>0 AS bigint)"
);

/// Who had loans, and what of.
pub(super) static LOAN_PARTIES: Sql = sql!(
    "SELECT l.id, l.item, l.patron FROM ",
    rows,
    join,
    "loan l ON l.id = CAST(k.value->>0 AS bigint)"
);

pub(super) static LOAN_DELETE: Sql = sql!("DELETE FROM loan WHERE id IN (SELECT CAST(k.value->>0 AS bigint) FROM ", rows, ")");

pub(super) static LOAN_PUT: Sql = sql!(
    "INSERT INTO loan (id, item, patron, made, due, renewals, branch, terminal, closed, recalled, recorded) ",
    "SELECT CAST(k.value->>0 AS bigint), CAST(k.value->>1 AS bigint), CAST(k.value->>2 AS bigint), CAST(k.value->>3 AS bigint), ",
    "CAST(k.value->>4 AS bigint), CAST(k.value->>5 AS bigint), k.value->>6, k.value->>7, CAST(k.value->>8 AS bigint), ",
    "CAST(k.value->>9 AS bigint), CAST(k.value->>10 AS bigint) FROM ",
    rows,
    " WHERE true ON CONFLICT (id) DO UPDATE SET patron = excluded.patron, made = excluded.made, due = excluded.due, ",
    "renewals = excluded.renewals, branch = excluded.branch, terminal = excluded.terminal, closed = excluded.closed, ",
    "recalled = excluded.recalled, recorded = excluded.recorded"
);

pub(super) static LOAN_ANONYMISE: Sql = sql!(
    "UPDATE loan SET patron = NULL WHERE id IN (SELECT CAST(k.value->>0 AS bigint) FROM ",
    rows,
    ") AND closed IS NOT NULL"
);

pub(super) static HOLD_GROUP: Sql = sql!("SELECT h.id, h.bib, h.patron, h.item FROM hold h WHERE h.parallel = $1 AND h.id <> $2");

pub(super) static HOLD_DELETE: Sql = sql!("DELETE FROM hold WHERE id IN (SELECT CAST(k.value->>0 AS bigint) FROM ", rows, ")");

pub(super) static HOLD_PUT: Sql = sql!(
    "INSERT INTO hold (id, patron, bib, agency, scope, scope_item, scope_text, parallel, placed, activates, expires, pickup, ",
    "pause_from, pause_to, state, item, ready_until, pickup_number) ",
    "SELECT CAST(k.value->>0 AS bigint), CAST(k.value->>1 AS bigint), CAST(k.value->>2 AS bigint), k.value->>3, k.value->>4, ",
    "CAST(k.value->>5 AS bigint), k.value->>6, CAST(k.value->>7 AS bigint), CAST(k.value->>8 AS bigint), k.value->>9, ",
    "k.value->>10, k.value->>11, k.value->>12, k.value->>13, k.value->>14, CAST(k.value->>15 AS bigint), ",
    "CAST(k.value->>16 AS bigint), CAST(k.value->>17 AS bigint) FROM ",
    rows,
    " WHERE true ON CONFLICT (id) DO UPDATE SET scope = excluded.scope, scope_item = excluded.scope_item, ",
    "scope_text = excluded.scope_text, parallel = excluded.parallel, placed = excluded.placed, ",
    "activates = excluded.activates, expires = excluded.expires, pickup = excluded.pickup, pause_from = excluded.pause_from, ",
    "pause_to = excluded.pause_to, state = excluded.state, item = excluded.item, ready_until = excluded.ready_until, ",
    "pickup_number = excluded.pickup_number"
);

/// The patron's pause goes onto his holds; the queues that change are given.
pub(super) static HOLD_PAUSE: Sql = sql!(
    "UPDATE hold SET pause_from = k.value->>1, pause_to = k.value->>2 FROM ",
    rows,
    " WHERE hold.patron = CAST(k.value->>0 AS bigint) RETURNING bib"
);

pub(super) static FEE_PUT: Sql = sql!(
    "INSERT INTO fee (id, patron, kind, amount, currency, paid, raised, text, occasion_due, occasion_day) ",
    "SELECT CAST(k.value->>0 AS bigint), CAST(k.value->>1 AS bigint), k.value->>2, CAST(k.value->>3 AS bigint), k.value->>4, ",
    "CAST(k.value->>5 AS bigint), CAST(k.value->>6 AS bigint), k.value->>7, k.value->>8, k.value->>9 FROM ",
    rows,
    " WHERE true ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, amount = excluded.amount, currency = excluded.currency, ",
    "paid = excluded.paid, raised = excluded.raised, text = excluded.text, occasion_due = excluded.occasion_due, ",
    "occasion_day = excluded.occasion_day"
);

pub(super) static FEE_ITEM_DELETE: Sql = sql!(
    "DELETE FROM fee_item WHERE fee IN (SELECT CAST(k.value->>0 AS bigint) FROM ",
    rows,
    ")"
);

pub(super) static FEE_LOAN_DELETE: Sql = sql!(
    "DELETE FROM fee_loan WHERE fee IN (SELECT CAST(k.value->>0 AS bigint) FROM ",
    rows,
    ")"
);

pub(super) static FEE_DELETE: Sql = sql!("DELETE FROM fee WHERE id IN (SELECT CAST(k.value->>0 AS bigint) FROM ", rows, ")");

pub(super) static FEE_ITEM_PUT: Sql = sql!(
    "INSERT INTO fee_item (fee, position, item) SELECT CAST(k.value->>0 AS bigint), CAST(k.value->>1 AS bigint), ",
    "CAST(k.value->>2 AS bigint) FROM ",
    rows
);

pub(super) static FEE_LOAN_PUT: Sql = sql!(
    "INSERT INTO fee_loan (fee, position, loan) SELECT CAST(k.value->>0 AS bigint), CAST(k.value->>1 AS bigint), ",
    "CAST(k.value->>2 AS bigint) FROM ",
    rows
);

pub(super) static LEDGER_ADD: Sql = sql!(
    "INSERT INTO ledger (fee, patron, amount, currency, what, at, terminal, transaction_id, payment_type) ",
    "SELECT CAST(k.value->>0 AS bigint), CAST(k.value->>1 AS bigint), CAST(k.value->>2 AS bigint), k.value->>3, k.value->>4, ",
    "CAST(k.value->>5 AS bigint), k.value->>6, k.value->>7, CAST(k.value->>8 AS bigint) FROM ",
    rows
);

/// The patron's row; who was unknown is new.
pub(super) static PATRON_PUT: Sql = sql!(
    "INSERT INTO patron (id, agency, national_number, pin, name, kind, category, branch, contact, language, birth_date, ",
    "municipality, guardian, expires, fee_limit, fee_currency, keep_history, pause_from, pause_to, protected_address) ",
    "SELECT CAST(k.value->>0 AS bigint), k.value->>1, k.value->>2, k.value->>3, k.value->>4, k.value->>5, k.value->>6, ",
    "k.value->>7, k.value->>8, k.value->>9, k.value->>10, k.value->>11, CAST(k.value->>12 AS bigint), k.value->>13, ",
    "CAST(k.value->>14 AS bigint), k.value->>15, CAST(k.value->>16 AS bigint), k.value->>17, k.value->>18, ",
    "CAST(k.value->>19 AS bigint) FROM ",
    rows,
    " WHERE true ON CONFLICT (id) DO UPDATE SET agency = excluded.agency, national_number = excluded.national_number, ",
    "pin = excluded.pin, name = excluded.name, kind = excluded.kind, category = excluded.category, branch = excluded.branch, ",
    "contact = excluded.contact, language = excluded.language, birth_date = excluded.birth_date, ",
    "municipality = excluded.municipality, guardian = excluded.guardian, expires = excluded.expires, ",
    "fee_limit = excluded.fee_limit, fee_currency = excluded.fee_currency, keep_history = excluded.keep_history, ",
    "pause_from = excluded.pause_from, pause_to = excluded.pause_to, protected_address = excluded.protected_address"
);

pub(crate) static CARD_DELETE: Sql = sql!(
    "DELETE FROM card WHERE patron IN (SELECT CAST(k.value->>0 AS bigint) FROM ",
    rows,
    ")"
);

pub(crate) static CARD_PUT: Sql = sql!(
    "INSERT INTO card (number, agency, patron, position) SELECT k.value->>0, k.value->>1, CAST(k.value->>2 AS bigint), ",
    "CAST(k.value->>3 AS bigint) FROM ",
    rows
);

pub(crate) static BLOCK_PUT: Sql = sql!(
    "INSERT INTO block (patron, code, source, since, message) SELECT CAST(k.value->>0 AS bigint), k.value->>1, k.value->>2, ",
    "CAST(k.value->>3 AS bigint), k.value->>4 FROM ",
    rows,
    " WHERE true ON CONFLICT (patron, code, source) DO UPDATE SET since = excluded.since, message = excluded.message"
);

pub(super) static BLOCK_DELETE: Sql = sql!(
    "DELETE FROM block WHERE (patron, code, source) IN (SELECT CAST(k.value->>0 AS bigint), k.value->>1, k.value->>2 FROM ",
    rows,
    ")"
);

pub(super) static PIN_FAILURE_PUT: Sql = sql!(
    "INSERT INTO pin_failure (patron, terminal, count, last) SELECT CAST(k.value->>0 AS bigint), k.value->>1, ",
    "CAST(k.value->>2 AS bigint), CAST(k.value->>3 AS bigint) FROM ",
    rows,
    " WHERE true ON CONFLICT (patron, terminal) DO UPDATE SET count = excluded.count, last = excluded.last"
);

pub(super) static PIN_FAILURE_DELETE: Sql = sql!(
    "DELETE FROM pin_failure WHERE (patron, terminal) IN (SELECT CAST(k.value->>0 AS bigint), k.value->>1 FROM ",
    rows,
    ")"
);

pub(super) static NOTE_ADD: Sql = sql!(
    "INSERT INTO note (agency, kind, item, patron, text, at, channel) SELECT k.value->>0, k.value->>1, ",
    "CAST(k.value->>2 AS bigint), CAST(k.value->>3 AS bigint), k.value->>4, CAST(k.value->>5 AS bigint), k.value->>6 FROM ",
    rows
);

pub(super) static STATISTIC_ADD: Sql = sql!(
    "INSERT INTO statistic (day, agency, branch, kind, department, material_group, material, form, audience, language, category, ",
    "channel, count) SELECT k.value->>0, k.value->>1, k.value->>2, k.value->>3, k.value->>4, k.value->>5, k.value->>6, ",
    "k.value->>7, k.value->>8, k.value->>9, k.value->>10, k.value->>11, CAST(k.value->>12 AS bigint) FROM ",
    rows,
    " WHERE true ON CONFLICT (day, agency, branch, kind, department, material_group, material, form, audience, language, category, ",
    "channel) ",
    "DO UPDATE SET count = statistic.count + excluded.count"
);

/// Key, until, and where in the bytes of the second parameter the value stands: place from 1, and length. Values are long,
/// and inside JSON each would be escaped, parsed and copied several times.
pub(super) static MEMORY_PUT: Sql = sql!(
    "INSERT INTO memory (key, value, until) SELECT k.value->>0, ",
    "substr($2, CAST(k.value->>2 AS integer), CAST(k.value->>3 AS integer)), CAST(k.value->>1 AS bigint) FROM ",
    rows,
    " WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until"
);

pub(super) static MEMORY_DELETE: Sql = sql!("DELETE FROM memory WHERE key IN (SELECT k.value->>0 FROM ", rows, ")");

/// Memories whose time is over, a bounded number of them.
pub(crate) static MEMORY_PURGE: Sql =
    sql!("DELETE FROM memory WHERE key IN (SELECT m.key FROM memory m WHERE m.until <= $1 ORDER BY m.until LIMIT 1000)");

pub(crate) static FEED_ADD: Sql = sql!(
    "INSERT INTO change (sequence, kind, id, operation, at, channel) SELECT CAST(k.value->>0 AS bigint), k.value->>1, ",
    "CAST(k.value->>2 AS bigint), k.value->>3, CAST(k.value->>4 AS bigint), k.value->>5 FROM ",
    rows
);

pub(crate) static FEED_HEAD: Sql = sql!("SELECT coalesce(max(sequence), 0) FROM change");

pub(crate) static FEED_AFTER: Sql =
    sql!("SELECT sequence, kind, id, operation, at, channel FROM change WHERE sequence > $1 ORDER BY sequence LIMIT $2");

/// Every statement above that looks for rows, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[
    &ITEM_UPDATE,
    &LOAN_PARTIES,
    &LOAN_DELETE,
    &LOAN_ANONYMISE,
    &HOLD_GROUP,
    &HOLD_DELETE,
    &HOLD_PAUSE,
    &FEE_ITEM_DELETE,
    &FEE_LOAN_DELETE,
    &FEE_DELETE,
    &CARD_DELETE,
    &BLOCK_DELETE,
    &PIN_FAILURE_DELETE,
    &MEMORY_DELETE,
    &MEMORY_PURGE,
    &FEED_HEAD,
    &FEED_AFTER,
];
