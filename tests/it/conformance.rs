//! The black-box suite and the kill test against the real binary, on both stores.

use crate::process::{Server, Terminal};
use clap::Parser;
use skranke_conform::cli::Arguments;
use skranke_storage::testing::{Cluster, Options};
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;

const DEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/demo");
/// Kills in each run of the kill test.
const ROUNDS: &str = "20";

fn judge(arguments: &[&str]) {
    let all = std::iter::once("skranke-conform").chain(arguments.iter().copied());
    let verdict = Arguments::try_parse_from(all).unwrap().run().unwrap();
    assert_eq!(verdict, ExitCode::SUCCESS, "see the report above");
}

/// A cluster, or a clear line that there is none. Where tests must not be skipped, that is a failure.
fn cluster(fsync: bool) -> Option<Cluster> {
    match Cluster::start(Options { fsync, tcp: true }) {
        Ok(cluster) => Some(cluster),
        Err(why) if std::env::var_os("CI").is_some() => panic!("{why}"),
        Err(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

/// A port that was free a moment ago: a server that is killed and started again needs to keep its own.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn demo_command(data: &Path, port: u16, storage: Option<&str>) -> String {
    let binary = env!("CARGO_BIN_EXE_skranke");
    let storage = storage.map(|url| format!(" --storage-url {url}")).unwrap_or_default();
    format!(
        "{binary} demo --data-dir {} --sip2-port {port} --z3950-port 0 --http-port 0{storage}",
        data.display()
    )
}

#[test]
fn the_demo_conforms_clause_by_clause() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let address = server.address("SIP2").to_string();
    judge(&["sip2", &address, "--demo", DEMO, "--no-skip"]);
    server.stop();
}

#[test]
fn the_demos_catalogue_conforms_clause_by_clause() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let (z3950, sip2) = (server.address("Z39.50").to_string(), server.address("SIP2").to_string());
    judge(&["z3950", &z3950, "--demo", DEMO, "--sip2", &sip2, "--no-skip"]);
    server.stop();
}

#[test]
fn the_demos_sru_conforms_clause_by_clause() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    let catalogue = format!("http://{}/sru", server.address("HTTP"));
    judge(&[
        "sru",
        &catalogue,
        "--word",
        "fjordby",
        "--word",
        "historie",
        "--isbn",
        "9788799980192",
        "--no-skip",
    ]);
    server.stop();
}

/// The demo's library served with what only an operator can offer: a telnet-style listener, one with TLS, maintenance.
#[test]
fn what_only_an_operator_can_show_conforms_too() {
    let dir = tempfile::tempdir().unwrap();
    Server::demo(dir.path()).stop();
    let authority = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(dir.path().join("cert.pem"), authority.cert.pem()).unwrap();
    std::fs::write(dir.path().join("key.pem"), authority.signing_key.serialize_pem()).unwrap();
    let (plain, telnet, tls) = (free_port(), free_port(), free_port());
    let mut config: toml::Table = std::fs::read_to_string(format!("{DEMO}/skranke.toml")).unwrap().parse().unwrap();
    let sip2 = config["sip2"].as_table_mut().unwrap();
    let more = format!(
        "listen = \"127.0.0.1:{plain}\"
        maintenance_file = \"maintenance\"
        [[listener]]
        listen = \"127.0.0.1:{telnet}\"
        telnet_login = true
        [[listener]]
        listen = \"127.0.0.1:{tls}\"
        tls = {{ cert = \"cert.pem\", key = \"key.pem\" }}"
    );
    sip2.extend(more.parse::<toml::Table>().unwrap());
    config["http"]["listen"] = "127.0.0.1:0".into();
    for unneeded in ["z3950", "ncip"] {
        config.remove(unneeded);
    }
    config["storage"]["url"] = format!("sqlite:{}", dir.path().join("data/skranke.db").display()).into();
    let file = dir.path().join("skranke.toml");
    std::fs::write(&file, toml::to_string(&config).unwrap()).unwrap();
    let server = Server::start(&["serve", "--config", file.to_str().unwrap()], &dir.path().join("serve.log"));
    let address = |port: u16, host: &str| format!("{host}:{port}");
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    judge(&[
        "sip2",
        &address(plain, "127.0.0.1"),
        "--demo",
        DEMO,
        "--telnet",
        &address(telnet, "127.0.0.1"),
        "--tls",
        &address(tls, "localhost"),
        "--tls-ca",
        &path("cert.pem"),
        "--maintenance-file",
        &path("maintenance"),
        "--no-skip",
        "--only",
        "1",
        "--only",
        "9.1",
    ]);
    server.stop();
}

#[test]
fn kill_9_loses_and_doubles_nothing_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let command = demo_command(&dir.path().join("data"), port, None);
    let address = format!("127.0.0.1:{port}");
    judge(&[
        "kill",
        "sip2",
        &address,
        "--server",
        &command,
        "--demo",
        DEMO,
        "--rounds",
        ROUNDS,
        "--writers",
        "16",
    ]);
}

#[test]
fn kill_9_loses_and_doubles_nothing_on_postgresql() {
    let Some(cluster) = cluster(true) else { return };
    let dir = tempfile::tempdir().unwrap();
    let port = free_port();
    let command = demo_command(&dir.path().join("data"), port, Some(&cluster.create_database().unwrap()));
    let address = format!("127.0.0.1:{port}");
    judge(&[
        "kill",
        "sip2",
        &address,
        "--server",
        &command,
        "--demo",
        DEMO,
        "--rounds",
        ROUNDS,
        "--writers",
        "16",
    ]);
}

#[test]
fn sixty_four_terminals_race_for_one_item_over_two_processes() {
    let Some(cluster) = cluster(false) else { return };
    let dir = tempfile::tempdir().unwrap();
    let url = cluster.create_database().unwrap();
    let start = |name: &str| {
        let data = dir.path().join(name);
        let arguments = [
            "demo",
            "--sip2-port",
            "0",
            "--z3950-port",
            "0",
            "--http-port",
            "0",
            "--storage-url",
            &url,
            "--data-dir",
            data.to_str().unwrap(),
        ];
        Server::start(&arguments, &dir.path().join(format!("{name}.log")))
    };
    let servers = [start("one"), start("two")];
    race(&[servers[0].address("SIP2"), servers[1].address("SIP2")], &servers[0].printed);
    for server in servers {
        server.stop();
    }
}

#[test]
fn sixty_four_terminals_race_for_one_item_over_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::demo(dir.path());
    race(&[server.address("SIP2")], &server.printed);
    server.stop();
}

/// Every terminal asks for the same item for another patron at the same moment: one gets it, and all hear the same of it afterwards.
fn race(addresses: &[std::net::SocketAddr], printed: &str) {
    let item = printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("item "))
        .unwrap()
        .to_owned();
    let cards: Vec<String> = printed
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|words| words.len() > 2 && words[2] == "ordinary")
        .map(|words| words[0].to_owned())
        .collect();
    assert!(cards.len() >= 4);
    let start = std::sync::Barrier::new(64);
    let answers: Vec<String> = std::thread::scope(|scope| {
        let terminals: Vec<_> = (0..64)
            .map(|n| {
                let (item, start, card) = (&item, &start, &cards[n % cards.len()]);
                let address = addresses[n % addresses.len()];
                scope.spawn(move || {
                    let mut terminal = Terminal::log_in(address, "automat1");
                    start.wait();
                    // No renewal: a second one for the same patron is refused too. The date makes each message its own.
                    terminal.ask(&format!("11NN20261124    12{n:04}                  AO|AA{card}|AB{item}|AC|"))
                })
            })
            .collect();
        terminals.into_iter().map(|terminal| terminal.join().unwrap()).collect()
    });
    let lent = answers.iter().filter(|answer| answer.starts_with("121")).count();
    assert_eq!(lent, 1, "{answers:#?}");
    std::thread::sleep(std::time::Duration::from_millis(200));
    let states: Vec<String> = addresses
        .iter()
        .map(|address| {
            let mut terminal = Terminal::log_in(*address, "automat1");
            terminal.ask(&format!("1720261124    120000AO|AB{item}|AC|"))[..4].to_owned()
        })
        .collect();
    assert!(states.iter().all(|state| state == "1804"), "{states:?}");
    let mut terminal = Terminal::log_in(addresses[0], "automat1");
    let back = terminal.ask(&format!("09N20261124    12000020261124    120000AP|AO|AB{item}|AC|"));
    assert!(back.starts_with("101"), "{back}");
}
