//! A search term with its truncation and masks.

use super::fold::{self, Part};
use super::value::Kind;

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

    /// A term in which `*` is any run and `?` any one character, as [`Pattern::shown`] writes it.
    pub fn masked(text: &str) -> Self {
        let mut pattern = Self::default();
        for c in text.chars() {
            match c {
                '*' => pattern.push_any_run(),
                '?' => pattern.push_any_one(),
                c => pattern.push_text(c.encode_utf8(&mut [0; 4])),
            }
        }
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

    /// The term truncated right: it ends in any run. Blanks at its end are left out.
    #[must_use]
    pub fn truncated_right(mut self) -> Self {
        if let Some(Piece::Literal(last)) = self.0.last_mut() {
            last.truncate(last.trim_end().len());
        }
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

    /// Whether it ends in any run.
    pub fn is_truncated_right(&self) -> bool {
        self.0.last() == Some(&Piece::AnyRun)
    }

    /// Its words, folded as the words of a text index are.
    pub fn folded_words(&self) -> Vec<WordPattern> {
        let mut words = Vec::new();
        let mut word = Self::default();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => fold::each_part(text, &mut |part| match part {
                    Part::Letters(letters) => word.push_text(letters),
                    Part::Gap if word.0.is_empty() => {}
                    Part::Gap => words.push(WordPattern(std::mem::take(&mut word).0)),
                }),
                Piece::AnyRun => word.push_any_run(),
                Piece::AnyOne => word.push_any_one(),
            }
        }
        if !word.0.is_empty() {
            words.push(WordPattern(word.0));
        }
        words
    }

    /// The term as one value of an index that is not text; `None` where it is none (letters for a number).
    pub fn folded_value(&self, kind: Kind) -> Option<WordPattern> {
        if let Some(text) = self.as_literal() {
            return kind.value(text).map(|value| WordPattern(vec![Piece::Literal(value)]));
        }
        let mut value = Self::default();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => value.push_text(&kind.piece(text)),
                Piece::AnyRun => value.push_any_run(),
                Piece::AnyOne => value.push_any_one(),
            }
        }
        Some(WordPattern(value.0))
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

/// A folded word, or a value, with its masks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WordPattern(Vec<Piece>);

impl WordPattern {
    /// The pieces; literals are folded.
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The word, where nothing masks it.
    pub fn as_literal(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Literal(word)] => Some(word),
            _ => None,
        }
    }

    /// What the word begins with, where it is truncated right and nothing else.
    pub fn as_prefix(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Piece::Literal(front), Piece::AnyRun] => Some(front),
            _ => None,
        }
    }

    /// What every match begins with; empty where it is truncated left.
    pub fn front(&self) -> &str {
        match self.0.first() {
            Some(Piece::Literal(front)) => front,
            _ => "",
        }
    }

    /// Characters that are given.
    pub fn given(&self) -> usize {
        let given = |piece: &Piece| match piece {
            Piece::Literal(text) => text.chars().count(),
            Piece::AnyRun | Piece::AnyOne => 0,
        };
        self.0.iter().map(given).sum()
    }

    /// A regular expression that matches the same whole words, of the kind that has no anchors. One masked character stands
    /// for `ae`, `oe` and `aa` too, since a letter may have folded to them.
    pub fn regex(&self) -> String {
        let mut out = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(text) => {
                    for c in text.chars() {
                        if !c.is_alphanumeric() && c.is_ascii() {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                }
                Piece::AnyRun => out.push_str(".*"),
                Piece::AnyOne => out.push_str("(ae|oe|aa|.)"),
            }
        }
        out
    }

    /// Whether a folded word, or a value, matches. Takes time in proportion to the product of both lengths at most.
    pub fn matches(&self, word: &str) -> bool {
        let word: Vec<char> = word.chars().collect();
        // Places in the word up to which the pieces so far can reach.
        let mut reached = vec![false; word.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        for piece in &self.0 {
            let mut next = vec![false; word.len() + 1];
            let mut mark = |at: usize| {
                if let Some(place) = next.get_mut(at) {
                    *place = true;
                }
            };
            match piece {
                Piece::AnyRun => {
                    let first = reached.iter().position(|&here| here).unwrap_or(reached.len());
                    (first..=word.len()).for_each(mark);
                }
                Piece::AnyOne => {
                    for (at, _) in reached.iter().enumerate().filter(|(_, here)| **here) {
                        mark(at + 1);
                        if let Some(['a' | 'o', 'e'] | ['a', 'a']) = word.get(at..at + 2) {
                            mark(at + 2);
                        }
                    }
                }
                Piece::Literal(text) => {
                    let text: Vec<char> = text.chars().collect();
                    for (at, _) in reached.iter().enumerate().filter(|(_, here)| **here) {
                        if word.get(at..).is_some_and(|rest| rest.starts_with(&text)) {
                            mark(at + text.len());
                        }
                    }
                }
            }
            reached = next;
        }
        reached.last() == Some(&true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_is_one_letter_even_where_it_folds_to_two() {
        for (mask, word, matches) in [
            ("k?rlighed", "kaerlighed", true),
            ("k?rlighed", "karlighed", true),
            ("kær*", "kaerlighed", true),
            ("*lighed", "kaerlighed", true),
            ("k*l?g*d", "kaerlighed", true),
            ("k?", "kaerlighed", false),
            ("?rhus", "aarhus", true),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            let words = Pattern::masked(mask).folded_words();
            assert_eq!(words.len(), 1, "{mask}");
            assert_eq!(words[0].matches(word), matches, "{mask} {word}");
        }
        assert_eq!(
            Pattern::masked("a.b*c?").folded_value(Kind::Code).unwrap().regex(),
            "a\\.b.*c(ae|oe|aa|.)"
        );
    }

    #[test]
    fn masks_belong_to_the_word_they_touch() {
        let words = Pattern::masked("Den *bl?* k\u{F8}de").folded_words();
        let shown: Vec<String> = words.iter().map(|word| Pattern(word.0.clone()).shown()).collect();
        assert_eq!(shown, ["den", "*bl?*", "koede"]);
        assert_eq!(words[0].as_literal(), Some("den"));
        assert_eq!(Pattern::masked("Hund*").folded_words()[0].as_prefix(), Some("hund"));
        assert_eq!(Pattern::literal("hund og ").truncated_right().folded_words().len(), 2);
    }

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
