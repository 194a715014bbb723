//! One door to the readers: a stream in, records and rejections out.

use crate::feed::{Feed, Found};
use crate::form::{Carrier, Form, PREFIX, carrier_of};
use crate::report::{Position, Reason, Rejected, Repair, Warning, Warnings};
use crate::{iso2709, json, line, xml};
use skranke_core::bib::Record;
use std::io::BufRead;

/// Longest record in bytes; a longer one is rejected and passed over.
pub const MAX_RECORD: usize = 16 * 1024 * 1024;

/// A record that was read.
#[derive(Debug, Clone)]
pub struct Read {
    /// The record.
    pub record: Record,
    /// What had to be repaired for it.
    pub warnings: Vec<Warning>,
    /// Where it stood.
    pub position: Position,
}

/// Reads the records of a stream in a known or unknown form. A bad record never ends it; memory is bounded by the
/// longest record.
pub fn read<R: BufRead>(reader: R, form: Form) -> Reader<R> {
    Reader {
        feed: Feed::new(reader),
        form,
        carrier: form.carrier,
        record: 0,
        xml: xml::Document::default(),
        done: false,
    }
}

/// The records of a stream, see [`read`].
#[derive(Debug)]
pub struct Reader<R> {
    feed: Feed<R>,
    form: Form,
    /// Known from the form, or found out at the first record.
    carrier: Option<Carrier>,
    /// How many records were met.
    record: u64,
    xml: xml::Document,
    done: bool,
}

/// A record cut off the stream.
pub(crate) struct Cut {
    /// Its length in bytes at the front of the feed.
    pub(crate) length: usize,
    /// What was wrong with its ends.
    pub(crate) repair: Option<Repair>,
}

impl<R: BufRead> Reader<R> {
    /// Bytes of the stream that were passed: for progress.
    pub fn offset(&self) -> u64 {
        self.feed.offset()
    }

    /// The carrier, once it is known.
    pub fn carrier(&self) -> Option<Carrier> {
        self.carrier
    }

    fn cut(&mut self) -> Option<Result<Cut, Reason>> {
        let feed = &mut self.feed;
        if self.carrier.is_none() {
            feed.hold(PREFIX);
            self.carrier = carrier_of(feed.bytes());
        }
        match self.carrier {
            Some(Carrier::Iso2709) => {
                let found = iso2709::next(feed)?;
                Some(found.map(|span| Cut {
                    length: span.length,
                    repair: span.repair,
                }))
            }
            Some(Carrier::Xml) => self.xml.next(feed),
            Some(Carrier::Json) => json::next(feed),
            Some(Carrier::Line) => line::danish::next(feed),
            Some(Carrier::Mrk) => line::mrk::next(feed),
            Some(Carrier::PlainLine) => line::plain::next(feed),
            None if self.feed.find(0, PREFIX, |byte| !byte.is_ascii_whitespace()) == Found::End => None,
            None => Some(Err(Reason::UnknownForm)),
        }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Read, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let before = self.feed.offset();
        let cut = self.cut();
        if let Some(error) = self.feed.take_error() {
            self.done = true;
            let position = Position {
                record: self.record + 1,
                offset: self.feed.offset(),
            };
            return Some(Err(Rejected {
                position,
                control_number: None,
                reason: Reason::Io(error),
            }));
        }
        let Some(cut) = cut else {
            self.done = true;
            return None;
        };
        self.record += 1;
        // After an error the feed stands behind what was passed over.
        let offset = if cut.is_ok() { self.feed.offset() } else { before };
        let position = Position {
            record: self.record,
            offset,
        };
        let cut = match cut {
            Ok(cut) => cut,
            Err(reason) => {
                self.done = matches!(reason, Reason::UnknownForm | Reason::Doctype | Reason::Charset(_));
                return Some(Err(Rejected {
                    position,
                    control_number: None,
                    reason,
                }));
            }
        };
        let mut warnings = Warnings::at(position.offset);
        if let Some(repair) = cut.repair {
            warnings.add(repair, None, 0);
        }
        let bytes = self.feed.bytes().get(..cut.length).unwrap_or_default();
        let format = self.form.format;
        let parsed = match self.carrier {
            Some(Carrier::Xml) => self.xml.parse(bytes, format, &mut warnings),
            Some(Carrier::Json) => json::parse(bytes, format, &mut warnings),
            Some(Carrier::Line) => line::danish::parse(bytes, format, &mut warnings),
            Some(Carrier::Mrk) => line::mrk::parse(bytes, format, &mut warnings),
            Some(Carrier::PlainLine) => line::plain::parse(bytes, format, &mut warnings),
            Some(Carrier::Iso2709) | None => iso2709::parse_slice(bytes, format, &mut warnings),
        };
        let read = match parsed {
            Ok(record) => Ok(Read {
                record,
                warnings: warnings.into_list(),
                position,
            }),
            Err(reason) => Err(Rejected {
                position,
                control_number: number_in(self.carrier, bytes),
                reason,
            }),
        };
        self.feed.consume(cut.length);
        Some(read)
    }
}

/// The control number of a record that could not be read whole, where a look for it is likely to be right.
fn number_in(carrier: Option<Carrier>, bytes: &[u8]) -> Option<String> {
    match carrier {
        Some(Carrier::Xml) => xml::control_number_in(bytes),
        _ => None,
    }
}
