//! Sources of an index, as the map writes them: `245 abnp skip=2 also=a`, `008[35-37]`, `@material`.

use crate::bib::{Field, Tag};
use crate::query::tree::IndexId;

/// What a source takes of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Take {
    /// These subfields; every one where none is named.
    Subfields(Vec<char>),
    /// Characters of a control field, counted from 0, both ends included.
    Positions(usize, usize),
    /// Characters of a subfield.
    SubfieldPositions(char, usize, usize),
}

/// What is taken from elsewhere than a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Virtual {
    /// The record's number, alone and with its agency.
    ControlNumber,
    /// The record's agency.
    Agency,
    /// Numbers of the records above it, alone and with their agency.
    Parent,
    /// What kind of thing it is (`book`, `e_book`, …).
    Material,
    /// Its level (`single`, `head`, `section`, `volume`, `analytic`).
    Level,
    /// Day of its last change, `yyyymmdd`.
    Changed,
    /// Of each copy: agency, barcode and so on.
    Owner,
    /// Barcode.
    Barcode,
    /// Branch.
    Branch,
    /// Department.
    Department,
    /// Location.
    Location,
    /// Sublocation.
    Sublocation,
    /// Section.
    Section,
    /// Call number.
    CallNumber,
    /// Material group.
    MaterialGroup,
    /// Loan restriction.
    Restriction,
    /// Which issue it is.
    Issue,
}

impl Virtual {
    const NAMES: [(Self, &'static str); 17] = [
        (Self::ControlNumber, "@control_number"),
        (Self::Agency, "@agency"),
        (Self::Parent, "@parent"),
        (Self::Material, "@material"),
        (Self::Level, "@level"),
        (Self::Changed, "@changed"),
        (Self::Owner, "@owner"),
        (Self::Barcode, "@barcode"),
        (Self::Branch, "@branch"),
        (Self::Department, "@department"),
        (Self::Location, "@location"),
        (Self::Sublocation, "@sublocation"),
        (Self::Section, "@section"),
        (Self::CallNumber, "@call_number"),
        (Self::MaterialGroup, "@material_group"),
        (Self::Restriction, "@restriction"),
        (Self::Issue, "@issue"),
    ];
}

/// One source of one index.
#[derive(Debug, Clone)]
pub struct Row {
    /// The index that it feeds.
    pub index: IndexId,
    /// That index, and those that collect it and are stored.
    pub indexes: Vec<IndexId>,
    /// Its place among the index's sources.
    pub order: u16,
    /// What of the field.
    pub take: Take,
    /// Subfields that make another heading of the same field.
    pub also: Vec<Vec<char>>,
    /// The indicator (1 or 2) that counts characters that do not file.
    pub skip: Option<usize>,
    /// Only fields with this indicator (1 or 2).
    pub only: Option<(usize, char)>,
    /// What stands between subfields in a heading as it is shown.
    pub join: String,
    /// Each subfield is a heading of its own.
    pub each: bool,
    /// Values of this many characters each stand in one string (`engfre`).
    pub split: Option<usize>,
}

/// Where a source takes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Fields of a tag.
    Field(Tag),
    /// Elsewhere.
    Virtual(Virtual),
}

/// Reads a source. The row's indexes are filled in by whoever knows them.
pub fn parse(text: &str) -> Result<(Place, Row), String> {
    let mut row = Row {
        index: IndexId(0),
        indexes: Vec::new(),
        order: 0,
        take: Take::Subfields(Vec::new()),
        also: Vec::new(),
        skip: None,
        only: None,
        join: " ".to_owned(),
        each: false,
        split: None,
    };
    let mut words = text.split_ascii_whitespace();
    let first = words.next().ok_or("an empty source")?;
    if first.starts_with('@') {
        let known = Virtual::NAMES.iter().find(|(_, name)| *name == first);
        let (place, _) = known.ok_or_else(|| format!("unknown source {first:?}"))?;
        return match words.next() {
            None => Ok((Place::Virtual(*place), row)),
            Some(more) => Err(format!("{more:?} after {first:?}")),
        };
    }
    let (tag, take) = place(first)?;
    let tag = Tag::new(tag).ok_or_else(|| format!("{tag:?} is no tag"))?;
    let whole = take.is_none();
    row.take = take.unwrap_or(Take::Subfields(Vec::new()));
    for word in words {
        match word.split_once('=') {
            None if word == "each" => row.each = true,
            None if whole && row.take == Take::Subfields(Vec::new()) => row.take = Take::Subfields(word.chars().collect()),
            Some(("also", codes)) if !codes.is_empty() => row.also.push(codes.chars().collect()),
            Some(("skip", "1")) => row.skip = Some(1),
            Some(("skip", "2")) => row.skip = Some(2),
            Some(("ind1", value)) => row.only = Some((1, indicator(value)?)),
            Some(("ind2", value)) => row.only = Some((2, indicator(value)?)),
            Some(("join", mark)) => row.join = joined_by(mark),
            Some(("split", count)) => match count.parse() {
                Ok(count @ 1..=99) => row.split = Some(count),
                _ => return Err(format!("split={count}: a number from 1 to 99 belongs here")),
            },
            _ => return Err(format!("{word:?} is not understood")),
        }
    }
    Ok((Place::Field(tag), row))
}

fn place(text: &str) -> Result<(&str, Option<Take>), String> {
    let Some((place, range)) = text.split_once('[') else {
        return Ok((text, None));
    };
    let wrong = || format!("{text:?}: positions are written [7-10]");
    let (first, last) = range.strip_suffix(']').and_then(|range| range.split_once('-')).ok_or_else(wrong)?;
    let (first, last): (usize, usize) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if last < first {
        return Err(wrong());
    }
    match place.split_once('$') {
        None => Ok((place, Some(Take::Positions(first, last)))),
        Some((tag, code)) => {
            let code = code.chars().next().ok_or_else(wrong)?;
            Ok((tag, Some(Take::SubfieldPositions(code, first, last))))
        }
    }
}

fn indicator(text: &str) -> Result<char, String> {
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some('_'), None) => Ok(' '),
        (Some(c), None) => Ok(c),
        _ => Err(format!("{text:?} is no indicator")),
    }
}

fn joined_by(mark: &str) -> String {
    match mark {
        "," | "." | ";" => format!("{mark} "),
        mark => format!(" {mark} "),
    }
}

impl Row {
    /// Whether it takes from this field at all.
    pub fn takes(&self, field: &Field) -> bool {
        self.only.is_none_or(|(which, wanted)| field.indicator(which) == wanted)
    }

    /// Whether it takes subfields of this code.
    pub fn takes_code(&self, code: char) -> bool {
        match &self.take {
            Take::Subfields(codes) if codes.is_empty() => true,
            Take::Subfields(codes) => codes.contains(&code),
            Take::Positions(..) | Take::SubfieldPositions(..) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_source() {
        let (place, row) = parse("245 abnp skip=2 also=a also=ab join=-- ind1=_").unwrap();
        assert_eq!(place, Place::Field(Tag::new("245").unwrap()));
        assert_eq!(row.take, Take::Subfields(vec!['a', 'b', 'n', 'p']));
        assert_eq!((row.skip, row.only, row.join.as_str()), (Some(2), Some((1, ' ')), " -- "));
        assert_eq!(row.also, [vec!['a'], vec!['a', 'b']]);
        assert_eq!(parse("100$a[9-12]").unwrap().1.take, Take::SubfieldPositions('a', 9, 12));
        assert_eq!(parse("@barcode").unwrap().0, Place::Virtual(Virtual::Barcode));
    }

    #[test]
    fn says_what_is_wrong() {
        for wrong in [
            "",
            "24 a",
            "@nothing",
            "245 a b",
            "245 a skip=3",
            "008[9-7]",
            "008[x]",
            "041 a split=0",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
