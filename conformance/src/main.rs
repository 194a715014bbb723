//! `skranke-conform`: judges a server by clause, loads it, kills it.

use std::process::ExitCode;

use clap::Parser;
use skranke_conform::cli::Arguments;

fn main() -> ExitCode {
    match Arguments::parse().run() {
        Ok(code) => code,
        Err(why) => {
            eprintln!("skranke-conform: {why:#}");
            ExitCode::from(2)
        }
    }
}
