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

/// Reads another process.
pub fn usage_of(pid: u32) -> Result<Usage> {
    read(&pid.to_string())
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

/// Fields 14 and 15, counted after the name in parentheses, which may hold blanks.
fn cpu_time(stat: &str) -> Option<Duration> {
    let (_, after) = stat.rsplit_once(") ")?;
    let mut ticks = after.split(' ').skip(11).map(|field| field.parse::<u64>().ok());
    let total = ticks.next()?? + ticks.next()??;
    Some(Duration::from_millis(total * (1000 / TICKS)))
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
        let stat = "42 (odd ) name) S 1 42 42 0 -1 4194560 100 0 0 0 150 50 0 0 20 0 3 0 100 1000 10";
        assert_eq!(cpu_time(stat), Some(Duration::from_secs(2)));
    }

    #[test]
    fn reads_itself() {
        assert!(own().unwrap().rss_kb > 100);
    }
}
