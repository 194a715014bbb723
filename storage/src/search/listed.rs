//! Terms of browse lists and facets: what orders them, then how they are shown.
//!
//! A dictionary costs, to build and on disk, what its terms have that no other term has; and mostly a heading differs from its key
//! in capitals and punctuation alone. So what is written down is how to make the one from the other, where that can be done:
//!
//! ```text
//! term   = key                           of a dictionary that has nothing to add
//!        | key 0                         shown as it files
//!        | key 0 1 shown                 shown otherwise
//!        | key 0 2 n × step              copy the key's characters, with these changes; what is left of it in the end, too
//! step   = kind (2 bits) count (6 bits)  copy `count` characters, then: nothing, the next as a capital,
//!                                        this ASCII character beside it, or this one in its place
//! ```

use std::borrow::Cow;

/// Parts what orders a term from what is shown of it.
const SEPARATOR: u8 = 0;
/// The text itself follows.
const AS_WRITTEN: u8 = 1;
/// Steps follow.
const CHANGED: u8 = 2;

const COPY: u8 = 0;
const CAPITAL: u8 = 0b0100_0000;
const INSERT: u8 = 0b1000_0000;
const REPLACE: u8 = 0b1100_0000;
/// Characters that one step copies at most.
const COUNT: u8 = 0b0011_1111;

/// A term of a browse list, or a value of a facet.
pub(crate) fn listed(key: &str, shown: &str, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(key.as_bytes());
    out.push(SEPARATOR);
    if shown == key {
        return;
    }
    let begin = out.len();
    out.push(CHANGED);
    if changed(key, shown, out).is_none() {
        out.truncate(begin);
        out.push(AS_WRITTEN);
        out.extend_from_slice(shown.as_bytes());
    }
}

/// What orders a listed term, and how it is shown.
pub(crate) fn unlisted(term: &[u8]) -> (&[u8], Cow<'_, str>) {
    let at = term.iter().position(|byte| *byte == SEPARATOR).unwrap_or(term.len());
    let (key, rest) = term.split_at_checked(at).unwrap_or((term, &[]));
    let shown = match rest {
        [_, AS_WRITTEN, shown @ ..] => String::from_utf8_lossy(shown),
        [_, CHANGED, steps @ ..] => Cow::Owned(remade(&String::from_utf8_lossy(key), steps)),
        _ => String::from_utf8_lossy(key),
    };
    (key, shown)
}

/// A term that files otherwise than it folds: folded, then as it files.
pub(crate) fn filed_apart(folded: &str, filing: &str, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(folded.as_bytes());
    out.push(SEPARATOR);
    out.extend_from_slice(filing.as_bytes());
}

/// Where the entries of a folded term among those that file otherwise begin, and before what they end.
pub(crate) fn forms_apart(folded: &str) -> (Vec<u8>, Vec<u8>) {
    let with = |last| [folded.as_bytes(), &[last]].concat();
    (with(SEPARATOR), with(SEPARATOR + 1))
}

/// The steps from one to the other; `None` where there are none such.
fn changed(key: &str, shown: &str, out: &mut Vec<u8>) -> Option<()> {
    let mut left = key.chars().map(small).peekable();
    let mut written = shown.chars().peekable();
    let mut count = 0;
    let step = |kind, count: &mut u8, out: &mut Vec<u8>| out.push(kind | std::mem::take(count));
    while let Some(character) = written.next() {
        let next = left.peek().copied();
        if next == Some(character) {
            if count == COUNT {
                step(COPY, &mut count, out);
            }
            count += 1;
            left.next();
        } else if next.is_some_and(|next| capital(next) == Some(character)) {
            step(CAPITAL, &mut count, out);
            left.next();
        } else if character.is_ascii() && !character.is_ascii_alphanumeric() {
            let in_its_place = next == Some(' ') && written.peek() != Some(&' ');
            step(if in_its_place { REPLACE } else { INSERT }, &mut count, out);
            out.push(character as u8);
            if in_its_place {
                left.next();
            }
        } else {
            return None;
        }
    }
    // What follows is copied without being told.
    left.next().is_none().then_some(())
}

/// What the steps make of a key.
fn remade(key: &str, steps: &[u8]) -> String {
    let mut left = key.chars().map(small);
    let mut shown = String::with_capacity(key.len() + steps.len());
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        shown.extend(left.by_ref().take(usize::from(step & COUNT)));
        match step & !COUNT {
            CAPITAL => shown.extend(left.next().map(|next| capital(next).unwrap_or(next))),
            kind @ (INSERT | REPLACE) => {
                shown.extend(steps.next().map(|byte| char::from(*byte)));
                if kind == REPLACE {
                    left.next();
                }
            }
            _ => {}
        }
    }
    shown.extend(left);
    shown
}

/// A character of a key as it is mostly written: Danish letters file behind z by these signs.
fn small(character: char) -> char {
    match character {
        '{' => 'æ',
        '|' => 'ø',
        '}' => 'å',
        other => other,
    }
}

/// The capital of a letter that [`small`] gives.
fn capital(letter: char) -> Option<char> {
    match letter {
        'a'..='z' => Some(letter.to_ascii_uppercase()),
        'æ' => Some('Æ'),
        'ø' => Some('Ø'),
        'å' => Some('Å'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use skranke_core::query::fold;

    fn there_and_back(key: &str, shown: &str) -> usize {
        let mut term = Vec::new();
        listed(key, shown, &mut term);
        assert_eq!(unlisted(&term), (key.as_bytes(), Cow::Borrowed(shown)), "{term:?}");
        term.len() - key.len() - 1
    }

    #[test]
    fn headings_take_a_few_bytes_beside_their_keys() {
        for (shown, bytes) in [
            ("de dodes rige", 0),
            ("De dødes rige", 2),
            ("Ærø : øen i havet", 6),
            ("Pontoppidan, Henrik, 1857-1943", 9),
            ("O'Brien", 5),
            ("Müller", 8),
            ("Aarhus", 7),
        ] {
            assert_eq!(there_and_back(&fold::filing(shown, true), shown), bytes, "{shown}");
        }
        let long = "a".repeat(200);
        assert_eq!(there_and_back(&long, &format!("{long}.")), 6);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_shown_comes_back(key in "[a-z{|} æøå]{0,20}|\\PC{0,10}", shown in "[A-Za-z æøåÆØÅ.,'\\-{|}]{0,20}|\\PC{0,10}") {
            there_and_back(&key, &shown);
            there_and_back(&fold::filing(&shown, true), &shown);
        }

        #[test]
        fn any_bytes_are_shown_somehow(term in prop::collection::vec(any::<u8>(), 0..30)) {
            unlisted(&term);
        }
    }
}
