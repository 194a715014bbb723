//! The bytes below a line: plain TCP, or TLS over it.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
};

use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};

use crate::sip2::case::Trouble;

/// A connection.
#[derive(Debug)]
pub enum Stream {
    /// TCP.
    Plain(TcpStream),
    /// TLS over TCP.
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Stream {
    /// TLS over `socket`, which leads to `address`.
    pub fn tls(socket: TcpStream, address: &str, ca: &Path) -> Result<Stream, Trouble> {
        let trouble = |what: &str, why: &dyn std::fmt::Display| Trouble::Fail(format!("{what}: {why}"));
        let mut roots = RootCertStore::empty();
        let file = ca.display().to_string();
        for certificate in CertificateDer::pem_file_iter(ca).map_err(|why| trouble(&file, &why))? {
            let certificate = certificate.map_err(|why| trouble(&file, &why))?;
            roots.add(certificate).map_err(|why| trouble(&file, &why))?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|why| trouble("TLS", &why))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host).trim_matches(['[', ']']);
        let name = ServerName::try_from(host.to_owned()).map_err(|why| trouble(host, &why))?;
        let connection = ClientConnection::new(Arc::new(config), name).map_err(|why| trouble("TLS", &why))?;
        Ok(Stream::Tls(Box::new(StreamOwned::new(connection, socket))))
    }

    /// The socket below.
    pub fn socket(&self) -> &TcpStream {
        match self {
            Stream::Plain(socket) => socket,
            Stream::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, block: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.read(block),
            Stream::Tls(stream) => stream.read(block),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Plain(socket) => socket.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Stream::Plain(socket) => socket.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}
