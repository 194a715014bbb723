//! What is asked alike is answered alike: random type-1 queries and their CQL twins, each read by its protocol's own reader,
//! give the same records in the same order, and those that the plainest search finds.

mod asked;
mod dice;

use asked::{Asker, Twins};
use dice::Dice;
use skranke_core::ids::BibId;
use skranke_core::ports::Store;
use skranke_core::ports::search::{Cancel, Databases, Find, ResultSet, Search, SearchError};
use skranke_core::query::cql::{Interpreter, Limits, parse};
use skranke_core::query::naive::Naive;
use skranke_core::query::{Clause, IndexMap};
use skranke_marc::{Carrier, Form};
use skranke_storage::{AnyStore, SearchIndex, SearchLimits};
use skranke_z3950::codec::{Charset, InternationalString};
use skranke_z3950::gateway::rpn;
use skranke_z3950::message::{Apdu, DatabaseName, Query, SearchRequest};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

const QUERIES: usize = 1_000;
/// Of a thousand queries at least so many find something, and so many of those not everything.
const FRUITFUL: usize = 550;
const TELLING: usize = 500;

/// The demo library and, where they are at hand, real records of both formats.
async fn library(dir: &Path) -> AnyStore {
    let loaded = skranke::demo::config(dir, Vec::new()).unwrap();
    let store = skranke_storage::open(&format!("sqlite:{}", dir.join("twins.db").display()))
        .await
        .unwrap();
    skranke::demo::fill(&loaded, &store).await.unwrap();
    for (name, carrier) in [
        ("marc/danmarc2/test-records-74-danmarc2-utf8.lin", Carrier::Line),
        ("marc/marc21/sample100.mrc", Carrier::Iso2709),
    ] {
        let Some(path) = crate::process::shared_data(name) else { continue };
        let import = skranke::import::BibImport {
            store: &store,
            agency: &loaded.library.default_agency,
            form: Form {
                carrier: Some(carrier),
                format: None,
            },
            clock: skranke::clock::now,
        };
        let mut rejects = skranke::import::Rejects::beside(&dir.join("real")).unwrap();
        let file = std::fs::File::open(path).unwrap();
        skranke::import::import_bibs(import, file, &mut rejects, None).await.unwrap();
    }
    store
}

/// As a server reads it: off the wire, then by its attributes.
fn read_rpn(twins: &Twins, map: &IndexMap) -> Result<rpn::Understood, String> {
    let asked = Apdu::SearchRequest(SearchRequest {
        reference_id: None,
        small_set_upper_bound: 0,
        large_set_lower_bound: 1,
        medium_set_present_number: 0,
        replace_indicator: true,
        result_set_name: InternationalString::of("default", Charset::Utf8),
        database_names: vec![DatabaseName(InternationalString::of("Default", Charset::Utf8))],
        small_set_element_set_names: None,
        medium_set_element_set_names: None,
        preferred_record_syntax: None,
        query: Query::Type1(twins.rpn.clone()),
        additional_search_info: None,
        other_info: None,
    });
    let mut bytes = Vec::new();
    asked.encode(&mut bytes);
    let Apdu::SearchRequest(SearchRequest {
        query: Query::Type1(query),
        ..
    }) = Apdu::decode(&bytes).unwrap()
    else {
        panic!("a search stays a search")
    };
    rpn::read(&query, map, Charset::Utf8).map_err(|diagnostic| format!("{diagnostic:?}"))
}

/// As both protocols read CQL.
fn read_cql(twins: &Twins, map: &IndexMap) -> Result<rpn::Understood, String> {
    let query = parse(&twins.cql, Limits::default()).map_err(|fault| format!("{fault:?}"))?;
    let meant = Interpreter::new(map).query(&query).map_err(|fault| format!("{fault:?}"))?;
    Ok(rpn::Understood {
        query: meant.query,
        sort: meant.sort,
    })
}

fn ids(found: Result<ResultSet, SearchError>) -> Result<Vec<BibId>, String> {
    let set = found.map_err(|error| error.to_string())?;
    Ok(set.window(0, usize::try_from(set.len()).unwrap()))
}

#[tokio::test]
async fn type_1_queries_and_their_cql_twins_find_the_same_in_the_same_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = library(dir.path()).await;
    let map = IndexMap::built_in();
    let stop = CancellationToken::new();
    let index = SearchIndex::start(&dir.path().join("index"), Arc::clone(&map), store.clone(), stop.clone())
        .unwrap()
        .limited(SearchLimits {
            given: 0,
            ..SearchLimits::default()
        });
    index.caught_up(store.feed_head().await.unwrap()).await.unwrap();
    let all = (1..=4_000).map(BibId).collect();
    let naive = Naive::of_records(Arc::clone(&map), &store, all).await.unwrap();
    let everything = index.size(Databases::All).await.unwrap();
    assert!(everything > 60, "the demo library has {everything} records");

    let some = Find {
        databases: Databases::All,
        query: Clause::plain(map.named("language").unwrap(), "dan").into(),
        sort: Vec::new(),
        sets: BTreeMap::new(),
        cancel: Cancel::never(),
    };
    let some = index.find(some).await.unwrap();
    let mut asker = Asker::new(Dice(20_261_124), &index, &map).await;
    let (mut fruitful, mut telling, mut refused) = (0, 0, 0);
    let mut found_by: BTreeSet<&'static str> = BTreeSet::new();
    for turn in 0..QUERIES {
        let twins = asker.twins(turn % 2 == 0);
        let told = || format!("turn {turn}, {}: {}\n{:?}", twins.pattern, twins.cql, twins.rpn.rpn.nodes);
        let (by_rpn, by_cql) = match (read_rpn(&twins, &map), read_cql(&twins, &map)) {
            (Ok(rpn), Ok(cql)) => (rpn, cql),
            (rpn, cql) => panic!("{} is read as\n{rpn:?}\n{cql:?}", told()),
        };
        let find = |meant: &rpn::Understood| Find {
            databases: twins.databases.clone(),
            query: meant.query.clone(),
            sort: meant.sort.clone(),
            sets: BTreeMap::from([("some".to_owned(), some.clone())]),
            cancel: Cancel::never(),
        };
        let found = ids(index.find(find(&by_rpn)).await);
        assert_eq!(ids(index.find(find(&by_cql)).await), found, "{}\n{by_rpn:?}\n{by_cql:?}", told());
        if let Ok(query) = map.resolve(by_rpn.query.clone()) {
            let plainest = Find { query, ..find(&by_rpn) };
            assert_eq!(ids(naive.find(plainest).await), found, "{}", told());
        }
        match found {
            Err(_) => refused += 1,
            Ok(found) if !found.is_empty() => {
                fruitful += 1;
                telling += usize::from((found.len() as u64) < everything);
                found_by.insert(twins.pattern);
            }
            Ok(_) => {}
        }
    }
    assert!(
        fruitful >= FRUITFUL && telling >= TELLING,
        "{fruitful} found something, {telling} not everything"
    );
    assert!(refused <= QUERIES / 20, "{refused} queries were refused");
    let never: Vec<_> = asker.patterns().filter(|pattern| !found_by.contains(pattern)).collect();
    assert!(never.is_empty(), "these never found anything: {never:?}");
    stop.cancel();
}
