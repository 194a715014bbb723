//! Words as they come: text that is folded already, split at blanks.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

/// The tokenizer's name in the schema.
pub(crate) const WORDS: &str = "words";
/// Stands before the first word of every field: it parts phrases, and counts fields. It is no letter, so no searcher can name it.
pub(crate) const START: &str = "\u{1}";

pub(crate) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(WORDS, Words::default());
    manager
}

/// Splits at blanks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    token: Token,
}

/// The words of a text, one by one.
#[derive(Debug)]
pub(crate) struct WordStream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        self.token.reset();
        WordStream {
            rest: text,
            token: &mut self.token,
        }
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(' ');
        if rest.is_empty() {
            return false;
        }
        // Words are short: going from byte to byte is faster than a search that is prepared for long texts.
        let end = rest.bytes().position(|byte| byte == b' ').unwrap_or(rest.len());
        let (word, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(word);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_places() {
        let mut words = Words::default();
        let mut stream = words.token_stream("\u{1} de  dodes rige ");
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        let expected = [(START, 0), ("de", 1), ("dodes", 2), ("rige", 3)];
        assert_eq!(found, expected.map(|(word, at)| (word.to_owned(), at)));
    }
}
