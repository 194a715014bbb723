//! Searching: one query tree for every protocol, and what it means.
//!
//! Z39.50 and SRU read their queries into [`Query`]; what they say alike becomes the same tree, so twins give the same hits in
//! the same order. Which fields feed which index, and what each index is called in each query language, stands in one
//! data file, the index map (`core/data/index_map.toml`).

pub mod attributes;
pub mod cql;
pub mod extract;
pub mod fold;
mod map;
pub mod naive;
mod pattern;
mod tree;
mod value;

pub use map::{Above, ContextSet, Index, IndexMap, MapProblem, NoSuchName, Reading, Sort, range};
pub use pattern::{Pattern, Piece, WordPattern};
pub use tree::{Clause, Completeness, IndexId, MAX_NODES, Position, Proximity, ProximityUnit, Query, Relation, Structure};
pub use value::Kind;
