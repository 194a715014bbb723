//! Where a message ends: digest 1. There is no length in front of a message but its own, and that may be indefinite.

use super::read::{LONGEST_TAG, TAG_LIMIT};
use skranke_wire::framing::{FrameFault, Framer, Framing};

/// Finds the end of the outermost element, looking at each byte once and into nothing whose length is told.
#[derive(Debug, Clone)]
pub struct BerFramer {
    /// Longest message, bytes.
    limit: usize,
    /// Deepest nesting of indefinite lengths.
    nesting: usize,
    held: usize,
    /// Indefinite elements that are open.
    open: usize,
    state: State,
    first: [u8; 4],
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// A tag comes.
    Tag,
    /// More octets of a tag: how many there were, and the number so far.
    LongTag { octets: usize, number: u32, constructed: bool },
    /// The first octet of a length comes.
    Length { constructed: bool, end_mark: bool },
    /// More octets of a length.
    LongLength { left: u8, length: usize },
    /// Content that is not looked at.
    Content { left: usize },
}

impl BerFramer {
    /// A framer that refuses messages of more than `limit` bytes, and elements of indefinite length nested deeper than
    /// `nesting`.
    pub fn new(limit: usize, nesting: usize) -> Self {
        Self {
            limit,
            nesting,
            held: 0,
            open: 0,
            state: State::Tag,
            first: [0; 4],
        }
    }

    /// Another limit from the next message on: strangers are trusted with less than users.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// What the bytes from `at` on, the first of `unseen`, make of the state. `Some` when the message is whole.
    fn step(&mut self, byte: u8) -> Result<bool, FrameFault> {
        let at_start = self.held == 0;
        if let Some(place) = self.first.get_mut(self.held) {
            *place = byte;
        }
        self.held += 1;
        match self.state {
            State::Tag => {
                let constructed = byte & 0x20 != 0;
                // A message is context-specific and constructed; anything else is another protocol, or garbage.
                if at_start && byte & 0xE0 != 0xA0 {
                    return Err(FrameFault::NotThisProtocol { found: self.first });
                }
                let end_mark = byte == 0 && self.open > 0;
                self.state = if byte & 0x1F == 0x1F {
                    State::LongTag {
                        octets: 1,
                        number: 0,
                        constructed,
                    }
                } else {
                    State::Length { constructed, end_mark }
                };
            }
            State::LongTag {
                octets,
                number,
                constructed,
            } => {
                let number = number << 7 | u32::from(byte & 0x7F);
                let octets = octets + 1;
                if (octets == 2 && byte == 0x80) || number > TAG_LIMIT || octets > LONGEST_TAG {
                    return Err(self.garbage());
                }
                self.state = if byte & 0x80 == 0 {
                    State::Length {
                        constructed,
                        end_mark: false,
                    }
                } else {
                    State::LongTag {
                        octets,
                        number,
                        constructed,
                    }
                };
            }
            State::Length { end_mark: true, .. } => {
                if byte != 0 {
                    return Err(self.garbage());
                }
                self.open -= 1;
                self.state = State::Tag;
                return Ok(self.open == 0);
            }
            State::Length { constructed, .. } => match byte {
                0..=0x7F => return self.content(usize::from(byte)),
                0x80 if constructed => {
                    self.open += 1;
                    if self.open > self.nesting {
                        return Err(FrameFault::TooDeep { limit: self.nesting });
                    }
                    self.state = State::Tag;
                }
                0x80 | 0xFF => return Err(self.garbage()),
                _ => {
                    self.state = State::LongLength {
                        left: byte & 0x7F,
                        length: 0,
                    }
                }
            },
            State::LongLength { left, length } => {
                // Multiplying cannot overflow: a length beyond the limit has been refused before.
                let length = length << 8 | usize::from(byte);
                if length > self.limit {
                    return Err(FrameFault::TooLong { limit: self.limit });
                }
                if left > 1 {
                    self.state = State::LongLength { left: left - 1, length };
                } else {
                    return self.content(length);
                }
            }
            State::Content { .. } => {}
        }
        Ok(false)
    }

    /// Content of a told length begins.
    fn content(&mut self, length: usize) -> Result<bool, FrameFault> {
        if self.held.saturating_add(length) > self.limit {
            return Err(FrameFault::TooLong { limit: self.limit });
        }
        self.state = if length == 0 { State::Tag } else { State::Content { left: length } };
        Ok(length == 0 && self.open == 0)
    }

    fn garbage(&self) -> FrameFault {
        FrameFault::NotThisProtocol { found: self.first }
    }

    fn whole(&mut self) -> Framing {
        let len = self.held;
        self.held = 0;
        self.open = 0;
        self.state = State::Tag;
        self.first = [0; 4];
        Framing::Whole { len }
    }
}

impl Framer for BerFramer {
    fn advance(&mut self, unseen: &[u8]) -> Result<Framing, FrameFault> {
        let mut rest = unseen;
        while let Some((&byte, after)) = rest.split_first() {
            if let State::Content { left } = self.state {
                let taken = left.min(rest.len());
                self.held += taken;
                rest = rest.get(taken..).unwrap_or_default();
                self.state = if taken == left {
                    State::Tag
                } else {
                    State::Content { left: left - taken }
                };
                if taken == left && self.open == 0 {
                    return Ok(self.whole());
                }
                continue;
            }
            rest = after;
            if self.step(byte)? {
                return Ok(self.whole());
            }
        }
        if self.held > self.limit {
            return Err(FrameFault::TooLong { limit: self.limit });
        }
        let at_least = match self.state {
            State::Content { left } => left,
            _ => 1,
        };
        Ok(Framing::More { at_least })
    }

    fn held(&self) -> usize {
        self.held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(bytes: &[u8]) -> Result<Framing, FrameFault> {
        BerFramer::new(1000, 64).advance(bytes)
    }

    #[test]
    fn finds_the_end_of_every_form_of_length() {
        for (bytes, len) in [
            (&[0xB4, 0, 9][..], 2),
            (&[0xB4, 2, 5, 0], 4),
            (&[0xB4, 0x82, 0, 1, 9], 5),
            (&[0xB4, 0x80, 0, 0], 4),
            (&[0xBF, 0x23, 0x80, 0x30, 0x80, 4, 2, 0, 0, 0, 0, 0, 0, 1], 13),
            (&[0xB4, 0x80, 0x30, 3, 0x30, 0x80, 0, 0, 0], 9),
        ] {
            assert_eq!(whole(bytes), Ok(Framing::Whole { len }), "{bytes:02x?}");
        }
    }

    #[test]
    fn refuses_before_anything_is_held() {
        let limit = Err(FrameFault::TooLong { limit: 1000 });
        assert_eq!(whole(&[0xB4, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]), limit);
        assert_eq!(whole(&[0xB4, 0x88, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]), limit);
        let deep: Vec<u8> = std::iter::once(0xB4).chain([0x80, 0x30].repeat(100)).collect();
        assert_eq!(whole(&deep), Err(FrameFault::TooDeep { limit: 64 }));
        for garbage in [
            &b"GET / HTTP/1.1"[..],
            b"\x16\x03\x01\x02",
            b"\x00",
            b"\x94\x01",
            b"\xBF\x80\x23",
            b"\xB4\xFF",
        ] {
            assert!(matches!(whole(garbage), Err(FrameFault::NotThisProtocol { .. })), "{garbage:02x?}");
        }
    }

    proptest! {
        #[test]
        fn is_the_same_however_the_bytes_arrive(bytes in prop::collection::vec(prop_oneof![Just(0u8), Just(0x80), Just(0x30), Just(0xA1), any::<u8>()], 0..40), cut in 0usize..40) {
            let bytes = [&[0xB4][..], &bytes].concat();
            let cut = cut.min(bytes.len());
            let (front, back) = bytes.split_at(cut);
            let mut framer = BerFramer::new(64, 8);
            let dripped = match framer.advance(front) {
                Ok(Framing::More { .. }) => framer.advance(back),
                other => other,
            };
            let mut framer = BerFramer::new(64, 8);
            let together = framer.advance(&bytes);
            match (dripped, together) {
                (Ok(a), Ok(b)) => prop_assert_eq!(a, b),
                (a, b) => prop_assert_eq!(a.is_err(), b.is_err()),
            }
        }
    }
}
