//! What tests need beside a store. Not part of the product: behind the feature `test-support`.

mod postgres;

pub use postgres::{Cluster, Options, Unavailable};
