//! A query as text: what is written reads to the same tree.

use super::ast::{Boolean, Comparitor, CqlQuery, Modifier, Name, Operand, Operator, Relation, Scope, SearchClause, SortSpec};
use super::lex::is_word;
use std::fmt::{self, Display, Formatter};

impl Display for CqlQuery {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.scope.fmt(f)?;
        if !self.sort.is_empty() {
            f.write_str(" sortBy")?;
        }
        self.sort.iter().try_for_each(|key| write!(f, " {key}"))
    }
}

impl Display for Scope {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for prefix in &self.prefixes {
            f.write_str("> ")?;
            if let Some(name) = &prefix.name {
                write!(f, "{} = ", Word(name))?;
            }
            write!(f, "{} ", Guarded(&prefix.uri))?;
        }
        self.first.fmt(f)?;
        self.rest
            .iter()
            .try_for_each(|(boolean, operand)| write!(f, " {boolean} {operand}"))
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clause(clause) => clause.fmt(f),
            Self::Nested(scope) => write!(f, "({scope})"),
        }
    }
}

impl Display for SearchClause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some((index, relation)) = &self.target {
            write!(f, "{} {relation} ", Spelled(index))?;
        }
        Word(&self.term).fmt(f)
    }
}

impl Display for Relation {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.comparitor {
            Comparitor::Symbol(symbol) => f.write_str(symbol.as_str())?,
            // A relation is never quoted: it would be a term.
            Comparitor::Named(name) => name.fmt(f)?,
        }
        modifiers(&self.modifiers, f)
    }
}

impl Display for Boolean {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.operator.as_str())?;
        modifiers(&self.modifiers, f)
    }
}

impl Display for SortSpec {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Spelled(&self.index).fmt(f)?;
        modifiers(&self.modifiers, f)
    }
}

fn modifiers(modifiers: &[Modifier], f: &mut Formatter<'_>) -> fmt::Result {
    for modifier in modifiers {
        write!(f, "/{}", Spelled(&modifier.name))?;
        if let Some((symbol, value)) = &modifier.value {
            write!(f, "{}{}", symbol.as_str(), Guarded(value))?;
        }
    }
    Ok(())
}

/// A name, in quotes where it needs them.
struct Spelled<'a>(&'a Name);

impl Display for Spelled<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Word(&self.0.to_string()).fmt(f)
    }
}

/// Text whose backslashes stand already, in quotes where it needs them.
struct Word<'a>(&'a str);

impl Display for Word<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let plain = !self.0.is_empty()
            && self.0.chars().all(|character| is_word(character) && character != '\\')
            && Operator::of(self.0).is_none()
            && !self.0.eq_ignore_ascii_case("sortby");
        if plain { f.write_str(self.0) } else { write!(f, "\"{}\"", self.0) }
    }
}

/// Text whose quotation marks and backslashes are still bare.
struct Guarded<'a>(&'a str);

impl Display for Guarded<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Word(&self.0.replace('\\', "\\\\").replace('"', "\\\"")).fmt(f)
    }
}
