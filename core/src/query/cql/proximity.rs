//! `prox` and its modifiers.

use super::ast::{Modifier, Symbol};
use super::fault::{CqlFault, Problem};
use crate::query::{Position, ProximityUnit, Query, Relation};

/// Farthest distance that is looked at.
const FARTHEST: u32 = 1000;

/// What the modifiers say.
#[derive(Debug)]
pub(super) struct Near {
    pub(super) distance: u32,
    pub(super) relation: Relation,
    pub(super) unit: ProximityUnit,
    pub(super) ordered: bool,
}

/// Neighbouring words in either order unless told otherwise.
pub(super) fn read(modifiers: &[Modifier]) -> Result<Near, CqlFault> {
    let (mut distance, mut unit, mut ordered) = (None, ProximityUnit::Word, None);
    for modifier in modifiers {
        let is = |base: &str| modifier.name.is("cql", base);
        let value = modifier.value.as_ref();
        if is("distance") {
            let (symbol, text) = value.ok_or_else(|| CqlFault::new(Problem::UnsupportedProximityDistance, ""))?;
            let count = text.parse().ok().filter(|count| *count <= FARTHEST);
            let count = count.ok_or_else(|| CqlFault::new(Problem::UnsupportedProximityDistance, text))?;
            if distance.replace((relation(*symbol)?, count)).is_some() {
                return Err(CqlFault::new(Problem::UnsupportedCombinationOfProximityModifiers, "distance"));
            }
        } else if is("unit") {
            unit = match value {
                Some((Symbol::Equal, text)) if text.eq_ignore_ascii_case("word") => ProximityUnit::Word,
                Some((Symbol::Equal, text)) if text.eq_ignore_ascii_case("element") => ProximityUnit::Field,
                other => {
                    let told = other.map_or("", |(_, text)| text.as_str());
                    return Err(CqlFault::new(Problem::UnsupportedProximityUnit, told));
                }
            };
        } else if is("ordered") || is("unordered") {
            if ordered.replace(is("ordered")).is_some() {
                return Err(CqlFault::new(Problem::UnsupportedCombinationOfProximityModifiers, ""));
            }
        } else {
            return Err(CqlFault::new(Problem::UnsupportedBooleanModifier, &modifier.name));
        }
    }
    let nearest = match unit {
        ProximityUnit::Word => (Relation::Eq, 1),
        ProximityUnit::Field => (Relation::Eq, 0),
    };
    let (relation, distance) = distance.unwrap_or(nearest);
    Ok(Near {
        distance,
        relation,
        unit,
        ordered: ordered.unwrap_or(false),
    })
}

fn relation(symbol: Symbol) -> Result<Relation, CqlFault> {
    Ok(match symbol {
        Symbol::Equal | Symbol::Exact => Relation::Eq,
        Symbol::Less => Relation::Lt,
        Symbol::LessOrEqual => Relation::Le,
        Symbol::Greater => Relation::Gt,
        Symbol::GreaterOrEqual => Relation::Ge,
        Symbol::NotEqual => return Err(CqlFault::new(Problem::UnsupportedProximityRelation, "<>")),
    })
}

/// Refuses anchored operands: nearness and a fixed place are two questions.
pub(super) fn check(operand: &Query) -> Result<(), CqlFault> {
    match operand {
        Query::Clause(clause) if clause.position != Position::Any => Err(CqlFault::new(Problem::ProximityWithAnchoringNotSupported, "")),
        Query::And(all) | Query::Or(all) => all.iter().try_for_each(check),
        _ => Ok(()),
    }
}
