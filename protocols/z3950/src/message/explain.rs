//! Records of the Explain database (digest 7), as far as they are still asked for: target, databases, list of categories.

use super::shared::DatabaseName;
use crate::codec::{InternationalString, Null, Oid};

choice! {
    /// A record of the Explain database.
    #[allow(clippy::large_enum_variant)] // there is a handful of them
    pub enum ExplainRecord {
        /// The server.
        implicit(0) TargetInfo(TargetInfo),
        /// A database.
        implicit(1) DatabaseInfo(DatabaseInfo),
        /// What categories of records there are.
        implicit(100) CategoryList(CategoryList),
    }
}

/// Text in several languages.
pub type HumanString = Vec<HumanText>;

sequence! {
    /// Text in one language.
    pub struct HumanText {
        /// Three letters.
        implicit(0) language: Option<InternationalString>,
        /// The text.
        implicit(1) text: InternationalString,
    }
}

sequence! {
    /// The server.
    pub struct TargetInfo {
        /// Its name.
        implicit(1) name: InternationalString,
        /// Whether result sets can have names.
        implicit(4) named_result_sets: bool,
        /// Whether several databases can be searched at once.
        implicit(5) multiple_db_search: bool,
        /// How many result sets a session may have.
        implicit(6) max_result_sets: Option<i64>,
        /// In words.
        implicit(12) description: Option<HumanString>,
        /// What it can do.
        implicit(19) common_access_info: Option<AccessInfo>,
    }
}

sequence! {
    /// A database.
    pub struct DatabaseInfo {
        /// Its name.
        implicit(1) name: DatabaseName,
        /// It is the Explain database.
        implicit(2) explain_database: Option<Null>,
        /// Other names.
        implicit(3) nicknames: Option<Vec<DatabaseName>>,
        /// Whether it costs.
        implicit(5) user_fee: bool,
        /// Whether it can be searched.
        implicit(6) available: bool,
        /// Its title.
        implicit(7) title_string: Option<HumanString>,
        /// In words.
        implicit(9) description: Option<HumanString>,
        /// How many records.
        explicit(14) record_count: Option<RecordCount>,
        /// What it can do.
        implicit(29) access_info: Option<AccessInfo>,
    }
}

choice! {
    /// A number of records.
    pub enum RecordCount {
        /// Counted.
        implicit(0) Actual(i64),
        /// About.
        implicit(1) Approximate(i64),
    }
}

sequence! {
    /// What can be asked for.
    pub struct AccessInfo {
        /// Sets of diagnostics.
        implicit(1) diagnostics_sets: Option<Vec<Oid>>,
        /// Sets of attributes.
        implicit(2) attribute_set_ids: Option<Vec<Oid>>,
        /// Schemas.
        implicit(3) schemas: Option<Vec<Oid>>,
        /// Record syntaxes.
        implicit(4) record_syntaxes: Option<Vec<Oid>>,
        /// Element sets.
        implicit(10) element_set_names: Option<Vec<super::shared::ElementSetName>>,
        /// Systems of units; none.
        implicit(11) unit_systems: Vec<InternationalString>,
    }
}

sequence! {
    /// What categories of records there are.
    pub struct CategoryList {
        /// The categories.
        implicit(1) categories: Vec<CategoryInfo>,
    }
}

sequence! {
    /// A category of records.
    pub struct CategoryInfo {
        /// Its name.
        implicit(1) category: InternationalString,
    }
}
