//! The terminals of one listener as they stand now: accounts resolved against the library's settings. Swapped whole on reload.

use super::account::Account;
use super::password;
use crate::codec::write::Filter;
use crate::codec::{Charset, Dialect};
use crate::gateway::extensions::Extensions;
use crate::gateway::sort::SortProfile;
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use sha2::Sha256;
use skranke_core::agency::{Agency, AgencyId};
use skranke_core::desk::{Actor, Powers};
use skranke_core::ids::BranchId;
use skranke_core::library::Library;
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::sync::Arc;

/// Settings of a SIP2 listener that its conversations need (`[sip2]`).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// Character set before login, and of accounts that name none.
    pub charset: Charset,
    /// What ends an identified field; it must be known before the login is read.
    pub delimiter: char,
    /// How terminals log in.
    pub login: LoginStyle,
    /// Wrong logins after which the connection is closed.
    pub login_tries: u8,
    /// Unknown commands in a row after which the connection is closed.
    pub unknown_commands: u8,
    /// Oldest version of the protocol that is served.
    pub minimum_version: u8,
}

/// How terminals log in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LoginStyle {
    /// By message 93.
    #[default]
    Message,
    /// By prompts before the protocol starts, as on telnet.
    Prompt,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            charset: Charset::Utf8,
            delimiter: '|',
            login: LoginStyle::Message,
            login_tries: 3,
            unknown_commands: 10,
            minimum_version: 1,
        }
    }
}

impl Options {
    /// The dialect before anybody is known.
    pub fn dialect(&self) -> Dialect {
        Dialect {
            charset: self.charset,
            delimiter: u8::try_from(self.delimiter).ok().filter(u8::is_ascii_punctuation).unwrap_or(b'|'),
        }
    }
}

/// A terminal: its account with all that its answers need.
#[derive(Debug)]
pub struct Terminal {
    /// As the operator wrote it.
    pub account: Account,
    /// Its library.
    pub agency: Arc<Agency>,
    /// The institution id (AO) that it hears.
    pub institution: String,
    /// How it writes.
    pub dialect: Dialect,
    /// Extensions that are on.
    pub extensions: Extensions,
    /// Where returned items go.
    pub sorting: Option<Arc<SortProfile>>,
    /// Branches that are known by configuration.
    pub branches: Arc<BTreeSet<BranchId>>,
    /// What is left out of its answers.
    pub filter: Filter,
}

impl Terminal {
    /// Who asks the desk, standing at `location` where the account names no branch.
    pub fn actor(&self, location: Option<&str>) -> Actor {
        let account = &self.account;
        let branch = account
            .branch
            .clone()
            .or_else(|| location.filter(|l| !l.is_empty()).map(BranchId::from))
            .or_else(|| self.branches.first().cloned())
            .unwrap_or_else(|| BranchId::from(""));
        Actor {
            protocol: "sip2",
            terminal: account.login.clone(),
            agency: self.agency.id.clone(),
            branch,
            role: account.role,
            powers: Powers {
                renew: account.renewals,
                third_party_renewal: account.third_party_renewal,
                offline: account.offline,
                backdate: account.backdate,
                block: account.status_update,
                enable: account.allows(*b"25"),
                require_pin: account.require_pin,
                fulfil_holds: account.fulfil_holds,
                accepts_not_on_loan: account.checked_in_ok,
                undo: account.undo,
                overpayment: account.overpayment,
                access: account.access.clone(),
            },
        }
    }

    /// The language of its screen (ISO 639-1).
    pub fn language(&self) -> &str {
        self.account.language.as_deref().unwrap_or(&self.agency.language)
    }
}

/// All terminals of a listener.
#[derive(Debug, Clone)]
pub struct Directory {
    /// The listener's settings.
    pub options: Options,
    /// Set while the system is under maintenance.
    pub maintenance: bool,
    terminals: HashMap<String, Arc<Terminal>>,
    /// Stands in for an account where nobody has logged in yet.
    nobody: Arc<Terminal>,
    key: Key,
}

/// What is wrong with an account, for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountProblem {
    /// It has no login.
    #[error("a terminal has no login")]
    NoLogin,
    /// It has neither password nor trusted addresses.
    #[error("terminal {0:?} has neither password, password_file nor trusted addresses")]
    NoPassword(String),
    /// Its password says that it is a hash, and is none.
    #[error("the password of terminal {0:?} is no hash: write sha256:SALT:HEX")]
    BadHash(String),
    /// Two have the same login.
    #[error("two terminals have the login {0:?}")]
    Twice(String),
    /// It names a sorting profile that does not exist.
    #[error("terminal {login:?} names the sorting profile {profile:?}, which does not exist")]
    NoSortProfile {
        /// The terminal.
        login: String,
        /// The profile.
        profile: String,
    },
}

impl Directory {
    /// Resolves accounts, whose password files have been read by then. `key` is secret and shared by all processes on one
    /// database; the digests of resends are made with it. All problems are told at once.
    pub fn new(
        accounts: Vec<Account>,
        sorting: Vec<SortProfile>,
        options: Options,
        library: &Library,
        key: [u8; 32],
    ) -> Result<Self, Vec<AccountProblem>> {
        let mut problems = Vec::new();
        let mut terminals = HashMap::new();
        let sorting: HashMap<String, Arc<SortProfile>> = sorting.into_iter().map(|p| (p.name.clone(), Arc::new(p))).collect();
        let mut resolver = Resolver {
            options: &options,
            library,
            branches: branches(&accounts, library),
            agencies: HashMap::new(),
        };
        for account in accounts {
            let login = account.login.clone();
            if login.is_empty() {
                problems.push(AccountProblem::NoLogin);
                continue;
            }
            if account.password.is_none() && account.trusted.is_empty() {
                problems.push(AccountProblem::NoPassword(login.clone()));
            }
            if account.password.as_ref().is_some_and(|p| password::is_broken(p.reveal())) {
                problems.push(AccountProblem::BadHash(login.clone()));
            }
            let profile = account.sort_profile.as_ref().and_then(|name| sorting.get(name)).cloned();
            if let (Some(name), None) = (&account.sort_profile, &profile) {
                problems.push(AccountProblem::NoSortProfile {
                    login: login.clone(),
                    profile: name.clone(),
                });
            }
            let terminal = Arc::new(resolver.terminal(account, profile));
            if terminals.insert(login.clone(), terminal).is_some() {
                problems.push(AccountProblem::Twice(login));
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let nobody = Arc::new(resolver.terminal(Account::default(), None));
        Ok(Self {
            options,
            maintenance: false,
            terminals,
            nobody,
            key: Key(key),
        })
    }

    /// A terminal by its login.
    pub fn terminal(&self, login: &str) -> Option<&Arc<Terminal>> {
        self.terminals.get(login)
    }

    /// What is answered with where nobody has logged in.
    pub fn nobody(&self) -> &Arc<Terminal> {
        &self.nobody
    }

    /// All terminals, in no order.
    pub fn terminals(&self) -> impl Iterator<Item = &Arc<Terminal>> {
        self.terminals.values()
    }

    /// A keyed digest of some parts, as 32 hex digits.
    pub fn digest(&self, parts: &[&[u8]]) -> String {
        let bytes = self.key.digest(parts);
        bytes.iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
            use fmt::Write as _;
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    /// Whether a password is right. An account that does not exist takes as long as a wrong password.
    pub fn password_is_right(&self, terminal: Option<&Terminal>, password: &str) -> bool {
        let right = terminal.and_then(|t| t.account.password.as_ref());
        let (expected, given) = password::comparable(right.map_or("", |p| p.reveal()), password);
        let given = self.key.digest(&[b"password", given.as_bytes()]);
        let expected = self.key.digest(&[b"password", expected.as_bytes()]);
        // Digests under a secret key: that they differ early says nothing.
        right.is_some() && given == expected
    }
}

struct Resolver<'a> {
    options: &'a Options,
    library: &'a Library,
    branches: HashMap<AgencyId, Arc<BTreeSet<BranchId>>>,
    agencies: HashMap<AgencyId, Arc<Agency>>,
}

impl Resolver<'_> {
    fn terminal(&mut self, account: Account, sorting: Option<Arc<SortProfile>>) -> Terminal {
        let id = account.agency.clone().unwrap_or_else(|| self.library.default_agency.clone());
        let known = self.library.agency(&id);
        let agency = self.agencies.entry(id.clone()).or_insert_with(|| {
            let mut agency = known.clone();
            agency.id = id.clone();
            Arc::new(agency)
        });
        let mut dialect = self.options.dialect();
        dialect.charset = account.charset.unwrap_or(dialect.charset);
        Terminal {
            institution: account.institution.clone().unwrap_or_else(|| id.as_str().to_owned()),
            agency: Arc::clone(agency),
            dialect,
            extensions: Extensions::new(account.profile(), &account.extensions),
            sorting,
            branches: self.branches.get(&id).cloned().unwrap_or_default(),
            filter: Filter {
                version_1: false,
                hidden: account.hide_fields.clone(),
                print_width: 0,
            },
            account,
        }
    }
}

/// The branches that each agency's configuration names: its own list, and where its terminals stand.
fn branches(accounts: &[Account], library: &Library) -> HashMap<AgencyId, Arc<BTreeSet<BranchId>>> {
    let mut sets: HashMap<AgencyId, BTreeSet<BranchId>> = HashMap::new();
    for agency in library.agencies.values() {
        sets.entry(agency.id.clone()).or_default().extend(agency.branches.keys().cloned());
    }
    for account in accounts {
        let agency = account.agency.clone().unwrap_or_else(|| library.default_agency.clone());
        sets.entry(agency).or_default().extend(account.branch.clone());
    }
    sets.into_iter().map(|(agency, set)| (agency, Arc::new(set))).collect()
}

/// A secret key that does not print.
#[derive(Clone)]
struct Key([u8; 32]);

impl Key {
    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // A key of any length is taken, so that this cannot fail.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            return [0; 32];
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}
