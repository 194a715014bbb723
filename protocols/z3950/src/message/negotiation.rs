//! Character set and language negotiation, version 3 (digest 3).

use super::oid;
use super::shared::{External, OtherInformationUnit};
use crate::codec::{InternationalString, Null, Oid};

choice! {
    /// A proposal or its answer.
    pub enum CharSetNegotiation {
        /// The client's wishes.
        implicit(1) Proposal(Proposal),
        /// What the server takes.
        implicit(2) Response(Response),
    }
}

sequence! {
    /// The client's wishes.
    pub struct Proposal {
        /// In order of preference.
        implicit(1) char_sets: Option<Vec<ProposedCharSet>>,
        /// In order of preference.
        implicit(2) languages: Option<Vec<InternationalString>>,
        /// Whether records shall be in that set too.
        implicit(3) records_in_selected_char_sets: Option<bool>,
    }
}

choice! {
    /// A character set that is wished for.
    pub enum ProposedCharSet {
        /// By registration numbers.
        explicit(1) Iso2022(Iso2022),
        /// Unicode in some encoding.
        implicit(2) Iso10646(Iso10646),
        /// By another name.
        explicit(3) Private(PrivateCharSet),
    }
}

choice! {
    /// Character sets by their numbers in the ISO register.
    pub enum Iso2022 {
        /// The client's wishes.
        implicit(1) Proposal(Iso2022Proposal),
        /// What the server takes.
        implicit(2) Response(Iso2022Response),
    }
}

sequence! {
    /// Which registered sets a client could do with.
    pub struct Iso2022Proposal {
        /// Seven bits or eight.
        explicit(0) environment: Option<Environment>,
        /// Every set that may come up.
        implicit(1) sets: Vec<i64>,
        /// Which of them are there from the start: one of these.
        implicit(2) initial_sets: Vec<InitialSet>,
        /// Where they are there.
        implicit(3) left_and_right: Option<LeftAndRight>,
    }
}

sequence! {
    /// Which registered sets the server takes.
    pub struct Iso2022Response {
        /// Seven bits or eight.
        explicit(0) environment: Environment,
        /// Every set that may come up.
        implicit(1) sets: Vec<i64>,
        /// Which of them are there from the start.
        implicit(2) initial_set: InitialSet,
        /// Where they are there.
        implicit(3) left_and_right: LeftAndRight,
    }
}

choice! {
    /// How wide a byte is.
    pub enum Environment {
        /// Seven bits.
        implicit(1) SevenBit(Null),
        /// Eight bits.
        implicit(2) EightBit(Null),
    }
}

sequence! {
    /// The sets that are there from the start, by their registered numbers.
    pub struct InitialSet {
        /// G0.
        implicit(0) g0: Option<i64>,
        /// G1.
        implicit(1) g1: Option<i64>,
        /// G2.
        implicit(2) g2: Option<i64>,
        /// G3.
        implicit(3) g3: Option<i64>,
        /// C0. The standard demands it; some clients leave it out.
        implicit(4) c0: Option<i64>,
        /// C1.
        implicit(5) c1: Option<i64>,
    }
}

sequence! {
    /// Which of G0 to G3 stand in the lower and the upper half of a byte.
    pub struct LeftAndRight {
        /// The lower half.
        implicit(3) left: i64,
        /// The upper half.
        implicit(4) right: Option<i64>,
    }
}

sequence! {
    /// Unicode in some encoding.
    pub struct Iso10646 {
        /// A part of it.
        implicit(1) collections: Option<Oid>,
        /// The encoding: UTF-8 and others.
        implicit(2) encoding_level: Oid,
    }
}

choice! {
    /// A character set by another name.
    pub enum PrivateCharSet {
        /// By object identifiers.
        implicit(1) ViaOid(Vec<Oid>),
        /// By a value of a type of its own: the name as a string.
        implicit(2) External(External),
        /// The usual one.
        implicit(3) PreviouslyAgreedUpon(Null),
    }
}

sequence! {
    /// What the server takes.
    pub struct Response {
        /// The set.
        explicit(1) char_set: Option<SelectedCharSet>,
        /// The language of messages.
        implicit(2) language: Option<InternationalString>,
        /// Whether records are in that set too.
        implicit(3) records_in_selected_char_sets: Option<bool>,
    }
}

choice! {
    /// The set that is taken.
    pub enum SelectedCharSet {
        /// By registration numbers.
        explicit(1) Iso2022(Iso2022),
        /// Unicode in some encoding.
        implicit(2) Iso10646(Iso10646),
        /// By another name.
        explicit(3) Private(PrivateCharSet),
        /// None: nothing is agreed on.
        implicit(4) None(Null),
    }
}

impl CharSetNegotiation {
    /// A client's wish for UTF-8, as Init carries it.
    pub fn utf_8(records_too: bool) -> OtherInformationUnit {
        let proposal = Self::Proposal(Proposal {
            char_sets: Some(vec![ProposedCharSet::Iso10646(Iso10646 {
                collections: None,
                encoding_level: oid::UTF_8,
            })]),
            languages: None,
            records_in_selected_char_sets: Some(records_too),
        });
        OtherInformationUnit::external(External::single(oid::CHARSET_NEGOTIATION, &proposal))
    }
}
