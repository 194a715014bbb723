//! Dublin Core, unqualified: `data/dublin_core.tsv`.

use super::table::{Picks, Place, brief, material, name, own, rows, values};
use crate::xml::text;
use skranke_core::bib::{Isbn, Record};
use std::sync::LazyLock;

/// The element around the elements of Dublin Core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DcRoot {
    /// `dc` of SRU's schema 1.1, also for Z39.50.
    Srw,
    /// `oai_dc:dc`.
    Oai,
}

struct Row {
    format: &'static str,
    element: &'static str,
    place: Place,
    picks: Picks,
    prefix: &'static str,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    rows(include_str!("../../data/dublin_core.tsv"))
        .filter_map(|row| match row.as_slice() {
            [format, element, place, codes, join, prefix] => Some(Row {
                format,
                element,
                place: Place::parse(place)?,
                picks: Picks::parse(codes, join),
                prefix: prefix.trim_matches('-'),
            }),
            _ => None,
        })
        .collect()
});

/// Elements in the order in which they are given.
const ORDER: [&str; 14] = [
    "title",
    "creator",
    "subject",
    "description",
    "publisher",
    "contributor",
    "date",
    "type",
    "format",
    "identifier",
    "source",
    "language",
    "relation",
    "coverage",
];

/// Appends a record, of which `hierarchy` is itself and, before it, what stands above it.
pub fn write_dc(hierarchy: &[Record], root: DcRoot, out: &mut Vec<u8>) {
    let (open, close) = match root {
        DcRoot::Srw => (
            "<srw_dc:dc xmlns:srw_dc=\"info:srw/schema/1/dc-schema\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">",
            "</srw_dc:dc>",
        ),
        DcRoot::Oai => (
            "<oai_dc:dc xmlns:oai_dc=\"http://www.openarchives.org/OAI/2.0/oai_dc/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
             xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"http://www.openarchives.org/OAI/2.0/oai_dc/ \
             http://www.openarchives.org/OAI/2.0/oai_dc.xsd\">",
            "</oai_dc:dc>",
        ),
    };
    out.extend_from_slice(open.as_bytes());
    for (element, value) in elements(hierarchy) {
        out.extend_from_slice(format!("<dc:{element}>").as_bytes());
        text(&value, out);
        out.extend_from_slice(format!("</dc:{element}>").as_bytes());
    }
    out.extend_from_slice(close.as_bytes());
}

/// The elements with their values, each pair once.
fn elements(hierarchy: &[Record]) -> Vec<(&'static str, String)> {
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let mut add = |element: &'static str, value: String| {
        if !value.is_empty() && !found.iter().any(|(known, text)| *known == element && *text == value) {
            found.push((element, value));
        }
    };
    let Some((own, above)) = own(hierarchy) else { return found };
    if let Some(brief) = brief(hierarchy) {
        // A volume is known by the title of the work it belongs to.
        if !above.is_empty() {
            add("title", brief.display_title());
        }
        if let Some(year) = brief.year {
            add("date", year.to_string());
        }
        add("type", material(brief.material).dcmi.to_owned());
    }
    for record in std::iter::once(own).chain(above.iter().rev()) {
        for row in ROWS.iter().filter(|row| row.format == name(record.format)) {
            // The title of what stands above leads the merged one already.
            if row.element == "title" && !above.is_empty() {
                continue;
            }
            for field in record.fields.iter().filter(|field| row.place.fits(field)) {
                for value in values(field, &row.place, &row.picks) {
                    add(row.element, finished(row, value));
                }
            }
        }
    }
    for record in above {
        if let Some(number) = record.control_number() {
            let agency = record.agency().map(|agency| format!("{agency},")).unwrap_or_default();
            add("relation", format!("{agency}{number}"));
        }
    }
    found.sort_by_key(|(element, _)| ORDER.iter().position(|known| known == element));
    found
}

fn finished(row: &Row, value: String) -> String {
    let value = match row.prefix {
        "ISBN:" => match Isbn::parse(&value) {
            Some(isbn) => isbn.as_str().to_owned(),
            None => value.split([' ', '(']).next().unwrap_or_default().to_owned(),
        },
        _ => value,
    };
    // Codes that say that there is nothing to say.
    if row.element == "language" && ["und", "zxx", "mul", "|||"].contains(&value.as_str()) || value.is_empty() {
        return String::new();
    }
    format!("{}{value}", row.prefix)
}
