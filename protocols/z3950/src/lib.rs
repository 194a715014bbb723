//! Z39.50 (ISO 23950), the protocol by which cataloguers and union catalogues search: codec, sessions, and the way to the catalogue.
//!
//! It owns everything between the bytes of one connection and the questions to the catalogue's desk. It knows no socket, no clock
//! and no index. Clause numbers are those of the project's Z39.50 digest.
//!
//! As a server, per listener: [`Settings`](session::Settings). Per connection: a [`BerFramer`](codec::BerFramer) and a
//! [`Session`](session::Session). Per message: [`Session::receive`](session::Session::receive), then, as long as it says
//! [`Step::Ask`](session::Step::Ask), the question [put](gateway::ask::Question::put) to the catalogue's desk and its answer given to
//! [`Session::answer`](session::Session::answer). [`Session::exchange`](session::Session::exchange) tells operators what happened.
//!
//! As a client: build a type of [`message`], write it with [`message::Apdu::encode`], find the answer's end with
//! [`codec::BerFramer`] and read it with [`message::Apdu::decode`].

#[macro_use]
pub mod codec;
pub mod gateway;
pub mod message;
pub mod session;
