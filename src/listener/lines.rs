//! The loop of one connection of a line protocol: read, frame, handle, write.
//!
//! An idle connection holds no buffer and no timer but one; what handles a message is boxed for as long as it takes.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use metrics::counter;
use skranke_wire::framing::{FrameFault, Framer, Framing};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt, ReadBuf};
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::accept::{Ended, Service, Session};
use super::protocol::{Conversation, Next, Overhear, Protocol, Turn};
use super::seats::{LoginSeat, Logins};
use super::stream::Stream;
use crate::telemetry::{Exchange, Observer, Outcome, names};

/// Most bytes taken from the socket at once. They go through the stack, so this costs an idle connection nothing.
const GULP: usize = 16 * 1024;
/// How long a drain looks for messages that are on their way through the kernel.
const SETTLE: Duration = Duration::from_millis(50);
/// How long a drain waits for the rest of a message that has begun.
const UNFINISHED: Duration = Duration::from_secs(1);
/// How long, and for how much, we go on reading after our last word: closing with unread bytes would reset the
/// connection and could take that word from the peer.
const LINGER: (Duration, usize) = (Duration::from_secs(1), 256 * 1024);
/// Most bytes read ahead of their turn.
const AHEAD: usize = 64 * 1024;
/// Stands in for "no idle limit": the timer must be set to something.
const FAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Serves a line protocol.
#[derive(Debug)]
pub struct Lines<P> {
    protocol: P,
    observer: Observer,
    logins: Arc<Logins>,
}

impl<P: Protocol> Lines<P> {
    /// Serves `protocol` and reports its exchanges to `observer`.
    pub fn new(protocol: P, observer: Observer) -> Self {
        Self {
            protocol,
            observer,
            logins: Arc::default(),
        }
    }
}

impl<P: Protocol> Service for Lines<P> {
    async fn serve(&self, stream: Stream, session: Session) -> Ended {
        let conversation = self.protocol.accept(&session.peer, &session.settings.limits);
        let mut line = Line {
            conversation,
            stream,
            session,
            lines: self,
            seat: None,
            inbox: BytesMut::new(),
            seen: 0,
            begun: None,
            last: Instant::now(),
            draining: None,
        };
        let ended = match line.run().await {
            Ok(ended) | Err(ended) => ended,
        };
        Box::pin(line.close(ended)).await;
        ended
    }
}

struct Line<'a, P: Protocol> {
    conversation: P::Conversation,
    stream: Stream,
    session: Session,
    lines: &'a Lines<P>,
    seat: Option<LoginSeat>,
    /// Bytes received and not yet handled.
    inbox: BytesMut,
    /// How many of them the framer has looked at.
    seen: usize,
    /// When the first byte of the unfinished message came.
    begun: Option<Instant>,
    /// When the last message was answered.
    last: Instant,
    /// When we noticed that we are going down.
    draining: Option<Instant>,
}

impl<P: Protocol> Line<'_, P> {
    /// Runs to the end. `Err` is an end too: `?` gets out of the middle of things.
    async fn run(&mut self) -> Result<Ended, Ended> {
        let mut greeting = BytesMut::new();
        self.conversation.greet(&mut greeting);
        self.send(&greeting).await?;
        drop(greeting);
        let stop = self.session.stop.clone().cancelled_owned();
        let alarm = sleep_until(self.due());
        tokio::pin!(stop, alarm);
        loop {
            match self.frame() {
                Ok(Some(length)) => {
                    if self.answer(length).await? == Next::Close {
                        return Ok(Ended::ByProtocol);
                    }
                }
                Ok(None) => {
                    self.release();
                    self.read(stop.as_mut(), alarm.as_mut()).await?;
                }
                Err(fault) => {
                    self.unreadable(fault).await?;
                    return Ok(Ended::Unreadable);
                }
            }
        }
    }

    /// The length of the next whole message, if it is there.
    fn frame(&mut self) -> Result<Option<usize>, FrameFault> {
        let unseen = self.inbox.get(self.seen..).unwrap_or_default();
        if unseen.is_empty() {
            return Ok(None);
        }
        let framer = self.conversation.framer();
        match framer.advance(unseen)? {
            Framing::Whole { len } => Ok(Some(len)),
            Framing::More { at_least } => {
                self.begun = match framer.held() {
                    0 => None,
                    _ => self.begun.or_else(|| Some(Instant::now())),
                };
                self.seen = self.inbox.len();
                // Grown by what is known to come, but never ahead of a peer by more than one gulp.
                self.inbox.reserve(at_least.min(GULP));
                Ok(None)
            }
        }
    }

    /// Gives the buffer back while there is next to nothing in it.
    fn release(&mut self) {
        if self.inbox.is_empty() {
            self.inbox = BytesMut::new();
        } else if self.begun.is_none() && self.inbox.len() < 64 {
            self.inbox = BytesMut::from(self.inbox.as_ref());
        }
    }

    /// When patience ends, as things stand.
    fn due(&self) -> Instant {
        let limits = &self.session.settings.limits;
        match (self.draining, self.begun) {
            (Some(since), None) => since + SETTLE,
            (Some(since), Some(_)) => since + UNFINISHED,
            (None, Some(begun)) => begun + limits.message_time,
            (None, None) => self.last + limits.idle.unwrap_or(FAR),
        }
    }

    /// Waits for bytes. `Err` where none will be waited for any longer.
    async fn read(&mut self, mut stop: Pin<&mut WaitForCancellationFutureOwned>, mut alarm: Pin<&mut Sleep>) -> Result<(), Ended> {
        poll_fn(|cx| {
            // A talkative peer must not keep us up: when the drain's patience is over, so is reading.
            if self.draining.is_some() && Instant::now() >= self.due() {
                return Poll::Ready(Err(Ended::Drained));
            }
            let mut gulp = [const { MaybeUninit::uninit() }; GULP];
            let mut gulp = ReadBuf::uninit(&mut gulp);
            match Pin::new(&mut self.stream).poll_read(cx, &mut gulp) {
                Poll::Ready(Ok(())) if gulp.filled().is_empty() => {
                    return Poll::Ready(Err(Ended::ByPeer));
                }
                Poll::Ready(Ok(())) => {
                    self.inbox.extend_from_slice(gulp.filled());
                    if self.draining.is_none() && self.session.stop.is_cancelled() {
                        self.draining = Some(Instant::now());
                    }
                    return Poll::Ready(Ok(()));
                }
                Poll::Ready(Err(_)) => return Poll::Ready(Err(Ended::ByPeer)),
                Poll::Pending => {}
            }
            if self.draining.is_none() && stop.as_mut().poll(cx).is_ready() {
                self.draining = Some(Instant::now());
            }
            // The one timer is only ever moved forward to an earlier end; when it rings too early it is set again.
            let due = self.due();
            if due < alarm.deadline() {
                alarm.as_mut().reset(due);
            }
            while alarm.as_mut().poll(cx).is_ready() {
                if Instant::now() >= due {
                    return Poll::Ready(Err(match (self.draining, self.begun) {
                        (Some(_), _) => Ended::Drained,
                        (None, Some(_)) => Ended::SlowMessage,
                        (None, None) => Ended::Idle,
                    }));
                }
                alarm.as_mut().reset(due);
            }
            Poll::Pending
        })
        .await
    }

    /// Handles the message at the front of the inbox and sends its answer.
    async fn answer(&mut self, length: usize) -> Result<Next, Ended> {
        pause(&self.session, self.session.throttle()).await;
        let begun = Instant::now();
        let mut turn = Turn::new(self.lines.observer.wants_fields());
        let overhearing = self.conversation.overhear();
        let frame = self.inbox.get(..length).unwrap_or_default();
        // Boxed: what it takes to handle a message is many times what it takes to wait for one.
        let mut handling = Box::pin(self.conversation.handle(frame, &mut turn));
        let (mut next, ahead) = match overhearing {
            None => (handling.await, BytesMut::new()),
            Some(mut ear) => {
                let mut ahead = BytesMut::new();
                ear.hear(self.inbox.get(length..).unwrap_or_default());
                let next = meanwhile(handling.as_mut(), &mut self.stream, &mut *ear, &mut ahead).await;
                drop(handling);
                (next, ahead)
            }
        };
        self.inbox.advance(length.min(self.inbox.len()));
        self.inbox.extend_from_slice(&ahead);
        self.seen = 0;
        self.begun = None;
        if !self.seated() {
            turn.out.clear();
            self.conversation.too_many(&mut turn);
            turn.report.outcome = Outcome::Refused;
            turn.report.refusal = Some("login_full");
            next = Next::Close;
        }
        let elapsed = begun.elapsed();
        if let Next::Wait(penalty) = next {
            pause(&self.session, penalty).await;
        }
        let sent = self.send(&turn.out).await;
        if next != Next::Skip {
            self.report(&turn, length, elapsed);
        }
        self.last = Instant::now();
        sent.map(|()| next)
    }

    /// Whether the login, if there is one, has a place among its connections.
    fn seated(&mut self) -> bool {
        let login = self.conversation.login();
        if login == self.seat.as_ref().map(|seat| &*seat.login) {
            return true;
        }
        self.seat = None;
        let Some(login) = login else { return true };
        self.seat = self.lines.logins.take(login, self.session.settings.per_login);
        if self.seat.is_none() {
            let listener = self.session.settings.name.to_string();
            counter!(names::SESSIONS_REFUSED, "listener" => listener, "reason" => "login_full").increment(1);
        }
        self.seat.is_some()
    }

    async fn unreadable(&mut self, fault: FrameFault) -> Result<(), Ended> {
        let mut turn = Turn::new(false);
        turn.report.outcome = Outcome::Malformed;
        turn.report.refusal = Some(match fault {
            FrameFault::TooLong { .. } => "too_long",
            FrameFault::TooDeep { .. } => "too_deep",
            FrameFault::NotThisProtocol { .. } => "not_this_protocol",
        });
        self.conversation.unreadable(fault, &mut turn);
        let sent = self.send(&turn.out).await;
        self.report(&turn, self.inbox.len(), Duration::ZERO);
        sent
    }

    fn report(&self, turn: &Turn, bytes_in: usize, elapsed: Duration) {
        self.lines.observer.report(&Exchange {
            protocol: self.lines.protocol.name(),
            login: self.conversation.login(),
            peer: self.session.peer.address,
            report: &turn.report,
            bytes_in,
            bytes_out: turn.out.len(),
            elapsed,
        });
    }

    /// One write for the whole answer.
    async fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        if bytes.is_empty() {
            return Ok(());
        }
        let write = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(self.session.settings.write_time, write).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::ByPeer),
            Err(_) => Err(Ended::SlowReader),
        }
    }

    /// The last words and an orderly close.
    async fn close(mut self, ended: Ended) {
        let mut out = BytesMut::new();
        match ended {
            Ended::Drained => self.conversation.farewell(&mut out),
            Ended::Idle | Ended::SlowMessage => self.conversation.idle(&mut out),
            _ => {}
        }
        if self.send(&out).await.is_err() {
            return;
        }
        let Self { mut stream, .. } = self;
        let farewell = async {
            stream.shutdown().await?;
            if matches!(ended, Ended::Drained | Ended::ByProtocol | Ended::Unreadable) {
                let mut left = stream.take(LINGER.1 as u64);
                tokio::io::copy(&mut left, &mut tokio::io::sink()).await?;
            }
            Ok::<(), io::Error>(())
        };
        // Whether the peer saw all of it is the peer's affair by now.
        let _ = timeout(LINGER.0, farewell).await;
    }
}

/// Waits for the answer, and reads on as it does.
async fn meanwhile(
    mut handling: Pin<&mut impl Future<Output = Next>>,
    stream: &mut Stream,
    ear: &mut dyn Overhear,
    ahead: &mut BytesMut,
) -> Next {
    let mut ended = false;
    poll_fn(|cx| {
        if let Poll::Ready(next) = handling.as_mut().poll(cx) {
            return Poll::Ready(next);
        }
        while !ended && ahead.len() < AHEAD {
            let mut gulp = [const { MaybeUninit::uninit() }; 2048];
            let mut gulp = ReadBuf::uninit(&mut gulp);
            match Pin::new(&mut *stream).poll_read(cx, &mut gulp) {
                Poll::Pending => break,
                Poll::Ready(read) => {
                    ended = read.is_err() || gulp.filled().is_empty();
                    ear.hear(gulp.filled());
                    ahead.extend_from_slice(gulp.filled());
                }
            }
        }
        Poll::Pending
    })
    .await
}

/// Waits, but not past the beginning of a drain.
async fn pause(session: &Session, time: Duration) {
    if !time.is_zero() {
        tokio::select! {
            () = sleep(time) => {}
            () = session.stop.cancelled() => {}
        }
    }
}
