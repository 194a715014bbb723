//! The `skranke` binary: reads the command line and hands over to the library part.

use std::process::ExitCode;

/// Gives memory back after PIN checks, of which each takes 19 MiB, and costs less than the platform's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    skranke::cli::run()
}
