//! The configuration: one TOML file plus `SKRANKE_…` environment variables, read into one typed tree.
//!
//! Unknown keys are refused. [`load`] reports every problem at once, each with file, line, key and remedy.

mod environment;
mod load;
mod problems;
mod settings;
mod sru;

pub use environment::Override;
pub use load::{Loaded, load, parse};
pub use problems::{Problem, Problems};
pub use sru::SruSection;

use crate::listener::Rate;
use crate::telemetry::Format as LogFormat;
use serde::Deserialize;
use skranke_core::agency::{AgencyId, CategoryByAge};
use skranke_core::ids::BranchId;
use skranke_core::money::Currency;
use skranke_core::policy::Rule;
use skranke_core::time::Date;
use skranke_sip2::codec::Charset;
use skranke_sip2::gateway::sort::SortProfile;
use skranke_sip2::message::types::Secret;
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{LoginStyle, Options};
use skranke_storage::SearchLimits;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The default agency and what holds for all.
    pub library: LibrarySection,
    /// Further agencies, and branches of any.
    #[serde(default, rename = "agency")]
    pub agencies: Vec<AgencySection>,
    /// Where everything is kept.
    pub storage: StorageSection,
    /// What a search may cost.
    #[serde(default)]
    pub search: SearchSection,
    /// SIP2.
    pub sip2: Option<Sip2Section>,
    /// HTTP: metrics, health, the console, protocols over HTTP.
    pub http: Option<HttpSection>,
    /// SRU, which HTTP and the port of Z39.50 serve.
    #[serde(default)]
    pub sru: SruSection,
    /// Z39.50.
    pub z3950: Option<Z3950Section>,
    /// NCIP.
    pub ncip: Option<OtherProtocol>,
    /// OAI-PMH.
    pub oai: Option<toml::Table>,
    /// ISO 18626.
    pub iso18626: Option<toml::Table>,
    /// Rules of lending; the first match wins.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// What is logged and how.
    #[serde(default)]
    pub log: LogSection,
}

/// `[library]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LibrarySection {
    /// The default agency.
    pub agency: AgencyId,
    /// Its name; the agency's own section may say it too.
    pub name: Option<String>,
    /// IANA name (`Europe/Copenhagen`).
    pub time_zone: String,
    /// ISO 4217.
    #[serde(default = "defaults::currency")]
    pub currency: Currency,
    /// ISO 639-1.
    #[serde(default = "defaults::language")]
    pub language: String,
    /// Debt above this blocks, minor units.
    #[serde(default = "defaults::debt_limit")]
    pub debt_limit: i64,
}

/// `[[agency]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencySection {
    /// Its ISIL.
    pub agency: AgencyId,
    /// Its name.
    pub name: Option<String>,
    /// Where it differs from `[library]`.
    pub time_zone: Option<String>,
    /// Where it differs from `[library]`.
    pub currency: Option<Currency>,
    /// Where it differs from `[library]`.
    pub language: Option<String>,
    /// Where it differs from `[library]`.
    pub debt_limit: Option<i64>,
    /// Municipality number, for rules of residence.
    pub municipality: Option<String>,
    /// Weekdays on which all its branches are closed (`sunday`).
    #[serde(default)]
    pub closed_weekdays: Vec<String>,
    /// Days on which all its branches are closed.
    #[serde(default)]
    pub closed_days: Vec<Date>,
    /// Self-service hours for doors, local (`["06:00", "22:00"]`).
    pub door_hours: Option<(String, String)>,
    /// Patron categories that end with an age (`{ category = "child", from_age = 14, becomes = "adult" }`).
    #[serde(default, rename = "category_by_age")]
    pub categories_by_age: Vec<CategoryByAge>,
    /// Its branches.
    #[serde(default, rename = "branch")]
    pub branches: Vec<BranchSection>,
}

/// `[[agency.branch]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchSection {
    /// The library's own code.
    pub id: BranchId,
    /// Its name.
    pub name: Option<String>,
    /// Its library number.
    pub isil: Option<AgencyId>,
    /// In place of the agency's.
    pub closed_weekdays: Option<Vec<String>>,
    /// In place of the agency's.
    pub closed_days: Option<Vec<Date>>,
    /// In place of the agency's.
    pub door_hours: Option<(String, String)>,
}

/// `[storage]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorageSection {
    /// `sqlite:FILE` or `postgres://user@host/db`.
    pub url: String,
    /// Folder of the search index; `index` where none is given.
    pub index: Option<PathBuf>,
}

/// `[search]`: what one search may cost, on every protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SearchSection {
    /// Words that one truncated or masked word may stand for.
    pub max_words: usize,
    /// Letters that must be given in a word that begins with a mask.
    pub min_characters: usize,
    /// Seconds that a search may run.
    pub max_seconds: u64,
}

impl Default for SearchSection {
    fn default() -> Self {
        let limits = SearchLimits::default();
        Self {
            max_words: limits.words,
            min_characters: limits.given,
            max_seconds: limits.time.as_secs(),
        }
    }
}

impl SearchSection {
    /// As the search index takes them.
    pub fn limits(self) -> SearchLimits {
        SearchLimits {
            words: self.max_words,
            given: self.min_characters,
            time: Duration::from_secs(self.max_seconds),
        }
    }
}

/// `[sip2]`.
#[derive(Debug, Clone, Deserialize)]
pub struct Sip2Section {
    /// The first listener's settings stand in the section itself.
    #[serde(flatten)]
    pub listener: LineListener,
    /// Further listeners.
    #[serde(default, rename = "listener")]
    pub more: Vec<MoreListener>,
    /// Terminals.
    #[serde(default, rename = "terminal")]
    pub terminals: Vec<Account>,
    /// Sorting profiles.
    #[serde(default, rename = "sort_profile")]
    pub sort_profiles: Vec<SortProfile>,
    /// While this file exists every session is told that the system is down for maintenance.
    pub maintenance_file: Option<PathBuf>,
    /// Keys that nobody knows: refused by name.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, toml::Value>,
}

/// `[[sip2.listener]]`.
#[derive(Debug, Clone, Deserialize)]
pub struct MoreListener {
    /// Its settings.
    #[serde(flatten)]
    pub listener: LineListener,
    /// Keys that nobody knows: refused by name.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, toml::Value>,
}

/// One TCP listener. Texts that are more than texts are read by [`load`], which can then name their line.
#[derive(Debug, Clone, Deserialize)]
pub struct LineListener {
    /// Address and port; port 0 means any free one.
    pub listen: Option<String>,
    /// TLS; plain text without.
    pub tls: Option<TlsSection>,
    /// Whether a PROXY protocol header (v1 or v2) comes first.
    #[serde(default)]
    pub proxy_protocol: bool,
    /// The proxies that may send one; any address where empty.
    #[serde(default)]
    pub proxies: Vec<String>,
    /// Addresses that may connect (`10.1.0.0/16`); all where empty.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Character set before login, and of terminals that name none.
    pub charset: Option<String>,
    /// What ends a field, for countries that print `|`.
    pub delimiter: Option<String>,
    /// Ask for login and password by prompts, as on telnet.
    #[serde(default)]
    pub telnet_login: bool,
    /// Connections at once.
    #[serde(default = "defaults::connections")]
    pub max_connections: usize,
    /// Connections at once of one login.
    #[serde(default = "defaults::connections_per_login")]
    pub max_connections_per_login: u32,
    /// Connections at once from one address; never applied to loopback.
    pub max_connections_per_address: Option<u32>,
    /// Messages from one address; never applied to loopback (`{ per_second = 50, burst = 200 }`).
    pub rate: Option<Rate>,
    /// Silence after which a connection ends; 0 = never.
    #[serde(default = "defaults::idle_seconds")]
    pub idle_seconds: u64,
}

impl LineListener {
    /// Where it listens; `None` where it says nothing that is an address.
    pub fn address(&self) -> Option<SocketAddr> {
        self.listen.as_deref().and_then(|text| text.parse().ok())
    }

    /// How SIP2 is spoken on it.
    pub fn options(&self) -> Options {
        let mut options = Options::default();
        if let Some(Ok(charset)) = self.charset.as_deref().map(charset) {
            options.charset = charset;
        }
        if let Some(delimiter) = self.delimiter.as_deref().and_then(|text| text.chars().next()) {
            options.delimiter = delimiter;
        }
        if self.telnet_login {
            options.login = LoginStyle::Prompt;
        }
        options
    }
}

/// A character set by its name.
fn charset(name: &str) -> Result<Charset, String> {
    let value = toml::Value::String(name.to_owned());
    value.try_into().map_err(|error: toml::de::Error| error.message().to_owned())
}

/// `tls = { … }`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSection {
    /// PEM file of the chain.
    pub cert: PathBuf,
    /// PEM file of the private key.
    pub key: PathBuf,
    /// PEM file of the authority whose client certificates are demanded.
    pub client_ca: Option<PathBuf>,
    /// Whether a client may come without a certificate though `client_ca` is set.
    #[serde(default)]
    pub client_optional: bool,
}

/// `[http]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSection {
    /// Address and port.
    pub listen: SocketAddr,
    /// TLS; plain text without.
    pub tls: Option<TlsSection>,
    /// Connections at once.
    #[serde(default = "defaults::connections")]
    pub max_connections: usize,
    /// Addresses that may connect; all where empty.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// `[z3950]`.
#[derive(Debug, Clone, Deserialize)]
pub struct Z3950Section {
    /// The listener.
    #[serde(flatten)]
    pub listener: LineListener,
    /// Who may come; anybody where there is none, and then nobody may change records.
    #[serde(default, rename = "user")]
    pub users: Vec<Z3950User>,
    /// Whether, beside users, who says no name may search.
    #[serde(default)]
    pub anonymous: bool,
    /// Whether MARC 21 goes out in MARC-8.
    #[serde(default)]
    pub marc8: bool,
    /// Result sets of one session; the one used longest ago is given up first.
    #[serde(default = "defaults::result_sets")]
    pub max_result_sets: usize,
    /// Whether a search of several operands is told what each finds by itself; it costs a search for each.
    #[serde(default)]
    pub operand_counts: bool,
    /// Bytes of records in one answer.
    #[serde(default = "defaults::message_bytes")]
    pub max_message_bytes: u32,
    /// Keys that nobody knows: refused by name.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, toml::Value>,
}

/// `[[z3950.user]]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Z3950User {
    /// Name.
    pub user: String,
    /// Group: in Denmark the library's number. Any where it is left out.
    pub group: Option<String>,
    /// Password.
    pub password: Option<Secret>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// Whether he may change records and order.
    #[serde(default)]
    pub may_update: bool,
    /// The library whose records he keeps; the default one where it is left out.
    pub agency: Option<AgencyId>,
    /// The patron for whom he orders where an order names none: his library's own card.
    pub card: Option<String>,
    /// Whether he gets MARC 21 in MARC-8.
    #[serde(default)]
    pub marc8: bool,
}

impl Z3950Section {
    /// As the protocol takes them.
    pub fn settings(&self, loaded: &Loaded) -> skranke_z3950::session::Settings {
        let agency = loaded.library.default_agency.clone();
        let users = self.users.iter().map(|user| skranke_z3950::session::User {
            user: user.user.clone(),
            group: user.group.clone(),
            password: user.password.as_ref().map(Secret::reveal).unwrap_or_default().into(),
            may_update: user.may_update,
            agency: user.agency.clone(),
            card: user.card.as_deref().map(skranke_core::ids::CardNumber::new),
            marc_8: user.marc8,
        });
        skranke_z3950::session::Settings {
            users: users.collect(),
            anonymous: self.anonymous,
            agency,
            message_bytes: self.max_message_bytes.into(),
            record_bytes: self.max_message_bytes.into(),
            result_sets: self.max_result_sets,
            marc_8: self.marc8,
            operand_counts: self.operand_counts,
            ..skranke_z3950::session::Settings::default()
        }
    }
}

/// A protocol of which this version only knows the section: `skranke check` says so.
#[derive(Debug, Clone, Deserialize)]
pub struct OtherProtocol {
    /// Address and port.
    pub listen: Option<SocketAddr>,
    /// Whatever else stands there.
    #[serde(flatten)]
    pub rest: toml::Table,
}

/// `[log]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogSection {
    /// `human` or `json`.
    pub format: LogFormat,
    /// As `tracing` filters are written (`info,skranke=debug`).
    pub filter: String,
}

impl Default for LogSection {
    fn default() -> Self {
        Self {
            format: LogFormat::Human,
            filter: "info".to_owned(),
        }
    }
}

/// Defaults that are more than the type's own.
mod defaults {
    use skranke_core::money::Currency;

    pub fn currency() -> Currency {
        Currency::DKK
    }
    pub fn language() -> String {
        "da".to_owned()
    }
    pub fn debt_limit() -> i64 {
        20_000
    }
    pub fn connections() -> usize {
        10_000
    }
    pub fn connections_per_login() -> u32 {
        500
    }
    pub fn result_sets() -> usize {
        100
    }
    pub fn message_bytes() -> u32 {
        16 * 1024 * 1024
    }
    pub fn idle_seconds() -> u64 {
        900
    }
}
