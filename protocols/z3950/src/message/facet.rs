//! Facets, as YAZ put them into the search messages (facet-1, digest 13.10): how hits spread over the values of an index.

use super::query::{AttributeElement, Term};

sequence! {
    /// A facet: asked for without values, answered with them.
    pub struct FacetField {
        /// 1 the access point, 2 the order (0 by count, 1 by value), 3 how many values, 4 the first of them, counted from 1.
        implicit(1) attributes: Vec<AttributeElement>,
        /// The values.
        implicit(2) terms: Option<Vec<FacetTerm>>,
    }
}

sequence! {
    /// A value of a facet.
    pub struct FacetTerm {
        /// The value.
        untagged term: Term,
        /// How many of the hits have it.
        untagged count: i64,
    }
}

/// All facets of a search.
pub type FacetList = Vec<FacetField>;
