//! What a term says: text, masks and anchors.

use super::fault::{CqlFault, Problem};
use crate::query::Pattern;

/// Most masks in one term.
const MASKS: usize = 10;

/// A term taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) pattern: Pattern,
    /// `^` before it: it begins the field.
    pub(super) from_start: bool,
    /// `^` after it: it ends the field.
    pub(super) to_end: bool,
}

/// Reads a term with its backslashes. Unmasked, every character means itself.
pub(super) fn read(text: &str, unmasked: bool) -> Result<Term, CqlFault> {
    let mut term = Term {
        pattern: Pattern::default(),
        from_start: false,
        to_end: false,
    };
    let mut masks = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => {
                if let Some((_, escaped)) = characters.next() {
                    term.pattern.push_text(escaped.encode_utf8(&mut [0; 4]));
                }
                continue;
            }
            plain if unmasked => term.pattern.push_text(plain.encode_utf8(&mut [0; 4])),
            '*' => term.pattern.push_any_run(),
            '?' => term.pattern.push_any_one(),
            '^' if at == 0 => term.from_start = true,
            '^' if characters.peek().is_none() => term.to_end = true,
            '^' => return Err(CqlFault::new(Problem::AnchoringCharacterInUnsupportedPosition, at)),
            plain => term.pattern.push_text(plain.encode_utf8(&mut [0; 4])),
        }
        masks += usize::from(!unmasked && matches!(character, '*' | '?'));
        if masks > MASKS {
            return Err(CqlFault::new(Problem::TooManyMaskingCharacters, MASKS));
        }
    }
    Ok(term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::Piece;

    #[test]
    fn masks_anchors_and_escapes() {
        let term = read("^h?nd*\\*\\\\\\^", false).unwrap();
        assert!(term.from_start && !term.to_end);
        let literal = |text: &str| Piece::Literal(text.to_owned());
        let wanted = [literal("h"), Piece::AnyOne, literal("nd"), Piece::AnyRun, literal("*\\^")];
        assert_eq!(term.pattern.pieces(), wanted);
        assert!(read("^a^", false).unwrap().to_end);
        assert_eq!(read("^a*?", true).unwrap().pattern.as_literal(), Some("^a*?"));
    }

    #[test]
    fn an_anchor_inside_and_too_many_masks_are_refused() {
        let problem = |text: &str| read(text, false).unwrap_err().problem;
        assert_eq!(problem("a^b"), Problem::AnchoringCharacterInUnsupportedPosition);
        assert_eq!(problem(&"a*".repeat(20)), Problem::TooManyMaskingCharacters);
    }
}
