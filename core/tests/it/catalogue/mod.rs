//! The catalogue over the store in memory and the plainest search: what is found, browsed, shown, updated and ordered.

mod finding;
mod shelf;

pub use shelf::Shelf;

use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Subfield, Tag};

/// A danMARC2 record from lines as they are printed: `245 00 *aDigte`.
pub fn danish(lines: &str) -> Record {
    let fields = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let (head, body) = line.split_at(7);
        let subfields = body.split('*').skip(1).map(|part| {
            let mut characters = part.chars();
            Subfield {
                code: characters.next().unwrap(),
                value: characters.as_str().to_owned(),
            }
        });
        Field::Data {
            tag: Tag::new(&head[..3]).unwrap(),
            indicators: ['0', '0'],
            subfields: subfields.collect(),
        }
    });
    Record {
        format: Format::Danmarc2,
        kind: RecordKind::Bib,
        leader: Leader::default(),
        fields: fields.collect(),
    }
}

/// A MARC 21 record from lines as MarcEdit prints them: `=245  14$aThe counter`.
pub fn marc21(lines: &str) -> Record {
    let fields = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| {
        let tag = Tag::new(&line[1..4]).unwrap();
        let body = &line[6..];
        if tag.as_str() < "010" {
            return Field::Control {
                tag,
                value: body.replace('\\', " "),
            };
        }
        let mut indicators = body.chars().map(|c| if c == '\\' { ' ' } else { c });
        let indicators = [indicators.next().unwrap(), indicators.next().unwrap()];
        let subfields = body.split('$').skip(1).map(|part| Subfield {
            code: part.chars().next().unwrap(),
            value: part[1..].to_owned(),
        });
        Field::Data {
            tag,
            indicators,
            subfields: subfields.collect(),
        }
    });
    Record {
        format: Format::Marc21,
        kind: RecordKind::Bib,
        leader: Leader::repaired(b"00000nam a2200000 i 4500").0,
        fields: fields.collect(),
    }
}
