//! A search term with its truncation and masks.

/// A term as pieces: plain text, any run of characters, any one character. Truncation left or right is a run at that end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Pattern(Vec<Piece>);

/// One piece of a [`Pattern`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Piece {
    /// This text, as the searcher wrote it; folding comes later and depends on the index.
    Literal(String),
    /// Any number of characters, none included, within one word.
    AnyRun,
    /// Exactly one character. A letter that folds to two (`æ`) counts as one.
    AnyOne,
}

impl Pattern {
    /// A term without truncation or mask.
    pub fn literal(text: impl Into<String>) -> Self {
        let mut pattern = Self::default();
        pattern.push_text(&text.into());
        pattern
    }

    /// Adds text at the end.
    pub fn push_text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(Piece::Literal(last)) => last.push_str(text),
            _ => self.0.push(Piece::Literal(text.to_owned())),
        }
    }

    /// Adds any run of characters at the end; two runs side by side are one.
    pub fn push_any_run(&mut self) {
        if self.0.last() != Some(&Piece::AnyRun) {
            self.0.push(Piece::AnyRun);
        }
    }

    /// Adds any one character at the end.
    pub fn push_any_one(&mut self) {
        self.0.push(Piece::AnyOne);
    }

    /// The term truncated right: it ends in any run.
    #[must_use]
    pub fn truncated_right(mut self) -> Self {
        self.push_any_run();
        self
    }

    /// The term truncated left: it begins with any run.
    #[must_use]
    pub fn truncated_left(mut self) -> Self {
        if self.0.first() != Some(&Piece::AnyRun) {
            self.0.insert(0, Piece::AnyRun);
        }
        self
    }

    /// The pieces in order; no two literals and no two runs stand side by side.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The text where there is neither truncation nor mask; an empty pattern is the empty text.
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Piece::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether no letter or digit stands in it.
    pub fn is_blank(&self) -> bool {
        self.0.iter().all(|piece| match piece {
            Piece::Literal(text) => !text.chars().any(char::is_alphanumeric),
            Piece::AnyRun | Piece::AnyOne => true,
        })
    }

    /// Its text with `*` and `?` for the masks: for messages and logs.
    pub fn shown(&self) -> String {
        let mut shown = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => shown.push_str(text),
                Piece::AnyRun => shown.push('*'),
                Piece::AnyOne => shown.push('?'),
            }
        }
        shown
    }
}

impl From<&str> for Pattern {
    fn from(text: &str) -> Self {
        Self::literal(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_melt_together() {
        let mut pattern = Pattern::literal("hun");
        pattern.push_text("d");
        pattern.push_any_run();
        pattern.push_any_run();
        assert_eq!(pattern.pieces(), [Piece::Literal("hund".into()), Piece::AnyRun]);
        assert_eq!(pattern, Pattern::literal("hund").truncated_right());
        assert_eq!(pattern.truncated_left().shown(), "*hund*");
        assert_eq!(Pattern::literal("").as_literal(), Some(""));
    }
}
