//! One door to the writers.

use crate::iso2709::{self, Coding, Overlong};
use crate::{line, xml};
use skranke_core::bib::{CanonicalError, Record, Tag};

/// The form to write records in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteForm {
    /// ISO 2709.
    Iso2709(Coding, Overlong),
    /// MARCXML. danMARC2 cannot be written so: its 001 has subfields.
    MarcXml,
    /// marcXchange (ISO 25577), for every format.
    MarcXchange,
    /// danMARC2 line format.
    Line,
    /// MarcEdit's mnemonic lines.
    Mrk,
}

/// Why a record cannot be written in a form.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Too long for ISO 2709: 99,999 bytes a record, 9,999 a field.
    #[error("too long for ISO 2709: {} has {bytes} bytes", tag.map_or("the record".to_owned(), |tag| format!("field {tag}")))]
    TooLong {
        /// The field that is too long or begins too far back; the record itself otherwise.
        tag: Option<Tag>,
        /// Its length.
        bytes: usize,
    },
    /// The form has no place for such a field.
    #[error("field {tag} cannot be expressed in this form: {why}")]
    NotExpressible {
        /// The field.
        tag: Tag,
        /// What the form forbids.
        why: &'static str,
    },
    /// The stored bytes are no record.
    #[error("the stored record cannot be read")]
    Unreadable(#[from] CanonicalError),
}

impl WriteForm {
    /// What stands before the first record of a file.
    pub fn prologue(self) -> &'static str {
        match self {
            Self::MarcXml => xml::MARCXML_OPEN,
            Self::MarcXchange => xml::MARCXCHANGE_OPEN,
            Self::Iso2709(..) | Self::Line | Self::Mrk => "",
        }
    }

    /// What stands after the last.
    pub fn epilogue(self) -> &'static str {
        match self {
            Self::MarcXml | Self::MarcXchange => xml::COLLECTION_CLOSE,
            Self::Iso2709(..) | Self::Line | Self::Mrk => "",
        }
    }
}

/// Appends one record. On an error nothing is appended.
pub fn write(form: WriteForm, record: &Record, out: &mut Vec<u8>) -> Result<(), WriteError> {
    match form {
        WriteForm::Iso2709(coding, overlong) => iso2709::write(record, coding, overlong, out),
        WriteForm::MarcXml => xml::write_marcxml(record, xml::Namespace::Inherited, out),
        WriteForm::MarcXchange => xml::write_marcxchange(record, xml::Namespace::Inherited, out),
        WriteForm::Line => {
            line::danish::write(record, out);
            Ok(())
        }
        WriteForm::Mrk => {
            line::mrk::write(record, out);
            Ok(())
        }
    }
}
