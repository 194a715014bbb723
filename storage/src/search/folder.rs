//! The index folder: generations side by side, and a file that names the one in use.
//!
//! ```text
//! index/current        the name of the generation that is searched, changed by one rename
//!       building.lock  held by whoever builds a new one
//!       g7/            a tantivy index
//! ```
//! A generation is built beside the one in use, by a serving process or by `skranke reindex`; every process that serves
//! from the folder then goes over to it.

use super::error::Error;
use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

const CURRENT: &str = "current";
const LOCK: &str = "building.lock";

/// An index folder.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

/// Nobody else builds in the folder while this lives.
#[derive(Debug)]
pub(crate) struct Building {
    folder: Folder,
    /// The generation being built.
    pub(crate) name: String,
    _lock: File,
}

impl Folder {
    /// The folder; it is made where it is missing.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let folder = Self(path.to_owned());
        fs::create_dir_all(path).map_err(|error| folder.failed(error))?;
        Ok(folder)
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::Folder(self.0.display().to_string(), error)
    }

    pub(crate) fn generation(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The generation in use, if there is one.
    pub(crate) fn current(&self) -> Result<Option<String>, Error> {
        match fs::read_to_string(self.0.join(CURRENT)) {
            Ok(name) => Ok(Some(name.trim().to_owned()).filter(|name| number(name).is_some())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Begins a new generation, in an empty folder of its own; `None` while somebody else builds one.
    pub(crate) fn build(&self) -> Result<Option<Building>, Error> {
        let lock = File::create(self.0.join(LOCK)).map_err(|error| self.failed(error))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(self.failed(error)),
        }
        let current = self.current()?;
        let mut last = current.as_deref().and_then(number).unwrap_or(0);
        for entry in fs::read_dir(&self.0).map_err(|error| self.failed(error))? {
            let name = entry
                .map_err(|error| self.failed(error))?
                .file_name()
                .to_string_lossy()
                .into_owned();
            let Some(found) = number(&name) else { continue };
            last = last.max(found);
            // What an earlier builder left behind half done, or what all have left.
            if current.as_deref() != Some(&name) {
                let _ = fs::remove_dir_all(self.0.join(&name));
            }
        }
        let name = format!("g{}", last + 1);
        fs::create_dir_all(self.0.join(&name)).map_err(|error| self.failed(error))?;
        Ok(Some(Building {
            folder: self.clone(),
            name,
            _lock: lock,
        }))
    }
}

impl Building {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.generation(&self.name)
    }

    /// The generation is whole: from now on it is the one in use. The one before is removed; who has it open keeps its files.
    pub(crate) fn put_in_use(self) -> Result<String, Error> {
        let failed = |error| self.folder.failed(error);
        let before = self.folder.current()?;
        let (new, current) = (self.folder.0.join("current.new"), self.folder.0.join(CURRENT));
        let mut file = File::create(&new).map_err(failed)?;
        file.write_all(self.name.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        fs::rename(&new, &current).map_err(failed)?;
        File::open(&self.folder.0).and_then(|folder| folder.sync_all()).map_err(failed)?;
        if let Some(before) = before {
            let _ = fs::remove_dir_all(self.folder.generation(&before));
        }
        Ok(self.name)
    }
}

/// The number in a generation's name.
fn number(name: &str) -> Option<u64> {
    name.strip_prefix('g')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_builds_and_the_last_built_is_in_use() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(&place.path().join("index")).unwrap();
        assert_eq!(folder.current().unwrap(), None);
        let first = folder.build().unwrap().unwrap();
        assert!(folder.build().unwrap().is_none());
        assert_eq!(first.put_in_use().unwrap(), "g1");
        let half = folder.build().unwrap().unwrap();
        drop(half);
        let second = folder.build().unwrap().unwrap();
        assert_eq!(folder.current().unwrap().as_deref(), Some("g1"));
        assert_eq!(second.put_in_use().unwrap(), "g3");
        assert_eq!(folder.current().unwrap().as_deref(), Some("g3"));
        assert!(!folder.generation("g1").exists() && !folder.generation("g2").exists());
    }
}
