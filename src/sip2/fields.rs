//! The decoded fields of an exchange, masked by what each would betray.

use skranke_sip2::codec::tables::Mask;
use skranke_sip2::codec::{Dialect, Opened, open};
use skranke_sip2::message::shown::Shown;
use skranke_sip2::message::{Request, Response};

use crate::telemetry::{Field, Report};

/// Adds the fields of request and answer, where a reader looks at them.
pub(super) fn add(report: &mut Report, request: &[u8], answer: &[u8], dialect: Dialect) {
    let Some(fields) = &mut report.fields else { return };
    let asked = match open(request, dialect.charset, dialect.delimiter) {
        Opened::Message { body, .. } => Request::shown(&body, dialect),
        Opened::Empty | Opened::BadChecksum => Vec::new(),
    };
    let answered = match open(answer, dialect.charset, dialect.delimiter) {
        Opened::Message { body, .. } => Response::shown(&body, dialect),
        Opened::Empty | Opened::BadChecksum => Vec::new(),
    };
    let betrays = |text: &str| asked.iter().chain(&answered).any(|other| other.is_betrayed_by(text));
    fields.extend(asked.iter().map(|shown| field("", shown, betrays)));
    fields.extend(answered.iter().map(|shown| field("answer: ", shown, betrays)));
}

fn field(side: &str, shown: &Shown, betrays: impl Fn(&str) -> bool) -> Field {
    let name = format!("{side}{}", shown.name);
    match shown.mask {
        Mask::Open if betrays(shown.reveal()) => Field::secret(name),
        Mask::Open => Field::plain(name, shown.reveal()),
        // Which item it is tells what somebody reads.
        Mask::Item | Mask::Person => Field::personal(name, shown.reveal()),
        Mask::Secret => Field::secret(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(request: &str, answer: &str) -> String {
        let mut report = Report::new(true);
        add(&mut report, request.as_bytes(), answer.as_bytes(), Dialect::default());
        let fields = report.fields.unwrap_or_default();
        fields.iter().map(|field| format!("{}={} ", field.name, field.value)).collect()
    }

    #[test]
    fn hides_what_other_fields_of_the_exchange_keep_secret() {
        let date = "20261124    120000";
        let text = shown(
            &format!("35{date}AO4711-0101701234|AA0101701234|AD4711|\r"),
            &format!("36Y{date}AOX|AA0101701234|AFFarvel 0101701234|\r"),
        );
        assert!(text.contains("answer: institution id=X "), "{text}");
        assert!(
            text.contains("institution id=*** ") && text.contains("screen message=*** "),
            "{text}"
        );
        assert!(!text.contains("0101701234") && !text.contains("4711"), "{text}");
    }
}
