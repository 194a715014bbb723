//! Which record it is, whose, and whether it still stands. A record is (agency, control number), never one alone.

use super::record::{Field, Format, Record, RecordKind, Subfield, Tag};
use std::collections::HashSet;
use std::sync::LazyLock;

/// Prefixes under which ISILs are given out: how an ISIL in 003 is told from a code of another list.
static ISIL_PREFIXES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| super::brief::lines(include_str!("data/isil_prefixes.txt")).collect());

impl Record {
    /// The control number: 001, or 001 *a in danMARC2, without the blanks around it. The first 001 that says anything
    /// wins.
    pub fn control_number(&self) -> Option<&str> {
        self.fields_with("001")
            .filter_map(|field| match field {
                Field::Control { value, .. } => Some(value.as_str()),
                Field::Data { .. } => field.first('a'),
            })
            .map(str::trim)
            .find(|number| !number.is_empty())
    }

    /// The agency the record names as its own: danMARC2 001 *b, MARC 21 003 where it is an ISIL. As written; UNIMARC
    /// names none.
    pub fn agency(&self) -> Option<&str> {
        match self.format {
            Format::Danmarc2 => self.first("001", 'b').map(str::trim).filter(|b| !b.is_empty()),
            Format::Marc21 => self.control("003").map(str::trim).filter(|code| is_isil(code)),
            Format::Unimarc => None,
        }
    }

    /// When the record was last changed, as written (`yyyymmddhhmmss.f`, or shorter): 005, or danMARC2 001 *c.
    pub fn last_changed(&self) -> Option<&str> {
        match self.format {
            Format::Danmarc2 => self.first("001", 'c'),
            Format::Marc21 | Format::Unimarc => self.control("005"),
        }
    }

    /// Whether the record says of itself that it is deleted: leader/05, and 004 *r in danMARC2. An authority that was
    /// split or replaced is deleted too.
    pub fn is_deleted(&self) -> bool {
        let gone = match self.leader.at(5) {
            'd' => true,
            's' | 'x' => self.kind == RecordKind::Authority,
            _ => false,
        };
        gone || (self.format == Format::Danmarc2 && self.first("004", 'r') == Some("d"))
    }

    /// The number a record without 001 is given: made of its content, so that it is the same at each import.
    pub fn assigned_number(&self) -> String {
        let hash = self.substance_hash().to_string();
        format!("s{}", hash.split_at_checked(16).map_or("", |(front, _)| front))
    }

    /// Gives a record without a control number its assigned one, and says which.
    pub fn ensure_control_number(&mut self) -> Option<String> {
        if self.control_number().is_some() {
            return None;
        }
        let number = self.assigned_number();
        let tag = Tag::new("001")?;
        let first = self.fields.iter_mut().find(|field| field.tag() == tag);
        match (first, self.format) {
            (Some(Field::Control { value, .. }), _) => value.clone_from(&number),
            (Some(Field::Data { subfields, .. }), _) => {
                subfields.retain(|subfield| subfield.code != 'a');
                subfields.insert(
                    0,
                    Subfield {
                        code: 'a',
                        value: number.clone(),
                    },
                );
            }
            (None, Format::Marc21 | Format::Unimarc) => {
                self.fields.insert(
                    0,
                    Field::Control {
                        tag,
                        value: number.clone(),
                    },
                );
            }
            (None, Format::Danmarc2) => {
                let subfields = vec![Subfield {
                    code: 'a',
                    value: number.clone(),
                }];
                self.fields.insert(
                    0,
                    Field::Data {
                        tag,
                        indicators: ['0', '0'],
                        subfields,
                    },
                );
            }
        }
        Some(number)
    }
}

/// Whether a code has the shape of an ISIL (ISO 15511) under a prefix that is given out; `DLC` and `OCoLC` do not.
fn is_isil(code: &str) -> bool {
    let Some((prefix, unit)) = code.split_once('-') else {
        return false;
    };
    let known = ISIL_PREFIXES.contains(prefix)
        || (prefix.bytes().all(|byte| byte.is_ascii_lowercase()) && ISIL_PREFIXES.contains(prefix.to_ascii_uppercase().as_str()));
    known && (1..=11).contains(&unit.len()) && unit.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::super::Leader;
    use super::*;

    fn record(format: Format, fields: Vec<Field>) -> Record {
        let leader = Leader::default();
        Record {
            format,
            kind: RecordKind::Bib,
            leader,
            fields,
        }
    }

    fn control(tag: &str, value: &str) -> Field {
        Field::Control {
            tag: Tag::new(tag).unwrap(),
            value: value.into(),
        }
    }

    fn data(tag: &str, subfields: &[(char, &str)]) -> Field {
        let tag = Tag::new(tag).unwrap();
        let subfields = subfields
            .iter()
            .map(|&(code, value)| Subfield { code, value: value.into() })
            .collect();
        Field::Data {
            tag,
            indicators: ['0', '0'],
            subfields,
        }
    }

    #[test]
    fn danmarc2_names_number_and_agency_in_001() {
        let record = record(
            Format::Danmarc2,
            vec![data("001", &[('a', "53930557"), ('b', "870970")]), data("004", &[('r', "d")])],
        );
        assert_eq!(record.control_number(), Some("53930557"));
        assert_eq!(record.agency(), Some("870970"));
        assert!(record.is_deleted());
    }

    #[test]
    fn marc21_names_an_agency_only_by_isil() {
        for (code, agency) in [
            ("DK-761500", Some("DK-761500")),
            ("dk-775101", Some("dk-775101")),
            ("OCoLC", None),
            ("MH-H", None),
            ("DLC", None),
            ("DK-", None),
        ] {
            let record = record(Format::Marc21, vec![control("001", " 12 "), control("003", code)]);
            assert_eq!(record.control_number(), Some("12"));
            assert_eq!(record.agency(), agency, "{code}");
        }
    }

    #[test]
    fn an_assigned_number_does_not_depend_on_dates_or_length() {
        let title = data("245", &[('a', "Digte")]);
        let mut one = record(Format::Marc21, vec![control("005", "20200101"), title.clone()]);
        let mut two = record(Format::Marc21, vec![control("001", "  "), title.clone()]);
        two.leader.set(0, "00123");
        let number = one.ensure_control_number().unwrap();
        assert_eq!(two.ensure_control_number().as_ref(), Some(&number));
        assert_eq!(two.control_number(), Some(number.as_str()));
        assert_eq!(one.ensure_control_number(), None);
        let mut danish = record(Format::Danmarc2, vec![title]);
        assert_ne!(danish.ensure_control_number(), Some(number));
    }
}
