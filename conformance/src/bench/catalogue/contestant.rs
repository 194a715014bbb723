//! The two sides of the table: each builds its index of the same records, then serves.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{Bench, free_address};
use crate::{
    clock,
    load::{
        catalogue::{Operation, Plan, Protocol},
        process,
    },
};

/// What a build cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Build {
    /// Processor time.
    pub(super) cpu: Duration,
    /// Bytes of the index, without the records where they lie apart.
    pub(super) index: u64,
    /// Bytes with the records.
    pub(super) whole: u64,
}

/// One side of the table, serving.
pub(super) struct Contestant {
    pub(super) name: &'static str,
    pub(super) build: Build,
    z3950: String,
    sru: (String, String),
    server: Running,
}

impl Contestant {
    /// Our server over these records, its index built by itself.
    pub(super) fn skranke(bench: &Bench, records: &Path, told: &mut impl FnMut(&str)) -> Result<Self> {
        let folder = bench.folder.join("skranke");
        fs::create_dir_all(&folder)?;
        let (z3950, http) = (free_address()?, free_address()?);
        let config = folder.join("skranke.toml");
        // No line for every exchange: the other side is told to be silent, too.
        fs::write(
            &config,
            format!(
                "[library]\nagency = \"DK-761500\"\ntime_zone = \"Europe/Copenhagen\"\n[storage]\nurl = \"sqlite:{}\"\nindex = \"{}\"\n\
                 [z3950]\nlisten = \"{z3950}\"\n[http]\nlisten = \"{http}\"\n\
                 [log]\nfilter = \"warn\"\n",
                folder.join("skranke.db").display(),
                folder.join("index").display()
            ),
        )?;
        let with_config = |command: &mut Command| {
            command.arg("--config").arg(&config);
        };
        let mut import = Command::new(&bench.skranke);
        with_config(import.args(["import", "bibs"]));
        let imported = run(import.arg(records))?;
        told(&format!("skranke: imported, {:.1} s of CPU", imported.as_secs_f64()));
        let mut reindex = Command::new(&bench.skranke);
        with_config(reindex.arg("reindex"));
        let cpu = run(&mut reindex)?;
        told(&format!("skranke: indexed, {:.1} s of CPU", cpu.as_secs_f64()));
        let index = size(&folder.join("index"))?;
        let mut serve = Command::new(&bench.skranke);
        with_config(serve.arg("serve"));
        Ok(Self {
            name: "skranke",
            build: Build {
                cpu,
                index,
                whole: size(&folder)?,
            },
            server: Running::start(&mut serve, &[&z3950, &http])?,
            z3950,
            sru: (http, "sru/Default".to_owned()),
        })
    }

    /// Zebra over the same.
    pub(super) fn zebra(bench: &Bench, config: &Path, records: &Path, told: &mut impl FnMut(&str)) -> Result<Self> {
        let folder = bench.folder.join("zebra");
        let register = folder.join("register");
        fs::create_dir_all(&register)?;
        for file in fs::read_dir(config)? {
            let file = file?;
            fs::copy(file.path(), folder.join(file.file_name()))?;
        }
        let records = records.canonicalize()?;
        let mut index = Command::new("zebraidx");
        index.current_dir(&folder).args(["-c", "zebra.cfg", "-v", "none", "update"]);
        let cpu = run(index.arg(records))?;
        told(&format!("zebra: indexed, {:.1} s of CPU", cpu.as_secs_f64()));
        let whole = size(&register)?;
        let kept = fs::read_dir(&register)?.filter_map(Result::ok).filter(|file| {
            // The records themselves.
            file.file_name().to_string_lossy().starts_with("recd")
        });
        let kept: u64 = kept.filter_map(|file| Some(file.metadata().ok()?.len())).sum();
        let address = free_address()?;
        let mut serve = Command::new("zebrasrv");
        serve
            .current_dir(&folder)
            .args(["-f", "frontend.xml", "-v", "none", &format!("tcp:{address}")]);
        Ok(Self {
            name: "zebra",
            build: Build {
                cpu,
                index: whole - kept,
                whole,
            },
            server: Running::start(&mut serve, &[&address])?,
            z3950: address.clone(),
            sru: (address, "Default".to_owned()),
        })
    }

    /// What is asked of it.
    pub(super) fn plan(&self, bench: &Bench, protocol: Protocol, operation: Operation, sessions: usize, active: usize) -> Plan {
        let (address, database) = match protocol {
            Protocol::Z3950 => (self.z3950.clone(), "Default".to_owned()),
            Protocol::Sru => self.sru.clone(),
        };
        Plan {
            protocol,
            address,
            database,
            operation,
            sessions,
            active,
            time: bench.time,
            warm_up: Duration::from_secs(1),
            think: Duration::ZERO,
            pid: Some(self.server.0.id()),
        }
    }
}

/// A server; dropped, it is killed.
struct Running(Child);

impl Running {
    fn start(command: &mut Command, addresses: &[&str]) -> Result<Running> {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {name}"))?;
        let mut running = Running(child);
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if let Some(status) = running.0.try_wait()? {
                bail!("{name} ended at once: {status}");
            }
            if addresses.iter().all(|address| TcpStream::connect(address).is_ok()) {
                return Ok(running);
            }
            clock::wait(Duration::from_millis(20));
        }
        bail!("{name} does not listen on {}", addresses.join(" and "))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command to its end; gives the processor time it took.
fn run(command: &mut Command) -> Result<Duration> {
    let before = process::own()?.cpu;
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", command.get_program().to_string_lossy()))?;
    if !output.status.success() {
        bail!(
            "{command:?}: {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default()
        );
    }
    Ok(process::own()?.cpu.saturating_sub(before))
}

/// Bytes of all files below a folder.
fn size(folder: &Path) -> Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let about = entry.metadata()?;
        sum += if about.is_dir() { size(&entry.path())? } else { about.len() };
    }
    Ok(sum)
}
