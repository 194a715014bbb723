//! The yardstick: SQLite through the same driver, with nothing of ours. A check-out is one read of item and patron, a
//! loan, the item's new state, a memory and a feed row; 64 of them share one commit.

use crate::{CONNECTIONS, Dice};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Executor, SqliteConnection};
use std::time::{Duration, Instant};

const SCHEMA: &str = "CREATE TABLE item (id INTEGER PRIMARY KEY, barcode TEXT UNIQUE, state TEXT);
    CREATE TABLE patron (id INTEGER PRIMARY KEY, card TEXT UNIQUE, name TEXT);
    CREATE TABLE loan (id INTEGER PRIMARY KEY, item INTEGER, patron INTEGER, due INTEGER);
    CREATE INDEX loan_item ON loan (item);
    CREATE INDEX loan_patron ON loan (patron);
    CREATE TABLE memory (key TEXT PRIMARY KEY, value TEXT);
    CREATE TABLE change (sequence INTEGER PRIMARY KEY, kind TEXT, id INTEGER);
    WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 10000) INSERT INTO item SELECT n, 'i' || n, 'available' FROM s;
    WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 10000) INSERT INTO patron SELECT n, 'p' || n, 'name' FROM s;";

pub async fn run(file: &str, time: Duration) {
    let mut link = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging()
        .connect()
        .await
        .unwrap();
    link.execute(SCHEMA).await.unwrap();
    let mut dice = Dice(1);
    let (mut count, started) = (0_u64, Instant::now());
    while started.elapsed() < time {
        link.execute("BEGIN IMMEDIATE").await.unwrap();
        for _ in 0..CONNECTIONS {
            check_out(&mut link, &mut dice, count).await;
            count += 1;
        }
        link.execute("COMMIT").await.unwrap();
    }
    let rate = count as f64 / started.elapsed().as_secs_f64();
    println!("bare SQLite loop, {CONNECTIONS} changes for each commit: {rate:.0}/s");
    link.close().await.unwrap();
}

async fn check_out(link: &mut SqliteConnection, dice: &mut Dice, count: u64) {
    let row: (i64, i64) = sqlx::query_as("SELECT item.id, patron.id FROM item, patron WHERE barcode = $1 AND card = $2")
        .bind(format!("i{}", 1 + dice.below(10_000)))
        .bind(format!("p{}", 1 + dice.below(10_000)))
        .fetch_one(&mut *link)
        .await
        .unwrap();
    let statements = [
        sqlx::query("INSERT INTO loan (item, patron, due) VALUES ($1, $2, 1800000000000)")
            .bind(row.0)
            .bind(row.1),
        sqlx::query("UPDATE item SET state = 'on_loan' WHERE id = $1").bind(row.0),
        sqlx::query("INSERT INTO memory (key, value) VALUES ('message:' || $1, $2)")
            .bind(i64::try_from(count).unwrap())
            .bind("x".repeat(800)),
        sqlx::query("INSERT INTO change (kind, id) VALUES ('item', $1)").bind(row.0),
    ];
    for statement in statements {
        statement.execute(&mut *link).await.unwrap();
    }
}
