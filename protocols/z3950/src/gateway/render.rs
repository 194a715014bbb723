//! A title in the form that was asked for (digest 7).

use super::composition::{Content, Kind, Wanted};
use super::holdings::Copies;
use super::{grs1, sutrs, xml};
use crate::codec::{Charset, InternationalString};
use crate::message::opac::OpacRecord;
use crate::message::{Diagnostic, External, oid};
use skranke_core::bib::{Format, Parts, Record};
use skranke_core::desk::catalogue::Title;
use skranke_marc::WriteError;
use skranke_marc::crosswalk::{DcRoot, to_marc21, write_dc, write_mods};
use skranke_marc::iso2709::{self, Coding, Overlong};
use skranke_marc::xml::{Namespace, write_marcxchange, write_marcxml};

/// What else decides how a record looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// MARC 21 in MARC-8, for clients that read nothing else.
    pub marc_8: bool,
    /// The character set agreed on, where records are to be in it too.
    pub records_in: Option<Charset>,
}

/// The record, or the surrogate diagnostic that stands in its place: one bad record never spoils the others.
pub fn render(title: &Title, copies: &Copies, wanted: &Wanted, style: Style) -> Result<External, Diagnostic> {
    if title.is_deleted() {
        return Err(Diagnostic::plain(1028));
    }
    if wanted.kind == Kind::Marc21
        && let Some(bytes) = as_stored(title, style)
    {
        return Ok(External::octets(wanted.syntax.clone(), bytes?));
    }
    let hierarchy = title.hierarchy().map_err(|_| Diagnostic::plain(14))?;
    let hierarchy = match wanted.content {
        Content::Head => hierarchy.get(..1).unwrap_or_default(),
        Content::Section => hierarchy.get(..hierarchy.len().saturating_sub(1).max(1)).unwrap_or_default(),
        _ => hierarchy.as_slice(),
    };
    let record = hierarchy.last().ok_or_else(|| Diagnostic::plain(14))?;
    let bytes = |bytes: Vec<u8>| External::octets(wanted.syntax.clone(), bytes);
    match wanted.kind {
        Kind::Marc21 => marc21(hierarchy, style).map(bytes),
        Kind::Danmarc => match record.format {
            Format::Danmarc2 => iso_2709(record, danish(style)).map(bytes),
            other => Err(elsewhere(other)),
        },
        Kind::Unimarc => match record.format {
            Format::Unimarc => iso_2709(record, Coding::Utf8).map(bytes),
            other => Err(elsewhere(other)),
        },
        Kind::Sutrs => {
            let brief = title.brief().map_err(|_| Diagnostic::plain(14))?;
            let number = format!("{} {}", title.agency(), title.control_number());
            let text = sutrs::text(&brief, &number, wanted.content != Content::Brief);
            let charset = style.records_in.unwrap_or_default();
            let text = InternationalString::of(&text, charset);
            Ok(External::single(wanted.syntax.clone(), &text))
        }
        Kind::Grs1 => Ok(External::single(wanted.syntax.clone(), &grs1::record(record))),
        Kind::Opac => {
            let (syntax, record_bytes) = match record.format {
                Format::Unimarc => (oid::UNIMARC, iso_2709(record, Coding::Utf8)?),
                Format::Marc21 | Format::Danmarc2 => (oid::MARC21, marc21(hierarchy, style)?),
            };
            let opac = OpacRecord {
                bibliographic_record: Some(External::octets(syntax, record_bytes)),
                holdings_data: Some(copies.opac(record)),
            };
            Ok(External::single(wanted.syntax.clone(), &opac))
        }
        Kind::Xml => {
            let mut out = Vec::with_capacity(2048);
            xml_record(hierarchy, copies, wanted.content, &mut out)?;
            Ok(bytes(out))
        }
    }
}

/// What is stored in MARC 21 and stands alone goes out as it is, if it may be in UTF-8; `None` for all others.
fn as_stored(title: &Title, style: Style) -> Option<Result<Vec<u8>, Diagnostic>> {
    if !title.above.is_empty() || title.stored.row.format != Format::Marc21 || style.marc_8 {
        return None;
    }
    let parts = Parts::of(&title.stored.row.content).ok()?;
    let mut out = Vec::with_capacity(2 * title.stored.row.content.len());
    Some(match iso2709::write_stored(parts, Overlong::Refuse, &mut out) {
        Ok(()) => Ok(out),
        Err(WriteError::Unreadable(_)) => Err(Diagnostic::plain(14)),
        Err(_) => Err(too_long()),
    })
}

fn xml_record(hierarchy: &[Record], copies: &Copies, content: Content, out: &mut Vec<u8>) -> Result<(), Diagnostic> {
    let record = hierarchy.last().ok_or_else(|| Diagnostic::plain(14))?;
    match content {
        Content::Native => {
            if record.format == Format::Danmarc2 || write_marcxml(record, Namespace::Declared, out).is_err() {
                write_marcxchange(record, Namespace::Declared, out).map_err(|_| Diagnostic::plain(14))?;
            }
            Ok(())
        }
        Content::MarcXchange => write_marcxchange(record, Namespace::Declared, out).map_err(|_| Diagnostic::plain(14)),
        Content::Dc => {
            write_dc(hierarchy, DcRoot::Srw, out);
            Ok(())
        }
        Content::OaiDc => {
            write_dc(hierarchy, DcRoot::Oai, out);
            Ok(())
        }
        Content::Mods => {
            write_mods(hierarchy, out);
            Ok(())
        }
        Content::Opac => {
            let mut bibliographic = Vec::with_capacity(2048);
            marcxml(hierarchy, &mut bibliographic)?;
            xml::opac(&bibliographic, copies, record, out);
            Ok(())
        }
        Content::HoldingsLocations | Content::HoldingsSummary | Content::Holdings => {
            xml::holdings(content, record, copies, out);
            Ok(())
        }
        Content::MarcXml | Content::Record | Content::Brief | Content::Head | Content::Section => marcxml(hierarchy, out),
    }
}

fn marcxml(hierarchy: &[Record], out: &mut Vec<u8>) -> Result<(), Diagnostic> {
    let record = to_marc21(hierarchy).ok_or_else(|| elsewhere(Format::Unimarc))?;
    write_marcxml(&record, Namespace::Declared, out).map_err(|_| Diagnostic::plain(14))
}

fn marc21(hierarchy: &[Record], style: Style) -> Result<Vec<u8>, Diagnostic> {
    let record = to_marc21(hierarchy).ok_or_else(|| elsewhere(Format::Unimarc))?;
    iso_2709(&record, if style.marc_8 { Coding::Marc8 } else { Coding::Utf8 })
}

fn danish(style: Style) -> Coding {
    match style.records_in {
        Some(Charset::Utf8) => Coding::Utf8,
        _ => Coding::Danmarc2,
    }
}

fn iso_2709(record: &Record, coding: Coding) -> Result<Vec<u8>, Diagnostic> {
    let mut out = Vec::with_capacity(2048);
    // What five digits cannot count is never sent with a wrong count: XML has no such bound.
    iso2709::write(record, coding, Overlong::Refuse, &mut out).map_err(|_| too_long())?;
    Ok(out)
}

fn too_long() -> Diagnostic {
    Diagnostic::new(238, oid::XML.to_string())
}

/// The record is not to be had in the syntax asked for, but in these.
fn elsewhere(format: Format) -> Diagnostic {
    let own = match format {
        Format::Marc21 => oid::MARC21,
        Format::Danmarc2 => oid::DANMARC,
        Format::Unimarc => oid::UNIMARC,
    };
    Diagnostic::new(238, format!("{own},{}", oid::XML))
}
