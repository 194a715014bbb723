//! The conversations in `fixtures/sip2`, played against the demo byte for byte; their form stands in the README there.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::fmt::strtime::format;
use jiff::tz::TimeZone;
use skranke_sip2::codec::trailer::{checksum, checksum_of_code_points};

use crate::process::Server;

/// How long silence must last to count.
const SILENCE: Duration = Duration::from_millis(300);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn real_clients_are_answered_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("SIP2");
    let library = Library::read();
    let mut files: Vec<PathBuf> = std::fs::read_dir(fixtures().join("sip2"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "sip"))
        .collect();
    files.sort();
    assert!(files.len() >= 8, "{files:?}");
    let faults: Vec<String> = files.iter().filter_map(|file| play(file, address, &library).err()).collect();
    server.stop();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Plays one file; the first difference ends it.
fn play(file: &Path, address: SocketAddr, library: &Library) -> Result<(), String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut line = connect(address);
    let mut ends = "\r";
    for (number, row) in text.lines().enumerate() {
        let place = || format!("{}:{}", file.file_name().unwrap_or_default().to_string_lossy(), number + 1);
        let (mark, rest) = row.split_at(row.len().min(1));
        let rest = rest.strip_prefix(' ').unwrap_or(rest);
        match mark {
            "" | "#" => {}
            "=" => match rest.split_once(' ').unwrap_or((rest, "")) {
                ("connect", _) => line = connect(address),
                ("ends", "lf") => ends = "\n",
                ("ends", "crlf") => ends = "\r\n",
                ("ends", "cr") => ends = "\r",
                // Says who speaks; the login does the rest.
                ("terminal", _) => {}
                _ => panic!("{}: {row}", place()),
            },
            ">" => {
                let mut bytes = library.fill(rest).into_bytes();
                bytes.extend_from_slice(ends.as_bytes());
                line.get_mut().write_all(&bytes).unwrap();
            }
            "<" => {
                let heard = hear(&mut line, rest);
                let expected = library.fill_known(rest);
                let fits = match expected.as_str() {
                    "(nothing)" | "(closed)" => heard == expected,
                    pattern => fits(&heard, pattern),
                };
                if !fits {
                    return Err(format!("{}\n  expected {expected}\n  heard    {heard}", place()));
                }
            }
            _ => panic!("{}: {row}", place()),
        }
    }
    Ok(())
}

fn connect(address: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    BufReader::new(stream)
}

/// The next answer without its CR, or in words that there is none.
fn hear(line: &mut BufReader<TcpStream>, expected: &str) -> String {
    let patience = if expected == "(nothing)" { SILENCE } else { PATIENCE };
    line.get_ref().set_read_timeout(Some(patience)).unwrap();
    if expected == "(closed)" {
        let mut rest = Vec::new();
        return match line.read_to_end(&mut rest) {
            Ok(0) => "(closed)".to_owned(),
            _ => String::from_utf8_lossy(&rest).into_owned(),
        };
    }
    let mut bytes = Vec::new();
    match line.read_until(b'\r', &mut bytes) {
        Err(fault) if matches!(fault.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => "(nothing)".to_owned(),
        Err(fault) => format!("({fault})"),
        Ok(0) => "(closed)".to_owned(),
        Ok(_) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.strip_suffix('\r').map_or(format!("{text}(cut)"), str::to_owned)
        }
    }
}

/// Whether an answer is what the pattern says.
fn fits(heard: &str, pattern: &str) -> bool {
    let (mut left, mut pattern) = (heard, pattern);
    while let Some((literal, rest)) = pattern.split_once('{') {
        let Some((place, after)) = rest.split_once('}') else { return false };
        let Some(found) = left.strip_prefix(literal) else { return false };
        let taken = match place {
            "*" => found.find('|').unwrap_or(found.len()),
            "date" if is_date(found) => 18,
            "sum" => {
                let summed = heard.len() - found.len();
                let right = format!("{:04X}", checksum(heard.as_bytes().get(..summed).unwrap_or_default()));
                if !found.starts_with(&right) {
                    return false;
                }
                4
            }
            _ => return false,
        };
        left = found.get(taken..).unwrap_or_default();
        pattern = after;
    }
    left == pattern
}

fn is_date(text: &str) -> bool {
    text.len() >= 18
        && text.bytes().take(18).enumerate().all(|(at, byte)| {
            if (8..12).contains(&at) {
                byte == b' '
            } else {
                byte.is_ascii_digit()
            }
        })
}

/// What the demo holds, as the conversations name it.
struct Library {
    /// Card, PIN and name by state, in the order of the files.
    cards: HashMap<String, Vec<[String; 3]>>,
    /// Barcode and control number of free books.
    items: Vec<(String, String)>,
    local: jiff::civil::DateTime,
    utc: jiff::civil::DateTime,
}

impl Library {
    fn read() -> Self {
        let names: HashMap<String, String> = rows("patrons.csv")
            .into_iter()
            .flat_map(|row| {
                let name = row["name"].clone();
                row["card"]
                    .split(';')
                    .map(|card| (card.to_owned(), name.clone()))
                    .collect::<Vec<_>>()
            })
            .collect();
        let mut cards: HashMap<String, Vec<[String; 3]>> = HashMap::new();
        for row in rows("cards.csv") {
            let name = names.get(&row["card"]).cloned().unwrap_or_default();
            cards
                .entry(row["state"].clone())
                .or_default()
                .push([row["card"].clone(), row["pin"].clone(), name]);
        }
        let events = rows("events.csv");
        let busy: HashSet<&String> = events.iter().flat_map(|row| [&row["barcode"], &row["bib"]]).collect();
        let items = rows("items.csv")
            .into_iter()
            .filter(|row| row["branch"] == "hovedbiblioteket" && row["material_group"] == "standard" && row["media_type"] == "001")
            .filter(|row| row["loan_restriction"].is_empty() && !busy.contains(&row["barcode"]) && !busy.contains(&row["bib"]))
            .map(|row| (row["barcode"].clone(), row["bib"].clone()))
            .collect();
        let now = jiff::Timestamp::now();
        Self {
            cards,
            items,
            local: TimeZone::get("Europe/Copenhagen").unwrap().to_datetime(now),
            utc: TimeZone::UTC.to_datetime(now),
        }
    }

    /// A line to be sent, its checksum last.
    fn fill(&self, text: &str) -> String {
        let text = self.fill_known(text);
        for (place, wrong, sum) in [("{sum}", 0, 0), ("{sum:chars}", 0, 1), ("{sum:wrong}", 1, 0)] {
            if let Some(summed) = text.strip_suffix(place) {
                let right = if sum == 1 {
                    checksum_of_code_points(summed)
                } else {
                    checksum(summed.as_bytes())
                };
                return format!("{summed}{:04X}", right.wrapping_add(wrong));
            }
        }
        text
    }

    /// Fills what is known beforehand; leaves what is only heard.
    fn fill_known(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (place, after) = after.split_once('}').unwrap();
            match self.value(place) {
                Some(value) => out.push_str(&value),
                None => out.push_str(&format!("{{{place}}}")),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    fn value(&self, place: &str) -> Option<String> {
        let parts: Vec<&str> = place.split(':').collect();
        let nth = |text: &&str| text.parse::<usize>().unwrap() - 1;
        Some(match parts.as_slice() {
            ["now"] => format("%Y%m%d    %H%M%S", self.local).unwrap(),
            ["now", "utc0000"] => format("%Y%m%d0000%H%M%S", self.utc).unwrap(),
            ["in", days] => {
                let day = self
                    .local
                    .date()
                    .checked_add(jiff::Span::new().days(days.parse::<i64>().unwrap()))
                    .unwrap();
                format("%Y%m%d    235900", day).unwrap()
            }
            ["item", n] => self.items[nth(n)].0.clone(),
            ["bib", n] => self.items[nth(n)].1.clone(),
            [what @ ("card" | "pin" | "name"), state, n] => {
                let [card, pin, name] = &self.cards[*state][nth(n)];
                match *what {
                    "card" => card.clone(),
                    "pin" => pin.clone(),
                    _ => name.clone(),
                }
            }
            _ => return None,
        })
    }
}

fn rows(file: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_path(fixtures().join("demo").join(file)).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}
