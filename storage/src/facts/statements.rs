//! What is read for decisions and answers. Every statement takes all keys of a batch at once and finds its rows by an index.

use crate::dialect::{Sql, sql};

pub(crate) static PATRONS_BY_CARD: Sql = sql!(
    "SELECT c.agency, c.number, ",
    patron_columns,
    " FROM ",
    rows,
    join,
    "card c ON c.number = k.value->>1 AND c.agency = k.value->>0",
    join,
    "patron p ON p.id = c.patron"
);

pub(crate) static PATRONS_BY_NATIONAL_NUMBER: Sql = sql!(
    "SELECT ",
    patron_columns,
    " FROM ",
    rows,
    join,
    "patron p ON p.national_number = k.value->>1 AND p.agency = k.value->>0"
);

pub(crate) static PATRONS_BY_ID: Sql = sql!(
    "SELECT ",
    patron_columns,
    " FROM ",
    rows,
    join,
    "patron p ON p.id = CAST(k.value->>0 AS bigint)"
);

/// Cards and blocks of the first list of patrons; failed PINs, due times, number of holds and debt of the second. Each row
/// says first what it is, then whose.
pub(crate) static PATRON_DEPENDENTS: Sql = sql!(
    "SELECT ",
    array,
    "0, c.patron, c.position, c.number",
    end,
    " FROM ",
    rows,
    join,
    "card c ON c.patron = CAST(k.value->>0 AS bigint) UNION ALL SELECT ",
    array,
    "1, b.patron, b.since, b.code, b.source, b.message",
    end,
    " FROM ",
    rows,
    join,
    "block b ON b.patron = CAST(k.value->>0 AS bigint) UNION ALL SELECT ",
    array,
    "2, f.patron, f.count, f.terminal, f.last",
    end,
    " FROM ",
    rows2,
    join,
    "pin_failure f ON f.patron = CAST(k2.value->>0 AS bigint) UNION ALL SELECT ",
    array,
    "3, l.patron, l.due",
    end,
    " FROM ",
    rows2,
    join,
    "loan l ON l.patron = CAST(k2.value->>0 AS bigint) AND l.closed IS NULL UNION ALL SELECT ",
    array,
    "4, h.patron, 1",
    end,
    " FROM ",
    rows2,
    join,
    "hold h ON h.patron = CAST(k2.value->>0 AS bigint) UNION ALL SELECT ",
    array,
    "5, f.patron, f.amount - f.paid",
    end,
    " FROM ",
    rows2,
    join,
    "fee f ON f.patron = CAST(k2.value->>0 AS bigint) AND f.paid < f.amount"
);

pub(crate) static PATRON_LOANS: Sql = sql!(
    "SELECT ",
    loan_columns,
    ", ",
    item_columns,
    " FROM ",
    rows,
    join,
    "loan l ON l.patron = CAST(k.value->>0 AS bigint) AND l.closed IS NULL",
    join,
    "item i ON i.id = l.item"
);

/// The number of waiting holds up to this one is its place in the queue.
pub(crate) static PATRON_HOLDS: Sql = sql!(
    "SELECT b.control_number, b.title, ",
    "(SELECT count(*) FROM hold q WHERE q.bib = h.bib AND q.agency = h.agency AND q.state = 'waiting' ",
    "AND (q.placed, q.id) <= (h.placed, h.id)), ",
    hold_columns,
    " FROM ",
    rows,
    join,
    "hold h ON h.patron = CAST(k.value->>0 AS bigint)",
    join,
    "bib b ON b.id = h.bib"
);

pub(crate) static PATRON_FEES: Sql = sql!(
    "SELECT ",
    fee_columns,
    " FROM ",
    rows,
    join,
    "fee f ON f.patron = CAST(k.value->>0 AS bigint) AND f.paid < f.amount"
);

/// Lateness fees with a return occasion: unpaid ones, and all of the last day on which the patron had one.
pub(crate) static OCCASION_FEES: Sql = sql!(
    "SELECT ",
    fee_columns,
    " FROM ",
    rows,
    join,
    "fee f ON f.patron = CAST(k.value->>0 AS bigint) AND f.occasion_day IS NOT NULL WHERE f.paid < f.amount ",
    "OR f.occasion_day = (SELECT max(g.occasion_day) FROM fee g WHERE g.patron = f.patron AND g.occasion_day IS NOT NULL)"
);

pub(crate) static FEES_BY_ID: Sql = sql!(
    "SELECT ",
    fee_columns,
    " FROM ",
    rows,
    join,
    "fee f ON f.id = CAST(k.value->>0 AS bigint)"
);

pub(crate) static FEES_BY_LOAN: Sql = sql!(
    "SELECT DISTINCT ",
    fee_columns,
    " FROM ",
    rows,
    join,
    "fee_loan j ON j.loan = CAST(k.value->>0 AS bigint)",
    join,
    "fee f ON f.id = j.fee"
);

/// Items and loans of fees, in their order.
pub(crate) static FEE_LINKS: Sql = sql!(
    "SELECT 0, j.fee, j.position, j.item FROM ",
    rows,
    join,
    "fee_item j ON j.fee = CAST(k.value->>0 AS bigint) ",
    "UNION ALL SELECT 1, j.fee, j.position, j.loan FROM ",
    rows,
    join,
    "fee_loan j ON j.fee = CAST(k.value->>0 AS bigint)"
);

pub(crate) static ITEMS_BY_BARCODE: Sql = sql!("SELECT ", item_columns, " FROM ", rows, join, "item i ON i.barcode = k.value->>0");

pub(crate) static ITEMS_BY_ID: Sql = sql!(
    "SELECT ",
    item_columns,
    " FROM ",
    rows,
    join,
    "item i ON i.id = CAST(k.value->>0 AS bigint)"
);

pub(crate) static ITEMS_BY_BIB: Sql = sql!(
    "SELECT ",
    item_columns,
    " FROM ",
    rows,
    join,
    "item i ON i.bib = CAST(k.value->>0 AS bigint)"
);

pub(crate) static OPEN_LOANS: Sql = sql!(
    "SELECT ",
    loan_columns,
    " FROM ",
    rows,
    join,
    "loan l ON l.item = CAST(k.value->>0 AS bigint) AND l.closed IS NULL"
);

pub(crate) static LAST_CLOSED_LOANS: Sql = sql!(
    "SELECT ",
    loan_columns,
    " FROM ",
    rows,
    join,
    "loan l ON l.id = (SELECT c.id FROM loan c WHERE c.item = CAST(k.value->>0 AS bigint) AND c.closed IS NOT NULL ",
    "ORDER BY c.recorded DESC, c.id DESC LIMIT 1)"
);

pub(crate) static HOLDS_BY_BIB: Sql = sql!(
    "SELECT ",
    hold_columns,
    " FROM ",
    rows,
    join,
    "hold h ON h.bib = CAST(k.value->>0 AS bigint)"
);

pub(crate) static HOLDS_BY_GROUP: Sql = sql!(
    "SELECT ",
    hold_columns,
    " FROM ",
    rows,
    join,
    "hold h ON h.parallel = CAST(k.value->>0 AS bigint) AND h.parallel IS NOT NULL"
);

/// Which of the (agency, branch) are the home of an item.
pub(crate) static BRANCHES: Sql = sql!(
    "SELECT k.value->>0, k.value->>1 FROM ",
    rows,
    " WHERE EXISTS (SELECT 1 FROM item i WHERE i.agency = k.value->>0 AND i.branch = k.value->>1)"
);

/// The lowest free pickup number of each (agency, branch): 1, else the one after the first that has no successor. The scan
/// goes along the index and ends at the first gap.
pub(crate) static FREE_PICKUP_NUMBERS: Sql = sql!(
    "SELECT k.value->>0, k.value->>1, CASE WHEN NOT EXISTS (SELECT 1 FROM hold h ",
    "WHERE h.agency = k.value->>0 AND h.pickup = k.value->>1 AND h.pickup_number = 1) THEN 1 ELSE ",
    "(SELECT h.pickup_number + 1 FROM hold h WHERE h.agency = k.value->>0 AND h.pickup = k.value->>1 ",
    "AND h.pickup_number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM hold t WHERE t.agency = h.agency AND t.pickup = h.pickup ",
    "AND t.pickup_number = h.pickup_number + 1) ORDER BY h.pickup_number LIMIT 1) END FROM ",
    rows
);

pub(crate) static BIBS_BY_NUMBER: Sql = sql!(
    "SELECT b.id, b.agency, b.control_number, b.title FROM ",
    rows,
    join,
    "bib b ON b.control_number = k.value->>0 WHERE b.kind = 'bib' AND b.deleted = 0"
);

pub(crate) static BIBS_BY_ID: Sql = sql!(
    "SELECT b.id, b.agency, b.control_number, b.title FROM ",
    rows,
    join,
    "bib b ON b.id = CAST(k.value->>0 AS bigint)"
);

/// Holds whose time is over: nobody waits for the answer, so it goes through the table by number.
pub(crate) static HOLDS_OVER: Sql = sql!(
    "SELECT ",
    hold_columns,
    " FROM hold h WHERE h.id > $3 AND ((h.state = 'waiting' AND h.expires < $1) OR h.ready_until < $2) ORDER BY h.id LIMIT $4"
);

pub(crate) static MEMORIES: Sql = sql!(
    "SELECT m.key, m.value, m.until FROM ",
    rows,
    join,
    "memory m ON m.key = k.value->>0"
);

/// Every statement above, for the check that each goes by an index.
#[cfg(test)]
pub(crate) static ALL: &[&Sql] = &[
    &PATRONS_BY_CARD,
    &PATRONS_BY_NATIONAL_NUMBER,
    &PATRONS_BY_ID,
    &PATRON_DEPENDENTS,
    &PATRON_LOANS,
    &PATRON_HOLDS,
    &PATRON_FEES,
    &OCCASION_FEES,
    &FEES_BY_ID,
    &FEES_BY_LOAN,
    &FEE_LINKS,
    &ITEMS_BY_BARCODE,
    &ITEMS_BY_ID,
    &ITEMS_BY_BIB,
    &OPEN_LOANS,
    &LAST_CLOSED_LOANS,
    &HOLDS_BY_BIB,
    &HOLDS_BY_GROUP,
    &BRANCHES,
    &FREE_PICKUP_NUMBERS,
    &BIBS_BY_NUMBER,
    &BIBS_BY_ID,
    &MEMORIES,
];
