//! What the answer to a search tells beside its hits (digest 4): what each operand finds by itself (searchResult-1), and facets.

use super::search::Searching;
use super::sets::Hits;
use super::{Pending, Session, Settings, Step};
use crate::gateway::ask::{Question, Survey};
use crate::gateway::{facets, rpn};
use crate::message::facet::FacetList;
use crate::message::{
    External, Node, Operand, OtherInformation, OtherInformationUnit, Query, QueryExpression, QueryTerm, Rpn, RpnQuery, SearchReport,
    SearchRequest, Term, oid,
};
use skranke_core::ports::search::{Cancel, Databases, Facet, FacetWanted, Find, ResultSet};
use std::collections::BTreeMap;

/// Operands that are counted by themselves; of a longer query none is.
const MOST_OPERANDS: usize = 16;

/// What shall be told.
#[derive(Default)]
pub(super) struct Wishes {
    /// The operands to be told of, in the order of the query.
    operands: Vec<Term>,
    /// The operands as searches of their own; none where the only one is the whole query.
    finds: Vec<Find>,
    facets: FacetList,
}

/// A search whose hits are there, and of which more is being found out.
pub(super) struct Surveying {
    pub(super) searching: Searching,
    hits: ResultSet,
}

impl Session {
    /// What is wanted, and may be told: version 2 knows nothing of it.
    pub(super) fn wishes(&self, request: &SearchRequest, settings: &Settings) -> Wishes {
        if !self.version_3() {
            return Wishes::default();
        }
        let mut wishes = Wishes {
            facets: facets::asked(request),
            ..Wishes::default()
        };
        let (Query::Type1(query) | Query::Type101(query)) = &request.query else {
            return wishes;
        };
        match query.rpn.nodes.as_slice() {
            [Node::Operand(Operand::Term(only))] => wishes.operands.push(only.term.clone()),
            nodes if settings.operand_counts && nodes.len() <= 2 * MOST_OPERANDS => {
                for node in nodes {
                    let Node::Operand(Operand::Term(term)) = node else { continue };
                    let alone = RpnQuery {
                        attribute_set: query.attribute_set.clone(),
                        rpn: Rpn {
                            nodes: vec![node.clone()],
                            cut: false,
                        },
                    };
                    // A sort key is no operand.
                    let Ok(understood) = rpn::read(&alone, &self.map, self.charset()) else {
                        continue;
                    };
                    wishes.operands.push(term.term.clone());
                    wishes.finds.push(Find {
                        databases: Databases::All,
                        query: understood.query,
                        sort: Vec::new(),
                        sets: BTreeMap::new(),
                        cancel: Cancel::never(),
                    });
                }
            }
            _ => {}
        }
        wishes
    }

    /// The hits are there: what else is to be found out before they are told?
    pub(super) fn survey(&mut self, mut searching: Searching, hits: ResultSet, settings: &Settings) -> Step {
        let operands = std::mem::take(&mut searching.wishes.finds);
        let facets = &searching.wishes.facets;
        let facets: Vec<FacetWanted> = facets.iter().filter_map(|field| facets::wanted(field, &self.map)).collect();
        if operands.is_empty() && facets.is_empty() {
            return self.surveyed(Surveying { searching, hits }, Vec::new(), Vec::new(), settings);
        }
        let survey = Survey {
            databases: searching.databases.clone(),
            operands,
            hits: hits.clone(),
            facets,
            cancel: Cancel::never(),
        };
        self.ask(
            Pending::Survey(Box::new(Surveying { searching, hits })),
            Question::Survey(Box::new(survey)),
        )
    }

    /// All is found out.
    pub(super) fn surveyed(&mut self, surveying: Surveying, counts: Vec<Option<u64>>, facets: Vec<Facet>, settings: &Settings) -> Step {
        let Surveying { mut searching, hits } = surveying;
        let wishes = std::mem::take(&mut searching.wishes);
        let mut told = OtherInformation::new();
        let whole = counts.is_empty() && wishes.operands.len() == 1;
        let counts = if whole { vec![Some(hits.len())] } else { counts };
        let reports: Vec<SearchReport> = wishes
            .operands
            .into_iter()
            .zip(counts)
            .map(|(term, count)| report(term, count, whole))
            .collect();
        if !reports.is_empty() {
            told.push(OtherInformationUnit::external(External::single(oid::SEARCH_RESULT_1, &reports)));
        }
        if !wishes.facets.is_empty() {
            let list = facets::answered(wishes.facets, facets, &self.map, self.charset());
            told.push(OtherInformationUnit::external(External::single(oid::FACET_1, &list)));
        }
        searching.told = Some(told).filter(|told| !told.is_empty());
        self.hits(searching, Hits::Catalogue(hits), settings)
    }
}

fn report(term: Term, count: Option<u64>, whole: bool) -> SearchReport {
    SearchReport {
        subquery_id: None,
        full_query: whole,
        subquery_expression: Some(QueryExpression::Term(QueryTerm {
            query_term: term,
            term_comment: None,
        })),
        subquery_count: count.map(|count| i64::try_from(count).unwrap_or(i64::MAX).min(i64::from(i32::MAX))),
    }
}
