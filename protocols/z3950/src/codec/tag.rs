//! Tags: class and number.

use std::fmt;

/// Whose numbering a tag belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Of ASN.1 itself.
    Universal,
    /// Of one standard; Z39.50 has none, ISO 10161 has.
    Application,
    /// Of the place where it stands.
    Context,
    /// Of one user of a standard.
    Private,
}

/// What an element is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Whose numbering.
    pub class: Class,
    /// At most 2^21.
    pub number: u32,
}

impl Tag {
    /// BOOLEAN.
    pub const BOOLEAN: Self = Self::universal(1);
    /// INTEGER.
    pub const INTEGER: Self = Self::universal(2);
    /// BIT STRING.
    pub const BIT_STRING: Self = Self::universal(3);
    /// OCTET STRING.
    pub const OCTET_STRING: Self = Self::universal(4);
    /// NULL.
    pub const NULL: Self = Self::universal(5);
    /// OBJECT IDENTIFIER.
    pub const OBJECT_IDENTIFIER: Self = Self::universal(6);
    /// EXTERNAL.
    pub const EXTERNAL: Self = Self::universal(8);
    /// UTF8String.
    pub const UTF8_STRING: Self = Self::universal(12);
    /// SEQUENCE and SEQUENCE OF.
    pub const SEQUENCE: Self = Self::universal(16);
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: Self = Self::universal(24);
    /// VisibleString.
    pub const VISIBLE_STRING: Self = Self::universal(26);
    /// GeneralString.
    pub const GENERAL_STRING: Self = Self::universal(27);

    /// A tag of the ASN.1 standard itself.
    pub const fn universal(number: u32) -> Self {
        Self {
            class: Class::Universal,
            number,
        }
    }

    /// A tag whose meaning is that of its place: nearly all tags of Z39.50.
    pub const fn context(number: u32) -> Self {
        Self {
            class: Class::Context,
            number,
        }
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.class {
            Class::Context => write!(f, "[{}]", self.number),
            class => write!(f, "[{class:?} {}]", self.number),
        }
    }
}
