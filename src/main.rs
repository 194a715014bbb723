//! The `skranke` binary: reads the command line and hands over to the library part.

use std::process::ExitCode;

/// In place of the platform's own, which kept the memory of PIN checks, 19 MiB each. Its gain is not measured yet.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    skranke::cli::run()
}
