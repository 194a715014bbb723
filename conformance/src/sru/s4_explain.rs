//! Section 4: explain.

use roxmltree::Node;

use super::subject::{SRW, Subject, Xml, ZEEREX, child, children, in_order};
use crate::{
    sip2::case::{Trouble, Verdict, check, fail},
    suite::cases,
};

cases![Subject:
    ("4", "explainResponse holds one ZeeRex record", explains),
    ("4", "the parts of a ZeeRex record come in their order", orders_explain),
    ("4", "serverInfo names host, port and database as the client reached them", names_itself),
    ("4", "every index with search=\"true\" is searched without 16", keeps_its_word_on_indexes),
    ("4", "every schema with retrieve is served without 66", keeps_its_word_on_schemas),
    ("4", "titles and the maximum of records are told", tells_titles_and_limits),
];

fn with_explain(lib: &Subject, judge: impl FnOnce(Node<'_, '_>) -> Verdict) -> Verdict {
    let answer = lib.get(&[("version", "1.1"), ("operation", "explain")])?;
    let seen = answer.xml()?;
    judge(record(&seen)?)
}

fn record<'a>(seen: &'a Xml<'_>) -> Result<Node<'a, 'a>, Trouble> {
    match seen.find("recordData").and_then(|data| children(data).next()) {
        Some(explain) if explain.tag_name().name() == "explain" => Ok(explain),
        _ => fail("recordData holds no explain record"),
    }
}

fn explains(lib: &Subject) -> Verdict {
    let answer = lib.get(&[("version", "1.1"), ("operation", "explain")])?;
    let seen = answer.xml()?;
    let root = seen.root();
    check!(
        root.tag_name().name() == "explainResponse" && root.tag_name().namespace() == Some(SRW),
        "the root is {:?}",
        root.tag_name()
    );
    in_order(
        root,
        &["version", "record", "echoedExplainRequest", "diagnostics", "extraResponseData"],
    )?;
    let explain = record(&seen)?;
    let space = explain.tag_name().namespace().unwrap_or_default();
    check!(space.starts_with(ZEEREX.trim_end_matches("2.0/")), "namespace {space:?}");
    Ok(())
}

fn orders_explain(lib: &Subject) -> Verdict {
    with_explain(lib, |explain| {
        let order = [
            "serverInfo",
            "databaseInfo",
            "metaInfo",
            "indexInfo",
            "searchInfo",
            "recordInfo",
            "schemaInfo",
            "configInfo",
        ];
        in_order(explain, &order)?;
        for part in ["serverInfo", "databaseInfo", "indexInfo", "schemaInfo", "configInfo"] {
            check!(child(explain, part).is_some(), "no {part}");
        }
        Ok(())
    })
}

fn names_itself(lib: &Subject) -> Verdict {
    with_explain(lib, |explain| {
        let Some(server) = child(explain, "serverInfo") else {
            return fail("no serverInfo");
        };
        let of = |name: &str| child(server, name).and_then(|node| node.text()).unwrap_or_default().trim();
        let reached = format!("{}:{}", of("host"), of("port"));
        check!(reached == lib.address, "{reached} in place of {}", lib.address);
        let database = of("database").trim_matches('/');
        check!(
            !database.is_empty() && lib.path.to_lowercase().ends_with(&database.to_lowercase()),
            "database {database:?}"
        );
        Ok(())
    })
}

fn keeps_its_word_on_indexes(lib: &Subject) -> Verdict {
    with_explain(lib, |explain| {
        let Some(info) = child(explain, "indexInfo") else {
            return fail("no indexInfo");
        };
        let mut asked = 0;
        for index in children(info).filter(|node| node.tag_name().name() == "index" && node.attribute("search") == Some("true")) {
            for name in index.descendants().filter(|node| node.tag_name().name() == "name") {
                let (Some(set), Some(name)) = (name.attribute("set"), name.text()) else {
                    continue;
                };
                let answer = lib.search(&format!("{set}.{}=2001", name.trim()), &[("maximumRecords", "0")])?;
                let seen = answer.xml()?;
                let broken = seen.diagnostics().into_iter().find(|found| [15, 16, 17].contains(&found.number));
                check!(broken.is_none(), "{set}.{name}: {broken:?}");
                asked += 1;
            }
        }
        check!(asked > 0, "no index is told");
        Ok(())
    })
}

fn keeps_its_word_on_schemas(lib: &Subject) -> Verdict {
    with_explain(lib, |explain| {
        let info = child(explain, "schemaInfo");
        let schemas: Vec<_> = info
            .into_iter()
            .flat_map(children)
            .filter(|node| node.tag_name().name() == "schema")
            .collect();
        check!(!schemas.is_empty(), "no schema is told");
        for schema in schemas.iter().filter(|schema| schema.attribute("retrieve") != Some("false")) {
            for name in [schema.attribute("name"), schema.attribute("identifier")].into_iter().flatten() {
                let answer = lib.search(&lib.title()?, &[("maximumRecords", "1"), ("recordSchema", name)])?;
                let seen = answer.xml()?;
                let broken = seen.diagnostics().into_iter().find(|found| found.number == 66);
                check!(broken.is_none(), "{name} is not known");
            }
        }
        Ok(())
    })
}

fn tells_titles_and_limits(lib: &Subject) -> Verdict {
    with_explain(lib, |explain| {
        let title = child(explain, "databaseInfo").and_then(|info| child(info, "title"));
        check!(
            title.and_then(|node| node.text()).is_some_and(|title| !title.trim().is_empty()),
            "no title"
        );
        let config = child(explain, "configInfo");
        let told = config
            .into_iter()
            .flat_map(children)
            .any(|node| node.attribute("type") == Some("maximumRecords"));
        check!(told, "no setting of maximumRecords");
        Ok(())
    })
}
