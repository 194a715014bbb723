//! The plainest search there is: every record is looked at for every query. For tests, and the shortest readable definition of
//! what an index must find ([`matching`]), browse and count ([`browse`]).

mod browse;
mod document;
mod matching;

pub use document::Document;

use super::extract::{Extractor, Source};
use super::map::{IndexMap, Sort};
use super::tree::Query;
use super::{fold, value::Kind};
use crate::bib::RecordKind;
use crate::desk::catalogue::records_above;
use crate::ids::BibId;
use crate::memory_store::MemoryStore;
use crate::ports::catalogue::StoredBib;
use crate::ports::search::{
    Cancel, Databases, Facet, FacetWanted, Find, Missing, NotOffered, ResultSet, Scan, Search, SearchError, SortKey, TermList,
};
use crate::ports::{Fault, Records, Store};
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// Records that can be searched, held as their entries.
#[derive(Debug, Clone)]
pub struct Naive {
    map: Arc<IndexMap>,
    /// By agency, then control number: the order of every unsorted result.
    documents: Arc<[Document]>,
}

impl Naive {
    /// A search over these records.
    pub fn new(map: Arc<IndexMap>, mut documents: Vec<Document>) -> Self {
        documents.sort_by(|a, b| a.place().cmp(&b.place()));
        Self {
            map,
            documents: documents.into(),
        }
    }

    /// A search over what a memory store holds at this moment.
    pub async fn of_store(map: Arc<IndexMap>, store: &MemoryStore) -> Result<Self, Fault> {
        let ids = store.inspect(|state| state.bibs.keys().copied().collect());
        Self::of_records(map, store, ids).await
    }

    /// A search over these records of any store, as they are at this moment. Deleted ones and those of other kinds are left out.
    pub async fn of_records<S: Records>(map: Arc<IndexMap>, store: &S, ids: Vec<BibId>) -> Result<Self, Fault> {
        let mut extractor = Extractor::new(Arc::clone(&map));
        let mut documents = Vec::new();
        let is_shown = |bib: &StoredBib| !bib.row.deleted && bib.row.kind == RecordKind::Bib;
        for bib in store.records(ids).await?.into_iter().flatten().filter(is_shown) {
            let Ok(record) = bib.record() else { continue };
            let above = records_above(store, &bib).await?;
            let copies = store.copies(vec![bib.id]).await?.into_iter().next().unwrap_or_default();
            let items: Vec<_> = copies.copies.into_iter().map(|copy| copy.item).collect();
            let source = Source {
                agency: &bib.row.agency,
                control_number: &bib.row.control_number,
                record: &record,
                above: &above.iter().collect::<Vec<_>>(),
                items: &items,
            };
            documents.push(Document::of(bib.id, source, &mut extractor));
        }
        Ok(Self::new(map, documents))
    }

    fn in_databases(&self, databases: &Databases) -> impl Iterator<Item = &Document> {
        self.documents.iter().filter(move |document| document.is_in(databases))
    }

    fn sorted(&self, mut hits: Vec<&Document>, keys: &[SortKey]) -> Result<Vec<BibId>, SearchError> {
        for key in keys {
            let index = self.map.index(key.index).filter(|index| index.sort != Sort::No);
            let Some(index) = index else {
                return Err(SearchError::NotOffered(NotOffered::Sort, key.index));
            };
            match &key.missing {
                Missing::Fail if hits.iter().any(|hit| hit.key(key.index).is_none()) => return Err(SearchError::MissingValue),
                Missing::Omit => hits.retain(|hit| hit.key(key.index).is_some()),
                Missing::Value(text) if index.kind != Kind::Text && index.kind.value(text).is_none() => {
                    return Err(SearchError::BadTerm {
                        index: key.index,
                        term: text.clone(),
                    });
                }
                _ => {}
            }
        }
        let rank = |hit: &Document, key: &SortKey| -> (u8, String) {
            match (hit.key(key.index), &key.missing) {
                (Some(value), _) => (1, value.to_owned()),
                (None, Missing::First) => (0, String::new()),
                (None, Missing::Value(text)) => (1, self.key_of(key, text)),
                (None, _) => (2, String::new()),
            }
        };
        hits.sort_by(|a, b| {
            let by_keys = keys.iter().map(|key| {
                let ((place_a, a), (place_b, b)) = (rank(a, key), rank(b, key));
                let values = if key.descending { b.cmp(&a) } else { a.cmp(&b) };
                place_a.cmp(&place_b).then(values)
            });
            by_keys
                .fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
                .then_with(|| a.place().cmp(&b.place()))
        });
        Ok(hits.into_iter().map(|hit| hit.id).collect())
    }

    fn key_of(&self, key: &SortKey, text: &str) -> String {
        match self.map.index(key.index) {
            Some(index) if index.kind != Kind::Text => index.kind.value(text).unwrap_or_default(),
            _ => fold::filing(text, true),
        }
    }

    /// The hits of a query in the databases, in default order.
    fn hits(&self, databases: &Databases, query: &Query, sets: &BTreeMap<String, ResultSet>) -> Result<Vec<&Document>, SearchError> {
        let mut members: BTreeMap<&str, HashSet<BibId>> = BTreeMap::new();
        for name in query.sets() {
            let set = sets.get(name).ok_or_else(|| SearchError::NoSuchSet(name.to_owned()))?;
            members.insert(name, all_of(set).into_iter().collect());
        }
        let matcher = matching::Matcher {
            map: &self.map,
            sets: &members,
        };
        let mut hits = Vec::new();
        for document in self.in_databases(databases) {
            if matcher.matches(query, document)? {
                hits.push(document);
            }
        }
        Ok(hits)
    }

    fn documents_of(&self, sets: &[ResultSet]) -> Vec<&Document> {
        let ids: HashSet<BibId> = sets.iter().flat_map(all_of).collect();
        self.documents.iter().filter(|document| ids.contains(&document.id)).collect()
    }
}

fn all_of(set: &ResultSet) -> Vec<BibId> {
    set.window(0, usize::try_from(set.len()).unwrap_or(usize::MAX))
}

impl Search for Naive {
    async fn find(&self, request: Find) -> Result<ResultSet, SearchError> {
        let hits = self.hits(&request.databases, &request.query, &request.sets)?;
        Ok(ResultSet::of(&self.sorted(hits, &request.sort)?))
    }

    async fn sort(&self, sets: Vec<ResultSet>, keys: Vec<SortKey>, _cancel: Cancel) -> Result<ResultSet, SearchError> {
        Ok(ResultSet::of(&self.sorted(self.documents_of(&sets), &keys)?))
    }

    async fn scan(&self, request: Scan) -> Result<TermList, SearchError> {
        browse::scan(&self.map, self.in_databases(&request.databases), &request)
    }

    async fn facets(&self, set: ResultSet, facets: Vec<FacetWanted>, _cancel: Cancel) -> Result<Vec<Facet>, SearchError> {
        let hits = self.documents_of(&[set]);
        facets.iter().map(|wanted| browse::facet(&self.map, &hits, wanted)).collect()
    }

    async fn size(&self, databases: Databases) -> Result<u64, SearchError> {
        Ok(self.in_databases(&databases).filter(|document| document.is_hit).count() as u64)
    }

    fn applied(&self) -> i64 {
        i64::MAX
    }

    async fn caught_up(&self, _sequence: i64) -> Result<(), Fault> {
        Ok(())
    }
}

/// A naive search that looks at a memory store anew for each request, so that it follows every change at once.
#[derive(Clone)]
pub struct Following {
    map: Arc<IndexMap>,
    store: MemoryStore,
}

impl Following {
    /// A search that follows this store.
    pub fn new(map: Arc<IndexMap>, store: MemoryStore) -> Self {
        Self { map, store }
    }

    async fn now(&self) -> Result<Naive, Fault> {
        Naive::of_store(Arc::clone(&self.map), &self.store).await
    }
}

impl fmt::Debug for Following {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Following")
    }
}

impl Search for Following {
    async fn find(&self, request: Find) -> Result<ResultSet, SearchError> {
        self.now().await?.find(request).await
    }

    async fn sort(&self, sets: Vec<ResultSet>, keys: Vec<SortKey>, cancel: Cancel) -> Result<ResultSet, SearchError> {
        self.now().await?.sort(sets, keys, cancel).await
    }

    async fn scan(&self, request: Scan) -> Result<TermList, SearchError> {
        self.now().await?.scan(request).await
    }

    async fn facets(&self, set: ResultSet, facets: Vec<FacetWanted>, cancel: Cancel) -> Result<Vec<Facet>, SearchError> {
        self.now().await?.facets(set, facets, cancel).await
    }

    async fn size(&self, databases: Databases) -> Result<u64, SearchError> {
        self.now().await?.size(databases).await
    }

    fn applied(&self) -> i64 {
        i64::MAX
    }

    async fn caught_up(&self, sequence: i64) -> Result<(), Fault> {
        // It is never behind; a row that is not there yet would be a mistake of the caller's.
        let head = self.store.feed_head().await?;
        debug_assert!(sequence <= head, "the feed ends at {head}");
        Ok(())
    }
}
