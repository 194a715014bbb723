//! The search index of a served library: killed, rebuilt, and in step with the store at the end.

use crate::process::{Server, run};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long the index may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
const RECORDS: usize = 4_000;

/// A library of its own with HTTP on any free port.
fn library(dir: &Path) -> String {
    let config = dir.join("skranke.toml");
    let text = format!(
        "[library]\nagency = \"DK-761500\"\ntime_zone = \"Europe/Copenhagen\"\n[storage]\nurl = \"sqlite:{}\"\nindex = \"{}\"\n[http]\nlisten = \"127.0.0.1:0\"\n",
        dir.join("skranke.db").display(),
        dir.join("index").display()
    );
    std::fs::write(&config, text).unwrap();
    config.to_str().unwrap().to_owned()
}

fn serve(config: &str, dir: &Path) -> (Server, SocketAddr) {
    let server = Server::start(&["serve", "--config", config], &dir.join("skranke.log"));
    let http = server.address("HTTP");
    (server, http)
}

/// `count` records, the first of this number; each has a word of its own and one that all have.
fn records(path: PathBuf, first: usize, count: usize) -> String {
    let mut text = String::new();
    for number in first..first + count {
        text.push_str(&format!(
            "=LDR  00000nam a2200000 i 4500\n=001  {number:08}\n=245  10$aFælles w{number}\n=520  \\\\$a{}\n\n",
            "En bog om bøger og om hvad der står i dem. ".repeat(4)
        ));
    }
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The number of records that a query finds; none while the server does not answer it.
fn try_count(http: SocketAddr, query: &str) -> Option<u64> {
    let mut stream = TcpStream::connect(http).ok()?;
    let asked: String = query.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let head = format!("GET /sru?version=1.2&operation=searchRetrieve&maximumRecords=0&query={asked} HTTP/1.1");
    write!(stream, "{head}\r\nHost: sru.example\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    if answer.contains("<uri>") || answer.contains(":uri>") {
        return None;
    }
    let (_, rest) = answer.split_once("numberOfRecords>")?;
    rest.split_once('<')?.0.parse().ok()
}

/// Waits until a query finds so many.
fn until(http: SocketAddr, query: &str, wanted: u64) {
    let begun = Instant::now();
    let mut found = None;
    while begun.elapsed() < PATIENCE {
        found = try_count(http, query);
        if found == Some(wanted) {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{query} finds {found:?}, not {wanted}");
}

/// Live records that the store holds.
fn stored(dir: &Path) -> u64 {
    let url = format!("sqlite:{}", dir.join("skranke.db").display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = skranke_storage::open(&url).await.unwrap();
        skranke_core::ports::Catalogue::counts(&store).await.unwrap().bibs
    })
}

/// Every record is found once: by number of all, and one by one.
fn agrees_with_the_store(http: SocketAddr, dir: &Path, count: usize) {
    assert_eq!(stored(dir), count as u64);
    until(http, "cql.allRecords = 1", count as u64);
    until(http, "dc.title = faelles", count as u64);
    for number in (0..count).step_by(97).chain([count - 1]) {
        assert_eq!(try_count(http, &format!("dc.title = w{number}")), Some(1), "record {number}");
        assert_eq!(try_count(http, &format!("rec.id = {number:08}")), Some(1), "record {number}");
    }
}

#[test]
fn a_server_killed_in_the_middle_of_an_import_catches_up() {
    let dir = tempfile::tempdir().unwrap();
    let config = library(dir.path());
    let input = records(dir.path().join("many.mrk"), 0, RECORDS);
    let (mut server, mut http) = serve(&config, dir.path());
    let mut import = Command::new(env!("CARGO_BIN_EXE_skranke"))
        .args(["import", "bibs", "--config", &config, &input])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Killed several times, each time with some records in the store and more on their way.
    let mut seen = 0;
    let mut in_the_middle = 0;
    while in_the_middle < 3 && import.try_wait().unwrap().is_none() {
        let found = stored(dir.path());
        if found > seen && found < RECORDS as u64 {
            seen = found;
            in_the_middle += 1;
            server.kill();
            (server, http) = serve(&config, dir.path());
        }
    }
    let status = import.wait().unwrap();
    assert!(status.success(), "{status}");
    assert!(in_the_middle > 0, "the import was over before the server could be killed");
    agrees_with_the_store(http, dir.path(), RECORDS);
    server.stop();
    // A start with nothing to do finds the same.
    let (server, http) = serve(&config, dir.path());
    agrees_with_the_store(http, dir.path(), RECORDS);
    server.stop();
}

#[test]
fn reindex_while_serving_is_not_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let config = library(dir.path());
    let some = RECORDS / 4;
    let input = records(dir.path().join("some.mrk"), 0, some);
    let (status, _, errors) = run(&["import", "bibs", "--config", &config, &input]);
    assert_eq!(status, 0, "{errors}");
    let (server, http) = serve(&config, dir.path());
    until(http, "cql.allRecords = 1", some as u64);
    let current = || std::fs::read_to_string(dir.path().join("index/current")).unwrap();
    let before = current();
    let done = AtomicBool::new(false);
    let asked = std::thread::scope(|scope| {
        let asks = scope.spawn(|| {
            let mut asked = 0_u64;
            while !done.load(Ordering::Relaxed) {
                assert_eq!(try_count(http, "dc.title = faelles"), Some(some as u64));
                asked += 1;
            }
            asked
        });
        for _ in 0..2 {
            let (status, _, errors) = run(&["reindex", "--config", &config]);
            assert_eq!(status, 0, "{errors}");
        }
        done.store(true, Ordering::Relaxed);
        asks.join().unwrap()
    });
    assert!(asked > 2, "searches were answered meanwhile");
    assert_ne!(current(), before);
    // The server follows the feed in the new index.
    let input = records(dir.path().join("more.mrk"), some, 50);
    let (status, _, errors) = run(&["import", "bibs", "--config", &config, &input]);
    assert_eq!(status, 0, "{errors}");
    agrees_with_the_store(http, dir.path(), some + 50);
    server.stop();
}
