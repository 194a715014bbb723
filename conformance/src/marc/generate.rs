//! Invents bibliographic records: Danish and English titles of ordinary words, persons who write more than one book, real
//! publishers' habits, valid ISBNs.

use std::io::{self, Write};

use super::{
    isbn::{isbn10, isbn13},
    iso2709::Writer,
    vocabulary::Vocabulary,
};
use crate::random::Random;

/// The seed of every published figure.
pub const SEED: u64 = 20_261_124;

/// Words of each language.
const LANGUAGE: usize = 40_000;
/// Persons who write, translate or are written about.
const PERSONS: u64 = 60_000;

/// Makes records, in any order.
#[derive(Debug)]
pub struct Generator {
    seed: u64,
    danish: Vocabulary,
    english: Vocabulary,
    surnames: Vocabulary,
    given: Vocabulary,
    places: Vocabulary,
    publishers: Vocabulary,
    series: Vocabulary,
    subjects: Vocabulary,
    persons: Vocabulary,
    writer: Writer,
}

macro_rules! words {
    ($file:literal) => {
        include_str!(concat!("../../data/marc/", $file, ".txt"))
    };
}

impl Generator {
    /// A generator; the same seed makes the same records.
    pub fn new(seed: u64) -> Generator {
        let of_text = |text, flatness| Vocabulary::of_text(text, flatness);
        Generator {
            seed,
            danish: Vocabulary::of_language(words!("words_da"), words!("nouns_da"), words!("ends_da"), LANGUAGE),
            english: Vocabulary::of_language(words!("words_en"), words!("stems_en"), words!("ends_en"), LANGUAGE),
            surnames: of_text(words!("surnames"), 10),
            given: of_text(words!("given"), 10),
            places: of_text(words!("places"), 2),
            publishers: of_text(words!("publishers"), 3),
            series: of_text(words!("series"), 3),
            subjects: of_text(words!("subjects"), 5),
            persons: Vocabulary::new((0..PERSONS).map(|person| person.to_string()).collect(), 40),
            writer: Writer::default(),
        }
    }

    /// Writes records 0 to `count`, telling every 10,000th.
    pub fn write(&mut self, count: u64, out: &mut impl Write, mut told: impl FnMut(u64)) -> io::Result<()> {
        let mut record = Vec::new();
        for number in 0..count {
            record.clear();
            self.record(number, &mut record);
            out.write_all(&record)?;
            if (number + 1) % 10_000 == 0 {
                told(number + 1);
            }
        }
        out.flush()
    }

    /// Appends record `number`, ISO 2709 in Unicode.
    pub fn record(&mut self, number: u64, out: &mut Vec<u8>) {
        let mut random = Random::new(mix(self.seed.wrapping_add(number)));
        let random = &mut random;
        let danish = random.below(100) < 55;
        let (language, code, country) = if danish {
            (&self.danish, "dan", "dk ")
        } else {
            (&self.english, "eng", "xxk")
        };
        let year = 2026 - random.below(26) * random.below(4) - random.below(20);
        let isbn = (random.below(100) < 85 && year > 1960).then(|| isbn13(number));
        let main = (random.below(100) < 85).then(|| self.person(random));
        let second = (random.below(100) < 30).then(|| self.person(random));
        let title = phrase(language, 2, 5, random);
        let rest = if random.below(100) < 45 {
            phrase(language, 2, 6, random).to_lowercase()
        } else {
            String::new()
        };
        let chosen_subjects: Vec<&str> = (0..1 + random.below(4)).map(|_| self.subjects.draw(random)).collect();
        let place = self.places.draw(random);
        let publisher = self.publishers.draw(random);

        let writer = &mut self.writer;
        // No 003: the records belong to whichever agency loads them.
        writer.control("001", &format!("{:08}", 10_000_000 + number));
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        writer.control("005", &format!("2026{month:02}{day:02}120000.0"));
        let form = if random.below(100) < 40 { '1' } else { '0' };
        writer.control(
            "008",
            &format!(
                "{:02}{month:02}{day:02}s{year}    {country}           000 {form} {code} d",
                year % 100
            ),
        );
        if let Some(isbn) = &isbn {
            writer.field("020", "  ", &[('a', isbn)]);
            if year < 2007 {
                writer.field("020", "  ", &[('a', &isbn10(isbn))]);
            }
        }
        writer.field("040", "  ", &[('a', "DK-000000"), ('b', code), ('e', "rda")]);
        let dewey = format!("{:03}.{}", random.below(1000), random.below(100));
        writer.field("082", "04", &[('a', &dewey), ('2', "23")]);
        if let Some(person) = &main {
            writer.field("100", "1 ", &[('a', &person.heading), ('d', &person.born), ('4', "aut")]);
        }
        let statement = main.as_ref().map_or("", |person| &person.as_written);
        writer.field(
            "245",
            if main.is_some() { "10" } else { "00" },
            &[('a', &title), ('b', &rest), ('c', statement)],
        );
        if random.below(100) < 8 {
            writer.field("246", "3 ", &[('a', &phrase(language, 2, 4, random))]);
        }
        if random.below(100) < 25 {
            let edition = format!("{}. {}", 2 + random.below(6), if danish { "udgave" } else { "edition" });
            writer.field("250", "  ", &[('a', &edition)]);
        }
        writer.field("264", " 1", &[('a', place), ('b', publisher), ('c', &year.to_string())]);
        let pages = format!("{} {}", 24 + random.below(600), if danish { "sider" } else { "pages" });
        let size = format!("{} cm", 18 + random.below(13));
        writer.field(
            "300",
            "  ",
            &[('a', &pages), ('b', if random.below(3) == 0 { "ill." } else { "" }), ('c', &size)],
        );
        writer.field("336", "  ", &[('a', "text"), ('b', "txt"), ('2', "rdacontent")]);
        writer.field("337", "  ", &[('a', "unmediated"), ('b', "n"), ('2', "rdamedia")]);
        writer.field("338", "  ", &[('a', "volume"), ('b', "nc"), ('2', "rdacarrier")]);
        if random.below(100) < 20 {
            let volume = (1 + random.below(80)).to_string();
            writer.field("490", "0 ", &[('a', self.series.draw(random)), ('v', &volume)]);
        }
        if random.below(100) < 35 {
            writer.field("500", "  ", &[('a', &phrase(language, 5, 14, random))]);
        }
        if random.below(100) < 40 {
            writer.field("520", "  ", &[('a', &phrase(language, 25, 60, random))]);
        }
        for subject in chosen_subjects {
            let part = if random.below(3) == 0 { self.subjects.draw(random) } else { "" };
            let region = if random.below(3) == 0 { self.places.draw(random) } else { "" };
            writer.field("650", " 0", &[('a', subject), ('x', part), ('z', region)]);
        }
        if let Some(person) = &second {
            let role = if random.below(2) == 0 { "trl" } else { "edt" };
            writer.field("700", "1 ", &[('a', &person.heading), ('d', &person.born), ('4', role)]);
        }
        writer.finish("am ", out);
    }

    fn person(&self, random: &mut Random) -> Person {
        let number: u64 = self.persons.draw(random).parse().unwrap_or(0);
        // What a person is called hangs on the person alone.
        let mut own = Random::new(mix(number));
        let surname = self.surnames.draw(&mut own);
        let mut given = self.given.draw(&mut own).to_owned();
        match own.below(6) {
            0 => given = format!("{given} {}", self.given.draw(&mut own)),
            1 => given.extend([' ', char::from(b'A' + own.byte() % 26), '.']),
            _ => {}
        }
        let born = 1880 + own.below(120);
        Person {
            heading: format!("{surname}, {given}"),
            as_written: format!("{given} {surname}"),
            born: if own.below(2) == 0 { format!("{born}-") } else { String::new() },
        }
    }
}

struct Person {
    heading: String,
    as_written: String,
    born: String,
}

/// Some words, the first with a capital letter.
fn phrase(language: &Vocabulary, least: u64, most: u64, random: &mut Random) -> String {
    let mut text = String::new();
    for place in 0..least + random.below(most - least + 1) {
        let word = language.draw(random);
        if place > 0 {
            text.push(' ');
            text.push_str(word);
            continue;
        }
        let mut letters = word.chars();
        text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        text.push_str(letters.as_str());
    }
    text
}

/// Spreads neighbouring numbers over the whole range, so that neighbouring records have nothing in common.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::{super::iso2709, *};

    #[test]
    fn a_record_hangs_on_its_seed_and_number_alone() {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        Generator::new(SEED).record(7, &mut one);
        Generator::new(SEED).write(8, &mut other, |_| {}).unwrap();
        assert!(other.ends_with(&one));
        let mut third = Vec::new();
        Generator::new(SEED + 100).record(7, &mut third);
        assert_ne!(one, third);
    }

    #[test]
    fn records_are_whole_and_of_ordinary_size() {
        let mut file = Vec::new();
        Generator::new(SEED).write(300, &mut file, |_| {}).unwrap();
        assert!((600..1500).contains(&(file.len() / 300)), "{} bytes each", file.len() / 300);
        let mut input = file.as_slice();
        while let Some(record) = iso2709::next_record(&mut input).unwrap() {
            assert_eq!(record.last(), Some(&iso2709::RECORD_END));
            let control = iso2709::fields(&record).find(|(tag, _)| *tag == "008").unwrap().1;
            assert_eq!(control.len(), 40, "{}", String::from_utf8_lossy(control));
            assert!(iso2709::fields(&record).any(|(tag, _)| tag == "245"));
        }
    }
}
