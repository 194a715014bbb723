//! scan: a piece of a browse list.

use super::frame::Frame;
use super::{Gateway, fault};
use crate::codec::{form, xml};
use crate::message::{Diagnostic, ScanRequest, number};
use skranke_core::ports::search::{Cancel, Databases, List, Scan, TermList};
use skranke_core::ports::{Records, Search, Store};
use skranke_core::query::cql::{self, Interpreter};

/// A piece of a list, and how to search for what stands in it.
struct Listed {
    terms: TermList,
    /// Index and relation as CQL.
    searched_by: String,
}

impl<S: Store + Records, F: Search> Gateway<S, F> {
    pub(super) async fn scan(&self, scan: &ScanRequest, databases: Option<Databases>, frame: &mut Frame<'_>) {
        frame.open("scanResponse", frame.version().scan_namespace());
        if let Some(databases) = databases.filter(|_| !frame.is_refused()) {
            match self.listed(scan, databases).await {
                Ok(listed) => write(&listed, frame),
                Err(diagnostic) => frame.refuse(diagnostic),
            }
        }
        frame.echo_scan();
        frame.diagnostics();
        frame.close("scanResponse");
    }

    async fn listed(&self, scan: &ScanRequest, databases: Databases) -> Result<Listed, Diagnostic> {
        let clause = cql::parse_scan_clause(&scan.clause, self.settings.cql)?;
        let (index, list, start) = Interpreter::new(&**self.desk.map()).scan(&clause)?;
        let count = scan.maximum.unwrap_or(self.settings.terms);
        if count > self.settings.most_terms {
            return Err(Diagnostic::new(number::TOO_MANY_TERMS, self.settings.most_terms.to_string()));
        }
        if scan.position > count + 1 {
            return Err(Diagnostic::new(number::RESPONSE_POSITION_OUT_OF_RANGE, scan.position.to_string()));
        }
        let request = Scan {
            databases,
            index,
            list,
            start,
            position: u32::try_from(scan.position).unwrap_or(u32::MAX),
            count: u32::try_from(count).unwrap_or(u32::MAX),
            step: 0,
            cancel: Cancel::never(),
        };
        let terms = self
            .desk
            .scan(request)
            .await
            .map_err(|error| fault::diagnostic(&error, self.desk.map()))?;
        let name = self.desk.map().index(index).map(super::explain::name);
        let relation = if list == List::Words { "=" } else { "==" };
        Ok(Listed {
            terms,
            searched_by: format!("{} {relation}", name.unwrap_or_else(|| "cql.serverChoice".to_owned())),
        })
    }
}

fn write(listed: &Listed, frame: &mut Frame<'_>) {
    let TermList {
        terms, at_start, at_end, ..
    } = &listed.terms;
    if terms.is_empty() {
        return;
    }
    frame.out.extend(b"<zs:terms>");
    let last = terms.len() - 1;
    for (n, term) in terms.iter().enumerate() {
        frame.out.extend(b"<zs:term>");
        xml::element("zs:value", &term.shown, frame.out);
        xml::number("zs:numberOfRecords", term.records, frame.out);
        xml::element("zs:displayTerm", &term.shown, frame.out);
        let place = match (n == 0 && *at_start, n == last && *at_end) {
            (true, true) => "only",
            (true, false) => "first",
            (false, true) => "last",
            (false, false) => "inner",
        };
        xml::element("zs:whereInList", place, frame.out);
        if !frame.version().is_1() {
            let guarded = term.shown.replace('\\', "\\\\").replace('"', "\\\"");
            let mut url = format!("{}?query=", frame.asked.base_url());
            form::encode(&format!("{} \"{guarded}\"", listed.searched_by), &mut url);
            xml::element("zs:requestURL", &url, frame.out);
        }
        frame.out.extend(b"</zs:term>");
    }
    frame.out.extend(b"</zs:terms>");
}
