//! The terminals of a listener, with the addresses from which they may come. Swapped whole on reload.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use arc_swap::{ArcSwap, Guard};
use skranke_sip2::session::terminal::Directory;

use crate::listener::{AllowList, NetworkFault};

/// The terminals of a listener as they stand now.
#[derive(Debug)]
pub struct Terminals {
    current: ArcSwap<Known>,
    /// The terminal whose account serves whoever connects here without a login.
    everyone: Option<String>,
}

/// One state of the terminals.
#[derive(Debug, Clone)]
pub struct Known {
    directory: Directory,
    doors: HashMap<String, Door>,
    everyone: Option<String>,
}

#[derive(Debug, Clone)]
struct Door {
    /// From where it may log in.
    allow: AllowList,
    /// From where it needs no login.
    trusted: AllowList,
}

/// An address of a terminal that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("terminal {login:?}, {key}: {source}")]
pub struct AddressFault {
    /// The terminal.
    pub login: String,
    /// `allow` or `trusted`.
    pub key: &'static str,
    /// What is wrong.
    pub source: NetworkFault,
}

impl Terminals {
    /// These terminals. `everyone` is the login of the one whose account serves connections that need no login at all.
    pub fn new(directory: Directory, everyone: Option<String>) -> Result<Arc<Self>, AddressFault> {
        let known = Known::new(directory, everyone.clone())?;
        Ok(Arc::new(Self {
            current: ArcSwap::from_pointee(known),
            everyone,
        }))
    }

    /// Other terminals from the next message on, on open sessions too. Maintenance goes on as it was.
    pub fn replace(&self, mut directory: Directory) -> Result<(), AddressFault> {
        directory.maintenance = self.current.load().directory.maintenance;
        self.current.store(Arc::new(Known::new(directory, self.everyone.clone())?));
        Ok(())
    }

    /// Begins or ends maintenance: every session is told once, in answer to its next message.
    pub fn set_maintenance(&self, on: bool) {
        let known = self.current.load();
        if known.directory.maintenance != on {
            let mut changed = Known::clone(&known);
            changed.directory.maintenance = on;
            self.current.store(Arc::new(changed));
        }
    }

    /// As they stand now. Not to be held while waiting for anything.
    pub fn current(&self) -> Guard<Arc<Known>> {
        self.current.load()
    }
}

impl Known {
    fn new(directory: Directory, everyone: Option<String>) -> Result<Self, AddressFault> {
        let mut doors = HashMap::new();
        for terminal in directory.terminals() {
            let account = &terminal.account;
            let list = |key, texts: &[String]| {
                AllowList::try_from(texts.to_vec()).map_err(|source| AddressFault {
                    login: account.login.clone(),
                    key,
                    source,
                })
            };
            let door = Door {
                allow: list("allow", &account.allow)?,
                trusted: list("trusted", &account.trusted)?,
            };
            doors.insert(account.login.clone(), door);
        }
        Ok(Self {
            directory,
            doors,
            everyone,
        })
    }

    /// The accounts themselves.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Whether this terminal may log in from there.
    pub fn admits(&self, login: &str, address: SocketAddr) -> bool {
        self.doors.get(login).is_some_and(|door| door.allow.allows(address))
    }

    /// The terminal that needs no login from there.
    pub fn trusted(&self, address: SocketAddr) -> Option<&str> {
        self.doors
            .iter()
            .filter(|(_, door)| !door.trusted.is_everyone() && door.trusted.allows(address))
            .map(|(login, _)| login.as_str())
            .min()
            .or(self.everyone.as_deref())
    }
}
