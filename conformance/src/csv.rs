//! Reads the CSV files of the demo library: UTF-8, a header line, fields quoted where they hold a comma.

use std::{fs, path::Path};

use anyhow::{Context, Result};

/// A file with named columns.
#[derive(Debug)]
pub struct Table {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// One line of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    fields: &'a [String],
}

impl Table {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Table> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Table::parse(&text))
    }

    /// Reads text.
    pub fn parse(text: &str) -> Table {
        let mut lines = records(text).into_iter();
        Table {
            columns: lines.next().unwrap_or_default(),
            rows: lines.collect(),
        }
    }

    /// The lines after the header.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|fields| Row {
            columns: &self.columns,
            fields,
        })
    }
}

impl<'a> Row<'a> {
    /// The field of a column; empty where the file has no such column.
    pub fn get(&self, column: &str) -> &'a str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.fields.get(at)).map_or("", String::as_str)
    }
}

fn records(text: &str) -> Vec<Vec<String>> {
    let (mut all, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                all.push(std::mem::take(&mut record));
            }
            other => field.push(other),
        }
    }
    if !field.is_empty() || !record.is_empty() {
        record.push(field);
        all.push(record);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_quoted_fields() {
        let table = Table::parse("a,b\n1,\"x, \"\"y\"\"\"\r\n2,\n");
        let rows: Vec<_> = table.rows().map(|row| (row.get("a"), row.get("b"), row.get("c"))).collect();
        assert_eq!(rows, [("1", "x, \"y\"", ""), ("2", "", "")]);
    }
}
