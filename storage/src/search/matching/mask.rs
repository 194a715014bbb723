//! Masked terms as an automaton over the bytes of a term dictionary.

use skranke_core::ports::search::Cancel;
use skranke_core::query::{Piece, WordPattern};
use std::cell::Cell;
use tantivy_fst::Automaton;

/// One step of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// This byte.
    Byte(u8),
    /// One character of the searcher's: also a letter that folds to two (`ae`, `oe`, `aa`).
    AnyOne,
    /// Any number of characters.
    AnyRun,
    /// Whatever follows.
    AnyRest,
}

const WORDS: usize = 4;

/// A set of places in a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Places([u64; WORDS]);

impl Places {
    fn set(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    fn has(&self, place: usize) -> bool {
        self.0.get(place / 64).is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    fn iter(self) -> impl Iterator<Item = usize> {
        self.0.into_iter().enumerate().flat_map(|(at, word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros() as usize;
                    rest &= rest - 1;
                    at * 64 + bit
                })
            })
        })
    }
}

/// Where the automaton may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct State {
    /// Before these steps.
    at: Places,
    /// Inside these single masks: they took an `a`, an `o`, or the first byte of a longer character, which may go on.
    after_a: Places,
    after_o: Places,
    inside: Places,
}

/// A mask over folded terms.
#[derive(Debug, Clone)]
pub(crate) struct Mask {
    steps: Vec<Step>,
    /// No run and no single mask takes this byte.
    barrier: Option<u8>,
}

impl Mask {
    /// Bytes and masks of a term together, less than this.
    const LIMIT: usize = WORDS * 64;

    /// The mask of a folded word or value; `None` where it is longer than any term.
    pub(crate) fn new(pattern: &WordPattern) -> Option<Self> {
        let mut mask = Self {
            steps: Vec::new(),
            barrier: None,
        };
        mask.push(pattern);
        mask.checked()
    }

    /// The mask of folded words with blanks between, as headings have them. A mask stays within its word.
    pub(crate) fn of_words(words: &[WordPattern]) -> Option<Self> {
        let mut mask = Self {
            steps: Vec::new(),
            barrier: Some(b' '),
        };
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                mask.steps.push(Step::Byte(b' '));
            }
            mask.push(word);
        }
        mask.checked()
    }

    /// The mask of what begins with these words and goes on after them.
    pub(crate) fn of_first_words(words: &[WordPattern]) -> Option<Self> {
        let mut mask = Self::of_words(words)?;
        mask.steps.extend([Step::Byte(b' '), Step::AnyRest]);
        mask.checked()
    }

    fn push(&mut self, pattern: &WordPattern) {
        for piece in pattern.pieces() {
            match piece {
                Piece::Literal(text) => self.steps.extend(text.bytes().map(Step::Byte)),
                Piece::AnyOne => self.steps.push(Step::AnyOne),
                Piece::AnyRun => self.steps.push(Step::AnyRun),
            }
        }
    }

    fn checked(self) -> Option<Self> {
        (self.steps.len() < Self::LIMIT).then_some(self)
    }

    /// A place, and those that are reached from it by nothing.
    fn reach(&self, places: &mut Places, mut place: usize) {
        places.set(place);
        while self.steps.get(place) == Some(&Step::AnyRun) {
            place += 1;
            places.set(place);
        }
    }
}

impl Automaton for Mask {
    type State = State;

    fn start(&self) -> State {
        let mut state = State::default();
        self.reach(&mut state.at, 0);
        state
    }

    fn is_match(&self, state: &State) -> bool {
        state.at.has(self.steps.len()) || (self.steps.last() == Some(&Step::AnyRest) && state.at.has(self.steps.len() - 1))
    }

    fn can_match(&self, state: &State) -> bool {
        !(state.at.is_empty() && state.after_a.is_empty() && state.after_o.is_empty())
    }

    fn accept(&self, state: &State, byte: u8) -> State {
        let mut next = State::default();
        let goes_on = byte & 0xC0 == 0x80;
        let masked = self.barrier != Some(byte);
        for place in state.at.iter() {
            match self.steps.get(place) {
                Some(Step::Byte(wanted)) if *wanted == byte => self.reach(&mut next.at, place + 1),
                Some(Step::AnyRest) => next.at.set(place),
                Some(Step::AnyRun) if masked => self.reach(&mut next.at, place),
                Some(Step::AnyOne) if masked && !goes_on => {
                    self.reach(&mut next.at, place + 1);
                    match byte {
                        b'a' => next.after_a.set(place),
                        b'o' => next.after_o.set(place),
                        0xC0.. => next.inside.set(place),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        if matches!(byte, b'a' | b'e') {
            for place in state.after_a.iter() {
                self.reach(&mut next.at, place + 1);
            }
        }
        if byte == b'e' {
            for place in state.after_o.iter() {
                self.reach(&mut next.at, place + 1);
            }
        }
        if goes_on {
            for place in state.inside.iter() {
                self.reach(&mut next.at, place + 1);
                next.inside.set(place);
            }
        }
        next
    }
}

/// A mask that gives up when its search is stopped: a walk along a dictionary in which nothing matches says nothing for long.
pub(crate) struct Watched<'c> {
    mask: Mask,
    cancel: &'c Cancel,
    steps: Cell<u32>,
    stopped: Cell<bool>,
}

impl<'c> Watched<'c> {
    /// Looks whether it is stopped every so many bytes.
    const LOOK_EVERY: u32 = 1 << 14;

    pub(crate) fn new(mask: Mask, cancel: &'c Cancel) -> Self {
        Self {
            mask,
            cancel,
            steps: Cell::new(0),
            stopped: Cell::new(cancel.is_cancelled()),
        }
    }
}

impl Automaton for Watched<'_> {
    type State = State;

    fn start(&self) -> State {
        self.mask.start()
    }

    fn is_match(&self, state: &State) -> bool {
        self.mask.is_match(state)
    }

    fn can_match(&self, state: &State) -> bool {
        !self.stopped.get() && self.mask.can_match(state)
    }

    fn accept(&self, state: &State, byte: u8) -> State {
        let steps = self.steps.get().wrapping_add(1);
        self.steps.set(steps);
        if steps.is_multiple_of(Self::LOOK_EVERY) {
            self.stopped.set(self.cancel.is_cancelled());
        }
        self.mask.accept(state, byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use skranke_core::query::Pattern;

    fn fits(mask: &Mask, term: &str) -> bool {
        let state = term.bytes().fold(mask.start(), |state, byte| mask.accept(&state, byte));
        mask.is_match(&state)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn fits_what_the_pattern_matches(masks in "[aeoxж*?]{1,6}", words in prop::collection::vec("[aeoxж]{0,6}", 1..8)) {
            for pattern in Pattern::masked(&masks).folded_words() {
                let mask = Mask::new(&pattern).unwrap();
                for word in &words {
                    prop_assert_eq!(fits(&mask, word), pattern.matches(word), "{} {}", masks, word);
                }
            }
        }
    }

    #[test]
    fn a_mask_stays_within_its_word() {
        let words = Pattern::masked("den s*e gat?").folded_words();
        let mask = Mask::of_words(&words).unwrap();
        assert!(fits(&mask, "den store gate"));
        assert!(!fits(&mask, "den s store gate"));
        assert!(!fits(&mask, "den store gate 2"));
    }

    #[test]
    fn a_stopped_walk_ends() {
        let words = Pattern::masked("*ab").folded_words();
        let cancel = Cancel::default();
        let watched = Watched::new(Mask::new(&words[0]).unwrap(), &cancel);
        let walk = |steps: u32| (0..steps).fold(watched.start(), |state, _| watched.accept(&state, b'x'));
        assert!(watched.can_match(&walk(Watched::LOOK_EVERY * 2)));
        cancel.cancel();
        assert!(!watched.can_match(&walk(Watched::LOOK_EVERY)));
    }

    #[test]
    fn too_long_is_refused() {
        let long = Pattern::masked(&"x?".repeat(200)).folded_words();
        assert!(Mask::new(&long[0]).is_none());
    }
}
