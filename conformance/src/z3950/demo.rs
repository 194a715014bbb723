//! What the demo library's catalogue holds, read from its folder: title words, an ISBN, and the user who may change records.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use serde::Deserialize;

/// What is known of a catalogue.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Title words, four plain letters or more, those of the most titles first.
    pub words: Vec<String>,
    /// The first title word with a letter beyond ASCII that Latin-1 has.
    pub accented: Option<String>,
    /// An ISBN.
    pub isbn: Option<String>,
    /// Who may change records, and his password.
    pub user: Option<(String, String)>,
}

#[derive(Debug, Deserialize)]
struct Config {
    z3950: Section,
}

#[derive(Debug, Deserialize)]
struct Section {
    #[serde(default)]
    user: Vec<User>,
}

#[derive(Debug, Deserialize)]
struct User {
    user: String,
    password: String,
    #[serde(default)]
    may_update: bool,
}

/// Reads a demo library's folder.
pub fn read(folder: &Path) -> Result<Catalogue> {
    let text = |name: &str| fs::read_to_string(folder.join(name)).with_context(|| format!("cannot read {name} in {}", folder.display()));
    let config: Config = toml::from_str(&text("skranke.toml")?).context("cannot read skranke.toml")?;
    let records = text("marc21.mrk")?;
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    let mut accented = BTreeSet::new();
    for title in values(&records, "=245", 'a') {
        let words: BTreeSet<String> = title
            .split(|letter: char| !letter.is_alphabetic())
            .filter(|word| word.chars().count() >= 4)
            .map(str::to_lowercase)
            .collect();
        for word in words {
            if word.is_ascii() {
                *titles.entry(word).or_default() += 1;
            } else if word.chars().all(|letter| u32::from(letter) < 256) {
                accented.insert(word);
            }
        }
    }
    let mut words: Vec<(String, usize)> = titles.into_iter().collect();
    words.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let digits = |isbn: &&str| isbn.len() == 13 && isbn.bytes().all(|digit| digit.is_ascii_digit());
    let user = config.z3950.user.into_iter().find(|user| user.may_update);
    Ok(Catalogue {
        words: words.into_iter().map(|(word, _)| word).collect(),
        accented: accented.into_iter().next(),
        isbn: values(&records, "=020", 'a').find(digits).map(str::to_owned),
        user: user.map(|user| (user.user, user.password)),
    })
}

/// The values of a subfield in MarcEdit's text form: `=245  10$aTitle$bmore`.
fn values<'a>(records: &'a str, tag: &'a str, code: char) -> impl Iterator<Item = &'a str> {
    records
        .lines()
        .filter(move |line| line.starts_with(tag))
        .flat_map(|line| line.split('$').skip(1))
        .filter_map(move |part| part.strip_prefix(code))
}
