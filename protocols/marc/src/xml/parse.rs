//! One record element as a record.

use super::split::Document;
use crate::national::{Glance, format_of};
use crate::report::{Reason, Repair, Warnings, without_controls};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Subfield, Tag};
use std::borrow::Cow;

/// Elements of other vocabularies inside a record are followed no deeper.
const DEPTH: usize = 64;

impl Document {
    pub(crate) fn parse(&self, bytes: &[u8], format: Option<Format>, warnings: &mut Warnings) -> Result<Record, Reason> {
        let text = self.decode(bytes, warnings);
        let mut reader = quick_xml::Reader::from_str(&text);
        let mut builder = Builder::default();
        loop {
            builder.at = usize::try_from(reader.buffer_position()).unwrap_or(0);
            match reader.read_event().map_err(|error| Reason::Xml(error.to_string()))? {
                Event::Start(tag) => builder.start(&tag, warnings)?,
                Event::Empty(tag) => {
                    builder.start(&tag, warnings)?;
                    builder.end(warnings);
                }
                Event::End(_) => builder.end(warnings),
                Event::Text(text) => builder.text.push_str(&text.xml10_content()),
                Event::CData(text) => builder.text.push_str(&text.xml10_content()),
                Event::GeneralRef(reference) => builder.text.push(resolve(&reference)?),
                Event::DocType(_) => return Err(Reason::Doctype),
                Event::Eof => break,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            }
        }
        builder.finish(format, !self.slim, warnings)
    }

    fn decode<'a>(&self, bytes: &'a [u8], warnings: &mut Warnings) -> Cow<'a, str> {
        let encoding = self.encoding.unwrap_or(encoding_rs::UTF_8);
        let (text, malformed) = encoding.decode_without_bom_handling(bytes);
        if malformed {
            let count = text.chars().filter(|&c| c == '\u{FFFD}').count();
            warnings.add(Repair::Unreadable(count), None, 0);
        }
        text
    }
}

/// A character reference, or one of the five entities that need no declaration.
fn resolve(reference: &BytesRef<'_>) -> Result<char, Reason> {
    let character = reference.resolve_char_ref().map_err(|error| Reason::Xml(error.to_string()))?;
    if let Some(character) = character {
        return Ok(character);
    }
    match reference.xml10_content().as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        other => Err(Reason::Xml(format!("the entity {other:?} is not declared"))),
    }
}

/// The element whose end is awaited.
enum Open {
    Record,
    Leader,
    Control(Tag),
    Data,
    Subfield(Option<char>),
    Foreign,
}

/// Puts a record together, event by event.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    /// Character data of the innermost element.
    text: String,
    leader: Option<Leader>,
    fields: Vec<Field>,
    data: Option<(Tag, [char; 2], Vec<Subfield>)>,
    format: Option<Format>,
    kind: Option<RecordKind>,
    at: usize,
}

impl Builder {
    fn start(&mut self, element: &BytesStart<'_>, warnings: &mut Warnings) -> Result<(), Reason> {
        if self.open.len() >= DEPTH {
            return Err(Reason::TooDeep { limit: DEPTH });
        }
        self.stray_text(warnings);
        let name = element.local_name();
        let open = match (name.as_ref(), self.open.last()) {
            ("record", None) => {
                self.record_attributes(element)?;
                Open::Record
            }
            ("leader", Some(Open::Record)) => Open::Leader,
            ("controlfield", Some(Open::Record)) => {
                let attributes = Attributes::of(element)?;
                Open::Control(self.tag(&attributes, warnings))
            }
            ("datafield", Some(Open::Record)) => {
                let attributes = Attributes::of(element)?;
                let tag = self.tag(&attributes, warnings);
                self.data = Some((tag, self.indicators(&attributes, tag, warnings), Vec::new()));
                Open::Data
            }
            ("subfield", Some(Open::Data)) => {
                let attributes = Attributes::of(element)?;
                let mut code = attributes.code.chars();
                let first = code.next();
                // The schema of marcXchange allows codes of several characters; records do not have them.
                if first.is_none() || code.next().is_some() {
                    warnings.add(Repair::NoSubfieldCode, self.data.as_ref().map(|data| data.0), self.at);
                }
                Open::Subfield(first)
            }
            _ => {
                warnings.add(Repair::Foreign, None, self.at);
                Open::Foreign
            }
        };
        self.open.push(open);
        Ok(())
    }

    fn end(&mut self, warnings: &mut Warnings) {
        match self.open.pop() {
            Some(Open::Leader) => {
                let (leader, changed) = Leader::repaired(self.text.as_bytes());
                if changed {
                    warnings.add(Repair::Leader, None, self.at);
                }
                self.leader.get_or_insert(leader);
                self.text.clear();
            }
            Some(Open::Control(tag)) => {
                let value = without_controls(std::mem::take(&mut self.text), tag, self.at, warnings);
                if value.is_empty() {
                    warnings.add(Repair::EmptyField, Some(tag), self.at);
                } else {
                    self.fields.push(Field::Control { tag, value });
                }
            }
            Some(Open::Subfield(code)) => {
                let text = std::mem::take(&mut self.text);
                if let (Some(code), Some((tag, _, subfields))) = (code, self.data.as_mut()) {
                    let value = without_controls(text, *tag, self.at, warnings);
                    subfields.push(Subfield { code, value });
                }
            }
            Some(Open::Data) => {
                self.stray_text(warnings);
                let Some((tag, indicators, subfields)) = self.data.take() else {
                    return;
                };
                if subfields.is_empty() {
                    warnings.add(Repair::EmptyField, Some(tag), self.at);
                } else {
                    self.fields.push(Field::Data {
                        tag,
                        indicators,
                        subfields,
                    });
                }
            }
            Some(Open::Record | Open::Foreign) | None => self.text.clear(),
        }
    }

    /// Text between elements: blanks are layout; anything else in a data field is taken as $a.
    fn stray_text(&mut self, warnings: &mut Warnings) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        match (self.open.last(), self.data.as_mut()) {
            (Some(Open::Data), Some((tag, _, subfields))) => {
                warnings.add(Repair::StrayText, Some(*tag), self.at);
                let value = without_controls(text.trim().to_owned(), *tag, self.at, warnings);
                subfields.push(Subfield { code: 'a', value });
            }
            // An element inside a leader, a control field or a subfield: its own text is foreign, this is not.
            (Some(Open::Leader | Open::Control(_) | Open::Subfield(_)), _) => self.text = text,
            _ => warnings.add(Repair::Foreign, None, self.at),
        }
    }

    fn tag(&self, attributes: &Attributes<'_>, warnings: &mut Warnings) -> Tag {
        let (tag, changed) = Tag::repaired(attributes.tag.as_bytes());
        if changed {
            warnings.add(Repair::Tag, Some(tag), self.at);
        }
        tag
    }

    fn indicators(&self, attributes: &Attributes<'_>, tag: Tag, warnings: &mut Warnings) -> [char; 2] {
        let mut damaged = attributes.more_indicators;
        let indicators = [&attributes.ind1, &attributes.ind2].map(|text| match text.as_bytes() {
            [byte @ b' '..=b'~'] => char::from(*byte),
            [] => ' ',
            _ => {
                damaged = true;
                ' '
            }
        });
        if damaged {
            warnings.add(Repair::Indicators, Some(tag), self.at);
        }
        indicators
    }

    fn record_attributes(&mut self, element: &BytesStart<'_>) -> Result<(), Reason> {
        let attributes = Attributes::of(element)?;
        let is = |name: &str| attributes.format.eq_ignore_ascii_case(name);
        self.format = if is("danMARC2") || is("danMARC3") || is("danMARC") {
            Some(Format::Danmarc2)
        } else if is("UNIMARC") {
            Some(Format::Unimarc)
        } else if is("MARC21") || is("MARC 21") || is("USMARC") || is("NORMARC") {
            Some(Format::Marc21)
        } else {
            None
        };
        self.kind = match attributes.kind.as_ref() {
            "Authority" => Some(RecordKind::Authority),
            "Holdings" => Some(RecordKind::Holdings),
            "Classification" => Some(RecordKind::Classification),
            "Community" => Some(RecordKind::Community),
            _ => None,
        };
        Ok(())
    }

    fn finish(self, format: Option<Format>, danish: bool, warnings: &mut Warnings) -> Result<Record, Reason> {
        if self.fields.is_empty() && self.leader.is_none() {
            return Err(Reason::NotMarc("it has neither leader nor fields"));
        }
        if self.leader.is_none() {
            warnings.add(Repair::Leader, None, 0);
        }
        if self.fields.iter().filter(|field| field.tag() == "001").count() > 1 {
            warnings.add(Repair::RepeatedControlNumber, Tag::new("001"), 0);
        }
        let (leader, fields) = (self.leader.unwrap_or_default(), self.fields);
        let format = format.or(self.format);
        let format = format.unwrap_or_else(|| format_of(&leader, fields.iter().map(Glance::from), danish));
        let kind = self.kind.unwrap_or_else(|| Record::kind_of(format, &leader, &fields));
        Ok(Record {
            format,
            kind,
            leader,
            fields,
        })
    }
}

/// The attributes any of the elements may have. Namespaces and their declarations are of no interest.
#[derive(Default)]
struct Attributes<'a> {
    tag: Cow<'a, str>,
    code: Cow<'a, str>,
    ind1: Cow<'a, str>,
    ind2: Cow<'a, str>,
    /// Whether ind3 … ind9 say anything.
    more_indicators: bool,
    format: Cow<'a, str>,
    kind: Cow<'a, str>,
}

impl<'a> Attributes<'a> {
    fn of(element: &'a BytesStart<'_>) -> Result<Self, Reason> {
        let mut found = Self::default();
        for attribute in element.attributes() {
            let attribute = attribute.map_err(|error| Reason::Xml(error.to_string()))?;
            let name = attribute.key.local_name();
            let place = match name.as_ref() {
                "tag" => &mut found.tag,
                "code" => &mut found.code,
                "ind1" => &mut found.ind1,
                "ind2" => &mut found.ind2,
                "format" => &mut found.format,
                "type" => &mut found.kind,
                name if name.len() == 4 && name.starts_with("ind") => {
                    found.more_indicators |= !attribute.value.trim().is_empty();
                    continue;
                }
                _ => continue,
            };
            *place = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| Reason::Xml(error.to_string()))?;
        }
        Ok(found)
    }
}

/// The control number in a record element that is not well-formed: what follows `tag="001">`, to the next markup.
pub(crate) fn control_number_in(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let (_, after) = text.split_once("\"001\"").or_else(|| text.split_once("'001'"))?;
    let (_, mut after) = after.split_once('>')?;
    if after.trim_start().starts_with('<') {
        (_, after) = after.split_once('>')?;
    }
    let number = after.split('<').next()?.trim();
    (!number.is_empty() && number.len() <= 64).then(|| number.to_owned())
}
