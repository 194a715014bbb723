//! MODS 3: `data/mods.tsv`. Each field that has a row opens one element, and its subfields fill it.

use super::table::{Picks, Place, brief, material, name, own, rows, values};
use crate::xml::text;
use skranke_core::bib::{Field, Record};
use std::sync::LazyLock;

struct Row {
    format: &'static str,
    place: Place,
    /// `name@type=personal`
    element: &'static str,
    /// `role/roleTerm@type=text`; empty where the element itself holds the value.
    child: &'static str,
    picks: Picks,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    rows(include_str!("../../data/mods.tsv"))
        .filter_map(|row| match row.as_slice() {
            [format, place, element, child, codes, join] => Some(Row {
                format,
                place: Place::parse(place)?,
                element,
                child: child.trim_matches('-'),
                picks: Picks::parse(codes, join),
            }),
            _ => None,
        })
        .collect()
});

/// Appends a record, of which `hierarchy` is itself and, before it, what stands above it.
pub fn write_mods(hierarchy: &[Record], out: &mut Vec<u8>) {
    out.extend_from_slice(b"<mods xmlns=\"http://www.loc.gov/mods/v3\" version=\"3.7\">");
    if let (Some((own, above)), Some(brief)) = (own(hierarchy), brief(hierarchy)) {
        if !above.is_empty() {
            element("titleInfo", out, |out| {
                element("title", out, |out| text(&brief.title, out));
                if let Some(part) = &brief.part {
                    element("partName", out, |out| text(part, out));
                }
            });
        }
        record(own, !above.is_empty(), out);
        for above in above.iter().rev() {
            element("relatedItem@type=host", out, |out| record(above, false, out));
        }
        element("typeOfResource", out, |out| text(material(brief.material).mods, out));
    }
    out.extend_from_slice(b"</mods>");
}

fn record(record: &Record, titled: bool, out: &mut Vec<u8>) {
    for field in &record.fields {
        let fitting: Vec<&Row> = ROWS
            .iter()
            .filter(|row| row.format == name(record.format) && row.place.fits(field))
            .filter(|row| !(titled && row.element == "titleInfo"))
            .collect();
        let mut elements: Vec<&str> = fitting.iter().map(|row| row.element).collect();
        elements.dedup();
        for name in elements {
            one(field, name, fitting.iter().filter(|row| row.element == name), out);
        }
    }
}

/// One element of one field. An element whose rows name children holds them all; one whose row names none is repeated.
fn one<'r>(field: &Field, name: &str, rows: impl Iterator<Item = &'r &'r Row>, out: &mut Vec<u8>) {
    let mut children: Vec<(&str, String)> = Vec::new();
    for row in rows {
        for value in values(field, &row.place, &row.picks) {
            if row.child.is_empty() {
                element(name, out, |out| text(&value, out));
            } else {
                children.push((row.child, value));
            }
        }
    }
    if children.is_empty() {
        return;
    }
    element(name, out, |out| {
        for (path, value) in &children {
            nested(path, value, out);
        }
    });
}

fn nested(path: &str, value: &str, out: &mut Vec<u8>) {
    match path.split_once('/') {
        Some((outer, inner)) => element(outer, out, |out| nested(inner, value, out)),
        None => element(path, out, |out| text(value, out)),
    }
}

/// `name@attribute=value` as an element around what `body` writes.
fn element(name: &str, out: &mut Vec<u8>, body: impl FnOnce(&mut Vec<u8>)) {
    let mut parts = name.split('@');
    let tag = parts.next().unwrap_or_default();
    out.push(b'<');
    out.extend_from_slice(tag.as_bytes());
    for (key, value) in parts.filter_map(|attribute| attribute.split_once('=')) {
        out.extend_from_slice(format!(" {key}=\"{value}\"").as_bytes());
    }
    out.push(b'>');
    body(out);
    out.extend_from_slice(format!("</{tag}>").as_bytes());
}
