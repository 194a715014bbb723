//! Putting it together: store, desk, listeners; and taking it apart again in the right order.

use crate::config::{Config, HttpSection, LineListener, Loaded, TlsSection, Z3950Section};
use crate::http::{Endpoint, Flag, Http, Probe, Readiness};
use crate::listener::{AllowList, Bound, ClientCertificates, HttpOr, Inherited, Lines, Network, Server, Settings, Tls, TlsFault, TlsFiles};
use crate::sip2::{self, Sip2, Terminals};
use crate::telemetry::{self, Observer};
use crate::z3950::{SharedSettings, Z3950};
use anyhow::Context;
use skranke_core::desk::Desk;
use skranke_core::desk::catalogue::CatalogueDesk;
use skranke_core::ports::{Search, Store};
use skranke_core::query::IndexMap;
use skranke_sip2::session::terminal::{Directory, Options};
use skranke_sru::gateway::Gateway;
use skranke_storage::{AnyStore, SearchIndex};
use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// How often the change feed of other processes is looked at: answers that only inform are at most this old.
const FOLLOW: Duration = Duration::from_millis(40);
/// How long a drain may take before sessions are cut off.
const DRAIN: Duration = Duration::from_secs(20);

/// Soon after the start, when the first rush is over.
const FIRST_HOUSEKEEPING: Duration = Duration::from_secs(60);
/// From then on.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

/// How long a start waits for the search index where it does.
const INDEXED: Duration = Duration::from_secs(60);

/// A running server.
pub struct Serving {
    server: Server,
    stop: CancellationToken,
    store: AnyStore,
    desk: Desk<AnyStore>,
    catalogue: CatalogueDesk<AnyStore, SearchIndex>,
    /// The terminals of each SIP2 listener, and of SIP2 over HTTP, with how it is spoken there.
    terminals: Vec<(Options, Arc<Terminals>)>,
    terminal_key: [u8; 32],
    /// Users and bounds of the Z39.50 listener.
    z3950: SharedSettings,
    certificates: Vec<Arc<Tls>>,
    endpoints: Vec<Endpoint>,
    follower: tokio::task::JoinHandle<()>,
    housekeeper: tokio::task::JoinHandle<()>,
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serving")
            .field("endpoints", &self.endpoints)
            .finish_non_exhaustive()
    }
}

impl Serving {
    /// Opens the store and starts every listener of the configuration.
    pub async fn start(loaded: &Loaded, inherited: Inherited) -> anyhow::Result<Self> {
        let store = skranke_storage::open(&loaded.config.storage.url)
            .await
            .with_context(|| format!("the store {} cannot be opened", without_password(&loaded.config.storage.url)))?;
        Self::start_on(loaded, store, inherited).await
    }

    /// The same on a store that is open already.
    pub async fn start_on(loaded: &Loaded, store: AnyStore, mut inherited: Inherited) -> anyhow::Result<Self> {
        let metrics = telemetry::recorder();
        let observer = Observer::standard();
        let readiness = Readiness::default();
        let listening = Flag::down("listeners are being opened");
        readiness.add("listeners", Arc::clone(&listening) as Arc<dyn Probe>);
        readiness.add("store", Arc::new(StoreProbe(store.clone())));

        let desk = crate::desk::open(store.clone(), loaded.library.clone()).await?;
        let stop = CancellationToken::new();
        let server = Server::new(stop.clone());
        let map = IndexMap::built_in();
        let index = crate::search::start(&loaded.config, Arc::clone(&map), store.clone(), stop.clone())?;
        readiness.add("index", Arc::new(crate::search::IndexProbe(index.clone())));
        let mut serving = Self {
            follower: tokio::spawn(follow(desk.clone(), stop.clone())),
            housekeeper: tokio::spawn(keep_house(desk.clone(), stop.clone())),
            terminals: Vec::new(),
            terminal_key: store.shared_secret("sip2-terminals").await?,
            server,
            stop,
            catalogue: CatalogueDesk::new(desk.clone(), index, map),
            desk,
            store,
            z3950: SharedSettings::default(),
            certificates: Vec::new(),
            endpoints: Vec::new(),
        };
        if let Some(section) = &loaded.config.sip2 {
            let listeners = std::iter::once(&section.listener).chain(section.more.iter().map(|more| &more.listener));
            for listener in listeners {
                serving.open_sip2(listener, loaded, &mut inherited, &observer).await?;
            }
        }
        if let Some(section) = &loaded.config.z3950 {
            serving.open_z3950(section, loaded, &mut inherited, &observer).await?;
        }
        if let Some(section) = &loaded.config.http {
            serving
                .open_http(section, loaded, &mut inherited, &observer, readiness, metrics)
                .await?;
        }
        for unused in inherited.unused() {
            tracing::warn!(socket = unused, "an inherited socket is wanted by no listener");
        }
        tokio::spawn(telemetry::upkeep(serving.stop.clone()));
        listening.set(Ok(()));
        Ok(serving)
    }

    async fn open_sip2(
        &mut self,
        section: &LineListener,
        loaded: &Loaded,
        inherited: &mut Inherited,
        observer: &Observer,
    ) -> anyhow::Result<()> {
        let Some(address) = section.address() else { return Ok(()) };
        let settings = self.line_settings("sip2", section)?;
        let bound = Bound::bind(address, settings, inherited).await?;
        let transport = if section.tls.is_some() { "SIP2 (TLS)" } else { "SIP2" };
        self.endpoint(transport, bound.address().to_string());
        let terminals = self.terminals(section.options(), loaded)?;
        let protocol = Sip2::new(self.desk.clone(), terminals, crate::clock::now);
        self.server.start(bound, Lines::new(protocol, observer.clone()));
        Ok(())
    }

    async fn open_z3950(
        &mut self,
        section: &Z3950Section,
        loaded: &Loaded,
        inherited: &mut Inherited,
        observer: &Observer,
    ) -> anyhow::Result<()> {
        let Some(address) = section.listener.address() else { return Ok(()) };
        let settings = self.line_settings("z3950", &section.listener)?;
        let limits = settings.limits;
        let bound = Bound::bind(address, settings, inherited).await?;
        let name = if section.listener.tls.is_some() { "Z39.50 (TLS)" } else { "Z39.50" };
        self.endpoint(name, bound.address().to_string());
        self.z3950.store(Arc::new(section.settings(loaded)));
        let protocol = Z3950::new(self.catalogue.clone(), Arc::clone(&self.z3950), crate::clock::now);
        let lines = Lines::new(protocol, observer.clone());
        let sru = crate::sru::router_at_root(self.sru(loaded, observer));
        self.server
            .start(bound, HttpOr::new(lines, Http::new(sru, observer.clone(), limits)));
        Ok(())
    }

    async fn open_http(
        &mut self,
        section: &HttpSection,
        loaded: &Loaded,
        inherited: &mut Inherited,
        observer: &Observer,
        readiness: Readiness,
        metrics: metrics_exporter_prometheus::PrometheusHandle,
    ) -> anyhow::Result<()> {
        let mut settings = Settings::new("http");
        settings.connections = section.max_connections;
        settings.allow = networks(&section.allow)?;
        settings.tls = self.tls(section.tls.as_ref())?;
        let limits = settings.limits;
        let bound = Bound::bind(section.listen, settings, inherited).await?;
        let scheme = if section.tls.is_some() { "https" } else { "http" };
        self.endpoint("HTTP", format!("{scheme}://{}/", bound.address()));
        let mut endpoints = self.endpoints.clone();
        for (name, path) in [
            ("SIP2 in XML", "/sip2"),
            ("SRU", "/sru"),
            ("Metrics", "/metrics"),
            ("Alive", "/health/live"),
            ("Ready", "/health/ready"),
        ] {
            endpoints.push(Endpoint {
                name: name.to_owned(),
                place: path.to_owned(),
            });
        }
        let terminals = self.terminals(Options::default(), loaded)?;
        let sip2 = sip2::router(self.desk.clone(), terminals, observer.clone(), crate::clock::now);
        let router = crate::http::router(readiness, metrics, &endpoints)
            .merge(sip2)
            .merge(crate::sru::router(self.sru(loaded, observer)));
        self.server.start(bound, Http::new(router, observer.clone(), limits));
        Ok(())
    }

    /// SRU before the catalogue's desk.
    fn sru(&self, loaded: &Loaded, observer: &Observer) -> crate::sru::Front<AnyStore, SearchIndex> {
        let section = &loaded.config.sru;
        crate::sru::Front {
            gateway: Gateway::new(self.catalogue.clone(), section.settings()),
            manners: section.manners(),
            observer: observer.clone(),
            clock: crate::clock::now,
        }
    }

    fn directory(&self, loaded: &Loaded, options: Options) -> anyhow::Result<Directory> {
        let (terminals, profiles) = match &loaded.config.sip2 {
            Some(section) => (section.terminals.clone(), section.sort_profiles.clone()),
            None => Default::default(),
        };
        let directory = Directory::new(terminals, profiles, options, &loaded.library, self.terminal_key);
        directory.map_err(|problems| {
            let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
            anyhow::anyhow!("{}", told.join("; "))
        })
    }

    /// Tells the terminals when the maintenance file appears or goes.
    fn look_for_maintenance(&self, loaded: &Loaded) {
        let file = loaded.config.sip2.as_ref().and_then(|section| section.maintenance_file.as_ref());
        let down = file.is_some_and(|file| file.exists());
        for (_, terminals) in &self.terminals {
            terminals.set_maintenance(down);
        }
    }

    fn terminals(&mut self, options: Options, loaded: &Loaded) -> anyhow::Result<Arc<Terminals>> {
        let directory = self.directory(loaded, options.clone())?;
        let terminals = Terminals::new(directory, None)?;
        self.terminals.push((options, Arc::clone(&terminals)));
        Ok(terminals)
    }

    fn endpoint(&mut self, name: &str, place: String) {
        self.endpoints.push(Endpoint {
            name: name.to_owned(),
            place,
        });
    }

    fn line_settings(&mut self, name: &'static str, section: &LineListener) -> anyhow::Result<Settings> {
        let mut settings = Settings::new(name);
        settings.connections = section.max_connections;
        settings.per_login = section.max_connections_per_login;
        settings.per_address = section.max_connections_per_address.or(settings.per_address);
        settings.rate = section.rate;
        settings.allow = networks(&section.allow)?;
        if section.proxy_protocol {
            settings.proxies = Some(networks(&section.proxies)?);
        }
        settings.tls = self.tls(section.tls.as_ref())?;
        settings.limits.idle = (section.idle_seconds > 0).then(|| Duration::from_secs(section.idle_seconds));
        Ok(settings)
    }

    fn tls(&mut self, section: Option<&TlsSection>) -> anyhow::Result<Option<Arc<Tls>>> {
        let Some(section) = section else { return Ok(None) };
        let tls = load_tls(section)?;
        self.certificates.push(Arc::clone(&tls));
        Ok(Some(tls))
    }

    /// What is served where; ports are the real ones.
    pub fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// The desk, for the demo's own history.
    pub fn desk(&self) -> &Desk<AnyStore> {
        &self.desk
    }

    /// The catalogue's desk, with the search index.
    pub fn catalogue(&self) -> &CatalogueDesk<AnyStore, SearchIndex> {
        &self.catalogue
    }

    /// Returns when searches find all that is stored now, or after a while if they still do not.
    pub async fn indexed(&self) -> anyhow::Result<()> {
        let head = self.store.feed_head().await?;
        match tokio::time::timeout(INDEXED, self.catalogue.search().caught_up(head)).await {
            Ok(caught_up) => Ok(caught_up?),
            Err(_) => {
                tracing::warn!("the search index is still being built");
                Ok(())
            }
        }
    }

    /// Serves until SIGTERM or SIGINT, then drains. SIGHUP reads `config` again.
    pub async fn until_stopped(self, signals: Signals, mut current: Loaded, config: Option<&Path>) -> anyhow::Result<()> {
        let Signals {
            mut terminate,
            mut interrupt,
            mut hangup,
        } = signals;
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                _ = terminate.recv() => break,
                _ = interrupt.recv() => break,
                _ = hangup.recv() => self.reload(config, &mut current),
                _ = tick.tick() => self.look_for_maintenance(&current),
            }
        }
        self.finish().await;
        Ok(())
    }

    /// Certificates, terminals and rules anew; what cannot be read leaves everything as it was.
    fn reload(&self, config: Option<&Path>, current: &mut Loaded) {
        for tls in &self.certificates {
            if let Err(error) = tls.reload() {
                tracing::error!(%error, "certificates were not reloaded; the old ones stay");
            }
        }
        let Some(path) = config else { return };
        match crate::config::load(path) {
            Ok(loaded) => {
                self.desk.set_library(loaded.library.clone());
                *current = loaded;
                self.replace_terminals(current);
                if let Some(section) = &current.config.z3950 {
                    self.z3950.store(Arc::new(section.settings(current)));
                }
                tracing::info!("certificates, terminals and rules reloaded");
            }
            Err(problems) => tracing::error!("nothing was reloaded; the old settings stay:\n{problems}"),
        }
    }

    /// Other terminals from the next message on, on open sessions too.
    fn replace_terminals(&self, loaded: &Loaded) {
        for (options, terminals) in &self.terminals {
            let replaced = self
                .directory(loaded, options.clone())
                .and_then(|directory| terminals.replace(directory).map_err(anyhow::Error::from));
            if let Err(error) = replaced {
                tracing::error!("terminals were not replaced; the old ones stay: {error:#}");
            }
        }
    }

    /// Sessions first, then the writer, then the store.
    pub async fn finish(self) {
        tracing::info!(sessions = self.server.sessions(), "draining");
        let drained = self.server.drain(DRAIN).await;
        if drained.cut > 0 {
            tracing::warn!(sessions = drained.cut, "sessions were cut off");
        }
        let _ = self.follower.await;
        let _ = self.housekeeper.await;
    }
}

/// The signals that a server obeys. They are listened to before it says "ready", so that none can end it unheard.
#[derive(Debug)]
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }
}

/// Ends holds whose time is over, hourly and soon after the start.
async fn keep_house(desk: Desk<AnyStore>, stop: CancellationToken) {
    let mut wait = FIRST_HOUSEKEEPING;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(wait) => {}
        }
        wait = HOUSEKEEPING;
        // Whatever is under way when the server stops goes on another time: each hold ends in a transaction of its own.
        tokio::select! {
            () = stop.cancelled() => return,
            ended = desk.end_holds(crate::clock::now()) => match ended {
                Ok(0) => {}
                Ok(holds) => tracing::info!(holds, "holds ended whose time was over"),
                Err(error) => tracing::error!(%error, "holds whose time is over could not be ended"),
            },
        }
    }
}

/// Lets answers that only inform follow what other processes change.
async fn follow(desk: Desk<AnyStore>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(FOLLOW) => {}
        }
        if let Err(error) = desk.follow().await {
            tracing::error!(%error, "the change feed cannot be followed");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }
}

/// Ready as long as the store answers.
struct StoreProbe(AnyStore);

impl Probe for StoreProbe {
    fn probe(&self) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + '_>> {
        Box::pin(async {
            self.0
                .feed_head()
                .await
                .map(drop)
                .map_err(|_| "the store does not answer".to_owned())
        })
    }
}

/// Every `tls = { … }` of a configuration with the section it stands in.
pub fn tls_sections(config: &Config) -> Vec<(String, &TlsSection)> {
    let mut found = Vec::new();
    if let Some(sip2) = &config.sip2 {
        found.extend(sip2.listener.tls.iter().map(|tls| ("sip2".to_owned(), tls)));
        for (n, more) in sip2.more.iter().enumerate() {
            found.extend(more.listener.tls.iter().map(|tls| (format!("sip2.listener.{n}"), tls)));
        }
    }
    if let Some(z3950) = &config.z3950 {
        found.extend(z3950.listener.tls.iter().map(|tls| ("z3950".to_owned(), tls)));
    }
    if let Some(http) = &config.http {
        found.extend(http.tls.iter().map(|tls| ("http".to_owned(), tls)));
    }
    found
}

/// Reads a section's certificates.
pub fn load_tls(section: &TlsSection) -> Result<Arc<Tls>, TlsFault> {
    let clients = match (&section.client_ca, section.client_optional) {
        (None, _) => ClientCertificates::Unasked,
        (Some(ca), true) => ClientCertificates::Optional(ca.clone()),
        (Some(ca), false) => ClientCertificates::Required(ca.clone()),
    };
    Tls::load(TlsFiles {
        cert: section.cert.clone(),
        key: section.key.clone(),
        clients,
    })
}

fn networks(list: &[String]) -> anyhow::Result<AllowList> {
    if list.is_empty() {
        return Ok(AllowList::everyone());
    }
    let networks: Result<Vec<Network>, _> = list.iter().map(|entry| entry.parse()).collect();
    Ok(AllowList::only(networks?))
}

/// A database address as it may be shown.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((before, host))) => {
            let user = before
                .rsplit('/')
                .next()
                .and_then(|part| part.split(':').next())
                .unwrap_or_default();
            format!("{scheme}://{user}@{host}")
        }
        _ => url.to_owned(),
    }
}

/// The addresses of endpoints under a name.
pub fn addresses(endpoints: &[Endpoint], name: &str) -> Vec<SocketAddr> {
    endpoints
        .iter()
        .filter(|endpoint| endpoint.name == name)
        .filter_map(|endpoint| endpoint.place.parse().ok())
        .collect()
}
