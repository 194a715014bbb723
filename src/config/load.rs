//! Reading the file: text → tables (with the environment's overrides) → typed tree → checked tree.

use super::environment::{Override, apply, overrides};
use super::problems::{Problem, Problems, line_at};
use super::settings;
use super::{Config, LineListener, SruSection, TlsSection};
use crate::listener::Network;
use skranke_core::library::Library;
use skranke_sip2::message::types::Secret;
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{AccountProblem, Directory};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A configuration that can be served.
#[derive(Debug)]
pub struct Loaded {
    /// The typed tree; relative paths are made absolute from the file's folder.
    pub config: Config,
    /// The settings by which decisions are made.
    pub library: Library,
    /// What does not stop serving but should be looked at.
    pub warnings: Problems,
}

/// Reads and checks a configuration file; reports every problem at once.
pub fn load(file: &Path) -> Result<Loaded, Problems> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) => {
            let problem = Problem::error(
                &[],
                format!("the file cannot be read: {error}"),
                "give an existing file, or write one with `skranke init`",
            );
            return Err(Problems {
                file: file.to_owned(),
                list: vec![problem],
            });
        }
    };
    parse(file, &text, overrides(std::env::vars()))
}

/// The same from text in hand.
pub fn parse(file: &Path, text: &str, overrides: Vec<Override>) -> Result<Loaded, Problems> {
    let mut config = typed(file, text, &overrides)?;
    let base = file.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    make_absolute(&mut config, base);

    let mut problems = Vec::new();
    read_secrets(&mut config, base, &mut problems);
    check_sru(&config.sru, &mut problems);
    check(&config, &mut problems);
    let library = settings::library(&config, &mut problems);
    check_accounts(&config, &library, &mut problems);
    let located = Problems::located(file, text, problems);
    if located.only_warnings() {
        Ok(Loaded {
            config,
            library,
            warnings: located,
        })
    } else {
        Err(located)
    }
}

/// Text → typed tree. The file alone is read first, so that its errors carry lines.
fn typed(file: &Path, text: &str, overrides: &[Override]) -> Result<Config, Problems> {
    let from_file = |error: &toml::de::Error| Problems {
        file: file.to_owned(),
        list: vec![Problem {
            line: error.span().map(|span| line_at(text, span.start)),
            ..told(error)
        }],
    };
    let plain = toml::from_str::<Config>(text);
    if overrides.is_empty() {
        return plain.map_err(|error| from_file(&error));
    }
    let mut root: toml::Table = text.parse().map_err(|error| from_file(&error))?;
    apply(&mut root, overrides);
    Config::try_from_table(root).map_err(|error| match plain {
        Err(in_file) => from_file(&in_file),
        Ok(_) => {
            let names: Vec<&str> = overrides.iter().map(|one| one.variable.as_str()).collect();
            let mut problem = told(&error);
            problem.what = format!("{} (from the environment: {})", problem.what, names.join(", "));
            Problems {
                file: file.to_owned(),
                list: vec![problem],
            }
        }
    })
}

impl Config {
    fn try_from_table(root: toml::Table) -> Result<Self, toml::de::Error> {
        root.try_into()
    }
}

/// The parser's words with a remedy.
fn told(error: &toml::de::Error) -> Problem {
    let message = error.message().trim().to_owned();
    let remedy = match message.as_str() {
        m if m.starts_with("unknown field") || m.starts_with("unknown variant") => "use one of the names listed, or take the line out",
        m if m.starts_with("missing field") => "add the key named",
        m if m.starts_with("invalid type") || m.starts_with("invalid value") => "write a value of the kind expected",
        _ => "mend the TOML here: keys and strings as in `skranke init`'s file",
    };
    let key = message.split('`').nth(1).unwrap_or_default().to_owned();
    let mut problem = Problem::error(&[], message, remedy);
    if !key.is_empty() {
        problem.key = vec![key];
    }
    problem
}

/// Paths in the file are seen from the file's folder.
fn make_absolute(config: &mut Config, base: &Path) {
    let fix = |path: &mut PathBuf| {
        if path.is_relative() {
            *path = base.join(&*path);
        }
    };
    let fix_tls = |tls: &mut Option<TlsSection>| {
        if let Some(tls) = tls {
            fix(&mut tls.cert);
            fix(&mut tls.key);
            if let Some(ca) = &mut tls.client_ca {
                fix(ca);
            }
        }
    };
    if let Some(rest) = config.storage.url.strip_prefix("sqlite:") {
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        if !rest.starts_with(':') && Path::new(rest).is_relative() {
            config.storage.url = format!("sqlite:{}", base.join(rest).display());
        }
    }
    fix(config.storage.index.get_or_insert_with(|| PathBuf::from("index")));
    if let Some(sip2) = &mut config.sip2 {
        fix_tls(&mut sip2.listener.tls);
        for more in &mut sip2.more {
            fix_tls(&mut more.listener.tls);
        }
        if let Some(file) = &mut sip2.maintenance_file {
            fix(file);
        }
    }
    if let Some(http) = &mut config.http {
        fix_tls(&mut http.tls);
    }
    if let Some(z3950) = &mut config.z3950 {
        fix_tls(&mut z3950.listener.tls);
    }
}

/// What of `[sru]` cannot be served as it stands.
fn check_sru(section: &SruSection, problems: &mut Vec<Problem>) {
    let mut check = |key: &'static str, holds: bool, what: &str, remedy: &str| {
        if !holds {
            problems.push(Problem::error(&["sru", key], what, remedy));
        }
    };
    check(
        "max_records",
        section.max_records > 0,
        "no record could be given",
        "write at least 1",
    );
    check("max_terms", section.max_terms > 0, "no term could be given", "write at least 1");
    check(
        "max_clauses",
        section.max_clauses > 0,
        "no query could be asked",
        "write at least 1",
    );
    check(
        "answer_seconds",
        section.answer_seconds > 0,
        "no answer could be in time",
        "write at least 1",
    );
    let depth = section.max_query_depth <= super::sru::DEEPEST;
    check(
        "max_query_depth",
        depth,
        "queries would be too deep to be walked",
        "write at most 64",
    );
    let origin = section.allow_origin.is_empty() || section.manners().allow_origin.is_some();
    check(
        "allow_origin",
        origin,
        "this can be no HTTP header",
        "write \"*\", \"\" or an origin such as \"https://www.example.org\"",
    );
}

/// Passwords kept in files are read now, so that a missing file is told before serving.
fn read_secrets(config: &mut Config, base: &Path, problems: &mut Vec<Problem>) {
    for (n, user) in config.z3950.iter_mut().flat_map(|section| &mut section.users).enumerate() {
        let n = n.to_string();
        let key = ["z3950", "user", &n, "password_file"];
        let name = &user.user;
        match (&user.password, &user.password_file) {
            (None, Some(file)) => match std::fs::read_to_string(base.join(file)) {
                Ok(text) => user.password = Some(Secret::new(text.trim_end_matches(['\r', '\n']))),
                Err(error) => problems.push(Problem::error(
                    &key,
                    format!("{} cannot be read: {error}", file.display()),
                    "write the password into that file, readable by the server alone",
                )),
            },
            (Some(_), None) => {}
            (Some(_), Some(_)) => problems.push(Problem::error(
                &key,
                format!("user {name:?} has both `password` and `password_file`"),
                "keep one of them",
            )),
            (None, None) => problems.push(Problem::error(
                &["z3950", "user", &n, "user"],
                format!("user {name:?} has no password"),
                "add `password_file = \"…\"` (or `password = \"…\"`)",
            )),
        }
    }
    let Some(sip2) = &mut config.sip2 else { return };
    for (n, terminal) in sip2.terminals.iter_mut().enumerate() {
        let n = n.to_string();
        match (&terminal.password, &terminal.password_file) {
            (None, Some(file)) => match std::fs::read_to_string(base.join(file)) {
                Ok(text) => terminal.password = Some(Secret::new(text.trim_end_matches(['\r', '\n']))),
                Err(error) => problems.push(Problem::error(
                    &["sip2", "terminal", &n, "password_file"],
                    format!("{} cannot be read: {error}", file.display()),
                    "write the password into that file, readable by the server alone",
                )),
            },
            (Some(_), Some(_)) => problems.push(Problem::error(
                &["sip2", "terminal", &n, "password_file"],
                format!("terminal {:?} has both `password` and `password_file`", terminal.login),
                "keep one of them",
            )),
            (None, None) if terminal.trusted.is_empty() => problems.push(Problem::error(
                &["sip2", "terminal", &n, "login"],
                format!("terminal {:?} has no password", terminal.login),
                "add `password_file = \"…\"` (or `password = \"…\"`)",
            )),
            (Some(_) | None, None) => {}
        }
    }
}

/// What the types cannot say.
fn check(config: &Config, problems: &mut Vec<Problem>) {
    let url = &config.storage.url;
    if !["sqlite:", "postgres:", "postgresql:"].iter().any(|scheme| url.starts_with(scheme)) {
        problems.push(Problem::error(
            &["storage", "url"],
            "no store has such an address",
            "write \"sqlite:FILE\" or \"postgres://user@host/db\"",
        ));
    }
    for (key, value) in [
        ("max_words", config.search.max_words as u64),
        ("max_seconds", config.search.max_seconds),
    ] {
        if value == 0 {
            problems.push(Problem::error(&["search", key], "no search could be answered", "write at least 1"));
        }
    }
    if let Some(sip2) = &config.sip2 {
        check_terminals(&sip2.terminals, problems);
        check_listener(&["sip2"], &sip2.listener, problems);
        check_unknown(&["sip2"], &sip2.unknown, problems);
        for (n, more) in sip2.more.iter().enumerate() {
            let key = ["sip2", "listener", &n.to_string()];
            check_listener(&key, &more.listener, problems);
            check_unknown(&key, &more.unknown, problems);
        }
        if sip2.listener.listen.is_none() && sip2.more.is_empty() {
            problems.push(Problem::warning(&["sip2"], "no listener", "add `listen = \"127.0.0.1:6001\"`"));
        }
    }
    if let Some(z3950) = &config.z3950 {
        check_listener(&["z3950"], &z3950.listener, problems);
        check_unknown(&["z3950"], &z3950.unknown, problems);
    }
    for (name, section) in [("ncip", &config.ncip)] {
        if section.as_ref().is_some_and(|s| s.listen.is_some()) {
            problems.push(Problem::warning(
                &[name],
                "this version does not speak the protocol yet: its listener stays closed",
                "leave the section for a later version, or take it out",
            ));
        }
    }
}

fn check_terminals(terminals: &[Account], problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    for (n, terminal) in terminals.iter().enumerate() {
        let n = n.to_string();
        if terminal.login.is_empty() {
            problems.push(Problem::error(
                &["sip2", "terminal", &n],
                "the terminal has no login",
                "add `login = \"…\"`",
            ));
        }
        if !seen.insert(&terminal.login) {
            problems.push(Problem::error(
                &["sip2", "terminal", &n, "login"],
                format!("the login {:?} is used twice", terminal.login),
                "give each terminal its own login",
            ));
        }
        check_networks(&["sip2", "terminal", &n, "allow"], &terminal.allow, problems);
        check_networks(&["sip2", "terminal", &n, "trusted"], &terminal.trusted, problems);
    }
}

fn check_unknown(key: &[&str], unknown: &BTreeMap<String, toml::Value>, problems: &mut Vec<Problem>) {
    for name in unknown.keys() {
        let path: Vec<&str> = key.iter().copied().chain([name.as_str()]).collect();
        problems.push(Problem::error(
            &path,
            "there is no such key",
            "see `skranke init`'s file for the keys, or take the line out",
        ));
    }
}

fn check_networks(key: &[&str], list: &[String], problems: &mut Vec<Problem>) {
    for entry in list {
        if let Err(fault) = entry.parse::<Network>() {
            problems.push(Problem::error(
                key,
                fault.to_string(),
                "write e.g. \"10.1.0.0/16\" or \"192.0.2.7\"",
            ));
        }
    }
}

/// What only the protocol knows of its accounts.
fn check_accounts(config: &Config, library: &Library, problems: &mut Vec<Problem>) {
    let Some(sip2) = &config.sip2 else { return };
    let accounts = sip2.terminals.clone();
    let directory = Directory::new(accounts, sip2.sort_profiles.clone(), sip2.listener.options(), library, [0; 32]);
    for problem in directory.err().into_iter().flatten() {
        let (login, key, remedy) = match &problem {
            AccountProblem::NoSortProfile { login, .. } => {
                (login, "sort_profile", "add a [[sip2.sort_profile]] of that name, or name another")
            }
            AccountProblem::BadHash(login) => (
                login,
                "password",
                "write the SHA-256 of salt and password as 64 hex digits, or the password itself",
            ),
            // Told already, with more precision.
            AccountProblem::NoLogin | AccountProblem::NoPassword(_) | AccountProblem::Twice(_) => continue,
        };
        let n = sip2
            .terminals
            .iter()
            .position(|t| &t.login == login)
            .unwrap_or_default()
            .to_string();
        problems.push(Problem::error(&["sip2", "terminal", &n, key], problem.to_string(), remedy));
    }
}

fn check_listener(key: &[&str], listener: &LineListener, problems: &mut Vec<Problem>) {
    let at = |last: &'static str| -> Vec<&str> { key.iter().copied().chain([last]).collect() };
    for (name, list) in [("allow", &listener.allow), ("proxies", &listener.proxies)] {
        check_networks(&at(name), list, problems);
    }
    if let Some(text) = listener.listen.as_deref().filter(|_| listener.address().is_none()) {
        problems.push(Problem::error(
            &at("listen"),
            format!("{text:?} is not an address with a port"),
            "write e.g. \"127.0.0.1:6001\" or \"[::]:6001\"",
        ));
    }
    if let Some(text) = &listener.charset
        && let Err(error) = super::charset(text)
    {
        problems.push(Problem::error(&at("charset"), error, "name one of the character sets listed"));
    }
    if let Some(text) = &listener.delimiter
        && !(text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_punctuation()))
    {
        problems.push(Problem::error(
            &at("delimiter"),
            format!("{text:?} is not one ASCII sign"),
            "write e.g. \"|\"",
        ));
    }
    let exposed = listener.address().is_some_and(|address| !address.ip().is_loopback());
    if exposed && listener.tls.is_none() && listener.allow.is_empty() {
        problems.push(Problem::warning(
            &at("listen"),
            "plain text is offered beyond this machine, to every address",
            "add `tls = { cert = …, key = … }`, or an `allow` list of addresses",
        ));
    }
    if let Some(tls) = &listener.tls {
        for (name, file) in [
            ("cert", Some(&tls.cert)),
            ("key", Some(&tls.key)),
            ("client_ca", tls.client_ca.as_ref()),
        ] {
            if let Some(file) = file
                && let Err(error) = std::fs::metadata(file)
            {
                problems.push(Problem::error(
                    &at("tls"),
                    format!("{name} {} cannot be read: {error}", file.display()),
                    "name a readable PEM file",
                ));
            }
        }
    }
}
