//! The catalogue's port: records, items and patrons in bulk. Every batch is read whole, compared in memory, and only
//! what differs is written.

pub(crate) mod bibs;
pub(crate) mod copies;
pub(crate) mod items;
pub(crate) mod pages;
pub(crate) mod patrons;
