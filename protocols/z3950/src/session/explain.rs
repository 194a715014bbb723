//! The Explain database (digest 7): what the server is, its databases, and what it can be asked for.

use super::search::Searching;
use super::sets::Hits;
use super::{Pending, Session, Settings, Step};
use crate::codec::Null;
use crate::gateway::ask::Question;
use crate::gateway::composition::Wanted;
use crate::message::explain::{
    AccessInfo, CategoryInfo, CategoryList, DatabaseInfo, ExplainRecord, HumanString, HumanText, RecordCount, TargetInfo,
};
use crate::message::{AttributeValue, DatabaseName, Diagnostic, Node, Operand, Query, Term, oid};
use skranke_core::desk::catalogue::Database;
use skranke_core::ports::Fault;

/// Its name.
pub(super) const DATABASE: &str = "IR-Explain-1";

/// A search in the Explain database that waits for the databases.
pub(super) struct Explaining {
    pub(super) searching: Searching,
    category: String,
    /// The name of one database, where only that is wanted.
    name: Option<String>,
}

impl Session {
    pub(super) fn explain(&mut self, searching: Searching, query: &Query) -> Step {
        let (Query::Type1(rpn) | Query::Type101(rpn)) = query else {
            return self.search_failed(searching, &Diagnostic::plain(107));
        };
        let mut category = None;
        let mut name = None;
        for node in &rpn.rpn.nodes {
            let Node::Operand(Operand::Term(term)) = node else { continue };
            let text = match &term.term {
                Term::General(octets) => String::from_utf8_lossy(&octets.0).into_owned(),
                Term::Characters(string) => string.text().into_owned(),
                _ => return self.search_failed(searching, &Diagnostic::plain(229)),
            };
            let set = term.attributes.iter().find(|attribute| attribute.attribute_type == 1);
            let own_set = set
                .and_then(|attribute| attribute.attribute_set.as_ref())
                .unwrap_or(&rpn.attribute_set);
            if *own_set != oid::EXP_1 {
                return self.search_failed(searching, &Diagnostic::new(121, own_set.to_string()));
            }
            match set.map(|attribute| &attribute.value) {
                Some(AttributeValue::Numeric(1)) => category = Some(text),
                // The name of a database.
                Some(AttributeValue::Numeric(3)) => name = Some(text),
                Some(AttributeValue::Numeric(other)) => return self.search_failed(searching, &Diagnostic::new(114, other.to_string())),
                _ => return self.search_failed(searching, &Diagnostic::plain(116)),
            }
        }
        let Some(category) = category else {
            return self.search_failed(searching, &Diagnostic::plain(116));
        };
        let explaining = Explaining { searching, category, name };
        self.ask(Pending::Explain(Box::new(explaining)), Question::Databases)
    }

    pub(super) fn explained(
        &mut self,
        explaining: Explaining,
        databases: Result<Vec<(Database, u64)>, Fault>,
        settings: &Settings,
    ) -> Step {
        let Explaining { searching, category, name } = explaining;
        let databases = match databases {
            Ok(databases) => databases,
            Err(_) => return self.search_failed(searching, &Diagnostic::plain(2)),
        };
        let records = match category.to_ascii_lowercase().as_str() {
            "targetinfo" => vec![ExplainRecord::TargetInfo(target(settings))],
            "databaseinfo" => {
                let wanted = |(database, _): &&(Database, u64)| name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(&database.name));
                databases
                    .iter()
                    .filter(wanted)
                    .map(|(database, size)| ExplainRecord::DatabaseInfo(info(database, *size)))
                    .collect()
            }
            "categorylist" => vec![ExplainRecord::CategoryList(CategoryList {
                categories: ["TargetInfo", "DatabaseInfo", "CategoryList"]
                    .map(|category| CategoryInfo { category: category.into() })
                    .to_vec(),
            })],
            // A category that we have not is one without records.
            _ => Vec::new(),
        };
        self.hits(searching, Hits::Explain(records), settings)
    }
}

fn human(text: &str) -> HumanString {
    vec![HumanText {
        language: Some("eng".into()),
        text: text.into(),
    }]
}

fn target(settings: &Settings) -> TargetInfo {
    TargetInfo {
        name: "Skranke".into(),
        named_result_sets: true,
        multiple_db_search: true,
        max_result_sets: i64::try_from(settings.result_sets).ok(),
        description: Some(human("The shared catalogue with its holdings")),
        common_access_info: Some(access()),
    }
}

fn info(database: &Database, size: u64) -> DatabaseInfo {
    let title = if database.title.is_empty() {
        &database.name
    } else {
        &database.title
    };
    DatabaseInfo {
        name: DatabaseName(database.name.as_str().into()),
        explain_database: database.name.eq_ignore_ascii_case(DATABASE).then_some(Null),
        nicknames: None,
        user_fee: false,
        available: true,
        title_string: Some(human(title)),
        description: None,
        record_count: Some(RecordCount::Actual(i64::try_from(size).unwrap_or(i64::MAX))),
        access_info: Some(access()),
    }
}

fn access() -> AccessInfo {
    AccessInfo {
        diagnostics_sets: Some(vec![oid::DIAGNOSTICS_BIB_1]),
        attribute_set_ids: Some(vec![oid::BIB_1, oid::DAN_1, oid::EXP_1]),
        schemas: None,
        record_syntaxes: Some(Wanted::all_syntaxes()),
        element_set_names: Some(["F", "B"].map(|name| crate::message::ElementSetName(name.into())).to_vec()),
        unit_systems: Vec::new(),
    }
}
