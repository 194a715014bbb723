//! Cuts a stream of XML into its record elements, whatever they are wrapped in, so that a broken one costs only itself.

use crate::feed::{Feed, Found};
use crate::reader::{Cut, MAX_RECORD};
use crate::report::Reason;
use encoding_rs::Encoding;
use std::io::BufRead;

/// What is known of the document the records stand in.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// By the XML declaration; UTF-8 otherwise.
    pub(super) encoding: Option<&'static Encoding>,
    /// Whether the MARCXML namespace was seen.
    pub(super) slim: bool,
    /// Whether any record element was met.
    any: bool,
}

/// Which element a tag belongs to, as far as cutting needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Name {
    Record,
    /// leader, controlfield, datafield.
    Marc,
    Other,
}

/// A piece of markup, with its length.
#[derive(Debug, PartialEq, Eq)]
enum Markup {
    Start(Name, usize),
    Empty(Name, usize),
    End(Name, usize),
    /// `<?xml … ?>`
    Declaration(usize),
    /// Comment, CDATA section, processing instruction.
    Passed(usize),
    Doctype,
    /// Another `<` stands where this one should end.
    Broken(usize),
    /// The stream ends in it, or it is longer than a record may be.
    Unfinished,
}

impl Document {
    /// Finds the next record element and leaves it at the front of the feed.
    pub(crate) fn next<R: BufRead>(&mut self, feed: &mut Feed<R>) -> Option<Result<Cut, Reason>> {
        loop {
            match feed.find(0, MAX_RECORD, |byte| byte == b'<') {
                Found::At(at) => feed.consume(at),
                Found::TooFar => {
                    feed.consume(MAX_RECORD);
                    continue;
                }
                // A whole document without a record is a mistake worth telling, once.
                Found::End if !std::mem::replace(&mut self.any, true) => {
                    let all = feed.bytes().len();
                    feed.consume(all);
                    return Some(Err(Reason::NotMarc("the XML holds no record element")));
                }
                Found::End => return None,
            }
            match markup(feed, 0) {
                Markup::Start(Name::Record, length) => {
                    self.any = true;
                    self.note_namespace(feed, length);
                    match self.record(feed, length) {
                        Some(found) => return Some(found),
                        // Only a wrapper of the same name (SRU, OAI-PMH): the record is inside.
                        None => continue,
                    }
                }
                Markup::Empty(Name::Record, length) => {
                    self.any = true;
                    return Some(Ok(Cut { length, repair: None }));
                }
                Markup::Start(_, length) => {
                    self.note_namespace(feed, length);
                    feed.consume(length);
                }
                Markup::Declaration(length) => {
                    if let Err(reason) = self.declaration(feed, length) {
                        return Some(Err(reason));
                    }
                    feed.consume(length);
                }
                Markup::Empty(_, length) | Markup::End(_, length) | Markup::Passed(length) | Markup::Broken(length) => {
                    feed.consume(length.max(1));
                }
                Markup::Doctype => return Some(Err(Reason::Doctype)),
                Markup::Unfinished => {
                    let all = feed.bytes().len();
                    feed.consume(all);
                }
            }
        }
    }

    /// The record whose start tag of `length` bytes stands at the front. `None` after passing over a mere wrapper.
    fn record<R: BufRead>(&self, feed: &mut Feed<R>, length: usize) -> Option<Result<Cut, Reason>> {
        let mut at = length;
        let mut marc = false;
        loop {
            at = match feed.find(at, MAX_RECORD, |byte| byte == b'<') {
                Found::At(at) => at,
                Found::TooFar => {
                    feed.consume(MAX_RECORD);
                    return Some(Err(Reason::TooLong { limit: MAX_RECORD }));
                }
                Found::End => {
                    let all = feed.bytes().len();
                    feed.consume(all);
                    return Some(Err(Reason::Truncated));
                }
            };
            match markup(feed, at) {
                Markup::Start(Name::Record, _) | Markup::Empty(Name::Record, _) => {
                    feed.consume(at);
                    return marc.then(|| Err(Reason::Xml("another record begins before its end".to_owned())));
                }
                Markup::End(Name::Record, length) => {
                    return Some(Ok(Cut {
                        length: at + length,
                        repair: None,
                    }));
                }
                Markup::Start(name, length) | Markup::Empty(name, length) => {
                    marc |= name == Name::Marc;
                    at += length;
                }
                Markup::End(_, length) | Markup::Passed(length) | Markup::Declaration(length) => at += length,
                Markup::Broken(length) => at += length.max(1),
                Markup::Doctype => return Some(Err(Reason::Doctype)),
                Markup::Unfinished => {
                    let all = feed.bytes().len();
                    feed.consume(all);
                    return Some(Err(Reason::Truncated));
                }
            }
        }
    }

    fn note_namespace<R: BufRead>(&mut self, feed: &Feed<R>, length: usize) {
        let tag = feed.bytes().get(..length).unwrap_or_default();
        self.slim |= tag.windows(11).any(|part| part == b"MARC21/slim");
    }

    fn declaration<R: BufRead>(&mut self, feed: &Feed<R>, length: usize) -> Result<(), Reason> {
        let text = String::from_utf8_lossy(feed.bytes().get(..length).unwrap_or_default());
        let label = text.split_once("encoding").and_then(|(_, rest)| rest.split(['"', '\'']).nth(1));
        if let Some(label) = label {
            let encoding = Encoding::for_label(label.as_bytes()).filter(|encoding| encoding.is_ascii_compatible());
            self.encoding = Some(encoding.ok_or_else(|| Reason::Charset(label.to_owned()))?);
        }
        Ok(())
    }
}

/// The markup whose `<` stands at `at`.
fn markup<R: BufRead>(feed: &mut Feed<R>, at: usize) -> Markup {
    feed.hold(at + 9);
    let front = feed.bytes().get(at..).unwrap_or_default();
    for (begin, end) in [(&b"<!--"[..], &b"-->"[..]), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")] {
        if front.starts_with(begin) {
            let declaration = front.starts_with(b"<?xml") && front.get(5).is_some_and(u8::is_ascii_whitespace);
            return match find_end(feed, at, at + begin.len(), end) {
                Some(length) if declaration => Markup::Declaration(length),
                Some(length) => Markup::Passed(length),
                None => Markup::Unfinished,
            };
        }
    }
    if front.starts_with(b"<!") {
        return Markup::Doctype;
    }
    let mut quote = None;
    let mut from = at + 1;
    loop {
        let found = feed.find(from, MAX_RECORD, |byte| match quote {
            Some(quote) => byte == quote || byte == b'<',
            None => matches!(byte, b'>' | b'<' | b'"' | b'\''),
        });
        let Found::At(stop) = found else {
            return Markup::Unfinished;
        };
        from = stop + 1;
        match (feed.bytes().get(stop), quote) {
            (Some(b'<'), _) => return Markup::Broken(stop - at),
            (Some(b'>'), None) => break,
            (Some(&mark), None) => quote = Some(mark),
            _ => quote = None,
        }
    }
    let length = from - at;
    let tag = feed.bytes().get(at + 1..from - 1).unwrap_or_default();
    match tag {
        [b'/', name @ ..] => Markup::End(name_of(name), length),
        [name @ .., b'/'] => Markup::Empty(name_of(name), length),
        name => Markup::Start(name_of(name), length),
    }
}

/// Length, from `at` on, of what ends with `end` at or after `from`.
fn find_end<R: BufRead>(feed: &mut Feed<R>, at: usize, from: usize, end: &[u8]) -> Option<usize> {
    let &last = end.last()?;
    let mut from = from;
    loop {
        let Found::At(stop) = feed.find(from, MAX_RECORD, |byte| byte == last) else {
            return None;
        };
        from = stop + 1;
        if feed.bytes().get(at..from).is_some_and(|part| part.ends_with(end)) {
            return Some(from - at);
        }
    }
}

fn name_of(tag: &[u8]) -> Name {
    let name = tag.split(|byte| byte.is_ascii_whitespace()).next().unwrap_or_default();
    let local = name.rsplit(|&byte| byte == b':').next().unwrap_or_default();
    match local {
        b"record" => Name::Record,
        b"leader" | b"controlfield" | b"datafield" => Name::Marc,
        _ => Name::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn cuts(xml: &str) -> Vec<Result<String, String>> {
        let mut feed = Feed::new(BufReader::with_capacity(5, xml.as_bytes()));
        let mut document = Document::default();
        let mut cuts = Vec::new();
        while let Some(found) = document.next(&mut feed) {
            match found {
                Ok(cut) => {
                    cuts.push(Ok(String::from_utf8_lossy(&feed.bytes()[..cut.length]).into_owned()));
                    feed.consume(cut.length);
                }
                Err(reason) => {
                    cuts.push(Err(reason.to_string()));
                    if matches!(reason, Reason::Doctype) {
                        break;
                    }
                }
            }
        }
        cuts
    }

    #[test]
    fn records_are_found_in_any_wrapping() {
        let one = "<m:record a='>'><m:leader/></m:record>";
        let two = "<record><!-- </record> --><leader><![CDATA[</record>]]></leader></record>";
        let xml = format!("<?xml version='1.0'?><OAI><record><header/><metadata>{one}</metadata></record>{two}</OAI>");
        assert_eq!(cuts(&xml), [Ok(one.to_owned()), Ok(two.to_owned())]);
    }

    #[test]
    fn a_broken_record_costs_only_itself() {
        let good = "<record><leader>x</leader></record>";
        let xml = format!("<c>{good}<record><leader>x</lead{good}<record><leader>");
        let cuts = cuts(&xml);
        assert_eq!(cuts.len(), 4);
        assert_eq!((&cuts[0], &cuts[2]), (&Ok(good.to_owned()), &Ok(good.to_owned())));
        assert!(cuts[1].is_err() && cuts[3].is_err());
    }

    #[test]
    fn a_doctype_is_refused() {
        assert_eq!(cuts("<!DOCTYPE x [<!ENTITY a 'b'>]><record/>"), [Err(Reason::Doctype.to_string())]);
    }
}
