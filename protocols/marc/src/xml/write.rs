//! Records as XML, valid against the schemas, written straight into a byte buffer.
//!
//! The schemas want control fields before data fields and forbid empty data fields; that is the only order this writer
//! changes and the only thing it leaves out. What they forbid otherwise is an error, not a silent loss.

use crate::write::WriteError;
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Tag};

/// Opens a MARCXML file.
pub const MARCXML_OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<collection xmlns=\"http://www.loc.gov/MARC21/slim\">\n";
/// Opens a marcXchange file.
pub const MARCXCHANGE_OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<collection xmlns=\"info:lc/xmlns/marcxchange-v1\">\n";
/// Closes either.
pub const COLLECTION_CLOSE: &str = "</collection>\n";

/// Whether a record element says its namespace itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Namespace {
    /// It stands in a collection that does.
    Inherited,
    /// It stands alone, or in an answer of another namespace.
    Declared,
}

/// What one of the two schemas allows.
struct Dialect {
    tag: fn(Tag) -> bool,
    code: fn(char) -> bool,
    indicator: fn(char) -> bool,
    leader: fn(Leader) -> Leader,
}

const MARCXML: Dialect = Dialect {
    tag: |tag| {
        let [a, b, c] = *tag.as_bytes();
        let capital = [a, b, c].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
        let small = [a, b, c].iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
        (capital || small) && (a != b'0' || b != b'0')
    },
    code: |code| code.is_ascii_alphanumeric() || "!\"#$%&'()*+,-./:;<=>?{}_^`~[]\\".contains(code),
    indicator: |indicator| indicator == ' ' || indicator.is_ascii_digit() || indicator.is_ascii_lowercase(),
    leader: marcxml_leader,
};

const MARCXCHANGE: Dialect = Dialect {
    tag: |tag| tag.as_bytes().iter().all(u8::is_ascii_alphanumeric) && tag != "000",
    code: |code| matches!(code, ' '..='~' | '\u{A0}'..='\u{FF}'),
    indicator: |indicator| matches!(indicator, ' '..='~'),
    leader: marcxchange_leader,
};

/// Appends a record as MARCXML.
pub fn write_marcxml(record: &Record, namespace: Namespace, out: &mut Vec<u8>) -> Result<(), WriteError> {
    let begin = out.len();
    out.extend(b"<record");
    if namespace == Namespace::Declared {
        out.extend(b" xmlns=\"http://www.loc.gov/MARC21/slim\"");
    }
    let kind = match record.kind {
        RecordKind::Bib => "Bibliographic",
        RecordKind::Authority => "Authority",
        RecordKind::Holdings => "Holdings",
        RecordKind::Community => "Community",
        RecordKind::Classification => "Classification",
    };
    out.extend(b" type=\"");
    out.extend(kind.as_bytes());
    out.extend(b"\">");
    body(record, &MARCXML, out).inspect_err(|_| out.truncate(begin))
}

/// Appends a record as marcXchange. A volume's record is named so, as the Danish practice is.
pub fn write_marcxchange(record: &Record, namespace: Namespace, out: &mut Vec<u8>) -> Result<(), WriteError> {
    use skranke_core::bib::Level;
    let begin = out.len();
    out.extend(b"<record");
    if namespace == Namespace::Declared {
        out.extend(b" xmlns=\"info:lc/xmlns/marcxchange-v1\"");
    }
    let format = match record.format {
        Format::Danmarc2 => "danMARC2",
        Format::Marc21 => "MARC21",
        Format::Unimarc => "UNIMARC",
    };
    let kind = match (record.kind, record.format, record.level()) {
        (RecordKind::Authority, ..) => "Authority",
        (RecordKind::Holdings, ..) => "Holdings",
        (RecordKind::Community, ..) => "Community",
        (RecordKind::Classification, ..) => "Classification",
        (RecordKind::Bib, Format::Danmarc2, Level::Head) => "BibliographicMain",
        (RecordKind::Bib, Format::Danmarc2, Level::Section) => "BibliographicSection",
        (RecordKind::Bib, Format::Danmarc2, Level::Volume) => "BibliographicVolume",
        (RecordKind::Bib, ..) => "Bibliographic",
    };
    out.extend(b" format=\"");
    out.extend(format.as_bytes());
    out.extend(b"\" type=\"");
    out.extend(kind.as_bytes());
    out.extend(b"\">");
    body(record, &MARCXCHANGE, out).inspect_err(|_| out.truncate(begin))
}

fn body(record: &Record, dialect: &Dialect, out: &mut Vec<u8>) -> Result<(), WriteError> {
    out.extend(b"<leader>");
    text((dialect.leader)(record.leader).as_str(), out);
    out.extend(b"</leader>");
    for field in &record.fields {
        if let Field::Control { tag, value } = field {
            let [a, b, c] = *tag.as_bytes();
            if (a, b) != (b'0', b'0') || !c.is_ascii_alphanumeric() || c == b'0' {
                return Err(WriteError::NotExpressible {
                    tag: *tag,
                    why: "such a control field is not allowed",
                });
            }
            out.extend(b"<controlfield tag=\"");
            out.extend(tag.as_bytes());
            out.extend(b"\">");
            text(value, out);
            out.extend(b"</controlfield>");
        }
    }
    for field in &record.fields {
        if let Field::Data {
            tag,
            indicators,
            subfields,
        } = field
        {
            if subfields.is_empty() {
                continue;
            }
            if !(dialect.tag)(*tag) {
                return Err(WriteError::NotExpressible {
                    tag: *tag,
                    why: "such a data field is not allowed",
                });
            }
            out.extend(b"<datafield tag=\"");
            out.extend(tag.as_bytes());
            for (name, &indicator) in [(&b"\" ind1=\""[..], &indicators[0]), (b"\" ind2=\"", &indicators[1])] {
                out.extend(name);
                attribute(if (dialect.indicator)(indicator) { indicator } else { ' ' }, out);
            }
            out.extend(b"\">");
            for subfield in subfields {
                if !(dialect.code)(subfield.code) {
                    return Err(WriteError::NotExpressible {
                        tag: *tag,
                        why: "such a subfield code is not allowed",
                    });
                }
                out.extend(b"<subfield code=\"");
                attribute(subfield.code, out);
                out.extend(b"\">");
                text(&subfield.value, out);
                out.extend(b"</subfield>");
            }
            out.extend(b"</datafield>");
        }
    }
    out.extend(b"</record>\n");
    Ok(())
}

fn attribute(character: char, out: &mut Vec<u8>) {
    match character {
        '&' => out.extend(b"&amp;"),
        '<' => out.extend(b"&lt;"),
        '"' => out.extend(b"&quot;"),
        other => out.extend(other.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Character data. A carriage return would become a line feed in any reader; what XML forbids is dropped.
pub(crate) fn text(text: &str, out: &mut Vec<u8>) {
    let mut rest = text;
    let special = |c: char| matches!(c, '&' | '<' | '>' | '\0'..='\u{8}' | '\u{B}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}');
    while let Some(at) = rest.find(special) {
        let (plain, tail) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.extend(plain.as_bytes());
        let mut characters = tail.chars();
        match characters.next() {
            Some('&') => out.extend(b"&amp;"),
            Some('<') => out.extend(b"&lt;"),
            Some('>') => out.extend(b"&gt;"),
            Some('\r') => out.extend(b"&#xD;"),
            _ => {}
        }
        rest = characters.as_str();
    }
    out.extend(rest.as_bytes());
}

/// A leader as the MARCXML schema's pattern wants it.
fn marcxml_leader(leader: Leader) -> Leader {
    let mut valid = leader;
    for position in 0..24 {
        let c = leader.at(position);
        let good = match position {
            0..=4 | 12..=16 => c == ' ' || c.is_ascii_digit(),
            6 => c.is_ascii_alphanumeric(),
            10 | 11 => c == ' ' || c == '2',
            _ => c == ' ' || c.is_ascii_alphanumeric(),
        };
        if !good {
            valid.set(
                position,
                match position {
                    0..=4 | 12..=16 => "0",
                    6 => "a",
                    10 | 11 => "2",
                    _ => " ",
                },
            );
        }
    }
    // What is written is Unicode.
    valid.set(9, "a");
    valid.set(20, "4500");
    valid
}

/// A leader as the marcXchange schema's pattern wants it.
fn marcxchange_leader(leader: Leader) -> Leader {
    let mut valid = leader;
    for position in (0..5).chain(10..17) {
        if !leader.at(position).is_ascii_digit() {
            valid.set(position, if matches!(position, 10 | 11) { "2" } else { "0" });
        }
    }
    if !(20..23).all(|position| leader.at(position).is_ascii_digit()) {
        valid.set(20, "4500");
    }
    valid
}

#[cfg(test)]
mod tests {
    use super::*;
    use skranke_core::bib::Subfield;

    fn record(format: Format, tag: &str, code: char, value: &str) -> Record {
        let field = Field::Data {
            tag: Tag::new(tag).unwrap(),
            indicators: ['0', '\u{E1}'],
            subfields: vec![Subfield { code, value: value.into() }],
        };
        let leader = Leader::repaired(b"0x   nam").0;
        Record {
            format,
            kind: RecordKind::Bib,
            leader,
            fields: vec![field],
        }
    }

    #[test]
    fn special_characters_are_escaped_and_forbidden_ones_dropped() {
        let mut out = Vec::new();
        write_marcxml(
            &record(Format::Marc21, "245", '<', "a<b>&\u{1}\"c\""),
            Namespace::Declared,
            &mut out,
        )
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "<record xmlns=\"http://www.loc.gov/MARC21/slim\" type=\"Bibliographic\"><leader>00   nam a          4500</leader>\
             <datafield tag=\"245\" ind1=\"0\" ind2=\" \"><subfield code=\"&lt;\">a&lt;b&gt;&amp;\"c\"</subfield></datafield></record>\n"
        );
    }

    #[test]
    fn danish_fields_need_marcxchange() {
        let mut out = b"before".to_vec();
        let danish = record(Format::Danmarc2, "001", 'å', "1");
        let refused = write_marcxml(&danish, Namespace::Inherited, &mut out);
        assert!(matches!(refused, Err(WriteError::NotExpressible { .. })));
        assert_eq!(out, b"before");
        write_marcxchange(&danish, Namespace::Inherited, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(
            text.contains("<record format=\"danMARC2\" type=\"Bibliographic\"><leader>00000nam  2200000   4500</leader>"),
            "{text}"
        );
        assert!(text.contains("<subfield code=\"å\">1</subfield>"), "{text}");
    }
}
