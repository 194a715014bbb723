//! The tree of a CQL query, as the grammar has it. Names are as written; nothing is looked up.

/// A whole query: `sortedQuery` of the grammar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CqlQuery {
    /// What is searched for.
    pub scope: Scope,
    /// `sortBy`, most important key first; empty where nothing was said.
    pub sort: Vec<SortSpec>,
}

/// Operands joined from left to right: all booleans have one precedence. A chain of a thousand is a vector, not a deep tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Prefixes that hold in here and nowhere else.
    pub prefixes: Vec<Prefix>,
    /// The first operand.
    pub first: Operand,
    /// Each further operand with what joins it to all that stands before it.
    pub rest: Vec<(Boolean, Operand)>,
}

/// `> name = "uri"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix {
    /// The prefix; none makes the set the default one.
    pub name: Option<String>,
    /// The context set.
    pub uri: String,
}

/// What a boolean joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// `index relation term`.
    Clause(SearchClause),
    /// In parentheses.
    Nested(Box<Scope>),
}

/// `index relation term`, or a term alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchClause {
    /// Index and relation; a term alone has neither, and the server chooses.
    pub target: Option<(Name, Relation)>,
    /// The term without its quotes, with its backslashes: they tell a mask from a star.
    pub term: String,
}

/// `set.name`; the part after the first full stop may hold more of them (`marc.245.a`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The prefix of a context set.
    pub prefix: Option<String>,
    /// The name in the set.
    pub base: String,
}

/// What stands between index and term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The relation itself.
    pub comparitor: Comparitor,
    /// `/stem`, `/locale=da`.
    pub modifiers: Vec<Modifier>,
}

/// A relation: a sign or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparitor {
    /// `=`, `<=`, …
    Symbol(Symbol),
    /// `any`, `cql.all`, …
    Named(Name),
}

/// The signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Symbol {
    /// `=`
    Equal,
    /// `==`
    Exact,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `<=`
    LessOrEqual,
    /// `>=`
    GreaterOrEqual,
}

/// `/name`, or `/name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modifier {
    /// Its name.
    pub name: Name,
    /// Sign and value.
    pub value: Option<(Symbol, String)>,
}

/// A boolean with its modifiers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boolean {
    /// Which.
    pub operator: Operator,
    /// `/distance<=2`, `/unit=word`.
    pub modifiers: Vec<Modifier>,
}

/// The booleans. `not` is "and not".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // each name says it
pub enum Operator {
    And,
    Or,
    Not,
    Prox,
}

/// One key of `sortBy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SortSpec {
    /// The index.
    pub index: Name,
    /// `/descending`, `/sort.missingLow`.
    pub modifiers: Vec<Modifier>,
}

impl Name {
    /// Splits at the first full stop that stands between two parts.
    pub fn new(text: &str) -> Self {
        match text.split_once('.') {
            Some((prefix, base)) if !prefix.is_empty() && !base.is_empty() => Self {
                prefix: Some(prefix.to_owned()),
                base: base.to_owned(),
            },
            _ => Self {
                prefix: None,
                base: text.to_owned(),
            },
        }
    }

    /// Whether it is this name, by itself or in the set `prefix`; letter case does not count.
    pub fn is(&self, prefix: &str, base: &str) -> bool {
        self.base.eq_ignore_ascii_case(base) && self.prefix.as_deref().is_none_or(|own| own.eq_ignore_ascii_case(prefix))
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.prefix {
            Some(prefix) => write!(f, "{prefix}.{}", self.base),
            None => f.write_str(&self.base),
        }
    }
}

impl Symbol {
    /// Every sign.
    pub const ALL: [Self; 7] = [
        Self::Equal,
        Self::Exact,
        Self::NotEqual,
        Self::Less,
        Self::Greater,
        Self::LessOrEqual,
        Self::GreaterOrEqual,
    ];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::Exact => "==",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::Greater => ">",
            Self::LessOrEqual => "<=",
            Self::GreaterOrEqual => ">=",
        }
    }
}

impl Operator {
    /// Every boolean.
    pub const ALL: [Self; 4] = [Self::And, Self::Or, Self::Not, Self::Prox];

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
            Self::Not => "not",
            Self::Prox => "prox",
        }
    }

    /// The boolean of a word, in any letter case.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str().eq_ignore_ascii_case(word))
    }
}
