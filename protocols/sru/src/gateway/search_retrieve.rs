//! searchRetrieve: a query to a result set, a window of it to records.

use super::frame::Frame;
use super::kept::Question;
use super::{Gateway, fault, pqf, records};
use crate::codec::xml;
use crate::message::{
    Diagnostic, FacetOrder, MissingValue, QueryType, Schema, SearchRetrieveRequest, SortKey as AskedKey, Version, number,
};
use skranke_core::ports::search::{Cancel, Databases, Facet, FacetWanted, Find, ResultSet, SortKey};
use skranke_core::ports::{Records, Search, Store};
use skranke_core::query::cql::{self, CqlFault, CqlQuery, Interpreted, Interpreter};
use skranke_core::query::{Clause, Pattern, Query, Structure};
use std::collections::BTreeMap;

/// Terms of one facet at most.
const FACET_TERMS: u64 = 1000;

/// A result with what is to be told of it.
struct Found {
    set: ResultSet,
    /// Name and life in seconds, where one was asked for.
    name: Option<(String, u64)>,
}

/// Stops a search that nobody waits for any more: the client hung up, or its time is over.
struct StopOnDrop(Cancel);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl<S: Store + Records, F: Search> Gateway<S, F> {
    pub(super) async fn search_retrieve(&self, search: &SearchRetrieveRequest, databases: Option<Databases>, frame: &mut Frame<'_>) {
        frame.open("searchRetrieveResponse", frame.version().namespace());
        let parsed = match search.query_type {
            QueryType::Cql if !search.query.is_empty() => Some(cql::parse(&search.query, self.settings.cql)),
            _ => None,
        };
        let found = match databases.filter(|_| !frame.is_refused()) {
            None => None,
            Some(databases) => self
                .find(search, parsed.as_ref(), databases, frame)
                .await
                .map_err(|diagnostic| frame.refuse(diagnostic))
                .ok(),
        };
        let count = found.as_ref().map_or(0, |found| found.set.len());
        xml::number("zs:numberOfRecords", count, frame.out);
        if let Some((name, ttl)) = found.as_ref().and_then(|found| found.name.as_ref()) {
            xml::element("zs:resultSetId", name, frame.out);
            if frame.version().is_1() {
                xml::number("zs:resultSetIdleTime", *ttl, frame.out);
            }
        }
        if let Some(found) = &found {
            self.records(search, &found.set, frame).await;
        }
        let parsed = parsed.and_then(Result::ok);
        frame.echo_search_retrieve(parsed.as_ref());
        let facets = match &found {
            Some(found) => self.facets(search, &found.set, frame).await,
            None => Vec::new(),
        };
        frame.diagnostics();
        if !frame.version().is_1()
            && let Some(found) = &found
        {
            if let Some((_, ttl)) = &found.name {
                xml::number("zs:resultSetTTL", *ttl, frame.out);
            }
            let exact = "info:srw/vocabulary/resultCountPrecision/1/exact";
            xml::element("zs:resultCountPrecision", exact, frame.out);
            self.write_facets(search, parsed.as_ref(), &facets, frame);
        }
        frame.close("searchRetrieveResponse");
    }

    /// Reads the query, and searches unless the result is kept.
    async fn find(
        &self,
        search: &SearchRetrieveRequest,
        parsed: Option<&Result<CqlQuery, CqlFault>>,
        databases: Databases,
        frame: &mut Frame<'_>,
    ) -> Result<Found, Diagnostic> {
        let at = frame.asked.at;
        let Interpreted { query, mut sort } = self.read_query(search, parsed)?;
        if !search.sort.is_empty() {
            if sort.is_empty() {
                sort = self.sort_keys(&search.sort)?;
            } else if !frame.version().is_1() {
                frame.remark(Diagnostic::new(number::SORT_IN_QUERY_PREVAILS, ""));
            }
        }
        let mut sets = BTreeMap::new();
        for name in query.sets() {
            if let Some(set) = self.kept.named(name, at) {
                sets.insert(name.to_owned(), set);
            }
        }
        let question = Question {
            databases: databases.clone(),
            query: query.clone(),
            sort: sort.clone(),
        };
        let applied = self.desk.search().applied();
        let further = search.start > 1;
        // A name may stand for another set later, so what refers to one is not kept.
        let kept = if query.sets().is_empty() {
            self.kept.asked(&question, further, applied, at)
        } else {
            None
        };
        let set = match kept {
            Some(set) => set,
            None => {
                let keeps = query.sets().is_empty();
                let stop = StopOnDrop(Cancel::never());
                let request = Find {
                    databases,
                    query,
                    sort,
                    sets,
                    cancel: stop.0.clone(),
                };
                let set = self.desk.find(request).await;
                let set = set.map_err(|error| fault::diagnostic(&error, self.desk.map()))?;
                if keeps {
                    self.kept.keep_asked(question, set.clone(), applied, at);
                }
                set
            }
        };
        let name = search.ttl.filter(|ttl| *ttl > 0).map(|ttl| {
            let ttl = ttl.min(self.settings.most_ttl);
            let name = format!("{:016x}", frame.asked.chance);
            self.kept.keep_named(name.clone(), set.clone(), ttl, at);
            (name, ttl)
        });
        Ok(Found { set, name })
    }

    fn read_query(&self, search: &SearchRetrieveRequest, parsed: Option<&Result<CqlQuery, CqlFault>>) -> Result<Interpreted, Diagnostic> {
        let map = self.desk.map();
        let query = match (search.query_type, parsed) {
            (QueryType::SearchTerms, _) => Query::from(Clause {
                structure: Structure::AllWords,
                ..Clause::plain(map.default_index(), Pattern::literal(search.query.replace('"', " ")))
            }),
            (QueryType::Pqf, _) => pqf::query(&search.query, self.settings.cql.clauses, map)?,
            (QueryType::Cql, Some(Ok(parsed))) => return Ok(Interpreter::new(&**map).query(parsed)?),
            (QueryType::Cql, Some(Err(fault))) => return Err(fault.clone().into()),
            (QueryType::Cql, None) => return Err(Diagnostic::new(number::QUERY_SYNTAX_ERROR, "empty query")),
        };
        Ok(Interpreted { query, sort: Vec::new() })
    }

    /// `sortKeys`: paths are names of indexes, whatever schema they are said to be of.
    fn sort_keys(&self, asked: &[AskedKey]) -> Result<Vec<SortKey>, Diagnostic> {
        let interpreter = Interpreter::new(&**self.desk.map());
        let mut keys: Vec<SortKey> = Vec::new();
        for key in asked {
            let missing = Some(match &key.missing {
                MissingValue::HighValue => cql::Wanted::High,
                MissingValue::LowValue => cql::Wanted::Low,
                MissingValue::Omit => cql::Wanted::Omit,
                MissingValue::Abort => cql::Wanted::Fail,
                MissingValue::Constant(constant) => cql::Wanted::Value(constant.clone()),
            });
            if !key.schema.is_empty() && Schema::of(&key.schema).is_none() {
                return Err(Diagnostic::new(number::UNSUPPORTED_SCHEMA_FOR_SORT, key.schema.clone()));
            }
            let path = key.path.rsplit('/').next().unwrap_or_default().replace(':', ".");
            let found = interpreter.sort_key(&path, !key.ascending, missing);
            let found = found.map_err(|_| {
                let unknown = if key.schema.is_empty() {
                    number::UNSUPPORTED_SORT_PATH
                } else {
                    number::PATH_UNSUPPORTED_FOR_SCHEMA
                };
                Diagnostic::new(unknown, key.path.clone())
            })?;
            if keys.iter().any(|known| known.index == found.index) {
                return Err(Diagnostic::new(number::DUPLICATE_SORT_KEYS, key.path.clone()));
            }
            keys.push(found);
        }
        Ok(keys)
    }

    /// `records` and `nextRecordPosition`.
    async fn records(&self, search: &SearchRetrieveRequest, set: &ResultSet, frame: &mut Frame<'_>) {
        let total = set.len();
        let asked = search.schema.as_deref();
        let schema = asked.map(Schema::of);
        if search.xpath {
            frame.refuse(Diagnostic::new(number::XPATH_UNSUPPORTED, ""));
            return;
        }
        if schema == Some(None) {
            frame.refuse(Diagnostic::new(number::UNKNOWN_SCHEMA, asked.unwrap_or_default()));
            return;
        }
        if search.start > total.max(1) {
            frame.refuse(Diagnostic::new(number::POSITION_OUT_OF_RANGE, search.start.to_string()));
            return;
        }
        let most = search.maximum.unwrap_or(self.settings.records).min(self.settings.most_records);
        let window = set.window(search.start - 1, usize::try_from(most).unwrap_or(usize::MAX));
        if window.is_empty() {
            return;
        }
        let schema = schema.flatten();
        let mut titles = Vec::new();
        let mut holdings = Vec::new();
        let read = async {
            titles = self.desk.records(&window).await?;
            if schema.is_some_and(records::wants_holdings) {
                holdings = self.desk.holdings(&window).await?;
            }
            Ok::<(), skranke_core::ports::Fault>(())
        };
        if let Err(error) = read.await {
            tracing::error!(%error, "records cannot be read");
            frame.refuse(Diagnostic::new(number::RECORDS_SYSTEM_ERROR, ""));
            return;
        }
        let library = self.desk.desk().library();
        frame.out.extend(b"<zs:records>");
        for (n, title) in titles.iter().enumerate() {
            let one = records::One {
                title: title.as_ref(),
                holdings: holdings.get(n),
                position: search.start + n as u64,
                schema,
                escaping: search.escaping,
                database: frame.asked.database,
                library: &library,
            };
            records::write(&one, frame.version(), frame.out);
        }
        frame.out.extend(b"</zs:records>");
        let next = search.start + window.len() as u64;
        if next <= total {
            xml::number("zs:nextRecordPosition", next, frame.out);
        }
    }

    /// The facets asked for; those that cannot be had are told of.
    async fn facets(&self, search: &SearchRetrieveRequest, set: &ResultSet, frame: &mut Frame<'_>) -> Vec<Facet> {
        let map = self.desk.map();
        let interpreter = Interpreter::new(&**map);
        let mut wanted = Vec::new();
        for facet in &search.facets {
            let indexes = match &facet.index {
                None => map.indexes().filter(|index| index.facet).map(|index| index.id).collect(),
                Some(name) => match interpreter.index(name) {
                    Ok(meaning) => vec![meaning.index],
                    _ => {
                        frame.remark(Diagnostic::new(number::UNSUPPORTED_PARAMETER_VALUE, "facetLimit"));
                        Vec::new()
                    }
                },
            };
            // Fewest first cannot be asked of the index: all are taken and turned.
            let turned = search.facet_order == FacetOrder::CountAscending;
            let (start, limit) = if turned {
                (0, FACET_TERMS)
            } else {
                (facet.start - 1, facet.limit.min(FACET_TERMS))
            };
            wanted.extend(indexes.into_iter().map(|index| FacetWanted {
                index,
                start: usize::try_from(start).unwrap_or(usize::MAX),
                limit: usize::try_from(limit).unwrap_or(usize::MAX),
                by_value: search.facet_order == FacetOrder::Alphanumeric,
            }));
        }
        if wanted.is_empty() {
            return Vec::new();
        }
        match self.desk.facets(set.clone(), wanted, Cancel::never()).await {
            Ok(mut facets) => {
                if search.facet_order == FacetOrder::CountAscending {
                    for (facet, asked) in facets.iter_mut().zip(search.facets.iter().cycle()) {
                        facet.values.reverse();
                        let skipped = usize::try_from(asked.start - 1).unwrap_or(usize::MAX).min(facet.values.len());
                        facet.values.drain(..skipped);
                        facet.values.truncate(usize::try_from(asked.limit).unwrap_or(usize::MAX));
                    }
                }
                facets
            }
            Err(error) => {
                frame.remark(fault::diagnostic(&error, self.desk.map()));
                Vec::new()
            }
        }
    }

    /// Each term comes with the query that narrows this one to it, where this one is CQL.
    fn write_facets(&self, search: &SearchRetrieveRequest, parsed: Option<&CqlQuery>, facets: &[Facet], frame: &mut Frame<'_>) {
        let listed: Vec<_> = facets
            .iter()
            .filter(|facet| facet.values.iter().any(|value| value.records >= search.facet_least))
            .collect();
        if listed.is_empty() || frame.version() != Version::V2_0 {
            return;
        }
        let out = &mut *frame.out;
        out.extend(b"<zs:facetedResults xmlns:facet=\"http://docs.oasis-open.org/ns/search-ws/facetedResults\">");
        for facet in listed {
            let index = self.desk.map().index(facet.index);
            out.extend(b"<facet:facet>");
            let name = index.map(super::explain::name).unwrap_or_default();
            let label = index.map_or(name.as_str(), |index| index.title("en"));
            xml::element("facet:facetDisplayLabel", label, out);
            xml::element("facet:index", &name, out);
            xml::element("facet:relation", "==", out);
            out.extend(b"<facet:terms>");
            for value in facet.values.iter().filter(|value| value.records >= search.facet_least) {
                out.extend(b"<facet:term>");
                xml::element("facet:actualTerm", &value.shown, out);
                if let Some(parsed) = parsed {
                    let guarded = value.shown.replace('\\', "\\\\").replace('"', "\\\"");
                    let narrowed = format!("({}) and {name} ==/unmasked \"{guarded}\"", parsed.scope);
                    xml::element("facet:query", &narrowed, out);
                }
                xml::number("facet:count", value.records, out);
                out.extend(b"</facet:term>");
            }
            out.extend(b"</facet:terms></facet:facet>");
        }
        out.extend(b"</zs:facetedResults>");
    }
}
