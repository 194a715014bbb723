//! Object identifiers that the protocol itself gives a meaning. Record syntaxes and schemas are in `data/record_syntaxes.csv`.

use crate::codec::Oid;

macro_rules! oids {
    ($($(#[$meta:meta])* $name:ident = [$($arc:literal),*];)*) => {
        $($(#[$meta])* pub const $name: Oid = Oid::of(&[$($arc),*]);)*
    };
}

/// What all identifiers of the standard begin with.
pub const Z3950: &[u32] = &[1, 2, 840, 10003];
/// What all record syntaxes begin with.
pub const RECORD_SYNTAX: &[u32] = &[1, 2, 840, 10003, 5];

oids! {
    /// Attribute set Bib-1.
    BIB_1 = [1, 2, 840, 10003, 3, 1];
    /// Attribute set Explain-1.
    EXP_1 = [1, 2, 840, 10003, 3, 2];
    /// Attribute set Dan-1.
    DAN_1 = [1, 2, 840, 10003, 3, 15];
    /// Diagnostics.
    DIAGNOSTICS_BIB_1 = [1, 2, 840, 10003, 4, 1];
    /// Diagnostics in a form of their own.
    DIAGNOSTICS_DIAG_1 = [1, 2, 840, 10003, 4, 2];
    /// MARC 21.
    MARC21 = [1, 2, 840, 10003, 5, 10];
    /// UNIMARC.
    UNIMARC = [1, 2, 840, 10003, 5, 1];
    /// danMARC2.
    DANMARC = [1, 2, 840, 10003, 5, 14];
    /// Explain records.
    EXPLAIN = [1, 2, 840, 10003, 5, 100];
    /// Plain text.
    SUTRS = [1, 2, 840, 10003, 5, 101];
    /// A record with its holdings.
    OPAC = [1, 2, 840, 10003, 5, 102];
    /// Generic records.
    GRS_1 = [1, 2, 840, 10003, 5, 105];
    /// Task packages.
    TASK_PACKAGE = [1, 2, 840, 10003, 5, 106];
    /// XML.
    XML = [1, 2, 840, 10003, 5, 109, 10];
    /// XML by its other name.
    APPLICATION_XML = [1, 2, 840, 10003, 5, 109, 11];
    /// Item order.
    ITEM_ORDER = [1, 2, 840, 10003, 9, 4];
    /// Update, revision 1.
    UPDATE = [1, 2, 840, 10003, 9, 5, 1, 1];
    /// The first update.
    UPDATE_0 = [1, 2, 840, 10003, 9, 5];
    /// Results of parts of a query.
    SEARCH_RESULT_1 = [1, 2, 840, 10003, 10, 1];
    /// Facets.
    FACET_1 = [1, 2, 840, 10003, 10, 1000, 81, 5];
    /// Other information as user information.
    USER_INFO_1 = [1, 2, 840, 10003, 10, 3];
    /// Character set negotiation.
    CHARSET_NEGOTIATION = [1, 2, 840, 10003, 15, 3];
    /// CQL as a query.
    CQL = [1, 2, 840, 10003, 16, 2];
    /// UTF-8.
    UTF_8 = [1, 0, 10646, 1, 0, 8];
    /// An ILL request of ISO 10161.
    ILL_REQUEST = [1, 0, 10161, 2, 1];
}
