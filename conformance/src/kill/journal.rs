//! What was sent and what was acknowledged, in the order it happened, for whoever has to find out afterwards.

use std::{
    fs::File,
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};

/// The journal; without a file it keeps nothing.
#[derive(Debug)]
pub struct Journal {
    started: Instant,
    file: Option<Mutex<File>>,
}

impl Journal {
    /// Writes to a new file at `path`, if there is one.
    pub fn open(path: Option<&Path>) -> Result<Journal> {
        let file = match path {
            Some(path) => {
                let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
                Some(Mutex::new(file))
            }
            None => None,
        };
        Ok(Journal {
            started: Instant::now(),
            file,
        })
    }

    /// One line: microseconds since the start, writer, what happened, the message.
    pub fn note(&self, writer: usize, what: &str, message: &str) {
        let Some(file) = &self.file else { return };
        let micros = self.started.elapsed().as_micros();
        let line = format!("{micros} {writer} {what} {message}\n");
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        // A journal that cannot be written must not end the test; the verdict does not hang on it.
        let _ = file.write_all(line.as_bytes());
    }
}
