//! What `skranke demo` prints: endpoints, cards, free items, titles, and commands to try.

use super::{CARDS, ITEMS, PATRONS};
use crate::http::Endpoint;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How many free items and titles are named.
const FREE_ITEMS: usize = 12;
const TITLES: [&str; 3] = ["59900210", "91501008", "fb22000512"];

/// Prints the table. `free` are barcodes of items on the shelf.
pub fn print(out: &mut impl Write, endpoints: &[Endpoint], free: &[String]) -> anyhow::Result<()> {
    writeln!(out, "The demo library of DK-761500. All people in it are invented.\n")?;
    writeln!(out, "ENDPOINTS")?;
    for endpoint in endpoints {
        writeln!(out, "  {:<12} {}", endpoint.name, endpoint.place)?;
    }
    writeln!(out, "\nTERMINALS (password = name)\n  automat1  sorter1  door1")?;
    writeln!(out, "\nCATALOGUERS (password = name)\n  cataloguer1")?;
    cards(out)?;
    writeln!(out, "\nFREE ITEMS")?;
    for barcode in free.iter().take(FREE_ITEMS) {
        writeln!(out, "  item {barcode}")?;
    }
    writeln!(out, "\nTITLES")?;
    for number in TITLES {
        writeln!(out, "  bib  {number}")?;
    }
    commands(out, endpoints, free)?;
    Ok(())
}

/// One line for each patron; those that show a state say which.
fn cards(out: &mut impl Write) -> anyhow::Result<()> {
    let mut states: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in csv::Reader::from_reader(CARDS.as_bytes()).records() {
        let row = row?;
        let column = |n: usize| row.get(n).unwrap_or_default().to_owned();
        states.entry(column(1)).or_default().push((column(0), column(3)));
    }
    writeln!(out, "\nPATRONS\n  {:<12} {:<6} {:<22} what it shows", "card", "PIN", "state")?;
    let mut reader = csv::Reader::from_reader(PATRONS.as_bytes());
    let header = reader.headers()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let (card, pin) = (place("card"), place("pin"));
    for row in reader.records() {
        let row = row?;
        let cards = card.and_then(|n| row.get(n)).unwrap_or_default();
        let pin = pin.and_then(|n| row.get(n)).unwrap_or_default();
        let shown: Vec<(String, String)> = cards.split(';').filter_map(|card| states.get(card)).flatten().cloned().collect();
        let first = cards.split(';').next().unwrap_or_default();
        if shown.is_empty() {
            writeln!(out, "  {first:<12} {pin:<6} ordinary")?;
        }
        for (state, text) in shown {
            writeln!(out, "  {first:<12} {pin:<6} {state:<22} {text}")?;
        }
    }
    Ok(())
}

fn commands(out: &mut impl Write, endpoints: &[Endpoint], free: &[String]) -> io::Result<()> {
    let Some(sip2) = crate::serving::addresses(endpoints, "SIP2").first().copied() else {
        return Ok(());
    };
    let item = free.first().map_or("3900010018", String::as_str);
    let netcat = format!("nc -q1 {} {} | tr '\\r' '\\n'", sip2.ip(), sip2.port());
    writeln!(out, "\nTRY (a SIP2 line ends with CR)")?;
    writeln!(out, "  status    printf '9300CNautomat1|COautomat1|\\r9900802.00\\r' | {netcat}")?;
    writeln!(
        out,
        "  patron    printf '9300CNautomat1|COautomat1|\\r6300920261124    120000  Y       AODK-761500|AA6150000013|AD1234|\\r' | {netcat}"
    )?;
    writeln!(
        out,
        "  check-out printf '9300CNautomat1|COautomat1|\\r11YN20261124    120000                  AODK-761500|AA6150000013|AB{item}|AC|AD1234|\\r' | {netcat}"
    )?;
    if let Some(z3950) = crate::serving::addresses(endpoints, "Z39.50").first() {
        writeln!(out, "  catalogue yaz-client -u cataloguer1/cataloguer1 {z3950}")?;
    }
    for endpoint in endpoints.iter().filter(|endpoint| endpoint.name == "HTTP") {
        writeln!(out, "  metrics   curl {}metrics", endpoint.place)?;
    }
    writeln!(out)
}

/// Barcodes of the fixtures' items that may be lent as they are, in order.
pub fn lendable() -> anyhow::Result<Vec<String>> {
    let mut reader = csv::Reader::from_reader(ITEMS.as_bytes());
    let header = reader.headers()?.clone();
    let place = |name: &str| header.iter().position(|column| column == name);
    let (barcode, group, restriction) = (place("barcode"), place("material_group"), place("loan_restriction"));
    let mut found = Vec::new();
    for row in reader.records() {
        let row = row?;
        let get = |n: Option<usize>| n.and_then(|n| row.get(n)).unwrap_or_default();
        if get(group) == "standard" && get(restriction).is_empty() {
            found.push(get(barcode).to_owned());
        }
    }
    Ok(found)
}
