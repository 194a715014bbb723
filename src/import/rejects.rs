//! The rejects file beside the input: one line each, position, control number, reason, separated by tabs.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Writes `PATH.rejects`, made only when something is rejected.
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    file: Option<BufWriter<File>>,
    count: u64,
}

impl Rejects {
    /// For an input file. A rejects file of an earlier import is removed: it would be read as this one's.
    pub fn beside(input: &Path) -> io::Result<Self> {
        let mut name = if input == Path::new("-") {
            "stdin".into()
        } else {
            input.as_os_str().to_owned()
        };
        name.push(".rejects");
        let path = PathBuf::from(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        Ok(Self {
            path,
            file: None,
            count: 0,
        })
    }

    /// One line. The reason holds no field values that could be personal.
    pub fn write(&mut self, position: impl std::fmt::Display, number: &str, reason: impl std::fmt::Display) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(BufWriter::new(File::create(&self.path)?)),
        };
        let clean = |text: String| text.replace(['\t', '\r', '\n'], " ");
        writeln!(file, "{position}\t{}\t{}", clean(number.to_owned()), clean(reason.to_string()))?;
        self.count += 1;
        Ok(())
    }

    /// How many, and where they stand, once all is written.
    pub fn finish(mut self) -> io::Result<Option<(u64, PathBuf)>> {
        if let Some(file) = &mut self.file {
            file.flush()?;
        }
        Ok((self.count > 0).then_some((self.count, self.path)))
    }
}
