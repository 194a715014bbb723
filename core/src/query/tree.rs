//! The query tree.

use super::pattern::Pattern;

/// Most nodes that a query may have. Whoever reads a query refuses a larger one, so a tree is never deeper than the stack
/// allows and may be walked by recursion.
pub const MAX_NODES: usize = 1000;

/// An index of the index map, by its place there. The map turns names into it and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct IndexId(pub u16);

/// What is searched for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Query {
    /// Every record that is a hit of its own: heads and sections of works in several volumes are not.
    All,
    /// One term in one index.
    Clause(Clause),
    /// The hits of a named result set.
    Set(String),
    /// Records that all of these find; at least two.
    And(Vec<Query>),
    /// Records that any of these finds; at least two.
    Or(Vec<Query>),
    /// Records that the first finds and none of the others; at least one other.
    Not(Box<Query>, Vec<Query>),
    /// Records in which both stand near each other.
    Prox(Box<Proximity>),
}

/// Two operands near each other in one index of one record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Proximity {
    /// A clause, or a choice of clauses.
    pub left: Query,
    /// A clause, or a choice of clauses.
    pub right: Query,
    /// How far apart, in units; neighbours are 1 apart as words, 0 as fields.
    pub distance: u32,
    /// The left one must come first.
    pub ordered: bool,
    /// What is counted.
    pub unit: ProximityUnit,
    /// How the actual distance must stand to `distance`.
    pub relation: Relation,
    /// Records in which they are *not* so near.
    pub exclusion: bool,
}

/// What proximity counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProximityUnit {
    /// Words.
    Word,
    /// Fields as the index map has them: 0 is the same field. Other distances cannot be evaluated.
    Field,
}

/// One term in one index.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Clause {
    /// Where.
    pub index: IndexId,
    /// How what is found stands to the term. Order is that of numbers, or of folded strings.
    pub relation: Relation,
    /// How the term is to be taken apart.
    pub structure: Structure,
    /// Where in the field it must begin.
    pub position: Position,
    /// How much of the field it must fill.
    pub completeness: Completeness,
    /// What is searched for, as the searcher wrote it.
    pub term: Pattern,
}

/// How what is found stands to the term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Equal: for text, it contains the term.
    Eq,
    /// Greater or equal.
    Ge,
    /// Greater.
    Gt,
    /// Every record but those with `Eq`.
    Ne,
    /// Between the two values of the term (`1990 1999`), both included.
    Within,
}

/// How a term of a text index is to be taken apart. Other kinds of index take every term as one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Structure {
    /// Words side by side, in this order, in one field; a single word is the shortest phrase.
    Phrase,
    /// All the words, in any fields of the index.
    AllWords,
    /// At least one of the words.
    AnyWord,
}

/// Where in the field a term must begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// Anywhere.
    Any,
    /// At its start, or where filing begins (`The ¤Beatles`).
    FirstInField,
}

/// How much of the field a term must fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completeness {
    /// Any part.
    Incomplete,
    /// A whole subfield. The index map says which parts of a field count; a whole field counts too.
    Subfield,
    /// The whole field.
    Field,
}

impl Clause {
    /// Words of an index side by side, or a value of an index that is not text: what both protocols mean by a plain term.
    pub fn plain(index: IndexId, term: impl Into<Pattern>) -> Self {
        Self {
            index,
            relation: Relation::Eq,
            structure: Structure::Phrase,
            position: Position::Any,
            completeness: Completeness::Incomplete,
            term: term.into(),
        }
    }
}

impl From<Clause> for Query {
    fn from(clause: Clause) -> Self {
        Self::Clause(clause)
    }
}

impl Query {
    /// Both. Chains become one flat list, however they were bracketed, so that equal queries are equal trees.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut all = match self {
            Self::And(all) => all,
            one => vec![one],
        };
        match other {
            Self::And(more) => all.extend(more),
            one => all.push(one),
        }
        Self::And(all)
    }

    /// Either. Flat, as [`Query::and`].
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let mut all = match self {
            Self::Or(all) => all,
            one => vec![one],
        };
        match other {
            Self::Or(more) => all.extend(more),
            one => all.push(one),
        }
        Self::Or(all)
    }

    /// This without the other.
    #[must_use]
    pub fn and_not(self, other: Self) -> Self {
        match self {
            Self::Not(from, mut without) => {
                without.push(other);
                Self::Not(from, without)
            }
            from => Self::Not(Box::new(from), vec![other]),
        }
    }

    /// Nodes of the tree, itself included.
    pub fn nodes(&self) -> usize {
        1 + match self {
            Self::All | Self::Clause(_) | Self::Set(_) => 0,
            Self::And(all) | Self::Or(all) => all.iter().map(Self::nodes).sum(),
            Self::Not(from, without) => from.nodes() + without.iter().map(Self::nodes).sum::<usize>(),
            Self::Prox(near) => near.left.nodes() + near.right.nodes(),
        }
    }

    /// Names of the result sets it refers to, in order, repeats included.
    pub fn sets(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.collect_sets(&mut names);
        names
    }

    fn collect_sets<'q>(&'q self, names: &mut Vec<&'q str>) {
        match self {
            Self::All | Self::Clause(_) => {}
            Self::Set(name) => names.push(name),
            Self::And(all) | Self::Or(all) => all.iter().for_each(|query| query.collect_sets(names)),
            Self::Not(from, without) => {
                from.collect_sets(names);
                without.iter().for_each(|query| query.collect_sets(names));
            }
            Self::Prox(near) => {
                near.left.collect_sets(names);
                near.right.collect_sets(names);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Query {
        Clause::plain(IndexId(0), text).into()
    }

    #[test]
    fn brackets_make_no_difference_in_a_chain() {
        let left = word("a").and(word("b")).and(word("c"));
        let right = word("a").and(word("b").and(word("c")));
        assert_eq!(left, right);
        assert_eq!(left.nodes(), 4);
        assert_ne!(word("a").and(word("b")).or(word("c")), word("a").and(word("b").or(word("c"))));
    }

    #[test]
    fn a_long_chain_is_flat() {
        let chain = (0..100_000).fold(word("a"), |query, _| query.or(word("b")));
        assert!(matches!(&chain, Query::Or(all) if all.len() == 100_001));
    }

    #[test]
    fn names_its_sets() {
        let query = Query::Set("1".into()).and_not(word("x")).or(Query::Set("2".into()));
        assert_eq!(query.sets(), ["1", "2"]);
    }
}
