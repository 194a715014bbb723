//! The schemas in which records are given out.

use std::sync::LazyLock;

/// A schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the names of the data file
pub enum Schema {
    MarcXml,
    MarcXchange,
    DublinCore,
    OaiDc,
    Mods,
    Opac,
    IsoHold,
}

/// One line of the table.
#[derive(Debug)]
struct Line {
    schema: Schema,
    name: &'static str,
    uri: &'static str,
    aliases: Vec<&'static str>,
    title: &'static str,
    location: &'static str,
}

static TABLE: LazyLock<Vec<Line>> = LazyLock::new(|| {
    let lines = include_str!("../../data/schemas.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(read_line).collect()
});

fn read_line(line: &'static str) -> Option<Line> {
    let mut columns = line.split('\t');
    let name = columns.next()?;
    Some(Line {
        schema: match name {
            "marcxml" => Schema::MarcXml,
            "marcxchange" => Schema::MarcXchange,
            "dc" => Schema::DublinCore,
            "oai_dc" => Schema::OaiDc,
            "mods" => Schema::Mods,
            "opac" => Schema::Opac,
            "isohold" => Schema::IsoHold,
            _ => return None,
        },
        name,
        uri: columns.next()?,
        aliases: columns.next()?.split(' ').collect(),
        title: columns.next()?,
        location: columns.next().unwrap_or_default(),
    })
}

impl Schema {
    /// Every schema, in the order of the table; the first is the default.
    pub const ALL: [Self; 7] = [
        Self::MarcXml,
        Self::MarcXchange,
        Self::DublinCore,
        Self::OaiDc,
        Self::Mods,
        Self::Opac,
        Self::IsoHold,
    ];

    /// The schema of a name or URI, in any letter case.
    pub fn of(name: &str) -> Option<Self> {
        let name = name.trim();
        let is = |known: &str| known.eq_ignore_ascii_case(name);
        let line = TABLE
            .iter()
            .find(|line| is(line.name) || is(line.uri) || line.aliases.iter().any(|alias| is(alias)));
        line.map(|line| line.schema)
    }

    /// Its short name.
    pub fn name(self) -> &'static str {
        self.line().map_or("", |line| line.name)
    }

    /// Its URI, as `recordSchema` of a record.
    pub fn uri(self) -> &'static str {
        self.line().map_or("", |line| line.uri)
    }

    /// Its title for people.
    pub fn title(self) -> &'static str {
        self.line().map_or("", |line| line.title)
    }

    /// Where its XSD is, empty where nobody publishes one.
    pub fn location(self) -> &'static str {
        self.line().map_or("", |line| line.location)
    }

    fn line(self) -> Option<&'static Line> {
        TABLE.iter().find(|line| line.schema == self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_uris_are_found_in_any_letter_case() {
        for schema in Schema::ALL {
            assert_eq!(Schema::of(&schema.name().to_uppercase()), Some(schema));
            assert_eq!(Schema::of(schema.uri()), Some(schema));
        }
        assert_eq!(Schema::of("marc21"), Some(Schema::MarcXml));
        assert_eq!(Schema::of("nosuch"), None);
    }
}
