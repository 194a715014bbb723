//! One record of an answer, in the schema asked for, or the diagnostic that stands in its place.

use super::frame::diagnostic;
use super::{isohold, opac};
use crate::codec::xml;
use crate::message::{Diagnostic, Escaping, Schema, Version, number};
use skranke_core::agency::AgencyId;
use skranke_core::bib::{Format, Record};
use skranke_core::desk::catalogue::{EVERYTHING, Holding, Holdings, Title};
use skranke_core::library::Library;
use skranke_marc::crosswalk::{self, DcRoot};
use skranke_marc::xml::{Namespace, write_marcxchange, write_marcxml};

/// A hit and how it is wanted.
pub(super) struct One<'a> {
    /// `None` where the record went since it was found.
    pub(super) title: Option<&'a Title>,
    /// Its copies, where the schema wants them.
    pub(super) holdings: Option<&'a Holdings>,
    /// From 1.
    pub(super) position: u64,
    /// MARCXML where nothing was said.
    pub(super) schema: Option<Schema>,
    pub(super) escaping: Escaping,
    /// The database asked: an agency's shows its own copies only.
    pub(super) database: &'a str,
    pub(super) library: &'a Library,
}

/// Whether a schema tells of copies.
pub(super) fn wants_holdings(schema: Schema) -> bool {
    matches!(schema, Schema::Opac | Schema::IsoHold)
}

/// Appends the record. It keeps its place even where it cannot be had.
pub(super) fn write(one: &One<'_>, version: Version, out: &mut Vec<u8>) {
    let begin = out.len();
    if let Err(why) = write_or_say(one, version, out) {
        out.truncate(begin);
        open("info:srw/schema/1/diagnostics-v1.1", one.escaping, version, out);
        let data = out.len();
        diagnostic(&why, version, out);
        close(one, data, None, version, out);
    }
}

fn write_or_say(one: &One<'_>, version: Version, out: &mut Vec<u8>) -> Result<(), Diagnostic> {
    let gone = || Diagnostic::new(number::RECORD_DOES_NOT_EXIST, "");
    let title = one.title.filter(|title| !title.is_deleted()).ok_or_else(gone)?;
    let unreadable = |error| {
        tracing::error!(bib = title.id.0, %error, "a stored record cannot be read");
        Diagnostic::new(number::RECORDS_SYSTEM_ERROR, "")
    };
    let hierarchy = title.hierarchy().map_err(unreadable)?;
    let record = hierarchy.last().ok_or_else(gone)?;
    let schema = one.schema.unwrap_or_else(|| usual_schema(record));
    open(schema.uri(), one.escaping, version, out);
    let data = out.len();
    match schema {
        Schema::MarcXml | Schema::MarcXchange => marc(&hierarchy, schema, out)?,
        Schema::DublinCore => crosswalk::write_dc(&hierarchy, DcRoot::Srw, out),
        Schema::OaiDc => crosswalk::write_dc(&hierarchy, DcRoot::Oai, out),
        Schema::Mods => crosswalk::write_mods(&hierarchy, out),
        Schema::Opac => opac::write(one, &copies(one), |out| marc(&hierarchy, usual_schema(record), out), out)?,
        Schema::IsoHold => isohold::write(one, title, &copies(one), out),
    }
    while out.last() == Some(&b'\n') {
        out.pop();
    }
    close(one, data, Some(title), version, out);
    Ok(())
}

/// The schema where nothing was said: MARC 21, unless a record is none and cannot become one.
fn usual_schema(record: &Record) -> Schema {
    match record.format {
        Format::Marc21 | Format::Danmarc2 => Schema::MarcXml,
        Format::Unimarc => Schema::MarcXchange,
    }
}

/// Appends a record with those above it: the head first, itself last.
fn marc(hierarchy: &[Record], schema: Schema, out: &mut Vec<u8>) -> Result<(), Diagnostic> {
    let unavailable = || Diagnostic::new(number::NOT_IN_THIS_SCHEMA, schema.name());
    let written = match (schema, hierarchy) {
        (Schema::MarcXml, _) => {
            let record = crosswalk::to_marc21(hierarchy).ok_or_else(unavailable)?;
            write_marcxml(&record, Namespace::Declared, out)
        }
        (_, [record]) => write_marcxchange(record, Namespace::Declared, out),
        // A work in several volumes is one collection, from the head down.
        _ => {
            out.extend(b"<collection xmlns=\"info:lc/xmlns/marcxchange-v1\">");
            let written = hierarchy
                .iter()
                .try_for_each(|record| write_marcxchange(record, Namespace::Inherited, out));
            out.extend(b"</collection>");
            written
        }
    };
    written.map_err(|_| unavailable())
}

/// The copies to be shown: an agency's database shows that agency's.
fn copies<'a>(one: &One<'a>) -> Vec<&'a Holding> {
    let all = one.holdings.map_or(&[][..], |holdings| &holdings.copies);
    let agency = AgencyId::parse(one.database.trim_matches('/'));
    let everything = one.database.trim_matches('/').eq_ignore_ascii_case(EVERYTHING);
    all.iter().filter(|copy| everything || copy.item.agency == agency).collect()
}

fn open(schema: &str, escaping: Escaping, version: Version, out: &mut Vec<u8>) {
    out.extend(b"<zs:record>");
    xml::element("zs:recordSchema", schema, out);
    let name = if version.is_1() {
        "zs:recordPacking"
    } else {
        "zs:recordXMLEscaping"
    };
    xml::element(name, escaping.as_str(), out);
    out.extend(b"<zs:recordData>");
}

fn close(one: &One<'_>, data: usize, title: Option<&Title>, version: Version, out: &mut Vec<u8>) {
    if one.escaping == Escaping::String {
        xml::escape_from(data, out);
    }
    out.extend(b"</zs:recordData>");
    if let Some(title) = title.filter(|_| version == Version::V1_2) {
        let identifier = format!("{}/{}", title.agency(), title.control_number());
        xml::element("zs:recordIdentifier", &identifier, out);
    }
    xml::number("zs:recordPosition", one.position, out);
    out.extend(b"</zs:record>");
}
