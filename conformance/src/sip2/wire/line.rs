//! A terminal's connection to the server under test: blocking, with a limit on every wait.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpStream, ToSocketAddrs},
    path::Path,
    time::{Duration, Instant},
};

use super::tls::Stream;

use crate::sip2::case::Trouble;

/// How long an answer may take before it counts as missing.
pub const PATIENCE: Duration = Duration::from_secs(5);
/// How long to listen when nothing should come.
pub const SILENCE: Duration = Duration::from_millis(400);

/// One TCP connection.
#[derive(Debug)]
pub struct Line {
    stream: Stream,
    held: Vec<u8>,
}

/// What came, or did not come, off a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A message, terminator not included.
    Message(Vec<u8>),
    /// Nothing within the time.
    Nothing,
    /// The server closed the connection.
    Closed,
}

impl Line {
    /// Connects, or says why not.
    pub fn connect(address: &str) -> Result<Line, Trouble> {
        let stream = Stream::Plain(Self::open(address)?);
        Ok(Line { stream, held: Vec::new() })
    }

    /// The same by TLS, trusting who signed with a certificate of the PEM file `ca`.
    pub fn connect_tls(address: &str, ca: &Path) -> Result<Line, Trouble> {
        let stream = Stream::tls(Self::open(address)?, address, ca)?;
        Ok(Line { stream, held: Vec::new() })
    }

    fn open(address: &str) -> Result<TcpStream, Trouble> {
        let lost = |why: std::io::Error| Trouble::Fail(format!("no connection to {address}: {why}"));
        let mut last = Err(Trouble::Fail(format!("{address} names no address")));
        for target in address.to_socket_addrs().map_err(lost)? {
            match TcpStream::connect_timeout(&target, PATIENCE) {
                Ok(stream) => {
                    stream.set_nodelay(true).map_err(lost)?;
                    return Ok(stream);
                }
                Err(why) => last = Err(lost(why)),
            }
        }
        last
    }

    /// Sends bytes as they are, in one write.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.stream
            .write_all(bytes)
            .map_err(|why| Trouble::Fail(format!("the server took no more bytes: {why}")))
    }

    /// Sends bytes one at a time, each in a segment of its own.
    pub fn drip(&mut self, bytes: &[u8], pause: Duration) -> Result<(), Trouble> {
        for byte in bytes {
            self.send(std::slice::from_ref(byte))?;
            if !pause.is_zero() {
                crate::clock::wait(pause);
            }
        }
        Ok(())
    }

    /// Says that no more will be sent.
    pub fn finish(&mut self) {
        // A server that has already closed makes this fail; the next read tells.
        let _ = self.stream.socket().shutdown(Shutdown::Write);
    }

    /// The next message within `limit`. LF and NUL before a message are taken for the rest of the last terminator.
    pub fn hear(&mut self, limit: Duration) -> Heard {
        let until = Instant::now() + limit;
        loop {
            let junk = self.held.iter().take_while(|b| matches!(b, b'\n' | 0)).count();
            self.held.drain(..junk);
            if let Some(end) = self.held.iter().position(|&b| b == b'\r') {
                let mut message: Vec<u8> = self.held.drain(..=end).collect();
                message.pop();
                return Heard::Message(message);
            }
            let Some(left) = until.checked_duration_since(Instant::now()).filter(|d| !d.is_zero()) else {
                return Heard::Nothing;
            };
            if self.stream.socket().set_read_timeout(Some(left)).is_err() {
                return Heard::Closed;
            }
            let mut block = [0_u8; 16 * 1024];
            match self.stream.read(&mut block) {
                Ok(0) => return Heard::Closed,
                Ok(count) => self.held.extend(block.iter().take(count)),
                Err(why) if matches!(why.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Heard::Nothing;
                }
                Err(why) if why.kind() == ErrorKind::Interrupted => {}
                Err(_) => return Heard::Closed,
            }
        }
    }

    /// Everything that comes until the server is silent for `limit` or closes, terminators included.
    pub fn hear_raw(&mut self, limit: Duration) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.held);
        let mut block = [0_u8; 16 * 1024];
        while self.stream.socket().set_read_timeout(Some(limit)).is_ok() {
            match self.stream.read(&mut block) {
                Ok(count) if count > 0 => all.extend(block.iter().take(count)),
                _ => break,
            }
        }
        all
    }

    /// Whether the server closes within `limit`; anything it says first is returned.
    pub fn closes_within(&mut self, limit: Duration) -> (bool, Vec<Vec<u8>>) {
        let until = Instant::now() + limit;
        let mut said = Vec::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match self.hear(left) {
                Heard::Message(message) => said.push(message),
                Heard::Nothing => return (false, said),
                Heard::Closed => return (true, said),
            }
        }
    }
}
