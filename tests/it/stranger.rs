//! Other people's clients, which drive the server as its users do.

use std::io::Write;
use std::process::{Command, Stdio};

/// What a client said.
pub struct Said {
    /// On standard output.
    pub printed: String,
    /// On standard error.
    pub complaint: String,
    /// Whether its exit status says that all went well.
    pub content: bool,
}

/// Runs a client with this on its standard input. `None`, and a line that says so, where it is not there.
pub fn run(program: &str, arguments: &[&str], input: &str) -> Option<Said> {
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => {
            println!("skipped: {program} cannot be run ({error}); scripts/setup.sh test installs it");
            return None;
        }
    };
    // A client that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some(Said {
        printed: text(&output.stdout),
        complaint: text(&output.stderr),
        content: output.status.success(),
    })
}
