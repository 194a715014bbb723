//! Telnet-style login: `login: ` and `password: ` before the protocol starts, and no 93 then (digest 1).

use crate::codec::Charset;
use crate::message::types::Secret;

/// The first prompt.
pub const LOGIN: &[u8] = b"login: ";
/// The second.
pub const PASSWORD: &[u8] = b"password: ";
/// The protocol starts.
pub const WELCOME: &[u8] = b"Login OK\r\n";
/// One more try.
pub const AGAIN: &[u8] = b"Login failed\r\nlogin: ";
/// No more tries.
pub const GOODBYE: &[u8] = b"Login failed\r\n";

/// How far the prompting has come.
#[derive(Debug, Default)]
pub struct Prompt {
    user: Option<String>,
}

/// What a line brought.
#[derive(Debug)]
pub enum Heard {
    /// A blank line, or what is left of a line end.
    Nothing,
    /// The user id: the password is wanted next.
    User,
    /// Both.
    Both {
        /// As typed, without the blanks around it.
        user: String,
        /// As typed.
        password: Secret,
    },
}

impl Prompt {
    /// Takes a line.
    pub fn line(&mut self, frame: &[u8], charset: Charset) -> Heard {
        let bytes = without_negotiation(frame);
        let start = bytes.iter().position(|b| !matches!(b, b'\r' | b'\n' | 0)).unwrap_or(bytes.len());
        let end = bytes
            .iter()
            .rposition(|b| !matches!(b, b'\r' | b'\n' | 0))
            .map_or(start, |last| last + 1);
        let line = bytes.get(start..end).unwrap_or_default();
        if line.is_empty() {
            return Heard::Nothing;
        }
        let text = charset.decode(line).into_owned();
        match self.user.take() {
            None => {
                self.user = Some(text.trim().to_owned());
                Heard::User
            }
            Some(user) => Heard::Both {
                user,
                password: Secret::new(text),
            },
        }
    }
}

/// Telnet options (RFC 854) are dropped: IAC, a verb, an option.
fn without_negotiation(frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(frame.len());
    let mut bytes = frame.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != 0xFF {
            out.push(byte);
            continue;
        }
        if matches!(bytes.next(), Some(251..=254)) {
            bytes.next();
        }
    }
    out
}
