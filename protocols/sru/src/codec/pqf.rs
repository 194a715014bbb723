//! Prefix queries (PQF), as Index Data's clients send them in `x-pquery` and as `queryType=pqf`: `@and @attr 1=4 hund kat`.
//!
//! Read from the left with a stack of operators that still want an operand, so that no query is too deep.

use crate::message::{Diagnostic, number};

/// What a query holds, operands before their operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// A term.
    Term(Term),
    /// `@set NAME`.
    Set(String),
    /// `@and`, `@or`, `@not` of the two before it.
    Operator(Operator),
}

/// The operators; `@prox` with its six numbers as they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)] // each name says it
pub enum Operator {
    And,
    Or,
    Not,
    Prox([String; 6]),
}

/// A term with its attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// As they stand before it and before the operators above it; where a type comes twice the last one counts.
    pub attributes: Vec<Attribute>,
    /// Its text.
    pub text: String,
}

/// `@attr [SET] TYPE=VALUE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The set; that of `@attrset` or Bib-1 where none is named.
    pub set: Option<String>,
    /// Its type.
    pub kind: u32,
    /// A number or a name.
    pub value: String,
}

/// Most attributes that may stand before one term.
const ATTRIBUTES: usize = 64;

/// Reads a query of at most so many terms.
pub fn read(text: &str, most_terms: usize) -> Result<Vec<Node>, Diagnostic> {
    let mut tokens = Tokens { rest: text };
    let mut nodes = Vec::new();
    let mut set = None;
    // Operators that want an operand: the attributes that hold for both, and whether the first is there.
    let mut open: Vec<(Operator, Vec<Attribute>, bool)> = Vec::new();
    let mut attributes: Vec<Attribute> = Vec::new();
    let mut terms = 0;
    loop {
        let (word, quoted) = tokens.next()?.ok_or_else(|| syntax("a term is missing"))?;
        let operand = match word.as_str() {
            _ if quoted => Node::Term(term(&attributes, word)),
            "@attrset" if open.is_empty() => {
                set = Some(tokens.word()?);
                continue;
            }
            "@attr" => {
                if attributes.len() == ATTRIBUTES {
                    return Err(syntax("too many attributes"));
                }
                attributes.push(attribute(&mut tokens, set.as_deref())?);
                continue;
            }
            "@and" | "@or" | "@not" | "@prox" => {
                let operator = match word.as_str() {
                    "@and" => Operator::And,
                    "@or" => Operator::Or,
                    "@not" => Operator::Not,
                    _ => prox(&mut tokens)?,
                };
                if open.len() == most_terms {
                    return Err(Diagnostic::new(number::TOO_MANY_BOOLEANS, most_terms.to_string()));
                }
                open.push((operator, attributes.clone(), false));
                continue;
            }
            // What a term is of is told by its attributes here.
            "@term" => {
                tokens.word()?;
                continue;
            }
            "@set" => Node::Set(tokens.word()?),
            unknown if unknown.starts_with('@') => return Err(syntax(unknown)),
            _ => Node::Term(term(&attributes, word)),
        };
        terms += 1;
        if terms > most_terms {
            return Err(Diagnostic::new(number::TOO_MANY_BOOLEANS, (most_terms - 1).to_string()));
        }
        nodes.push(operand);
        loop {
            match open.pop() {
                None => return tokens.end().map(|()| nodes),
                Some((operator, inherited, false)) => {
                    attributes.clone_from(&inherited);
                    open.push((operator, inherited, true));
                    break;
                }
                Some((operator, _, true)) => nodes.push(Node::Operator(operator)),
            }
        }
    }
}

fn term(attributes: &[Attribute], text: String) -> Term {
    Term {
        attributes: attributes.to_vec(),
        text,
    }
}

fn attribute(tokens: &mut Tokens<'_>, set: Option<&str>) -> Result<Attribute, Diagnostic> {
    let first = tokens.word()?;
    let (set, pair) = if first.contains('=') {
        (set.map(str::to_owned), first)
    } else {
        (Some(first), tokens.word()?)
    };
    let (kind, value) = pair.split_once('=').ok_or_else(|| syntax(&pair))?;
    Ok(Attribute {
        set,
        kind: kind.parse().map_err(|_| syntax(&pair))?,
        value: value.to_owned(),
    })
}

/// `@prox EXCLUSION DISTANCE ORDERED RELATION WHICH-CODE UNIT`.
fn prox(tokens: &mut Tokens<'_>) -> Result<Operator, Diagnostic> {
    let mut numbers: [String; 6] = Default::default();
    for number in &mut numbers {
        *number = tokens.word()?;
    }
    Ok(Operator::Prox(numbers))
}

fn syntax(what: &str) -> Diagnostic {
    Diagnostic::new(number::QUERY_SYNTAX_ERROR, what)
}

struct Tokens<'t> {
    rest: &'t str,
}

impl Tokens<'_> {
    /// The next word, and whether it stood in quotes; a backslash guards the character after it.
    fn next(&mut self) -> Result<Option<(String, bool)>, Diagnostic> {
        let begin = self.rest.trim_start();
        let quoted = begin.starts_with('"');
        let mut characters = begin.chars();
        if quoted {
            characters.next();
        }
        if characters.as_str().is_empty() && !quoted {
            return Ok(None);
        }
        let mut word = String::new();
        loop {
            match characters.next() {
                Some('"') if quoted => break,
                Some('\\') => word.extend(characters.next()),
                Some(space) if !quoted && space.is_whitespace() => break,
                Some(other) => word.push(other),
                None if quoted => return Err(Diagnostic::new(number::INVALID_USE_OF_QUOTES, "")),
                None => break,
            }
        }
        self.rest = characters.as_str();
        Ok(Some((word, quoted)))
    }

    fn word(&mut self) -> Result<String, Diagnostic> {
        self.next()?.map(|(word, _)| word).ok_or_else(|| syntax("the query ends too early"))
    }

    fn end(&mut self) -> Result<(), Diagnostic> {
        match self.next()? {
            None => Ok(()),
            Some((word, _)) => Err(syntax(&word)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let nodes = match read(text, 500) {
            Ok(nodes) => nodes,
            Err(why) => return format!("{} {}", why.number, why.details),
        };
        let shown = nodes.iter().map(|node| match node {
            Node::Term(term) => {
                let attributes = term.attributes.iter().map(|one| format!("{}={}/", one.kind, one.value));
                format!("{}{}", attributes.collect::<String>(), term.text)
            }
            Node::Set(name) => format!("set {name}"),
            Node::Operator(operator) => format!("{operator:?}"),
        });
        shown.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn the_notation_reads() {
        for (text, wanted) in [
            ("hund", "hund"),
            ("@attr 1=4 \"den lille\"", "1=4/den lille"),
            ("@and @attr 1=4 a b", "1=4/a, b, And"),
            ("@attr 5=1 @or @attr 1=4 a @attr 1=21 b", "5=1/1=4/a, 5=1/1=21/b, Or"),
            ("@not @and a b @set x", "a, b, And, set x, Not"),
            ("\"@and\"", "@and"),
            ("a\\ b", "a b"),
            ("@and a", "10 a term is missing"),
            ("a b", "10 b"),
            ("@nosuch a", "10 @nosuch"),
            ("@attr 1 a", "10 a"),
            ("\"a", "14 "),
            ("", "10 a term is missing"),
        ] {
            assert_eq!(shown(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_hundred_thousand_operators_are_too_many() {
        assert_eq!(shown(&format!("{}a", "@and ".repeat(100_000))), "38 500");
        assert!(shown(&format!("{}{}", "@or ".repeat(499), "a ".repeat(500))).ends_with("Or"));
        assert_eq!(shown(&format!("{}a", "@attr 1=4 ".repeat(100_000))), "10 too many attributes");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_query_or_a_diagnostic(text in "((@and|@or|@prox|@attr|@set|1=4|a|\"|\\\\|æ) ?){0,20}") {
            let _ = read(&text, 20);
        }
    }
}
