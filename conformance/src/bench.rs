//! One table of one run: the server beside a server that does nothing, a rival, and a bare database loop.
//!
//! Machines are noisy, so what counts is the ratios, and each contestant is measured several times in turn.

pub mod catalogue;

use std::{
    fmt::Write,
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    load::{self, Measured, Plan, messages::Mix, messages::Stock},
    server::Server,
    sip2::facts::Facts,
};

/// What to measure with.
#[derive(Debug)]
pub struct Bench {
    /// The `skranke` binary.
    pub skranke: PathBuf,
    /// The demo library's folder.
    pub demo: PathBuf,
    /// Python with pysip2, if the rival is to be measured.
    pub python: Option<PathBuf>,
    /// The rival's script.
    pub rival: PathBuf,
    /// A command whose last word on standard output is the transactions a second of a bare database loop.
    pub sqlite_loop: Option<String>,
    /// Measured time of each pass.
    pub time: Duration,
    /// Passes; the contestants take turns.
    pub passes: u32,
    /// Idle sessions.
    pub sessions: usize,
}

/// Terminals at once, as the requirement says.
const CONNECTIONS: usize = 64;
/// Active ones among the idle.
const ACTIVE: usize = 200;
/// The log while contestants are compared: none of them writes a line for each message.
const QUIET: &str = "warn";
/// The log as it is where nothing is said about it.
const TALKATIVE: &str = "info";
/// What the server that does nothing answers: as long as an ordinary answer to 17.
const CANNED: &str = "1803010120261124    120000CF0|AB3900010011|AJA title of ordinary length, for comparison|BGDK-761500|CK001|AQhovedbiblioteket|APhovedbiblioteket|";

impl Bench {
    /// Measures everything and gives the table, Markdown.
    pub fn run(&self, facts: &Facts, mut told: impl FnMut(&str)) -> Result<String> {
        let folder = std::env::temp_dir().join(format!("skranke-bench-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let table = self.measure(facts, &folder, &mut told);
        // What lies in a temporary folder may stay there.
        let _ = fs::remove_dir_all(&folder);
        table
    }

    fn measure(&self, facts: &Facts, folder: &Path, told: &mut impl FnMut(&str)) -> Result<String> {
        let stock = Stock::new(facts);
        let address = free_address()?;
        let null = Contestant {
            name: "null server",
            server: self.start(&address, &format!("null-serve --listen {address} --line '{CANNED}'"), folder)?,
            any_answer: true,
        };
        let data = folder.join("data");
        let (first_start, second_start) = self.start_times(&data, folder)?;
        let skranke = Contestant {
            name: "skranke",
            server: self.serve(&data, folder, QUIET)?,
            any_answer: false,
        };
        let rival = self.start_rival()?;

        let mut rows = Rows::default();
        let mut reads = Vec::new();
        for contestant in [Some(&null), Some(&skranke), rival.as_ref()].into_iter().flatten() {
            reads.push((contestant, Vec::new()));
        }
        // Not counted: each PIN is looked at for the first time, which is meant to be dear.
        skranke.load(self, Mix::Reads, CONNECTIONS, CONNECTIONS, &stock)?;
        for _ in 0..self.passes {
            for (contestant, passes) in &mut reads {
                let measured = contestant.load(self, Mix::Reads, CONNECTIONS, CONNECTIONS, &stock)?;
                told(&format!("{}: {}", contestant.name, measured.text()));
                passes.push(measured);
            }
        }
        let averages: Vec<(&str, Average)> = reads
            .iter()
            .map(|(contestant, passes)| (contestant.name, Average::of(passes)))
            .collect();
        rows.reads(&averages);

        let mut loans = Vec::new();
        for _ in 0..self.passes {
            let measured = skranke.load(self, Mix::Loans, CONNECTIONS, CONNECTIONS, &stock)?;
            told(&format!("skranke: {}", measured.text()));
            loans.push(measured);
        }
        rows.loans(&Average::of(&loans), self.sqlite_loop()?);

        let idle = skranke.load(self, Mix::Idle, self.sessions, ACTIVE.min(self.sessions), &stock)?;
        told(&format!("skranke: {}", idle.text()));
        rows.idle(&idle);
        rows.start(first_start, second_start);
        drop(skranke);
        rows.logged(&self.logged(&data, folder, &stock, told)?);
        Ok(format!("{}\n\n{}", machine(), rows.table()))
    }

    /// How long the demo takes to answer for the first time, its library loaded, and with its library there.
    fn start_times(&self, data: &Path, folder: &Path) -> Result<(Duration, Duration)> {
        let mut took = [Duration::ZERO; 2];
        for time in &mut took {
            let address = free_address()?;
            let arguments = format!(
                "demo --data-dir {} --sip2-port {} --http-port 0 --z3950-port 0 --ncip-port 0",
                data.display(),
                port_of(&address)
            );
            let starting = Instant::now();
            drop(self.start(&address, &arguments, folder)?);
            *time = starting.elapsed();
        }
        Ok(took.into())
    }

    /// Reads with a line in the log for each message, as a server is set up that is told nothing else.
    fn logged(&self, data: &Path, folder: &Path, stock: &Stock, told: &mut impl FnMut(&str)) -> Result<Average> {
        let skranke = Contestant {
            name: "skranke, logging",
            server: self.serve(data, folder, TALKATIVE)?,
            any_answer: false,
        };
        skranke.load(self, Mix::Reads, CONNECTIONS, CONNECTIONS, stock)?;
        let mut passes = Vec::new();
        for _ in 0..self.passes {
            let measured = skranke.load(self, Mix::Reads, CONNECTIONS, CONNECTIONS, stock)?;
            told(&format!("{}: {}", skranke.name, measured.text()));
            passes.push(measured);
        }
        Ok(Average::of(&passes))
    }

    /// Serves the demo's data with as many sessions for each login as there are.
    fn serve(&self, data: &Path, folder: &Path, log: &str) -> Result<Server> {
        let config = folder.join("skranke.toml");
        fs::copy(self.demo.join("skranke.toml"), &config)?;
        let address = free_address()?;
        let settings = [
            format!("SKRANKE_STORAGE_URL=sqlite:{}", data.join("skranke.db").display()),
            format!("SKRANKE_STORAGE_INDEX={}", data.join("index").display()),
            format!("SKRANKE_SIP2_LISTEN={address}"),
            format!("SKRANKE_HTTP_LISTEN={}", free_address()?),
            format!("SKRANKE_Z3950_LISTEN={}", free_address()?),
            format!("SKRANKE_LOG_FILTER={log}"),
            format!("SKRANKE_SIP2_MAX_CONNECTIONS_PER_LOGIN={}", self.sessions.max(500)),
        ];
        let command = format!(
            "env {} {} serve --config {}",
            settings.join(" "),
            self.skranke.display(),
            config.display()
        );
        Server::start(&address, &command, Some(&folder.join("stderr.log")))
    }

    fn start(&self, address: &str, arguments: &str, folder: &Path) -> Result<Server> {
        let command = format!("{} {arguments}", self.skranke.display());
        Server::start(address, &command, Some(&folder.join("stderr.log")))
    }

    fn start_rival(&self) -> Result<Option<Contestant>> {
        let Some(python) = &self.python else { return Ok(None) };
        let address = free_address()?;
        let port = port_of(&address);
        let command = format!("{} {} {port} {}", python.display(), self.rival.display(), self.demo.display());
        let server = Server::start(&address, &command, None)?;
        Ok(Some(Contestant {
            name: "pysip2, dictionaries",
            server,
            any_answer: false,
        }))
    }

    /// Transactions a second of the bare loop.
    fn sqlite_loop(&self) -> Result<Option<f64>> {
        let Some(command) = &self.sqlite_loop else { return Ok(None) };
        let output = Command::new("sh")
            .arg("-c")
            .arg(command)
            .output()
            .with_context(|| format!("cannot run {command}"))?;
        let said = String::from_utf8_lossy(&output.stdout);
        match said
            .split_whitespace()
            .last()
            .and_then(|word| word.trim_end_matches("/s").parse().ok())
        {
            Some(rate) if output.status.success() => Ok(Some(rate)),
            _ => bail!("{command} did not end with a number: {said}"),
        }
    }
}

/// A running server that takes part.
struct Contestant {
    name: &'static str,
    server: Server,
    any_answer: bool,
}

impl Contestant {
    fn load(&self, bench: &Bench, mix: Mix, connections: usize, active: usize, stock: &Stock) -> Result<Measured> {
        let plan = Plan {
            address: self.server.address().to_owned(),
            connections,
            active,
            time: bench.time,
            warm_up: Duration::from_secs(3),
            think: Duration::from_millis(if mix == Mix::Idle { 100 } else { 0 }),
            mix,
            any_answer: self.any_answer,
            pid: Some(self.server.pid()),
        };
        let stock = if self.any_answer {
            stock.clone().without_login()
        } else {
            stock.clone()
        };
        let measured = load::drive(&plan, stock).with_context(|| self.name)?;
        if let Some(error) = &measured.first_error {
            bail!("{}: {} errors, the first: {error}", self.name, measured.errors);
        }
        Ok(measured)
    }
}

/// Several passes as one.
#[derive(Debug, Clone, Copy)]
struct Average {
    rate: f64,
    server_cpu_us: f64,
    p50_us: u64,
    p99_us: u64,
}

impl Average {
    #[allow(clippy::cast_precision_loss, reason = "a handful of passes")]
    fn of(passes: &[Measured]) -> Average {
        let count = passes.len().max(1) as f64;
        Average {
            rate: passes.iter().map(|pass| pass.rate).sum::<f64>() / count,
            server_cpu_us: passes.iter().filter_map(|pass| pass.server_cpu_us).sum::<f64>() / count,
            p50_us: passes.iter().map(|pass| pass.p50_us).max().unwrap_or(0),
            p99_us: passes.iter().map(|pass| pass.p99_us).max().unwrap_or(0),
        }
    }

    fn text(&self) -> String {
        let Average {
            rate,
            server_cpu_us,
            p50_us,
            p99_us,
        } = self;
        format!("{rate:.0}/s, {server_cpu_us:.1} µs server CPU, p50 {p50_us} µs, p99 {p99_us} µs")
    }
}

/// The lines of the table.
#[derive(Debug, Default)]
struct Rows(Vec<[String; 4]>);

impl Rows {
    fn add(&mut self, what: &str, measured: String, ratio: String, wanted: &str) {
        self.0.push([what.to_owned(), measured, ratio, wanted.to_owned()]);
    }

    fn reads(&mut self, averages: &[(&str, Average)]) {
        let rate_of = |name: &str| averages.iter().find(|(known, _)| *known == name).map(|(_, average)| average.rate);
        for (name, average) in averages {
            let ratio = match (*name, rate_of("null server"), rate_of("pysip2, dictionaries")) {
                ("skranke", Some(null), rival) => {
                    let mut ratio = format!("{:.2} of the null server", average.rate / null);
                    if let Some(rival) = rival {
                        // Writing to a string cannot fail.
                        let _ = write!(ratio, ", {:.1} × pysip2", average.rate / rival);
                    }
                    ratio
                }
                _ => String::new(),
            };
            let wanted = match *name {
                "skranke" => "≥ 0.5 of the null server or ≤ 25 µs; ≥ 5 × pysip2",
                _ => "",
            };
            self.add(&format!("reads, {CONNECTIONS} connections: {name}"), average.text(), ratio, wanted);
        }
    }

    fn logged(&mut self, average: &Average) {
        self.add("the same reads, each with its line in the log", average.text(), String::new(), "");
    }

    fn loans(&mut self, average: &Average, bare: Option<f64>) {
        let ratio = bare.map_or(String::new(), |bare| {
            format!("{:.2} of the bare loop ({bare:.0}/s)", average.rate / bare)
        });
        let measured = format!("{:.0}/s, p50 {} µs, p99 {} µs", average.rate, average.p50_us, average.p99_us);
        self.add(
            &format!("durable check-outs and check-ins, {CONNECTIONS} connections"),
            measured,
            ratio,
            "≥ 2,000/s or half of a bare SQLite loop",
        );
    }

    fn idle(&mut self, idle: &Measured) {
        let grown = idle
            .rss_connected_kb
            .zip(idle.rss_before_kb)
            .map_or(0, |(after, before)| after.saturating_sub(before));
        let measured = format!(
            "{} MB more, p99 {:.1} ms",
            grown / 1024,
            f64::from(u32::try_from(idle.p99_us).unwrap_or(u32::MAX)) / 1000.0
        );
        let what = format!(
            "{} idle sessions, {} active among them at ten requests a second",
            idle.connections, idle.active
        );
        self.add(&what, measured, String::new(), "≤ 100 MB, p99 ≤ 20 ms");
    }

    fn start(&mut self, first: Duration, second: Duration) {
        self.add(
            "first start, the demo library loaded",
            format!("{:.2} s", first.as_secs_f64()),
            String::new(),
            "",
        );
        self.add(
            "start on the demo data",
            format!("{:.2} s", second.as_secs_f64()),
            String::new(),
            "< 1 s",
        );
    }

    fn table(&self) -> String {
        let mut table = String::from("| what | measured | ratio | wanted |\n| --- | --- | --- | --- |\n");
        for [what, measured, ratio, wanted] in &self.0 {
            // Writing to a string cannot fail.
            let _ = writeln!(table, "| {what} | {measured} | {ratio} | {wanted} |");
        }
        table
    }
}

/// Names the machine: processor, cores, kernel.
fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpuinfo = read("/proc/cpuinfo");
    let model = cpuinfo
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let build = if cfg!(debug_assertions) {
        "; the driver is a debug build, its own work weighs on the figures"
    } else {
        ""
    };
    format!("{model}, {cores} cores, Linux {}{build}", kernel.trim())
}

fn port_of(address: &str) -> &str {
    address.rsplit(':').next().unwrap_or_default()
}

fn free_address() -> Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_the_ratios() {
        let average = |rate| Average {
            rate,
            server_cpu_us: 20.0,
            p50_us: 1,
            p99_us: 2,
        };
        let mut rows = Rows::default();
        rows.reads(&[
            ("null server", average(100_000.0)),
            ("skranke", average(60_000.0)),
            ("pysip2, dictionaries", average(6000.0)),
        ]);
        rows.loans(&average(3000.0), Some(4000.0));
        let table = rows.table();
        assert!(table.contains("0.60 of the null server, 10.0 × pysip2"), "{table}");
        assert!(table.contains("0.75 of the bare loop (4000/s)"), "{table}");
    }
}
