//! A small catalogue with an index beside it.

use crate::support::Place;
use crate::support::samples::{at, channel};
use skranke_core::agency::AgencyId;
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Subfield, Tag};
use skranke_core::ids::{BibId, ControlNumber};
use skranke_core::ports::catalogue::{BibRow, Stored};
use skranke_core::ports::search::{Cancel, Databases, Find, ResultSet, Search, SearchError};
use skranke_core::ports::{Catalogue, Store};
use skranke_core::query::{Clause, IndexMap, Pattern, Query};
use skranke_storage::{AnyStore, SearchIndex, SearchLimits};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long an index may take to see a change; a second is promised, a busy machine gets more.
const PATIENCE: Duration = Duration::from_secs(30);

/// A store, and the folder of its index.
pub struct Library {
    place: Arc<Place>,
    folder: tempfile::TempDir,
    pub store: AnyStore,
    pub map: Arc<IndexMap>,
}

/// A field from a line: `245 10 $aTitle$bRest`, `001 123`.
fn field(line: &str) -> Field {
    let (tag, rest) = line.split_at(3);
    let rest = rest.strip_prefix(|_: char| true).unwrap();
    let tag = Tag::new(tag).unwrap();
    if !rest.contains('$') {
        return Field::Control {
            tag,
            value: rest.to_owned(),
        };
    }
    let (indicators, subfields) = rest.split_once(" $").unwrap();
    let mut indicators = indicators.chars();
    Field::Data {
        tag,
        indicators: [indicators.next().unwrap(), indicators.next().unwrap()],
        subfields: subfields
            .split('$')
            .map(|part| Subfield {
                code: part.chars().next().unwrap(),
                value: part.chars().skip(1).collect(),
            })
            .collect(),
    }
}

/// A MARC 21 record from its lines.
pub fn marc21(lines: &[&str]) -> Record {
    let mut leader = Leader::default();
    leader.set(5, "nam");
    Record {
        format: Format::Marc21,
        kind: RecordKind::Bib,
        leader,
        fields: lines.iter().map(|line| field(line)).collect(),
    }
}

/// A danMARC2 record from its lines.
pub fn danmarc2(lines: &[&str]) -> Record {
    Record {
        format: Format::Danmarc2,
        leader: Leader::default(),
        ..marc21(lines)
    }
}

/// As it is stored.
pub fn row(agency: &str, number: &str, record: &Record) -> BibRow {
    let brief = record.brief_view();
    BibRow {
        agency: AgencyId::parse(agency),
        control_number: ControlNumber(number.to_owned()),
        kind: RecordKind::Bib,
        format: record.format,
        content: record.canonical_bytes(),
        hash: record.content_hash(),
        title: brief.display_title(),
        coded: skranke_core::bib::CodedData::of(record, &brief),
        author: brief.author.unwrap_or_default(),
        deleted: false,
    }
}

impl Library {
    pub async fn open() -> Self {
        Self::at(Arc::new(Place::sqlite().unwrap())).await
    }

    /// In a database of either kind.
    pub async fn at(place: Arc<Place>) -> Self {
        Self {
            store: place.open().await,
            place,
            folder: tempfile::tempdir().unwrap(),
            map: IndexMap::built_in(),
        }
    }

    /// As another process has it on another machine: the same database, an index folder of its own.
    pub async fn of_another_process(&self) -> Self {
        Self::at(Arc::clone(&self.place)).await
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    /// An index that follows until `stop`.
    pub fn index(&self, stop: &CancellationToken) -> SearchIndex {
        SearchIndex::start(&self.folder(), Arc::clone(&self.map), self.store.clone(), stop.clone())
            .unwrap()
            .limited(SearchLimits {
                given: 0,
                ..SearchLimits::default()
            })
    }

    pub async fn put(&self, rows: Vec<BibRow>) -> Vec<Stored> {
        self.store.put_bibs(rows, channel(), at(0)).await.unwrap()
    }

    /// Waits until the index sees all that was stored so far.
    pub async fn settled(&self, index: &SearchIndex) {
        let head = self.store.feed_head().await.unwrap();
        tokio::time::timeout(PATIENCE, index.caught_up(head)).await.unwrap().unwrap();
    }

    pub fn clause(&self, index: &str, term: impl Into<Pattern>) -> Query {
        Clause::plain(self.map.named(index).unwrap(), term).into()
    }

    /// The control numbers of records.
    pub async fn numbers(&self, ids: Vec<BibId>) -> Vec<String> {
        let records = self.store.bibs(ids).await.unwrap();
        records.into_iter().map(|bib| bib.unwrap().row.control_number.0).collect()
    }

    /// The control numbers of what a query finds, in order.
    pub async fn found(&self, index: &SearchIndex, query: Query) -> Vec<String> {
        let set = find(index, query).await.unwrap();
        self.numbers(set.window(0, usize::try_from(set.len()).unwrap())).await
    }
}

/// Searches everything.
pub fn everything(query: Query) -> Find {
    Find {
        databases: Databases::All,
        query,
        sort: Vec::new(),
        sets: Default::default(),
        cancel: Cancel::never(),
    }
}

pub async fn find(index: &SearchIndex, query: Query) -> Result<ResultSet, SearchError> {
    index.find(everything(query)).await
}
