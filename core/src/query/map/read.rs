//! Reading the index map, with every problem told by its line.

use super::source::{self, Place, Row};
use super::{Above, ContextSet, Index, IndexMap, Reading, Sort};
use crate::query::tree::IndexId;
use crate::query::value::Kind;
use serde::Deserialize;
use std::fmt;
use toml::Spanned;

/// Something wrong with a map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MapProblem {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong and what belongs there.
    pub message: String,
}

impl fmt::Display for MapProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for MapProblem {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMap {
    default: Spanned<String>,
    #[serde(default)]
    set: Vec<RawSet>,
    #[serde(default)]
    index: Vec<RawIndex>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSet {
    name: Spanned<String>,
    uri: Vec<String>,
    title: String,
    #[serde(default)]
    from_start: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIndex {
    name: Spanned<String>,
    kind: Spanned<String>,
    en: String,
    da: String,
    #[serde(default)]
    bib1: Vec<Spanned<u32>>,
    #[serde(default)]
    dan1: Vec<Spanned<u32>>,
    #[serde(default)]
    cql: Vec<Spanned<String>>,
    #[serde(default)]
    words: Vec<Spanned<String>>,
    #[serde(default)]
    phrases: Vec<Spanned<String>>,
    #[serde(default)]
    marc21: Vec<Spanned<String>>,
    #[serde(default)]
    danmarc2: Vec<Spanned<String>>,
    #[serde(default)]
    unimarc: Vec<Spanned<String>>,
    #[serde(default)]
    from: Vec<Spanned<String>>,
    #[serde(default)]
    collects: Vec<Spanned<String>>,
    above: Option<Spanned<String>>,
    sort: Option<Spanned<String>>,
    headings: Option<bool>,
    scan: Option<bool>,
    #[serde(default)]
    facet: bool,
    #[serde(default)]
    every_level: bool,
    #[serde(default)]
    first_only: bool,
}

/// Reads a map.
pub(super) fn map(text: &str) -> Result<IndexMap, Vec<MapProblem>> {
    let raw: RawMap = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        vec![MapProblem {
            line: line_of(text, at),
            message: error.message().to_owned(),
        }]
    })?;
    let mut reader = Reader {
        text,
        map: IndexMap::default(),
        problems: Vec::new(),
    };
    reader.sets(raw.set);
    reader.indexes(&raw.index);
    for (place, raw) in raw.index.iter().enumerate() {
        reader.names(id_at(place), raw);
        reader.sources(id_at(place), raw);
    }
    match reader.map.named(raw.default.get_ref()) {
        Some(default) => reader.map.default = default,
        None => reader.problem(&raw.default, "the default index is not in the map".to_owned()),
    }
    reader.map.fingerprint = fingerprint(text);
    if reader.problems.is_empty() {
        Ok(reader.map)
    } else {
        reader.problems.sort_by_key(|problem| problem.line);
        Err(reader.problems)
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count()
}

fn id_at(place: usize) -> IndexId {
    IndexId(u16::try_from(place).unwrap_or(u16::MAX))
}

/// FNV-1a of the whole text: stable over builds and machines.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

struct Reader<'t> {
    text: &'t str,
    map: IndexMap,
    problems: Vec<MapProblem>,
}

impl Reader<'_> {
    fn problem<T>(&mut self, at: &Spanned<T>, message: String) {
        let line = line_of(self.text, at.span().start);
        self.problems.push(MapProblem { line, message });
    }

    fn sets(&mut self, sets: Vec<RawSet>) {
        for raw in sets {
            let name = raw.name.get_ref().to_lowercase();
            if self.map.sets.iter().any(|set| set.name == name) {
                self.problem(&raw.name, format!("the context set {name:?} is there already"));
                continue;
            }
            self.map.sets.push(ContextSet {
                name,
                uris: raw.uri,
                title: raw.title,
                from_start: raw.from_start,
            });
        }
    }

    /// The indexes themselves, then what they collect.
    fn indexes(&mut self, raws: &[RawIndex]) {
        if raws.len() > usize::from(u16::MAX) {
            self.problems.push(MapProblem {
                line: 1,
                message: "too many indexes".to_owned(),
            });
            return;
        }
        for (place, raw) in raws.iter().enumerate() {
            let id = id_at(place);
            if self.map.by_name.insert(raw.name.get_ref().clone(), id).is_some() {
                self.problem(&raw.name, format!("the index {:?} is there already", raw.name.get_ref()));
            }
            let index = self.index(id, raw);
            self.map.indexes.push(index);
        }
        for (place, raw) in raws.iter().enumerate() {
            let mut collected = Vec::new();
            for name in &raw.collects {
                match self.map.named(name.get_ref()) {
                    Some(id) if id != id_at(place) => collected.push(id),
                    _ => self.problem(name, format!("it cannot collect {:?}", name.get_ref())),
                }
            }
            if let Some(index) = self.map.indexes.get_mut(place) {
                index.collects = collected;
            }
        }
        // A group of groups would have to be followed; one level says all that is needed.
        let groups: Vec<IndexId> = self.map.indexes().filter(|index| !index.stored).map(|index| index.id).collect();
        for raw in raws {
            for name in &raw.collects {
                if self.map.named(name.get_ref()).is_some_and(|id| groups.contains(&id)) {
                    self.problem(name, format!("{:?} is a group itself", name.get_ref()));
                }
            }
        }
    }

    fn index(&mut self, id: IndexId, raw: &RawIndex) -> Index {
        let kind = Kind::NAMES
            .iter()
            .find(|(_, name)| name == raw.kind.get_ref())
            .map(|(kind, _)| *kind);
        if kind.is_none() {
            let known: Vec<&str> = Kind::NAMES.iter().map(|(_, name)| *name).collect();
            self.problem(&raw.kind, format!("kind is one of {}", known.join(", ")));
        }
        let kind = kind.unwrap_or_default();
        let stored = kind != Kind::Group;
        if kind == Kind::Group && raw.collects.is_empty() {
            self.problem(&raw.name, "a group collects at least one index".to_owned());
        }
        if kind != Kind::Group && kind != Kind::Text && !raw.collects.is_empty() {
            self.problem(&raw.name, "only text and groups collect other indexes".to_owned());
        }
        let default_above = if kind == Kind::Text { Above::Always } else { Above::Missing };
        let above = match raw.above.as_ref().map(|above| above.get_ref().as_str()) {
            None => default_above,
            Some("always") => Above::Always,
            Some("missing") => Above::Missing,
            Some("never") => Above::Never,
            Some(_) => {
                self.problems.extend(raw.above.as_ref().map(|above| MapProblem {
                    line: line_of(self.text, above.span().start),
                    message: "above is \"always\", \"missing\" or \"never\"".to_owned(),
                }));
                default_above
            }
        };
        let sort = match raw.sort.as_ref().map(|sort| sort.get_ref().as_str()) {
            None => Sort::No,
            Some("nearest") if stored => Sort::Nearest,
            Some("from_top") if kind == Kind::Text => Sort::FromTop,
            Some(_) => {
                self.problems.extend(raw.sort.as_ref().map(|sort| MapProblem {
                    line: line_of(self.text, sort.span().start),
                    message: "sort is \"nearest\", or \"from_top\" for text; a group has none".to_owned(),
                }));
                Sort::No
            }
        };
        let texts = |list: &[Spanned<String>]| list.iter().map(|text| text.get_ref().to_lowercase()).collect();
        Index {
            id,
            name: raw.name.get_ref().clone(),
            titles: vec![("en", raw.en.clone()), ("da", raw.da.clone())],
            kind,
            bib1: raw.bib1.iter().map(|value| *value.get_ref()).collect(),
            dan1: raw.dan1.iter().map(|value| *value.get_ref()).collect(),
            cql: raw.cql.iter().map(|name| name.get_ref().clone()).collect(),
            word_codes: texts(&raw.words),
            phrase_codes: texts(&raw.phrases),
            collects: Vec::new(),
            stored,
            headings: stored && raw.headings.unwrap_or(true),
            scan: stored && raw.scan.unwrap_or(true),
            sort,
            facet: stored && raw.facet,
            above,
            every_level: raw.every_level,
            first_only: raw.first_only,
        }
    }

    fn names(&mut self, id: IndexId, raw: &RawIndex) {
        for value in &raw.bib1 {
            if self.map.bib1.insert(*value.get_ref(), id).is_some_and(|other| other != id) {
                self.problem(value, format!("Bib-1 use {} means two indexes", value.get_ref()));
            }
        }
        for value in &raw.dan1 {
            if self.map.dan1.insert(*value.get_ref(), id).is_some_and(|other| other != id) {
                self.problem(value, format!("Dan-1 use {} means two indexes", value.get_ref()));
            }
        }
        for name in &raw.cql {
            self.cql_name(name, name.get_ref(), id);
        }
        for (codes, set, from_start) in [(&raw.words, "dkcclterm", false), (&raw.phrases, "dkcclphrase", true)] {
            let reading = Reading { index: id, from_start };
            for code in codes {
                let known = self.map.ccl.insert(code.get_ref().to_lowercase(), reading);
                if known.is_some_and(|other| other != reading) {
                    self.problem(code, format!("the code {} means two indexes", code.get_ref()));
                }
                if self.map.sets.iter().any(|known| known.name == set) {
                    self.cql_name(code, &format!("{set}.{}", code.get_ref()), id);
                }
            }
        }
    }

    fn cql_name(&mut self, at: &Spanned<String>, name: &str, index: IndexId) {
        let name = name.to_lowercase();
        let set = name
            .split_once('.')
            .and_then(|(set, _)| self.map.sets.iter().find(|known| known.name == set));
        let Some(from_start) = set.map(|set| set.from_start) else {
            self.problem(at, format!("{name:?} is not of the form set.name with a context set of this map"));
            return;
        };
        let reading = Reading { index, from_start };
        if self.map.cql.insert(name.clone(), reading).is_some_and(|other| other != reading) {
            self.problem(at, format!("{name:?} means two indexes"));
        }
    }

    fn sources(&mut self, id: IndexId, raw: &RawIndex) {
        let formats = [Some(&raw.marc21), Some(&raw.danmarc2), Some(&raw.unimarc), None];
        for (place, sources) in formats.into_iter().enumerate() {
            for (order, text) in sources.unwrap_or(&raw.from).iter().enumerate() {
                let (at, row) = match source::parse(text.get_ref()) {
                    Ok(parsed) => parsed,
                    Err(message) => {
                        self.problem(text, message);
                        continue;
                    }
                };
                let row = Row {
                    index: id,
                    indexes: self.fed_by(id),
                    order: u16::try_from(order).unwrap_or(u16::MAX),
                    ..row
                };
                match (at, self.map.rows.get_mut(place)) {
                    (Place::Field(tag), Some(rows)) => rows.entry(tag).or_default().push(row),
                    (Place::Virtual(from), None) => self.map.virtual_rows.push((from, row)),
                    (Place::Field(_), None) => self.problem(text, "only sources with @ belong under from".to_owned()),
                    (Place::Virtual(_), Some(_)) => self.problem(text, "sources with @ belong under from".to_owned()),
                }
            }
        }
    }

    /// The index itself, and the stored ones that collect it.
    fn fed_by(&self, id: IndexId) -> Vec<IndexId> {
        let collectors = self.map.indexes().filter(|index| index.stored && index.collects.contains(&id));
        let own = self.map.index(id).filter(|index| index.stored).map(|index| index.id);
        own.into_iter().chain(collectors.map(|index| index.id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETS: &str = "default = \"title\"\n[[set]]\nname = \"dc\"\nuri = [\"info:dc\"]\ntitle = \"Dublin Core\"\n";

    fn problems(text: &str) -> Vec<String> {
        let problems = IndexMap::parse(text).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_built_in_map_has_no_problem() {
        let text = include_str!("../../../data/index_map.toml");
        assert_eq!(problems(text), Vec::<String>::new());
        assert!(IndexMap::built_in().indexes().count() > 40);
    }

    #[test]
    fn problems_are_told_by_line() {
        let index = "[[index]]\nname = \"title\"\nkind = \"text\"\nen = \"Title\"\nda = \"Titel\"\n";
        assert_eq!(problems(&format!("{SETS}{index}")), Vec::<String>::new());
        let wrong = format!("{SETS}{index}cql = [\"xx.title\"]\nmarc21 = [\n  \"245 a\",\n  \"246 a b\",\n]\n");
        assert_eq!(
            problems(&wrong),
            [
                "line 11: \"xx.title\" is not of the form set.name with a context set of this map",
                "line 14: \"b\" is not understood"
            ]
        );
        assert!(problems(&format!("{SETS}{index}colour = 1\n"))[0].starts_with("line 11: "));
        let twice = format!("{SETS}{index}bib1 = [4]\n{}bib1 = [4]\n", index.replace("\"title\"", "\"other\""));
        assert_eq!(problems(&twice), ["line 17: Bib-1 use 4 means two indexes"]);
        assert_eq!(problems("default = \"none\"\n"), ["line 1: the default index is not in the map"]);
    }
}
