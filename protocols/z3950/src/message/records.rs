//! Records and diagnostics in answers (digest 6).

use super::shared::{External, VisibleString};
use crate::codec::{InternationalString, OctetString, Oid};

choice! {
    /// Records, or why there are none.
    pub enum Records {
        /// Records, each with its database.
        implicit(28) Responses(Vec<NamePlusRecord>),
        /// Why there are none.
        implicit(130) NonSurrogate(DefaultDiagFormat),
        /// Several reasons.
        implicit(205) Multiple(Vec<DiagRec>),
    }
}

sequence! {
    /// A record with its database.
    pub struct NamePlusRecord {
        /// The database.
        implicit(0) name: Option<InternationalString>,
        /// The record.
        explicit(1) record: RecordChoice,
    }
}

choice! {
    /// A record, what stands in its place, or a piece of it.
    pub enum RecordChoice {
        /// The record.
        explicit(1) Retrieval(External),
        /// Why this one is not given.
        explicit(2) Surrogate(DiagRec),
        /// The first piece.
        explicit(3) Starting(Fragment),
        /// A piece from the middle.
        explicit(4) Intermediate(Fragment),
        /// The last piece.
        explicit(5) Final(Fragment),
    }
}

choice! {
    /// A piece of a record (level-2 segmentation).
    pub enum Fragment {
        /// With its type.
        untagged External(External),
        /// Without.
        untagged Octets(OctetString),
    }
}

choice! {
    /// A diagnostic.
    pub enum DiagRec {
        /// In the usual form.
        untagged Default(DefaultDiagFormat),
        /// In a form of its own.
        untagged External(External),
    }
}

sequence! {
    /// A diagnostic in the usual form.
    pub struct DefaultDiagFormat {
        /// Whose list: Bib-1.
        untagged diagnostic_set_id: Oid,
        /// Its number there.
        untagged condition: i64,
        /// The value that was wrong.
        untagged addinfo: Option<AddInfo>,
    }
}

choice! {
    /// What a diagnostic adds.
    pub enum AddInfo {
        /// In version 2.
        untagged V2(VisibleString),
        /// In version 3.
        untagged V3(InternationalString),
    }
}
