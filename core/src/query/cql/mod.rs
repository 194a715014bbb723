//! CQL 1.1 and 1.2 (OASIS searchRetrieve part 5): text to tree, tree to text, tree to the library's own [`Query`](super::Query).
//!
//! It owns the language: [`parse`] is total and bounded (length, depth of parentheses, number of clauses), and what it
//! refuses carries the number that the standard gives to it ([`Problem`]). SRU asks in it, and Z39.50 does (type 104); this
//! module knows neither. The words of a query are given their meaning by [`Interpreter`], from the index map.

mod ast;
mod fault;
mod interpret;
mod lex;
mod parse;
mod print;
mod proximity;
mod sets;
mod sort;
mod term;
#[cfg(test)]
mod tests;
mod vocabulary;

pub use ast::{Boolean, Comparitor, CqlQuery, Modifier, Name, Operand, Operator, Prefix, Relation, Scope, SearchClause, SortSpec, Symbol};
pub use fault::{CqlFault, Problem};
pub use interpret::{Interpreted, Interpreter};
pub use parse::{Limits, parse, parse_scan_clause};
pub use sort::Wanted;
pub use vocabulary::{Meaning, NoSuch, Vocabulary};
