//! The lines of the table.

use std::fmt::Write;

use super::contestant::Build;
use crate::load::catalogue::Measured;

/// The mean of several passes, or the first thing that went wrong; `None` without passes.
#[allow(clippy::cast_precision_loss, reason = "a handful of passes")]
pub(super) fn average(passes: &[Result<f64, String>]) -> Option<Result<f64, String>> {
    let times: Result<Vec<f64>, String> = passes.iter().cloned().collect();
    (!passes.is_empty()).then(|| times.map(|times| times.iter().sum::<f64>() / times.len() as f64))
}

/// The lines of the table.
#[derive(Debug, Default)]
pub(super) struct Table(Vec<[String; 5]>);

impl Table {
    #[allow(clippy::cast_precision_loss, reason = "counts and sizes far below 2^52")]
    pub(super) fn build(&mut self, count: u64, theirs: Option<Build>, ours: Build) {
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

    pub(super) fn operation(&mut self, what: &str, theirs: Option<Result<f64, String>>, ours: Option<Result<f64, String>>, wanted: f64) {
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

    pub(super) fn idle(&mut self, measured: &Measured) {
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

    pub(super) fn text(&self) -> String {
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
    use std::time::Duration;

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
