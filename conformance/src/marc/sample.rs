//! The search terms that a file of MARC 21 records holds: drawn from records spread over the whole file.

use std::{
    fs::File,
    io::{BufReader, Seek, SeekFrom},
    path::Path,
};

use anyhow::{Context, Result, bail};

use super::iso2709;
use crate::random::Random;

/// What can be asked for about one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// An ISBN as the record has it.
    pub isbn: String,
    /// A word of the title, four letters or more.
    pub word: String,
    /// Another one.
    pub other_word: String,
    /// Two words that follow each other in the title.
    pub phrase: String,
    /// The surname of the main entry.
    pub author: String,
}

/// Draws the terms of `count` records from a file; the same file and count give the same terms.
pub fn read(path: &Path, count: usize) -> Result<Vec<Terms>> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let size = file.metadata()?.len();
    let mut random = Random::new(size);
    let mut found = Vec::with_capacity(count);
    // Records without an ISBN, an author or two long words are passed over.
    for _ in 0..count.saturating_mul(50) {
        if found.len() == count {
            return Ok(found);
        }
        file.seek(SeekFrom::Start(random.below(size)))?;
        let mut input = BufReader::with_capacity(16 * 1024, &mut file);
        if !skip_to_record(&mut input)? {
            continue;
        }
        if let Some(record) = iso2709::next_record(&mut input)? {
            found.extend(terms_of(&record));
        }
    }
    if found.is_empty() {
        bail!("{}: no record with ISBN, author and title was found", path.display());
    }
    Ok(found)
}

fn skip_to_record(input: &mut impl std::io::BufRead) -> Result<bool> {
    let mut skipped = Vec::new();
    input.read_until(iso2709::RECORD_END, &mut skipped)?;
    Ok(skipped.last() == Some(&iso2709::RECORD_END) && !input.fill_buf()?.is_empty())
}

/// The terms of a record that has all of them.
fn terms_of(record: &[u8]) -> Option<Terms> {
    let value = |wanted: &str| {
        iso2709::fields(record)
            .filter(|(tag, _)| *tag == wanted)
            .flat_map(|(_, field)| iso2709::subfields(field))
            .find(|(code, _)| *code == 'a')
            .map(|(_, value)| value)
    };
    let title: Vec<&str> = value("245")?
        .split_whitespace()
        .filter(|word| word.chars().all(char::is_alphanumeric))
        .collect();
    let mut long = title.iter().filter(|word| word.chars().count() >= 4);
    let author = value("100")?.split(',').next()?;
    Some(Terms {
        isbn: value("020")?.to_owned(),
        word: (*long.next()?).to_owned(),
        other_word: (*long.next()?).to_owned(),
        phrase: title.get(title.len().checked_sub(2)?..)?.join(" "),
        author: author.to_owned(),
    })
    .filter(|terms| !terms.author.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::{super::generate::*, *};

    #[test]
    fn draws_the_same_terms_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.mrc");
        let mut file = File::create(&path).unwrap();
        Generator::new(SEED).write(400, &mut file, |_| {}).unwrap();
        let terms = read(&path, 50).unwrap();
        assert_eq!(terms.len(), 50);
        assert_eq!(terms, read(&path, 50).unwrap());
        for terms in &terms {
            assert!(terms.word.chars().count() >= 4 && terms.isbn.len() >= 10, "{terms:?}");
            assert_eq!(terms.phrase.split(' ').count(), 2);
        }
    }
}
