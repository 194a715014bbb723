//! ISO 2709, written and read: our own reading, apart from the server's.

use std::{
    io::{self, Read},
    str,
};

/// Ends a field.
pub const FIELD_END: u8 = 0x1e;
/// Ends a record.
pub const RECORD_END: u8 = 0x1d;
/// Begins a subfield.
pub const SUBFIELD: u8 = 0x1f;
const LEADER: usize = 24;

/// Builds one record after the other in the same buffers.
#[derive(Debug, Default)]
pub struct Writer {
    directory: Vec<u8>,
    data: Vec<u8>,
}

impl Writer {
    /// Adds a control field.
    pub fn control(&mut self, tag: &str, value: &str) {
        let start = self.data.len();
        self.data.extend_from_slice(value.as_bytes());
        self.end_field(tag, start);
    }

    /// Adds a data field: indicators, then (code, value) pairs. Pairs without a value are left out.
    pub fn field(&mut self, tag: &str, indicators: &str, subfields: &[(char, &str)]) {
        let start = self.data.len();
        self.data.extend_from_slice(indicators.as_bytes());
        for (code, value) in subfields.iter().filter(|(_, value)| !value.is_empty()) {
            self.data.push(SUBFIELD);
            self.data.extend(u8::try_from(*code).ok());
            self.data.extend_from_slice(value.as_bytes());
        }
        self.end_field(tag, start);
    }

    fn end_field(&mut self, tag: &str, start: usize) {
        self.data.push(FIELD_END);
        self.directory
            .extend_from_slice(format!("{tag}{:04}{start:05}", self.data.len() - start).as_bytes());
    }

    /// Ends the record and appends it: `status` and `kind` are positions 05 and 06–08 of the leader. Unicode.
    pub fn finish(&mut self, kind: &str, out: &mut Vec<u8>) {
        let base = LEADER + self.directory.len() + 1;
        let length = base + self.data.len() + 1;
        out.extend_from_slice(format!("{length:05}n{kind}a22{base:05} i 4500").as_bytes());
        out.append(&mut self.directory);
        out.push(FIELD_END);
        out.append(&mut self.data);
        out.push(RECORD_END);
    }
}

/// Reads the next record's bytes; `None` at the end.
pub fn next_record(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 5];
    // Line ends between records are common.
    loop {
        let [first, rest @ ..] = &mut length;
        if input.read(std::slice::from_mut(first))? == 0 {
            return Ok(None);
        }
        if !first.is_ascii_whitespace() {
            input.read_exact(rest)?;
            break;
        }
    }
    let claimed = str::from_utf8(&length).ok().and_then(|digits| digits.parse::<usize>().ok());
    let Some(left) = claimed.and_then(|claimed| claimed.checked_sub(length.len())) else {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "no ISO 2709 record: the length is no number",
        ));
    };
    let mut record = vec![0; left];
    input.read_exact(&mut record)?;
    Ok(Some(length.into_iter().chain(record).collect()))
}

/// The fields of a record, tag and content without its end mark; those that the directory describes wrongly are left out.
pub fn fields(record: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    let number = |bytes: &[u8]| str::from_utf8(bytes).ok()?.parse::<usize>().ok();
    let base = record.get(12..17).and_then(number).unwrap_or(0);
    let directory = record.get(LEADER..base.saturating_sub(1)).unwrap_or_default();
    directory.chunks_exact(12).filter_map(move |entry| {
        let (tag, rest) = entry.split_at_checked(3)?;
        let (length, start) = rest.split_at_checked(4)?;
        let from = base + number(start)?;
        let field = record.get(from..from + number(length)?.saturating_sub(1))?;
        Some((str::from_utf8(tag).ok()?, field))
    })
}

/// The subfields of a data field, code and value; values that are not Unicode are left out.
pub fn subfields(field: &[u8]) -> impl Iterator<Item = (char, &str)> {
    field.split(|byte| *byte == SUBFIELD).skip(1).filter_map(|part| {
        let (code, value) = part.split_first()?;
        Some((char::from(*code), str::from_utf8(value).ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_wrote() {
        let mut writer = Writer::default();
        let mut file = Vec::new();
        for title in ["Hav", "Ærø"] {
            writer.control("001", "42");
            writer.field("245", "10", &[('a', title), ('b', "")]);
            writer.finish("am ", &mut file);
            file.push(b'\n');
        }
        let mut input = file.as_slice();
        let titles: Vec<String> = std::iter::from_fn(|| next_record(&mut input).unwrap())
            .flat_map(|record| {
                assert_eq!(fields(&record).next().unwrap(), ("001", b"42".as_slice()));
                let (_, title) = fields(&record).nth(1).unwrap();
                subfields(title).map(|(code, value)| format!("{code}{value}")).collect::<Vec<_>>()
            })
            .collect();
        assert_eq!(titles, ["aHav", "aÆrø"]);
    }

    #[test]
    fn refuses_what_is_no_record() {
        assert!(next_record(&mut b"<?xml".as_slice()).is_err());
        assert!(next_record(&mut b"\n".as_slice()).unwrap().is_none());
        assert_eq!(fields(b"00010").count(), 0);
    }
}
