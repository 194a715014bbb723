//! Type-104 queries: CQL, read by the core's own reader. What it refuses is told by `data/cql_diagnostics.csv`.

use super::rpn::Understood;
use super::table::lookup;
use crate::message::Diagnostic;
use skranke_core::query::IndexMap;
use skranke_core::query::cql::{CqlFault, Interpreter, Limits, parse};

/// Reads a query.
pub fn read(text: &str, map: &IndexMap) -> Result<Understood, Diagnostic> {
    let query = parse(text, Limits::default()).map_err(|fault| refused(&fault))?;
    let interpreted = Interpreter::new(map).query(&query).map_err(|fault| refused(&fault))?;
    Ok(Understood {
        query: interpreted.query,
        sort: interpreted.sort,
    })
}

fn refused(fault: &CqlFault) -> Diagnostic {
    let number = fault.problem.number().to_string();
    let condition = lookup(include_str!("../../data/cql_diagnostics.csv"), &number);
    let condition = condition.and_then(|condition| condition.parse().ok()).unwrap_or(3);
    Diagnostic::new(condition, fault.detail.clone())
}
