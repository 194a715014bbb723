//! A server of a small line protocol to try the listener with, and clients for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use skranke::listener::null::UntilCr;
use skranke::listener::{Bound, Conversation, Drained, Inherited, Lines, Next, Peer, Protocol, Server, Service, Settings, Turn};
use skranke::telemetry::{Exchange, Field, Observer, Outcome, Reader};
use skranke_wire::framing::FrameFault;
use skranke_wire::limits::Limits;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

/// Long enough for anything that should happen, on a busy machine.
pub const SOON: Duration = Duration::from_secs(10);

/// Answers `word` with `<word>`, and does what the words below ask for.
pub struct Words;

pub struct Talk {
    framer: UntilCr,
    peer: Peer,
    login: Option<String>,
    calls: u32,
}

impl Protocol for Words {
    type Conversation = Talk;

    fn name(&self) -> &'static str {
        "words"
    }

    fn accept(&self, peer: &Peer, limits: &Limits) -> Talk {
        Talk {
            framer: UntilCr::new(limits.message_bytes),
            peer: peer.clone(),
            login: None,
            calls: 0,
        }
    }
}

impl Conversation for Talk {
    type Framer = UntilCr;

    fn framer(&mut self) -> &mut UntilCr {
        &mut self.framer
    }

    async fn handle(&mut self, frame: &[u8], turn: &mut Turn) -> Next {
        self.calls += 1;
        let text = String::from_utf8_lossy(frame.strip_suffix(b"\r").unwrap()).into_owned();
        let (word, rest) = text.split_once(' ').unwrap_or((&text, ""));
        turn.report.kind = "word";
        if let Some(fields) = &mut turn.report.fields {
            fields.push(Field::plain("word", word));
        }
        let mut next = Next::Continue;
        let answer = match word {
            "" => return Next::Skip,
            "panic" => panic!("a panic that a test asked for"),
            "bye" => {
                next = Next::Close;
                "bye".to_owned()
            }
            "wait" => {
                next = Next::Wait(Duration::from_millis(rest.parse().unwrap()));
                "waited".to_owned()
            }
            "work" => {
                tokio::time::sleep(Duration::from_millis(rest.parse().unwrap())).await;
                "worked".to_owned()
            }
            "login" => {
                self.login = Some(rest.to_owned()).filter(|login| !login.is_empty());
                "in".to_owned()
            }
            "big" => "x".repeat(rest.parse().unwrap()),
            "who" => format!(
                "{} {} {:?} {:?} {}",
                self.peer.address,
                self.peer.local,
                self.peer.proxy.is_some(),
                self.peer.certificate,
                self.peer.encrypted
            ),
            "calls" => self.calls.to_string(),
            "no" => {
                turn.report.outcome = Outcome::Refused;
                turn.report.refusal = Some("because");
                "no".to_owned()
            }
            _ => text,
        };
        turn.out.extend_from_slice(format!("<{answer}>\r").as_bytes());
        next
    }

    fn unreadable(&mut self, _fault: FrameFault, turn: &mut Turn) {
        turn.out.extend_from_slice(b"<too much>\r");
    }

    fn farewell(&mut self, out: &mut bytes::BytesMut) {
        out.extend_from_slice(b"<farewell>\r");
    }

    fn login(&self) -> Option<&str> {
        self.login.as_deref()
    }

    fn too_many(&mut self, turn: &mut Turn) {
        turn.out.extend_from_slice(b"<too many>\r");
    }
}

/// A running server with one listener.
pub struct Running {
    pub address: SocketAddr,
    pub server: Server,
}

impl Running {
    pub async fn drain(&self) -> Drained {
        self.server.drain(SOON).await
    }
}

pub async fn serve(settings: Settings, service: impl Service) -> Running {
    let bound = Bound::bind(([127, 0, 0, 1], 0).into(), settings, &mut Inherited::default())
        .await
        .unwrap();
    let address = bound.address();
    let server = Server::new(CancellationToken::new());
    server.start(bound, service);
    Running { address, server }
}

/// A server of [`Words`] with the default settings as changed.
pub async fn words(change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::new("words");
    change(&mut settings);
    serve(settings, Lines::new(Words, Observer::default())).await
}

/// What a peer of a line protocol does.
pub struct Client<S = TcpStream>(pub S);

impl Client {
    pub async fn to(running: &Running) -> Self {
        Self(TcpStream::connect(running.address).await.unwrap())
    }
}

impl<S: AsyncRead + AsyncWriteExt + Unpin> Client<S> {
    pub async fn send(&mut self, bytes: &str) {
        self.0.write_all(bytes.as_bytes()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// Reads one answer; `None` when the connection has ended.
    pub async fn answer(&mut self) -> Option<String> {
        let read = async {
            let mut line = Vec::new();
            loop {
                match self.0.read_u8().await {
                    Ok(b'\r') => return Some(String::from_utf8(line).unwrap()),
                    Ok(byte) => line.push(byte),
                    Err(_) => {
                        assert!(line.is_empty(), "cut off after {:?}", String::from_utf8_lossy(&line));
                        return None;
                    }
                }
            }
        };
        tokio::time::timeout(SOON, read).await.expect("no answer in time")
    }

    pub async fn ask(&mut self, word: &str) -> Option<String> {
        self.send(&format!("{word}\r")).await;
        self.answer().await
    }
}

/// A reader that keeps a line for each exchange.
#[derive(Default, Clone)]
pub struct Kept(pub Arc<Mutex<Vec<String>>>);

impl Kept {
    pub fn observer(&self) -> Observer {
        Observer::new([Arc::new(self.clone()) as Arc<dyn Reader>])
    }

    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Reader for Kept {
    fn read(&self, exchange: &Exchange<'_>) {
        let line = format!(
            "{} {} {:?} {} {:?} in={} out={} {:?}",
            exchange.protocol,
            exchange.report.kind,
            exchange.login,
            exchange.report.outcome.label(),
            exchange.report.refusal,
            exchange.bytes_in,
            exchange.bytes_out,
            exchange.report.fields,
        );
        self.0.lock().unwrap().push(line);
    }

    fn wants_fields(&self) -> bool {
        true
    }
}

/// What an idle session costs in memory: opens many that ask once, get an answer of this length and fall silent.
/// For a runtime with several threads.
pub fn cost_of_idle(server: &Running, request: &str, answer: usize) -> usize {
    use std::io::{Read, Write};
    const SESSIONS: usize = 300;
    let open = || {
        let mut client = std::net::TcpStream::connect(server.address).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        client.read_exact(&mut vec![0; answer]).unwrap();
        client
    };
    let mut clients = Vec::new();
    // The other tests of this binary use memory as well: the round that they disturb least counts.
    let mut least = usize::MAX;
    for _ in 0..5 {
        let before = resident();
        clients.extend(tokio::task::block_in_place(|| (0..SESSIONS).map(|_| open()).collect::<Vec<_>>()));
        least = least.min(resident().saturating_sub(before) / SESSIONS);
    }
    assert_eq!(server.server.sessions(), 5 * SESSIONS);
    eprintln!("{least} bytes for an idle session");
    least
}

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}
