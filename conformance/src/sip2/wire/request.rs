//! A request as a terminal would put it together, well formed or deliberately not.

use super::{charset::Charset, checksum::checksum};

/// The error-detection trailer to put on a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trailer {
    /// Error detection off.
    None,
    /// `AY` with this digit, and the right `AZ`.
    Sequence(u8),
    /// The right `AZ` without `AY`: a repeat after 96.
    ChecksumOnly,
    /// `AY` with this digit, and a sum that is wrong by one.
    Wrong(u8),
    /// The right `AZ` over whatever stands here in place of `AY` and its digit.
    After(String),
}

/// One request: command id, fixed fields and identified fields, as text, without trailer and terminator.
#[derive(Debug, Clone)]
pub struct Request {
    text: String,
}

impl Request {
    /// A request that starts with `id` and its fixed fields.
    pub fn new(fixed: impl Into<String>) -> Self {
        Request { text: fixed.into() }
    }

    /// Adds an identified field with its delimiter.
    #[must_use]
    pub fn with(mut self, id: &str, value: &str) -> Self {
        self.text.push_str(id);
        self.text.push_str(value);
        self.text.push('|');
        self
    }

    /// Adds an identified field if there is a value.
    #[must_use]
    pub fn with_any(self, id: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(id, value),
            None => self,
        }
    }

    /// Adds text as it is.
    #[must_use]
    pub fn raw(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// The text without trailer.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The command id.
    pub fn id(&self) -> &str {
        self.text.get(..2).unwrap_or_default()
    }

    /// The bytes to send, terminator not included.
    pub fn encode(&self, charset: Charset, trailer: &Trailer) -> Vec<u8> {
        let mut bytes = charset.encode(&self.text);
        let (lead, off) = match trailer {
            Trailer::None => return bytes,
            Trailer::Sequence(digit) => (format!("AY{digit}AZ"), 0),
            Trailer::Wrong(digit) => (format!("AY{digit}AZ"), 1),
            Trailer::ChecksumOnly => ("AZ".to_owned(), 0),
            Trailer::After(lead) => (format!("{lead}AZ"), 0),
        };
        bytes.extend_from_slice(lead.as_bytes());
        let sum = checksum(&bytes).wrapping_add(off);
        bytes.extend_from_slice(format!("{sum:04X}").as_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_sample_login() {
        let login = Request::new("9300").with("CN", "term1").with("CO", "hemmelig").with("CP", "BYEN");
        assert_eq!(
            login.encode(Charset::Utf8, &Trailer::Sequence(0)),
            b"9300CNterm1|COhemmelig|CPBYEN|AY0AZF446"
        );
    }

    #[test]
    fn writes_a_wrong_sum_on_purpose() {
        let bytes = Request::new("9900302.00").encode(Charset::Utf8, &Trailer::Wrong(2));
        assert_eq!(bytes, b"9900302.00AY2AZFCA5");
    }
}
