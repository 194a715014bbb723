//! `skranke serve`.

use crate::listener::Inherited;
use crate::serving::{Serving, Signals};
use crate::{config, telemetry};
use std::path::Path;
use std::process::ExitCode;

/// Serves until told to stop; prints "ready" once every listener accepts.
pub fn run(config: &Path) -> anyhow::Result<ExitCode> {
    let loaded = config::load(config)?;
    eprint!("{}", loaded.warnings);
    telemetry::init_log(loaded.config.log.format, &loaded.config.log.filter)?;
    // Before any other thread runs: it looks at and clears what systemd set.
    let inherited = Inherited::from_env();
    super::runtime()?.block_on(async {
        let signals = Signals::listen()?;
        let serving = Serving::start(&loaded, inherited).await?;
        for endpoint in serving.endpoints() {
            println!("{:<10} {}", endpoint.name, endpoint.place);
        }
        println!("ready");
        serving.until_stopped(signals, loaded, Some(config)).await
    })?;
    Ok(ExitCode::SUCCESS)
}
