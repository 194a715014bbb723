//! `skranke init`: a commented configuration that serves as it is.

use anyhow::{Context, bail};
use std::path::Path;
use std::process::ExitCode;

/// The file, with every key an operator usually sets.
pub const TEMPLATE: &str = include_str!("../config/template.toml");

/// Writes `skranke.toml` and the password file of its terminal; never over an existing file.
pub fn run(dir: &Path) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(dir).with_context(|| format!("{} cannot be made", dir.display()))?;
    let config = dir.join("skranke.toml");
    if config.exists() {
        bail!("{} is there already: remove it first, or name another folder", config.display());
    }
    let secret = dir.join("automat1.secret");
    if !secret.exists() {
        write_private(&secret, &fresh_password()?)?;
    }
    std::fs::write(&config, TEMPLATE).with_context(|| format!("{} cannot be written", config.display()))?;
    println!("wrote {} and {}", config.display(), secret.display());
    println!("serve it:  skranke serve --config {}", config.display());
    Ok(ExitCode::SUCCESS)
}

/// Twenty characters that nobody chose.
fn fresh_password() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0u8; 20];
    getrandom::fill(&mut bytes).map_err(|error| anyhow::anyhow!("no random bytes: {error}"))?;
    Ok(bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|&letter| char::from(letter))
        .collect())
}

#[cfg(unix)]
fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    writeln!(file, "{text}")?;
    Ok(())
}
