//! `SKRANKE_SECTION_KEY` overrides `key` of `[section]`: `SKRANKE_STORAGE_URL`, `SKRANKE_SIP2_LISTEN`.

/// The sections whose keys a variable may override.
const SECTIONS: [&str; 8] = ["library", "storage", "search", "sip2", "http", "z3950", "ncip", "log"];

/// One override found in the environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Override {
    /// The variable, for messages.
    pub variable: String,
    /// The section.
    pub section: &'static str,
    /// The key within it.
    pub key: String,
    /// Read as a TOML value where it is one, else as a string.
    pub value: toml::Value,
}

/// Finds the overrides among variables; those that name no section are left alone.
pub fn overrides(variables: impl Iterator<Item = (String, String)>) -> Vec<Override> {
    let mut found: Vec<Override> = variables
        .filter_map(|(variable, text)| {
            let rest = variable.strip_prefix("SKRANKE_")?.to_ascii_lowercase();
            let section = SECTIONS
                .into_iter()
                .find(|name| rest.strip_prefix(name).is_some_and(|key| key.starts_with('_')))?;
            let key = rest.strip_prefix(section)?.trim_start_matches('_').to_owned();
            let value = format!("v = {text}")
                .parse::<toml::Table>()
                .ok()
                .and_then(|table| table.get("v").cloned())
                .unwrap_or(toml::Value::String(text));
            Some(Override {
                variable,
                section,
                key,
                value,
            })
        })
        .collect();
    found.sort_by(|a, b| a.variable.cmp(&b.variable));
    found
}

/// Puts the overrides into the file's tables.
pub fn apply(root: &mut toml::Table, overrides: &[Override]) {
    for one in overrides {
        let section = root.entry(one.section).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        if let toml::Value::Table(section) = section {
            section.insert(one.key.clone(), one.value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_override_by_path() {
        let vars = [
            ("SKRANKE_STORAGE_URL", "sqlite:x.db"),
            ("SKRANKE_LIBRARY_TIME_ZONE", "Europe/Oslo"),
            ("SKRANKE_SIP2_MAX_CONNECTIONS", "7"),
            ("SKRANKE_SHARED", "/x"),
            ("HOME", "/"),
        ];
        let found = overrides(vars.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())));
        let mut root: toml::Table = "[storage]\nurl = \"sqlite:y.db\"".parse().unwrap();
        apply(&mut root, &found);
        assert_eq!(root["storage"]["url"].as_str(), Some("sqlite:x.db"));
        assert_eq!(root["library"]["time_zone"].as_str(), Some("Europe/Oslo"));
        assert_eq!(root["sip2"]["max_connections"].as_integer(), Some(7));
        assert_eq!(found.len(), 3);
    }
}
