//! The data files' rows.

/// The rows of a comma-separated table without quotes: remarks and the head line left out.
pub(super) fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        .skip(1)
        .map(|line| line.split(',').map(str::trim).collect())
}

/// The second column of the row that begins with `key`.
pub(super) fn lookup(text: &'static str, key: &str) -> Option<&'static str> {
    rows(text).find_map(|row| match row.as_slice() {
        [name, value, ..] if *name == key => Some(*value),
        _ => None,
    })
}
