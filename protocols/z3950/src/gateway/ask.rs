//! What a session asks of the catalogue's desk, and how that is done.

use super::holdings::{Copies, Copy};
use skranke_core::agency::AgencyId;
use skranke_core::bib::Record;
use skranke_core::desk::Actor;
use skranke_core::desk::catalogue::{
    Action, CatalogueDesk, Cataloguer, Database, Holdings, NoDatabase, NotUpdated, Order, OrderRefused, Title, Update, Updated,
};
use skranke_core::ids::{BibId, ControlNumber};
use skranke_core::ports::search::{Cancel, Facet, FacetWanted, Find, ResultSet, Scan, SearchError, SortKey, TermList};
use skranke_core::ports::{Fault, Records, Search, Store};
use skranke_core::time::{Timestamp, local_date};
use std::sync::Arc;

/// A question to the desk.
#[derive(Debug)]
pub enum Question {
    /// A search in these databases.
    Find(Vec<String>, Box<Find>),
    /// Records to be shown.
    Titles {
        /// Which.
        ids: Vec<BibId>,
        /// Whether with their copies.
        holdings: bool,
    },
    /// A look into a list of these databases.
    Scan(Vec<String>, Box<Scan>),
    /// These sets in another order.
    Sort(Vec<ResultSet>, Vec<SortKey>, Cancel),
    /// Changes of records, each by itself.
    Update(Vec<(Action, Record)>, Cataloguer),
    /// An order of a record that stands in a result set.
    Order(Box<Order>, Arc<Actor>),
    /// The number in the store of a record by its own number.
    Named(AgencyId, ControlNumber),
    /// What is to be told of a search beside its hits.
    Survey(Box<Survey>),
    /// Every database and how large it is.
    Databases,
}

/// Operands to be counted by themselves, and facets of the hits.
#[derive(Debug)]
pub struct Survey {
    /// The databases that were searched.
    pub databases: Vec<String>,
    /// The operands as searches of their own.
    pub operands: Vec<Find>,
    /// The hits.
    pub hits: ResultSet,
    /// How they spread over the values of which indexes.
    pub facets: Vec<FacetWanted>,
    /// Stops it.
    pub cancel: Cancel,
}

/// The desk's answer.
#[derive(Debug)]
pub enum Answer {
    /// Hits.
    Found(Result<ResultSet, NotFound>),
    /// Records with their copies, in the order asked; `None` where there is none.
    Titles(Result<Vec<(Option<Title>, Copies)>, Fault>),
    /// Terms.
    Scanned(Result<TermList, NotFound>),
    /// What became of each change.
    Updated(Vec<Result<Updated, NotUpdated>>),
    /// Whether the order was taken.
    Ordered(Result<(), OrderRefused>),
    /// The record of that number.
    Named(Result<Option<BibId>, Fault>),
    /// How many records each operand has, where that could be found out, and the facets.
    Surveyed(Vec<Option<u64>>, Vec<Facet>),
    /// Databases.
    Databases(Result<Vec<(Database, u64)>, Fault>),
}

/// Why there is nothing.
#[derive(Debug)]
pub enum NotFound {
    /// No such database.
    Database(NoDatabase),
    /// The search could not be done.
    Search(SearchError),
}

impl Question {
    /// Stops what is under way, as far as it can be stopped.
    pub fn cancel(&self) -> Cancel {
        match self {
            Self::Find(_, find) => find.cancel.clone(),
            Self::Scan(_, scan) => scan.cancel.clone(),
            Self::Sort(_, _, cancel) => cancel.clone(),
            Self::Survey(survey) => survey.cancel.clone(),
            _ => Cancel::never(),
        }
    }

    /// Asks the desk.
    pub async fn put<S: Store + Records, F: Search>(self, desk: &CatalogueDesk<S, F>, now: Timestamp) -> Answer {
        match self {
            Self::Find(names, mut find) => Answer::Found(match desk.databases(names.iter().map(String::as_str)).await {
                Ok(databases) => {
                    find.databases = databases;
                    desk.find(*find).await.map_err(NotFound::Search)
                }
                Err(error) => Err(NotFound::Database(error)),
            }),
            Self::Titles { ids, holdings } => Answer::Titles(titles(desk, &ids, holdings).await),
            Self::Scan(names, mut scan) => Answer::Scanned(match desk.databases(names.iter().map(String::as_str)).await {
                Ok(databases) => {
                    scan.databases = databases;
                    desk.scan(*scan).await.map_err(NotFound::Search)
                }
                Err(error) => Err(NotFound::Database(error)),
            }),
            Self::Sort(sets, keys, cancel) => Answer::Found(desk.sort(sets, keys, cancel).await.map_err(NotFound::Search)),
            Self::Update(changes, by) => {
                let mut done = Vec::with_capacity(changes.len());
                for (action, record) in changes {
                    done.push(desk.update(Update { action, record }, &by, now).await);
                }
                Answer::Updated(done)
            }
            Self::Order(order, actor) => Answer::Ordered(desk.order(*order, actor, now).await.map(drop)),
            Self::Named(agency, number) => {
                let found = desk.record_named(Some(&agency), &number).await;
                Answer::Named(found.map(|title| title.map(|title| title.id)))
            }
            Self::Survey(survey) => {
                let (counts, facets) = surveyed(desk, *survey).await;
                Answer::Surveyed(counts, facets)
            }
            Self::Databases => Answer::Databases(databases(desk).await),
        }
    }
}

/// The search itself has succeeded: what cannot be told beside it is left out.
async fn surveyed<S: Store + Records, F: Search>(desk: &CatalogueDesk<S, F>, survey: Survey) -> (Vec<Option<u64>>, Vec<Facet>) {
    let mut counts = Vec::with_capacity(survey.operands.len());
    if !survey.operands.is_empty() {
        let databases = desk.databases(survey.databases.iter().map(String::as_str)).await;
        for mut operand in survey.operands {
            let Ok(databases) = &databases else { break };
            operand.databases = databases.clone();
            operand.cancel = survey.cancel.clone();
            counts.push(desk.find(operand).await.ok().map(|hits| hits.len()));
        }
    }
    let facets = if survey.facets.is_empty() {
        Vec::new()
    } else {
        desk.facets(survey.hits, survey.facets, survey.cancel).await.unwrap_or_default()
    };
    (counts, facets)
}

async fn titles<S: Store + Records, F: Search>(
    desk: &CatalogueDesk<S, F>,
    ids: &[BibId],
    holdings: bool,
) -> Result<Vec<(Option<Title>, Copies)>, Fault> {
    let titles = desk.records(ids).await?;
    if !holdings {
        return Ok(titles.into_iter().map(|title| (title, Copies::default())).collect());
    }
    let library = desk.desk().library();
    let copies = desk.holdings(ids).await?.into_iter().map(|mut holdings| {
        let copies = std::mem::take(&mut holdings.copies);
        let dated = copies.into_iter().map(|holding| {
            let zone = &library.agency(&holding.item.agency).time_zone;
            Copy {
                due: holding.due.map(|due| local_date(due, zone)),
                holding,
            }
        });
        Copies {
            copies: dated.collect(),
            queues: Holdings {
                copies: Vec::new(),
                ..holdings
            },
        }
    });
    Ok(titles
        .into_iter()
        .zip(copies.chain(std::iter::repeat_with(Copies::default)))
        .collect())
}

async fn databases<S: Store + Records, F: Search>(desk: &CatalogueDesk<S, F>) -> Result<Vec<(Database, u64)>, Fault> {
    let mut all = Vec::new();
    for database in desk.all_databases().await? {
        let size = match desk.databases([database.name.as_str()]).await {
            Ok(databases) => desk.size(databases).await.unwrap_or(0),
            Err(_) => 0,
        };
        all.push((database, size));
    }
    Ok(all)
}
