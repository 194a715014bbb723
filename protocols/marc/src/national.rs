//! Which national format a record is in, where nobody says.

use skranke_core::bib::{Field, Format, Leader, Tag};

/// The little of a field that tells the format.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glance<'a> {
    pub(crate) tag: Tag,
    /// Whether it has subfields; asked of 00X only.
    pub(crate) coded: bool,
    /// Whether both indicators are `0`.
    pub(crate) zeros: bool,
    /// First $a; asked of 100 only.
    pub(crate) a: &'a str,
}

impl<'a> From<&'a Field> for Glance<'a> {
    fn from(field: &'a Field) -> Self {
        Self {
            tag: field.tag(),
            coded: matches!(field, Field::Data { .. }),
            zeros: field.indicator(1) == '0' && field.indicator(2) == '0',
            a: field.first('a').unwrap_or_default(),
        }
    }
}

/// Tells the format by what only one of them has. `danish` is false where the carrier is not made for
/// danMARC2, so that a missing type in the leader says nothing.
pub(crate) fn format_of<'a>(leader: &Leader, fields: impl Iterator<Item = Glance<'a>>, danish: bool) -> Format {
    let (mut title_245, mut title_200, mut source, mut control_008) = (false, false, false, false);
    let (mut coded_general, mut danish_fields, mut zeros_245) = (false, false, false);
    for field in fields {
        match field.tag.as_bytes() {
            // danMARC2's own 001, 004, 008 have subfields; the others' have none.
            [b'0', b'0', _] if field.coded => return Format::Danmarc2,
            b"008" => control_008 = true,
            b"096" | b"652" | b"996" => danish_fields |= field.zeros,
            b"100" => coded_general |= starts_with_date(field.a) && field.a.len() >= 22,
            b"200" => title_200 = true,
            b"245" => {
                title_245 = true;
                zeros_245 |= field.zeros;
            }
            b"801" => source = true,
            _ => {}
        }
    }
    // A danMARC2 leader tells neither type nor level; 004 and 008 do. Some systems fill them in all the same.
    let untyped = leader.at(6) == ' ' && leader.at(7) == ' ';
    if danish && !control_008 && (untyped || (zeros_245 && danish_fields)) {
        Format::Danmarc2
    } else if title_200 && !title_245 && (coded_general || source) {
        Format::Unimarc
    } else {
        Format::Marc21
    }
}

fn starts_with_date(text: &str) -> bool {
    text.bytes().take(8).filter(u8::is_ascii_digit).count() == 8
}
