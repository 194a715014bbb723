//! ILL requests in an item order (digest 11): ISO 10161's ILL-Request and the standard's own ItemRequest-1, which have client and
//! item under the same tags. Only what an order needs is read; the many other parts are passed over.

use crate::codec::{Asn1, Element, InternationalString, Malformed, Tag, Taggable};
use crate::message::{Any, External};

/// Who wants what, as far as a request says it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Request {
    /// The patron's number at his library.
    pub(super) client: Option<String>,
    /// The record's number: in the system of whom it is sent to, else in the national bibliography.
    pub(super) number: Option<String>,
}

/// `client-id` of a request.
const CLIENT_ID: u32 = 15;
/// `item-id` of a request.
const ITEM_ID: u32 = 16;
/// `client-identifier` of a client.
const CLIENT_IDENTIFIER: u32 = 2;
/// `national-bibliography-no` of an item.
const NATIONAL_NUMBER: u32 = 17;
/// `system-no` of an item.
const SYSTEM_NUMBER: u32 = 20;

/// Reads a request.
pub(super) fn read(request: &Any) -> Result<Request, Malformed> {
    let whole = Element::of(&request.0)?;
    // [APPLICATION 1] stands around the sequence; some clients put it in its place.
    let inside = whole.inner()?;
    let sequence = if whole.tag != Tag::SEQUENCE && inside.tag == Tag::SEQUENCE {
        inside
    } else {
        whole
    };
    let client = part(&sequence, CLIENT_ID)?;
    let client = client.map(|client| part(&client, CLIENT_IDENTIFIER)).transpose()?.flatten();
    let item = part(&sequence, ITEM_ID)?;
    let number = |of: u32| -> Result<Option<String>, Malformed> {
        let number = item.map(|item| part(&item, of)).transpose()?.flatten();
        number.map(|number| external(&number)).transpose().map(Option::flatten)
    };
    Ok(Request {
        client: client.map(|client| string(&client)).transpose()?.flatten(),
        number: number(SYSTEM_NUMBER)?.map_or_else(|| number(NATIONAL_NUMBER), |number| Ok(Some(number)))?,
    })
}

/// The first part under this tag.
fn part<'a>(of: &Element<'a>, number: u32) -> Result<Option<Element<'a>>, Malformed> {
    let mut parts = of.children()?;
    while let Some(part) = parts.next()? {
        if part.tag == Tag::context(number) {
            return Ok(Some(part));
        }
    }
    Ok(None)
}

/// An `ILL-String` under an explicit tag; `None` where it says nothing.
fn string(of: &Element<'_>) -> Result<Option<String>, Malformed> {
    let inner = of.inner()?;
    if !InternationalString::accepts(inner.tag) {
        return Err(inner.wrong("no string"));
    }
    let text = InternationalString::read_content(inner)?.text().trim().to_owned();
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A number in an EXTERNAL under an explicit tag; `None` where it says nothing.
fn external(of: &Element<'_>) -> Result<Option<String>, Malformed> {
    let inner = of.inner()?;
    if !External::accepts(inner.tag) {
        return Err(inner.wrong("no EXTERNAL"));
    }
    let bytes = External::read_content(inner)?.bytes().unwrap_or_default();
    let text = InternationalString(bytes).text().trim().to_owned();
    Ok(Some(text).filter(|text| !text.is_empty()))
}
