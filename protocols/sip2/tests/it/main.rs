//! The codec from the outside: worked conversations, there and back, cut anywhere, any bytes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod conversation;
mod extensions;
mod gateway;
mod properties;
mod session;
mod status;
mod strangers;
