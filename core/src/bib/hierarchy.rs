//! Head, section, volume: a volume's record tells only its own details and points up; the head tells the rest.

use super::brief::BriefView;
use super::record::{Field, Format, Leader, Record};
use std::collections::VecDeque;

/// Where in a work of several volumes a record stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// A record complete in itself.
    Single,
    /// The whole work; never a hit, always merged into its volumes.
    Head,
    /// A part of the work that has volumes of its own.
    Section,
    /// One volume, the lowest level.
    Volume,
    /// A part of a publication that is described apart: an article, a track.
    Analytic,
}

impl Level {
    /// The level as the leader tells it; `None` where the format has it in a field.
    pub fn of_leader(format: Format, leader: Leader) -> Option<Self> {
        match format {
            Format::Danmarc2 => None,
            Format::Marc21 => Some(match (leader.at(19), leader.at(7)) {
                ('a', _) => Self::Head,
                ('b' | 'c', _) => Self::Volume,
                (_, 'a' | 'b' | 'd') => Self::Analytic,
                _ => Self::Single,
            }),
            Format::Unimarc => Some(match (leader.at(8), leader.at(7)) {
                ('1', _) => Self::Head,
                ('2', _) => Self::Volume,
                (_, 'a') => Self::Analytic,
                _ => Self::Single,
            }),
        }
    }

    /// Whether a record of this level may stand below another.
    pub fn is_part(self) -> bool {
        !matches!(self, Self::Single | Self::Head)
    }
}

/// What a record's link upwards names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentLink<'a> {
    /// Control number of the record above.
    pub control_number: &'a str,
    /// The number's agency as written, where the link tells it; the record's own otherwise.
    pub agency: Option<&'a str>,
}

impl Record {
    /// The record's level: danMARC2 004 *a, MARC 21 leader/19 and leader/07, UNIMARC leader/08.
    pub fn level(&self) -> Level {
        if let Some(level) = Level::of_leader(self.format, self.leader) {
            return level;
        }
        match self.first("004", 'a') {
            Some("h") => Level::Head,
            Some("s") => Level::Section,
            Some("b") => Level::Volume,
            Some("i") => Level::Analytic,
            _ => Level::Single,
        }
    }

    /// The record above: danMARC2 014 *a (a review's link is none), MARC 21 773 $w of a part, UNIMARC 461/462 $0 or
    /// $1 001.
    pub fn parent(&self) -> Option<ParentLink<'_>> {
        if !self.level().is_part() {
            return None;
        }
        match self.format {
            Format::Danmarc2 => ["014", "016"]
                .into_iter()
                .flat_map(|tag| self.fields_with(tag))
                .filter(|field| field.first('x').is_none())
                .find_map(|field| link(field.first('a')?, field.first('b'))),
            Format::Marc21 => self
                .fields_with("773")
                .flat_map(|field| field.values('w'))
                .find_map(|w| link(w, None)),
            Format::Unimarc => ["461", "462", "463"]
                .into_iter()
                .flat_map(|tag| self.fields_with(tag))
                .find_map(unimarc_link),
        }
    }

    /// The brief view of this record with what the records above it tell. `ancestors` stand as they were found: the
    /// nearest first, the head last.
    pub fn brief_view_under(&self, ancestors: &[&Record]) -> BriefView {
        let mut view = self.brief_view();
        // What names the part within the work, from the top down: of each level its number, then its own title.
        let mut names = VecDeque::new();
        let mut title = view.title.clone();
        for above in ancestors {
            let above = above.brief_view();
            if !title.is_empty() && title != above.title {
                names.push_front(std::mem::take(&mut title));
            }
            view.part.take().into_iter().for_each(|part| names.push_front(part));
            title.clone_from(&above.title);
            view = view.under(above);
        }
        view.part.take().into_iter().for_each(|part| names.push_front(part));
        view.part = (!names.is_empty()).then(|| names.into_iter().collect::<Vec<_>>().join(". "));
        view
    }
}

impl BriefView {
    /// This view with what it does not say taken from `above`, whose title and number lead.
    fn under(self, above: Self) -> Self {
        let remainder = self.remainder;
        let filing_title = if above.filing_title.is_empty() {
            self.filing_title
        } else {
            above.filing_title
        };
        Self {
            title: above.title,
            filing_title,
            part: above.part,
            remainder: remainder.or(above.remainder),
            responsibility: self.responsibility.or(above.responsibility),
            author: self.author.or(above.author),
            publisher: self.publisher.or(above.publisher),
            year: self.year.or(above.year),
            language: self.language.or(above.language),
            material: if self.material == super::MaterialType::Other {
                above.material
            } else {
                self.material
            },
            isbns: if self.isbns.is_empty() { above.isbns } else { self.isbns },
            issn: self.issn.or(above.issn),
        }
    }
}

/// A number that may carry its agency in parentheses: `(DK-870970)12345678`.
fn link<'a>(text: &'a str, agency: Option<&'a str>) -> Option<ParentLink<'a>> {
    let text = text.trim();
    let (agency, number) = match text.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((inside, number)) => (Some(inside), number.trim()),
        None => (agency, text),
    };
    (!number.is_empty()).then_some(ParentLink {
        control_number: number,
        agency,
    })
}

fn unimarc_link(field: &Field) -> Option<ParentLink<'_>> {
    let embedded = field.values('1').find_map(|value| value.strip_prefix("001"));
    link(embedded.or_else(|| field.first('0'))?, None)
}

#[cfg(test)]
mod tests {
    use super::super::{RecordKind, Subfield, Tag};
    use super::*;

    fn danish(fields: &[(&str, &[(char, &str)])]) -> Record {
        let fields = fields.iter().map(|(tag, subfields)| Field::Data {
            tag: Tag::new(tag).unwrap(),
            indicators: ['0', '0'],
            subfields: subfields
                .iter()
                .map(|&(code, value)| Subfield { code, value: value.into() })
                .collect(),
        });
        let leader = Leader::default();
        Record {
            format: Format::Danmarc2,
            kind: RecordKind::Bib,
            leader,
            fields: fields.collect(),
        }
    }

    #[test]
    fn a_volume_shows_the_title_and_author_of_its_head() {
        let head = danish(&[
            ("001", &[('a', "1")]),
            ("004", &[('a', "h")]),
            ("100", &[('a', "Pontoppidan"), ('h', "Henrik")]),
            ("245", &[('a', "De ¤dødes rige")]),
            ("260", &[('b', "Gyldendal")]),
        ]);
        let section = danish(&[("004", &[('a', "s")]), ("014", &[('a', "1")]), ("245", &[('n', "Torben og Jytte")])]);
        let volume = danish(&[
            ("004", &[('a', "b")]),
            ("008", &[('a', "1912")]),
            ("014", &[('a', "2"), ('x', "ANM")]),
            ("014", &[('a', "1")]),
            ("245", &[('g', "2. bind"), ('a', "Enslevs død")]),
        ]);
        assert_eq!(volume.level(), Level::Volume);
        assert_eq!(
            volume.parent(),
            Some(ParentLink {
                control_number: "1",
                agency: None
            })
        );
        assert_eq!(head.parent(), None);
        let view = volume.brief_view_under(&[&section, &head]);
        assert_eq!(view.display_title(), "De dødes rige. Torben og Jytte. 2. bind. Enslevs død");
        assert_eq!(view.filing_title, "dødes rige");
        assert_eq!(view.author.as_deref(), Some("Pontoppidan, Henrik"));
        assert_eq!(view.year, Some(1912));
        assert_eq!(view.publisher.as_deref(), Some("Gyldendal"));
    }

    #[test]
    fn a_marc21_part_points_to_its_host_with_the_agency() {
        let mut part = danish(&[("773", &[('t', "Samlede værker"), ('w', "(DK-870970)12345678")])]);
        part.format = Format::Marc21;
        assert_eq!(part.parent(), None);
        part.leader.set(19, "c");
        let parent = part.parent().unwrap();
        assert_eq!((parent.control_number, parent.agency), ("12345678", Some("DK-870970")));
    }
}
