//! Z39.50 seen from the client: requests and answers by our own reading of the standard, apart from the server's.

pub mod wire;
