//! The server under judgement, what is known of its records, and a session with it.

use std::{
    io::{Read, Write},
    net::{TcpStream, ToSocketAddrs},
    time::Duration,
};

use super::wire::{
    Answer, Value,
    answer::Record,
    query::{Rpn, term},
    request::{self, Init, Search},
};
use crate::sip2::{
    self,
    case::{Trouble, deviates, fail, skip},
};

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
    /// A title word with a letter that Latin-1 has and ASCII has not.
    pub accented: Option<String>,
    /// A user who may change records and order, and his password.
    pub user: Option<(String, String)>,
    /// The library behind, as its terminals see it: for what changes while a session looks on.
    pub library: Option<sip2::subject::Subject>,
}

impl Subject {
    /// A server of which nothing else is known.
    pub fn of(address: String) -> Self {
        Self {
            address,
            database: "Default".to_owned(),
            word: None,
            other: None,
            isbn: None,
            accented: None,
            user: None,
            library: None,
        }
    }

    /// A user who may change records and order.
    pub fn user(&self) -> Result<(&str, &str), Trouble> {
        match &self.user {
            Some((user, password)) => Ok((user, password)),
            None => skip("no user is known: --user"),
        }
    }

    /// The library behind.
    pub fn library(&self) -> Result<&sip2::subject::Subject, Trouble> {
        self.library
            .as_ref()
            .map_or_else(|| skip("the library behind is not known: --sip2 and --demo"), Ok)
    }

    /// The title word with a letter beyond ASCII.
    pub fn accented(&self) -> Result<&str, Trouble> {
        self.accented
            .as_deref()
            .map_or_else(|| skip("no title word with a letter beyond ASCII is known: --accented"), Ok)
    }

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
        self.session_of(&Init::default())
    }

    /// A session of a user who may change records and order.
    pub fn session_of_user(&self) -> Result<Session<'_>, Trouble> {
        self.session_of(&Init {
            login: Some(self.user()?),
            ..Init::default()
        })
    }

    /// A session that has been let in on these terms.
    pub fn session_of(&self, wish: &Init<'_>) -> Result<Session<'_>, Trouble> {
        let mut session = self.connect()?;
        let reply = session.ask(&request::init(wish))?;
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

    /// Searches the subject's database by an encoded query of any type.
    pub fn find_by(&mut self, query: &[u8]) -> Result<Reply, Trouble> {
        let database = self.subject.database.clone();
        self.ask(&request::search_with(
            &Search {
                databases: &[&database],
                ..Search::default()
            },
            query,
        ))
    }

    /// The first record of the set `default` in this syntax; a diagnostic that says that there is none deviates.
    pub fn first_in(&mut self, syntax: &str, elements: Option<&str>) -> Result<Vec<u8>, Trouble> {
        let reply = self.ask(&request::present("default", 1, 1, Some(syntax), elements))?;
        let answer = reply.must_be(25)?;
        let refusal = match answer.records().first() {
            Some(Record::Found { syntax: found, bytes }) if found == syntax => return Ok(bytes.to_vec()),
            Some(Record::Found { syntax: found, .. }) => return fail(format!("syntax {found}")),
            Some(Record::Surrogate(found)) => found.clone(),
            None => match answer.diagnostics().into_iter().next() {
                Some(found) => found,
                None => return fail("neither record nor diagnostic"),
            },
        };
        match refusal.condition {
            25 | 227 | 238 | 239 | 1066 | 1070 => deviates(format!("not served: {}", refusal.condition)),
            _ => fail(format!("{refusal:?}")),
        }
    }

    /// The record at this place of the set `default`, which must be there.
    pub fn record(&mut self, place: i64, syntax: &str) -> Result<Vec<u8>, Trouble> {
        let reply = self.ask(&request::present("default", place, 1, Some(syntax), Some("F")))?;
        let answer = reply.must_be(25)?;
        match answer.records().first() {
            Some(Record::Found { bytes, .. }) => Ok(bytes.to_vec()),
            other => fail(format!("{other:?} {:?}", answer.diagnostics())),
        }
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
    /// It must refuse by one of these; another of `lacks` says that the server has no such thing at all, which deviates.
    pub fn must_refuse(&self, conditions: &[i64], lacks: &[i64]) -> Result<(), Trouble> {
        let found = self.answer()?.diagnostics();
        match found.iter().find(|found| lacks.contains(&found.condition)) {
            Some(found) => deviates(format!("not offered: {}", found.condition)),
            None => self.must_say(conditions).map(drop),
        }
    }

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
