//! Where a message ends: digest 2, 12.1, 12.2, 12.12, 12.17, 12.18.

use skranke_wire::framing::{FrameFault, Framer, Framing};

/// Finds the ends of SIP2 messages and learns how this peer ends them.
///
/// A CR always ends a message. A bare LF does until a CR has ended one: from then on a stray LF belongs to a value. Leading
/// blanks, NULs and the LF left over from CR LF never count as a message under way; a buffer that holds nothing else is given
/// out at once as a frame without content, so that NULs sent to keep a line awake do not pile up.
#[derive(Debug, Clone)]
pub struct SipFramer {
    limit: usize,
    held: usize,
    /// Something that is not a blank is held.
    under_way: bool,
    ending: Option<Ending>,
    hello: Hello,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    Cr,
    Lf,
}

/// The first bytes of the connection, while they may still be another protocol's greeting.
#[derive(Debug, Clone, Copy)]
struct Hello {
    seen: [u8; 4],
    len: usize,
    decided: bool,
}

/// How other protocols begin: HTTP requests, a TLS hello, a Z39.50 Init.
const GREETINGS: [&[u8]; 13] = [
    b"GET ",
    b"POST",
    b"PUT ",
    b"HEAD",
    b"OPTI",
    b"DELE",
    b"PATC",
    b"CONN",
    b"TRAC",
    b"PRI ",
    b"\x16\x03",
    b"\xB4",
    b"SSH-",
];

impl SipFramer {
    /// A framer that gives up on a message of more than `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            held: 0,
            under_way: false,
            ending: None,
            hello: Hello {
                seen: [0; 4],
                len: 0,
                decided: false,
            },
        }
    }

    /// For a line on which other words come first (telnet-style login): no greeting is looked for.
    pub fn without_greeting_check(mut self) -> Self {
        self.hello.decided = true;
        self
    }

    fn give(&mut self, len: usize) -> Result<Framing, FrameFault> {
        self.held = 0;
        self.under_way = false;
        if len > self.limit {
            return Err(FrameFault::TooLong { limit: self.limit });
        }
        Ok(Framing::Whole { len })
    }
}

impl Framer for SipFramer {
    fn advance(&mut self, unseen: &[u8]) -> Result<Framing, FrameFault> {
        self.hello.look(unseen)?;
        for (offset, &byte) in unseen.iter().enumerate() {
            let ending = match byte {
                b'\r' => Some(Ending::Cr),
                b'\n' if self.ending != Some(Ending::Cr) => Some(Ending::Lf),
                _ => None,
            };
            if let Some(ending) = ending {
                // An empty line teaches nothing.
                if self.under_way {
                    self.ending.get_or_insert(ending);
                }
                return self.give(self.held + offset + 1);
            }
            self.under_way |= byte > b' ';
        }
        self.held += unseen.len();
        if self.held > 0 && !self.under_way {
            return self.give(self.held);
        }
        if self.held >= self.limit {
            return Err(FrameFault::TooLong { limit: self.limit });
        }
        Ok(Framing::More { at_least: 1 })
    }

    fn held(&self) -> usize {
        if self.under_way { self.held } else { 0 }
    }
}

impl Hello {
    fn look(&mut self, unseen: &[u8]) -> Result<(), FrameFault> {
        if self.decided {
            return Ok(());
        }
        for (slot, &byte) in self.seen.iter_mut().skip(self.len).zip(unseen) {
            *slot = byte;
            self.len += 1;
        }
        let seen = self.seen.get(..self.len).unwrap_or_default();
        if GREETINGS.iter().any(|greeting| seen.starts_with(greeting)) {
            return Err(FrameFault::NotThisProtocol { found: self.seen });
        }
        self.decided = self.len == self.seen.len() || !GREETINGS.iter().any(|greeting| greeting.starts_with(seen));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(framer: &mut SipFramer, bytes: &[u8]) -> Vec<Vec<u8>> {
        let mut buffer = bytes.to_vec();
        let mut found = Vec::new();
        while !buffer.is_empty() {
            match framer.advance(&buffer).unwrap() {
                Framing::Whole { len } => found.push(buffer.drain(..len).collect()),
                Framing::More { .. } => break,
            }
        }
        found
    }

    #[test]
    fn a_stray_line_feed_belongs_to_a_value_once_cr_was_seen() {
        let mut framer = SipFramer::new(100);
        assert_eq!(frames(&mut framer, b"99a\r99b\nc\r").len(), 2);
    }

    #[test]
    fn a_connection_that_begins_with_line_feeds_keeps_them() {
        let mut framer = SipFramer::new(100);
        assert_eq!(frames(&mut framer, b"99a\n99b\n99c\n").len(), 3);
    }

    #[test]
    fn an_empty_line_teaches_nothing() {
        let mut framer = SipFramer::new(100);
        assert_eq!(frames(&mut framer, b"\n99a\r99b\nc\r").len(), 3);
    }

    #[test]
    fn the_line_feed_after_cr_is_not_a_message_under_way() {
        let mut framer = SipFramer::new(100);
        assert_eq!(framer.advance(b"99a\r"), Ok(Framing::Whole { len: 4 }));
        assert_eq!(framer.advance(b"\n"), Ok(Framing::Whole { len: 1 }));
        assert_eq!(framer.held(), 0);
    }

    #[test]
    fn refuses_other_protocols_however_they_arrive() {
        for greeting in [&b"GET / HTTP/1.1"[..], b"\x16\x03\x01\x02", b"\xB4\x30\x81"] {
            let mut whole = SipFramer::new(100);
            assert!(matches!(whole.advance(greeting), Err(FrameFault::NotThisProtocol { .. })));
            let mut drip = SipFramer::new(100);
            assert!(greeting.chunks(1).any(|byte| drip.advance(byte).is_err()));
        }
    }

    #[test]
    fn refuses_an_endless_message() {
        let mut framer = SipFramer::new(10);
        assert_eq!(framer.advance(b"123456789"), Ok(Framing::More { at_least: 1 }));
        assert_eq!(framer.advance(b"0"), Err(FrameFault::TooLong { limit: 10 }));
    }
}
