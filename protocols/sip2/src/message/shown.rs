//! A message's fields by the standard's names, for operators: digest 7, and 14 for what must not be seen.

use crate::codec::tables::{self, Mask};
use crate::codec::time::WIDTH;
use crate::codec::{Charset, Piece, SipTime};
use std::borrow::Cow;
use std::fmt;

/// One field of a message as it came. Whoever prints it goes by its mask.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// The standard's name; the bare id where no list has it.
    pub name: Cow<'static, str>,
    /// What the value would betray.
    pub mask: Mask,
    value: String,
}

impl Shown {
    /// A message that is cut short or out of step has numbers of people where fixed fields should be: only what looks like
    /// a fixed field is shown.
    pub(crate) fn fixed(name: &'static str, value: &[u8]) -> Self {
        let regular = match value.len() {
            WIDTH => SipTime::plausible(value),
            3 if value.iter().all(u8::is_ascii_uppercase) => true,
            _ => value.iter().all(|b| b"YNUZ+-*. 0123456789".contains(b)),
        };
        Self {
            name: Cow::Owned(name.replace('_', " ")),
            mask: if regular { Mask::Open } else { Mask::Secret },
            value: String::from_utf8_lossy(value).into_owned(),
        }
    }

    pub(crate) fn identified(piece: &Piece<'_>, charset: Charset) -> Self {
        let entry = tables::field(piece.id);
        Self {
            name: match entry {
                Some(entry) => Cow::Borrowed(entry.name),
                None => Cow::Owned(piece.id.escape_ascii().to_string()),
            },
            // What nobody knows may be anything.
            mask: entry.map_or(Mask::Secret, |entry| entry.mask),
            value: charset.decode(piece.value).into_owned(),
        }
    }

    /// The value itself; a secret one is empty.
    pub fn reveal(&self) -> &str {
        match self.mask {
            Mask::Secret => "",
            Mask::Open | Mask::Item | Mask::Person => &self.value,
        }
    }

    /// Whether this text gives away the value, if that is one that may not be seen. Peers write numbers of cards and worse
    /// into fields that are there for other things.
    pub fn is_betrayed_by(&self, text: &str) -> bool {
        let hidden = matches!(self.mask, Mask::Person | Mask::Secret);
        hidden && self.value.trim().len() >= SHORTEST && text.contains(self.value.trim())
    }
}

/// Shorter values stand in other texts by chance.
const SHORTEST: usize = 4;

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mask {
            Mask::Open => write!(f, "{}={:?}", self.name, self.value),
            Mask::Item | Mask::Person | Mask::Secret => write!(f, "{}=…", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::codec::Dialect;
    use crate::message::{Request, Response};

    #[test]
    fn fields_have_the_standards_names_and_hide_what_they_must() {
        let body = b"11YN20261124    120000                  AOX|AA1234567890|AB3900001|ACx|AD4711|ZZwho knows|";
        let shown = Request::shown(body, Dialect::default());
        assert_eq!(
            format!("{shown:?}"),
            "[renewal policy=\"Y\", no block=\"N\", transaction date=\"20261124    120000\", nb due date=\"                  \", \
             institution id=\"X\", patron identifier=…, item identifier=…, terminal password=…, patron password=…, ZZ=…]"
        );
        let [.., pin, unknown] = shown.as_slice() else { panic!() };
        assert_eq!((pin.reveal(), unknown.reveal()), ("", ""));
        let shown = Response::shown(b"941", Dialect::default());
        assert_eq!(format!("{shown:?}"), "[ok=\"1\"]");
        let out_of_step = Request::shown(b"23AA0101011234|AD4321|", Dialect::default());
        assert!(out_of_step.iter().all(|field| field.reveal().is_empty()), "{out_of_step:?}");
        assert!(Request::shown(b"77AA1|", Dialect::default()).is_empty());
    }
}
