//! Records that look like a library's: words by Zipf's law, authors and subjects that come again, one ISBN each.

use skranke_core::agency::AgencyId;
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Subfield, Tag};
use skranke_core::ids::ControlNumber;
use skranke_core::ports::catalogue::BibRow;

/// Different words.
const WORDS: u64 = 60_000;
const SYLLABLES: [&str; 40] = [
    "ba", "de", "ki", "lo", "mu", "re", "sa", "ti", "vo", "ne", "gra", "ste", "pli", "tro", "kna", "bør", "læs", "går", "and", "ing",
    "hed", "sko", "fri", "dan", "ver", "ling", "ma", "po", "ri", "su", "el", "or", "is", "un", "ak", "vej", "hus", "by", "bog", "tid",
];

/// A small generator of numbers, the same each time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    /// Small numbers often, large ones seldom.
    fn zipf(&mut self, limit: u64) -> u64 {
        let unit = (self.below(1 << 24) as f64 + 1.0) / f64::from(1 << 24);
        ((limit as f64).powf(unit) - 1.0) as u64
    }
}

/// The word of a number.
pub fn word(number: u64) -> String {
    let mut dice = Dice::new(number + 7);
    let syllables = 1 + dice.below(3) + u64::from(number > 200);
    (0..syllables)
        .map(|_| SYLLABLES[usize::try_from(dice.below(40)).unwrap()])
        .collect()
}

fn words(dice: &mut Dice, count: u64) -> String {
    let words: Vec<String> = (0..count).map(|_| word(dice.zipf(WORDS))).collect();
    words.join(" ")
}

fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// The ISBN-13 of a record.
pub fn isbn(number: u64) -> String {
    let body = format!("97887{:07}", number % 10_000_000);
    let sum: u32 = body
        .bytes()
        .zip([1, 3].into_iter().cycle())
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn author(dice: &mut Dice) -> (String, String) {
    let person = dice.zipf(40_000);
    let mut of = Dice::new(person * 31 + 5);
    let name = format!(
        "{}, {}",
        capitalised(&word(300 + of.below(9_000))),
        capitalised(&word(of.below(300)))
    );
    (name, format!("{}-", 1850 + of.below(150)))
}

/// Record `number` as MARC 21.
pub fn record(number: u64) -> Record {
    let mut dice = Dice::new(number * 2 + 1);
    let year = 1950 + dice.below(75);
    let language = ["dan", "dan", "dan", "eng", "eng", "ger", "swe"][usize::try_from(dice.below(7)).unwrap()];
    let control = |tag: &str, value: String| Field::Control {
        tag: Tag::new(tag).unwrap(),
        value,
    };
    let data = |tag: &str, indicators: [char; 2], subfields: &[(char, String)]| Field::Data {
        tag: Tag::new(tag).unwrap(),
        indicators,
        subfields: subfields
            .iter()
            .map(|(code, value)| Subfield {
                code: *code,
                value: value.clone(),
            })
            .collect(),
    };
    let (name, dates) = author(&mut dice);
    let title_words = 2 + dice.below(5);
    let title = capitalised(&words(&mut dice, title_words));
    let rest_words = 2 + dice.below(6);
    let rest = words(&mut dice, rest_words);
    let isbn = isbn(number);
    let hyphenated = format!("{}-{}-{}-{}-{}", &isbn[..3], &isbn[3..5], &isbn[5..8], &isbn[8..12], &isbn[12..]);
    let mut fields = vec![
        control("001", format!("{:09}", 100_000_000 + number)),
        control("003", "DK-761500".into()),
        control("005", "20260101120000.0".into()),
        control("008", format!("260101s{year}    dk |||||||||||||||||{language} d")),
        data("020", [' ', ' '], &[('a', hyphenated)]),
        data("041", ['0', ' '], &[('a', language.into())]),
        data("082", ['0', '4'], &[('a', format!("{:03}.{}", dice.zipf(1000), dice.below(100)))]),
        data("100", ['1', ' '], &[('a', name.clone()), ('d', dates)]),
        data("245", ['1', '0'], &[('a', title), ('b', rest), ('c', name)]),
        data(
            "264",
            [' ', '1'],
            &[
                ('a', capitalised(&word(dice.zipf(300)))),
                ('b', capitalised(&word(400 + dice.zipf(2_000)))),
                ('c', year.to_string()),
            ],
        ),
        data("300", [' ', ' '], &[('a', format!("{} sider", 20 + dice.below(700)))]),
        data(
            "336",
            [' ', ' '],
            &[('a', "text".into()), ('b', "txt".into()), ('2', "rdacontent".into())],
        ),
    ];
    if dice.below(4) == 0 {
        let series = capitalised(&word(500 + dice.zipf(3_000)));
        fields.push(data("490", ['0', ' '], &[('a', series), ('v', dice.below(90).to_string())]));
    }
    let note_words = 8 + dice.below(20);
    fields.push(data("520", [' ', ' '], &[('a', capitalised(&words(&mut dice, note_words)))]));
    for _ in 0..1 + dice.below(3) {
        let heading = capitalised(&word(1_000 + dice.zipf(8_000)));
        fields.push(data(
            "650",
            [' ', '4'],
            &[('a', heading), ('x', capitalised(&word(dice.zipf(500))))],
        ));
    }
    if dice.below(3) == 0 {
        let (name, dates) = author(&mut dice);
        fields.push(data("700", ['1', ' '], &[('a', name), ('d', dates)]));
    }
    let mut leader = Leader::default();
    leader.set(5, "nam a22");
    Record {
        format: Format::Marc21,
        kind: RecordKind::Bib,
        leader,
        fields,
    }
}

/// As it is stored.
pub fn row(number: u64) -> BibRow {
    let record = record(number);
    let brief = record.brief_view();
    BibRow {
        agency: AgencyId::parse("761500"),
        control_number: ControlNumber(format!("{:09}", 100_000_000 + number)),
        kind: RecordKind::Bib,
        format: Format::Marc21,
        content: record.canonical_bytes(),
        hash: record.content_hash(),
        title: brief.display_title(),
        coded: skranke_core::bib::CodedData::of(&record, &brief),
        author: brief.author.unwrap_or_default(),
        deleted: false,
    }
}

/// The title proper of a record.
pub fn title(number: u64) -> String {
    let record = record(number);
    let title = record.first("245", 'a').unwrap_or_default();
    title.to_owned()
}
