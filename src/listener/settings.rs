//! What an operator may set for each listener.

use std::sync::Arc;
use std::time::Duration;

use skranke_wire::limits::Limits;

use super::allow::AllowList;
use super::seats::Rate;
use super::tls::Tls;

/// One listener's limits and doors. The defaults admit 10,000 connections from anywhere, in plain text.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The listener's name in logs, metrics and socket activation.
    pub name: Arc<str>,
    /// Connections open at once; more wait in the kernel's queue.
    pub connections: usize,
    /// Connections from one address at once. Loopback is never counted.
    pub per_address: Option<u32>,
    /// Messages from one address; a message above the rate waits. Loopback is never counted.
    pub rate: Option<Rate>,
    /// Connections of one login at once.
    pub per_login: u32,
    /// Who may connect. Behind a PROXY header it is asked about the address in the header.
    pub allow: AllowList,
    /// Set where connections begin with a PROXY header (v1 or v2): the addresses of the proxies. All others are refused.
    pub proxies: Option<AllowList>,
    /// TLS, or plain text.
    pub tls: Option<Arc<Tls>>,
    /// For the PROXY header and the TLS handshake together.
    pub hello_time: Duration,
    /// For the peer to take an answer off our hands.
    pub write_time: Duration,
    /// Message length, message time and idle time.
    pub limits: Limits,
}

impl Settings {
    /// The defaults under this name.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self {
            name: name.into(),
            connections: 10_000,
            per_address: Some(1_000),
            rate: None,
            per_login: 500,
            allow: AllowList::everyone(),
            proxies: None,
            tls: None,
            hello_time: Duration::from_secs(10),
            write_time: Duration::from_secs(30),
            limits: Limits::default(),
        }
    }
}
