//! SRU seen from the client, and the suite by clause of the digest.

pub mod http;
