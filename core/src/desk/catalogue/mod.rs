//! The catalogue's desk: what Z39.50, SRU and whoever else shows titles call, beside [`Desk`] itself.
//!
//! Searching goes to the index, and only names records. What a record says and whether a copy is in comes from the store
//! at that moment, so a loan made a moment ago shows in a result set of an hour ago.

mod order;
mod title;
mod update;

pub use order::{Order, OrderRefused};
pub use title::{Holding, Holdings, Title, name_above, named_or_only, records_above};
pub use update::{Action, Cataloguer, NotUpdated, Update, Updated};

use super::service::Desk;
use crate::agency::AgencyId;
use crate::ports::search::{Cancel, Databases, Facet, FacetWanted, Find, ResultSet, Scan, SearchError, SortKey, TermList};
use crate::ports::{Fault, Records, Search, Store};
use crate::query::IndexMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// The database that holds everything.
pub const EVERYTHING: &str = "Default";

/// The catalogue's desk. Clones are one.
pub struct CatalogueDesk<S, F> {
    desk: Desk<S>,
    search: F,
    map: Arc<IndexMap>,
    /// Agencies of which the store was known to have something; asked again when a name is not among them.
    agencies: Arc<RwLock<Vec<AgencyId>>>,
}

impl<S, F: Clone> Clone for CatalogueDesk<S, F> {
    fn clone(&self) -> Self {
        Self {
            desk: self.desk.clone(),
            search: self.search.clone(),
            map: Arc::clone(&self.map),
            agencies: Arc::clone(&self.agencies),
        }
    }
}

impl<S, F> fmt::Debug for CatalogueDesk<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatalogueDesk").finish_non_exhaustive()
    }
}

/// Why databases cannot be searched.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoDatabase {
    /// No agency of this name is known.
    #[error("there is no database {0:?}")]
    Unknown(String),
    /// We failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// A database, for Explain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// `Default`, or the agency's ISIL.
    pub name: String,
    /// The agency's name where it is known; empty for `Default`.
    pub title: String,
}

impl<S: Store + Records, F: Search> CatalogueDesk<S, F> {
    /// A desk over the store of `desk` and a search index that follows it. Queries are read by `map`, which must be the one that
    /// the index was filled by.
    pub fn new(desk: Desk<S>, search: F, map: Arc<IndexMap>) -> Self {
        Self {
            desk,
            search,
            map,
            agencies: Arc::default(),
        }
    }

    /// The desk for loans, holds and patrons.
    pub fn desk(&self) -> &Desk<S> {
        &self.desk
    }

    /// The search index.
    pub fn search(&self) -> &F {
        &self.search
    }

    /// What can be searched for, and by which names.
    pub fn map(&self) -> &Arc<IndexMap> {
        &self.map
    }

    /// The databases of these names, in any letter case and any spelling of an ISIL. No name at all, and `Default` among
    /// others, are everything. What clients put around a name (`/`, NUL, blanks) is ignored.
    pub async fn databases<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Result<Databases, NoDatabase> {
        let mut wanted = Vec::new();
        let mut all = false;
        for name in names {
            let name = name.trim_matches(['/', '\0', ' ']);
            if name.is_empty() || name.eq_ignore_ascii_case(EVERYTHING) {
                all = true;
                continue;
            }
            let agency = AgencyId::parse(name);
            if !self.is_known(&agency).await? {
                return Err(NoDatabase::Unknown(name.to_owned()));
            }
            wanted.push(agency);
        }
        if all || wanted.is_empty() {
            return Ok(Databases::All);
        }
        wanted.sort();
        wanted.dedup();
        Ok(Databases::Of(wanted))
    }

    async fn is_known(&self, agency: &AgencyId) -> Result<bool, Fault> {
        let configured = self.desk.library().agencies.contains_key(agency);
        let known = |agencies: &[AgencyId]| agencies.binary_search(agency).is_ok();
        if configured || known(&self.agencies.read().unwrap_or_else(PoisonError::into_inner)) {
            return Ok(true);
        }
        let fresh = self.desk.store().known_agencies().await?;
        let found = known(&fresh);
        *self.agencies.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(found)
    }

    /// Every database: `Default` first, then the agencies', ascending.
    pub async fn all_databases(&self) -> Result<Vec<Database>, Fault> {
        let library = self.desk.library();
        let mut agencies = self.desk.store().known_agencies().await?;
        agencies.extend(library.agencies.keys().cloned());
        agencies.sort();
        agencies.dedup();
        let everything = Database {
            name: EVERYTHING.to_owned(),
            title: String::new(),
        };
        let of_agency = |id: &AgencyId| Database {
            name: id.to_string(),
            title: library.agencies.get(id).map(|agency| agency.name.clone()).unwrap_or_default(),
        };
        Ok(std::iter::once(everything).chain(agencies.iter().map(of_agency)).collect())
    }

    /// How many records a database has that are hits of their own.
    pub async fn size(&self, databases: Databases) -> Result<u64, SearchError> {
        self.search.size(databases).await
    }

    /// Searches. Named sets in the query must be among `request.sets`.
    pub async fn find(&self, mut request: Find) -> Result<ResultSet, SearchError> {
        if let Some(name) = request.query.sets().into_iter().find(|name| !request.sets.contains_key(*name)) {
            return Err(SearchError::NoSuchSet(name.to_owned()));
        }
        request.query = self.map.resolve(request.query)?;
        self.search.find(request).await
    }

    /// The hits of these sets in another order.
    pub async fn sort(&self, sets: Vec<ResultSet>, keys: Vec<SortKey>, cancel: Cancel) -> Result<ResultSet, SearchError> {
        self.search.sort(sets, keys, cancel).await
    }

    /// A piece of a browse list.
    pub async fn scan(&self, request: Scan) -> Result<TermList, SearchError> {
        self.search.scan(request).await
    }

    /// How a result spreads over the values of indexes.
    pub async fn facets(&self, set: ResultSet, facets: Vec<FacetWanted>, cancel: Cancel) -> Result<Vec<Facet>, SearchError> {
        self.search.facets(set, facets, cancel).await
    }
}
