//! Z39.50 (ISO 23950), the protocol by which cataloguers and union catalogues search: codec, sessions, and the way to the catalogue.
//!
//! It owns everything between the bytes of one connection and the questions to the catalogue's desk. It knows no socket, no clock
//! and no index. Clause numbers are those of the project's Z39.50 digest.
//!
//! As a client: build a type of [`message`], write it with [`message::Apdu::encode`], find the answer's end with
//! [`codec::BerFramer`] and read it with [`message::Apdu::decode`].

#[macro_use]
pub mod codec;
pub mod message;
