//! SRU over SOAP (SRW): an envelope to parameters, and the frame around the answer.
//!
//! No DTD, no entities but the five of XML, bounded depth; the size is the listener's.

use crate::message::Parameters;
use quick_xml::NsReader;
use quick_xml::events::Event;
use quick_xml::name::ResolveResult;

/// Namespaces of SOAP 1.1 and 1.2.
const SOAP: [&str; 2] = [
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
];
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

/// Reads an envelope.
pub fn read(body: &[u8]) -> Result<Envelope, SoapFault> {
    let body = std::str::from_utf8(body).map_err(|_| SoapFault::NotXml)?;
    let mut reader = NsReader::from_str(body.strip_prefix('\u{FEFF}').unwrap_or(body));
    reader.config_mut().expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut namespace = None;
    let mut found = Parameters::default();
    let mut text = String::new();
    let mut request = None;
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
                if path.len() == 3 && path.get(1).is_some_and(|name| name == "Body") {
                    found.push(name, std::mem::take(&mut text));
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

/// A fault of the client, as a whole document.
pub fn fault(fault: &SoapFault) -> Vec<u8> {
    let mut out = super::xml::DECLARATION.to_vec();
    open(SOAP.first().copied().unwrap_or_default(), &mut out);
    out.extend(b"<SOAP:Fault><faultcode>SOAP:Client</faultcode><faultstring>");
    out.extend(fault.to_string().as_bytes());
    out.extend(b"</faultstring></SOAP:Fault>");
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
        let read = read(ENVELOPE.as_bytes()).unwrap();
        assert_eq!(read.parameters.get("operation"), Some("searchRetrieve"));
        assert_eq!(read.parameters.get("query"), Some("dc.title=\"a b\""));
        assert_eq!(read.parameters.get("maximumRecords"), Some(""));
    }

    #[test]
    fn entities_depth_and_other_documents_are_refused() {
        let bomb = format!("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>{ENVELOPE}");
        assert_eq!(read(bomb.as_bytes()), Err(SoapFault::Dtd));
        assert_eq!(read(ENVELOPE.replace("&quot;", "&bomb;").as_bytes()), Err(SoapFault::Dtd));
        let deep = ENVELOPE.replace("<version>", &"<version>".repeat(100));
        assert_eq!(read(deep.as_bytes()), Err(SoapFault::TooDeep));
        for other in [
            "",
            "<a/>",
            "<E:Envelope",
            "plain",
            "<Envelope><Body><scanRequest/></Body></Envelope>",
        ] {
            assert!(read(other.as_bytes()).is_err(), "{other}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_an_envelope_or_a_fault(at in 0usize..300, with in proptest::collection::vec(proptest::num::u8::ANY, 0..8)) {
            let mut body = ENVELOPE.as_bytes().to_vec();
            let at = at.min(body.len());
            body.splice(at..(at + with.len()).min(ENVELOPE.len()).max(at), with);
            let _ = read(&body);
        }
    }
}
