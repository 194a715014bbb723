//! Bib-1 and Dan-1 attributes as the query tree: the same readings as over Z39.50.

use crate::codec::pqf::{Attribute, Node, Operator, Term, read};
use crate::message::{Diagnostic, number};
use skranke_core::query::{
    Clause, Completeness, IndexId, IndexMap, Pattern, Position, Proximity, ProximityUnit, Query, Relation, Structure,
};

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
    let [exclusion, distance, ordered, relation, _, unit] = numbers;
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
        relation: compared(relation).ok_or_else(|| Diagnostic::new(number::UNSUPPORTED_PROXIMITY_RELATION, relation.clone()))?,
        exclusion: is_set(exclusion),
    })))
}

/// The six relations that attributes and proximity have in common.
fn compared(value: &str) -> Option<Relation> {
    Some(match value {
        "1" => Relation::Lt,
        "2" => Relation::Le,
        "3" => Relation::Eq,
        "4" => Relation::Ge,
        "5" => Relation::Gt,
        "6" => Relation::Ne,
        _ => return None,
    })
}

fn clause(term: &Term, map: &IndexMap) -> Result<Query, Diagnostic> {
    let mut clause = Clause::plain(map.default_index(), "");
    let mut truncation = "100";
    for attribute in &term.attributes {
        let value = attribute.value.as_str();
        let unsupported = |number| Diagnostic::new(number, format!("{}={value}", attribute.kind));
        match (attribute.kind, value) {
            (1, _) => clause.index = access_point(attribute, map)?,
            (2, "103") => return Ok(Query::All),
            (2, "102") => clause.relation = Relation::Eq,
            (2, "104") => clause.relation = Relation::Within,
            (2, _) => clause.relation = compared(value).ok_or_else(|| unsupported(number::UNSUPPORTED_RELATION))?,
            (3, "1" | "2") => clause.position = Position::FirstInField,
            (3, "3") => clause.position = Position::Any,
            (3, _) => return Err(unsupported(number::ANCHORING_NOT_SUPPORTED)),
            (4, "6") => clause.structure = Structure::AllWords,
            (4, "105" | "106") => clause.structure = Structure::AnyWord,
            (4, _) => clause.structure = Structure::Phrase,
            (5, "1" | "2" | "3" | "100" | "101" | "104" | "105" | "106") => truncation = value,
            (5, _) => return Err(unsupported(number::MASKING_NOT_SUPPORTED)),
            (6, "1") => clause.completeness = Completeness::Incomplete,
            (6, "2") => clause.completeness = Completeness::Subfield,
            (6, "3") => clause.completeness = Completeness::Field,
            (6, _) => return Err(unsupported(number::UNSUPPORTED_COMBINATION_OF_RELATION_AND_INDEX)),
            _ => return Err(unsupported(number::QUERY_FEATURE_UNSUPPORTED)),
        }
    }
    clause.term = pattern(&term.text, truncation);
    Ok(clause.into())
}

fn access_point(attribute: &Attribute, map: &IndexMap) -> Result<IndexId, Diagnostic> {
    let set = attribute.set.as_deref().unwrap_or("bib-1").to_ascii_lowercase();
    let unknown = || Diagnostic::new(number::UNSUPPORTED_INDEX, format!("1={}", attribute.value));
    let Ok(value) = attribute.value.parse::<u32>() else {
        let (prefix, name) = match attribute.value.split_once('.') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, attribute.value.as_str()),
        };
        return map.cql(prefix, name).map(|reading| reading.index).map_err(|_| unknown());
    };
    match set.as_str() {
        "bib-1" | "bib1" | "1.2.840.10003.3.1" => map.bib1(value),
        "dan-1" | "dan1" | "1.2.840.10003.3.15" => map.dan1(value),
        _ => return Err(Diagnostic::new(number::UNSUPPORTED_CONTEXT_SET, set)),
    }
    .ok_or_else(unknown)
}

/// The term with its truncation.
fn pattern(text: &str, truncation: &str) -> Pattern {
    let plain = || Pattern::literal(text.trim());
    let masked = |run: char, one: Option<char>| {
        let mut pattern = Pattern::default();
        for character in text.trim().chars() {
            match character {
                _ if character == run => pattern.push_any_run(),
                _ if Some(character) == one => pattern.push_any_one(),
                _ => pattern.push_text(character.encode_utf8(&mut [0; 4])),
            }
        }
        pattern
    };
    match truncation {
        "1" => plain().truncated_right(),
        "2" => plain().truncated_left(),
        "3" => plain().truncated_left().truncated_right(),
        "101" => masked('#', None),
        "104" => masked('?', Some('#')),
        "105" => masked('*', Some('!')).truncated_right(),
        "106" => masked('*', Some('!')),
        _ => plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
