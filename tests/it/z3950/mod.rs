//! Z39.50 as its users meet it: Debian's `yaz-client` and `zoomsh`, and Perl's ZOOM, drive the demo; and what strangers throw at it.

mod cataloguer;
mod clients;
mod hostile;

use crate::stranger;
use std::net::SocketAddr;

/// What a client prints, complaints last.
fn client(program: &str, arguments: &[&str], input: &str) -> Option<String> {
    stranger::run(program, arguments, input).map(|said| said.printed + &said.complaint)
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
