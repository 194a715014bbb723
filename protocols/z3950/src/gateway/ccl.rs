//! Type-2 queries: the Common Command Language (ISO 8777), by the codes of the index map.
//!
//! ```text
//! query  = step { ("and" | "or" | "not" | "og" | "eller" | "ikke") step }      from left to right
//! step   = "(" query ")" | "set" "=" name | [ codes relation ] words
//! words  = word { [ "!" n | "%" n ] word }      side by side; "!1" in order, "%3" in any order
//! codes  = code { "," code }        relation = "=" "<" ">" "<=" ">=" "<>"
//! ```
//! `?` truncates, `#` stands for one character, quotes make a phrase, `1990-1995` is a range.

use crate::message::Diagnostic;
use skranke_core::query::{
    Clause, Completeness, IndexId, IndexMap, MAX_NODES, Pattern, Position, Proximity, ProximityUnit, Query, Reading, Relation, Structure,
};

/// Brackets within brackets.
const DEEPEST: usize = 100;
/// Characters of a query.
const LONGEST: usize = 64 * 1024;

/// Reads a query.
pub fn read(text: &str, map: &IndexMap) -> Result<Query, Diagnostic> {
    if text.len() > LONGEST {
        return Err(Diagnostic::new(11, LONGEST.to_string()));
    }
    let tokens = tokens(text)?;
    let mut reader = Reader {
        tokens: &tokens,
        at: 0,
        map,
        depth: 0,
    };
    // "find" is the command, and may stand there.
    if matches!(reader.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case("find") || word.eq_ignore_ascii_case("f"))
        && tokens.len() > 1
    {
        reader.at += 1;
    }
    let query = reader.query()?;
    match reader.peek() {
        None if query.nodes() > MAX_NODES => Err(Diagnostic::new(6, MAX_NODES.to_string())),
        None => Ok(query),
        Some(_) => Err(malformed()),
    }
}

fn malformed() -> Diagnostic {
    Diagnostic::plain(108)
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Relation(Relation),
    /// Distance, and whether the order counts.
    Near(u32, bool),
    Open,
    Close,
    Comma,
}

fn tokens(text: &str) -> Result<Vec<Token>, Diagnostic> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(&c) = characters.peek() {
        characters.next();
        let token = match c {
            c if c.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '=' => Token::Relation(Relation::Eq),
            '<' | '>' => Token::Relation(match (c, characters.peek()) {
                ('<', Some('=')) => Relation::Le,
                ('>', Some('=')) => Relation::Ge,
                ('<', Some('>')) => Relation::Ne,
                ('<', _) => Relation::Lt,
                _ => Relation::Gt,
            }),
            '!' | '%' => {
                let mut digits = String::new();
                while let Some(digit) = characters.next_if(char::is_ascii_digit) {
                    digits.push(digit);
                }
                let distance = if digits.is_empty() { Ok(1) } else { digits.parse() };
                Token::Near(distance.map_err(|_| Diagnostic::new(202, digits))?, c == '!')
            }
            '"' => {
                let mut phrase = String::new();
                loop {
                    match characters.next() {
                        Some('"') => break,
                        Some(c) => phrase.push(c),
                        None => return Err(malformed()),
                    }
                }
                Token::Quoted(phrase)
            }
            c => {
                let mut word = String::from(c);
                while let Some(c) = characters.next_if(|c| !c.is_whitespace() && !"()=<>,\"!%".contains(*c)) {
                    word.push(c);
                }
                Token::Word(word)
            }
        };
        if matches!(token, Token::Relation(Relation::Le | Relation::Ge | Relation::Ne)) {
            characters.next();
        }
        tokens.push(token);
    }
    Ok(tokens)
}

struct Reader<'a> {
    tokens: &'a [Token],
    at: usize,
    map: &'a IndexMap,
    depth: usize,
}

enum Boolean {
    And,
    Or,
    Not,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn boolean(&self) -> Option<Boolean> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        Some(match word.to_lowercase().as_str() {
            "and" | "og" => Boolean::And,
            "or" | "eller" => Boolean::Or,
            "not" | "ikke" => Boolean::Not,
            _ => return None,
        })
    }

    fn query(&mut self) -> Result<Query, Diagnostic> {
        let mut query = self.step()?;
        while let Some(boolean) = self.boolean() {
            self.at += 1;
            let next = self.step()?;
            query = match boolean {
                Boolean::And => query.and(next),
                Boolean::Or => query.or(next),
                Boolean::Not => query.and_not(next),
            };
        }
        Ok(query)
    }

    fn step(&mut self) -> Result<Query, Diagnostic> {
        if self.peek() == Some(&Token::Open) {
            return self.bracketed(&[]);
        }
        let readings = self.codes()?;
        match readings {
            Codes::Set => match self.peek().cloned() {
                Some(Token::Word(name) | Token::Quoted(name)) => {
                    self.at += 1;
                    Ok(Query::Set(name))
                }
                _ => Err(malformed()),
            },
            Codes::Index(readings, Relation::Eq) if self.peek() == Some(&Token::Open) => self.bracketed(&readings),
            Codes::Index(readings, relation) => self.words(&readings, relation),
        }
    }

    /// A query in brackets; its words are sought in `readings` where they name nothing themselves.
    fn bracketed(&mut self, readings: &[Reading]) -> Result<Query, Diagnostic> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Diagnostic::new(6, DEEPEST.to_string()));
        }
        self.at += 1;
        let query = if readings.is_empty() {
            self.query()?
        } else {
            let mut query = self.words(readings, Relation::Eq)?;
            while let Some(boolean) = self.boolean() {
                self.at += 1;
                let next = self.words(readings, Relation::Eq)?;
                query = match boolean {
                    Boolean::And => query.and(next),
                    Boolean::Or => query.or(next),
                    Boolean::Not => query.and_not(next),
                };
            }
            query
        };
        if self.peek() != Some(&Token::Close) {
            return Err(malformed());
        }
        self.at += 1;
        self.depth -= 1;
        Ok(query)
    }

    /// `ti,au=`, if it stands here.
    fn codes(&mut self) -> Result<Codes, Diagnostic> {
        let mut names = Vec::new();
        let mut at = self.at;
        while let Some(Token::Word(name)) = self.tokens.get(at) {
            names.push(name.as_str());
            at += 1;
            if self.tokens.get(at) != Some(&Token::Comma) {
                break;
            }
            at += 1;
        }
        let Some(Token::Relation(relation)) = self.tokens.get(at) else {
            return Ok(Codes::Index(Vec::new(), Relation::Eq));
        };
        self.at = at + 1;
        if let [name] = names.as_slice()
            && name.eq_ignore_ascii_case("set")
        {
            return Ok(Codes::Set);
        }
        let known = names
            .iter()
            .map(|name| self.map.ccl(name).ok_or_else(|| Diagnostic::new(114, *name)));
        let readings: Vec<Reading> = known.collect::<Result<_, _>>()?;
        if readings.is_empty() {
            return Err(malformed());
        }
        Ok(Codes::Index(readings, *relation))
    }

    fn words(&mut self, readings: &[Reading], relation: Relation) -> Result<Query, Diagnostic> {
        let mut near: Option<(u32, bool)> = None;
        let mut query: Option<Query> = None;
        let mut run: Vec<String> = Vec::new();
        let default = [Reading {
            index: self.map.default_index(),
            from_start: false,
        }];
        let readings = if readings.is_empty() { &default } else { readings };
        loop {
            match self.peek().cloned() {
                Some(Token::Near(distance, ordered)) if !run.is_empty() => {
                    self.at += 1;
                    let next = clause(&run, readings, relation);
                    query = Some(joined(query, near, next));
                    near = Some((distance, ordered));
                    run.clear();
                }
                Some(Token::Word(word)) if self.boolean().is_none() => {
                    self.at += 1;
                    run.push(word);
                }
                Some(Token::Quoted(phrase)) => {
                    self.at += 1;
                    run.push(phrase);
                }
                _ => break,
            }
        }
        if run.is_empty() {
            return Err(malformed());
        }
        Ok(joined(query, near, clause(&run, readings, relation)))
    }
}

enum Codes {
    Set,
    Index(Vec<Reading>, Relation),
}

fn joined(before: Option<Query>, near: Option<(u32, bool)>, next: Query) -> Query {
    match (before, near) {
        (Some(left), Some((distance, ordered))) => Query::Prox(Box::new(Proximity {
            left,
            right: next,
            distance,
            ordered,
            unit: ProximityUnit::Word,
            relation: Relation::Le,
            exclusion: false,
        })),
        (Some(left), None) => left.and(next),
        (None, _) => next,
    }
}

/// The words in any of the indexes.
fn clause(words: &[String], readings: &[Reading], relation: Relation) -> Query {
    let text = words.join(" ");
    let mut clauses = readings.iter().map(|reading| Query::Clause(one(&text, *reading, relation)));
    match clauses.next() {
        Some(first) => clauses.fold(first, Query::or),
        None => Query::All,
    }
}

fn one(text: &str, reading: Reading, relation: Relation) -> Clause {
    let range = text.split_once('-').filter(|(from, to)| {
        let year = |text: &str| !text.trim().is_empty() && text.trim().bytes().all(|byte| byte.is_ascii_digit());
        year(from) && year(to) && from.trim().len() == to.trim().len() && relation == Relation::Eq
    });
    let (relation, term) = match range {
        Some((from, to)) => (Relation::Within, Pattern::literal(format!("{} {}", from.trim(), to.trim()))),
        None => (relation, masked(text)),
    };
    Clause {
        index: IndexId(reading.index.0),
        relation,
        structure: Structure::Phrase,
        position: if reading.from_start {
            Position::FirstInField
        } else {
            Position::Any
        },
        completeness: Completeness::Incomplete,
        term,
    }
}

fn masked(text: &str) -> Pattern {
    let mut pattern = Pattern::default();
    for c in text.chars() {
        match c {
            '?' => pattern.push_any_run(),
            '#' => pattern.push_any_one(),
            c => pattern.push_text(c.encode_utf8(&mut [0; 4])),
        }
    }
    pattern
}
