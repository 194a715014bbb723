//! The real binary in a process of its own, and the plainest SIP2 client.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long a start, an answer or an end may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running `skranke`.
pub struct Server {
    child: Child,
    /// What it printed up to "ready".
    pub printed: String,
    /// What it logs.
    pub log: PathBuf,
}

impl Server {
    /// Starts it with these arguments; its log goes to `log`, at every level. Returns once it prints "ready".
    pub fn start(arguments: &[&str], log: &Path) -> Self {
        let stderr = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_skranke"))
            .args(arguments)
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap() == 0 {
                let _ = child.kill();
                panic!(
                    "skranke {arguments:?} ended before it was ready:\n{printed}\n{}",
                    std::fs::read_to_string(log).unwrap()
                );
            }
            if line == "ready\n" {
                break;
            }
            printed.push_str(&line);
        }
        // Whatever else it prints must not block it.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        Self {
            child,
            printed,
            log: log.to_owned(),
        }
    }

    /// An item that is free, of those that the demo names.
    pub fn free_item(&self) -> String {
        let named = self.printed.lines().find_map(|line| line.trim().strip_prefix("item "));
        named.unwrap().to_owned()
    }

    /// The demo on free ports, in `dir`.
    pub fn demo(dir: &Path) -> Self {
        let data = dir.join("data");
        let arguments = [
            "demo",
            "--sip2-port",
            "0",
            "--z3950-port",
            "0",
            "--http-port",
            "0",
            "--data-dir",
            data.to_str().unwrap(),
        ];
        Self::start(&arguments, &dir.join("skranke.log"))
    }

    /// Where an endpoint listens, by the name it was printed under.
    pub fn address(&self, name: &str) -> SocketAddr {
        let line = self
            .printed
            .lines()
            .find(|line| line.split_whitespace().next() == Some(name))
            .unwrap_or_else(|| panic!("no endpoint {name} in:\n{}", self.printed));
        let place = line.split_whitespace().last().unwrap();
        let place = place.trim_start_matches("http://").trim_end_matches('/');
        place.parse().unwrap()
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Any other signal, by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([format!("-{name}"), self.pid().to_string()])
            .status()
            .unwrap();
        assert!(status.success());
    }

    /// SIGTERM; waits for a clean end and asserts it.
    pub fn stop(mut self) {
        self.signal("TERM");
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A terminal on a plain socket.
pub struct Terminal {
    stream: BufReader<TcpStream>,
}

impl Terminal {
    /// Connects.
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self {
            stream: BufReader::new(stream),
        }
    }

    /// Connects and logs in.
    pub fn log_in(address: SocketAddr, login: &str) -> Self {
        let mut terminal = Self::connect(address);
        assert_eq!(terminal.ask(&format!("9300CN{login}|CO{login}|")), "941");
        terminal
    }

    /// Sends a message and reads its answer, both without CR.
    pub fn ask(&mut self, message: &str) -> String {
        self.send(message.as_bytes());
        self.receive()
    }

    /// Sends a message without waiting.
    pub fn send(&mut self, message: &[u8]) {
        let stream = self.stream.get_mut();
        stream.write_all(&[message, b"\r"].concat()).unwrap();
    }

    /// Reads one answer without its CR.
    pub fn receive(&mut self) -> String {
        let mut bytes = Vec::new();
        self.stream.read_until(b'\r', &mut bytes).unwrap();
        assert_eq!(
            bytes.pop(),
            Some(b'\r'),
            "the connection ended after {:?}",
            String::from_utf8_lossy(&bytes)
        );
        String::from_utf8(bytes).unwrap()
    }

    /// What comes until the server closes.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let _ = self.stream.read_to_end(&mut bytes);
        bytes
    }
}

/// The first value of an identified field in an answer.
pub fn field<'a>(answer: &'a str, id: &str) -> Option<&'a str> {
    let mut pieces = answer.split('|');
    // The first piece carries the fixed part; its field begins where an id stands.
    let first = pieces.next()?;
    if let Some(at) = first.find(id).filter(|_| first.len() > 2) {
        return first.get(at + 2..);
    }
    pieces.find_map(|piece| piece.strip_prefix(id))
}

/// Runs the binary to its end; gives exit status, stdout and stderr.
pub fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_skranke")).args(arguments).output().unwrap();
    (
        output.status.code().unwrap_or(-1),
        String::from_utf8_lossy(&output.stdout).into_owned(),
        String::from_utf8_lossy(&output.stderr).into_owned(),
    )
}

/// The folder of shared test data beside the checkout, or a clear line that it is missing.
pub fn shared_data(what: &str) -> Option<PathBuf> {
    let named = std::env::var_os("SKRANKE_SHARED").map(PathBuf::from);
    let above = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("shared"));
    let found = named
        .into_iter()
        .chain(above)
        .map(|folder| folder.join("data").join(what))
        .find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: there is no shared/data/{what} beside the checkout");
    }
    found
}
