//! CQL's words given their meaning: a [`CqlQuery`] becomes the [`Query`] that every protocol shares.

use super::ast::{Comparitor, CqlQuery, Modifier, Name, Operand, Operator, Relation as Written, Scope, SearchClause, Symbol};
use super::fault::{CqlFault, Problem};
use super::proximity;
use super::sets::Scoped;
use super::sort;
use super::term::{self, Term};
use super::vocabulary::{Meaning, NoSuch, Vocabulary};
use crate::ports::search::{List, SortKey};
use crate::query::{Clause, Completeness, IndexId, MAX_NODES, Pattern, Piece, Position, Proximity, Query, Relation, Structure};

/// Gives queries their meaning.
#[derive(Debug)]
pub struct Interpreter<'v, V> {
    vocabulary: &'v V,
}

/// A query and the order that it wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Interpreted {
    /// What is searched for.
    pub query: Query,
    /// Most important key first; empty where nothing was said.
    pub sort: Vec<SortKey>,
}

/// How the relation of a clause is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// `=`, `adj`.
    Plain,
    /// `==`, `exact`.
    Exact,
    /// `all`.
    All,
    /// `any`.
    Any,
    /// `<`, `within`, …
    Compare(Relation),
    /// `encloses`.
    Encloses,
}

impl<'v, V: Vocabulary> Interpreter<'v, V> {
    /// With an index map.
    pub fn new(vocabulary: &'v V) -> Self {
        Self { vocabulary }
    }

    /// The meaning of a query.
    pub fn query(&self, query: &CqlQuery) -> Result<Interpreted, CqlFault> {
        let outer = Scoped::default();
        let tree = self.scope(&query.scope, &outer)?;
        if tree.nodes() > MAX_NODES {
            return Err(CqlFault::new(Problem::TooManyBooleans, MAX_NODES / 2));
        }
        let prefixes = outer.within(&query.scope.prefixes, self.vocabulary)?;
        let sort = sort::keys(&query.sort, |name| self.meaning(name, &prefixes))?;
        Ok(Interpreted { query: tree, sort })
    }

    /// The index, list and start of a scan clause.
    pub fn scan(&self, scope: &Scope) -> Result<(IndexId, List, String), CqlFault> {
        let Operand::Clause(clause) = &scope.first else {
            return Err(CqlFault::new(Problem::QuerySyntaxError, "a scan clause is one clause"));
        };
        let prefixes = Scoped::default().within(&scope.prefixes, self.vocabulary)?;
        let (meaning, name, heading) = match &clause.target {
            None => (self.vocabulary.default_index(), "cql.serverChoice".to_owned(), false),
            Some((index, relation)) => {
                let heading = match mode(relation)? {
                    Mode::Exact => true,
                    Mode::Plain | Mode::All | Mode::Any => relation.is_named("adj"),
                    Mode::Compare(_) | Mode::Encloses => return Err(CqlFault::new(Problem::UnsupportedRelation, relation)),
                };
                let modified = modified(&relation.modifiers)?;
                (Some(self.chosen(index, &prefixes)?), index.to_string(), heading || modified.string)
            }
        };
        let meaning = meaning
            .filter(|meaning| meaning.scannable)
            .ok_or_else(|| CqlFault::new(Problem::UnsupportedIndex, name))?;
        let term = term::read(&clause.term, false)?;
        let list = if heading || meaning.from_start || term.from_start || !meaning.text {
            List::Headings
        } else {
            List::Words
        };
        Ok((meaning.index, list, text_of(&term.pattern)))
    }

    /// One sort key from the name of an index.
    pub fn sort_key(&self, name: &str, descending: bool, missing: Option<super::Wanted>) -> Result<SortKey, CqlFault> {
        sort::key(&Name::new(name), descending, missing, |name| self.meaning(name, &Scoped::default()))
    }

    /// The index of a name, with or without the prefix of a context set.
    pub fn index(&self, name: &str) -> Result<Meaning, CqlFault> {
        self.meaning(&Name::new(name), &Scoped::default())
    }

    fn scope(&self, scope: &Scope, outer: &Scoped) -> Result<Query, CqlFault> {
        let prefixes = outer.within(&scope.prefixes, self.vocabulary)?;
        let mut query = self.operand(&scope.first, &prefixes)?;
        for (boolean, operand) in &scope.rest {
            let right = self.operand(operand, &prefixes)?;
            if boolean.operator != Operator::Prox
                && let Some(modifier) = boolean.modifiers.iter().find(|modifier| !modifier.name.is("rel", "combine"))
            {
                return Err(CqlFault::new(Problem::UnsupportedBooleanModifier, &modifier.name));
            }
            query = match boolean.operator {
                Operator::And => query.and(right),
                Operator::Or => query.or(right),
                Operator::Not => query.and_not(right),
                Operator::Prox => {
                    let near = proximity::read(&boolean.modifiers)?;
                    for side in [&query, &right] {
                        proximity::check(side)?;
                    }
                    Query::Prox(Box::new(Proximity {
                        left: query,
                        right,
                        distance: near.distance,
                        ordered: near.ordered,
                        unit: near.unit,
                        relation: near.relation,
                        exclusion: false,
                    }))
                }
            };
        }
        Ok(query)
    }

    fn operand(&self, operand: &Operand, prefixes: &Scoped) -> Result<Query, CqlFault> {
        match operand {
            Operand::Clause(clause) => self.clause(clause, prefixes),
            Operand::Nested(scope) => self.scope(scope, prefixes),
        }
    }

    fn clause(&self, clause: &SearchClause, prefixes: &Scoped) -> Result<Query, CqlFault> {
        let plain = Written {
            comparitor: Comparitor::Symbol(Symbol::Equal),
            modifiers: Vec::new(),
        };
        let (index, relation) = match &clause.target {
            Some((index, relation)) => (Some(index), relation),
            None => (None, &plain),
        };
        if let Some(index) = index {
            if is_cql(index, "resultSetId", prefixes) {
                return Ok(Query::Set(super::parse::unescaped(&clause.term)));
            }
            if is_cql(index, "allRecords", prefixes) {
                return Ok(Query::All);
            }
        }
        // What harvesters send to get everything.
        let chooses = |index: &&Name| SERVER_CHOICE.iter().any(|name| is_cql(index, name, prefixes));
        if clause.term == "*" && index.is_none_or(|index| chooses(&index)) {
            return Ok(Query::All);
        }
        let meaning = match index {
            None => self.default_index()?,
            Some(index) => self.chosen(index, prefixes)?,
        };
        build(meaning, relation, &clause.term)
    }

    fn default_index(&self) -> Result<Meaning, CqlFault> {
        let none = || CqlFault::new(Problem::UnsupportedIndex, "cql.serverChoice");
        self.vocabulary.default_index().ok_or_else(none)
    }

    /// The index of a name that may leave the choice to the server.
    fn chosen(&self, name: &Name, prefixes: &Scoped) -> Result<Meaning, CqlFault> {
        match self.meaning(name, prefixes) {
            Err(_) if SERVER_CHOICE.iter().any(|choice| is_cql(name, choice, prefixes)) => self.default_index(),
            found => found,
        }
    }

    fn meaning(&self, name: &Name, prefixes: &Scoped) -> Result<Meaning, CqlFault> {
        let set = match &name.prefix {
            Some(prefix) => Some(prefixes.set(prefix)),
            None => prefixes.default_set(),
        };
        self.vocabulary
            .index(set, &name.base)
            .map_err(|no_such| match (no_such, &name.prefix) {
                (NoSuch::Set, Some(prefix)) => CqlFault::new(Problem::UnsupportedContextSet, prefix),
                _ => CqlFault::new(Problem::UnsupportedIndex, name),
            })
    }
}

/// Names of the cql set that leave the choice of index to the server.
const SERVER_CHOICE: [&str; 5] = ["serverChoice", "keywords", "anywhere", "anyIndexes", "allIndexes"];

/// Whether it is this name of the cql set.
fn is_cql(name: &Name, base: &str, prefixes: &Scoped) -> bool {
    let set = match &name.prefix {
        Some(prefix) => prefixes.set(prefix),
        None => prefixes.default_set().unwrap_or("cql"),
    };
    ["cql", "srw"].iter().any(|known| set.eq_ignore_ascii_case(known)) && name.base.eq_ignore_ascii_case(base)
}

fn mode(relation: &Written) -> Result<Mode, CqlFault> {
    Ok(match &relation.comparitor {
        Comparitor::Symbol(Symbol::Equal) => Mode::Plain,
        Comparitor::Symbol(Symbol::Exact) => Mode::Exact,
        Comparitor::Symbol(Symbol::NotEqual) => Mode::Compare(Relation::Ne),
        Comparitor::Symbol(Symbol::Less) => Mode::Compare(Relation::Lt),
        Comparitor::Symbol(Symbol::Greater) => Mode::Compare(Relation::Gt),
        Comparitor::Symbol(Symbol::LessOrEqual) => Mode::Compare(Relation::Le),
        Comparitor::Symbol(Symbol::GreaterOrEqual) => Mode::Compare(Relation::Ge),
        Comparitor::Named(_) if relation.is_named("scr") || relation.is_named("adj") => Mode::Plain,
        Comparitor::Named(_) if relation.is_named("exact") => Mode::Exact,
        Comparitor::Named(_) if relation.is_named("all") => Mode::All,
        Comparitor::Named(_) if relation.is_named("any") => Mode::Any,
        Comparitor::Named(_) if relation.is_named("within") => Mode::Compare(Relation::Within),
        Comparitor::Named(_) if relation.is_named("encloses") => Mode::Encloses,
        Comparitor::Named(name) => return Err(CqlFault::new(Problem::UnsupportedRelation, name)),
    })
}

/// What the modifiers of a relation ask for.
#[derive(Debug, Default)]
struct Modified {
    unmasked: bool,
    substring: bool,
    string: bool,
    word: bool,
}

fn modified(modifiers: &[Modifier]) -> Result<Modified, CqlFault> {
    let mut found = Modified::default();
    for modifier in modifiers {
        let is = |base: &str| modifier.name.is("cql", base);
        if is("unmasked") {
            found.unmasked = true;
        } else if is("substring") {
            found.substring = true;
        } else if is("string") {
            found.string = true;
        } else if is("word") {
            found.word = true;
        } else if !HARMLESS.iter().any(|name| is(name)) {
            return Err(CqlFault::new(Problem::UnsupportedRelationModifier, &modifier.name));
        }
    }
    if found.string && found.word {
        return Err(CqlFault::new(Problem::UnsupportedCombinationOfRelationModifiers, "string word"));
    }
    Ok(found)
}

/// Modifiers that ask for what every search here does anyway.
const HARMLESS: [&str; 6] = ["masked", "ignoreCase", "ignoreAccents", "isoDate", "number", "locale"];

impl Written {
    fn is_named(&self, base: &str) -> bool {
        matches!(&self.comparitor, Comparitor::Named(name) if name.is("cql", base))
    }
}

fn build(meaning: Meaning, relation: &Written, text: &str) -> Result<Query, CqlFault> {
    let mode = mode(relation)?;
    let modified = modified(&relation.modifiers)?;
    let Term {
        mut pattern,
        from_start,
        to_end,
    } = term::read(text, modified.unmasked)?;
    if pattern.pieces().is_empty() {
        return Err(CqlFault::new(Problem::EmptyTermUnsupported, ""));
    }
    if to_end && !from_start {
        return Err(CqlFault::new(Problem::AnchoringNotSupported, "the end of a field alone"));
    }
    if from_start && matches!(mode, Mode::All | Mode::Any | Mode::Compare(_) | Mode::Encloses) {
        return Err(CqlFault::new(Problem::AnchoringNotSupported, relation));
    }
    if modified.substring {
        pattern = pattern.truncated_left().truncated_right();
    }
    let mut clause = Clause::plain(meaning.index, "");
    match mode {
        Mode::Exact if meaning.text => clause = complete(clause),
        Mode::Plain if meaning.text && modified.string => clause = complete(clause),
        // A value that is not text is always whole.
        Mode::Plain | Mode::Exact => {}
        Mode::All | Mode::Any if !meaning.text => return Ok(each(&clause, mode, &pattern)),
        Mode::All => clause.structure = Structure::AllWords,
        Mode::Any => clause.structure = Structure::AnyWord,
        Mode::Compare(relation) => clause.relation = relation,
        Mode::Encloses => return enclosing(&clause, relation, text, meaning.text),
    }
    if clause.relation == Relation::Within && text.split_whitespace().count() != 2 {
        return Err(CqlFault::new(Problem::UnsupportedCombinationOfRelationAndTerm, relation));
    }
    if from_start && meaning.text {
        clause.position = Position::FirstInField;
        if to_end {
            clause.completeness = Completeness::Field;
        }
    }
    // The phrase codes of Danish practice: from the beginning of the heading, truncated right.
    if meaning.from_start && mode == Mode::Plain && meaning.text && !to_end {
        clause = complete(clause);
        pattern = pattern.truncated_right();
    }
    clause.term = pattern;
    Ok(clause.into())
}

/// `encloses`: from a record's lowest value to its highest, what is asked for lies between: one value, or both ends of a range.
fn enclosing(clause: &Clause, relation: &Written, text: &str, is_text: bool) -> Result<Query, CqlFault> {
    if is_text {
        return Err(CqlFault::new(Problem::UnsupportedCombinationOfRelationAndIndex, relation));
    }
    let mut values = text.split_whitespace();
    let (Some(low), high, None) = (values.next(), values.next(), values.next()) else {
        return Err(CqlFault::new(Problem::UnsupportedCombinationOfRelationAndTerm, relation));
    };
    let end = |relation, value: &str| {
        Query::from(Clause {
            relation,
            term: Pattern::literal(value),
            ..clause.clone()
        })
    };
    Ok(end(Relation::Le, low).and(end(Relation::Ge, high.unwrap_or(low))))
}

/// A whole field.
fn complete(mut clause: Clause) -> Clause {
    clause.position = Position::FirstInField;
    clause.completeness = Completeness::Field;
    clause
}

/// `any` and `all` of values that are not text: one clause a value.
fn each(clause: &Clause, mode: Mode, pattern: &Pattern) -> Query {
    let mut values = vec![Pattern::default()];
    for piece in pattern.pieces() {
        match piece {
            Piece::Literal(text) => {
                for (n, word) in text.split(char::is_whitespace).enumerate() {
                    if n > 0 {
                        values.push(Pattern::default());
                    }
                    if let Some(last) = values.last_mut() {
                        last.push_text(word);
                    }
                }
            }
            Piece::AnyRun => values.iter_mut().last().into_iter().for_each(Pattern::push_any_run),
            Piece::AnyOne => values.iter_mut().last().into_iter().for_each(Pattern::push_any_one),
        }
    }
    let clauses = values
        .into_iter()
        .filter(|value| !value.pieces().is_empty())
        .map(|term| Query::from(Clause { term, ..clause.clone() }));
    let joined = clauses.reduce(if mode == Mode::All { Query::and } else { Query::or });
    joined.unwrap_or_else(|| Query::from(clause.clone()))
}

fn text_of(pattern: &Pattern) -> String {
    let literals = pattern.pieces().iter().filter_map(|piece| match piece {
        Piece::Literal(text) => Some(text.as_str()),
        Piece::AnyRun | Piece::AnyOne => None,
    });
    literals.collect()
}

#[cfg(test)]
mod tests;
