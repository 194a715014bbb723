//! The facts of the demo library, read from its folder.

use std::{collections::BTreeSet, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::facts::{Card, Facts, Item, Terminal};
use crate::csv::{Row, Table};

/// How many free items a run uses.
const ITEMS: usize = 48;

/// What `skranke.toml` says that matters here; all else is left alone.
#[derive(Debug, Deserialize)]
struct Config {
    library: Library,
    sip2: Sip2,
}

#[derive(Debug, Deserialize)]
struct Library {
    agency: String,
    time_zone: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Sip2 {
    charset: Option<String>,
    #[serde(default)]
    terminal: Vec<Account>,
}

#[derive(Debug, Deserialize)]
struct Account {
    login: String,
    password: String,
    charset: Option<String>,
    role: Option<String>,
    branch: Option<String>,
}

/// Reads a demo library's folder.
pub fn read(folder: &Path) -> Result<Facts> {
    let toml = folder.join("skranke.toml");
    let text = fs::read_to_string(&toml).with_context(|| format!("cannot read {}", toml.display()))?;
    let config: Config = toml::from_str(&text).with_context(|| format!("cannot read {}", toml.display()))?;
    let events = Table::read(&folder.join("events.csv"))?;
    let items = Table::read(&folder.join("items.csv"))?;
    let home = config.sip2.terminal.first().and_then(|t| t.branch.clone()).unwrap_or_default();
    let (free, rest) = free_items(&items, &events, &home);
    let standard = |row: &&Row<'_>| row.get("material_group") == "standard" && row.get("note").is_empty();
    let chosen: Vec<Item> = spread(free.iter().filter(standard).map(item).collect());
    let used: BTreeSet<&str> = chosen.iter().filter_map(|item| item.bib.as_deref()).collect();
    let bibs: BTreeSet<&str> = rest
        .iter()
        .chain(&free)
        .filter(standard)
        .map(|row| row.get("bib"))
        .filter(|bib| !used.contains(bib))
        .collect();
    Ok(Facts {
        institution: Some(config.library.agency),
        currency: items.rows().next().map_or("", |row| row.get("currency")).to_owned(),
        time_zone: config.library.time_zone,
        fills_due_date: false,
        peers: Vec::new(),
        telnet: None,
        tls: None,
        maintenance_file: None,
        terminals: terminals(config.sip2.charset.as_deref(), config.sip2.terminal)?,
        cards: cards(folder, &events)?,
        items: chosen.clone(),
        fee_items: free
            .iter()
            .chain(&rest)
            .filter(|row| row.get("material_group") == "gebyr")
            .map(item)
            .collect(),
        borrowers: borrowers(folder)?,
        stock: free.iter().filter(standard).map(item).collect(),
        bibs: bibs.into_iter().take(8).map(str::to_owned).collect(),
    })
}

fn terminals(default: Option<&str>, accounts: Vec<Account>) -> Result<Vec<Terminal>> {
    accounts
        .into_iter()
        .map(|account| {
            let charset = account.charset.as_deref().or(default).unwrap_or("utf-8");
            Ok(Terminal {
                login: account.login,
                password: account.password,
                charset: charset.parse().map_err(anyhow::Error::msg)?,
                role: account.role,
            })
        })
        .collect()
}

/// Items that may be lent and of which no event tells: at home at `home`, and elsewhere.
fn free_items<'a>(items: &'a Table, events: &'a Table, home: &str) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    let told: BTreeSet<&str> = events
        .rows()
        .flat_map(|row| [row.get("barcode"), row.get("bib")])
        .filter(|id| !id.is_empty())
        .collect();
    items
        .rows()
        .filter(|row| row.get("loan_restriction").is_empty())
        .filter(|row| !told.contains(row.get("barcode")) && !told.contains(row.get("bib")))
        .partition(|row| row.get("branch") == home)
}

fn item(row: &Row<'_>) -> Item {
    Item {
        barcode: row.get("barcode").to_owned(),
        bib: Some(row.get("bib").to_owned()),
    }
}

/// [`ITEMS`] of them, from the whole length of the list, no title twice.
fn spread(mut items: Vec<Item>) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    items.retain(|item| seen.insert(item.bib.clone()));
    let step = (items.len() / ITEMS).max(1);
    items.into_iter().step_by(step).take(ITEMS).collect()
}

/// The cards, their states in this suite's words. Ordinary ones are those of whom no event tells.
fn cards(folder: &Path, events: &Table) -> Result<Vec<Card>> {
    let busy: BTreeSet<&str> = events.rows().map(|row| row.get("card")).collect();
    let patrons = Table::read(&folder.join("patrons.csv"))?;
    let listed = Table::read(&folder.join("cards.csv"))?;
    Ok(listed
        .rows()
        .filter(|row| row.get("state") != "ordinary" || !busy.contains(row.get("card")))
        .map(|row| Card {
            number: row.get("card").to_owned(),
            pin: Some(row.get("pin").to_owned()),
            state: state(row.get("state")).to_owned(),
            name: patrons
                .rows()
                .find(|patron| patron.get("card").split(';').any(|card| card == row.get("card")))
                .map(|patron| patron.get("name").to_owned()),
        })
        .collect())
}

/// Patrons in a state that lets them borrow, and whose loans are forgotten when they end; each once.
fn borrowers(folder: &Path) -> Result<Vec<String>> {
    const STATES: [&str; 19] = [
        "ordinary",
        "child",
        "guardian",
        "young",
        "institution",
        "company",
        "staff",
        "home_delivery",
        "english",
        "swedish",
        "norwegian",
        "german",
        "diacritics",
        "small_fee",
        "in_queue",
        "paused",
        "non_resident",
        "no_email",
        "due_today",
    ];
    let listed = Table::read(&folder.join("cards.csv"))?;
    let cards: BTreeSet<&str> = listed
        .rows()
        .filter(|row| STATES.contains(&row.get("state")))
        .map(|row| row.get("card"))
        .collect();
    Ok(cards.into_iter().map(str::to_owned).collect())
}

fn state(named: &str) -> &str {
    match named {
        "blocked_U" => "blocked",
        "over_fee_limit" => "debt",
        "child_at_loan_limit" => "loan_limit",
        "holds_ready" => "hold_ready",
        "overdue_1_7_days" => "overdue",
        other => other,
    }
}
