//! Coded data: the few codes of a record by which loans are counted (ISO 2789; Danish profile, section 17). They are read from the
//! record once and copied onto its items, so that a loan is counted without a look at the record.

use super::brief::{BriefView, MaterialType, lines};
use super::record::{Format, Record};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

/// A record's codes. Written `material/form/audience/language`: `book/m/children/dan`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CodedData {
    /// Material designation.
    pub material: MaterialType,
    /// Monograph or serial.
    pub form: Form,
    /// For whom it is.
    pub audience: Audience,
    /// Main language; none where the record does not say.
    pub language: Option<LanguageCode>,
}

/// How it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Form {
    /// Complete in one part or a finite number of parts; whatever is not coded otherwise.
    #[default]
    Monograph,
    /// In successive parts without an end.
    Serial,
}

impl Form {
    /// `m`, or `p` as danMARC2 calls it (*periodicum*).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Monograph => "m",
            Self::Serial => "p",
        }
    }
}

/// For whom it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Audience {
    /// Whatever is not marked as for children.
    #[default]
    Adult,
    /// Children, pupils and the young.
    Children,
}

impl Audience {
    /// `adult` or `children`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Adult => "adult",
            Self::Children => "children",
        }
    }
}

/// A language code of three letters (`dan`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LanguageCode([u8; 3]);

impl LanguageCode {
    /// Three ASCII letters, in small letters hereafter.
    pub fn parse(code: &str) -> Option<Self> {
        let letters: [u8; 3] = code.as_bytes().try_into().ok()?;
        let is_code = letters.iter().all(u8::is_ascii_alphabetic);
        is_code.then(|| Self(letters.map(|letter| letter.to_ascii_lowercase())))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// It is no coded data as this program writes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no coded data")]
pub struct NotCoded(String);

impl CodedData {
    /// The codes of a record by itself; `brief` is its brief view.
    pub fn of(record: &Record, brief: &BriefView) -> Self {
        let key = key(record);
        let is = |what, value| lookup(record.format, what, &key) == Some(value);
        Self {
            material: brief.material,
            form: if is("form", "p") { Form::Serial } else { Form::Monograph },
            audience: if is("audience", "children") {
                Audience::Children
            } else {
                Audience::Adult
            },
            language: brief.language.as_deref().and_then(LanguageCode::parse),
        }
    }

    /// The language code, empty where the record does not say.
    pub fn language(&self) -> &str {
        self.language.as_ref().map_or("", LanguageCode::as_str)
    }
}

struct Row {
    format: Format,
    what: &'static str,
    key: [&'static str; 3],
    value: &'static str,
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| lines(include_str!("data/coded.tsv")).filter_map(row).collect());

fn row(line: &'static str) -> Option<Row> {
    let [format, what, key, value]: [&str; 4] = line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    Some(Row {
        format: format.parse().ok()?,
        what,
        key: key.split('.').collect::<Vec<_>>().try_into().ok()?,
        value,
    })
}

fn lookup(format: Format, what: &str, key: &[String; 3]) -> Option<&'static str> {
    ROWS.iter()
        .filter(|row| row.format == format && row.what == what)
        .find(|row| row.key.iter().zip(key).all(|(want, have)| *want == "*" || want == have))
        .map(|row| row.value)
}

/// What the table's keys speak of.
fn key(record: &Record) -> [String; 3] {
    let at = |text: Option<&str>, position: usize| text.and_then(|text| text.chars().nth(position)).map(String::from);
    match record.format {
        Format::Danmarc2 => ['t', 'o', 'x'].map(|code| record.first("008", code).unwrap_or_default().to_owned()),
        Format::Marc21 => [
            record.leader.at(6).to_string(),
            record.leader.at(7).to_string(),
            at(record.control("008"), 22).unwrap_or_default(),
        ],
        Format::Unimarc => [
            record.leader.at(7).to_string(),
            at(record.first("100", 'a'), 17).unwrap_or_default(),
            String::new(),
        ],
    }
}

impl fmt::Display for CodedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{}/{}/{}",
            self.material,
            self.form.as_str(),
            self.audience.as_str(),
            self.language()
        )
    }
}

impl FromStr for CodedData {
    type Err = NotCoded;

    fn from_str(text: &str) -> Result<Self, NotCoded> {
        read(text).ok_or_else(|| NotCoded(text.to_owned()))
    }
}

fn read(text: &str) -> Option<CodedData> {
    let mut parts = text.split('/');
    let coded = CodedData {
        material: parts.next()?.parse().ok()?,
        form: match parts.next()? {
            "m" => Form::Monograph,
            "p" => Form::Serial,
            _ => return None,
        },
        audience: match parts.next()? {
            "adult" => Audience::Adult,
            "children" => Audience::Children,
            _ => return None,
        },
        language: match parts.next()? {
            "" => None,
            code => Some(LanguageCode::parse(code)?),
        },
    };
    parts.next().is_none().then_some(coded)
}

impl TryFrom<String> for CodedData {
    type Error = NotCoded;

    fn try_from(text: String) -> Result<Self, NotCoded> {
        text.parse()
    }
}

impl From<CodedData> for String {
    fn from(coded: CodedData) -> Self {
        coded.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bib::{Field, Leader, RecordKind, Subfield, Tag};

    fn danmarc2(codes: &[(char, &str)]) -> Record {
        let field = |tag: &str, codes: &[(char, &str)]| Field::Data {
            tag: Tag::new(tag).unwrap(),
            indicators: ['0', '0'],
            subfields: codes
                .iter()
                .map(|(code, value)| Subfield {
                    code: *code,
                    value: (*value).to_owned(),
                })
                .collect(),
        };
        Record {
            format: Format::Danmarc2,
            kind: RecordKind::Bib,
            leader: Leader::default(),
            fields: vec![field("008", codes), field("009", &[('a', "a"), ('g', "xx")])],
        }
    }

    fn marc21(leader: &str, fixed: &str) -> Record {
        let mut head = Leader::default();
        head.set(5, leader);
        Record {
            format: Format::Marc21,
            kind: RecordKind::Bib,
            leader: head,
            fields: vec![Field::Control {
                tag: Tag::new("008").unwrap(),
                value: fixed.to_owned(),
            }],
        }
    }

    fn told(record: &Record) -> String {
        CodedData::of(record, &record.brief_view()).to_string()
    }

    #[test]
    fn every_line_of_the_table_is_understood() {
        assert_eq!(ROWS.len(), lines(include_str!("data/coded.tsv")).count());
        let known = |row: &Row| matches!((row.what, row.value), ("form", "p") | ("audience", "adult" | "children"));
        assert!(ROWS.iter().all(known));
    }

    #[test]
    fn danmarc2_says_it_in_008() {
        assert_eq!(
            told(&danmarc2(&[('t', "p"), ('l', "dan"), ('o', "b")])),
            "periodical/p/children/dan"
        );
        assert_eq!(told(&danmarc2(&[('t', "m"), ('l', "eng")])), "book/m/adult/eng");
        assert_eq!(told(&danmarc2(&[('t', "s"), ('o', "s"), ('l', "und")])), "book/m/children/");
        assert_eq!(told(&danmarc2(&[('t', "m"), ('x', "02")])), "book/m/children/");
        assert_eq!(told(&danmarc2(&[('t', "m"), ('x', "04")])), "book/m/adult/");
    }

    #[test]
    fn marc21_says_it_in_leader_and_008() {
        let fixed = |audience: char| format!("240101s2024    dk     {audience}      000 1 dan  ");
        assert_eq!(told(&marc21("nam a22", &fixed('j'))), "book/m/children/dan");
        assert_eq!(told(&marc21("nam a22", &fixed(' '))), "book/m/adult/dan");
        assert_eq!(told(&marc21("ngm a22", &fixed('a'))), "film/m/children/dan");
        // Position 22 of a serial is the form of the original: b is a microfiche.
        assert_eq!(told(&marc21("nas a22", &fixed('b'))), "periodical/p/adult/dan");
        assert_eq!(told(&marc21("nam a22", "")), "book/m/adult/");
    }

    #[test]
    fn it_reads_what_it_writes_and_nothing_else() {
        for text in ["book/m/adult/dan", "other/m/adult/", "periodical/p/children/eng"] {
            assert_eq!(text.parse::<CodedData>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "book",
            "book/m/adult",
            "book/x/adult/dan",
            "book/m/adult/dansk",
            "book/m/adult/dan/",
        ] {
            assert!(text.parse::<CodedData>().is_err(), "{text}");
        }
    }
}
