//! A small library with a catalogue.

use super::{danish, marc21};
use crate::counter::{at, open};
use skranke_core::bib::Record;
use skranke_core::desk::catalogue::CatalogueDesk;
use skranke_core::ids::{BibId, ItemId};
use skranke_core::item::ItemState;
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::ports::catalogue::BibRow;
use skranke_core::ports::search::{Cancel, Databases, FacetWanted, Find, List, ResultSet, Scan, SearchError, SortKey, TermList};
use skranke_core::ports::{Channel, Records};
use skranke_core::query::naive::Following;
use skranke_core::query::{Clause, Completeness, IndexId, IndexMap, Pattern, Position, Query, Structure};
use std::collections::BTreeMap;

const DANISH: [&str; 6] = [
    "001 00 *a91500109*b761500*fa
     004 00 *rn*ah
     008 00 *tm*a1999*ldan
     009 00 *aa*gxx
     100 00 *aJeppesen*hAsger Munkholm
     245 00 *aFjordbys historie
     666 00 *fbyhistorie*fFjordby",
    "001 00 *a91500117*b761500*fa
     004 00 *rn*as
     014 00 *a91500109
     245 00 *gDel 1*aKøbstaden",
    "001 00 *a91500125*b761500*fa
     004 00 *rn*ab
     008 00 *tm*a2001*ldan
     014 00 *a91500117
     021 00 *e9788799970018*cib.
     245 00 *gBind 1*aVed vadestedet
     504 00 *aOm bopladserne
     652 00 *m46.5",
    "001 00 *a91500133*b761500*fa
     004 00 *rn*ae
     008 00 *tm*a2002*ldan
     100 00 *aAakjær*hJeppe
     245 00 *aThe ¤Kærlighed i Århus*cen roman",
    "001 00 *a91500141*b870970*fa
     004 00 *rn*ae
     008 00 *tm*a1987*ldan
     100 00 *aØrsted*hH.C.
     245 00 *aSmørrebrød og øl",
    "001 00 *a91500150*b761500*fa
     004 00 *rn*ae
     008 00 *tm*a1987*ldan
     100 00 *aZahle*hNatalie
     245 00 *aZebraen",
];

const ENGLISH: [&str; 3] = [
    "=001  fb21000001
     =003  DK-761500
     =008  220828s2022\\\\\\\\enka\\\\\\\\\\\\\\\\\\\\001\\0\\eng\\d
     =020  \\\\$a0132454289 (pbk.)
     =082  04$a025.1$223
     =100  1\\$aThrelkeld, Maud,$eauthor.
     =245  14$aThe counter :$ba history /$cMaud Threlkeld.
     =650  \\0$aLibraries$xHistory.",
    "=001  fb21000002
     =003  DK-761500
     =008  240828s2024\\\\\\\\enka\\\\\\\\\\\\\\\\\\\\001\\0\\eng\\d
     =022  \\\\$a2434-561X
     =100  1\\$aAalto, Iris
     =245  00$aCounter-histories of love",
    "=001  fb21000003
     =003  DK-761500
     =008  19uu\\\\
     =245  10$6880-01$aVoina i mir
     =260  \\\\$cc1912
     =880  10$6245-01$aВойна и мир",
];

/// The library with its desk.
pub struct Shelf {
    pub store: MemoryStore,
    pub desk: CatalogueDesk<MemoryStore, Following>,
}

impl Shelf {
    pub async fn new() -> Self {
        let store = MemoryStore::new();
        let records: Vec<Record> = DANISH
            .iter()
            .map(|lines| danish(lines))
            .chain(ENGLISH.iter().map(|lines| marc21(lines)))
            .collect();
        let rows = records.iter().map(|record| BibRow::of(record, &samples::agency_id())).collect();
        let channel = Channel {
            protocol: "import",
            actor: "test".into(),
        };
        store.put_records(rows, channel, at(0)).await.unwrap();
        store.seed(|state| {
            for (number, bib) in [(1, 3), (2, 3), (3, 5), (4, 7)] {
                let mut item = samples::item(number, bib, if number % 2 == 0 { "north" } else { "main" });
                let stored = state.bibs[&BibId(bib)].row.clone();
                (item.control_number, item.bib_agency) = (stored.control_number, stored.agency);
                state.put_item(item);
            }
            for patron in 1..=3 {
                state.put_patron(samples::patron(patron));
            }
        });
        let desk = open(&store, samples::library(Vec::new())).await;
        let map = IndexMap::built_in();
        let search = Following::new(map.clone(), store.clone());
        Self {
            desk: CatalogueDesk::new(desk, search, map),
            store,
        }
    }

    pub fn index(&self, name: &str) -> IndexId {
        self.desk.map().named(name).unwrap()
    }

    pub fn withdraw(&self, item: i64) {
        self.store
            .seed(|state| state.items.get_mut(&ItemId(item)).unwrap().state = ItemState::Withdrawn);
    }

    /// A plain term; `*` and `?` mask.
    pub fn term(&self, index: &str, text: &str) -> Clause {
        let mut pattern = Pattern::default();
        for c in text.chars() {
            match c {
                '*' => pattern.push_any_run(),
                '?' => pattern.push_any_one(),
                c => pattern.push_text(c.encode_utf8(&mut [0; 4])),
            }
        }
        Clause::plain(self.index(index), pattern)
    }

    pub fn whole(&self, index: &str, text: &str) -> Query {
        Clause {
            completeness: Completeness::Field,
            ..self.term(index, text)
        }
        .into()
    }

    pub fn first(&self, index: &str, text: &str) -> Query {
        Clause {
            position: Position::FirstInField,
            ..self.term(index, text)
        }
        .into()
    }

    pub fn words(&self, index: &str, structure: Structure, text: &str) -> Query {
        Clause {
            structure,
            ..self.term(index, text)
        }
        .into()
    }

    pub async fn set(&self, query: impl Into<Query>, sort: Vec<SortKey>) -> Result<ResultSet, SearchError> {
        let find = Find {
            databases: Databases::All,
            query: query.into(),
            sort,
            sets: BTreeMap::new(),
            cancel: Cancel::never(),
        };
        self.desk.find(find).await
    }

    /// Control numbers of what is found.
    pub async fn find(&self, query: impl Into<Query>) -> Vec<String> {
        let set = self.set(query, Vec::new()).await.unwrap();
        self.numbers(&set).await
    }

    pub async fn numbers(&self, set: &ResultSet) -> Vec<String> {
        let titles = self.desk.records(&set.window(0, 100)).await.unwrap();
        titles
            .into_iter()
            .map(|title| title.unwrap().control_number().to_string())
            .collect()
    }

    pub async fn scan(&self, index: &str, list: List, start: &str, position: u32, count: u32) -> TermList {
        let scan = Scan {
            databases: Databases::All,
            index: self.index(index),
            list,
            start: start.to_owned(),
            position,
            count,
            step: 0,
            cancel: Cancel::never(),
        };
        self.desk.scan(scan).await.unwrap()
    }

    pub async fn facet(&self, query: Query, index: &str) -> Vec<(String, u64)> {
        let set = self.set(query, Vec::new()).await.unwrap();
        let wanted = FacetWanted {
            index: self.index(index),
            start: 0,
            limit: 10,
            by_value: false,
        };
        let facets = self.desk.facets(set, vec![wanted], Cancel::never()).await.unwrap();
        facets[0].values.iter().map(|value| (value.term.clone(), value.records)).collect()
    }
}
