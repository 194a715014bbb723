//! A server process that the test starts, kills and starts again.

use std::{
    fs::OpenOptions,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    clock,
    sip2::wire::{Heard, Line},
};

/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A running server. Dropped, it is killed.
#[derive(Debug)]
pub struct Server {
    address: String,
    command: String,
    log: Option<PathBuf>,
    child: Child,
}

impl Server {
    /// Starts the command by the shell and waits until the address answers a 99 or closes on it.
    pub fn start(address: &str, command: &str, log: Option<&Path>) -> Result<Server> {
        if Line::connect(address).is_ok() {
            bail!("something listens on {address} already");
        }
        let errors = match log {
            Some(path) => {
                let file = OpenOptions::new().create(true).append(true).open(path);
                Stdio::from(file.with_context(|| format!("cannot write {}", path.display()))?)
            }
            None => Stdio::null(),
        };
        let child = Command::new("sh")
            .arg("-c")
            .arg(format!("exec {command}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(errors)
            .spawn()
            .with_context(|| format!("cannot start {command}"))?;
        let mut server = Server {
            address: address.to_owned(),
            command: command.to_owned(),
            log: log.map(Path::to_owned),
            child,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// SIGKILL, and waits for the end.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts the same command again.
    pub fn restart(&self) -> Result<Server> {
        Server::start(&self.address, &self.command, self.log.as_deref())
    }

    /// Where it listens.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while started.elapsed() < START {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended at once: {status}", self.command);
            }
            if let Ok(mut line) = Line::connect(&self.address)
                && line.send(b"9900802.00\r").is_ok()
                && line.hear(Duration::from_secs(2)) != Heard::Nothing
            {
                return Ok(());
            }
            clock::wait(Duration::from_millis(2));
        }
        bail!("{} does not answer on {} after {} s", self.command, self.address, START.as_secs())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.kill();
    }
}
