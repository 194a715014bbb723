//! The decoded fields of an exchange, masked by what each would betray.

use skranke_sip2::codec::tables::Mask;
use skranke_sip2::codec::{Dialect, Opened, open};
use skranke_sip2::message::shown::Shown;
use skranke_sip2::message::{Request, Response};

use crate::telemetry::{Field, Report};

/// Adds the fields of request and answer, where a reader looks at them.
pub(super) fn add(report: &mut Report, request: &[u8], answer: &[u8], dialect: Dialect) {
    let Some(fields) = &mut report.fields else { return };
    if let Opened::Message { body, .. } = open(request, dialect.charset, dialect.delimiter) {
        fields.extend(Request::shown(&body, dialect).iter().map(|shown| field("", shown)));
    }
    if let Opened::Message { body, .. } = open(answer, dialect.charset, dialect.delimiter) {
        fields.extend(Response::shown(&body, dialect).iter().map(|shown| field("answer: ", shown)));
    }
}

fn field(side: &str, shown: &Shown) -> Field {
    let name = format!("{side}{}", shown.name);
    match shown.mask {
        Mask::Open => Field::plain(name, shown.reveal()),
        // Which item it is tells what somebody reads.
        Mask::Item | Mask::Person => Field::personal(name, shown.reveal()),
        Mask::Secret => Field::secret(name),
    }
}
