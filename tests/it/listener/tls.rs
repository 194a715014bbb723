//! TLS: certificates from files, reload under open sessions, client certificates.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{Client, Running, words};
use skranke::listener::{AllowList, ClientCertificates, Tls, TlsFiles};

type Secured = Client<TlsStream<TcpStream>>;

/// An authority, and a folder with what it has issued.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.issuer).unwrap(), key)
    }

    /// Writes a new server certificate over the old one.
    fn install(&self, name: &str) {
        let (certificate, key) = self.issue(name);
        std::fs::write(self.folder.path().join("cert.pem"), certificate.pem()).unwrap();
        std::fs::write(self.folder.path().join("key.pem"), key.serialize_pem()).unwrap();
    }

    fn files(&self, clients: ClientCertificates) -> TlsFiles {
        TlsFiles {
            cert: self.folder.path().join("cert.pem"),
            key: self.folder.path().join("key.pem"),
            clients,
        }
    }

    async fn connect(&self, server: &Running, own: Option<(rcgen::Certificate, KeyPair)>) -> std::io::Result<Secured> {
        self.connect_after("", server, own).await
    }

    /// Connects, sends these bytes in plain text, then shakes hands.
    async fn connect_after(&self, before: &str, server: &Running, own: Option<(rcgen::Certificate, KeyPair)>) -> std::io::Result<Secured> {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).unwrap();
        let builder = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let config = match own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(
                    vec![certificate.der().clone()],
                    PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
                )
                .unwrap(),
        };
        let mut tcp = TcpStream::connect(server.address).await?;
        tcp.write_all(before.as_bytes()).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, tcp).await.map(Client)
    }
}

fn shown(client: &Secured) -> CertificateDer<'static> {
    let (_, session) = client.0.get_ref();
    session.peer_certificates().unwrap()[0].clone().into_owned()
}

#[tokio::test]
async fn reloads_certificates_under_open_sessions() {
    let metrics = skranke::telemetry::recorder();
    let authority = Authority::new();
    authority.install("first");
    let tls = Tls::load(authority.files(ClientCertificates::Unasked)).unwrap();
    let server = words(|settings| settings.tls = Some(Arc::clone(&tls))).await;
    let mut before = authority.connect(&server, None).await.unwrap();
    assert_eq!(before.ask("one").await.unwrap(), "<one>");

    authority.install("second");
    tls.reload().unwrap();
    let mut after = authority.connect(&server, None).await.unwrap();
    assert_eq!(after.ask("two").await.unwrap(), "<two>");
    assert_eq!(before.ask("still here").await.unwrap(), "<still here>");
    assert_ne!(shown(&before), shown(&after));

    // A broken file changes nothing.
    std::fs::write(authority.folder.path().join("key.pem"), "no key").unwrap();
    let fault = tls.reload().unwrap_err().to_string();
    assert!(fault.starts_with("private key ") && fault.contains("key.pem"), "{fault}");
    let mut later = authority.connect(&server, None).await.unwrap();
    assert_eq!(later.ask("three").await.unwrap(), "<three>");
    for outcome in ["done", "fault"] {
        assert!(
            metrics
                .render()
                .contains(&format!("skranke_tls_reloads_total{{outcome=\"{outcome}\"}}"))
        );
    }
}

#[tokio::test]
async fn tells_the_subject_of_a_client_certificate() {
    let authority = Authority::new();
    authority.install("server");
    let ca = authority.folder.path().join("ca.pem");
    let tls = Tls::load(authority.files(ClientCertificates::Optional(ca))).unwrap();
    let server = words(|settings| settings.tls = Some(tls)).await;
    let mut known = authority.connect(&server, Some(authority.issue("automat1"))).await.unwrap();
    assert!(known.ask("who").await.unwrap().ends_with("false Some(\"CN=automat1\") true>"));
    let mut unknown = authority.connect(&server, None).await.unwrap();
    assert!(unknown.ask("who").await.unwrap().ends_with("false None true>"));
}

#[tokio::test]
async fn refuses_a_client_without_a_known_certificate() {
    let authority = Authority::new();
    authority.install("server");
    let ca = authority.folder.path().join("ca.pem");
    let tls = Tls::load(authority.files(ClientCertificates::Required(ca))).unwrap();
    let server = words(|settings| settings.tls = Some(tls)).await;
    let refused = |own| async {
        match authority.connect(&server, own).await {
            Err(_) => true,
            // In TLS 1.3 the client learns of it with its first read.
            Ok(mut client) => {
                use tokio::io::AsyncReadExt;
                client.0.read_u8().await.is_err()
            }
        }
    };
    assert!(refused(None).await);
    assert!(refused(Some(Authority::new().issue("automat1"))).await);
    let mut good = authority.connect(&server, Some(authority.issue("automat1"))).await.unwrap();
    assert_eq!(good.ask("one").await.unwrap(), "<one>");
}

#[tokio::test]
async fn ends_a_hello_that_does_not_come() {
    let authority = Authority::new();
    authority.install("server");
    let tls = Tls::load(authority.files(ClientCertificates::Unasked)).unwrap();
    let server = words(|settings| {
        settings.tls = Some(tls);
        settings.hello_time = Duration::from_millis(100);
    })
    .await;
    let mut silent = Client::to(&server).await;
    assert_eq!(silent.answer().await, None);
    let mut plain = Client::to(&server).await;
    plain.send("9900802.00\r").await;
    let mut nothing = Vec::new();
    use tokio::io::AsyncReadExt;
    let _ = plain.0.read_to_end(&mut nothing).await;
    assert!(!String::from_utf8_lossy(&nothing).contains("9900"));
}

#[tokio::test]
async fn shakes_hands_behind_a_proxy_header() {
    let authority = Authority::new();
    authority.install("server");
    let tls = Tls::load(authority.files(ClientCertificates::Unasked)).unwrap();
    let server = words(|settings| {
        settings.tls = Some(tls);
        settings.proxies = Some(AllowList::everyone());
    })
    .await;
    let header = "PROXY TCP4 192.0.2.1 198.51.100.2 51000 6001\r\n";
    let mut client = authority.connect_after(header, &server, None).await.unwrap();
    let expected = "<192.0.2.1:51000 198.51.100.2:6001 true None true>";
    assert_eq!(client.ask("who").await.unwrap(), expected);
}

#[tokio::test]
async fn drains_over_tls() {
    let authority = Authority::new();
    authority.install("server");
    let tls = Tls::load(authority.files(ClientCertificates::Unasked)).unwrap();
    let server = words(|settings| settings.tls = Some(tls)).await;
    let mut client = authority.connect(&server, None).await.unwrap();
    assert_eq!(client.ask("one").await.unwrap(), "<one>");
    assert_eq!(server.drain().await.cut, 0);
    assert_eq!(client.answer().await.unwrap(), "<farewell>");
    assert_eq!(client.answer().await, None);
}

#[test]
fn says_which_file_is_wrong() {
    let authority = Authority::new();
    let fault = |files| Tls::load(files).unwrap_err().to_string();
    assert!(fault(authority.files(ClientCertificates::Unasked)).starts_with("certificate "));
    authority.install("server");
    let (_, other) = authority.issue("other");
    let key = authority.folder.path().join("key.pem");
    std::fs::write(&key, other.serialize_pem()).unwrap();
    assert!(fault(authority.files(ClientCertificates::Unasked)).contains("with key"));
    authority.install("server");
    let missing = authority.folder.path().join("missing.pem");
    let fault = fault(authority.files(ClientCertificates::Required(missing)));
    assert!(fault.starts_with("client authorities ") && fault.contains("missing.pem"), "{fault}");
}
