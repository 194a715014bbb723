//! The accept loop and the loop of a line protocol.

mod doors;
mod drain;
mod framing;
mod limits;
mod tls;
