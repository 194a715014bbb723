//! What the wire formats share and that belongs to none of them: finding where a message ends,
//! and what a peer may make us hold. It knows no protocol, no library and no socket.
//! Start at [`framing::Framer`].

pub mod framing;
pub mod limits;
