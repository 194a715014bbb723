//! A national library in a few minutes: rows made by the engine itself.
//!
//! Numbers tell everything: patron `n` has card `2` and ten digits of `n`, item `n` has barcode `3` and ten digits, and both
//! belong to agency `n mod agencies`, of which number 0 is the sample library DK-761500.

use sqlx::{AssertSqlSafe, Connection, Executor};
use std::time::Instant;

/// Patrons of one agency, about; at most 98 agencies.
const PATRONS_OF_AGENCY: i64 = 2000;
/// Copies of one record, ten times.
const COPIES_TIMES_TEN: i64 = 24;
/// Of so many items one is lent.
const LENT_ONE_IN: i64 = 10;

/// How many agencies share so many patrons.
pub fn agencies(patrons: i64) -> i64 {
    (patrons / PATRONS_OF_AGENCY).clamp(1, 98)
}

/// Whether item `n` is lent from the start.
pub fn is_lent(item: i64) -> bool {
    item % LENT_ONE_IN == 1
}

pub async fn run(url: &str, patrons: i64, items: i64) {
    drop(skranke_storage::open(url).await.unwrap());
    let started = Instant::now();
    let agencies = agencies(patrons);
    let bibs = items * 10 / COPIES_TIMES_TEN + 1;
    for (what, count, statement) in statements(agencies, bibs, patrons, items) {
        let begun = Instant::now();
        if let Some(file) = url.strip_prefix("sqlite:") {
            let series = format!("(WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)");
            // Nobody else is here, and a bench that dies begins again: no log, no syncing.
            let mut link = sqlx::SqliteConnection::connect(file).await.unwrap();
            for pragma in ["journal_mode = off", "synchronous = off", "cache_size = -400000"] {
                link.execute(AssertSqlSafe(format!("PRAGMA {pragma}"))).await.unwrap();
            }
            let statement = statement.replace("SERIES", &series).replace("BYTES", "zeroblob");
            link.execute(AssertSqlSafe(statement)).await.unwrap();
            link.close().await.unwrap();
        } else {
            let series = format!("generate_series(1::bigint, {count}::bigint) AS g(n)");
            let mut link = sqlx::PgConnection::connect(url).await.unwrap();
            link.execute("CREATE FUNCTION pg_temp.bytes(n int) RETURNS bytea LANGUAGE sql AS $$ SELECT decode(repeat('00', n), 'hex') $$")
                .await
                .unwrap();
            let statement = statement.replace("SERIES", &series).replace("BYTES", "pg_temp.bytes");
            link.execute(AssertSqlSafe(statement)).await.unwrap();
            link.close().await.unwrap();
        }
        println!("{what:>9}: {count:>10} rows in {:.1?}", begun.elapsed());
    }
    if url.starts_with("sqlite:") {
        // Serving has its log again.
        let mut link = sqlx::SqliteConnection::connect(url).await.unwrap();
        link.execute("PRAGMA journal_mode = wal").await.unwrap();
        link.close().await.unwrap();
    } else {
        let mut link = sqlx::PgConnection::connect(url).await.unwrap();
        link.execute("VACUUM ANALYZE").await.unwrap();
    }
    println!("generated in {:.1?}", started.elapsed());
}

fn statements(agencies: i64, bibs: i64, patrons: i64, items: i64) -> Vec<(&'static str, i64, String)> {
    let agency =
        |n: &str| format!("CASE WHEN ({n}) % {agencies} = 0 THEN 'DK-761500' ELSE 'DK-7' || (100 + ({n}) % {agencies}) || '00' END");
    let digits = |lead: char, n: &str| format!("'{lead}' || substr('' || (10000000000 + {n}), 2)");
    let bib_of_item = format!("(1 + (n - 1) * 10 / {COPIES_TIMES_TEN}) ");
    vec![
        (
            "records",
            bibs,
            "INSERT INTO bib (id, agency, control_number, kind, format, title, author, coded, deleted, changed, hash, content) \
             SELECT n, 'DK-870970', '' || (10000000 + n), 'bib', 'marc21', 'The title of record number ' || n, 'Author, Some', 'book/m/adult/dan', 0, \
             1800000000000, BYTES(32), BYTES(200) FROM SERIES"
                .to_owned(),
        ),
        (
            "items",
            items,
            format!(
                "INSERT INTO item (id, agency, barcode, bib, bib_agency, control_number, title, author, coded, branch, material_group, \
                 media_type, state, current_branch) SELECT n, {}, {}, {bib_of_item}, 'DK-870970', '' || (10000000 + {bib_of_item}), \
                 'The title of record number ' || {bib_of_item}, 'Author, Some', 'book/m/adult/dan', CASE n % 3 WHEN 0 THEN 'main' WHEN 1 THEN 'north' ELSE \
                 'south' END, 'standard', 1, CASE WHEN n % {LENT_ONE_IN} = 1 THEN 'on_loan' ELSE 'available' END, 'main' FROM SERIES",
                agency("n"),
                digits('3', "n"),
            ),
        ),
        (
            "patrons",
            patrons,
            format!(
                "INSERT INTO patron (id, agency, name, kind, category, branch, contact, municipality, keep_history, \
                 protected_address) SELECT n, {}, 'Patron number ' || n, 'person', 'adult', 'main', \
                 '{{\"address\":[\"Street 1\",\"8700 Town\"],\"emails\":[],\"phones\":[]}}', '615', 0, 0 FROM SERIES",
                agency("n"),
            ),
        ),
        (
            "cards",
            patrons,
            format!(
                "INSERT INTO card (number, agency, patron, position) SELECT {}, {}, n, 0 FROM SERIES",
                digits('2', "n"),
                agency("n")
            ),
        ),
        (
            "loans",
            items / LENT_ONE_IN,
            format!(
                "INSERT INTO loan (id, item, patron, made, due, renewals, branch, terminal, recorded) SELECT n, \
                 (n - 1) * {LENT_ONE_IN} + 1, 1 + (n * 7919) % {patrons}, 1799000000000, 1801000000000, 0, 'main', 'automat1', \
                 1799000000000 FROM SERIES",
            ),
        ),
        (
            "counters",
            1,
            format!("INSERT INTO counter (name, next) SELECT 'bib', {bibs} + n FROM SERIES"),
        ),
        (
            "",
            1,
            format!("INSERT INTO counter (name, next) SELECT 'item', {items} + n FROM SERIES"),
        ),
        (
            "",
            1,
            format!("INSERT INTO counter (name, next) SELECT 'number', {items} + n FROM SERIES"),
        ),
    ]
}
