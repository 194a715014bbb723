//! Which form of a record is wanted: syntax, element set and schema (digest 6, 7), by `data/record_syntaxes.csv`,
//! `data/element_sets.csv` and `data/schemas.csv`.

use super::table::rows;
use crate::codec::Oid;
use crate::message::{CompSpec, Diagnostic, ElementSetNames, ElementSpec, RecordComposition, Schema, Specification, oid};
use std::sync::LazyLock;

/// A kind of record syntax.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// MARC 21 in ISO 2709.
    Marc21,
    /// danMARC2 in ISO 2709.
    Danmarc,
    /// UNIMARC in ISO 2709.
    Unimarc,
    /// Simple unstructured text: lines for people.
    Sutrs,
    /// A MARC record with its holdings.
    Opac,
    /// The generic record: a tree of tagged elements.
    Grs1,
    /// XML, in the schema of the element set.
    Xml,
}

/// What of a record is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// The record in this syntax.
    Record,
    /// The few facts of a list.
    Brief,
    /// The record above it that has no record above.
    Head,
    /// The record right above it.
    Section,
    /// MARCXML where the record can be written so, else marcXchange.
    Native,
    /// MARCXML; a danMARC2 record is converted.
    MarcXml,
    /// marcXchange.
    MarcXchange,
    /// Dublin Core under SRU's root.
    Dc,
    /// Dublin Core under OAI's root.
    OaiDc,
    /// MODS.
    Mods,
    /// MARCXML with holdings.
    Opac,
    /// Where copies are.
    HoldingsLocations,
    /// Where copies are and how many.
    HoldingsSummary,
    /// Each copy.
    Holdings,
}

/// The form that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The syntax as it was asked for.
    pub syntax: Oid,
    /// Its kind.
    pub kind: Kind,
    /// What of it.
    pub content: Content,
}

struct Syntax {
    oid: Oid,
    kind: Kind,
}

static SYNTAXES: LazyLock<Vec<Syntax>> = LazyLock::new(|| {
    rows(include_str!("../../data/record_syntaxes.csv"))
        .filter_map(|row| match row.as_slice() {
            [oid, kind, ..] => Some(Syntax {
                oid: oid.parse().ok()?,
                kind: Kind::named(kind)?,
            }),
            _ => None,
        })
        .collect()
});

impl Kind {
    const NAMES: [(Self, &'static str); 7] = [
        (Self::Marc21, "marc21"),
        (Self::Danmarc, "danmarc"),
        (Self::Unimarc, "unimarc"),
        (Self::Sutrs, "sutrs"),
        (Self::Opac, "opac"),
        (Self::Grs1, "grs1"),
        (Self::Xml, "xml"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(kind, _)| *kind == self).map_or("", |(_, name)| name)
    }
}

impl Content {
    const NAMES: [(Self, &'static str); 14] = [
        (Self::Record, "record"),
        (Self::Brief, "brief"),
        (Self::Head, "head"),
        (Self::Section, "section"),
        (Self::Native, "native"),
        (Self::MarcXml, "marcxml"),
        (Self::MarcXchange, "marcxchange"),
        (Self::Dc, "dc"),
        (Self::OaiDc, "oai_dc"),
        (Self::Mods, "mods"),
        (Self::Opac, "opac"),
        (Self::HoldingsLocations, "holdings-locations"),
        (Self::HoldingsSummary, "holdings-summary"),
        (Self::Holdings, "holdings"),
    ];

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(content, _)| *content)
    }

    fn is_holdings(self) -> bool {
        matches!(self, Self::HoldingsLocations | Self::HoldingsSummary | Self::Holdings)
    }
}

impl Wanted {
    /// Reads what was asked for. `Err` is a diagnostic for the whole request.
    pub fn read(composition: Option<&RecordComposition>, syntax: Option<&Oid>) -> Result<Self, Diagnostic> {
        let (element_set, schema, syntaxes) = match composition {
            None => (None, None, Vec::new()),
            Some(RecordComposition::Simple(names)) => (names.name().map(|name| name.text().into_owned()), None, Vec::new()),
            Some(RecordComposition::Complex(spec)) => complex(spec)?,
        };
        let syntax = match (syntax, syntaxes.as_slice()) {
            (_, []) => syntax.cloned().unwrap_or(oid::MARC21),
            // The first that we know; the request's own stands last.
            (own, listed) => {
                let known = |oid: &&Oid| SYNTAXES.iter().any(|syntax| syntax.oid == **oid);
                let first = listed.iter().chain(own).find(known).or(listed.first());
                first.cloned().unwrap_or(oid::MARC21)
            }
        };
        let kind = SYNTAXES.iter().find(|known| known.oid == syntax).map(|known| known.kind);
        let kind = kind.ok_or_else(|| Diagnostic::new(239, syntax.to_string()))?;
        let content = content(kind, element_set.as_deref(), schema.as_ref())?;
        Ok(Self { syntax, kind, content })
    }

    /// Reads what was asked for by names of element sets alone.
    pub fn simple(names: Option<&ElementSetNames>, syntax: Option<&Oid>) -> Result<Self, Diagnostic> {
        let composition = names.cloned().map(RecordComposition::Simple);
        Self::read(composition.as_ref(), syntax)
    }

    /// Whether copies must be looked up.
    pub fn needs_holdings(&self) -> bool {
        self.kind == Kind::Opac || self.content == Content::Opac || self.content.is_holdings()
    }

    /// Every syntax, for Explain.
    pub fn all_syntaxes() -> Vec<Oid> {
        SYNTAXES.iter().map(|syntax| syntax.oid.clone()).collect()
    }
}

/// Element set, schema, and syntaxes in order of preference.
type Composed = (Option<String>, Option<Schema>, Vec<Oid>);

fn complex(spec: &CompSpec) -> Result<Composed, Diagnostic> {
    let specification: Option<&Specification> = spec.generic.as_ref().or_else(|| {
        spec.database_specific
            .as_ref()
            .and_then(|list| list.first())
            .map(|one| &one.specification)
    });
    let syntaxes = spec.record_syntax.clone().unwrap_or_default();
    let Some(specification) = specification else {
        return Ok((None, None, syntaxes));
    };
    let element_set = match &specification.element_spec {
        None => None,
        Some(ElementSpec::Name(name)) => Some(name.text().into_owned()),
        // eSpec-1 picks single elements.
        Some(ElementSpec::External(_)) => return Err(Diagnostic::new(25, "eSpec-1")),
    };
    Ok((element_set, specification.schema.clone(), syntaxes))
}

fn content(kind: Kind, element_set: Option<&str>, schema: Option<&Schema>) -> Result<Content, Diagnostic> {
    let by_name = element_set.filter(|name| !name.is_empty()).map(|name| {
        let found = rows(include_str!("../../data/element_sets.csv")).find_map(|row| match row.as_slice() {
            [of, known, sends] if *of == kind.name() && known.eq_ignore_ascii_case(name) => Content::named(sends),
            _ => None,
        });
        found.ok_or_else(|| Diagnostic::new(25, name))
    });
    let Some(schema) = schema.filter(|_| kind == Kind::Xml) else {
        let otherwise = if kind == Kind::Xml { Content::Native } else { Content::Record };
        return by_name.unwrap_or(Ok(otherwise));
    };
    let name = match schema {
        Schema::Oid(oid) => oid.to_string(),
        Schema::Uri(uri) => uri.text().into_owned(),
    };
    let by_schema = rows(include_str!("../../data/schemas.csv")).find_map(|row| match row.as_slice() {
        [known, sends] if known.eq_ignore_ascii_case(&name) => Content::named(sends),
        _ => None,
    });
    match (by_schema, by_name) {
        (None, _) => Err(Diagnostic::new(1066, name)),
        // A schema of holdings has element sets of its own.
        (Some(schema), Some(Ok(set))) if schema.is_holdings() && set.is_holdings() => Ok(set),
        (Some(schema), Some(_)) if schema.is_holdings() && element_set != Some("F") => {
            Err(Diagnostic::new(25, element_set.unwrap_or_default()))
        }
        (Some(schema), _) => Ok(schema),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(name: &str, syntax: &Oid) -> Result<(Kind, Content), u16> {
        let names = ElementSetNames::Generic(name.into());
        let wanted = Wanted::simple(Some(&names), Some(syntax));
        wanted
            .map(|wanted| (wanted.kind, wanted.content))
            .map_err(|diagnostic| diagnostic.condition)
    }

    #[test]
    fn element_sets_in_any_case() {
        assert_eq!(simple("f", &oid::MARC21), Ok((Kind::Marc21, Content::Record)));
        assert_eq!(simple("DC", &oid::XML), Ok((Kind::Xml, Content::Dc)));
        assert_eq!(simple("b3", &oid::APPLICATION_XML), Ok((Kind::Xml, Content::Holdings)));
        assert_eq!(simple("nosuch", &oid::MARC21), Err(25));
        assert_eq!(simple("F", &oid::EXPLAIN), Err(239));
        assert_eq!(Wanted::read(None, None).unwrap().kind, Kind::Marc21);
    }

    #[test]
    fn schemas_by_number_and_address() {
        let spec = |schema: Schema, set: Option<&str>| {
            let spec = CompSpec {
                select_alternative_syntax: false,
                generic: Some(Specification {
                    schema: Some(schema),
                    element_spec: set.map(|set| ElementSpec::Name(set.into())),
                }),
                database_specific: None,
                record_syntax: Some(vec![oid::XML]),
            };
            let wanted = Wanted::read(Some(&RecordComposition::Complex(spec)), None);
            wanted.map(|wanted| wanted.content).map_err(|diagnostic| diagnostic.condition)
        };
        let holdings = || Schema::Oid("1.2.840.10003.13.7.2".parse().unwrap());
        assert_eq!(spec(holdings(), Some("B3")), Ok(Content::Holdings));
        assert_eq!(spec(holdings(), Some("B1")), Ok(Content::HoldingsLocations));
        assert_eq!(spec(holdings(), Some("dc")), Err(25));
        assert_eq!(spec(Schema::Uri("info:srw/schema/1/dc-v1.1".into()), Some("F")), Ok(Content::Dc));
        assert_eq!(spec(Schema::Uri("urn:x".into()), None), Err(1066));
    }
}
