//! Sockets, written once for all protocols: accept, allow lists, PROXY headers, TLS, limits, time-outs, drain.
//!
//! A line protocol implements [`Protocol`] and [`Conversation`] and is served by [`Lines`]; HTTP is another
//! [`Service`] behind the same accept loop. A connection passes, in this order:
//!
//! 1. a permit of the listener, taken **before** accepting, so that a full server leaves peers in the kernel's queue;
//! 2. the PROXY header, where configured, and the allow list ([`admit`]);
//! 3. the count of its address ([`seats`]);
//! 4. TLS, where configured ([`tls`]);
//! 5. the service, until the peer, a limit or the drain ends it.
//!
//! Nothing a peer does here reaches another peer: each connection is a task of its own, and a panic ends only that.

mod accept;
mod activation;
mod admit;
mod allow;
mod either;
mod lines;
pub mod null;
mod peer;
mod protocol;
pub mod proxy;
mod seats;
mod settings;
mod stream;
mod subject;
mod tls;

pub use accept::{BindFault, Bound, Drained, Ended, Server, Service, Session};
pub use activation::Inherited;
pub use allow::{AllowList, Network, NetworkFault};
pub use either::HttpOr;
pub use lines::Lines;
pub use peer::Peer;
pub use protocol::{Conversation, Next, Overhear, Protocol, Turn};
pub use seats::Rate;
pub use settings::Settings;
pub use stream::Stream;
pub use tls::{ClientCertificates, Tls, TlsFault, TlsFiles};
