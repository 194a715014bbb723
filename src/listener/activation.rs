//! Sockets handed over by systemd: a restart then loses no connection attempt, and a low port needs no rights.

use std::net::{SocketAddr, TcpListener};

use listenfd::ListenFd;

/// The listening sockets this process was started with (`LISTEN_FDS`, `LISTEN_FDNAMES`).
#[derive(Debug, Default)]
pub struct Inherited {
    sockets: Vec<(Option<String>, TcpListener)>,
}

impl Inherited {
    /// Takes over all TCP sockets meant for this process. Call it once, before other threads run.
    #[must_use]
    pub fn from_env() -> Self {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':');
        let mut passed = ListenFd::from_env();
        let mut sockets = Vec::new();
        for place in 0..passed.len() {
            let name = names.next().filter(|name| !name.is_empty()).map(str::to_owned);
            match passed.take_tcp_listener(place) {
                Ok(Some(socket)) => sockets.push((name, socket)),
                Ok(None) => {}
                Err(error) => tracing::warn!(place, %error, "an inherited socket is not usable"),
            }
        }
        Self { sockets }
    }

    /// The socket with this listener's name (`FileDescriptorName=` in the unit), else the one at this address.
    pub(crate) fn take(&mut self, name: &str, address: SocketAddr) -> Option<TcpListener> {
        let by_name = |(theirs, _): &(Option<String>, TcpListener)| theirs.as_deref() == Some(name);
        let by_address = |(_, socket): &(Option<String>, TcpListener)| socket.local_addr().is_ok_and(|at| at == address);
        let place = self
            .sockets
            .iter()
            .position(by_name)
            .or_else(|| self.sockets.iter().position(by_address))?;
        Some(self.sockets.swap_remove(place).1)
    }

    /// Names or addresses of sockets that no listener wanted: most likely a slip in the unit file.
    #[must_use]
    pub fn unused(&self) -> Vec<String> {
        self.sockets
            .iter()
            .map(|(name, socket)| match (name, socket.local_addr()) {
                (Some(name), _) => name.clone(),
                (None, Ok(address)) => address.to_string(),
                (None, Err(_)) => "a socket without an address".to_owned(),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_socket_by_name_then_by_address() {
        let bind = || TcpListener::bind("127.0.0.1:0").unwrap();
        let (named, plain) = (bind(), bind());
        let (named_at, plain_at) = (named.local_addr().unwrap(), plain.local_addr().unwrap());
        let mut inherited = Inherited {
            sockets: vec![(Some("sip2".to_owned()), named), (None, plain)],
        };
        assert_eq!(inherited.unused(), ["sip2".to_owned(), plain_at.to_string()]);
        assert!(inherited.take("http", "127.0.0.1:1".parse().unwrap()).is_none());
        assert_eq!(inherited.take("http", plain_at).unwrap().local_addr().unwrap(), plain_at);
        assert_eq!(inherited.take("sip2", plain_at).unwrap().local_addr().unwrap(), named_at);
        assert!(inherited.unused().is_empty());
    }
}
