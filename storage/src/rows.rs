//! Rows on their way in: one JSON array of arrays, written straight into text.

use crate::engine::Arg;
use skranke_core::time::{Date, Timestamp};
use std::fmt::{Display, Write};

/// Rows for the parameter that a statement reads as `rows`. Each row is begun by [`Rows::row`], then filled from left to right.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    text: String,
    count: usize,
    first_column: bool,
}

impl Rows {
    /// One row for each number, its only column.
    pub(crate) fn of_ids(ids: impl IntoIterator<Item = i64>) -> Self {
        let mut rows = Self::default();
        for id in ids {
            rows.row().int(id);
        }
        rows
    }

    /// One row for each text, its only column.
    pub(crate) fn of_texts<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut rows = Self::default();
        for text in texts {
            rows.row().text(text);
        }
        rows
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Begins a row.
    pub(crate) fn row(&mut self) -> &mut Self {
        self.text.push_str(if self.count == 0 { "[[" } else { "],[" });
        self.count += 1;
        self.first_column = true;
        self
    }

    fn comma(&mut self) {
        if !std::mem::take(&mut self.first_column) {
            self.text.push(',');
        }
    }

    fn number(&mut self, value: impl Display) -> &mut Self {
        self.comma();
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        self.number(value)
    }

    pub(crate) fn size(&mut self, value: usize) -> &mut Self {
        self.number(value)
    }

    pub(crate) fn opt_int(&mut self, value: Option<i64>) -> &mut Self {
        match value {
            Some(value) => self.number(value),
            None => self.null(),
        }
    }

    pub(crate) fn flag(&mut self, value: bool) -> &mut Self {
        self.number(i64::from(value))
    }

    pub(crate) fn at(&mut self, value: Timestamp) -> &mut Self {
        self.number(value.as_millisecond())
    }

    pub(crate) fn opt_at(&mut self, value: Option<Timestamp>) -> &mut Self {
        self.opt_int(value.map(Timestamp::as_millisecond))
    }

    pub(crate) fn opt_date(&mut self, value: Option<Date>) -> &mut Self {
        match value {
            Some(date) => self.text(&date.to_string()),
            None => self.null(),
        }
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.comma();
        self.text.push_str("null");
        self
    }

    pub(crate) fn opt_text(&mut self, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(value),
            None => self.null(),
        }
    }

    /// A text. A NUL, which PostgreSQL cannot hold, becomes the replacement character.
    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.comma();
        self.text.push('"');
        let mut plain = 0;
        for (at, byte) in value.bytes().enumerate() {
            if byte >= b' ' && byte != b'"' && byte != b'\\' {
                continue;
            }
            self.text.push_str(value.get(plain..at).unwrap_or_default());
            plain = at + 1;
            match byte {
                b'"' => self.text.push_str("\\\""),
                b'\\' => self.text.push_str("\\\\"),
                0 => self.text.push('\u{fffd}'),
                // Writing to a string cannot fail.
                _ => drop(write!(self.text, "\\u{byte:04x}")),
            }
        }
        self.text.push_str(value.get(plain..).unwrap_or_default());
        self.text.push('"');
        self
    }

    /// The parameter.
    pub(crate) fn arg(mut self) -> Arg {
        self.text.push_str(if self.count == 0 { "[]" } else { "]]" });
        Arg::Text(self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text_of(rows: Rows) -> String {
        match rows.arg() {
            Arg::Text(text) => text,
            Arg::Int(_) | Arg::Bytes(_) => panic!("rows are text"),
        }
    }

    #[test]
    fn writes_no_row_one_and_several() {
        assert_eq!(text_of(Rows::default()), "[]");
        assert_eq!(text_of(Rows::of_ids([7])), "[[7]]");
        let mut rows = Rows::default();
        rows.row().int(1).null().flag(true);
        rows.row().text("a").opt_int(None).opt_text(Some("b"));
        assert_eq!(text_of(rows), r#"[[1,null,1],["a",null,"b"]]"#);
    }

    proptest! {
        #[test]
        fn any_text_reads_back_as_json(text in any::<String>()) {
            let written = text_of(Rows::of_texts([text.as_str()]));
            let read: Vec<Vec<String>> = serde_json::from_str(&written).expect("JSON");
            prop_assert_eq!(&read[0][0], &text.replace('\0', "\u{fffd}"));
        }
    }
}
