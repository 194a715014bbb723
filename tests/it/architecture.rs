//! The tree is the architecture: the arrows and sizes that ARCHITECTURE.md promises.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which of our crates each may depend on, tests aside.
const ARROWS: [(&str, &[&str]); 9] = [
    ("skranke-core", &[]),
    ("skranke-wire", &[]),
    ("skranke-marc", &["skranke-core", "skranke-wire"]),
    ("skranke-sip2", &["skranke-core", "skranke-wire", "skranke-marc"]),
    ("skranke-sru", &["skranke-core", "skranke-wire", "skranke-marc"]),
    ("skranke-z3950", &["skranke-core", "skranke-wire", "skranke-marc"]),
    ("skranke-storage", &["skranke-core"]),
    ("skranke-conform", &["skranke-sip2", "skranke-wire"]),
    (
        "skranke",
        &[
            "skranke-core",
            "skranke-wire",
            "skranke-marc",
            "skranke-sip2",
            "skranke-sru",
            "skranke-z3950",
            "skranke-storage",
        ],
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ARROWS.iter().map(|(from, to)| (*from, to.iter().copied().collect())).collect();
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(
        ours,
        allowed.keys().copied().collect(),
        "a crate that the map does not know, or that is gone"
    );
    for package in &packages {
        let name = package["name"].as_str().unwrap();
        for dependency in package["dependencies"].as_array().unwrap() {
            let to = dependency["name"].as_str().unwrap();
            let in_tests_only = dependency["kind"] == "dev";
            if ours.contains(to) && !in_tests_only {
                assert!(allowed[name].contains(to), "{name} may not depend on {to}");
            }
        }
    }
}

#[test]
fn core_has_no_io() {
    let forbidden = ["tokio", "sqlx", "axum", "hyper", "quick-xml", "rustls", "bytes"];
    for package in packages().iter().filter(|p| p["name"] == "skranke-core") {
        for dependency in package["dependencies"].as_array().unwrap() {
            let to = dependency["name"].as_str().unwrap();
            assert!(
                dependency["kind"] == "dev" || !forbidden.contains(&to),
                "core may not depend on {to}"
            );
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if path.is_dir() && name != "target" && !name.to_string_lossy().starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_file_holds_more_than_one_thing() {
    let mut files = Vec::new();
    sources(root(), &mut files);
    assert!(files.len() > 50);
    for file in files {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        assert!(
            lines <= 800,
            "{} has {lines} lines: look for the second thing in it",
            file.display()
        );
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !["utils", "util", "helpers", "misc", "common"].contains(&name.as_str()),
            "{}",
            file.display()
        );
    }
}

#[test]
fn core_speaks_no_protocol() {
    let mut files = Vec::new();
    sources(&root().join("core/src"), &mut files);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        for (n, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in [
                "quick_xml",
                "skranke_sip2",
                "skranke_sru",
                "skranke_z3950",
                "skranke_marc",
                "sqlx",
                "TcpStream",
                "ncip::",
                "z3950::",
            ] {
                assert!(!code.contains(word), "{}:{} says {word}", file.display(), n + 1);
            }
        }
    }
}

#[test]
fn the_map_names_every_crate_and_only_those() {
    let map = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for (name, _) in ARROWS {
        assert!(map.contains(&format!("`{name}`")), "ARCHITECTURE.md does not name `{name}`");
    }
    let known: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for word in map
        .split('`')
        .filter(|word| word.starts_with("skranke-") && !word.contains([' ', '/', '.']))
    {
        assert!(known.contains(word), "ARCHITECTURE.md names `{word}`, which does not exist");
    }
}

#[test]
fn messages_name_their_clause() {
    let mut files = Vec::new();
    sources(&root().join("protocols/sip2/src/message"), &mut files);
    assert!(files.len() > 10);
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.starts_with("//!"),
            "{} has no head that says what it is and its clause",
            file.display()
        );
    }
}
