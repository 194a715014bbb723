//! The brief view: the few facts of a record that answers, lists and screens show, whatever its format.

mod table;
mod text;

use super::number::{Isbn, Issn};
use super::record::{Format, Record};
use std::fmt;
use std::str::FromStr;
pub(super) use table::lines;
use table::{Element, material};
use text::{display, filing};

/// What an answer shows of a record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BriefView {
    /// The title without filing marks and ending punctuation; empty where the record has none.
    pub title: String,
    /// The title as it files: the article it begins with left out.
    pub filing_title: String,
    /// Number and name of the part, section or volume.
    pub part: Option<String>,
    /// Remainder of the title.
    pub remainder: Option<String>,
    /// Who made it, as the publication says it.
    pub responsibility: Option<String>,
    /// The main name, family name first.
    pub author: Option<String>,
    /// Publisher's name.
    pub publisher: Option<String>,
    /// Year of publication, the first where there are two.
    pub year: Option<u16>,
    /// Language code as the record has it (`dan`, `eng`).
    pub language: Option<String>,
    /// What kind of thing it is.
    pub material: MaterialType,
    /// Valid ISBNs in the record's order, each once.
    pub isbns: Vec<Isbn>,
    /// First valid ISSN.
    pub issn: Option<Issn>,
}

impl BriefView {
    /// The view of one record by itself. A volume's head is merged in by [`Record::brief_view_under`].
    pub fn of(record: &Record) -> Self {
        let text = |element| table::first(record, element).map(|found| display(&found)).filter(|t| !t.is_empty());
        let raw_title = table::first(record, Element::Title).unwrap_or_default();
        let mut isbns = Vec::new();
        for isbn in table::all(record, Element::Isbn).iter().filter_map(|text| Isbn::parse(text)) {
            if !isbns.contains(&isbn) {
                isbns.push(isbn);
            }
        }
        Self {
            title: display(&raw_title),
            filing_title: filing(&raw_title, non_filing(record)),
            part: text(Element::Part),
            remainder: text(Element::Remainder),
            responsibility: text(Element::Responsibility),
            author: text(Element::Author),
            publisher: text(Element::Publisher),
            year: table::every_row(record, Element::Year).find_map(|found| text::year(&found)),
            language: table::every_row(record, Element::Language).find_map(|found| text::language(&found)),
            material: material(record),
            isbns,
            issn: table::all(record, Element::Issn).iter().find_map(|text| Issn::parse(text)),
        }
    }

    /// Title, part and remainder in one line, as a screen or a receipt shows it.
    pub fn display_title(&self) -> String {
        let mut line = self.title.clone();
        for (separator, more) in [(". ", &self.part), (" : ", &self.remainder)] {
            if let Some(more) = more {
                if !line.is_empty() {
                    line.push_str(separator);
                }
                line.push_str(more);
            }
        }
        line
    }
}

impl Record {
    /// The brief view of this record by itself.
    pub fn brief_view(&self) -> BriefView {
        BriefView::of(self)
    }

    /// What kind of thing it is, by its coded data.
    pub fn material(&self) -> MaterialType {
        material(self)
    }
}

/// Text as people read it: filing marks out, runs of blanks made one, without the punctuation that ends an ISBD area.
pub fn display_text(text: &str) -> String {
    display(text)
}

/// How many characters of the title do not file: 245 indicator 2 of MARC 21. The other formats mark it in the text.
fn non_filing(record: &Record) -> usize {
    let digit = match record.format {
        Format::Marc21 => record.fields_with("245").next().map(|field| field.indicator(2)),
        Format::Danmarc2 | Format::Unimarc => None,
    };
    digit.and_then(|digit| digit.to_digit(10)).unwrap_or(0) as usize
}

/// What kind of thing a record describes, as far as readers and lending rules tell things apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[allow(missing_docs)] // each name says it
pub enum MaterialType {
    Article,
    AudioBook,
    Book,
    Braille,
    ComputerFile,
    EBook,
    Film,
    Image,
    Map,
    Mixed,
    Music,
    Object,
    OnlineArticle,
    OnlineAudioBook,
    OnlineFilm,
    OnlineMusic,
    Periodical,
    SheetMusic,
    /// Not coded, or by a code of no list.
    #[default]
    Other,
}

/// No such material type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown material type {0:?}")]
pub struct UnknownMaterial(pub String);

impl MaterialType {
    const NAMES: [(Self, &'static str); 19] = [
        (Self::Article, "article"),
        (Self::AudioBook, "audio_book"),
        (Self::Book, "book"),
        (Self::Braille, "braille"),
        (Self::ComputerFile, "computer_file"),
        (Self::EBook, "e_book"),
        (Self::Film, "film"),
        (Self::Image, "image"),
        (Self::Map, "map"),
        (Self::Mixed, "mixed"),
        (Self::Music, "music"),
        (Self::Object, "object"),
        (Self::OnlineArticle, "online_article"),
        (Self::OnlineAudioBook, "online_audio_book"),
        (Self::OnlineFilm, "online_film"),
        (Self::OnlineMusic, "online_music"),
        (Self::Periodical, "periodical"),
        (Self::SheetMusic, "sheet_music"),
        (Self::Other, "other"),
    ];

    /// The name used in data files and storage.
    pub fn as_str(self) -> &'static str {
        Self::NAMES
            .iter()
            .find(|(material, _)| *material == self)
            .map_or("other", |(_, name)| name)
    }
}

impl FromStr for MaterialType {
    type Err = UnknownMaterial;

    fn from_str(name: &str) -> Result<Self, UnknownMaterial> {
        let found = Self::NAMES.iter().find(|(_, known)| *known == name);
        found.map(|(material, _)| *material).ok_or_else(|| UnknownMaterial(name.to_owned()))
    }
}

impl fmt::Display for MaterialType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests;
