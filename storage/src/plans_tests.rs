//! No statement reads a table from end to end: what a read costs must not grow with the library.

use crate::catalogue::{bibs, copies, items, pages, patrons};
use crate::dialect::Sql;
use crate::{facts, plan};
use sqlx::{AssertSqlSafe, Connection, Executor, Row};

fn statements() -> impl Iterator<Item = &'static &'static Sql> {
    let circulation = facts::statements::ALL.iter().chain(plan::statements::ALL);
    circulation
        .chain(bibs::ALL)
        .chain(items::ALL)
        .chain(patrons::ALL)
        .chain(pages::ALL)
        .chain(copies::ALL)
}

/// What may be scanned: the parameter's rows, what a subquery made of an index, and tables whose whole is wanted.
const SCANNED: [&str; 6] = ["k", "k2", "leap", "CONSTANT", "u", "(subquery"];

#[tokio::test]
async fn sqlite_finds_every_row_by_an_index() {
    let mut link = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
    link.execute(include_str!("../migrations/sqlite/0001_library.sql")).await.unwrap();
    let mut scans = Vec::new();
    for statement in statements() {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", statement.sqlite));
        for row in link.fetch_all(explain).await.unwrap() {
            let step: String = row.get("detail");
            let scanned = step.strip_prefix("SCAN ").and_then(|rest| rest.split(' ').next());
            // The feed's head and a page are read from one end of an index.
            let whole = scanned.is_some_and(|table| !SCANNED.contains(&table)) && !step.contains("USING");
            if whole {
                scans.push(format!("{step}\n    {}", statement.sqlite));
            }
        }
    }
    assert!(scans.is_empty(), "{}", scans.join("\n"));
}

/// The two schemas differ in the names of types and in nothing else.
#[test]
fn the_schemas_of_both_engines_are_one() {
    let plain = |text: &str, replaced: &[(&str, &str)]| {
        let mut text: String = text
            .lines()
            .filter(|line| !line.starts_with("--"))
            .map(|line| format!("{line}\n"))
            .collect();
        for (from, to) in replaced {
            text = text.replace(from, to);
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ,", ",")
    };
    let sqlite = plain(
        include_str!("../migrations/sqlite/0001_library.sql"),
        &[
            (") STRICT, WITHOUT ROWID;", ");"),
            (") STRICT;", ");"),
            ("INTEGER", "bigint"),
            ("BLOB", "bytea"),
        ],
    );
    let postgres = plain(
        include_str!("../migrations/postgres/0001_library.sql"),
        &[("GENERATED ALWAYS AS IDENTITY", "")],
    );
    assert_eq!(sqlite, postgres);
}
