//! TLS by rustls. The certificates come from PEM files and can be loaded again while sessions go on.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;
use metrics::counter;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::{self, PemObject};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::stream::Early;
use super::subject::subject;
use crate::telemetry::names;

/// Where a listener's certificates are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// PEM: the server's certificate, then those that link it to a known authority.
    pub cert: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// Which client certificates are asked for.
    pub clients: ClientCertificates,
}

/// Which client certificates a listener asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ClientCertificates {
    /// None.
    #[default]
    Unasked,
    /// One may be shown; it must then come from these authorities (PEM).
    Optional(PathBuf),
    /// One must be shown, from these authorities (PEM).
    Required(PathBuf),
}

/// Why certificates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// A file that cannot be read as PEM, or holds nothing of the kind.
    #[error("{what} {}: {source}", path.display())]
    Pem {
        /// What was looked for: `certificate`, `private key`, `client authorities`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// The key and the certificate do not fit, or the key is of a kind we do not take.
    #[error("certificate {} with key {}: {source}", cert.display(), key.display())]
    Pair {
        /// The certificate's file.
        cert: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What is wrong with them.
        source: rustls::Error,
    },
    /// The authorities of clients cannot be used.
    #[error("client authorities {}: {reason}", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        reason: String,
    },
}

/// A listener's certificates, as they are now.
#[derive(Debug)]
pub struct Tls {
    files: TlsFiles,
    current: ArcSwap<ServerConfig>,
}

impl Tls {
    /// Reads the files.
    pub fn load(files: TlsFiles) -> Result<Arc<Self>, TlsFault> {
        let current = ArcSwap::new(read(&files)?);
        Ok(Arc::new(Self { files, current }))
    }

    /// Reads the files again. New connections get the new certificates, open ones go on with theirs; where the files
    /// are wrong everything stays as it was.
    pub fn reload(&self) -> Result<(), TlsFault> {
        let read = read(&self.files);
        let outcome = if read.is_ok() { "done" } else { "fault" };
        counter!(names::TLS_RELOADS, "outcome" => outcome).increment(1);
        self.current.store(read?);
        Ok(())
    }

    /// Shakes hands. Gives the client certificate's subject where one was shown.
    pub(crate) async fn accept(&self, tcp: Early) -> io::Result<(TlsStream<Early>, Option<Arc<str>>)> {
        let acceptor = TlsAcceptor::from(self.current.load_full());
        let stream = acceptor.accept(tcp).await?;
        let (_, session) = stream.get_ref();
        let certificate = session.peer_certificates().and_then(<[_]>::first);
        let subject = certificate.and_then(|der| subject(der)).map(Arc::from);
        Ok((stream, subject))
    }
}

fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsFault> {
    let chain = certificates("certificate", &files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|source| TlsFault::Pem {
        what: "private key",
        path: files.key.clone(),
        source,
    })?;
    let pair = |source| TlsFault::Pair {
        cert: files.cert.clone(),
        key: files.key.clone(),
        source,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(pair)?;
    let builder = match &files.clients {
        ClientCertificates::Unasked => builder.with_no_client_auth(),
        ClientCertificates::Optional(path) | ClientCertificates::Required(path) => {
            let reason = |reason: String| TlsFault::Authorities {
                path: path.clone(),
                reason,
            };
            let mut roots = RootCertStore::empty();
            for authority in certificates("client authorities", path)? {
                roots.add(authority).map_err(|fault| reason(fault.to_string()))?;
            }
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            let verifier = match &files.clients {
                ClientCertificates::Optional(_) => verifier.allow_unauthenticated(),
                ClientCertificates::Unasked | ClientCertificates::Required(_) => verifier,
            };
            let verifier = verifier.build().map_err(|fault| reason(fault.to_string()))?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    builder.with_single_cert(chain, key).map(Arc::new).map_err(pair)
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let fault = |source| TlsFault::Pem {
        what,
        path: path.to_owned(),
        source,
    };
    let found: Vec<_> = CertificateDer::pem_file_iter(path)
        .map_err(fault)?
        .collect::<Result<_, _>>()
        .map_err(fault)?;
    if found.is_empty() {
        return Err(fault(pem::Error::NoItemsFound));
    }
    Ok(found)
}
