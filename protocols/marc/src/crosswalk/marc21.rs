//! danMARC2 as MARC 21: `data/danmarc2_marc21.tsv`, with the ISBD punctuation that MARC 21 keeps in the text.

use super::table::{blanks, brief, material, own, rows};
use skranke_core::bib::{Field, Format, Leader, Record, RecordKind, Subfield, Tag, display_text};
use std::borrow::Cow;
use std::sync::LazyLock;

struct Row {
    from: &'static str,
    to: Tag,
    indicators: [char; 2],
    code: char,
    /// `None`: the value goes on in the subfield before.
    new_code: Option<char>,
    /// What ends the subfield before.
    mark: String,
    repeated: Repeated,
}

/// What becomes of a subfield that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Repeated {
    /// It is repeated.
    Subfield,
    /// It begins a field of its own.
    Field,
    /// It is joined to the one before.
    Joined(String),
}

static ROWS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    rows(include_str!("../../data/danmarc2_marc21.tsv"))
        .filter_map(|row| match row.as_slice() {
            [from, to, indicators, code, new_code, mark, repeated] => {
                let blank = |c: char| if c == '_' { ' ' } else { c };
                let mut indicators = indicators.chars().map(blank);
                Some(Row {
                    from,
                    to: Tag::new(to)?,
                    indicators: [indicators.next()?, indicators.next()?],
                    code: code.chars().next()?,
                    new_code: new_code.chars().next().filter(|code| *code != '+'),
                    mark: if *mark == "-" { String::new() } else { blanks(mark) },
                    repeated: match *repeated {
                        "-" => Repeated::Subfield,
                        "field" => Repeated::Field,
                        join => Repeated::Joined(blanks(join)),
                    },
                })
            }
            _ => None,
        })
        .collect()
});

/// The record as MARC 21: itself, if it is; a danMARC2 record by the table; `None` for other formats. `hierarchy` is the record
/// and, before it, what stands above it.
pub fn to_marc21(hierarchy: &[Record]) -> Option<Cow<'_, Record>> {
    let (record, above) = own(hierarchy)?;
    match record.format {
        Format::Marc21 => Some(Cow::Borrowed(record)),
        Format::Danmarc2 => Some(Cow::Owned(converted(record, above, hierarchy))),
        Format::Unimarc => None,
    }
}

fn converted(record: &Record, above: &[Record], hierarchy: &[Record]) -> Record {
    let brief = brief(hierarchy).unwrap_or_default();
    let mut leader = Leader::default();
    leader.set(5, if record.is_deleted() { "d" } else { "n" });
    leader.set(6, material(brief.material).leader);
    leader.set(9, "a");
    leader.set(17, " a ");
    let mut fields = Vec::new();
    let mut control = |tag: &str, value: String| {
        if let Some(tag) = Tag::new(tag).filter(|_| !value.is_empty()) {
            fields.push(Field::Control { tag, value });
        }
    };
    control("001", record.control_number().unwrap_or_default().to_owned());
    let agency = record.agency().unwrap_or_default();
    let prefix = if agency.bytes().all(|byte| byte.is_ascii_digit()) && !agency.is_empty() {
        "DK-"
    } else {
        ""
    };
    control("003", format!("{prefix}{agency}"));
    control("005", timestamp(record.first("001", 'c').unwrap_or_default()));
    control("008", fixed_data(record, brief.year, brief.language.as_deref()));
    let own_tags: Vec<Tag> = record.fields.iter().map(Field::tag).collect();
    // What the volume does not say itself, the work says.
    let inherited = above
        .iter()
        .rev()
        .flat_map(|above| &above.fields)
        .filter(|field| !own_tags.contains(&field.tag()));
    let mut data: Vec<Field> = record
        .fields
        .iter()
        .filter(|field| above.is_empty() || field.tag() != "245")
        .chain(inherited.filter(|field| field.tag() != "245"))
        .flat_map(convert)
        .collect();
    if above.is_empty() {
        // Converted with the others.
    } else if let Some(title) = title(&brief) {
        data.push(title);
    }
    data.sort_by_key(Field::tag);
    fields.extend(data);
    Record {
        format: Format::Marc21,
        kind: RecordKind::Bib,
        leader,
        fields,
    }
}

/// The title field of a volume.
fn title(brief: &skranke_core::bib::BriefView) -> Option<Field> {
    let mut subfields = vec![Subfield {
        code: 'a',
        value: brief.title.clone(),
    }];
    let parts = [
        ('p', ".", &brief.part),
        ('b', " :", &brief.remainder),
        ('c', " /", &brief.responsibility),
    ];
    for (code, mark, value) in parts {
        if let (Some(value), Some(last)) = (value, subfields.last_mut()) {
            last.value.push_str(mark);
            subfields.push(Subfield {
                code,
                value: value.clone(),
            });
        }
    }
    Some(Field::Data {
        tag: Tag::new("245")?,
        indicators: ['1', '0'],
        subfields,
    })
}

/// A field by the table: one field for each field its rows lead to.
fn convert(field: &Field) -> Vec<Field> {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| field.tag() == row.from).collect();
    let mut targets: Vec<(Tag, [char; 2])> = rows.iter().map(|row| (row.to, row.indicators)).collect();
    targets.dedup();
    let mut converted = Vec::new();
    for (tag, indicators) in targets {
        let mut subfields: Vec<Subfield> = Vec::new();
        for subfield in field.subfields() {
            let Some(row) = rows
                .iter()
                .find(|row| row.to == tag && row.indicators == indicators && row.code == subfield.code)
            else {
                continue;
            };
            let value = display_text(&subfield.value);
            let there = row.new_code.is_some_and(|code| subfields.iter().any(|known| known.code == code));
            match (&row.repeated, subfields.last_mut()) {
                (Repeated::Field, _) if there => {
                    converted.push(Field::Data {
                        tag,
                        indicators,
                        subfields: std::mem::take(&mut subfields),
                    });
                }
                (Repeated::Joined(join), Some(last)) if there && Some(last.code) == row.new_code => {
                    last.value.push_str(join);
                    last.value.push_str(&value);
                    continue;
                }
                _ => {}
            }
            match (subfields.last_mut(), row.new_code) {
                (Some(last), None) => {
                    last.value.push_str(&row.mark);
                    last.value.push_str(&value);
                }
                (Some(last), Some(code)) => {
                    last.value.push_str(&row.mark);
                    subfields.push(Subfield { code, value });
                }
                (None, code) => subfields.push(Subfield {
                    code: code.unwrap_or('a'),
                    value,
                }),
            }
        }
        let indicators = match field.first('a') {
            Some(title) if tag == "245" => ['1', non_filing(title)],
            _ => indicators,
        };
        if !subfields.is_empty() {
            converted.push(Field::Data {
                tag,
                indicators,
                subfields,
            });
        }
    }
    converted
}

/// How many characters stand before the filing mark, as an indicator.
fn non_filing(title: &str) -> char {
    let before = title.split_once('¤').map_or(0, |(before, _)| before.chars().count());
    u32::try_from(before)
        .ok()
        .filter(|n| *n < 10)
        .and_then(|n| char::from_digit(n, 10))
        .unwrap_or('0')
}

/// `yyyymmddhhmmss` as 005 wants it.
fn timestamp(changed: &str) -> String {
    let digits: String = changed.chars().filter(char::is_ascii_digit).take(14).collect();
    if digits.len() < 8 {
        String::new()
    } else {
        format!("{digits:0<14}.0")
    }
}

/// The 40 characters of 008: date entered, year, language.
fn fixed_data(record: &Record, year: Option<u16>, language: Option<&str>) -> String {
    let entered: String = record.first("001", 'd').unwrap_or_default().chars().skip(2).take(6).collect();
    let entered = if entered.len() == 6 { entered } else { "      ".to_owned() };
    let year = year.map_or("uuuu".to_owned(), |year| format!("{year:04}"));
    let language = language.filter(|code| code.len() == 3).unwrap_or("   ");
    let country = record.first("008", 'b').filter(|code| code.len() == 2).unwrap_or("xx");
    format!("{entered}s{year}    {country} {:17}{language}  ", "")
}
