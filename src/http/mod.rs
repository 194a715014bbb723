//! HTTP: one axum router behind the same accept loop as the line protocols, with what every operator expects under
//! `/metrics`, `/health/live` and `/health/ready`. Other parts merge their own routes.

mod front;
mod health;
mod serve;

pub use front::{Endpoint, router};
pub use health::{Flag, Probe, Readiness};
pub use serve::{Http, Reported};
