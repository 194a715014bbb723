//! The accept loop and the life of its connections, whatever they speak.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use metrics::{counter, gauge};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::activation::Inherited;
use super::admit::{Admitted, admit};
use super::peer::Peer;
use super::seats::{AddressSeat, Addresses};
use super::settings::Settings;
use super::stream::Stream;
use crate::telemetry::names;

/// What is served on an admitted connection: a line protocol ([`Lines`](super::Lines)) or HTTP.
pub trait Service: Send + Sync + 'static {
    /// Serves one connection to its end. Once `session.stop` is cancelled it answers what it has received and ends.
    fn serve(&self, stream: Stream, session: Session) -> impl Future<Output = Ended> + Send;
}

/// What a service is told about a connection.
#[derive(Debug)]
pub struct Session {
    /// Who it is.
    pub peer: Peer,
    /// The listener's settings.
    pub settings: Arc<Settings>,
    /// Cancelled when we are going down.
    pub stop: CancellationToken,
    seat: Option<AddressSeat>,
}

impl Session {
    /// Counts one message against the rate of the peer's address and tells how long it has to wait.
    #[must_use]
    pub fn throttle(&self) -> Duration {
        self.seat.as_ref().map_or(Duration::ZERO, |seat| {
            let delay = seat.delay(tokio::time::Instant::now());
            if !delay.is_zero() {
                counter!(names::THROTTLED, "listener" => self.settings.name.to_string()).increment(1);
            }
            delay
        })
    }
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// The peer closed, or its network failed.
    ByPeer,
    /// The protocol closed it: too many wrong logins, a good-bye.
    ByProtocol,
    /// Silence for longer than the idle time.
    Idle,
    /// A message that did not end in its time.
    SlowMessage,
    /// The peer took no bytes off our hands for the write time.
    SlowReader,
    /// A stream that could not be followed.
    Unreadable,
    /// We are going down.
    Drained,
}

impl Ended {
    const fn label(self) -> &'static str {
        match self {
            Self::ByPeer => "peer",
            Self::ByProtocol => "protocol",
            Self::Idle => "idle",
            Self::SlowMessage => "slow_message",
            Self::SlowReader => "slow_reader",
            Self::Unreadable => "unreadable",
            Self::Drained => "drained",
        }
    }
}

/// Why a listener could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("{name} cannot listen on {address}: {source}{}", remedy(.source))]
pub struct BindFault {
    name: Arc<str>,
    address: SocketAddr,
    source: io::Error,
}

fn remedy(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::AddrInUse => "; another process has the port: choose another, or 0 for any",
        io::ErrorKind::PermissionDenied => "; ports below 1024 need rights: use socket activation or a higher port",
        io::ErrorKind::AddrNotAvailable => "; this machine has no such address",
        _ => "",
    }
}

/// A listening socket with its settings. Peers can connect already; they are served once it is given to a [`Server`].
#[derive(Debug)]
pub struct Bound {
    socket: TcpListener,
    address: SocketAddr,
    settings: Settings,
}

impl Bound {
    /// Listens on `address`, or takes over the socket that the process was started with.
    pub async fn bind(address: SocketAddr, settings: Settings, inherited: &mut Inherited) -> Result<Self, BindFault> {
        let socket = match inherited.take(&settings.name, address) {
            Some(socket) => socket.set_nonblocking(true).and_then(|()| TcpListener::from_std(socket)),
            None => TcpListener::bind(address).await,
        };
        socket
            .and_then(|socket| Ok((socket.local_addr()?, socket)))
            .map(|(address, socket)| Self {
                socket,
                address,
                settings: settings.clone(),
            })
            .map_err(|source| BindFault {
                name: settings.name,
                address,
                source,
            })
    }

    /// Where it listens; the port is the real one where 0 was asked for.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// All listeners of the process and their connections.
#[derive(Debug, Default)]
pub struct Server {
    stop: CancellationToken,
    abort: CancellationToken,
    loops: TaskTracker,
    sessions: TaskTracker,
}

/// How a drain ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Sessions that did not end in time and were cut off.
    pub cut: usize,
}

impl Server {
    /// A server without listeners. Cancelling `stop` begins the drain.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, ..Self::default() }
    }

    /// Serves a listener until the drain.
    pub fn start(&self, bound: Bound, service: impl Service) {
        let settings = Arc::new(bound.settings);
        let door = Door {
            addresses: Addresses::new(settings.per_address, settings.rate),
            room: Arc::new(Semaphore::new(settings.connections.min(Semaphore::MAX_PERMITS))),
            stop: self.stop.clone(),
            abort: self.abort.clone(),
            sessions: self.sessions.clone(),
            service: Arc::new(service),
            settings,
        };
        self.loops.spawn(door.run(bound.socket));
    }

    /// Sessions open now, on all listeners.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Takes no new connections, lets every session answer what it has received, and cuts off those that have not ended
    /// within `limit`. When it returns no session runs any more.
    pub async fn drain(&self, limit: Duration) -> Drained {
        self.stop.cancel();
        self.loops.close();
        self.loops.wait().await;
        self.sessions.close();
        let mut cut = 0;
        if tokio::time::timeout(limit, self.sessions.wait()).await.is_err() {
            cut = self.sessions.len();
            self.abort.cancel();
            self.sessions.wait().await;
        }
        Drained { cut }
    }
}

/// One listener at work.
struct Door<S> {
    settings: Arc<Settings>,
    service: Arc<S>,
    addresses: Arc<Addresses>,
    room: Arc<Semaphore>,
    stop: CancellationToken,
    abort: CancellationToken,
    sessions: TaskTracker,
}

impl<S: Service> Door<S> {
    async fn run(self, socket: TcpListener) {
        let name = self.settings.name.to_string();
        while let Some(permit) = self.permit().await {
            let accepted = tokio::select! {
                biased;
                () = self.stop.cancelled() => break,
                accepted = socket.accept() => accepted,
            };
            match accepted {
                Ok((tcp, from)) => {
                    counter!(names::SESSIONS_ACCEPTED, "listener" => name.clone()).increment(1);
                    self.open(tcp, from, permit);
                }
                Err(error) => {
                    counter!(names::ACCEPT_ERRORS, "listener" => name.clone()).increment(1);
                    // One that went away before we took it concerns nobody; anything else, such as no file
                    // descriptor left, would repeat at once.
                    if error.kind() != io::ErrorKind::ConnectionAborted {
                        tracing::warn!(listener = %name, %error, "accept failed");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                }
            }
        }
    }

    async fn permit(&self) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => None,
            permit = Arc::clone(&self.room).acquire_owned() => permit.ok(),
        }
    }

    /// Starts the task of one connection. It ends alone, whatever happens in it.
    fn open(&self, tcp: TcpStream, from: SocketAddr, permit: OwnedSemaphorePermit) {
        let span = tracing::info_span!("session", listener = %self.settings.name, peer = %from);
        let (settings, service) = (Arc::clone(&self.settings), Arc::clone(&self.service));
        let (addresses, stop) = (Arc::clone(&self.addresses), self.stop.clone());
        let abort = self.abort.clone();
        let session = async move {
            let counted = Counted::new(&settings.name);
            let name = Arc::clone(&settings.name);
            let life = AssertUnwindSafe(live(tcp, from, settings, service, addresses, stop)).catch_unwind();
            tokio::select! {
                biased;
                () = abort.cancelled() => {
                    counter!(names::SESSIONS_ENDED, "listener" => name.to_string(), "reason" => "cut").increment(1);
                }
                lived = life => if lived.is_err() {
                    counter!(names::SESSION_PANICS, "listener" => name.to_string()).increment(1);
                    tracing::error!("the session ended by a panic; the others go on");
                }
            }
            drop(counted);
            drop(permit);
        };
        self.sessions.spawn(session.instrument(span));
    }
}

/// One connection from accept to close.
async fn live<S: Service>(
    tcp: TcpStream,
    from: SocketAddr,
    settings: Arc<Settings>,
    service: Arc<S>,
    addresses: Arc<Addresses>,
    stop: CancellationToken,
) {
    let admitted = Box::pin(admit(tcp, from, &settings, &addresses)).await;
    drop(addresses);
    let name = settings.name.to_string();
    match admitted {
        Err(refused) => {
            counter!(names::SESSIONS_REFUSED, "listener" => name, "reason" => refused.label()).increment(1);
            tracing::debug!(reason = %refused, "refused");
        }
        Ok(Admitted { stream, peer, seat }) => {
            let session = Session {
                peer,
                settings,
                stop,
                seat,
            };
            let ended = service.serve(stream, session).await;
            counter!(names::SESSIONS_ENDED, "listener" => name, "reason" => ended.label()).increment(1);
            tracing::debug!(reason = ended.label(), "ended");
        }
    }
}

/// Keeps the gauge of open sessions right, panics included.
struct Counted(metrics::Gauge);

impl Counted {
    fn new(listener: &str) -> Self {
        let open = gauge!(names::SESSIONS_OPEN, "listener" => listener.to_owned());
        open.increment(1);
        Self(open)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.decrement(1);
    }
}
