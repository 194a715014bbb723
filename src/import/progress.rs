//! Progress on a terminal: records, rate, time left. Silent anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::Path;

/// The progress of one file, by bytes read.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    records: u64,
}

impl Progress {
    /// Starts for a file; the total is its length where it has one.
    pub fn of(path: &Path) -> Self {
        let total = std::fs::metadata(path).map(|meta| meta.len()).unwrap_or(0);
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        let template = "{prefix} {bar:30} {percent}% {msg} left {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned());
        Self { bar, records: 0 }
    }

    /// So far: records done, bytes read.
    pub fn at(&mut self, records: u64, bytes: u64) {
        self.records = records;
        self.bar.set_position(bytes);
        let seconds = self.bar.elapsed().as_secs_f64().max(0.001);
        self.bar
            .set_message(format!("{records} records, {:.0}/s", records as f64 / seconds));
    }

    /// Clears the line.
    pub fn done(self) {
        self.bar.finish_and_clear();
    }
}
