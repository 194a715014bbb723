//! The load driver: many terminals at once from one thread, so that its own work stays small beside the server's.

pub mod catalogue;
pub mod histogram;
pub mod messages;
pub mod process;
pub mod terminal;

use std::{
    rc::Rc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use tokio::{runtime::Builder, task::LocalSet};

use self::{
    messages::{Mix, Stock},
    process::Usage,
    terminal::{Gate, Tally, Terminal},
};

/// What to drive, how hard, and for how long.
#[derive(Debug, Clone)]
pub struct Plan {
    /// `HOST:PORT`.
    pub address: String,
    /// Connections in all.
    pub connections: usize,
    /// How many of them work; the others are logged in and idle.
    pub active: usize,
    /// Measured time.
    pub time: Duration,
    /// Time before it, not measured.
    pub warm_up: Duration,
    /// Pause of a terminal between two requests.
    pub think: Duration,
    /// What the terminals do.
    pub mix: Mix,
    /// Any line counts as an answer: for servers that say the same to everything.
    pub any_answer: bool,
    /// Process id of the server, to read its cost.
    pub pid: Option<u32>,
}

/// What came of it.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// What the terminals did.
    pub mix: &'static str,
    /// Connections in all.
    pub connections: usize,
    /// Working ones.
    pub active: usize,
    /// Measured seconds.
    pub seconds: f64,
    /// Answered requests.
    pub requests: u64,
    /// Requests a second.
    pub rate: f64,
    /// Latencies in microseconds.
    pub p50_us: u64,
    /// 90 %.
    pub p90_us: u64,
    /// 99 %.
    pub p99_us: u64,
    /// 99.9 %.
    pub p999_us: u64,
    /// The slowest.
    pub max_us: u64,
    /// Answers that were not what they should be.
    pub errors: u64,
    /// The first of them.
    pub first_error: Option<String>,
    /// Server CPU time for a request, microseconds.
    pub server_cpu_us: Option<f64>,
    /// The driver's own, microseconds.
    pub driver_cpu_us: Option<f64>,
    /// Server memory (RSS) before the first connection, kB.
    pub rss_before_kb: Option<u64>,
    /// With all connections logged in, before the work begins.
    pub rss_connected_kb: Option<u64>,
    /// At the end.
    pub rss_after_kb: Option<u64>,
    /// Seconds it took to connect and log in all.
    pub connect_seconds: f64,
}

/// Drives the server as planned.
pub fn drive(plan: &Plan, stock: Stock) -> Result<Measured> {
    let runtime = Builder::new_current_thread().enable_io().enable_time().build()?;
    LocalSet::new().block_on(&runtime, drive_on(plan, Rc::new(stock)))
}

async fn drive_on(plan: &Plan, stock: Rc<Stock>) -> Result<Measured> {
    if plan.active > plan.connections {
        bail!("{} of {} connections cannot be active", plan.active, plan.connections);
    }
    stock.enough_for(plan.mix, plan.active)?;
    let usage = || plan.pid.map(process::usage_of).transpose();
    let before = usage()?;
    let connecting = Instant::now();
    let terminals = connect_all(plan, &stock).await?;
    let connect_seconds = connecting.elapsed().as_secs_f64();
    let connected = usage()?;

    let gate = Rc::new(Gate::default());
    let mut idle = Vec::new();
    let mut working = Vec::new();
    for (number, terminal) in terminals.into_iter().enumerate() {
        if number < plan.active {
            let script = messages::script(plan.mix, number, plan.active, &stock);
            let gate = Rc::clone(&gate);
            let (think, any_answer) = (plan.think, plan.any_answer);
            working.push(tokio::task::spawn_local(terminal.work(script, gate, think, any_answer)));
        } else {
            idle.push(terminal);
        }
    }
    tokio::time::sleep(plan.warm_up).await;
    gate.measure(true);
    let (start, at_start, own_start) = (Instant::now(), usage()?, process::own()?);
    tokio::time::sleep(plan.time).await;
    gate.measure(false);
    let (seconds, at_end, own_end) = (start.elapsed().as_secs_f64(), usage()?, process::own()?);
    gate.stop();
    let mut tally = Tally::default();
    for task in working {
        tally.add(task.await.context("a terminal broke down")?);
    }
    drop(idle);
    Ok(report(
        Sessions {
            what: plan.mix.name(),
            connections: plan.connections,
            active: plan.active,
        },
        &tally,
        seconds,
        connect_seconds,
        &Costs {
            before,
            connected,
            at_start,
            at_end,
            own_start,
            own_end,
        },
    ))
}

/// What was driven.
struct Sessions {
    what: &'static str,
    connections: usize,
    active: usize,
}

/// Readings of processor time and memory along the way.
struct Costs {
    before: Option<Usage>,
    connected: Option<Usage>,
    at_start: Option<Usage>,
    at_end: Option<Usage>,
    own_start: Usage,
    own_end: Usage,
}

/// Connects and logs in all terminals, a few at a time.
async fn connect_all(plan: &Plan, stock: &Rc<Stock>) -> Result<Vec<Terminal>> {
    let mut terminals = Vec::with_capacity(plan.connections);
    for first in (0..plan.connections).step_by(32) {
        let batch: Vec<_> = (first..plan.connections.min(first + 32))
            .map(|number| {
                let (address, stock) = (plan.address.clone(), Rc::clone(stock));
                tokio::task::spawn_local(async move {
                    Terminal::connect(&address, stock.login(number))
                        .await
                        .with_context(|| format!("connection {}", number + 1))
                })
            })
            .collect();
        for terminal in batch {
            terminals.push(terminal.await.context("a connection broke down")??);
        }
    }
    Ok(terminals)
}

#[allow(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn report(sessions: Sessions, tally: &Tally, seconds: f64, connect_seconds: f64, costs: &Costs) -> Measured {
    let requests = tally.latency.count();
    let each = |before: &Usage, after: &Usage| (requests > 0).then(|| (after.cpu - before.cpu).as_secs_f64() * 1e6 / requests as f64);
    let rss = |usage: &Option<Usage>| usage.as_ref().map(|usage| usage.rss_kb);
    let at = |share: f64| tally.latency.quantile(share);
    Measured {
        mix: sessions.what,
        connections: sessions.connections,
        active: sessions.active,
        seconds,
        requests,
        rate: requests as f64 / seconds,
        p50_us: at(0.50),
        p90_us: at(0.90),
        p99_us: at(0.99),
        p999_us: at(0.999),
        max_us: tally.latency.max(),
        errors: tally.errors,
        first_error: tally.first_error.clone(),
        server_cpu_us: costs.at_start.as_ref().zip(costs.at_end.as_ref()).and_then(|(a, b)| each(a, b)),
        driver_cpu_us: each(&costs.own_start, &costs.own_end),
        rss_before_kb: rss(&costs.before),
        rss_connected_kb: rss(&costs.connected),
        rss_after_kb: rss(&costs.at_end),
        connect_seconds,
    }
}

impl Measured {
    /// The measurement for people.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}: {} connections, {} active, {:.1} s\n  {} requests, {:.0} a second\n  latency us: p50 {}, p90 {}, p99 {}, p99.9 {}, max {}\n  errors: {}\n",
            self.mix,
            self.connections,
            self.active,
            self.seconds,
            self.requests,
            self.rate,
            self.p50_us,
            self.p90_us,
            self.p99_us,
            self.p999_us,
            self.max_us,
            self.errors,
        );
        if let Some(error) = &self.first_error {
            text.push_str(&format!("  first error: {error}\n"));
        }
        if let Some(cpu) = self.server_cpu_us {
            text.push_str(&format!("  server CPU: {cpu:.1} us a request\n"));
        }
        if let Some(cpu) = self.driver_cpu_us {
            text.push_str(&format!("  driver CPU: {cpu:.1} us a request\n"));
        }
        if let (Some(before), Some(connected), Some(after)) = (self.rss_before_kb, self.rss_connected_kb, self.rss_after_kb) {
            text.push_str(&format!(
                "  server memory: {before} kB before, {connected} kB with {} sessions (connected in {:.2} s), {after} kB at the end\n",
                self.connections, self.connect_seconds
            ));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{histogram::Histogram, *};

    #[test]
    fn a_run_without_requests_has_no_cost() {
        let sessions = Sessions {
            what: "idle",
            connections: 1,
            active: 0,
        };
        let usage = Usage {
            cpu: Duration::ZERO,
            rss_kb: 0,
        };
        let costs = Costs {
            before: None,
            connected: None,
            at_start: Some(usage),
            at_end: Some(usage),
            own_start: usage,
            own_end: usage,
        };
        let measured = report(sessions, &Tally::default(), 1.0, 0.0, &costs);
        assert_eq!((measured.requests, measured.server_cpu_us, measured.p99_us), (0, None, 0));
        assert_eq!(Histogram::default().max(), 0);
    }
}
