//! The tables `data/brief.tsv` and `data/material.tsv`: read once, asked for each record.

use super::MaterialType;
use crate::bib::record::{Field, Format, Record, Tag};
use std::sync::LazyLock;

/// One thing the brief view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Title,
    Remainder,
    Part,
    Responsibility,
    Author,
    Publisher,
    Year,
    Language,
    Isbn,
    Issn,
}

struct Row {
    format: Format,
    element: Element,
    tag: Tag,
    indicator_2: Option<char>,
    /// Positions of a control field, or of the subfield named in `codes`.
    positions: Option<(usize, usize)>,
    codes: String,
    join: String,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| lines(include_str!("../data/brief.tsv")).filter_map(row).collect());

struct MaterialRow {
    format: Format,
    key: [String; 3],
    material: MaterialType,
}

static MATERIALS: LazyLock<Vec<MaterialRow>> =
    LazyLock::new(|| lines(include_str!("../data/material.tsv")).filter_map(material_row).collect());

/// The lines of a data file that are neither empty nor remarks.
pub(in crate::bib) fn lines(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn row(line: &str) -> Option<Row> {
    let [format, element, place, codes, join]: [&str; 5] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let (place, positions) = match place.split_once('[') {
        Some((place, range)) => {
            let (first, last) = range.strip_suffix(']')?.split_once('-')?;
            (place, Some((first.parse().ok()?, last.parse().ok()?)))
        }
        None => (place, None),
    };
    let (place, code) = match place.split_once('$') {
        Some((place, code)) => (place, code),
        None => (place, codes.trim_matches('-')),
    };
    let (tag, indicator) = match place.split_once("/2=") {
        Some((tag, indicator)) => (tag, indicator.chars().next()),
        None => (place, None),
    };
    Some(Row {
        format: format.parse().ok()?,
        element: element_named(element)?,
        tag: Tag::new(tag)?,
        indicator_2: indicator,
        positions,
        codes: code.to_owned(),
        join: join.replace('_', " "),
    })
}

fn element_named(name: &str) -> Option<Element> {
    Some(match name {
        "title" => Element::Title,
        "remainder" => Element::Remainder,
        "part" => Element::Part,
        "responsibility" => Element::Responsibility,
        "author" => Element::Author,
        "publisher" => Element::Publisher,
        "year" => Element::Year,
        "language" => Element::Language,
        "isbn" => Element::Isbn,
        "issn" => Element::Issn,
        _ => return None,
    })
}

fn material_row(line: &str) -> Option<MaterialRow> {
    let [format, key, material]: [&str; 3] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let key: Vec<String> = key.split('.').map(str::to_owned).collect();
    Some(MaterialRow {
        format: format.parse().ok()?,
        key: key.try_into().ok()?,
        material: material.parse().ok()?,
    })
}

/// What the first row with any text gives.
pub(super) fn first(record: &Record, element: Element) -> Option<String> {
    every_row(record, element).next()
}

/// The first text that each row gives, in the table's order.
pub(super) fn every_row(record: &Record, element: Element) -> impl Iterator<Item = String> {
    rows(record.format, element).filter_map(|row| row.texts(record).next())
}

/// All texts of all rows.
pub(super) fn all(record: &Record, element: Element) -> Vec<String> {
    rows(record.format, element).flat_map(|row| row.texts(record)).collect()
}

fn rows(format: Format, element: Element) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| row.format == format && row.element == element)
}

impl Row {
    fn texts<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = String> + 'a {
        record
            .fields
            .iter()
            .filter(|field| field.tag() == self.tag && self.indicator_2.is_none_or(|wanted| field.indicator(2) == wanted))
            .filter_map(|field| self.text(field))
    }

    fn text(&self, field: &Field) -> Option<String> {
        let text = match (self.positions, field) {
            (Some((first, last)), Field::Control { value, .. }) => slice(value, first, last),
            (Some((first, last)), Field::Data { .. }) => slice(field.first(self.codes.chars().next()?)?, first, last),
            (None, _) => {
                let mut text = String::new();
                let wanted = |code| self.codes.contains(code);
                for subfield in field.subfields().iter().filter(|subfield| wanted(subfield.code)) {
                    if !text.is_empty() {
                        // What ISBD punctuation the subfield ends with is the separator already.
                        let kept = text.trim_end_matches([' ', ':', ';', ',', '.', '=']).len();
                        if self.join != " " {
                            text.truncate(kept);
                        }
                        text.push_str(&self.join);
                    }
                    text.push_str(subfield.value.trim());
                }
                text
            }
        };
        (!text.trim().is_empty()).then_some(text)
    }
}

fn slice(text: &str, first: usize, last: usize) -> String {
    text.chars().skip(first).take(last + 1 - first.min(last)).collect()
}

/// Material type by the record's coded data.
pub(super) fn material(record: &Record) -> MaterialType {
    let key: [String; 3] = match record.format {
        Format::Danmarc2 => {
            [('a', "009"), ('t', "008"), ('g', "009")].map(|(code, tag)| record.first(tag, code).unwrap_or_default().to_owned())
        }
        Format::Marc21 => {
            let (kind, level) = (record.leader.at(6), record.leader.at(7));
            // Form of item stands at 29 for what is looked at, at 23 for the rest.
            let at = if "efgkor".contains(kind) { 29 } else { 23 };
            let form = record.control("008").and_then(|value| value.chars().nth(at));
            [kind.to_string(), level.to_string(), form.unwrap_or(' ').to_string()]
        }
        Format::Unimarc => [record.leader.at(6).to_string(), record.leader.at(7).to_string(), String::new()],
    };
    MATERIALS
        .iter()
        .filter(|row| row.format == record.format)
        .find(|row| row.key.iter().zip(&key).all(|(want, have)| want == "*" || want == have))
        .map_or(MaterialType::Other, |row| row.material)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_tables_is_understood() {
        assert_eq!(ROWS.len(), lines(include_str!("../data/brief.tsv")).count());
        assert_eq!(MATERIALS.len(), lines(include_str!("../data/material.tsv")).count());
    }
}
