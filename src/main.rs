//! The `skranke` binary: reads the command line and hands over to the library part.

use std::process::ExitCode;

fn main() -> ExitCode {
    skranke::cli::run()
}
