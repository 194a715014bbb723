//! `skranke null-serve`: the listener alone, for measuring.

use crate::listener::null;
use crate::telemetry::{self, Observer};
use std::net::SocketAddr;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Serves until killed; prints its address, then "ready".
pub fn run(listen: SocketAddr, line: String) -> anyhow::Result<ExitCode> {
    telemetry::init_log(telemetry::Format::Human, "warn")?;
    telemetry::recorder();
    super::runtime()?.block_on(async move {
        null::serve(listen, &line, Observer::standard(), CancellationToken::new(), |address| {
            println!("{address}");
            println!("ready");
        })
        .await
    })?;
    Ok(ExitCode::SUCCESS)
}
