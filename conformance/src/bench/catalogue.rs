//! One table of one run: the catalogue beside Debian's Zebra, on the same records, asked the same by the same driver.
//!
//! What counts is the ratio of server processor time, since machines differ.

use std::{
    fmt::Write,
    fs::{self, File},
    io::BufWriter,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{free_address, machine};
use crate::{
    clock,
    load::{
        catalogue::{self, Measured, Operation, Plan, Protocol, Stock},
        process,
    },
    marc::generate::{Generator, SEED},
};

/// What to measure with.
#[derive(Debug)]
pub struct Bench {
    /// The `skranke` binary.
    pub skranke: PathBuf,
    /// Zebra's configuration; without it, or without Zebra, its column stays empty.
    pub zebra: Option<PathBuf>,
    /// Records to make.
    pub count: u64,
    /// Measured time of each operation.
    pub time: Duration,
    /// Passes; the contestants take turns.
    pub passes: u32,
    /// Working sessions.
    pub sessions: usize,
    /// Idle sessions.
    pub idle: usize,
    /// Terms asked of both to compare their hits.
    pub compared: usize,
    /// Folder to work in.
    pub folder: PathBuf,
}

/// Active ones among the idle.
const ACTIVE: usize = 50;

/// The lines over Z39.50 and the server time each may take, milliseconds.
const WANTED: [(Operation, f64); 9] = [
    (Operation::Isbn, 0.04),
    (Operation::Title, 0.05),
    (Operation::And, 0.15),
    (Operation::Phrase, 0.4),
    (Operation::Or, 0.4),
    (Operation::Truncation, 0.3),
    (Operation::Scan, 0.1),
    (Operation::IsbnRecord, 0.08),
    (Operation::Records, 0.5),
];
/// What a hundred MARCXML records over SRU may take.
const WANTED_SRU: f64 = 3.0;

/// What a build cost.
#[derive(Debug, Clone, Copy)]
struct Build {
    cpu: Duration,
    /// Bytes of the index, without the records where they lie apart.
    index: u64,
    /// Bytes with the records.
    whole: u64,
}

/// One side of the table, serving.
struct Contestant {
    name: &'static str,
    build: Build,
    z3950: String,
    sru: (String, String),
    server: Running,
}

impl Bench {
    /// Measures everything and gives the table, Markdown.
    pub fn run(&self, mut told: impl FnMut(&str)) -> Result<String> {
        fs::create_dir_all(&self.folder)?;
        let records = self.folder.join("records.mrc");
        told(&format!("{} records", self.count));
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&records)?);
        Generator::new(SEED).write(self.count, &mut out, |_| {})?;
        let stock = Rc::new(Stock::read(&records)?);

        let skranke = self.start_skranke(&records, &mut told)?;
        let zebra = match &self.zebra {
            Some(config) => Some(self.start_zebra(config, &records, &mut told)?),
            None => None,
        };
        let mut table = Table::default();
        table.build(self.count, zebra.as_ref().map(|zebra| zebra.build), skranke.build);
        for (operation, wanted) in WANTED {
            self.line(
                &mut table,
                Protocol::Z3950,
                operation,
                wanted,
                (zebra.as_ref(), &skranke),
                &stock,
                &mut told,
            )?;
        }
        self.line(
            &mut table,
            Protocol::Sru,
            Operation::Records,
            WANTED_SRU,
            (zebra.as_ref(), &skranke),
            &stock,
            &mut told,
        )?;
        self.idle(&mut table, &skranke, &stock, &mut told)?;
        let mut page = format!("{}, {} records\n\n{}", machine(), self.count, table.text());
        if let Some(zebra) = &zebra {
            page.push_str(&self.compare(zebra, &skranke, &stock)?);
        }
        Ok(page)
    }

    fn start_skranke(&self, records: &Path, told: &mut impl FnMut(&str)) -> Result<Contestant> {
        let folder = self.folder.join("skranke");
        fs::create_dir_all(&folder)?;
        let (z3950, http) = (free_address()?, free_address()?);
        let config = folder.join("skranke.toml");
        fs::write(
            &config,
            format!(
                "[library]\nagency = \"DK-761500\"\ntime_zone = \"Europe/Copenhagen\"\n[storage]\nurl = \"sqlite:{}\"\nindex = \"{}\"\n\
                 [z3950]\nlisten = \"{z3950}\"\n[http]\nlisten = \"{http}\"\n",
                folder.join("skranke.db").display(),
                folder.join("index").display()
            ),
        )?;
        let with_config = |command: &mut Command| {
            command.arg("--config").arg(&config);
        };
        let mut import = Command::new(&self.skranke);
        with_config(import.args(["import", "bibs"]));
        let imported = run(import.arg(records))?;
        told(&format!("skranke: imported, {:.1} s of CPU", imported.as_secs_f64()));
        let mut reindex = Command::new(&self.skranke);
        with_config(reindex.arg("reindex"));
        let cpu = run(&mut reindex)?;
        told(&format!("skranke: indexed, {:.1} s of CPU", cpu.as_secs_f64()));
        let index = size(&folder.join("index"))?;
        let mut serve = Command::new(&self.skranke);
        with_config(serve.arg("serve"));
        Ok(Contestant {
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

    fn start_zebra(&self, config: &Path, records: &Path, told: &mut impl FnMut(&str)) -> Result<Contestant> {
        let folder = self.folder.join("zebra");
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
        Ok(Contestant {
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

    #[allow(clippy::too_many_arguments, reason = "a line of the table is all of these")]
    fn line(
        &self,
        table: &mut Table,
        protocol: Protocol,
        operation: Operation,
        wanted: f64,
        (zebra, skranke): (Option<&Contestant>, &Contestant),
        stock: &Rc<Stock>,
        told: &mut impl FnMut(&str),
    ) -> Result<()> {
        let what = match protocol {
            Protocol::Z3950 if operation == Operation::Records => "100 MARC 21 records".to_owned(),
            Protocol::Z3950 => operation.name().to_owned(),
            Protocol::Sru => "SRU, 100 MARCXML records".to_owned(),
        };
        let (mut theirs, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..self.passes {
            if let Some(zebra) = zebra {
                theirs.push(self.measure(zebra, protocol, operation, stock, told)?);
            }
            ours.push(self.measure(skranke, protocol, operation, stock, told)?);
        }
        table.operation(&what, average(&theirs), average(&ours), wanted);
        Ok(())
    }

    /// One measurement, milliseconds of server time for an answer; what went wrong, where the server cannot do it.
    fn measure(
        &self,
        contestant: &Contestant,
        protocol: Protocol,
        operation: Operation,
        stock: &Rc<Stock>,
        told: &mut impl FnMut(&str),
    ) -> Result<Result<f64, String>> {
        let plan = contestant.plan(self, protocol, operation, self.sessions, self.sessions);
        let measured = match catalogue::drive(&plan, stock) {
            Ok(measured) => measured,
            Err(why) => {
                told(&format!("{}: {}: {why:#}", contestant.name, operation.name()));
                return Ok(Err(format!("{why:#}")));
            }
        };
        told(&format!("{}: {}", contestant.name, measured.text()));
        Ok(match (&measured.load.first_error, measured.load.server_cpu_us) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(cpu)) => Ok(cpu / 1000.0),
            (None, None) => Err("no answers".to_owned()),
        })
    }

    fn idle(&self, table: &mut Table, skranke: &Contestant, stock: &Rc<Stock>, told: &mut impl FnMut(&str)) -> Result<()> {
        if self.idle == 0 {
            return Ok(());
        }
        let mut plan = skranke.plan(self, Protocol::Z3950, Operation::Isbn, self.idle, ACTIVE.min(self.idle));
        plan.think = Duration::from_millis(100);
        let measured = catalogue::drive(&plan, stock)?;
        told(&format!("skranke: {}", measured.text()));
        table.idle(&measured);
        Ok(())
    }

    /// Asks both the same and says where their hits differ.
    fn compare(&self, zebra: &Contestant, skranke: &Contestant, stock: &Rc<Stock>) -> Result<String> {
        let mut page = String::from(
            "\nHits of the same queries:\n\n| query | asked | equal | more here | fewer here | the first that differs |\n| --- | --- | --- | --- | --- | --- |\n",
        );
        for (operation, _) in WANTED {
            if matches!(operation, Operation::Scan | Operation::Records | Operation::IsbnRecord) {
                continue;
            }
            let of = |contestant: &Contestant| {
                let plan = contestant.plan(self, Protocol::Z3950, operation, 1, 1);
                catalogue::hits(&plan, stock, self.compared)
            };
            let (theirs, ours) = match (of(zebra), of(skranke)) {
                (Ok(theirs), Ok(ours)) => (theirs, ours),
                (Err(why), _) | (_, Err(why)) => {
                    // Writing to a string cannot fail.
                    let _ = writeln!(page, "| {} | | | | | {why:#} |", operation.name());
                    continue;
                }
            };
            let pairs = || theirs.iter().zip(&ours);
            let first = pairs().position(|(theirs, ours)| theirs != ours);
            let first = first.zip(first.and_then(|step| pairs().nth(step)));
            let first = first.map_or(String::new(), |(step, (theirs, ours))| {
                format!("`{}`: zebra {theirs}, here {ours}", catalogue::term(operation, stock, step))
            });
            let _ = writeln!(
                page,
                "| {} | {} | {} | {} | {} | {first} |",
                operation.name(),
                ours.len(),
                pairs().filter(|(theirs, ours)| theirs == ours).count(),
                pairs().filter(|(theirs, ours)| theirs < ours).count(),
                pairs().filter(|(theirs, ours)| theirs > ours).count(),
            );
        }
        Ok(page)
    }
}

impl Contestant {
    fn plan(&self, bench: &Bench, protocol: Protocol, operation: Operation, sessions: usize, active: usize) -> Plan {
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

/// The mean of several passes, or the first thing that went wrong; `None` without passes.
#[allow(clippy::cast_precision_loss, reason = "a handful of passes")]
fn average(passes: &[Result<f64, String>]) -> Option<Result<f64, String>> {
    let times: Result<Vec<f64>, String> = passes.iter().cloned().collect();
    (!passes.is_empty()).then(|| times.map(|times| times.iter().sum::<f64>() / times.len() as f64))
}

/// The lines of the table.
#[derive(Debug, Default)]
struct Table(Vec<[String; 5]>);

impl Table {
    #[allow(clippy::cast_precision_loss, reason = "counts and sizes far below 2^52")]
    fn build(&mut self, count: u64, theirs: Option<Build>, ours: Build) {
        let each = |build: Build| build.cpu.as_secs_f64() * 1000.0 / count.max(1) as f64;
        let cell = |value: f64, unit: &str, digits: usize| format!("{value:.digits$} {unit}");
        let mut line = |what: &str, theirs: Option<f64>, ours: f64, unit: &str, digits, wanted: &str| {
            self.0.push([
                what.to_owned(),
                theirs.map_or(String::new(), |value| cell(value, unit, digits)),
                cell(ours, unit, digits),
                theirs.map_or(String::new(), |value| format!("{:.2}", ours / value)),
                wanted.to_owned(),
            ]);
        };
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        line("index build, CPU a record", theirs.map(each), each(ours), "ms", 3, "≤ 0.5 of Zebra");
        let index = theirs.map(|build| megabytes(build.index));
        line(
            "index on disk, without the records",
            index,
            megabytes(ours.index),
            "MB",
            0,
            "≤ Zebra",
        );
        let whole = theirs.map(|build| megabytes(build.whole));
        line("index and records on disk", whole, megabytes(ours.whole), "MB", 0, "");
    }

    fn operation(&mut self, what: &str, theirs: Option<Result<f64, String>>, ours: Option<Result<f64, String>>, wanted: f64) {
        let cell = |side: &Option<Result<f64, String>>| match side {
            Some(Ok(time)) => format!("{time:.3} ms"),
            Some(Err(why)) => format!("fails: {}", why.replace('|', "¦")),
            None => String::new(),
        };
        let ratio = match (&theirs, &ours) {
            (Some(Ok(theirs)), Some(Ok(ours))) => format!("{:.2}", ours / theirs),
            _ => String::new(),
        };
        let wanted = format!("≤ {wanted} ms or ≤ 0.5 of Zebra");
        self.0.push([what.to_owned(), cell(&theirs), cell(&ours), ratio, wanted]);
    }

    fn idle(&mut self, measured: &Measured) {
        let load = &measured.load;
        let grown = load
            .rss_connected_kb
            .zip(load.rss_before_kb)
            .map_or(0, |(after, before)| after.saturating_sub(before));
        let p99 = f64::from(u32::try_from(load.p99_us).unwrap_or(u32::MAX)) / 1000.0;
        self.0.push([
            format!("{} idle sessions, {} active among them", load.connections, load.active),
            String::new(),
            format!("{} MB more, p99 {p99:.1} ms", grown / 1024),
            String::new(),
            "≤ 100 MB, p99 ≤ 20 ms".to_owned(),
        ]);
    }

    fn text(&self) -> String {
        let mut text = String::from("| server CPU | Zebra | Skranke | ratio | wanted |\n| --- | --- | --- | --- | --- |\n");
        for line in &self.0 {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| {} |", line.join(" | "));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_both_columns_and_the_ratio() {
        let build = |seconds, index| Build {
            cpu: Duration::from_secs(seconds),
            index,
            whole: index * 2,
        };
        let mut table = Table::default();
        table.build(200_000, Some(build(80, 400_000_000)), build(20, 100_000_000));
        table.operation("ISBN search", Some(Ok(0.1)), Some(Ok(0.03)), 0.04);
        table.operation("scan", None, Some(Err("a | b".to_owned())), 0.1);
        let text = table.text();
        assert!(
            text.contains("| index build, CPU a record | 0.400 ms | 0.100 ms | 0.25 |"),
            "{text}"
        );
        assert!(text.contains("| ISBN search | 0.100 ms | 0.030 ms | 0.30 | ≤ 0.04 ms"), "{text}");
        assert!(text.contains("| scan |  | fails: a ¦ b |  |"), "{text}");
    }

    #[test]
    fn one_bad_pass_spoils_the_average() {
        assert_eq!(average(&[]), None);
        assert_eq!(average(&[Ok(1.0), Ok(3.0)]), Some(Ok(2.0)));
        assert_eq!(average(&[Ok(1.0), Err("x".to_owned())]), Some(Err("x".to_owned())));
    }
}
