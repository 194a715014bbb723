//! Z39.50 as its users meet it: Debian's `yaz-client` and `zoomsh`, and Perl's ZOOM, drive the demo; and what strangers throw at it.

mod cataloguer;
mod clients;
mod hostile;

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

/// Runs a client with this on its standard input; what it prints. `None`, and a line that says so, where it is not there.
fn client(program: &str, arguments: &[&str], input: &str) -> Option<String> {
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
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Some(format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    ))
}

fn yaz(address: SocketAddr, commands: &str) -> Option<String> {
    yaz_as(address, &[], commands)
}

/// `yaz-client` with more arguments: `-u user/password`.
fn yaz_as(address: SocketAddr, arguments: &[&str], commands: &str) -> Option<String> {
    let address = address.to_string();
    let arguments: Vec<&str> = arguments.iter().copied().chain([address.as_str()]).collect();
    client("yaz-client", &arguments, &format!("{commands}\nquit\n"))
}

/// The numbers of hits that it printed, in order.
fn hits(text: &str) -> Vec<u64> {
    let counts = text.lines().filter_map(|line| line.split_once("Number of hits: "));
    counts
        .map(|(_, rest)| rest.split(',').next().unwrap().trim().parse().unwrap())
        .collect()
}
