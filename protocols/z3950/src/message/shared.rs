//! Types that many messages use: names under their own tags, EXTERNAL, other information, units (digest 2).

use crate::codec::{Asn1, BitString, Element, InternationalString, Malformed, OctetString, Oid, Tag, Taggable, Writer};

/// A type that differs from another only in its tag.
macro_rules! retagged {
    ($(#[$meta:meta])* $name:ident, $inner:ty, $tag:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(pub $inner);

        impl Taggable for $name {
            const TAG: Tag = $tag;

            fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
                <$inner>::read_content(element).map(Self)
            }

            fn write_as(&self, tag: Tag, out: &mut Writer) {
                self.0.write_as(tag, out);
            }
        }
    };
}

retagged!(
    /// The name of a database.
    DatabaseName,
    InternationalString,
    Tag::context(105)
);
retagged!(
    /// The name of a result set.
    ResultSetId,
    InternationalString,
    Tag::context(31)
);
retagged!(
    /// The name of an element set: how much of a record is wanted, and in XML which schema.
    ElementSetName,
    InternationalString,
    Tag::context(103)
);
retagged!(
    /// VisibleString: the strings of version 2, and points in time.
    VisibleString,
    InternationalString,
    Tag::VISIBLE_STRING
);
retagged!(
    /// GeneralizedTime as text.
    GeneralizedTime,
    InternationalString,
    Tag::GENERALIZED_TIME
);

/// One element of a type that this place does not know, as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct Any(pub Vec<u8>);

impl Any {
    /// A value as an element.
    pub fn of(value: &impl Asn1) -> Self {
        let mut out = Writer::new();
        value.write(&mut out);
        Self(out.into_vec())
    }

    /// The element as a value of this type.
    pub fn get<T: Asn1>(&self) -> Result<T, Malformed> {
        let element = Element::of(&self.0)?;
        match T::accepts(element.tag) {
            true => T::read(element),
            false => Err(element.wrong("another type was expected")),
        }
    }
}

impl std::fmt::Debug for Any {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Any({} bytes)", self.0.len())
    }
}

impl Asn1 for Any {
    fn accepts(_: Tag) -> bool {
        true
    }

    fn read(element: Element<'_>) -> Result<Self, Malformed> {
        Ok(Self(element.whole.to_vec()))
    }

    fn write(&self, out: &mut Writer) {
        out.prepend(&self.0);
    }
}

choice! {
    /// How the value of an [`External`] is written.
    pub enum Encoding {
        /// As one ASN.1 type: SUTRS, GRS-1, OPAC, Explain, task packages.
        explicit(0) Single(Any),
        /// As bytes: MARC, XML.
        implicit(1) Octets(OctetString),
        /// As bits.
        implicit(2) Arbitrary(BitString),
    }
}

/// EXTERNAL: a value of a type that an object identifier names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct External {
    /// The type.
    pub direct_reference: Option<Oid>,
    /// The type, as agreed on in a presentation layer that nobody has.
    pub indirect_reference: Option<i64>,
    /// The value.
    pub encoding: Encoding,
}

impl External {
    /// An ASN.1 value of this type.
    pub fn single(oid: Oid, value: &impl Asn1) -> Self {
        Self {
            direct_reference: Some(oid),
            indirect_reference: None,
            encoding: Encoding::Single(Any::of(value)),
        }
    }

    /// Bytes of this type.
    pub fn octets(oid: Oid, bytes: Vec<u8>) -> Self {
        Self {
            direct_reference: Some(oid),
            indirect_reference: None,
            encoding: Encoding::Octets(OctetString(bytes)),
        }
    }

    /// Whether it is of this type.
    pub fn is(&self, oid: &Oid) -> bool {
        self.direct_reference.as_ref() == Some(oid)
    }

    /// The value, where it is one of this ASN.1 type.
    pub fn get<T: Asn1>(&self) -> Option<T> {
        match &self.encoding {
            Encoding::Single(any) => any.get().ok(),
            Encoding::Octets(octets) => Element::of(&octets.0)
                .ok()
                .filter(|e| T::accepts(e.tag))
                .and_then(|e| T::read(e).ok()),
            Encoding::Arbitrary(_) => None,
        }
    }

    /// The bytes of the value, or of the string it holds.
    pub fn bytes(&self) -> Option<Vec<u8>> {
        match &self.encoding {
            Encoding::Octets(octets) => Some(octets.0.clone()),
            Encoding::Single(any) => any.get::<InternationalString>().ok().map(|string| string.0),
            Encoding::Arbitrary(_) => None,
        }
    }
}

impl Taggable for External {
    const TAG: Tag = Tag::EXTERNAL;

    fn read_content(element: Element<'_>) -> Result<Self, Malformed> {
        use crate::codec::read::Component;
        let mut elements = element.children()?;
        let direct_reference = Component::take_untagged(&mut elements)?;
        let indirect_reference = Component::take_untagged(&mut elements)?;
        // The descriptor is for people.
        elements.take(Tag::universal(7))?;
        let encoding = Component::take_untagged(&mut elements)?;
        Ok(Self {
            direct_reference,
            indirect_reference,
            encoding,
        })
    }

    fn write_as(&self, tag: Tag, out: &mut Writer) {
        use crate::codec::read::Component;
        out.constructed(tag, |out| {
            self.encoding.write(out);
            self.indirect_reference.put_untagged(out);
            self.direct_reference.put_untagged(out);
        });
    }
}

/// What a message says beyond its own components.
pub type OtherInformation = Vec<OtherInformationUnit>;

sequence! {
    /// One piece of [`OtherInformation`].
    pub struct OtherInformationUnit {
        /// What kind of information it is.
        implicit(1) category: Option<InfoCategory>,
        /// The information.
        untagged information: Information,
    }
}

sequence! {
    /// A kind of information.
    pub struct InfoCategory {
        /// Who defined it.
        implicit(1) category_type_id: Option<Oid>,
        /// Its number there.
        implicit(2) category_value: i64,
    }
}

choice! {
    /// The forms of other information.
    pub enum Information {
        /// Text.
        implicit(2) Characters(InternationalString),
        /// Bytes.
        implicit(3) Binary(OctetString),
        /// A value of a type of its own.
        implicit(4) External(External),
        /// An object identifier that says it all.
        implicit(5) Oid(Oid),
    }
}

impl OtherInformationUnit {
    /// A value of a type of its own.
    pub fn external(external: External) -> Self {
        Self {
            category: None,
            information: Information::External(external),
        }
    }
}

choice! {
    /// A name or a number.
    pub enum StringOrNumeric {
        /// A name.
        implicit(1) String(InternationalString),
        /// A number.
        implicit(2) Numeric(i64),
    }
}

sequence! {
    /// A quantity.
    pub struct IntUnit {
        /// How many.
        implicit(1) value: i64,
        /// Of what.
        implicit(2) unit_used: Unit,
    }
}

sequence! {
    /// A unit of measure.
    pub struct Unit {
        /// The system it belongs to.
        explicit(1) unit_system: Option<InternationalString>,
        /// What is measured.
        explicit(2) unit_type: Option<StringOrNumeric>,
        /// The unit itself.
        explicit(3) unit: Option<StringOrNumeric>,
        /// A power of ten.
        implicit(4) scale_factor: Option<i64>,
    }
}
