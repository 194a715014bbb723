//! SIP2 in XML over HTTP (Danish profile, section 13): one message for each POST, the credentials in the wrapping.
//!
//! The way: [`read`] the body, [`Session::authenticated`](crate::session::Session::authenticated) with what it says, hand its
//! `request` to the session as a frame, and wrap the answer with [`response`]; what cannot be answered with [`error`].

use crate::message::types::Secret;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;
use std::fmt::Write as _;

/// The namespace of the root element `sip`; its child is in none.
pub const NAMESPACE: &str = "http://axiell.com/Schema/sip.xsd";
/// The media type of answers.
pub const MEDIA_TYPE: &str = "text/xml; charset=utf-8";
/// Longest body that is read, in bytes.
pub const MAX_BODY: usize = 128 * 1024;

/// A request with the credentials it came with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The terminal's login.
    pub login: String,
    /// Its password.
    pub password: Secret,
    /// The SIP2 message in UTF-8, as a frame with its CR.
    pub request: Vec<u8>,
}

/// Why a body is no SIP2 in XML. The text may be shown to the peer: it quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum XmlFault {
    /// Longer than is read.
    #[error("the body is longer than {MAX_BODY} bytes")]
    TooLong,
    /// Not well-formed, or cut short.
    #[error("the body is not well-formed XML")]
    NotWellFormed,
    /// A document type declaration: never read.
    #[error("a document type declaration is not accepted")]
    Doctype,
    /// Another root than `sip` in its namespace.
    #[error("the root element is not sip in the namespace {NAMESPACE}")]
    WrongRoot,
    /// Login or password is missing.
    #[error("the root element lacks login or password")]
    NoCredentials,
    /// Not exactly one child `request` that holds text only.
    #[error("the root element must hold exactly one request, and that text only")]
    NoRequest,
}

/// Reads a body.
pub fn read(body: &[u8]) -> Result<Envelope, XmlFault> {
    if body.len() > MAX_BODY {
        return Err(XmlFault::TooLong);
    }
    let text = decode(body);
    let mut reader = NsReader::from_str(&text);
    let mut depth = 0usize;
    let mut credentials = None;
    let mut request: Option<String> = None;
    loop {
        let (resolved, event) = reader.read_resolved_event().map_err(|_| XmlFault::NotWellFormed)?;
        match event {
            Event::DocType(_) => return Err(XmlFault::Doctype),
            Event::Start(start) => {
                open(&resolved, &start, depth, &mut credentials, &mut request)?;
                depth += 1;
            }
            Event::Empty(start) => open(&resolved, &start, depth, &mut credentials, &mut request)?,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(part) => keep(&part.xml10_content(), depth, &mut request)?,
            Event::CData(part) => keep(&part.xml10_content(), depth, &mut request)?,
            Event::GeneralRef(reference) => {
                let character = match reference.resolve_char_ref().map_err(|_| XmlFault::NotWellFormed)? {
                    Some(c) => c,
                    None => named(reference.xml10_content().as_ref()).ok_or(XmlFault::NotWellFormed)?,
                };
                keep(character.encode_utf8(&mut [0; 4]), depth, &mut request)?;
            }
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
        }
    }
    if depth != 0 {
        return Err(XmlFault::NotWellFormed);
    }
    let (login, password) = credentials.ok_or(XmlFault::WrongRoot)?;
    let mut request = request
        .ok_or(XmlFault::NoRequest)?
        .trim_end_matches(['\r', '\n'])
        .as_bytes()
        .to_vec();
    request.push(b'\r');
    Ok(Envelope { login, password, request })
}

/// An answer, from the bytes that the session gave (UTF-8). Its CR is left out: XML would not keep it.
pub fn response(login: &str, answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    wrap(login, "response", text.trim_end_matches(['\r', '\n']))
}

/// What is said where no SIP2 message can be.
pub fn error(login: &str, text: &str) -> String {
    wrap(login, "error", text)
}

/// The attributes are there because the form has them; the password is not told back.
fn wrap(login: &str, child: &str, text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 200);
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ns1:sip xmlns:ns1=\"{NAMESPACE}\" login=\""
    );
    escape(login, &mut out);
    let _ = write!(out, "\" password=\"\"><{child}>");
    escape(text, &mut out);
    let _ = write!(out, "</{child}></ns1:sip>");
    out
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            // What XML 1.0 has no way to write.
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
            c => out.push(c),
        }
    }
}

fn open(
    resolved: &ResolveResult<'_>,
    start: &BytesStart<'_>,
    depth: usize,
    credentials: &mut Option<(String, Secret)>,
    request: &mut Option<String>,
) -> Result<(), XmlFault> {
    let name = start.local_name();
    match depth {
        0 if credentials.is_some() => Err(XmlFault::NotWellFormed),
        0 => {
            let ours = matches!(resolved, ResolveResult::Bound(ns) if ns.0 == NAMESPACE) && name.into_inner() == "sip";
            if !ours {
                return Err(XmlFault::WrongRoot);
            }
            let login = attribute(start, "login")?.ok_or(XmlFault::NoCredentials)?;
            let password = attribute(start, "password")?.ok_or(XmlFault::NoCredentials)?;
            *credentials = Some((login, Secret::new(password)));
            Ok(())
        }
        1 if request.is_none() && matches!(resolved, ResolveResult::Unbound) && name.into_inner() == "request" => {
            *request = Some(String::new());
            Ok(())
        }
        _ => Err(XmlFault::NoRequest),
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, XmlFault> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| XmlFault::NotWellFormed)?;
        if attribute.key.0 == name {
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|_| XmlFault::NotWellFormed)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

/// Text belongs to the request; elsewhere only white space may stand.
fn keep(text: &str, depth: usize, request: &mut Option<String>) -> Result<(), XmlFault> {
    match (depth, request) {
        (2, Some(request)) => request.push_str(text),
        _ if text.trim().is_empty() => {}
        _ => return Err(XmlFault::NoRequest),
    }
    Ok(())
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

/// The body as text: by its byte order mark, else by its XML declaration, else UTF-8. Bytes that do not fit never end it.
fn decode(body: &[u8]) -> std::borrow::Cow<'_, str> {
    let head = String::from_utf8_lossy(body.get(..128.min(body.len())).unwrap_or_default()).into_owned();
    let declared = head
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .and_then(|(declaration, _)| {
            let (_, value) = declaration.split_once("encoding")?;
            let value = value.trim_start().strip_prefix('=')?.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
            let label = value.strip_prefix(quote)?.split(quote).next()?;
            encoding_rs::Encoding::for_label(label.as_bytes())
        });
    declared.unwrap_or(encoding_rs::UTF_8).decode(body).0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(child: &str) -> String {
        format!("<ns1:sip xmlns:ns1=\"{NAMESPACE}\" login=\"automat1\" password=\"p&amp;w\">{child}</ns1:sip>")
    }

    #[test]
    fn reads_the_guidelines_example() {
        let envelope = read(body("<request>9900802.00</request>").as_bytes()).unwrap();
        assert_eq!(envelope.login, "automat1");
        assert_eq!(envelope.password.reveal(), "p&w");
        assert_eq!(envelope.request, b"9900802.00\r");
        assert!(!format!("{envelope:?}").contains("p&w"));
    }

    #[test]
    fn reads_escapes_sections_and_other_prefixes() {
        for child in [
            "<request>19|CHa &lt; b &amp; c&#13;</request>",
            "<request><![CDATA[19|CHa < b & c]]>&#x0D;</request>",
            "\n <!-- x --> <request>19|CHa &lt; b &#38; c\n</request>\n",
        ] {
            assert_eq!(read(body(child).as_bytes()).unwrap().request, b"19|CHa < b & c\r", "{child}");
        }
        let plain = format!("<sip xmlns=\"{NAMESPACE}\" login=\"a\" password=\"b\"><request xmlns=\"\">99</request></sip>");
        assert_eq!(read(plain.as_bytes()).unwrap().request, b"99\r");
        let mut latin = b"<?xml version=\"1.0\" encoding='ISO-8859-1'?>".to_vec();
        latin.extend(
            body("<request>17|ABbl@</request>")
                .into_bytes()
                .iter()
                .map(|b| if *b == b'@' { 0xE5 } else { *b }),
        );
        assert_eq!(read(&latin).unwrap().request, "17|ABblå\r".as_bytes());
    }

    #[test]
    fn refuses_what_it_must() {
        let doctype = format!("<!DOCTYPE x [<!ENTITY a \"b\">]>{}", body("<request>99</request>"));
        let deep = body(&"<request>".repeat(5000));
        let long = body(&format!("<request>{}</request>", "9".repeat(MAX_BODY)));
        for (text, fault) in [
            (doctype.as_str(), XmlFault::Doctype),
            (deep.as_str(), XmlFault::NoRequest),
            (long.as_str(), XmlFault::TooLong),
            ("", XmlFault::WrongRoot),
            ("<sip login=\"a\" password=\"b\"><request>99</request></sip>", XmlFault::WrongRoot),
            (&body(""), XmlFault::NoRequest),
            (&body("<request>99</request><request>99</request>"), XmlFault::NoRequest),
            (&body("<ns1:request>99</ns1:request>"), XmlFault::NoRequest),
            (&body("<request>&unknown;</request>"), XmlFault::NotWellFormed),
            (&body("<request>99</request>").replace("password", "pass"), XmlFault::NoCredentials),
            (
                body("<request>99</request>").trim_end_matches("</ns1:sip>"),
                XmlFault::NotWellFormed,
            ),
        ] {
            assert_eq!(
                read(text.as_bytes()),
                Err(fault),
                "{}",
                text.get(..200.min(text.len())).unwrap_or_default()
            );
        }
    }

    #[test]
    fn answers_are_well_formed_whatever_they_hold() {
        let text = response("a\"<", "18|AJBlå & <himmel>\u{1}|\r".as_bytes());
        assert_eq!(
            text,
            format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ns1:sip xmlns:ns1=\"{NAMESPACE}\" login=\"a&quot;&lt;\" password=\"\"><response>18|AJBlå &amp; &lt;himmel&gt;|</response></ns1:sip>"
            )
        );
        assert!(error("a", "no").contains("<error>no</error>"));
    }
}
