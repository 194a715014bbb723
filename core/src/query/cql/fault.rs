//! Why a query is refused, in the numbers of the standard's list of diagnostics.

/// The diagnostics of SRU (`info:srw/diagnostic/1/N`) that a query can cause. Their texts stand with the protocol that tells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // each name is the standard's
pub enum Problem {
    QuerySyntaxError = 10,
    TooManyCharactersInQuery = 12,
    InvalidUseOfParentheses = 13,
    InvalidUseOfQuotes = 14,
    UnsupportedContextSet = 15,
    UnsupportedIndex = 16,
    UnsupportedRelation = 19,
    UnsupportedRelationModifier = 20,
    UnsupportedCombinationOfRelationModifiers = 21,
    UnsupportedCombinationOfRelationAndIndex = 22,
    TooManyCharactersInTerm = 23,
    UnsupportedCombinationOfRelationAndTerm = 24,
    EmptyTermUnsupported = 27,
    MaskingCharacterNotSupported = 28,
    MaskedWordsTooShort = 29,
    TooManyMaskingCharacters = 30,
    AnchoringNotSupported = 31,
    AnchoringCharacterInUnsupportedPosition = 32,
    ProximityWithMaskingNotSupported = 33,
    ProximityWithAnchoringNotSupported = 34,
    TermInInvalidFormat = 36,
    TooManyBooleans = 38,
    ProximityNotSupported = 39,
    UnsupportedProximityRelation = 40,
    UnsupportedProximityDistance = 41,
    UnsupportedProximityUnit = 42,
    UnsupportedProximityOrdering = 43,
    UnsupportedCombinationOfProximityModifiers = 44,
    PrefixAssignedToMultipleIdentifiers = 45,
    UnsupportedBooleanModifier = 46,
    QueryFeatureUnsupported = 48,
    ResultSetDoesNotExist = 51,
    UnsupportedSortSequence = 82,
    TooManySortKeys = 84,
    DuplicateSortKeys = 85,
    UnsupportedSortPath = 88,
    UnsupportedSortCase = 91,
    UnsupportedSortMissingValueAction = 92,
}

impl Problem {
    /// The number in the list.
    pub fn number(self) -> u16 {
        self as u16
    }
}

/// A query that is refused: which diagnostic, and the details that the list asks for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem:?} ({}){}", problem.number(), if detail.is_empty() { String::new() } else { format!(": {detail}") })]
pub struct CqlFault {
    /// Which diagnostic.
    pub problem: Problem,
    /// Details: a name, a limit, an offset in characters; empty where there is nothing to say.
    pub detail: String,
}

impl CqlFault {
    /// A fault with details.
    pub fn new(problem: Problem, detail: impl std::fmt::Display) -> Self {
        Self {
            problem,
            detail: detail.to_string(),
        }
    }
}
