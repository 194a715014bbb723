//! The grammar, from the left, one token ahead (CQL 1.2; 1.1 is a subset).

use super::ast::{
    Boolean, Comparitor, CqlQuery, Modifier, Name, Operand, Operator, Prefix, Relation, Scope, SearchClause, SortSpec, Symbol,
};
use super::fault::{CqlFault, Problem};
use super::lex::{Placed, Token, tokens};

/// What a query may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Characters of the whole query.
    pub characters: usize,
    /// Parentheses within parentheses.
    pub depth: usize,
    /// Search clauses.
    pub clauses: usize,
    /// Characters of one term.
    pub term: usize,
    /// Keys of `sortBy`.
    pub sort_keys: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            characters: 16 * 1024,
            depth: 64,
            clauses: 500,
            term: 1024,
            sort_keys: 8,
        }
    }
}

/// Reads a query. What is left over after a whole query is an error: CQL has no implicit boolean.
pub fn parse(text: &str, limits: Limits) -> Result<CqlQuery, CqlFault> {
    let mut parser = Parser::new(text, limits)?;
    let scope = parser.scope(0)?;
    let mut sort = Vec::new();
    if parser.take_keyword(SORT_BY) {
        while let Some(index) = parser.take_string() {
            if sort.len() == limits.sort_keys {
                return Err(CqlFault::new(Problem::TooManySortKeys, limits.sort_keys));
            }
            sort.push(SortSpec {
                index: Name::new(&index),
                modifiers: parser.modifiers()?,
            });
        }
        if sort.is_empty() {
            return Err(parser.unexpected());
        }
    }
    parser.end()?;
    Ok(CqlQuery { scope, sort })
}

/// Reads the single clause of a scan. Booleans, parentheses and sorting are syntax errors there.
pub fn parse_scan_clause(text: &str, limits: Limits) -> Result<Scope, CqlFault> {
    let mut parser = Parser::new(text, limits)?;
    let prefixes = parser.prefixes()?;
    let first = Operand::Clause(parser.clause()?);
    parser.end()?;
    Ok(Scope {
        prefixes,
        first,
        rest: Vec::new(),
    })
}

const SORT_BY: &str = "sortby";

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Placed>>,
    limits: Limits,
    /// Clauses so far.
    clauses: usize,
    /// Length of the query in characters: where an error at its end stands.
    length: usize,
}

impl Parser {
    fn new(text: &str, limits: Limits) -> Result<Self, CqlFault> {
        let length = text.chars().count();
        if length > limits.characters {
            return Err(CqlFault::new(Problem::TooManyCharactersInQuery, limits.characters));
        }
        Ok(Self {
            tokens: tokens(text)?.into_iter().peekable(),
            limits,
            clauses: 0,
            length,
        })
    }

    fn scope(&mut self, depth: usize) -> Result<Scope, CqlFault> {
        let prefixes = self.prefixes()?;
        let first = self.operand(depth)?;
        let mut rest = Vec::new();
        while let Some(operator) = self.take_operator() {
            let modifiers = self.modifiers()?;
            rest.push((Boolean { operator, modifiers }, self.operand(depth)?));
        }
        Ok(Scope { prefixes, first, rest })
    }

    fn prefixes(&mut self) -> Result<Vec<Prefix>, CqlFault> {
        let mut prefixes: Vec<Prefix> = Vec::new();
        while self.take_symbol(Symbol::Greater) {
            let first = self.string()?;
            let prefix = if self.take_symbol(Symbol::Equal) {
                let uri = unescaped(&self.string()?);
                Prefix { name: Some(first), uri }
            } else {
                Prefix {
                    name: None,
                    uri: unescaped(&first),
                }
            };
            let same = |known: &Prefix| match (&known.name, &prefix.name) {
                (Some(known), Some(new)) => known.eq_ignore_ascii_case(new),
                (known, new) => known == new,
            };
            if prefixes.iter().any(|known| same(known) && known.uri != prefix.uri) {
                return Err(CqlFault::new(
                    Problem::PrefixAssignedToMultipleIdentifiers,
                    prefix.name.unwrap_or_default(),
                ));
            }
            prefixes.push(prefix);
            if prefixes.len() > self.limits.clauses {
                return Err(self.unexpected());
            }
        }
        Ok(prefixes)
    }

    fn operand(&mut self, depth: usize) -> Result<Operand, CqlFault> {
        let Some(open) = self.tokens.next_if(|next| next.token == Token::Open) else {
            return Ok(Operand::Clause(self.clause()?));
        };
        if depth == self.limits.depth {
            return Err(CqlFault::new(Problem::InvalidUseOfParentheses, open.at));
        }
        let nested = self.scope(depth + 1)?;
        match self.tokens.next() {
            Some(Placed { token: Token::Close, .. }) => Ok(Operand::Nested(Box::new(nested))),
            Some(other) => Err(syntax(other.at)),
            None => Err(CqlFault::new(Problem::InvalidUseOfParentheses, open.at)),
        }
    }

    fn clause(&mut self) -> Result<SearchClause, CqlFault> {
        self.clauses += 1;
        if self.clauses > self.limits.clauses {
            return Err(CqlFault::new(Problem::TooManyBooleans, self.limits.clauses - 1));
        }
        let first = self.string()?;
        let comparitor = if let Some(symbol) = self.take_any_symbol() {
            Comparitor::Symbol(symbol)
        } else if let Some(word) = self.take_relation_word() {
            Comparitor::Named(Name::new(&word))
        } else {
            return Ok(SearchClause {
                target: None,
                term: self.bounded(first)?,
            });
        };
        let modifiers = self.modifiers()?;
        let term = self.string()?;
        let relation = Relation { comparitor, modifiers };
        Ok(SearchClause {
            target: Some((Name::new(&first), relation)),
            term: self.bounded(term)?,
        })
    }

    fn bounded(&self, term: String) -> Result<String, CqlFault> {
        if term.chars().count() > self.limits.term {
            return Err(CqlFault::new(Problem::TooManyCharactersInTerm, self.limits.term));
        }
        Ok(term)
    }

    fn modifiers(&mut self) -> Result<Vec<Modifier>, CqlFault> {
        let mut modifiers = Vec::new();
        while self.tokens.next_if(|next| next.token == Token::Slash).is_some() {
            let name = Name::new(&self.string()?);
            let value = match self.take_any_symbol() {
                Some(symbol) => Some((symbol, unescaped(&self.string()?))),
                None => None,
            };
            modifiers.push(Modifier { name, value });
        }
        Ok(modifiers)
    }

    /// A word, in quotes or not, wherever a term or a name must stand.
    fn string(&mut self) -> Result<String, CqlFault> {
        self.take_string().ok_or_else(|| self.unexpected())
    }

    fn take_string(&mut self) -> Option<String> {
        let placed = self
            .tokens
            .next_if(|next| matches!(next.token, Token::Word(_) | Token::Quoted(_)))?;
        match placed.token {
            Token::Word(text) | Token::Quoted(text) => Some(text),
            _ => None,
        }
    }

    fn take_symbol(&mut self, wanted: Symbol) -> bool {
        self.tokens.next_if(|next| next.token == Token::Symbol(wanted)).is_some()
    }

    fn take_any_symbol(&mut self) -> Option<Symbol> {
        let placed = self.tokens.next_if(|next| matches!(next.token, Token::Symbol(_)))?;
        match placed.token {
            Token::Symbol(symbol) => Some(symbol),
            _ => None,
        }
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let is = |next: &Placed| matches!(&next.token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        self.tokens.next_if(is).is_some()
    }

    fn take_operator(&mut self) -> Option<Operator> {
        let operator = match self.tokens.peek() {
            Some(Placed {
                token: Token::Word(word), ..
            }) => Operator::of(word),
            _ => None,
        }?;
        self.tokens.next();
        Some(operator)
    }

    fn take_relation_word(&mut self) -> Option<String> {
        let is =
            |next: &Placed| matches!(&next.token, Token::Word(word) if Operator::of(word).is_none() && !word.eq_ignore_ascii_case(SORT_BY));
        match self.tokens.next_if(is)?.token {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    fn end(&mut self) -> Result<(), CqlFault> {
        match self.tokens.peek() {
            None => Ok(()),
            Some(Placed { token: Token::Close, at }) => Err(CqlFault::new(Problem::InvalidUseOfParentheses, at)),
            Some(other) => Err(syntax(other.at)),
        }
    }

    fn unexpected(&mut self) -> CqlFault {
        syntax(self.tokens.peek().map_or(self.length, |next| next.at))
    }
}

fn syntax(at: usize) -> CqlFault {
    CqlFault::new(Problem::QuerySyntaxError, format_args!("at character {}", at + 1))
}

/// Text without the backslashes that only guard.
pub(super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => plain.extend(characters.next()),
            other => plain.push(other),
        }
    }
    plain
}
