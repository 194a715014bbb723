//! The command line: what an operator can ask for. One file for each command.

mod check;
mod demo;
mod export;
mod import;
mod init;
mod null_serve;
mod reindex;
mod serve;

use clap::{Parser, Subcommand, ValueEnum};
use skranke_core::time::Date;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

/// One server that speaks every protocol a library is asked to speak.
#[derive(Debug, Parser)]
#[command(name = "skranke", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the demo library from SQLite and print endpoints, cards and example commands.
    Demo(DemoArguments),
    /// Serve; prints "ready" once every listener accepts.
    Serve {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// Write a commented skranke.toml that serves as it is.
    Init {
        /// Where; the current folder where omitted.
        #[arg(default_value = ".")]
        dir: PathBuf,
    },
    /// Check configuration, storage and certificates; say what to do.
    Check {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// Bring in records, items or patrons; again and again without harm.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Take records or statistics out.
    #[command(subcommand)]
    Export(ExportCommand),
    /// Rebuild the search index from the store.
    Reindex {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
    },
    /// A server that answers one canned line to everything: the measure of the listener alone.
    #[command(hide = true)]
    NullServe {
        /// Where.
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: SocketAddr,
        /// What it answers, without the final CR.
        #[arg(long)]
        line: String,
    },
}

/// `skranke demo`.
#[derive(Debug, clap::Args)]
pub struct DemoArguments {
    /// Keep the demo library here; a temporary folder where omitted.
    #[arg(long)]
    pub data_dir: Option<PathBuf>,
    /// Address of all listeners.
    #[arg(long, default_value = "127.0.0.1")]
    pub bind: IpAddr,
    /// 0 means any free port.
    #[arg(long, default_value_t = 6001)]
    pub sip2_port: u16,
    /// 0 means any free port.
    #[arg(long, default_value_t = 2100)]
    pub z3950_port: u16,
    /// Taken note of; this version does not speak NCIP.
    #[arg(long, default_value_t = 3030)]
    pub ncip_port: u16,
    /// 0 means any free port.
    #[arg(long, default_value_t = 8080)]
    pub http_port: u16,
    /// Serve from this PostgreSQL database instead of SQLite.
    #[arg(long, hide = true)]
    pub storage_url: Option<String>,
}

#[derive(Debug, Subcommand)]
enum ImportCommand {
    /// Bibliographic records.
    Bibs {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// Whose records they are where they do not say it themselves.
        #[arg(long)]
        agency: Option<String>,
        /// The form of the files.
        #[arg(long, value_enum, default_value_t = Format::Auto)]
        format: Format,
        /// Files; `-` is standard input.
        #[arg(required = true)]
        paths: Vec<PathBuf>,
    },
    /// Items, from CSV.
    Items {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// The file.
        path: PathBuf,
    },
    /// Patrons, from CSV.
    Patrons {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// The file.
        path: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum ExportCommand {
    /// Bibliographic records.
    Bibs {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// Only this agency's.
        #[arg(long)]
        agency: Option<String>,
        /// The form to write.
        #[arg(long, value_enum, default_value_t = Format::Marcxml)]
        format: Format,
        /// The file; standard output where omitted.
        path: Option<PathBuf>,
    },
    /// Loans, renewals, returns, holds and entries as counted, without persons, as CSV.
    Statistics {
        /// The configuration.
        #[arg(long)]
        config: PathBuf,
        /// First day, `YYYY-MM-DD`.
        #[arg(long)]
        from: Date,
        /// Last day, `YYYY-MM-DD`.
        #[arg(long)]
        to: Date,
        /// The file; standard output where omitted.
        path: Option<PathBuf>,
    },
}

/// Forms of bibliographic files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Told from the bytes.
    Auto,
    /// MARC21 in ISO 2709.
    Marc21,
    /// danMARC2 in ISO 2709 or line format.
    Danmarc2,
    /// UNIMARC in ISO 2709.
    Unimarc,
    /// MARCXML.
    Marcxml,
    /// marcXchange.
    Marcxchange,
}

/// Runs a command; prints what went wrong and how to mend it.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Serve { config } => serve::run(&config),
        Command::Init { dir } => init::run(&dir),
        Command::Check { config } => check::run(&config),
        Command::Import(ImportCommand::Bibs {
            config,
            agency,
            format,
            paths,
        }) => import::bibs(&config, agency.as_deref(), format, &paths),
        Command::Import(ImportCommand::Items { config, path }) => import::items(&config, &path),
        Command::Import(ImportCommand::Patrons { config, path }) => import::patrons(&config, &path),
        Command::Export(ExportCommand::Bibs {
            config,
            agency,
            format,
            path,
        }) => export::bibs(&config, agency.as_deref(), format, path.as_deref()),
        Command::Export(ExportCommand::Statistics { config, from, to, path }) => export::statistics(&config, from, to, path.as_deref()),
        Command::Reindex { config } => reindex::run(&config),
        Command::NullServe { listen, line } => null_serve::run(listen, line),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            if let Some(problems) = error.downcast_ref::<crate::config::Problems>() {
                eprint!("{problems}");
            } else {
                eprintln!("skranke: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

/// A runtime for a command that serves or imports.
fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}
