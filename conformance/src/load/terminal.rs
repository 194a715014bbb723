//! One terminal of a load: ask, wait for the answer, ask again.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{histogram::Histogram, messages::Script};

/// How long an answer may take before the terminal gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// Says to all terminals whether to count and whether to go on.
#[derive(Debug, Default)]
pub struct Gate {
    measuring: Cell<bool>,
    stopped: Cell<bool>,
}

impl Gate {
    /// From now on requests count, or do not.
    pub fn measure(&self, on: bool) {
        self.measuring.set(on);
    }

    /// Whether requests count now.
    pub(super) fn measuring(&self) -> bool {
        self.measuring.get()
    }

    /// Whether the work is over.
    pub(super) fn stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Every terminal ends after its present request.
    pub fn stop(&self) {
        self.stopped.set(true);
    }
}

/// What one terminal, or all, have seen.
#[derive(Debug, Default)]
pub struct Tally {
    /// Latencies of the requests that counted.
    pub latency: Histogram,
    /// Answers that were not what they should be, and lost connections.
    pub errors: u64,
    /// The first of them.
    pub first_error: Option<String>,
}

impl Tally {
    /// Adds another's.
    pub fn add(&mut self, other: Tally) {
        self.latency.add(&other.latency);
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
    }

    pub(super) fn error(&mut self, what: impl FnOnce() -> String) {
        self.errors += 1;
        if self.first_error.is_none() {
            self.first_error = Some(what());
        }
    }
}

/// A logged-in connection.
#[derive(Debug)]
pub struct Terminal {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Terminal {
    /// Connects, and logs in where there is a login.
    pub async fn connect(address: &str, login: Option<&str>) -> Result<Terminal> {
        let stream = TcpStream::connect(address)
            .await
            .with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true)?;
        let mut terminal = Terminal {
            stream,
            answer: Vec::new(),
        };
        if let Some(login) = login {
            terminal.exchange(login.as_bytes()).await.context("no answer to the login")?;
            if !terminal.answer.starts_with(b"941") {
                bail!("the login got {}", String::from_utf8_lossy(&terminal.answer).trim_end());
            }
            // Idle sessions hold no buffer here, so that many of them fit.
            terminal.answer = Vec::new();
        }
        Ok(terminal)
    }

    /// Works until the gate says stop. A script that lends ends with a check-in.
    pub async fn work(mut self, mut script: Script, gate: Rc<Gate>, think: Duration, any_answer: bool) -> Tally {
        let mut tally = Tally::default();
        let mut request = Vec::new();
        let mut out = false;
        while !gate.stopped.get() || out {
            let expected = script(&mut request);
            let counts = gate.measuring.get();
            let asked = Instant::now();
            match self.exchange(&request).await {
                Ok(()) if any_answer || self.answer.starts_with(expected) => {
                    if counts {
                        tally.latency.record(u64::try_from(asked.elapsed().as_micros()).unwrap_or(u64::MAX));
                    }
                }
                Ok(()) => tally.error(|| self.complaint(&request)),
                Err(why) => {
                    tally.error(|| format!("{why:#}"));
                    return tally;
                }
            }
            out = request.starts_with(b"11");
            if !think.is_zero() {
                tokio::time::sleep(think).await;
            }
        }
        tally
    }

    /// Sends a message and reads up to the CR of its answer into `self.answer`.
    async fn exchange(&mut self, request: &[u8]) -> Result<()> {
        self.answer.clear();
        // Room for an ordinary answer at once; an idle session never comes here.
        self.answer.reserve(2048);
        self.stream.write_all(request).await?;
        while !self.answer.contains(&b'\r') {
            // A partly filled buffer tells the runtime that no more is there: one read for each answer.
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.answer));
            if read.await.context("no answer")?? == 0 {
                bail!("the server closed the connection");
            }
        }
        if self.answer.first() == Some(&b'\n') {
            // What was left of the last terminator.
            self.answer.remove(0);
        }
        Ok(())
    }

    fn complaint(&self, request: &[u8]) -> String {
        let command = String::from_utf8_lossy(request.get(..2).unwrap_or_default()).into_owned();
        format!("{command} got {}", String::from_utf8_lossy(&self.answer).trim_end())
    }
}
