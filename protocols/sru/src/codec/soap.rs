//! SRU over SOAP (SRW): an envelope to parameters, and the frame around the answer.
//!
//! No DTD, no entities but the five of XML, bounded depth; the size is the listener's.

use super::charset;
use crate::message::Parameters;
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// Namespaces of SOAP 1.1 and 1.2.
const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];
/// Media type of SOAP 1.2; that of 1.1 is `text/xml`.
pub const MEDIA_TYPE_1_2: &str = "application/soap+xml";
/// Deepest nesting that is followed.
const DEPTH: usize = 16;

/// What an envelope held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The children of the request, by their local names, and `operation` from the name of the request itself.
    pub parameters: Parameters,
    /// Namespace of the envelope: the answer's is the same.
    pub namespace: &'static str,
}

/// Why an envelope could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SoapFault {
    /// Bytes that are no text in the character set that they are said to be in.
    #[error("the request is not in the character set that it says")]
    Charset,
    /// Not XML, or not whole.
    #[error("the request is not well-formed XML")]
    NotXml,
    /// A document type declaration, or an entity of one's own.
    #[error("document types and entities are not accepted")]
    Dtd,
    /// Elements within elements.
    #[error("nested too deeply")]
    TooDeep,
    /// No envelope with one body and one request.
    #[error("no SOAP envelope with an SRU request")]
    NotSoap,
}

/// Reads an envelope that came with this media type.
pub fn read(body: &[u8], media_type: &str) -> Result<Envelope, SoapFault> {
    let body = charset::document(body, media_type).ok_or(SoapFault::Charset)?;
    let mut reader = NsReader::from_str(&body);
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut namespace = None;
    let mut found = Parameters::default();
    let mut text = String::new();
    let mut request = None;
    let (mut sort_key, mut sort_keys) = (XSortKey::default(), String::new());
    loop {
        let (resolved, event) = reader.read_resolved_event().map_err(|_| SoapFault::NotXml)?;
        match event {
            Event::DocType(_) => return Err(SoapFault::Dtd),
            Event::Start(start) => {
                if path.len() == DEPTH {
                    return Err(SoapFault::TooDeep);
                }
                let name = start.local_name().into_inner().to_owned();
                if path.is_empty() {
                    namespace = SOAP
                        .into_iter()
                        .find(|known| matches!(resolved, ResolveResult::Bound(own) if own.0 == *known));
                    if namespace.is_none() || name != "Envelope" {
                        return Err(SoapFault::NotSoap);
                    }
                }
                if path.len() == 2 && path.last().is_some_and(|name| name == "Body") {
                    if request.is_some() {
                        return Err(SoapFault::NotSoap);
                    }
                    request = Some(name.clone());
                }
                path.push(name);
                text.clear();
            }
            Event::End(_) => {
                let name = path.pop().ok_or(SoapFault::NotXml)?;
                let in_body = path.get(1).is_some_and(|name| name == "Body");
                let in_sort_key = in_body && path.get(3).is_some_and(|name| name == "xSortKeys");
                match path.len() {
                    3 if in_body && name == "xSortKeys" => found.push("sortKeys".to_owned(), std::mem::take(&mut sort_keys)),
                    // Index Data's element for a query in prefix notation.
                    3 if in_body && name == "pQuery" => found.push("x-pquery".to_owned(), std::mem::take(&mut text)),
                    3 if in_body => found.push(name, std::mem::take(&mut text)),
                    4 if in_sort_key => sort_key.write(&mut sort_keys),
                    5 if in_sort_key => sort_key.set(&name, std::mem::take(&mut text)),
                    _ => {}
                }
            }
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref().map_err(|_| SoapFault::NotXml)? {
                Some(character) => text.push(character),
                None => text.push(named(entity.xml10_content().as_ref()).ok_or(SoapFault::Dtd)?),
            },
            Event::Eof => break,
            Event::Empty(_) | Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
    if !path.is_empty() {
        return Err(SoapFault::NotXml);
    }
    let (Some(namespace), Some(request)) = (namespace, request) else {
        return Err(SoapFault::NotSoap);
    };
    let operation = request.strip_suffix("Request").ok_or(SoapFault::NotSoap)?;
    found.push("operation".to_owned(), operation.to_owned());
    Ok(Envelope {
        parameters: found,
        namespace,
    })
}

/// A `sortKey` of `xSortKeys`, as `sortKeys` has it: `path,schema,ascending,caseSensitive,missingValue`.
#[derive(Default)]
struct XSortKey([String; 5]);

impl XSortKey {
    fn set(&mut self, name: &str, value: String) {
        let names = ["path", "sortSchema", "ascending", "caseSensitive", "missingValue"];
        let name = if name == "schema" { "sortSchema" } else { name };
        if let Some((_, place)) = names.iter().zip(&mut self.0).find(|(known, _)| **known == name) {
            *place = value;
        }
    }

    fn write(&mut self, keys: &mut String) {
        if !keys.is_empty() {
            keys.push(' ');
        }
        keys.push_str(&std::mem::take(&mut self.0).join(","));
    }
}

fn named(entity: &str) -> Option<char> {
    Some(match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

/// What stands before the answer.
pub fn open(namespace: &str, out: &mut Vec<u8>) {
    out.extend(b"<SOAP:Envelope xmlns:SOAP=\"");
    out.extend(namespace.as_bytes());
    out.extend(b"\"><SOAP:Body>");
}

/// What stands after it.
pub fn close(out: &mut Vec<u8>) {
    out.extend(b"</SOAP:Body></SOAP:Envelope>");
}

/// A fault of the client, as a whole document; of SOAP 1.2 where the request's media type is that one's.
pub fn fault(fault: &SoapFault, media_type: &str) -> Vec<u8> {
    let [soap_1_1, soap_1_2] = SOAP;
    let (namespace, before, after) = if media_type.starts_with(MEDIA_TYPE_1_2) {
        (
            soap_1_2,
            "<SOAP:Fault><SOAP:Code><SOAP:Value>SOAP:Sender</SOAP:Value></SOAP:Code><SOAP:Reason><SOAP:Text xml:lang=\"en\">",
            "</SOAP:Text></SOAP:Reason></SOAP:Fault>",
        )
    } else {
        (
            soap_1_1,
            "<SOAP:Fault><faultcode>SOAP:Client</faultcode><faultstring>",
            "</faultstring></SOAP:Fault>",
        )
    };
    let mut out = super::xml::DECLARATION.to_vec();
    open(namespace, &mut out);
    out.extend(before.as_bytes());
    out.extend(fault.to_string().as_bytes());
    out.extend(after.as_bytes());
    close(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENVELOPE: &str = "<?xml version=\"1.0\"?><E:Envelope xmlns:E=\"http://schemas.xmlsoap.org/soap/envelope/\"><E:Header/><E:Body>\
        <searchRetrieveRequest xmlns=\"http://www.loc.gov/zing/srw/\"><version>1.1</version><query>dc.title=&quot;a&#x20;b&quot;</query>\
        <maximumRecords/></searchRetrieveRequest></E:Body></E:Envelope>";

    #[test]
    fn an_envelope_is_a_request() {
        let read = read(ENVELOPE.as_bytes(), "text/xml").unwrap();
        assert_eq!(read.parameters.get("operation"), Some("searchRetrieve"));
        assert_eq!(read.parameters.get("query"), Some("dc.title=\"a b\""));
        assert_eq!(read.parameters.get("maximumRecords"), Some(""));
    }

    #[test]
    fn sort_keys_as_elements_are_those_of_the_parameter() {
        let keys = "<xSortKeys><sortKey><path>title</path><ascending>false</ascending></sortKey>\
                    <sortKey><path>date</path><missingValue>omit</missingValue></sortKey></xSortKeys>";
        let read = read(ENVELOPE.replace("<maximumRecords/>", keys).as_bytes(), "").unwrap();
        assert_eq!(read.parameters.get("sortKeys"), Some("title,,false,, date,,,,omit"));
    }

    #[test]
    fn latin_1_is_read_as_it_says_and_refused_where_it_says_nothing() {
        let body: Vec<u8> = ENVELOPE.replace("a&#x20;b", "s\u{F8}").chars().map(|c| c as u8).collect();
        let read_as = |media_type| read(&body, media_type).map(|envelope| envelope.parameters.get("query").map(str::to_owned));
        assert_eq!(read_as("text/xml; charset=iso-8859-1"), Ok(Some("dc.title=\"sø\"".to_owned())));
        assert_eq!(read_as("text/xml"), Err(SoapFault::Charset));
    }

    #[test]
    fn a_fault_is_one_of_the_requests_own_soap() {
        for (media_type, namespace) in [("text/xml", SOAP[0]), ("application/soap+xml; charset=utf-8", SOAP[1])] {
            let text = String::from_utf8(fault(&SoapFault::Dtd, media_type)).unwrap();
            let document = roxmltree::Document::parse(&text).unwrap();
            assert_eq!(document.root_element().tag_name().namespace(), Some(namespace));
        }
    }

    #[test]
    fn entities_depth_and_other_documents_are_refused() {
        let bomb = format!("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>{ENVELOPE}");
        assert_eq!(read(bomb.as_bytes(), ""), Err(SoapFault::Dtd));
        assert_eq!(read(ENVELOPE.replace("&quot;", "&bomb;").as_bytes(), ""), Err(SoapFault::Dtd));
        let deep = ENVELOPE.replace("<version>", &"<version>".repeat(100));
        assert_eq!(read(deep.as_bytes(), ""), Err(SoapFault::TooDeep));
        for other in [
            "",
            "<a/>",
            "<E:Envelope",
            "plain",
            "<Envelope><Body><scanRequest/></Body></Envelope>",
        ] {
            assert!(read(other.as_bytes(), "").is_err(), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_an_envelope_or_a_fault(at in 0usize..300, with in proptest::collection::vec(proptest::num::u8::ANY, 0..8)) {
            let mut body = ENVELOPE.as_bytes().to_vec();
            let at = at.min(body.len());
            body.splice(at..(at + with.len()).min(ENVELOPE.len()).max(at), with);
            let _ = read(&body, "text/xml");
        }
    }
}
