//! The request, told back in the answer.

use super::frame::Frame;
use crate::codec::xml;
use skranke_core::query::cql::CqlQuery;

/// Whether a value may stand in the schema's element for numbers.
fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_positive(value: &str) -> bool {
    is_number(value) && value.bytes().any(|byte| byte != b'0')
}

impl Frame<'_> {
    fn told(&mut self, name: &str) {
        self.told_if(name, |_| true);
    }

    fn told_if(&mut self, name: &str, fits: fn(&str) -> bool) {
        if let Some(value) = self.asked.parameters.filled(name).filter(|value| fits(value)) {
            xml::element(&format!("zs:{name}"), value, self.out);
        }
    }

    fn told_version(&mut self) {
        if self.version().is_1() {
            xml::element("zs:version", self.version().as_str(), self.out);
        }
    }

    /// `parsed` is the query, where it could be read and is CQL: it is told back as XML, too.
    pub(super) fn echo_search_retrieve(&mut self, parsed: Option<&CqlQuery>) {
        let is_1 = self.version().is_1();
        self.out.extend(b"<zs:echoedSearchRetrieveRequest>");
        self.told_version();
        if !is_1 {
            self.told("queryType");
        }
        let query = self.asked.parameters.get("query").unwrap_or_default();
        if is_1 || !query.is_empty() {
            xml::element("zs:query", query, self.out);
        }
        if let Some(parsed) = parsed {
            super::xcql::write(parsed, self.version(), self.out);
        }
        self.told_if("startRecord", is_positive);
        self.told_if("maximumRecords", is_number);
        if is_1 {
            self.told("recordPacking");
        } else {
            self.told_if("recordXMLEscaping", |value| matches!(value, "xml" | "string"));
            self.told("recordPacking");
        }
        self.told("recordSchema");
        if is_1 {
            self.told("recordXPath");
        } else {
            // The schema has room for one element.
            let facets = ["facetLimit", "facetStart", "facetSort", "facetCount"];
            let told = facets
                .iter()
                .filter_map(|name| Some(format!("{name}={}", self.asked.parameters.filled(name)?)));
            let told: Vec<String> = told.collect();
            if !told.is_empty() {
                xml::element("zs:facetParameters", &told.join("&"), self.out);
            }
        }
        self.told_if("resultSetTTL", is_number);
        self.told("sortKeys");
        self.told("stylesheet");
        if !is_1 {
            self.told_if("renderedBy", |value| matches!(value, "client" | "server"));
            self.told("httpAccept");
            self.told("responseType");
        }
        if self.version() == crate::message::Version::V1_2 {
            xml::element("zs:baseUrl", &self.asked.base_url(), self.out);
        }
        self.out.extend(b"</zs:echoedSearchRetrieveRequest>");
    }

    pub(super) fn echo_scan(&mut self) {
        self.out.extend(b"<zs:echoedScanRequest>");
        self.told_version();
        let clause = self.asked.parameters.get("scanClause").unwrap_or_default();
        xml::element("zs:scanClause", clause, self.out);
        self.told_if("responsePosition", is_number);
        self.told_if("maximumTerms", is_positive);
        if !self.version().is_1() {
            self.told("httpAccept");
        }
        self.told("stylesheet");
        self.out.extend(b"</zs:echoedScanRequest>");
    }

    pub(super) fn echo_explain(&mut self) {
        self.out.extend(b"<zs:echoedExplainRequest>");
        self.told_version();
        if !self.version().is_1() {
            self.told_if("recordXMLEscaping", |value| matches!(value, "xml" | "string"));
        }
        self.told("recordPacking");
        self.told("stylesheet");
        self.out.extend(b"</zs:echoedExplainRequest>");
    }
}
