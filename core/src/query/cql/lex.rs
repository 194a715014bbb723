//! Words, quoted words and signs.

use super::ast::Symbol;
use super::fault::{CqlFault, Problem};

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    Slash,
    Symbol(Symbol),
    /// Without quotes: may be a keyword.
    Word(String),
    /// In quotes: never a keyword. Backslashes are kept.
    Quoted(String),
}

/// A token and where it begins, in characters from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) at: usize,
}

/// Cuts a query into tokens. Only a quotation mark without its fellow can go wrong.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, CqlFault> {
    let mut found = Vec::new();
    let mut characters = text.chars().enumerate().peekable();
    while let Some((at, character)) = characters.next() {
        let mut next_is = |wanted: char| characters.next_if(|(_, next)| *next == wanted).is_some();
        let token = match character {
            space if space.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '/' => Token::Slash,
            '=' if next_is('=') => Token::Symbol(Symbol::Exact),
            '=' => Token::Symbol(Symbol::Equal),
            '<' if next_is('=') => Token::Symbol(Symbol::LessOrEqual),
            '<' if next_is('>') => Token::Symbol(Symbol::NotEqual),
            '<' => Token::Symbol(Symbol::Less),
            '>' if next_is('=') => Token::Symbol(Symbol::GreaterOrEqual),
            '>' => Token::Symbol(Symbol::Greater),
            '"' => {
                let mut quoted = String::new();
                loop {
                    match characters.next() {
                        None => return Err(CqlFault::new(Problem::InvalidUseOfQuotes, at)),
                        Some((_, '"')) => break,
                        Some((_, '\\')) => {
                            quoted.push('\\');
                            quoted.extend(characters.next().map(|(_, escaped)| escaped));
                        }
                        Some((_, other)) => quoted.push(other),
                    }
                }
                Token::Quoted(quoted)
            }
            first => {
                let mut word = String::from(first);
                let mut escaped = first == '\\';
                while let Some((_, next)) = characters.next_if(|(_, next)| escaped || is_word(*next)) {
                    escaped = next == '\\' && !escaped;
                    word.push(next);
                }
                // At the very end there is nothing to guard: it means itself.
                if escaped {
                    word.push('\\');
                }
                Token::Word(word)
            }
        };
        found.push(Placed { token, at });
    }
    Ok(found)
}

/// Whether a character may stand in a word without quotes.
pub(super) fn is_word(character: char) -> bool {
    !character.is_whitespace() && !matches!(character, '(' | ')' | '=' | '<' | '>' | '"' | '/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_as_long_as_they_can_be() {
        let signs: Vec<Token> = tokens("= == <> < > <= >=")
            .unwrap()
            .into_iter()
            .map(|placed| placed.token)
            .collect();
        let wanted = [
            Symbol::Equal,
            Symbol::Exact,
            Symbol::NotEqual,
            Symbol::Less,
            Symbol::Greater,
            Symbol::LessOrEqual,
            Symbol::GreaterOrEqual,
        ];
        assert_eq!(signs, wanted.map(Token::Symbol));
    }

    #[test]
    fn an_escaped_quotation_mark_ends_nothing() {
        let quoted = Token::Quoted("a \\\" b".to_owned());
        let found = tokens("\"a \\\" b\" x\\\"y").unwrap();
        assert_eq!(found[0], Placed { token: quoted, at: 0 });
        assert_eq!(found[1].token, Token::Word("x\\\"y".to_owned()));
        assert_eq!(tokens("æ \"b\\\""), Err(CqlFault::new(Problem::InvalidUseOfQuotes, 2)));
    }
}
