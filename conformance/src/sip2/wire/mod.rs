//! The wire as a terminal sees it. Written apart from the server's codec on purpose: two readings of one digest.

pub mod answer;
pub mod charset;
pub mod checksum;
pub mod layout;
pub mod line;
pub mod request;
pub mod tag;
mod tls;

pub use answer::Answer;
pub use charset::Charset;
pub use line::{Heard, Line};
pub use request::{Request, Trailer};
pub use tag::Tag;
