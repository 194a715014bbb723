//! Who is at the other end.

use std::net::SocketAddr;
use std::sync::Arc;

/// Who is at the other end of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The listener's name.
    pub listener: Arc<str>,
    /// The client's address; behind a proxy, the one in the PROXY header.
    pub address: SocketAddr,
    /// The address the client connected to; behind a proxy, the one in the header.
    pub local: SocketAddr,
    /// The proxy's own address, where there is one.
    pub proxy: Option<SocketAddr>,
    /// The subject of the verified client certificate, as `CN=…, O=…`.
    pub certificate: Option<Arc<str>>,
    /// Whether the connection is encrypted up to us.
    pub encrypted: bool,
}
