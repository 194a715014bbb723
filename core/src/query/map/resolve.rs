//! From what was asked to what the index evaluates: one form for what means the same.

use super::IndexMap;
use crate::bib::{Isbn, Issn};
use crate::ports::search::SearchError;
use crate::query::pattern::Pattern;
use crate::query::tree::{Clause, Completeness, IndexId, Position, Proximity, Query, Relation, Structure};
use crate::query::value::Kind;

impl IndexMap {
    /// The same query in the form that indexes evaluate: no group, no `Ne`, no option that makes no difference. Of clauses these remain:
    ///
    /// * in a text index: a phrase anywhere, from the start or as the whole field; all or any of at least two words (anywhere, `Eq`);
    ///   or a range over headings;
    /// * in any other: `Structure::Phrase`, `Position::Any`, `Completeness::Incomplete`.
    ///
    /// A term with nothing to search for is an error, or everything where it is only truncated (`*`) in the default index.
    pub fn resolve(&self, query: Query) -> Result<Query, SearchError> {
        Ok(match query {
            Query::All | Query::Set(_) => query,
            Query::Clause(clause) => self.resolve_clause(clause)?,
            Query::And(all) => self.resolve_all(all)?.into_iter().reduce(Query::and).unwrap_or(Query::All),
            Query::Or(all) => self.resolve_all(all)?.into_iter().reduce(Query::or).unwrap_or(Query::All),
            Query::Not(from, without) => {
                let from = self.resolve(*from)?;
                self.resolve_all(without)?.into_iter().fold(from, Query::and_not)
            }
            Query::Prox(near) => {
                let Proximity { left, right, .. } = *near;
                let near = Proximity {
                    left: self.resolve(left)?,
                    right: self.resolve(right)?,
                    ..*near
                };
                Query::Prox(Box::new(near))
            }
        })
    }

    fn resolve_all(&self, queries: Vec<Query>) -> Result<Vec<Query>, SearchError> {
        queries.into_iter().map(|query| self.resolve(query)).collect()
    }

    fn resolve_clause(&self, mut clause: Clause) -> Result<Query, SearchError> {
        let Some(index) = self.index(clause.index) else {
            return Err(SearchError::NotOffered(crate::ports::search::NotOffered::Search, clause.index));
        };
        if clause.relation == Relation::Ne {
            clause.relation = Relation::Eq;
            return Ok(Query::All.and_not(self.resolve_clause(clause)?));
        }
        let masked = clause.term.as_literal().is_none();
        if clause.term.is_blank() && (masked || matches!(index.kind, Kind::Text | Kind::Group)) {
            return match (masked, index.id == self.default) {
                (false, _) => Err(SearchError::EmptyTerm(clause.term.shown())),
                (true, true) => Ok(Query::All),
                (true, false) if index.stored => Ok(Clause::plain(clause.index, Pattern::default().truncated_right()).into()),
                (true, false) => self.in_any(&index.collects, &clause),
            };
        }
        if index.id == self.default && clause.relation == Relation::Eq && !masked {
            // Who types an ISBN into the box for everything means the number.
            let text = clause.term.as_literal().unwrap_or_default();
            let number = [("isbn", Isbn::parse(text).is_some()), ("issn", Issn::parse(text).is_some())];
            let number = number.into_iter().find(|(_, valid)| *valid).and_then(|(name, _)| self.named(name));
            if let Some(number) = number {
                return Ok(Query::from(self.canonical_text(clause.clone(), index.headings)).or(Clause::plain(number, clause.term).into()));
            }
        }
        if index.kind == Kind::Group {
            return self.in_any(&index.collects, &clause);
        }
        if index.kind != Kind::Text {
            self.check_value(&clause, index.kind)?;
            clause.structure = Structure::Phrase;
            clause.position = Position::Any;
            clause.completeness = Completeness::Incomplete;
            return Ok(clause.into());
        }
        clause = self.canonical_text(clause, index.headings || !index.collects.is_empty());
        if clause.position == Position::FirstInField && !index.headings {
            return self.in_any(&index.collects, &clause);
        }
        Ok(clause.into())
    }

    /// One form of a text clause. An index without headings knows no start of a field.
    fn canonical_text(&self, mut clause: Clause, headings: bool) -> Clause {
        if !headings {
            clause.position = Position::Any;
            clause.completeness = Completeness::Incomplete;
        }
        if clause.relation != Relation::Eq {
            clause.position = Position::FirstInField;
            clause.completeness = Completeness::Field;
        }
        if clause.completeness != Completeness::Incomplete {
            clause.position = Position::FirstInField;
            clause.completeness = Completeness::Field;
            // Truncated right, a whole field is one that begins so.
            if clause.relation == Relation::Eq && clause.term.is_truncated_right() {
                clause.completeness = Completeness::Incomplete;
            }
        }
        if clause.position == Position::FirstInField || clause.term.folded_words().len() < 2 {
            clause.structure = Structure::Phrase;
        }
        clause
    }

    /// The clause in any of these indexes. One of which the term is no value (letters for a year) finds nothing.
    fn in_any(&self, indexes: &[IndexId], clause: &Clause) -> Result<Query, SearchError> {
        let mut found = Vec::new();
        let mut first_error = None;
        for &index in indexes {
            match self.resolve_clause(Clause { index, ..clause.clone() }) {
                Ok(query) => found.push(query),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        match (found.into_iter().reduce(Query::or), first_error) {
            (Some(query), _) => Ok(query),
            (None, Some(error)) => Err(error),
            (None, None) => Err(SearchError::EmptyTerm(clause.term.shown())),
        }
    }

    fn check_value(&self, clause: &Clause, kind: Kind) -> Result<(), SearchError> {
        let shown = || clause.term.shown();
        if clause.relation == Relation::Within {
            return match range(kind, &shown()) {
                Some(_) => Ok(()),
                None => Err(SearchError::BadTerm {
                    index: clause.index,
                    term: shown(),
                }),
            };
        }
        if clause.term.as_literal().is_some_and(|text| text.trim().is_empty()) {
            return Err(SearchError::EmptyTerm(shown()));
        }
        match clause.term.folded_value(kind) {
            Some(value) if clause.relation == Relation::Eq || value.as_literal().is_some() => Ok(()),
            _ => Err(SearchError::BadTerm {
                index: clause.index,
                term: shown(),
            }),
        }
    }
}

/// The two values of a `Within` term in their one form: `1990 1999`, `1990-1999`, and open ends (`1990-`, `-1999`) in years.
pub fn range(kind: Kind, term: &str) -> Option<(Option<String>, Option<String>)> {
    let term = term.trim();
    let (low, high) = match (kind, term.split_once(char::is_whitespace)) {
        (_, Some((low, high))) => (low, high.trim_start_matches(['-', ' '])),
        (Kind::Number, None) => term.split_once(['-', '/'])?,
        _ => return None,
    };
    let end = |text: &str| match text.trim() {
        "" => Some(None),
        text => kind.value(text).map(Some),
    };
    let (low, high) = (end(low)?, end(high)?);
    (low.is_some() || high.is_some()).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map() -> std::sync::Arc<IndexMap> {
        IndexMap::built_in()
    }

    fn clause(index: &str, term: Pattern) -> Clause {
        Clause::plain(map().named(index).unwrap(), term)
    }

    #[test]
    fn options_that_make_no_difference_go() {
        let title = clause("title", "hund".into());
        let all_words = Clause {
            structure: Structure::AllWords,
            ..title.clone()
        };
        assert_eq!(map().resolve(all_words.into()).unwrap(), Query::Clause(title.clone()));
        let whole = Clause {
            completeness: Completeness::Subfield,
            ..title.clone()
        };
        let field = Clause {
            completeness: Completeness::Field,
            position: Position::FirstInField,
            ..title.clone()
        };
        assert_eq!(map().resolve(whole.into()).unwrap(), Query::Clause(field));
        let isbn = clause("isbn", "87-7745-123-4".into());
        let with_options = Clause {
            completeness: Completeness::Subfield,
            position: Position::FirstInField,
            ..isbn.clone()
        };
        assert_eq!(map().resolve(with_options.into()).unwrap(), Query::Clause(isbn));
    }

    #[test]
    fn a_whole_field_truncated_right_begins_so() {
        let lti = Clause {
            completeness: Completeness::Field,
            ..clause("title", Pattern::literal("kvinden og").truncated_right())
        };
        let Query::Clause(resolved) = map().resolve(lti.into()).unwrap() else {
            panic!("a clause")
        };
        assert_eq!(
            (resolved.position, resolved.completeness),
            (Position::FirstInField, Completeness::Incomplete)
        );
    }

    #[test]
    fn a_group_is_any_of_its_indexes() {
        let query = map().resolve(clause("standard_number", "0-13-245428-9".into()).into()).unwrap();
        assert!(matches!(query, Query::Or(any) if any.len() > 1));
        let anywhere = map().named("any").unwrap();
        let from_start = Clause {
            position: Position::FirstInField,
            ..Clause::plain(anywhere, "hund")
        };
        assert!(matches!(map().resolve(from_start.into()).unwrap(), Query::Or(_)));
    }

    #[test]
    fn terms_with_nothing_in_them() {
        let any = map().default_index();
        assert_eq!(
            map()
                .resolve(Clause::plain(any, Pattern::default().truncated_right()).into())
                .unwrap(),
            Query::All
        );
        let empty = |index: &str, term: &str| map().resolve(clause(index, term.into()).into());
        assert!(matches!(empty("title", "-"), Err(SearchError::EmptyTerm(_))));
        assert!(matches!(empty("isbn", " "), Err(SearchError::EmptyTerm(_))));
        assert!(matches!(empty("year", "nineteen"), Err(SearchError::BadTerm { .. })));
    }

    #[test]
    fn ranges() {
        for (text, low, high) in [
            ("1990 1999", Some("1990"), Some("1999")),
            ("1990-1999", Some("1990"), Some("1999")),
            ("1990 - 1999", Some("1990"), Some("1999")),
            ("1990-", Some("1990"), None),
            ("-1999", None, Some("1999")),
        ] {
            assert_eq!(
                range(Kind::Number, text),
                Some((low.map(Into::into), high.map(Into::into))),
                "{text}"
            );
        }
        assert_eq!(range(Kind::Number, "-"), None);
        assert_eq!(range(Kind::Code, "46.5 46.9"), Some((Some("46.5".into()), Some("46.9".into()))));
    }
}
