//! Whatever is asked, the index answers as the plainest search does that looks at every record.

use super::library::{Library, danmarc2, marc21, row};
use skranke_core::ids::BibId;
use skranke_core::ports::catalogue::BibRow;
use skranke_core::ports::search::{
    Cancel, Databases, FacetWanted, Find, List, Missing, ResultSet, Scan, Search, SearchError, SortKey, TermList,
};
use skranke_core::query::naive::Naive;
use skranke_core::query::{Clause, Completeness, Pattern, Position, Proximity, ProximityUnit, Query, Relation, Structure};
use skranke_storage::SearchIndex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

const RECORDS: usize = 160;
const QUERIES: usize = 800;
const SCANS: usize = 300;

const WORDS: [&str; 24] = [
    "hund",
    "Hunde",
    "kat",
    "Kærlighed",
    "kaerlighed",
    "Århus",
    "Aarhus",
    "aalborg",
    "Ærø",
    "øl",
    "oel",
    "zebra",
    "counter",
    "the",
    "og",
    "C++",
    "2000",
    "café",
    "cafe",
    "Müller",
    "håb",
    "O'Hara",
    "и",
    "図書",
];
const NAMES: [&str; 8] = ["Aakjær", "Ørsted", "Zahle", "Aalto", "Åberg", "Müller", "O'Hara", "Jensen"];
const INDEXES: [&str; 14] = [
    "title",
    "title",
    "any",
    "any",
    "author",
    "subject",
    "note",
    "year",
    "language",
    "isbn",
    "identifier",
    "standard_number",
    "dewey",
    "main_title",
];
const ISBNS: [&str; 3] = ["0132454289", "9788799970018", "87-1234-567-8"];

/// Numbers from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.roll(all.len())]
    }

    fn words(&mut self, most: usize) -> String {
        let count = 1 + self.roll(most);
        (0..count).map(|_| self.of(&WORDS)).collect::<Vec<_>>().join(" ")
    }

    fn record(&mut self, number: usize) -> BibRow {
        let (year, name) = (1985 + self.roll(12), self.of(&NAMES));
        let (title, subject, note) = (self.words(4), self.words(2), self.words(6));
        let isbn = self.of(&ISBNS);
        let agency = self.of(&["761500", "870970"]);
        let number = format!("{:04}", number * 7 % 1000);
        let mut lines = Vec::new();
        if self.roll(2) == 0 {
            let language = self.of(&["dan", "eng"]);
            let skip = if title.starts_with("the ") { '4' } else { '0' };
            lines.push(format!("001 {number}"));
            lines.push(format!("008 000000s{year}    xx            000 0 {language} d"));
            lines.push(format!("100 1  $a{name}, {}", self.of(&WORDS)));
            lines.push(format!("245 1{skip} $a{title} :$b{}", self.words(2)));
            lines.push(format!("650  0 $a{subject}$x{}", self.words(1)));
            lines.push(format!("520    $a{note}"));
            if self.roll(3) == 0 {
                lines.push(format!("020    $a{isbn}"));
                lines.push(format!("082 04 $a{}.{}", self.roll(20), self.roll(3)));
            }
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            return row(agency, &number, &marc21(&lines));
        }
        let level = self.of(&["e", "e", "e", "b", "h"]);
        lines.push(format!("001 00 $a{number}$b{agency}"));
        lines.push(format!("004 00 $rn$a{level}"));
        lines.push(format!("008 00 $tm$a{year}$ldan"));
        if level == "b" {
            lines.push(format!("014 00 $a{:04}", self.roll(RECORDS) * 7 % 1000));
        }
        if self.roll(4) > 0 {
            lines.push(format!("100 00 $a{name}$h{}", self.of(&WORDS)));
        }
        let mark = if self.roll(3) == 0 { "¤" } else { "" };
        lines.push(format!("245 00 $aEn {mark}{title}$c{}", self.words(2)));
        lines.push(format!("666 00 $f{subject}$f{}", self.words(1)));
        lines.push(format!("504 00 $a{note}"));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        row(agency, &number, &danmarc2(&lines))
    }

    /// A term that may well be found, with masks here and there.
    fn term(&mut self, index: &str) -> Pattern {
        let text = match index {
            "year" => format!("{}", 1983 + self.roll(16)),
            "language" => self.of(&["dan", "eng", "fre"]).to_owned(),
            "isbn" | "standard_number" => self.of(&ISBNS).to_owned(),
            "identifier" => format!("{:04}", self.roll(1000)),
            "dewey" => format!("{}.{}", self.roll(20), self.roll(3)),
            "author" if self.roll(2) == 0 => self.of(&NAMES).to_owned(),
            _ => self.words(3),
        };
        let mut pattern = Pattern::default();
        match self.roll(8) {
            0 => {
                let cut: String = text.chars().take(1 + self.roll(4)).collect();
                pattern.push_text(&cut);
                pattern.push_any_run();
            }
            1 => {
                let tail: String = text.chars().skip(1 + self.roll(2)).collect();
                pattern.push_any_run();
                pattern.push_text(&tail);
            }
            2 => {
                for (place, c) in text.chars().enumerate() {
                    match self.roll(5) {
                        0 if place > 0 => pattern.push_any_one(),
                        _ => pattern.push_text(c.encode_utf8(&mut [0; 4])),
                    }
                }
            }
            _ => pattern.push_text(&text),
        }
        pattern
    }

    fn clause(&mut self, library: &Library) -> Query {
        let name = self.of(&INDEXES);
        let mut clause = Clause::plain(library.map.named(name).unwrap(), self.term(name));
        clause.structure = [Structure::Phrase, Structure::AllWords, Structure::AnyWord][self.roll(3)];
        clause.position = [Position::Any, Position::Any, Position::FirstInField][self.roll(3)];
        clause.completeness = [Completeness::Incomplete, Completeness::Incomplete, Completeness::Field][self.roll(3)];
        if clause.term.as_literal().is_some() && self.roll(5) == 0 {
            clause.relation = [Relation::Lt, Relation::Le, Relation::Ge, Relation::Gt, Relation::Ne][self.roll(5)];
        }
        clause.into()
    }

    fn near(&mut self, library: &Library) -> Query {
        let name = self.of(&["title", "note", "any"]);
        let mut side = || Query::from(Clause::plain(library.map.named(name).unwrap(), self.words(2).as_str()));
        let (left, right) = (side(), side());
        Query::Prox(Box::new(Proximity {
            left,
            right,
            distance: u32::try_from(self.roll(4)).unwrap(),
            ordered: self.roll(2) == 0,
            unit: [ProximityUnit::Word, ProximityUnit::Field][self.roll(2)],
            relation: [Relation::Le, Relation::Eq, Relation::Ge][self.roll(3)],
            exclusion: self.roll(5) == 0,
        }))
    }

    fn query(&mut self, library: &Library, depth: usize) -> Query {
        match self.roll(if depth == 0 { 5 } else { 10 }) {
            0 => Query::Set("s".to_owned()),
            1 => self.near(library),
            5 | 6 => self.query(library, depth - 1).and(self.query(library, depth - 1)),
            7 => self.query(library, depth - 1).or(self.query(library, depth - 1)),
            8 => self.query(library, depth - 1).and_not(self.query(library, depth - 1)),
            9 => Query::All,
            _ => self.clause(library),
        }
    }
}

fn ids(set: &ResultSet) -> Vec<BibId> {
    set.window(0, usize::try_from(set.len()).unwrap())
}

/// What both must agree in: the records in their order, or why there are none.
fn told(found: Result<ResultSet, SearchError>) -> Result<Vec<BibId>, String> {
    found.map(|set| ids(&set)).map_err(|error| error.to_string())
}

/// A list without the forms as written: of several either may stand.
fn bare(list: TermList) -> (Vec<(String, u64)>, Option<u32>, bool, bool) {
    let terms = list.terms.into_iter().map(|term| (term.term, term.records)).collect();
    (terms, list.position, list.at_start, list.at_end)
}

async fn opened(stop: &CancellationToken) -> (Library, SearchIndex, Naive, Dice) {
    let mut dice = Dice(20_261_124);
    let library = Library::open().await;
    let index = library.index(stop);
    // Several batches, so that there are several segments; some records are put twice.
    for batch in 0..4 {
        let rows = (0..RECORDS / 4 + 5).map(|place| dice.record(batch * RECORDS / 4 + place)).collect();
        library.put(rows).await;
        library.settled(&index).await;
    }
    let all = (1..=i64::try_from(RECORDS * 2).unwrap()).map(BibId).collect();
    let naive = Naive::of_records(Arc::clone(&library.map), &library.store, all).await.unwrap();
    (library, index, naive, dice)
}

#[tokio::test]
async fn finds_and_sorts_as_the_oracle_does() {
    let stop = CancellationToken::new();
    let (library, index, naive, mut dice) = opened(&stop).await;
    let named = |name: &str| library.map.named(name).unwrap();
    let some = naive
        .find(super::library::everything(library.clause("language", "dan")))
        .await
        .unwrap();
    let mut hits = 0;
    for turn in 0..QUERIES {
        let query = dice.query(&library, 3);
        let Ok(resolved) = library.map.resolve(query) else { continue };
        let sort = match dice.roll(4) {
            0 => vec![SortKey {
                index: named(dice.of(&["title", "author", "year", "identifier"])),
                descending: dice.roll(2) == 0,
                missing: [Missing::Last, Missing::First, Missing::Omit][dice.roll(3)].clone(),
            }],
            _ => Vec::new(),
        };
        let databases = match dice.roll(4) {
            0 => Databases::Of(vec![skranke_core::agency::AgencyId::parse("870970")]),
            _ => Databases::All,
        };
        let request = Find {
            databases,
            query: resolved.clone(),
            sort: sort.clone(),
            sets: BTreeMap::from([("s".to_owned(), some.clone())]),
            cancel: Cancel::never(),
        };
        let wanted = told(naive.find(request.clone()).await);
        let found = index.find(request).await;
        let set = found.as_ref().ok().cloned();
        assert_eq!(told(found), wanted, "turn {turn}: {resolved:?} sorted by {sort:?}");
        hits += wanted.map_or(0, |ids| ids.len());
        if let Some(set) = set.filter(|_| turn % 10 == 0) {
            let facets: Vec<FacetWanted> = ["year", "language", "subject"]
                .map(|name| FacetWanted {
                    index: named(name),
                    start: 0,
                    limit: 50,
                    by_value: false,
                })
                .into();
            let bare = |facets: Vec<skranke_core::ports::search::Facet>| -> Vec<Vec<(String, u64)>> {
                facets
                    .into_iter()
                    .map(|facet| facet.values.into_iter().map(|value| (value.term, value.records)).collect())
                    .collect()
            };
            let wanted = naive.facets(set.clone(), facets.clone(), Cancel::never()).await.unwrap();
            let found = index.facets(set, facets, Cancel::never()).await.unwrap();
            assert_eq!(bare(found), bare(wanted), "facets of turn {turn}: {resolved:?}");
        }
    }
    assert!(hits > QUERIES, "queries must find something to tell right from wrong");
    stop.cancel();
}

#[tokio::test]
async fn browses_as_the_oracle_does() {
    let stop = CancellationToken::new();
    let (library, index, naive, mut dice) = opened(&stop).await;
    for turn in 0..SCANS {
        let name = dice.of(&["title", "author", "subject", "any", "year", "language", "isbn", "identifier"]);
        let list = match name {
            "any" => List::Words,
            "year" | "language" | "isbn" | "identifier" => List::Headings,
            _ => [List::Words, List::Headings][dice.roll(2)],
        };
        let start = match name {
            "year" => format!("{}", 1983 + dice.roll(16)),
            _ => dice.words(2),
        };
        let count = u32::try_from(1 + dice.roll(20)).unwrap();
        let request = Scan {
            databases: match dice.roll(4) {
                0 => Databases::Of(vec![skranke_core::agency::AgencyId::parse("870970")]),
                _ => Databases::All,
            },
            index: library.map.named(name).unwrap(),
            list,
            start: start.clone(),
            position: u32::try_from(dice.roll(usize::try_from(count).unwrap() + 2)).unwrap(),
            count,
            step: [0, 0, 0, 2][dice.roll(4)],
            cancel: Cancel::never(),
        };
        let wanted = bare(naive.scan(request.clone()).await.unwrap());
        let found = bare(index.scan(request.clone()).await.unwrap());
        assert_eq!(found, wanted, "turn {turn}: {name} from {start:?}, {request:?}");
    }
    stop.cancel();
}
