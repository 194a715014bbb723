//! Bytes from a reader, held only as far as the record at hand needs them.

use std::io::{self, BufRead};

/// A growing window on a stream. Offsets count from the stream's first byte.
#[derive(Debug)]
pub(crate) struct Feed<R> {
    inner: R,
    held: Vec<u8>,
    /// Where in `held` the unread bytes begin. Never beyond its end.
    head: usize,
    offset: u64,
    ended: bool,
    error: Option<io::Error>,
}

/// What a search of the stream came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// Index from the window's start.
    At(usize),
    /// The stream ends before.
    End,
    /// Not within the limit.
    TooFar,
}

impl<R: BufRead> Feed<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            held: Vec::new(),
            head: 0,
            offset: 0,
            ended: false,
            error: None,
        }
    }

    /// The unread bytes that are held.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.held.get(self.head..).unwrap_or_default()
    }

    /// Where the unread bytes begin in the stream.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// A read error met on the way; the stream ends there.
    pub(crate) fn take_error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Holds at least `count` bytes if the stream has them; says whether it does.
    pub(crate) fn hold(&mut self, count: usize) -> bool {
        while self.held.len() - self.head < count && self.more() {}
        self.held.len() - self.head >= count
    }

    /// Reads on; `false` at the end of the stream.
    fn more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        if self.head > 0 && self.head >= self.held.len() / 2 {
            self.held.drain(..self.head);
            self.head = 0;
        }
        loop {
            match self.inner.fill_buf() {
                Ok([]) => self.ended = true,
                Ok(bytes) => {
                    let count = bytes.len();
                    self.held.extend_from_slice(bytes);
                    self.inner.consume(count);
                    return true;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    self.error = Some(error);
                    self.ended = true;
                }
            }
            return false;
        }
    }

    /// The first byte from index `from` on that `wanted` accepts, within `limit` bytes of the window's start.
    pub(crate) fn find(&mut self, from: usize, limit: usize, wanted: impl Fn(u8) -> bool) -> Found {
        let mut from = from;
        loop {
            let bytes = self.bytes();
            let seen = bytes.len().min(limit);
            if let Some(at) = bytes.get(from..seen).and_then(|part| part.iter().position(|&byte| wanted(byte))) {
                return Found::At(from + at);
            }
            if seen >= limit {
                return Found::TooFar;
            }
            from = from.max(seen);
            if !self.more() {
                return Found::End;
            }
        }
    }

    /// Passes over `count` bytes that are held.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.held.len() - self.head);
        self.head += count;
        self.offset += count as u64;
    }

    /// Passes over bytes until one does not satisfy `skip`; gives that byte.
    pub(crate) fn skip_while(&mut self, skip: impl Fn(u8) -> bool) -> Option<u8> {
        while self.hold(1) {
            let bytes = self.bytes();
            let count = bytes.iter().position(|&byte| !skip(byte));
            let next = count.and_then(|count| bytes.get(count)).copied();
            let count = count.unwrap_or(bytes.len());
            self.consume(count);
            if next.is_some() {
                return next;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn any_buffer_size_shows_the_same_bytes() {
        for size in [1, 2, 3, 100] {
            let mut feed = Feed::new(BufReader::with_capacity(size, &b"  abc;def;"[..]));
            assert_eq!(feed.skip_while(|byte| byte == b' '), Some(b'a'));
            assert_eq!(feed.offset(), 2);
            assert_eq!(feed.find(0, 10, |byte| byte == b';'), Found::At(3));
            assert_eq!(feed.find(0, 2, |byte| byte == b';'), Found::TooFar);
            assert_eq!(feed.bytes().get(..3), Some(&b"abc"[..]));
            feed.consume(4);
            assert_eq!(feed.find(0, 10, |byte| byte == b'!'), Found::End);
            assert!(feed.hold(4) && !feed.hold(5));
        }
    }
}
