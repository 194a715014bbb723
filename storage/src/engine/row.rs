//! Rows as plain cells, read from left to right.

use crate::error::Error;
use serde::de::{Deserialize, Deserializer, Visitor};
use std::fmt;

/// One value of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(CellVisitor)
    }
}

/// Null, a whole number or a text; nothing else stands in our rows.
struct CellVisitor;

impl Visitor<'_> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("null, a whole number or a text")
    }

    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Null)
    }

    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Int(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Cell, E> {
        i64::try_from(value).map(Cell::Int).map_err(E::custom)
    }

    fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Cell, E> {
        Ok(Cell::Text(value))
    }
}

/// One row of a result. Columns are taken in the order of the statement's select list.
#[derive(Debug)]
pub(crate) struct Row {
    cells: std::vec::IntoIter<Cell>,
}

impl Row {
    pub(crate) fn new(cells: Vec<Cell>) -> Self {
        Self { cells: cells.into_iter() }
    }

    fn next(&mut self) -> Result<Cell, Error> {
        self.cells.next().ok_or(Error::Shape("a column is missing"))
    }

    /// The next column, a number.
    pub(crate) fn int(&mut self) -> Result<i64, Error> {
        self.opt_int()?.ok_or(Error::Shape("a number is null"))
    }

    /// The next column, a number or null.
    pub(crate) fn opt_int(&mut self) -> Result<Option<i64>, Error> {
        match self.next()? {
            Cell::Int(value) => Ok(Some(value)),
            Cell::Null => Ok(None),
            Cell::Text(_) | Cell::Bytes(_) => Err(Error::Shape("a number was expected")),
        }
    }

    /// The next column, a text.
    pub(crate) fn text(&mut self) -> Result<String, Error> {
        self.opt_text()?.ok_or(Error::Shape("a text is null"))
    }

    /// The next column, a text or null.
    pub(crate) fn opt_text(&mut self) -> Result<Option<String>, Error> {
        match self.next()? {
            Cell::Text(value) => Ok(Some(value)),
            Cell::Null => Ok(None),
            Cell::Int(_) | Cell::Bytes(_) => Err(Error::Shape("a text was expected")),
        }
    }

    /// The next column, bytes.
    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, Error> {
        match self.next()? {
            Cell::Bytes(value) => Ok(value),
            Cell::Null | Cell::Int(_) | Cell::Text(_) => Err(Error::Shape("bytes were expected")),
        }
    }

    /// The next column, a JSON array, as a row of its own.
    pub(crate) fn array(&mut self) -> Result<Row, Error> {
        let cells: Vec<Cell> = serde_json::from_str(&self.text()?)?;
        Ok(Row::new(cells))
    }

    /// The next column, a number that is 0 or 1.
    pub(crate) fn flag(&mut self) -> Result<bool, Error> {
        Ok(self.int()? != 0)
    }
}
