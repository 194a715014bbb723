//! The server under judgement, what is known of its records, and a session with it.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use super::wire::{
    Answer, Value,
    query::{Rpn, term},
    request::{self, Init, Search},
};
use crate::sip2::case::{Trouble, fail, skip};

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server and what it holds.
#[derive(Debug)]
pub struct Subject {
    /// `HOST:PORT`.
    pub address: String,
    /// The database.
    pub database: String,
    /// A title word of at least three records.
    pub word: Option<String>,
    /// Another title word.
    pub other: Option<String>,
    /// An ISBN of a record, without hyphens.
    pub isbn: Option<String>,
}

impl Subject {
    /// The title word that is known.
    pub fn word(&self) -> Result<&str, Trouble> {
        self.word.as_deref().map_or_else(|| skip("no title word is known: --word"), Ok)
    }

    /// Another one.
    pub fn other(&self) -> Result<&str, Trouble> {
        self.other
            .as_deref()
            .map_or_else(|| skip("no other title word is known: a second --word"), Ok)
    }

    /// An ISBN.
    pub fn isbn(&self) -> Result<&str, Trouble> {
        self.isbn.as_deref().map_or_else(|| skip("no ISBN is known: --isbn"), Ok)
    }

    /// The known title word as a query.
    pub fn title(&self) -> Result<Rpn, Trouble> {
        Ok(title(self.word()?))
    }

    /// A connection, nothing said yet.
    pub fn connect(&self) -> Result<Session<'_>, Trouble> {
        let connect = || -> std::io::Result<TcpStream> {
            let place = self.address.to_socket_addrs()?.next().ok_or(std::io::ErrorKind::NotFound)?;
            let stream = TcpStream::connect_timeout(&place, PATIENCE)?;
            stream.set_read_timeout(Some(PATIENCE))?;
            stream.set_nodelay(true)?;
            Ok(stream)
        };
        match connect() {
            Ok(stream) => Ok(Session {
                subject: self,
                stream,
                buffer: Vec::new(),
            }),
            Err(why) => fail(format!("cannot connect to {}: {why}", self.address)),
        }
    }

    /// A session that has been let in.
    pub fn session(&self) -> Result<Session<'_>, Trouble> {
        let mut session = self.connect()?;
        let reply = session.ask(&request::init(&Init::default()))?;
        match reply.answer()?.boolean(12) {
            Some(true) => Ok(session),
            other => fail(format!("Init: result {other:?}")),
        }
    }
}

/// A title word as a query.
pub fn title(word: &str) -> Rpn {
    term(&[(1, 4), (4, 2)], word)
}

/// One connection.
#[derive(Debug)]
pub struct Session<'a> {
    subject: &'a Subject,
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Session<'_> {
    /// Sends bytes.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.stream.write_all(bytes).or_else(|why| fail(format!("cannot send: {why}")))
    }

    /// The next APDU; nothing, if the server closes or stays silent.
    pub fn hear(&mut self) -> Option<Reply> {
        let mut piece = [0; 16 * 1024];
        loop {
            if let Some((_, rest)) = Value::read(&self.buffer) {
                let rest = rest.to_vec();
                let length = self.buffer.len() - rest.len();
                let mut bytes = std::mem::replace(&mut self.buffer, rest);
                bytes.truncate(length);
                return Some(Reply(bytes));
            }
            match self.stream.read(&mut piece) {
                Ok(count) if count > 0 => self.buffer.extend_from_slice(piece.get(..count)?),
                _ => return None,
            }
        }
    }

    /// Sends a request and waits for its answer.
    pub fn ask(&mut self, request: &[u8]) -> Result<Reply, Trouble> {
        self.send(request)?;
        self.hear().map_or_else(|| fail("no answer"), Ok)
    }

    /// Searches the subject's database into the set `default`.
    pub fn find(&mut self, query: &Rpn) -> Result<Reply, Trouble> {
        let database = self.subject.database.clone();
        self.ask(&request::search(
            &Search {
                databases: &[&database],
                ..Search::default()
            },
            query,
        ))
    }

    /// The hits of a query; a diagnostic fails the case.
    pub fn hits(&mut self, query: &Rpn) -> Result<i64, Trouble> {
        let reply = self.find(query)?;
        let answer = reply.answer()?;
        match (answer.diagnostics().first(), answer.hits()) {
            (None, Some(hits)) => Ok(hits),
            (found, hits) => fail(format!("hits {hits:?}, {found:?}")),
        }
    }
}

/// An APDU as it came.
#[derive(Debug)]
pub struct Reply(Vec<u8>);

impl Reply {
    /// Reads it.
    pub fn answer(&self) -> Result<Answer<'_>, Trouble> {
        Answer::read(&self.0).map_or_else(|| fail("no APDU"), Ok)
    }

    /// It must be this kind of message.
    pub fn must_be(&self, kind: u32) -> Result<Answer<'_>, Trouble> {
        let answer = self.answer()?;
        match answer.kind {
            found if found == kind => Ok(answer),
            found => fail(format!("[{found}] in place of [{kind}]")),
        }
    }

    /// It must hold a Bib-1 diagnostic of these; its addinfo is given.
    pub fn must_say(&self, conditions: &[i64]) -> Result<String, Trouble> {
        let found = self.answer()?.diagnostics();
        match found.iter().find(|found| conditions.contains(&found.condition)) {
            Some(found) if found.set == "1.2.840.10003.4.1" => Ok(found.addinfo.clone()),
            _ => fail(format!("{found:?} in place of {conditions:?}")),
        }
    }
}
