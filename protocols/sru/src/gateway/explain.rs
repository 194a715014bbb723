//! explain: what is there and how to ask for it (ZeeRex), made from the index map at each request, so that it is true.

use super::frame::Frame;
use super::{Gateway, Settings};
use crate::codec::xml;
use crate::message::{Escaping, ExplainRequest, QueryType, Schema};
use skranke_core::agency::AgencyId;
use skranke_core::desk::catalogue::EVERYTHING;
use skranke_core::library::Library;
use skranke_core::ports::search::Databases;
use skranke_core::ports::{Records, Search, Store};
use skranke_core::query::{Index, IndexMap, Sort};

/// Schema of the record.
const ZEEREX: &str = "http://explain.z3950.org/dtd/2.0/";

/// What is true of every database, as (kind, type, value) of `configInfo`.
const CONFIG: &[(&str, &str, &str)] = &[
    ("default", "contextSet", "cql"),
    ("default", "index", "cql.serverChoice"),
    ("default", "relation", "="),
    ("default", "retrieveSchema", "marcxml"),
    ("supports", "resultSets", ""),
    ("supports", "sort", ""),
    ("supports", "scan", ""),
    ("supports", "proximity", ""),
    ("supports", "anchoring", "^"),
    ("supports", "maskingCharacter", "*"),
    ("supports", "maskingCharacter", "?"),
    ("supports", "emptyTerm", "false"),
    ("supports", "relation", "="),
    ("supports", "relation", "=="),
    ("supports", "relation", "<>"),
    ("supports", "relation", "<"),
    ("supports", "relation", "<="),
    ("supports", "relation", ">"),
    ("supports", "relation", ">="),
    ("supports", "relation", "all"),
    ("supports", "relation", "any"),
    ("supports", "relation", "adj"),
    ("supports", "relation", "exact"),
    ("supports", "relation", "within"),
    ("supports", "relation", "encloses"),
    ("supports", "relation", "scr"),
    ("supports", "relationModifier", "masked"),
    ("supports", "relationModifier", "unmasked"),
    ("supports", "relationModifier", "string"),
    ("supports", "relationModifier", "substring"),
    ("supports", "relationModifier", "word"),
    ("supports", "relationModifier", "ignoreCase"),
    ("supports", "relationModifier", "ignoreAccents"),
    ("supports", "relationModifier", "isoDate"),
    ("supports", "relationModifier", "number"),
    ("supports", "relationModifier", "locale"),
    ("supports", "booleanModifier", "distance"),
    ("supports", "booleanModifier", "unit"),
    ("supports", "booleanModifier", "ordered"),
    ("supports", "booleanModifier", "unordered"),
    ("supports", "sortModifier", "ascending"),
    ("supports", "sortModifier", "descending"),
    ("supports", "sortModifier", "missingValue"),
    ("supports", "sortModifier", "missingHigh"),
    ("supports", "sortModifier", "missingLow"),
    ("supports", "sortModifier", "missingOmit"),
    ("supports", "sortModifier", "missingFail"),
    ("supports", "sortModifier", "ignoreCase"),
    ("supports", "sortModifier", "ignoreAccents"),
    ("supports", "sortModifier", "unicodeCompare"),
    ("supports", "sortModifier", "locale"),
];

impl<S: Store + Records, F: Search> Gateway<S, F> {
    pub(super) async fn explain(&self, explain: &ExplainRequest, databases: Option<Databases>, frame: &mut Frame<'_>) {
        frame.open("explainResponse", frame.version().namespace());
        if databases.is_some() {
            let size = self.size(databases).await;
            frame.out.extend(b"<zs:record>");
            xml::element("zs:recordSchema", ZEEREX, frame.out);
            let is_1 = frame.version().is_1();
            let name = if is_1 { "zs:recordPacking" } else { "zs:recordXMLEscaping" };
            xml::element(name, explain.escaping.as_str(), frame.out);
            frame.out.extend(b"<zs:recordData>");
            let data = frame.out.len();
            let library = self.desk.desk().library();
            record(frame, self.desk.map(), &self.settings, &library, size);
            if explain.escaping == Escaping::String {
                xml::escape_from(data, frame.out);
            }
            frame.out.extend(b"</zs:recordData></zs:record>");
        }
        frame.echo_explain();
        frame.diagnostics();
        frame.close("explainResponse");
    }
}

fn record(frame: &mut Frame<'_>, map: &IndexMap, settings: &Settings, library: &Library, size: Option<u64>) {
    let asked = frame.asked;
    let version = frame.version().as_str();
    let out = &mut *frame.out;
    out.extend(b"<explain xmlns=\"http://explain.z3950.org/dtd/2.0/\" authoritative=\"true\"><serverInfo protocol=\"SRU\" version=\"");
    out.extend(version.as_bytes());
    out.extend(if asked.secure {
        b"\" transport=\"https\">".as_slice()
    } else {
        b"\" transport=\"http\">"
    });
    xml::element("host", asked.host, out);
    xml::number("port", asked.port.into(), out);
    out.extend(b"<database");
    if let Some(size) = size {
        attribute("numRecs", &size.to_string(), out);
    }
    out.push(b'>');
    xml::text(asked.path.trim_matches('/'), out);
    out.extend(b"</database></serverInfo>");
    database_info(asked.database, library, out);
    out.extend(b"<metaInfo>");
    xml::element("dateModified", &asked.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), out);
    out.extend(b"</metaInfo>");
    index_info(map, out);
    search_info(map, out);
    out.extend(b"<schemaInfo>");
    for schema in Schema::ALL {
        out.extend(b"<schema");
        attribute("identifier", schema.uri(), out);
        attribute("name", schema.name(), out);
        if !schema.location().is_empty() {
            attribute("location", schema.location(), out);
        }
        out.extend(b" sort=\"false\" retrieve=\"true\"><title lang=\"en\" primary=\"true\">");
        xml::text(schema.title(), out);
        out.extend(b"</title></schema>");
    }
    out.extend(b"</schemaInfo>");
    config_info(settings, out);
    out.extend(b"</explain>");
}

fn attribute(name: &str, value: &str, out: &mut Vec<u8>) {
    out.push(b' ');
    out.extend(name.as_bytes());
    out.extend(b"=\"");
    xml::text(value, out);
    out.push(b'"');
}

fn database_info(database: &str, library: &Library, out: &mut Vec<u8>) {
    let agency = AgencyId::parse(database.trim_matches('/'));
    let everything = database.trim_matches('/').eq_ignore_ascii_case(EVERYTHING);
    let known = library.agencies.get(&agency).filter(|_| !everything);
    let title = match known {
        Some(agency) if !agency.name.is_empty() => agency.name.as_str(),
        _ if everything => "All libraries",
        _ => agency.as_str(),
    };
    out.extend(b"<databaseInfo><title lang=\"en\" primary=\"true\">");
    xml::text(title, out);
    out.extend(b"</title><description lang=\"en\">Library catalogue with live holdings</description>");
    out.extend(b"<implementation identifier=\"skranke\"");
    attribute("version", env!("CARGO_PKG_VERSION"), out);
    out.extend(b"><title>Skranke</title></implementation></databaseInfo>");
}

fn index_info(map: &IndexMap, out: &mut Vec<u8>) {
    out.extend(b"<indexInfo>");
    for set in map.context_sets() {
        out.extend(b"<set");
        attribute("name", &set.name, out);
        attribute("identifier", set.uris.first().map_or("", String::as_str), out);
        out.extend(b"><title lang=\"en\">");
        xml::text(&set.title, out);
        out.extend(b"</title></set>");
    }
    let named = |index: &&Index| names(index).any(|name| name.contains('.')) || !index.bib1.is_empty() || !index.dan1.is_empty();
    map.indexes().filter(named).for_each(|index| write_index(index, out));
    out.extend(b"</indexInfo>");
}

/// Every name of an index in CQL: those of context sets, the Danish search codes, and last its own, which has no set.
fn names(index: &Index) -> impl Iterator<Item = String> {
    let words = index.word_codes.iter().map(|code| format!("dkcclterm.{code}"));
    let phrases = index.phrase_codes.iter().map(|code| format!("dkcclphrase.{code}"));
    index.cql.iter().cloned().chain(words).chain(phrases).chain([index.name.clone()])
}

/// The name by which answers speak of an index.
pub(super) fn name(index: &Index) -> String {
    names(index).next().unwrap_or_default()
}

fn write_index(index: &Index, out: &mut Vec<u8>) {
    out.extend(b"<index");
    attribute("id", &index.name, out);
    for (name, is) in [("search", true), ("scan", index.scan), ("sort", index.sort != Sort::No)] {
        attribute(name, if is { "true" } else { "false" }, out);
    }
    out.push(b'>');
    for (n, (language, title)) in index.titles.iter().enumerate() {
        out.extend(b"<title");
        attribute("lang", language, out);
        attribute("primary", if n == 0 { "true" } else { "false" }, out);
        out.push(b'>');
        xml::text(title, out);
        out.extend(b"</title>");
    }
    for (n, name) in names(index).enumerate() {
        // Clients look for the set of every name.
        let Some((set, name)) = name.split_once('.') else { continue };
        out.extend(if n == 0 {
            b"<map primary=\"true\"><name".as_slice()
        } else {
            b"<map><name"
        });
        attribute("set", set, out);
        out.push(b'>');
        xml::text(name, out);
        out.extend(b"</name></map>");
    }
    for (set, values) in [("1.2.840.10003.3.1", &index.bib1), ("1.2.840.10003.3.15", &index.dan1)] {
        for value in values {
            out.extend(b"<map><attr type=\"1\"");
            attribute("set", set, out);
            out.push(b'>');
            out.extend(value.to_string().as_bytes());
            out.extend(b"</attr></map>");
        }
    }
    out.extend(b"</index>");
}

fn search_info(map: &IndexMap, out: &mut Vec<u8>) {
    out.extend(b"<searchInfo>");
    for example in [
        "dc.title = hund",
        "dc.creator all \"karen blixen\" and dc.date >= 1930",
        "hund* sortBy dc.date/descending",
    ] {
        xml::element("queryExample", example, out);
    }
    for (query_type, name) in QueryType::ALL {
        let uri = match query_type {
            QueryType::Cql => "http://docs.oasis-open.org/ns/search-ws/cql",
            QueryType::SearchTerms => "http://docs.oasis-open.org/ns/search-ws/searchTerms",
            QueryType::Pqf => "http://www.indexdata.com/yaz/doc/tools.html#PQF",
        };
        out.extend(b"<queryType>");
        xml::element("queryTypeName", name, out);
        xml::element("URI", uri, out);
        out.extend(b"</queryType>");
    }
    let facets: Vec<&Index> = map.indexes().filter(|index| index.facet).collect();
    if !facets.is_empty() {
        out.extend(b"<facets>");
        for facet in facets {
            out.extend(b"<facet>");
            xml::element("facetType", &name(facet), out);
            xml::element("facetDescription", facet.title("en"), out);
            out.extend(
                b"<limit><limitDefault>10</limitDefault><otherLimit>true</otherLimit></limit>\
                  <start><startDefault>1</startDefault><otherStart>true</otherStart></start></facet>",
            );
        }
        out.extend(b"</facets>");
    }
    xml::element("inputEncoding", "utf-8", out);
    out.extend(b"</searchInfo>");
}

fn config_info(settings: &Settings, out: &mut Vec<u8>) {
    out.extend(b"<configInfo>");
    let numbers = [
        ("default", "numberOfRecords", settings.records),
        ("default", "maximumTerms", settings.terms),
        ("setting", "maximumRecords", settings.most_records),
        ("setting", "maximumTerms", settings.most_terms),
        ("setting", "resultSetTTL", settings.most_ttl),
    ];
    let numbers = numbers.map(|(kind, of, value)| (kind, of, value.to_string()));
    for (kind, of, value) in numbers
        .iter()
        .map(|(kind, of, value)| (*kind, *of, value.as_str()))
        .chain(CONFIG.iter().copied())
    {
        out.push(b'<');
        out.extend(kind.as_bytes());
        attribute("type", of, out);
        out.push(b'>');
        xml::text(value, out);
        xml::close(kind, out);
    }
    out.extend(b"</configInfo>");
}
