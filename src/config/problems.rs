//! What is wrong with a configuration, said so that it can be mended: file, line, key, remedy.

use std::fmt;
use std::path::{Path, PathBuf};

/// One problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where the key stands, from the root (`sip2`, `terminal`, `1`, `agency`); numbers count table arrays from 0.
    pub key: Vec<String>,
    /// Line from 1, where it could be found.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
    /// Serving goes on all the same.
    pub warning: bool,
}

impl Problem {
    /// A problem that stops serving.
    pub fn error(key: &[&str], what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            key: key.iter().map(|&part| part.to_owned()).collect(),
            line: None,
            what: what.into(),
            remedy: remedy.into(),
            warning: false,
        }
    }

    /// A problem that does not.
    pub fn warning(key: &[&str], what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            warning: true,
            ..Self::error(key, what, remedy)
        }
    }
}

/// Every problem of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems {
    /// The file.
    pub file: PathBuf,
    /// In the order of their lines.
    pub list: Vec<Problem>,
}

impl Problems {
    /// Finds each problem's line in the text and sorts by it.
    pub fn located(file: &Path, text: &str, mut list: Vec<Problem>) -> Self {
        let document = toml::de::DeTable::parse(text).ok();
        for problem in &mut list {
            if problem.line.is_none() {
                problem.line = document.as_ref().and_then(|root| line_of(text, root, &problem.key));
            }
        }
        list.sort_by_key(|problem| (problem.line, problem.key.clone()));
        Self {
            file: file.to_owned(),
            list,
        }
    }

    /// Whether nothing stops serving.
    pub fn only_warnings(&self) -> bool {
        self.list.iter().all(|problem| problem.warning)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.list {
            write!(f, "{}", self.file.display())?;
            if let Some(line) = problem.line {
                write!(f, ":{line}")?;
            }
            let kind = if problem.warning { "warning" } else { "error" };
            write!(f, ": {kind}: ")?;
            if !problem.key.is_empty() {
                write!(f, "{}: ", problem.key.join("."))?;
            }
            writeln!(f, "{}\n    remedy: {}", problem.what, problem.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The line on which a key's value starts: of the deepest part of the path that stands in the file.
fn line_of(text: &str, root: &toml::Spanned<toml::de::DeTable<'_>>, key: &[String]) -> Option<usize> {
    use toml::de::DeValue;
    let mut span = None;
    let mut table = Some(root.get_ref());
    let mut array: Option<&toml::de::DeArray<'_>> = None;
    for part in key {
        let value = match (table, array) {
            (Some(table), _) => {
                let Some((name, value)) = table.iter().find(|(name, _)| name.get_ref().as_ref() == part.as_str()) else {
                    break;
                };
                span = Some(name.span());
                value
            }
            (None, Some(array)) => {
                let Some(value) = part.parse::<usize>().ok().and_then(|n| array.get(n)) else {
                    break;
                };
                span = Some(value.span());
                value
            }
            (None, None) => break,
        };
        (table, array) = match value.get_ref() {
            DeValue::Table(inner) => (Some(inner), None),
            DeValue::Array(inner) => (None, Some(inner)),
            _ => (None, None),
        };
    }
    span.map(|span| line_at(text, span.start))
}

/// The line, from 1, of a byte position.
pub fn line_at(text: &str, position: usize) -> usize {
    1 + text.bytes().take(position).filter(|&byte| byte == b'\n').count()
}
