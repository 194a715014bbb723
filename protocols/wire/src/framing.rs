//! One cheap question, asked before any parsing: is there a whole message at the front of the buffer?

/// Finds where the next message ends. Never looks at the same byte twice.
///
/// The owner of the buffer calls [`advance`](Framer::advance) with the bytes that arrived since the last call. After
/// [`Framing::Whole`] it removes `len` bytes from the front and presents *all* that is left as unseen.
pub trait Framer {
    /// Takes the bytes that arrived since the last call, or the rest of the buffer after a whole message.
    fn advance(&mut self, unseen: &[u8]) -> Result<Framing, FrameFault>;

    /// How many bytes of an unfinished message are held: what a slow peer is timed by.
    fn held(&self) -> usize;
}

/// What a [`Framer`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Framing {
    /// Read on. `at_least` is a hint for the read buffer, 1 when unknown.
    More {
        /// How many more bytes the message surely needs.
        at_least: usize,
    },
    /// The message is the first `len` bytes held, terminator included.
    Whole {
        /// Length in bytes.
        len: usize,
    },
}

/// Why the stream cannot be followed any further. The connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameFault {
    /// No end of message within the limit.
    #[error("no end of message within {limit} bytes")]
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// Nested deeper than we follow.
    #[error("nested deeper than {limit} levels")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// Another protocol is being spoken; its first bytes, for a counter, never for a log.
    #[error("another protocol is spoken here")]
    NotThisProtocol {
        /// First four bytes.
        found: [u8; 4],
    },
}
