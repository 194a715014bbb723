//! Parameters to a request. Total: what cannot be read is a diagnostic within the request, so that even a refusal is an
//! answer of the right kind in the right version.

use crate::message::{
    Diagnostic, Escaping, ExplainRequest, FacetOrder, FacetRequest, MissingValue, Operation, Parameters, QueryType, Request, ScanRequest,
    SearchRetrieveRequest, SortKey, Version, number,
};

/// Terms of a facet where nothing was said.
const FACET_TERMS: u64 = 10;
/// Index Data's parameter for a query in prefix notation.
const PQF: &str = "x-pquery";
/// Most sort keys.
const SORT_KEYS: usize = 8;

/// Reads a request. Where `lenient_start` is set, `startRecord=0` is 1, as some harvesters mean it.
pub fn read(parameters: &Parameters, lenient_start: bool) -> Request {
    let mut reading = Reading {
        parameters,
        lenient_start,
        remarks: Vec::new(),
        refused: None,
    };
    let version = reading.version();
    let operation = reading.operation(version);
    reading.unknown(&operation);
    let stylesheet = reading.stylesheet();
    Request {
        version,
        operation,
        stylesheet,
        remarks: reading.remarks,
        refused: reading.refused,
    }
}

struct Reading<'a> {
    parameters: &'a Parameters,
    lenient_start: bool,
    remarks: Vec<Diagnostic>,
    refused: Option<Diagnostic>,
}

impl Reading<'_> {
    /// The first thing that is wrong is told.
    fn refuse(&mut self, number: u16, details: &str) {
        self.refused.get_or_insert_with(|| Diagnostic::new(number, details));
    }

    /// Without `version` a request is one of 2.0, where the parameter no longer exists.
    fn version(&mut self) -> Version {
        match self.parameters.filled("version") {
            None => Version::V2_0,
            Some(text) => Version::of(text).unwrap_or_else(|| {
                self.refuse(number::UNSUPPORTED_VERSION, Version::HIGHEST.as_str());
                Version::HIGHEST
            }),
        }
    }

    /// By name; without one by the parameters that only one operation has.
    fn operation(&mut self, version: Version) -> Operation {
        let given = |name: &str| self.parameters.get(name).is_some();
        let operation = match self.parameters.filled("operation") {
            Some(name) => name,
            None if given("scanClause") => "scan",
            None if given("query") || given(PQF) => "searchRetrieve",
            None => "explain",
        };
        match operation {
            "explain" => Operation::Explain(ExplainRequest {
                escaping: self.escaping(version),
            }),
            "scan" => Operation::Scan(self.scan()),
            "searchRetrieve" => Operation::SearchRetrieve(self.search_retrieve(version)),
            other => {
                self.refuse(number::UNSUPPORTED_OPERATION, other);
                if given("query") {
                    Operation::SearchRetrieve(SearchRetrieveRequest::default())
                } else {
                    Operation::Explain(ExplainRequest::default())
                }
            }
        }
    }

    fn search_retrieve(&mut self, version: Version) -> SearchRetrieveRequest {
        let told = self.parameters.filled("queryType").filter(|_| !version.is_1()).unwrap_or("cql");
        let (query, query_type) = match (self.parameters.get("query"), self.parameters.get(PQF), QueryType::of(told)) {
            (None, Some(prefixed), _) => (Some(prefixed), QueryType::Pqf),
            (query, _, Some(query_type)) => (query, query_type),
            (query, _, None) => {
                self.refuse(number::UNSUPPORTED_QUERY_TYPE, told);
                (query, QueryType::default())
            }
        };
        match query {
            None => self.refuse(number::MANDATORY_PARAMETER_NOT_SUPPLIED, "query"),
            Some(query) if query.trim().is_empty() => self.refuse(number::QUERY_SYNTAX_ERROR, "empty query"),
            Some(_) => {}
        }
        let query = query.unwrap_or_default().to_owned();
        let least = if self.lenient_start { 0 } else { 1 };
        let start = self.count("startRecord", least).unwrap_or(1).max(1);
        let maximum = self.count("maximumRecords", 0);
        let ttl = self.count("resultSetTTL", 0);
        SearchRetrieveRequest {
            query,
            query_type,
            start,
            maximum,
            escaping: self.escaping(version),
            schema: self.parameters.filled("recordSchema").map(str::to_owned),
            xpath: self.parameters.filled("recordXPath").is_some(),
            ttl,
            sort: self.sort_keys(),
            facets: self.facets(version),
            facet_least: self.count("facetCount", 0).unwrap_or(1).max(1),
            facet_order: self.facet_order(),
        }
    }

    fn scan(&mut self) -> ScanRequest {
        let clause = self.parameters.get("scanClause").unwrap_or_default().to_owned();
        if self.parameters.get("scanClause").is_none() {
            self.refuse(number::MANDATORY_PARAMETER_NOT_SUPPLIED, "scanClause");
        } else if clause.trim().is_empty() {
            self.refuse(number::QUERY_SYNTAX_ERROR, "empty scan clause");
        }
        ScanRequest {
            clause,
            position: self.count("responsePosition", 0).unwrap_or(1),
            maximum: self.count("maximumTerms", 1),
        }
    }

    /// A whole number of at least `least`; without a value `None`.
    fn count(&mut self, name: &str, least: u64) -> Option<u64> {
        let text = self.parameters.filled(name)?;
        match text.parse::<u64>() {
            Ok(value) if value >= least => Some(value),
            _ => {
                self.refuse(number::UNSUPPORTED_PARAMETER_VALUE, name);
                None
            }
        }
    }

    /// `recordPacking` of 1.x, `recordXMLEscaping` of 2.0. In 2.0 `recordPacking` says something else, yet many send the
    /// old words there, and they are understood.
    fn escaping(&mut self, version: Version) -> Escaping {
        let packing = self.parameters.filled("recordPacking");
        let escaping = self.parameters.filled("recordXMLEscaping");
        let read = |word: Option<&str>| match word {
            None => Ok(None),
            Some(word) => Escaping::of(word).map(Some).ok_or_else(|| word.to_owned()),
        };
        let found = if version.is_1() {
            read(packing.or(escaping))
        } else {
            let laid_out = |word: &&str| !word.eq_ignore_ascii_case("packed") && !word.eq_ignore_ascii_case("unpacked");
            read(escaping.or(packing.filter(laid_out)))
        };
        match found {
            Ok(found) => found.unwrap_or_default(),
            Err(word) => {
                self.refuse(number::UNSUPPORTED_RECORD_PACKING, &word);
                Escaping::default()
            }
        }
    }

    /// `title,,1 author,,0`. Quotes may hold a constant with spaces and commas.
    fn sort_keys(&mut self) -> Vec<SortKey> {
        let Some(text) = self.parameters.filled("sortKeys") else {
            return Vec::new();
        };
        let mut keys = Vec::new();
        for key in split_outside_quotes(text, ' ').into_iter().filter(|key| !key.is_empty()) {
            if keys.len() == SORT_KEYS {
                self.refuse(number::TOO_MANY_SORT_KEYS, &SORT_KEYS.to_string());
                break;
            }
            let mut parts = split_outside_quotes(key, ',').into_iter().map(str::trim);
            let mut next = || parts.next().unwrap_or_default();
            let (path, schema, ascending, case, missing) = (next(), next(), next(), next(), next());
            let ascending = match ascending {
                "" | "1" | "true" => true,
                "0" | "false" => false,
                other => {
                    self.refuse(number::UNSUPPORTED_DIRECTION, other);
                    true
                }
            };
            // Sort keys are folded: letter case is not in them.
            if !matches!(case, "" | "0" | "false") {
                self.refuse(number::UNSUPPORTED_CASE, case);
            }
            let path = path.trim_matches('"').to_owned();
            if path.is_empty() {
                self.refuse(number::UNSUPPORTED_PARAMETER_VALUE, "sortKeys");
            }
            keys.push(SortKey {
                path,
                schema: schema.trim_matches('"').to_owned(),
                ascending,
                missing: self.missing_value(missing),
            });
        }
        keys
    }

    fn missing_value(&mut self, text: &str) -> MissingValue {
        let named = [
            ("abort", MissingValue::Abort),
            ("highValue", MissingValue::HighValue),
            ("lowValue", MissingValue::LowValue),
            ("omit", MissingValue::Omit),
        ];
        let constant = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        match (constant, named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text))) {
            (Some(constant), _) => MissingValue::Constant(constant.to_owned()),
            (None, Some((_, action))) => action,
            (None, None) => {
                if !text.is_empty() {
                    self.refuse(number::UNSUPPORTED_MISSING_VALUE_ACTION, text);
                }
                MissingValue::default()
            }
        }
    }

    /// `facetLimit=10:dc.subject,20:dc.creator` or a number alone; `facetStart` in the same form.
    fn facets(&mut self, version: Version) -> Vec<FacetRequest> {
        let limits = self.parameters.filled("facetLimit").filter(|_| !version.is_1());
        let starts = self.parameters.filled("facetStart").filter(|_| !version.is_1());
        let Some(limits) = limits else { return Vec::new() };
        let starts: Vec<(u64, Option<String>)> = starts.map_or_else(Vec::new, |starts| self.pairs("facetStart", starts));
        let mut facets = Vec::new();
        for (limit, index) in self.pairs("facetLimit", limits) {
            let start = starts
                .iter()
                .find(|(_, of)| of.is_none() || *of == index)
                .map_or(1, |(start, _)| (*start).max(1));
            facets.push(FacetRequest { index, limit, start });
        }
        facets
    }

    fn pairs(&mut self, name: &str, list: &str) -> Vec<(u64, Option<String>)> {
        let mut pairs = Vec::new();
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (count, index) = match entry.split_once(':') {
                Some((count, index)) => (count.parse().ok(), Some(index.trim().to_owned())),
                None => match entry.parse() {
                    Ok(count) => (Some(count), None),
                    Err(_) => (Some(FACET_TERMS), Some(entry.to_owned())),
                },
            };
            match count {
                Some(count) => pairs.push((count, index)),
                None => self.refuse(number::UNSUPPORTED_PARAMETER_VALUE, name),
            }
        }
        pairs
    }

    fn facet_order(&mut self) -> FacetOrder {
        let text = self.parameters.filled("facetSort").unwrap_or_default().to_ascii_lowercase();
        let mut words = text.split(',').map(str::trim);
        match (words.next().unwrap_or_default(), words.next().unwrap_or_default()) {
            ("" | "recordcount", "" | "descending") => FacetOrder::CountDescending,
            ("recordcount", "ascending") => FacetOrder::CountAscending,
            ("alphanumeric", "" | "ascending") => FacetOrder::Alphanumeric,
            _ => {
                self.refuse(number::UNSUPPORTED_PARAMETER_VALUE, "facetSort");
                FacetOrder::default()
            }
        }
    }

    fn unknown(&mut self, operation: &Operation) {
        let operation = match operation {
            Operation::Explain(_) => "explain",
            Operation::SearchRetrieve(_) => "searchRetrieve",
            Operation::Scan(_) => "scan",
        };
        let known = include_str!("../../data/parameters.tsv")
            .lines()
            .filter_map(|line| line.split_once('\t'))
            .find(|(name, _)| *name == operation)
            .map_or("", |(_, names)| names);
        for name in self.parameters.names() {
            if !name.starts_with("x-") && known.split(' ').all(|known| known != name) {
                let remark = Diagnostic::new(number::UNSUPPORTED_PARAMETER, name);
                if !self.remarks.contains(&remark) {
                    self.remarks.push(remark);
                }
            }
        }
    }

    /// An address on the web or a relative one: it will stand in a document that a browser opens.
    fn stylesheet(&mut self) -> Option<String> {
        let href = self.parameters.filled("stylesheet")?;
        let scheme = href
            .split_once(':')
            .map(|(scheme, _)| scheme)
            .filter(|scheme| !scheme.contains(['/', '?', '#']));
        let safe = scheme.is_none_or(|scheme| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"));
        if !safe || href.chars().any(char::is_control) || href.contains("?>") {
            self.remarks.push(Diagnostic::new(number::UNSUPPORTED_STYLESHEET, href));
            return None;
        }
        Some(href.to_owned())
    }
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    text.split(|character| {
        quoted ^= character == '"';
        character == separator && !quoted
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::charset::Charset;
    use crate::codec::form;

    fn request(query: &str) -> Request {
        let mut parameters = Parameters::default();
        form::read(query.as_bytes(), Charset::Utf8, &mut parameters).unwrap();
        read(&parameters, false)
    }

    fn refused(query: &str) -> Option<(u16, String)> {
        request(query).refused.map(|diagnostic| (diagnostic.number, diagnostic.details))
    }

    #[test]
    fn operation_and_version_are_told_or_inferred() {
        assert!(matches!(request("").operation, Operation::Explain(_)));
        assert_eq!(request("").version, Version::V2_0);
        assert!(matches!(request("query=a").operation, Operation::SearchRetrieve(_)));
        assert!(matches!(request("scanClause=a").operation, Operation::Scan(_)));
        assert_eq!(request("operation=searchRetrieve&version=1.1&query=a").version, Version::V1_1);
        assert_eq!(refused("version=9.9&query=a"), Some((5, "2.0".into())));
        assert_eq!(
            refused("operation=searchretrieve&version=1.1&query=a"),
            Some((4, "searchretrieve".into()))
        );
    }

    #[test]
    fn values_are_checked() {
        for (query, wanted) in [
            ("operation=searchRetrieve&version=1.1", Some((7, "query"))),
            ("operation=scan&version=1.1", Some((7, "scanClause"))),
            ("query=a&startRecord=0", Some((6, "startRecord"))),
            ("query=a&startRecord=x", Some((6, "startRecord"))),
            ("query=a&maximumRecords=-1", Some((6, "maximumRecords"))),
            ("query=a&maximumRecords=", None),
            ("query=a&maximumRecords=0", None),
            ("version=1.1&query=a&recordPacking=tight", Some((71, "tight"))),
            ("query=a&recordPacking=packed", None),
            ("query=a&recordPacking=string", None),
            ("query=a&recordXMLEscaping=none", Some((71, "none"))),
            ("query=a&queryType=ccl", Some((11, "ccl"))),
            ("query=a&queryType=pqf", None),
            ("query=a&queryType=searchTerms", None),
            ("x-pquery=a", None),
            ("x-pquery=", Some((10, "empty query"))),
            ("query=", Some((10, "empty query"))),
            ("scanClause=", Some((10, "empty scan clause"))),
            ("scanClause=a&maximumTerms=0", Some((6, "maximumTerms"))),
            ("query=a&resultSetTTL=x", Some((6, "resultSetTTL"))),
            ("query=a&facetLimit=x:dc.title", Some((6, "facetLimit"))),
            ("query=a&sortKeys=,,1", Some((6, "sortKeys"))),
            ("query=a&sortKeys=title,,up", Some((90, "up"))),
            ("query=a&sortKeys=title,,1,1", Some((91, "1"))),
            ("query=a&sortKeys=title,,1,0,guess", Some((92, "guess"))),
            ("query=a&sortKeys=a+b+c+d+e+f+g+h+i", Some((84, "8"))),
            ("query=a&facetSort=size", Some((6, "facetSort"))),
        ] {
            assert_eq!(
                refused(query),
                wanted.map(|(number, details)| (number, details.to_owned())),
                "{query}"
            );
        }
    }

    #[test]
    fn an_unknown_parameter_is_told_and_stops_nothing() {
        let request = request("version=1.2&query=a&bogus=1&x-any=2&bogus=3");
        assert_eq!(request.refused, None);
        assert_eq!(request.remarks, [Diagnostic::new(8, "bogus")]);
    }

    #[test]
    fn sort_keys_are_read() {
        let sort = |keys: &str| match request(&format!("query=a&sortKeys={keys}")).operation {
            Operation::SearchRetrieve(search) => search.sort,
            other => panic!("{other:?}"),
        };
        let key = |path: &str, schema: &str, ascending, missing| SortKey {
            path: path.to_owned(),
            schema: schema.to_owned(),
            ascending,
            missing,
        };
        assert_eq!(
            sort("title,,0%20date,dc,1,0,%22a%20b,c%22"),
            [
                key("title", "", false, MissingValue::HighValue),
                key("date", "dc", true, MissingValue::Constant("a b,c".to_owned()))
            ]
        );
        assert_eq!(sort("title,,,,LowValue+"), [key("title", "", true, MissingValue::LowValue)]);
    }

    #[test]
    fn record_0_is_the_first_where_that_is_allowed() {
        let mut parameters = Parameters::default();
        form::read(b"query=a&startRecord=0", Charset::Utf8, &mut parameters).unwrap();
        assert_eq!(read(&parameters, true).refused, None);
        assert!(matches!(read(&parameters, true).operation, Operation::SearchRetrieve(search) if search.start == 1));
    }

    #[test]
    fn a_stylesheet_is_on_the_web_or_relative() {
        assert_eq!(request("stylesheet=/a.xsl").stylesheet.as_deref(), Some("/a.xsl"));
        assert_eq!(request("stylesheet=https://x/a.xsl").stylesheet.as_deref(), Some("https://x/a.xsl"));
        let refused = request("stylesheet=javascript:alert(1)");
        assert_eq!(refused.stylesheet, None);
        assert_eq!(refused.remarks, [Diagnostic::new(111, "javascript:alert(1)")]);
    }

    proptest::proptest! {
        #[test]
        fn any_parameters_are_a_request(query in "((operation|version|query|sortKeys|facetLimit|startRecord|x)=[a-z0-9%,:;\"&=. -]{0,20}&){0,6}") {
            let mut parameters = Parameters::default();
            let _ = form::read(query.as_bytes(), Charset::Utf8OrLatin1, &mut parameters);
            read(&parameters, false);
        }
    }
}
