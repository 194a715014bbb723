//! Bib-1 and Dan-1 attributes as the query tree: the same readings as over Z39.50.

use crate::codec::pqf::{Attribute, Node, Operator, Term, read};
use crate::message::{Diagnostic, number};
use skranke_core::query::attributes::{AttributeSet, Attributes, Unsupported, named_access_point, relation};
use skranke_core::query::{IndexMap, Proximity, ProximityUnit, Query};

/// The tree of a prefix query of at most so many terms.
pub(super) fn query(text: &str, most_terms: usize, map: &IndexMap) -> Result<Query, Diagnostic> {
    let mut stack: Vec<Query> = Vec::new();
    for node in read(text, most_terms)? {
        let tree = match node {
            Node::Term(term) => clause(&term, map)?,
            Node::Set(name) => Query::Set(name),
            Node::Operator(operator) => {
                let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                    return Err(Diagnostic::new(number::QUERY_SYNTAX_ERROR, "an operand is missing"));
                };
                match operator {
                    Operator::And => left.and(right),
                    Operator::Or => left.or(right),
                    Operator::Not => left.and_not(right),
                    Operator::Prox(numbers) => near(&numbers, left, right)?,
                }
            }
        };
        stack.push(tree);
    }
    stack.pop().ok_or_else(|| Diagnostic::new(number::QUERY_SYNTAX_ERROR, ""))
}

fn near(numbers: &[String; 6], left: Query, right: Query) -> Result<Query, Diagnostic> {
    let [exclusion, distance, ordered, compared, _, unit] = numbers;
    let is_set = |flag: &str| flag == "1" || flag == "y";
    Ok(Query::Prox(Box::new(Proximity {
        left,
        right,
        distance: distance
            .parse()
            .map_err(|_| Diagnostic::new(number::UNSUPPORTED_PROXIMITY_DISTANCE, distance.clone()))?,
        ordered: is_set(ordered),
        unit: match unit.as_str() {
            "2" => ProximityUnit::Word,
            "8" => ProximityUnit::Field,
            _ => return Err(Diagnostic::new(number::UNSUPPORTED_PROXIMITY_UNIT, unit.clone())),
        },
        relation: compared
            .parse()
            .ok()
            .and_then(relation)
            .ok_or_else(|| Diagnostic::new(number::UNSUPPORTED_PROXIMITY_RELATION, compared.clone()))?,
        exclusion: is_set(exclusion),
    })))
}

fn clause(term: &Term, map: &IndexMap) -> Result<Query, Diagnostic> {
    let mut attributes = Attributes::default();
    for attribute in &term.attributes {
        let (kind, value) = (i64::from(attribute.kind), &attribute.value);
        let unsupported = |of: Unsupported| {
            let number = match of {
                Unsupported::Use => number::UNSUPPORTED_INDEX,
                Unsupported::Relation => number::UNSUPPORTED_RELATION,
                Unsupported::Position => number::ANCHORING_NOT_SUPPORTED,
                Unsupported::Truncation => number::MASKING_NOT_SUPPORTED,
                Unsupported::Completeness => number::UNSUPPORTED_COMBINATION_OF_RELATION_AND_INDEX,
                Unsupported::Structure | Unsupported::Type => number::QUERY_FEATURE_UNSUPPORTED,
            };
            Diagnostic::new(number, format!("{kind}={value}"))
        };
        // Sorting and ranking have ways of their own here.
        if kind >= Attributes::SORT {
            return Err(unsupported(Unsupported::Type));
        }
        match value.parse() {
            Ok(value) => attributes.set(kind, value, set(attribute)?, map).map_err(unsupported)?,
            Err(_) if kind == Attributes::USE => {
                attributes.index = Some(named_access_point(value, map).ok_or_else(|| unsupported(Unsupported::Use))?);
            }
            Err(_) => return Err(unsupported(Unsupported::Type)),
        }
    }
    Ok(attributes.query(&term.text, map))
}

fn set(attribute: &Attribute) -> Result<AttributeSet, Diagnostic> {
    let set = attribute.set.as_deref().unwrap_or("bib-1").to_ascii_lowercase();
    match set.as_str() {
        "bib-1" | "bib1" | "1.2.840.10003.3.1" => Ok(AttributeSet::Bib1),
        "dan-1" | "dan1" | "1.2.840.10003.3.15" => Ok(AttributeSet::Dan1),
        _ => Err(Diagnostic::new(number::UNSUPPORTED_CONTEXT_SET, set)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use skranke_core::query::{Clause, Completeness, Pattern, Position};

    fn read(text: &str) -> Result<Query, (u16, String)> {
        query(text, 500, &IndexMap::built_in()).map_err(|diagnostic| (diagnostic.number, diagnostic.details))
    }

    #[test]
    fn attributes_are_read_as_over_z39_50() {
        let map = IndexMap::built_in();
        let title = |term: Pattern| Clause::plain(map.bib1(4).unwrap(), term);
        assert_eq!(read("@attr 1=4 hund"), Ok(title("hund".into()).into()));
        assert_eq!(
            read("@attr bib-1 1=4 @attr 5=1 hun"),
            Ok(title(Pattern::literal("hun").truncated_right()).into())
        );
        let whole = Clause {
            position: Position::FirstInField,
            completeness: Completeness::Field,
            ..title("hund".into())
        };
        assert_eq!(read("@attr 1=4 @attr 3=1 @attr 6=3 hund"), Ok(whole.into()));
        assert_eq!(read("@attr 1=dc.title hund"), read("@attr 1=4 hund"));
        assert_eq!(read("@attrset dan-1 @attr 1=39 x").map(|_| ()), Ok(()));
        assert_eq!(read("@attr 2=103 x"), Ok(Query::All));
        let mut masked = Pattern::literal("hun");
        masked.push_any_run();
        masked.push_text("d");
        assert_eq!(read("@attr 1=4 @attr 5=104 hun?2d"), Ok(title(masked).into()));
        assert_eq!(read("@not @set a b").map(|query| query.sets().len()), Ok(1));
    }

    #[test]
    fn what_is_not_supported_is_told_by_the_list_of_sru() {
        for (text, number, details) in [
            ("@attr 1=9999 x", 16, "1=9999"),
            ("@attr 1=nosuch x", 16, "1=nosuch"),
            ("@attr exp-1 1=1 x", 15, "exp-1"),
            ("@attr 2=101 x", 19, "2=101"),
            ("@attr 3=9 x", 31, "3=9"),
            ("@attr 4=99 x", 48, "4=99"),
            ("@attr 5=9 x", 28, "5=9"),
            ("@attr 6=9 x", 22, "6=9"),
            ("@attr 9=1 x", 48, "9=1"),
            ("@prox 0 x 1 2 k 2 a b", 41, "x"),
            ("@prox 0 1 1 9 k 2 a b", 40, "9"),
            ("@prox 0 1 1 2 k 3 a b", 42, "3"),
        ] {
            assert_eq!(read(text), Err((number, details.to_owned())), "{text}");
        }
    }
}
