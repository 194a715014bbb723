//! Context sets: which prefix stands for which set at one place of a query.

use super::ast::Prefix;
use super::fault::{CqlFault, Problem};
use super::vocabulary::Vocabulary;

/// The prefixes that hold at one place: those of the innermost parentheses last. Names without a prefix may have a set, too.
#[derive(Debug, Clone, Default)]
pub(super) struct Scoped(Vec<(Option<String>, String)>);

impl Scoped {
    /// With the prefixes of a scope added.
    pub(super) fn within(&self, prefixes: &[Prefix], vocabulary: &impl Vocabulary) -> Result<Self, CqlFault> {
        let mut inner = self.0.clone();
        for prefix in prefixes {
            let set = vocabulary
                .set_of(prefix.uri.trim_end_matches('/'))
                .or_else(|| vocabulary.set_of(&prefix.uri));
            let set = set.ok_or_else(|| CqlFault::new(Problem::UnsupportedContextSet, &prefix.uri))?;
            inner.push((prefix.name.clone(), set.to_owned()));
        }
        Ok(Self(inner))
    }

    /// The set of a prefix: as assigned, else the one that is called so.
    pub(super) fn set<'a>(&'a self, prefix: &'a str) -> &'a str {
        let assigned = self
            .0
            .iter()
            .rev()
            .find(|(name, _)| name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(prefix)));
        assigned.map_or(prefix, |(_, set)| set)
    }

    /// The set of names without a prefix, where the query named one.
    pub(super) fn default_set(&self) -> Option<&str> {
        self.0.iter().rev().find(|(name, _)| name.is_none()).map(|(_, set)| set.as_str())
    }
}
