//! A message as operators may see it: decoded fields under the standard's names, each with what showing it would betray.

use super::tables::{self, Mask};
use super::{Dialect, Opened, open};

/// A field for logs and live views. The value of a secret one is not there at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The standard's name; the id where no list has it.
    pub name: std::borrow::Cow<'static, str>,
    /// Its text; empty for secrets.
    pub value: String,
    /// Whom it would betray.
    pub mask: Mask,
}

/// The fields of a frame, ours or the peer's. Unknown ids count as personal: nobody knows what they hold.
pub fn describe(frame: &[u8], dialect: Dialect) -> Vec<Shown> {
    let Opened::Message { body, .. } = open(frame, dialect.charset, dialect.delimiter) else {
        return Vec::new();
    };
    let Some((id, rest)) = body.split_first_chunk::<2>() else {
        return Vec::new();
    };
    let width = tables::fixed_width(*id);
    let (fixed, fields) = rest.split_at_checked(width).unwrap_or((rest, &[]));
    // A message whose fixed part is too short has numbers of people where that part should be.
    let regular = fixed.len() == width
        && fixed
            .iter()
            .all(|b| b"YNUZ+-*. 0123456789".contains(b) || (*id == *b"37" && b.is_ascii_uppercase()));
    let mut shown = vec![Shown {
        name: "fixed fields".into(),
        value: if regular {
            String::from_utf8_lossy(fixed).into_owned()
        } else {
            String::new()
        },
        mask: if regular { Mask::Open } else { Mask::Secret },
    }];
    for piece in fields.split(|b| *b == dialect.delimiter) {
        let Some((id, value)) = piece.split_first_chunk::<2>() else {
            continue;
        };
        let entry = tables::field(*id);
        let mask = entry.map_or(Mask::Person, |e| e.mask);
        shown.push(Shown {
            name: entry.map_or_else(|| String::from_utf8_lossy(id).into_owned().into(), |e| e.name.into()),
            value: if mask == Mask::Secret {
                String::new()
            } else {
                dialect.charset.decode(value).into_owned()
            },
            mask,
        });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_there_and_persons_are_marked() {
        let shown = describe(
            b"2300920261124    120000AODK-710100|AA0101011234|AC|AD4321|ZQx|\r",
            Dialect::default(),
        );
        assert!(shown.iter().all(|s| !s.value.contains("4321")));
        let of = |name: &str| shown.iter().find(|s| s.name == name).unwrap();
        assert_eq!(of("patron identifier").mask, Mask::Person);
        assert_eq!(of("patron password").mask, Mask::Secret);
        assert_eq!(of("institution id").value, "DK-710100");
        assert_eq!(of("ZQ").mask, Mask::Person);
        assert_eq!(of("fixed fields").value, "00920261124    120000");
        let broken = describe(b"23AA0101011234|AD4321|\r", Dialect::default());
        assert!(broken.iter().all(|s| s.mask == Mask::Secret && s.value.is_empty()));
    }
}
