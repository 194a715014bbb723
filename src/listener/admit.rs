//! Between accept and the first byte of a protocol: PROXY header, allow list, count of the address, TLS.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::{Buf, BytesMut};
use socket2::{SockRef, TcpKeepalive};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::peer::Peer;
use super::proxy::{self, Header, ProxyFault};
use super::seats::{AddressSeat, Addresses};
use super::settings::Settings;
use super::stream::{Ahead, Early, Stream};

/// Why a connection was refused. Nothing is sent to it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("address not allowed")]
    NotAllowed,
    #[error("not one of the proxies")]
    NotAProxy,
    #[error("too many connections from its address")]
    AddressFull,
    #[error("PROXY header: {0}")]
    Header(#[from] ProxyFault),
    #[error("TLS: {0}")]
    Tls(std::io::Error),
    #[error("no PROXY header or TLS hello in time")]
    Slow,
    #[error("gone before it was admitted: {0}")]
    Gone(std::io::Error),
}

impl Refused {
    pub(crate) const fn label(&self) -> &'static str {
        match self {
            Self::NotAllowed => "not_allowed",
            Self::NotAProxy => "not_a_proxy",
            Self::AddressFull => "address_full",
            Self::Header(_) => "proxy_header",
            Self::Tls(_) => "tls",
            Self::Slow => "hello_timeout",
            Self::Gone(_) => "gone",
        }
    }
}

/// A connection that may speak its protocol.
#[derive(Debug)]
pub(crate) struct Admitted {
    pub(crate) stream: Stream,
    pub(crate) peer: Peer,
    pub(crate) seat: Option<AddressSeat>,
}

/// Lets a connection in, or says why not.
pub(crate) async fn admit(tcp: TcpStream, from: SocketAddr, settings: &Settings, addresses: &Arc<Addresses>) -> Result<Admitted, Refused> {
    let unproxied = settings.proxies.is_none();
    if unproxied && !settings.allow.allows(from) {
        return Err(Refused::NotAllowed);
    }
    if settings.proxies.as_ref().is_some_and(|proxies| !proxies.allows(from)) {
        return Err(Refused::NotAProxy);
    }
    prepare(&tcp).map_err(Refused::Gone)?;
    // Without a header and without TLS nothing below waits.
    if unproxied && settings.tls.is_none() {
        return hello(tcp, from, settings, addresses).await;
    }
    timeout(settings.hello_time, Box::pin(hello(tcp, from, settings, addresses)))
        .await
        .map_err(|_| Refused::Slow)?
}

/// Answers leave at once, and a peer that vanished is noticed by the kernel within some minutes.
fn prepare(tcp: &TcpStream) -> std::io::Result<()> {
    use std::time::Duration;
    tcp.set_nodelay(true)?;
    let probes = TcpKeepalive::new()
        .with_time(Duration::from_secs(120))
        .with_interval(Duration::from_secs(30));
    SockRef::from(tcp).set_tcp_keepalive(&probes)
}

async fn hello(mut tcp: TcpStream, from: SocketAddr, settings: &Settings, addresses: &Arc<Addresses>) -> Result<Admitted, Refused> {
    let mut peer = Peer {
        listener: Arc::clone(&settings.name),
        address: from,
        local: tcp.local_addr().map_err(Refused::Gone)?,
        proxy: None,
        certificate: None,
        encrypted: false,
    };
    let mut held = BytesMut::new();
    if settings.proxies.is_some() {
        read_header(&mut tcp, &mut held, &mut peer).await?;
        if !settings.allow.allows(peer.address) {
            return Err(Refused::NotAllowed);
        }
    }
    let seat = addresses
        .take(peer.address.ip(), Instant::now())
        .map_err(|()| Refused::AddressFull)?;
    let early = Early::new(held, tcp);
    let stream = match &settings.tls {
        None => Stream::Plain(early),
        Some(tls) => {
            let (stream, subject) = tls.accept(early).await.map_err(Refused::Tls)?;
            peer.certificate = subject;
            peer.encrypted = true;
            Stream::Tls(Box::new(Ahead::new(BytesMut::new(), stream)))
        }
    };
    Ok(Admitted { stream, peer, seat })
}

/// Reads up to the end of the PROXY header; what came behind it stays in `held`.
async fn read_header(tcp: &mut TcpStream, held: &mut BytesMut, peer: &mut Peer) -> Result<(), Refused> {
    loop {
        if tcp.read_buf(held).await.map_err(Refused::Gone)? == 0 {
            return Err(Refused::Header(ProxyFault::Absent));
        }
        if let Header::Whole { len, origin } = proxy::parse(held)? {
            held.advance(len);
            if let Some(origin) = origin {
                peer.proxy = Some(peer.address);
                peer.address = origin.source;
                peer.local = origin.destination;
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn prepares_sockets_for_long_quiet_lives() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (tcp, _) = listener.accept().await.unwrap();
        prepare(&tcp).unwrap();
        assert!(tcp.nodelay().unwrap());
        assert!(SockRef::from(&tcp).keepalive().unwrap());
    }
}
