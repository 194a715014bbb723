//! What a process has cost so far, from /proc.

use std::{fs, time::Duration};

use anyhow::{Context, Result};

/// Ticks of /proc/PID/stat a second: Linux fixes them at 100 for user space.
const TICKS: u64 = 100;

/// A reading.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Processor time of all its threads, user and system.
    pub cpu: Duration,
    /// Resident memory, kB.
    pub rss_kb: u64,
}

/// Reads another process, with all it has started: some servers are a process for each session.
pub fn usage_of(pid: u32) -> Result<Usage> {
    let mut all = read(&pid.to_string())?;
    let mut waiting = children(pid);
    let forks = !waiting.is_empty();
    if forks {
        all.rss_kb = proportional(pid).unwrap_or(all.rss_kb);
    }
    while let Some(child) = waiting.pop() {
        // One that ends meanwhile counts with its parent from now on.
        if let Ok(usage) = read(&child.to_string()) {
            all.cpu += usage.cpu;
            all.rss_kb += proportional(child).unwrap_or(usage.rss_kb);
            waiting.extend(children(child));
        }
    }
    Ok(all)
}

/// Reads this process.
pub fn own() -> Result<Usage> {
    read("self")
}

fn read(process: &str) -> Result<Usage> {
    let file = |name: &str| {
        let path = format!("/proc/{process}/{name}");
        fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
    };
    let cpu = cpu_time(&file("stat")?).with_context(|| format!("/proc/{process}/stat is not understood"))?;
    let rss_kb = resident(&file("status")?).with_context(|| format!("/proc/{process}/status names no VmRSS"))?;
    Ok(Usage { cpu, rss_kb })
}

/// Fields 14 to 17, counted after the name in parentheses, which may hold blanks: its own time and that of its ended children.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, after) = stat.rsplit_once(") ")?;
    let ticks = after.split(' ').skip(11).take(4).map(|field| field.parse::<u64>().ok());
    let total = ticks.sum::<Option<u64>>()?;
    Some(Duration::from_millis(total * (1000 / TICKS)))
}

/// The processes that a process has started, of all its threads.
fn children(pid: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else {
        return Vec::new();
    };
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<u32>>())
        .collect()
}

/// Its part of the memory that it shares with its like, and all of its own, kB.
fn proportional(pid: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

fn resident(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_name_with_blanks() {
        let stat = "42 (odd ) name) S 1 42 42 0 -1 4194560 100 0 0 0 150 40 6 4 20 0 3 0 100 1000 10";
        assert_eq!(cpu_time(stat), Some(Duration::from_secs(2)));
    }

    #[test]
    fn reads_itself() {
        assert!(own().unwrap().rss_kb > 100);
    }
}
