//! Two services behind one address, told apart by what the peer says first.

use std::time::Duration;

use tokio::time::timeout;

use super::accept::{Ended, Service, Session};
use super::stream::Stream;

/// How long a peer may say nothing at all where no limit of the listener is shorter.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// HTTP where the first byte is a capital letter, as in `GET` and `POST`; the other service otherwise.
#[derive(Debug)]
pub struct HttpOr<S, H> {
    other: S,
    http: H,
}

impl<S: Service, H: Service> HttpOr<S, H> {
    /// `other`, and `http` for those who speak it.
    pub fn new(other: S, http: H) -> Self {
        Self { other, http }
    }
}

impl<S: Service, H: Service> Service for HttpOr<S, H> {
    async fn serve(&self, mut stream: Stream, session: Session) -> Ended {
        let stop = session.stop.clone();
        let idle = session.settings.limits.idle.unwrap_or(PATIENCE);
        let first = tokio::select! {
            () = stop.cancelled() => return Ended::Drained,
            first = timeout(idle, stream.first_byte()) => first,
        };
        match first {
            Err(_) => Ended::Idle,
            Ok(None) => Ended::ByPeer,
            // Boxed: idle sessions of the other service must not pay for its size.
            Ok(Some(byte)) if byte.is_ascii_uppercase() => Box::pin(self.http.serve(stream, session)).await,
            Ok(Some(_)) => self.other.serve(stream, session).await,
        }
    }
}
