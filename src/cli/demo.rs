//! `skranke demo`.

use super::DemoArguments;
use crate::config::Override;
use crate::listener::Inherited;
use crate::serving::{Serving, Signals};
use crate::{demo, telemetry};
use anyhow::Context;
use skranke_core::ids::Barcode;
use skranke_core::item::ItemState;
use skranke_core::ports::{ItemRef, Need, Store};
use skranke_storage::AnyStore;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;

/// Serves the demo library until told to stop.
pub fn run(arguments: DemoArguments) -> anyhow::Result<ExitCode> {
    telemetry::init_log(telemetry::Format::Human, "warn")?;
    let temporary;
    let dir = match &arguments.data_dir {
        Some(dir) => {
            std::fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
            dir.clone()
        }
        None => {
            temporary = tempfile::Builder::new().prefix("skranke-demo-").tempdir()?;
            temporary.path().to_owned()
        }
    };
    let url = arguments
        .storage_url
        .clone()
        .unwrap_or_else(|| format!("sqlite:{}", dir.join("skranke.db").display()));
    let set = |section: &'static str, key: &str, value: String| Override {
        variable: "the command line".to_owned(),
        section,
        key: key.to_owned(),
        value: toml::Value::String(value),
    };
    let address = |port: u16| SocketAddr::new(arguments.bind, port).to_string();
    let overrides = vec![
        set("storage", "url", url),
        set("storage", "index", dir.join("index").display().to_string()),
        set("sip2", "listen", address(arguments.sip2_port)),
        set("z3950", "listen", address(arguments.z3950_port)),
        set("http", "listen", address(arguments.http_port)),
    ];
    let loaded = demo::config(&dir, overrides)?;
    super::runtime()?.block_on(async {
        let signals = Signals::listen()?;
        let store = skranke_storage::open(&loaded.config.storage.url)
            .await
            .context("the store cannot be opened")?;
        demo::fill(&loaded, &store).await?;
        let free = free_items(&loaded, &store).await?;
        let serving = Serving::start_on(&loaded, store, Inherited::default()).await?;
        serving.indexed().await?;
        let mut out = std::io::stdout().lock();
        demo::print(&mut out, serving.endpoints(), &free)?;
        writeln!(out, "ready")?;
        out.flush()?;
        drop(out);
        serving.until_stopped(signals, loaded, None).await
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Barcodes of items that are on the shelf now and may be lent.
async fn free_items(loaded: &crate::config::Loaded, store: &AnyStore) -> anyhow::Result<Vec<String>> {
    let mut free = Vec::new();
    for barcode in demo::lendable()? {
        let need = Need {
            at: crate::clock::now(),
            item: vec![ItemRef::Barcode(loaded.library.default_agency.clone(), Barcode(barcode.clone()))],
            ..Need::default()
        };
        let facts = store.look(need).await?;
        let on_shelf = facts
            .item
            .is_some_and(|found| found.item.state == ItemState::Available && found.queue.is_empty() && found.loan.is_none());
        if on_shelf {
            free.push(barcode);
        }
        if free.len() >= 20 {
            break;
        }
    }
    Ok(free)
}
