//! The decoded fields of an exchange: what was asked, masked where it tells who, and what came of it.

use skranke_z3950::message::{Apdu, Node, Operand, Query, Term};
use skranke_z3950::session::Exchange;

use crate::telemetry::{Field, Report};

/// Adds the fields of request and answer, where a reader looks at them.
pub(super) fn add(report: &mut Report, request: &[u8], exchange: &Exchange) {
    let Some(fields) = &mut report.fields else { return };
    match Apdu::decode(request) {
        Ok(Apdu::InitRequest(init)) => {
            if let Some(name) = &init.implementation_name {
                fields.push(Field::plain("implementationName", name.text()));
            }
            if init.id_authentication.is_some() {
                fields.push(Field::secret("idAuthentication"));
            }
        }
        Ok(Apdu::SearchRequest(search)) => {
            let databases: Vec<String> = search.database_names.iter().map(|name| name.0.text().into_owned()).collect();
            fields.push(Field::plain("databaseNames", databases.join(",")));
            fields.push(Field::plain("resultSetName", search.result_set_name.text()));
            // What somebody looks for tells of him.
            fields.push(Field::personal("query", &terms(&search.query)));
        }
        Ok(Apdu::PresentRequest(present)) => {
            fields.push(Field::plain("resultSetId", present.result_set.0.text()));
            fields.push(Field::plain("resultSetStartPoint", present.start.to_string()));
            fields.push(Field::plain("numberOfRecordsRequested", present.number.to_string()));
            if let Some(syntax) = &present.preferred_record_syntax {
                fields.push(Field::plain("preferredRecordSyntax", syntax.to_string()));
            }
        }
        Ok(Apdu::ExtendedServicesRequest(task)) => fields.push(Field::plain("packageType", task.package_type.to_string())),
        Ok(_) | Err(_) => {}
    }
    if let Some(hits) = exchange.hits {
        fields.push(Field::plain("answer: resultCount", hits.to_string()));
    }
    if exchange.records > 0 {
        fields.push(Field::plain("answer: numberOfRecordsReturned", exchange.records.to_string()));
    }
    if let Some(at) = exchange.at {
        fields.push(Field::plain("malformed at byte", at.to_string()));
    }
}

/// The terms of a query in a row.
fn terms(query: &Query) -> String {
    let (Query::Type1(rpn) | Query::Type101(rpn)) = query else {
        return "…".to_owned();
    };
    let texts = rpn.rpn.nodes.iter().filter_map(|node| match node {
        Node::Operand(Operand::Term(term)) => match &term.term {
            Term::General(octets) => Some(String::from_utf8_lossy(&octets.0).into_owned()),
            Term::Characters(text) => Some(text.text().into_owned()),
            _ => None,
        },
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}
