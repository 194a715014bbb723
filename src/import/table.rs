//! CSV with a header line, as the contract wants it: UTF-8, unknown columns are an error that names them.

use anyhow::{Context, bail};
use std::io::Read;

/// The columns a table may have; the first `required` must be there.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// What the rows are, for messages.
    pub of: &'static str,
    /// Must be there.
    pub required: &'static [&'static str],
    /// May be missing.
    pub optional: &'static [&'static str],
}

/// A table being read.
pub struct Table<R: Read> {
    reader: csv::Reader<R>,
    columns: Columns,
    /// For each known column, where it stands.
    places: Vec<(&'static str, usize)>,
}

/// One row with its line.
#[derive(Debug)]
pub struct Row<'a> {
    /// Line from 1.
    pub line: u64,
    /// Byte position after it.
    pub bytes: u64,
    record: csv::StringRecord,
    places: &'a [(&'static str, usize)],
}

impl<R: Read> Table<R> {
    /// Reads and checks the header.
    pub fn open(input: R, columns: Columns) -> anyhow::Result<Self> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::Headers).from_reader(input);
        let header = reader.headers().context("the header line cannot be read")?.clone();
        let names: Vec<&str> = header.iter().map(|name| name.trim_start_matches('\u{feff}')).collect();
        let known: Vec<&'static str> = columns.required.iter().chain(columns.optional).copied().collect();
        let unknown: Vec<&str> = names.iter().copied().filter(|name| !known.contains(name)).collect();
        if !unknown.is_empty() {
            bail!(
                "unknown columns: {}. Columns of {}: {}",
                unknown.join(", "),
                columns.of,
                known.join(", ")
            );
        }
        let missing: Vec<&str> = columns.required.iter().copied().filter(|name| !names.contains(name)).collect();
        if !missing.is_empty() {
            bail!(
                "missing columns: {}. {} need at least: {}",
                missing.join(", "),
                columns.of,
                columns.required.join(", ")
            );
        }
        let places = known
            .iter()
            .filter_map(|&name| names.iter().position(|n| *n == name).map(|place| (name, place)))
            .collect();
        Ok(Self { reader, columns, places })
    }

    /// The next row; an unreadable one is an error with its line, and reading goes on after it.
    pub fn next_row(&mut self) -> Option<Result<Row<'_>, (u64, String)>> {
        let mut record = csv::StringRecord::new();
        let line = self.reader.position().line();
        match self.reader.read_record(&mut record) {
            Ok(false) => None,
            Ok(true) => Some(Ok(Row {
                line: record.position().map_or(line, csv::Position::line),
                bytes: self.reader.position().byte(),
                record,
                places: &self.places,
            })),
            Err(error) => {
                let line = error.position().map_or(line, csv::Position::line);
                let reason = match error.kind() {
                    csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
                    other => format!("not a row of {}: {other:?}", self.columns.of),
                };
                if matches!(error.kind(), csv::ErrorKind::Io(_)) && self.reader.is_done() {
                    return None;
                }
                Some(Err((line, reason)))
            }
        }
    }
}

impl<R: Read> std::fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Table").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl Row<'_> {
    /// The trimmed value of a column; `None` where the column is missing or empty.
    pub fn get(&self, column: &str) -> Option<&str> {
        let place = self.places.iter().find(|(name, _)| *name == column)?.1;
        self.record.get(place).map(str::trim).filter(|text| !text.is_empty())
    }

    /// The value of a column untrimmed: for PINs.
    pub fn raw(&self, column: &str) -> Option<&str> {
        let place = self.places.iter().find(|(name, _)| *name == column)?.1;
        self.record.get(place).filter(|text| !text.is_empty())
    }

    /// The value of a column that must be there.
    pub fn required(&self, column: &str) -> Result<&str, String> {
        self.get(column).ok_or_else(|| format!("{column} is empty"))
    }

    /// The value read as something, or why not. Names the column, never the value.
    pub fn parsed<T>(&self, column: &str, expected: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, String> {
        match self.get(column) {
            None => Ok(None),
            Some(text) => read(text).map(Some).ok_or_else(|| format!("{column} is not {expected}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns {
        of: "items",
        required: &["barcode", "bib"],
        optional: &["note"],
    };

    #[test]
    fn unknown_columns_are_named() {
        let error = Table::open("barcode,bib,colour,smell\n".as_bytes(), COLUMNS)
            .unwrap_err()
            .to_string();
        assert!(error.contains("colour, smell"), "{error}");
        let error = Table::open("barcode\n".as_bytes(), COLUMNS).unwrap_err().to_string();
        assert!(error.contains("missing columns: bib"), "{error}");
    }

    #[test]
    fn rows_keep_their_lines_and_a_bad_one_does_not_stop() {
        let text = b"\xef\xbb\xbfbarcode,bib\n1,a\n\xff,b\n3, c \n4\n";
        let mut table = Table::open(&text[..], COLUMNS).unwrap();
        let mut seen = Vec::new();
        while let Some(row) = table.next_row() {
            seen.push(match row {
                Ok(row) => format!(
                    "{}:{}:{}",
                    row.line,
                    row.required("barcode").unwrap(),
                    row.get("bib").unwrap_or("-")
                ),
                Err((line, reason)) => format!("{line}:{reason}"),
            });
        }
        assert_eq!(seen, ["2:1:a", "3:not UTF-8", "4:3:c", "5:4:-"]);
    }
}
