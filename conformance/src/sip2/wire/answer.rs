//! An answer read strictly, by position: what a careless but correct terminal would make of it.

use super::{
    charset::Charset,
    checksum::checksum,
    layout::{KnownField, Layout},
};
use crate::sip2::case::{Trouble, fail};

/// One answer of the server under test.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The bytes as received, terminator not included.
    pub bytes: Vec<u8>,
    /// The same in letters.
    pub text: String,
    /// Digit of `AY`, where there is one.
    pub sequence: Option<char>,
    /// Whether `AZ` stands at the end.
    pub has_checksum: bool,
    /// What breaks the digest's shape of this answer (sections 2, 3, 6 and 13), one sentence each.
    pub faults: Vec<String>,
    fixed: Vec<(&'static str, String)>,
    fields: Vec<(String, String)>,
}

impl Answer {
    /// Reads `bytes`, collecting every fault of shape.
    pub fn read(bytes: &[u8], charset: Charset) -> Answer {
        let mut faults = Vec::new();
        let (body, sequence, has_checksum) = take_trailer(bytes, &mut faults);
        let text = charset.decode(body);
        if text.contains(char::REPLACEMENT_CHARACTER) {
            faults.push(format!("bytes that are not {charset:?}"));
        }
        let mut answer = Answer {
            bytes: bytes.to_vec(),
            text: charset.decode(bytes),
            sequence,
            has_checksum,
            faults,
            fixed: Vec::new(),
            fields: Vec::new(),
        };
        answer.read_body(&text);
        answer
    }

    /// The command id.
    pub fn id(&self) -> &str {
        self.text.get(..2).unwrap_or(&self.text)
    }

    /// A fixed field by its name in the layout table.
    pub fn fixed(&self, name: &str) -> Result<&str, Trouble> {
        self.fixed
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
            .ok_or_else(|| Trouble::Fail(format!("no fixed field {name} in {}", self.text)))
    }

    /// The first value of an identified field.
    pub fn field(&self, id: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == id).map(|(_, value)| value.as_str())
    }

    /// All values of an identified field, in order.
    pub fn fields<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields
            .iter()
            .filter(move |(known, _)| known == id)
            .map(|(_, value)| value.as_str())
    }

    /// All field ids in the order they came.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(|(id, _)| id.as_str())
    }

    /// Whether an item of a list field is exactly `value`, or begins with it and a blank.
    pub fn lists(&self, id: &str, value: &str) -> bool {
        self.fields(id).any(|entry| {
            entry
                .strip_prefix(value)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    /// Fails unless the answer is an `id`.
    pub fn must_be(self, id: &str) -> Result<Answer, Trouble> {
        if self.id() == id {
            Ok(self)
        } else {
            fail(format!("expected {id}, got {}", self.text))
        }
    }

    /// Fails unless the fixed field `name` is `value`.
    pub fn must_have(&self, name: &str, value: &str) -> Result<(), Trouble> {
        let found = self.fixed(name)?;
        if found == value {
            Ok(())
        } else {
            fail(format!("{name} is {found:?}, not {value:?}, in {}", self.text))
        }
    }

    /// Fails unless the first field `id` is `value`.
    pub fn must_carry(&self, id: &str, value: &str) -> Result<(), Trouble> {
        if self.field(id) == Some(value) {
            Ok(())
        } else {
            fail(format!("{id} is {:?}, not {value:?}, in {}", self.field(id), self.text))
        }
    }

    /// Fails if the field `id` is there with a value.
    pub fn must_not_tell(&self, id: &str) -> Result<(), Trouble> {
        match self.field(id) {
            None | Some("") => Ok(()),
            Some(_) => fail(format!("{id} must not be told here: {}", self.text)),
        }
    }

    /// Fails unless a screen message says why.
    pub fn must_explain(&self) -> Result<(), Trouble> {
        if self.fields("AF").any(|line| !line.trim().is_empty()) {
            Ok(())
        } else {
            fail(format!("no AF says why: {}", self.text))
        }
    }

    /// Fails unless the shape is the digest's.
    pub fn must_be_well_formed(&self) -> Result<(), Trouble> {
        if self.faults.is_empty() {
            Ok(())
        } else {
            fail(format!("{}: {}", self.faults.join("; "), self.text))
        }
    }

    fn read_body(&mut self, text: &str) {
        let id = text.get(..2).unwrap_or(text);
        let Some(layout) = Layout::of(id) else {
            self.faults.push(format!("{id:?} is no answer of SIP2"));
            return;
        };
        let mut rest = text.get(2..).unwrap_or_default();
        for field in &layout.fixed {
            let Some((value, after)) = rest.split_at_checked(field.width) else {
                self.faults.push(format!("too short for {}", field.name));
                return;
            };
            if !field.class.admits(value) {
                self.faults.push(format!("{} is {value:?}", field.name));
            }
            self.fixed.push((field.name, value.to_owned()));
            rest = after;
        }
        self.read_fields(layout, rest);
    }

    fn read_fields(&mut self, layout: &Layout, rest: &str) {
        let mut pieces: Vec<&str> = rest.split('|').collect();
        if let Some(last) = pieces.pop()
            && !last.is_empty()
        {
            self.faults.push(format!("{last:?} has no delimiter after it"));
            pieces.push(last);
        }
        let mut reached = 0;
        for piece in pieces {
            let Some((id, value)) = piece.split_at_checked(2) else {
                self.faults.push(format!("{piece:?} is too short for a field"));
                continue;
            };
            let repeated = self.fields.iter().any(|(known, _)| known == id);
            self.judge_value(id, value);
            if let Some(place) = layout.place(id) {
                if place < reached {
                    self.faults.push(format!("{id} comes too late"));
                }
                reached = reached.max(place);
                let known = layout.fields.get(place);
                self.judge_presence(id, value, known, repeated);
            }
            self.fields.push((id.to_owned(), value.to_owned()));
        }
        for known in layout.fields.iter().filter(|known| known.required) {
            if !self.fields.iter().any(|(id, _)| id == known.id) {
                self.faults.push(format!("required {} is missing", known.id));
            }
        }
    }

    fn judge_presence(&mut self, id: &str, value: &str, known: Option<&KnownField>, repeated: bool) {
        let Some(known) = known else { return };
        if value.is_empty() && !known.required {
            self.faults.push(format!("optional {id} is sent empty"));
        }
        if repeated && !known.repeatable {
            self.faults.push(format!("{id} comes twice"));
        }
    }

    fn judge_value(&mut self, id: &str, value: &str) {
        if value.chars().count() > 255 {
            self.faults.push(format!("{id} is longer than 255"));
        }
        if value.chars().any(is_control) {
            self.faults.push(format!("a control character in {id}"));
        }
        let wrong = match id {
            "BL" | "CQ" | "CI" => !matches!(value, "Y" | "N"),
            "BZ" | "CA" | "CB" => value.len() != 4 || !value.bytes().all(|b| b.is_ascii_digit()),
            "CK" => value.len() != 3 || !value.bytes().all(|b| b.is_ascii_digit()),
            "BT" => value.len() != 2 || !value.bytes().all(|b| b.is_ascii_digit()),
            "BH" => value.len() != 3 || !value.bytes().all(|b| b.is_ascii_uppercase()),
            "BV" | "CC" => !is_amount(value),
            "CJ" | "CM" | "BW" => !super::layout::is_local_date(value),
            _ => false,
        };
        if wrong {
            self.faults.push(format!("{id} is {value:?}"));
        }
    }
}

/// Characters that may not stand in a value (section 13).
fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Digits, a point and two decimals.
pub fn is_amount(value: &str) -> bool {
    value.split_once('.').is_some_and(|(whole, part)| {
        !whole.is_empty() && whole.bytes().all(|b| b.is_ascii_digit()) && part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())
    })
}

/// Splits the trailer off and judges it.
fn take_trailer<'a>(bytes: &'a [u8], faults: &mut Vec<String>) -> (&'a [u8], Option<char>, bool) {
    let Some((before, digits)) = bytes.len().checked_sub(4).and_then(|at| bytes.split_at_checked(at)) else {
        return (bytes, None, false);
    };
    let Some(summed) = before.strip_suffix(b"AZ") else {
        return (bytes, None, false);
    };
    let ends_field = summed.len() <= 2 || summed.ends_with(b"|") || has_sequence(summed);
    if !ends_field && !matches!(summed.get(..2), Some(b"94" | b"96")) {
        return (bytes, None, false);
    }
    let number = std::str::from_utf8(digits)
        .ok()
        .filter(|d| d.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')))
        .and_then(|d| u16::from_str_radix(d, 16).ok());
    match number {
        None => faults.push("AZ is not four upper-case hex digits".to_owned()),
        Some(found) if found != checksum(before) => {
            faults.push(format!("AZ is {found:04X}, the sum is {:04X}", checksum(before)));
        }
        Some(_) => {}
    }
    match summed.split_last_chunk::<3>() {
        Some((body, [b'A', b'Y', digit])) if has_sequence(summed) => (body, Some(char::from(*digit)), true),
        _ => (summed, None, true),
    }
}

fn has_sequence(summed: &[u8]) -> bool {
    matches!(summed.split_last_chunk::<3>(), Some((_, [b'A', b'Y', d])) if d.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Answer {
        Answer::read(text.as_bytes(), Charset::Utf8)
    }

    #[test]
    fn reads_the_sample_answers_without_fault() {
        for text in [
            "941AY0AZFDFD",
            "98YYYYYY05000320261124    1200002.00AODK-710100|AMByens Bibliotek|BXYYYYYYYYYYYYYYYY|ANBYEN|AY1AZE466",
            "24YYYY          00920261124    120000AODK-710100|AA999|AE|BLN|CQN|AFUkendt lånernummer|AY3AZE633",
            "64              00920261124    120000000100000003000000000002AODK-710100|AA1234567890|AEÅse Hansen|BZ0020|CA0010|CB0100|BLY|CQY|BHDKK|BV0.00|CC200.00|AU3900001|AU3900002|BEaase@example.dk|AY4AZCEDC",
            "121NNY20261124    120000AODK-710100|AA1234567890|AB3900001|AJBlå himmel|AH20261222    235900|CIN|CK001|AY5AZE48D",
            "101YNY20261124    120000AODK-710100|AB3900001|AQHOVED|AJBlå himmel|CL2|AA1234567890|CK001|CTVEST|CV02|CY5550001|AFReserveret til VEST|AY7AZD827",
            "1804020120261124    120000CF1|AH20261222    235900|AB3900001|AJBlå himmel|BGDK-710100|CK001|AQHOVED|APBYEN|AY9AZE2F5",
            "6610002000120261124    120000AODK-710100|BM3900001|BM3900002|BN3900003|AY3AZEF16",
            "96AZFEF6",
        ] {
            assert_eq!(read(text).faults, Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn finds_each_kind_of_fault() {
        for (text, fault) in [
            ("941AY0AZFDFC", "AZ is FDFC, the sum is FDFD"),
            ("942", "ok is \"2\""),
            ("36Y20261124    120000AOX|", "required AA is missing"),
            ("36Y20261124    120000AAX|AOX|", "AO comes too late"),
            ("36Y20261124    120000AOX|AAX|AF|", "optional AF is sent empty"),
            ("36Y20261124    120000AOX|AAX", "\"AAX\" has no delimiter after it"),
            ("36Y20261124   Z120000AOX|AAX|", "transaction_date is \"20261124   Z120000\""),
            ("36Y2026", "too short for transaction_date"),
            ("24              00920261124    120000AOX|AA1|AEB|BV1,50|", "BV is \"1,50\""),
            ("None", "\"No\" is no answer of SIP2"),
        ] {
            assert_eq!(read(text).faults, [fault], "{text}");
        }
    }

    #[test]
    fn finds_fixed_and_identified_fields() {
        let answer = read("121NNY20261124    120000AOA|AA1|AB2|AJT|AHx|AFone|AFtwo|");
        assert_eq!(answer.fixed("desensitize").unwrap(), "Y");
        assert_eq!(answer.fields("AF").collect::<Vec<_>>(), ["one", "two"]);
        assert!(answer.must_carry("AB", "2").is_ok());
        assert!(answer.must_carry("AB", "3").is_err());
        assert!(answer.must_explain().is_ok());
    }
}
