//! Where the two dialects of SQL differ, and nowhere else.
//!
//! Most of a statement's text is one for both engines: `$1`, `->>`, `CAST(… AS bigint)`, `UPDATE … FROM` and `ON CONFLICT`
//! mean the same to SQLite and PostgreSQL. What differs has a name in [`piece`]. Rows go in as one JSON parameter, so
//! that a statement is a constant, however many rows it reads or writes, and costs one round trip.

/// A statement in both dialects.
#[derive(Debug)]
pub(crate) struct Sql {
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// A statement from text and named differences: `sql!("SELECT … FROM ", rows, " JOIN …")`.
macro_rules! sql {
    ($($part:tt),+ $(,)?) => {
        $crate::dialect::Sql {
            sqlite: concat!($($crate::dialect::piece!(sqlite $part)),+),
            postgres: concat!($($crate::dialect::piece!(postgres $part)),+),
        }
    };
}

/// The differences.
macro_rules! piece {
    // The array that is the first (second) parameter, as a table `k` (`k2`) with the column `value`. A row is an array
    // again, its columns `k.value->>0` and so on.
    (sqlite rows) => {
        "json_each($1) AS k"
    };
    (postgres rows) => {
        "jsonb_array_elements($1::jsonb) AS k(value)"
    };
    (sqlite rows2) => {
        "json_each($2) AS k2"
    };
    (postgres rows2) => {
        "jsonb_array_elements($2::jsonb) AS k2(value)"
    };
    // SQLite is kept from reordering a join (the array is small, the tables are not); PostgreSQL joins as it likes.
    (sqlite join) => {
        " CROSS JOIN "
    };
    (postgres join) => {
        " JOIN "
    };
    // A row of the answer as one cell, a JSON array: the driver takes as long for a cell as JSON for twenty.
    (sqlite array) => { "json_array(" };
    (postgres array) => { "CAST(json_build_array(" };
    (sqlite end) => { ")" };
    (postgres end) => { ") AS text)" };
    // Columns in the order in which `records` reads them: no difference, but many statements share them.
    ($engine:ident patron_columns) => {
        concat!($crate::dialect::piece!($engine array), "p.id, p.agency, p.national_number, p.pin, p.name, p.kind, p.category, p.branch, p.contact, p.language, p.birth_date, \
         p.municipality, p.guardian, p.expires, p.fee_limit, p.fee_currency, p.keep_history, p.pause_from, p.pause_to, \
         p.protected_address", $crate::dialect::piece!($engine end))
    };
    ($engine:ident item_columns) => {
        concat!($crate::dialect::piece!($engine array), "i.id, i.agency, i.barcode, i.bib, i.bib_agency, i.control_number, i.title, i.author, i.coded, i.branch, i.department, i.location, \
         i.sublocation, i.section, i.call_number, i.issue, i.material_group, i.media_type, i.loan_restriction, i.price, i.currency, \
         i.accession_date, i.note, i.properties, i.state, i.state_to, i.current_branch, i.tied_to", $crate::dialect::piece!($engine end))
    };
    ($engine:ident loan_columns) => {
        concat!($crate::dialect::piece!($engine array), "l.id, l.item, l.patron, l.made, l.due, l.renewals, l.branch, l.terminal, l.closed, l.recalled", $crate::dialect::piece!($engine end))
    };
    ($engine:ident hold_columns) => {
        concat!($crate::dialect::piece!($engine array), "h.id, h.patron, h.bib, h.agency, h.scope, h.scope_item, h.scope_text, h.parallel, h.placed, h.activates, h.expires, \
         h.pickup, h.pause_from, h.pause_to, h.state, h.item, h.ready_until, h.pickup_number", $crate::dialect::piece!($engine end))
    };
    ($engine:ident fee_columns) => {
        concat!($crate::dialect::piece!($engine array), "f.id, f.patron, f.kind, f.amount, f.currency, f.paid, f.raised, f.text, f.occasion_due, f.occasion_day", $crate::dialect::piece!($engine end))
    };
    ($engine:ident bib_columns) => {
        "b.id, b.agency, b.control_number, b.kind, b.format, b.title, b.author, b.coded, b.deleted, b.changed, b.hash, b.content"
    };
    ($engine:ident $text:literal) => {
        $text
    };
}

pub(crate) use {piece, sql};
