//! SIP2, the protocol of self-service automats, sorters and doors: codec, sessions, and the way to the desk.
//!
//! It owns everything between the bytes of one connection and the desk's commands and outcomes. It knows no socket, no clock
//! and no store: bytes, times and outcomes come in as arguments. Clause numbers are those of the project's SIP2 digest.
//!
//! As a server, per listener: a [`Directory`](session::terminal::Directory) of terminals, swapped whole on reload. Per
//! connection: a [`SipFramer`](codec::SipFramer) and a [`Session`](session::Session). Per frame: [`Session::receive`](session::Session::receive),
//! then, where it says [`Step::Ask`](session::Step::Ask), the desk, then [`Session::answer`](session::Session::answer) or
//! [`Session::fault`](session::Session::fault). [`Session::exchange`](session::Session::exchange) tells operators what happened,
//! [`Request::shown`](message::Request::shown) the decoded fields.
//!
//! As a client: build a type of [`message`], write it with [`message::encode`], read the answer with [`codec::open`] and
//! [`Response::read`](message::Response::read).

pub mod codec;
pub mod gateway;
pub mod message;
pub mod session;
pub mod xml_form;
