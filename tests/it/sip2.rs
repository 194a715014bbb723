//! SIP2 on the listener, over a desk with its store in memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use skranke::listener::{Lines, Settings};
use skranke::sip2::{Sip2, Terminals};
use skranke::telemetry::Observer;
use skranke_core::desk::pin::{Blocking, Job, JobDone};
use skranke_core::desk::{Desk, Setup};
use skranke_core::memory_store::{MemoryStore, samples};
use skranke_core::secret::HashKey;
use skranke_core::time::Timestamp;
use skranke_sip2::session::account::Account;
use skranke_sip2::session::terminal::{Directory, Options};

use crate::support::{Client, Kept, Running, cost_of_idle, serve};

struct AtOnce;

impl Blocking for AtOnce {
    fn run(&self, job: Job) -> JobDone {
        Box::pin(async move { Ok(job()) })
    }
}

pub async fn desk() -> Desk<MemoryStore> {
    let store = MemoryStore::new();
    store.seed(|state| samples::fill(state, 10, 5));
    let setup = Setup {
        blocking: Arc::new(AtOnce),
        process_key: HashKey([5; 32]),
        cache_bytes: 1 << 20,
    };
    Desk::open(store, samples::library(Vec::new()), setup).await.unwrap()
}

/// Terminals as an operator writes them; each has its login as its password.
pub fn directory(terminals: &[(&str, &str)], options: Options) -> Directory {
    let accounts = terminals
        .iter()
        .map(|(login, more)| {
            let text = format!("login = \"{login}\"\npassword = \"{login}\"\nbranch = \"main\"\n{more}");
            toml::from_str::<Account>(&text).unwrap()
        })
        .collect();
    Directory::new(accounts, Vec::new(), options, &samples::library(Vec::new()), [7; 32]).unwrap()
}

pub fn now() -> Timestamp {
    Timestamp::from_second(1_800_000_000).unwrap()
}

async fn start(terminals: &Arc<Terminals>, observer: Observer, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = Settings::new("sip2");
    change(&mut settings);
    let protocol = Sip2::new(desk().await, Arc::clone(terminals), now);
    serve(settings, Lines::new(protocol, observer)).await
}

fn terminals(list: &[(&str, &str)]) -> Arc<Terminals> {
    Terminals::new(directory(list, Options::default()), None).unwrap()
}

const LOGIN: &str = "9300CNautomat1|COautomat1|CPmain|";

#[tokio::test]
async fn lends_and_takes_back() {
    let server = start(&terminals(&[("automat1", "")]), Observer::default(), |_| {}).await;
    let mut client = Client::to(&server).await;
    assert_eq!(client.ask(LOGIN).await.unwrap(), "941");
    assert!(client.ask("9900802.00").await.unwrap().starts_with("98Y"));
    let lent = client
        .ask("11YN20270115    090000                  AO|AAp1|ABi1|AC|AD0001|")
        .await
        .unwrap();
    assert!(lent.starts_with("121"), "{lent}");
    assert!(lent.contains("|AJTitle 1|"), "{lent}");
    let back = client
        .ask("09N20270115    09000020270115    090000APmain|AO|ABi1|AC|")
        .await
        .unwrap();
    assert!(back.starts_with("101"), "{back}");
    // Two in one segment, however they end.
    client
        .send("1720270115    090000AO|ABi1|\r\n1720270115    090000AO|ABi2|\r\n")
        .await;
    assert!(client.answer().await.unwrap().contains("|ABi1|"));
    assert!(client.answer().await.unwrap().contains("|ABi2|"));
}

#[tokio::test]
async fn closes_on_other_protocols_and_on_requests_before_login() {
    let kept = Kept::default();
    let server = start(&terminals(&[("automat1", "")]), kept.observer(), |_| {}).await;
    let mut http = Client::to(&server).await;
    http.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(http.answer().await, None);
    let mut early = Client::to(&server).await;
    assert_eq!(early.ask("1720270115    090000AO|ABi1|").await, None);
    let lines = kept.lines();
    assert!(lines[0].contains("malformed Some(\"not_this_protocol\")"), "{lines:?}");
    assert!(lines[1].contains("refused Some(\"not_logged_in\")"), "{lines:?}");
}

#[tokio::test]
async fn reports_exchanges_without_secrets_or_persons() {
    let kept = Kept::default();
    let server = start(&terminals(&[("automat1", "")]), kept.observer(), |_| {}).await;
    let mut client = Client::to(&server).await;
    client.ask(LOGIN).await;
    client.ask("6300920270115    090000          AO|AAp1|AC|AD0001|").await.unwrap();
    client.ask("6300920270115    090000          AO|AAp1|AC|AD9999|").await.unwrap();
    client.send("\r\n\0\r").await;
    client
        .ask("11YN20270115    090000                  AO|AAp1|ABnothing|AC|AD0001|")
        .await;
    let lines = kept.lines();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert!(
        lines[0].starts_with("sip2 Login Some(\"automat1\") done None in=34 out=4"),
        "{}",
        lines[0]
    );
    assert!(
        lines[1].starts_with("sip2 Patron Information Some(\"automat1\") done None"),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with("sip2 Patron Information Some(\"automat1\") refused Some(\"wrong_pin\")"),
        "{}",
        lines[2]
    );
    assert!(
        lines[3].starts_with("sip2 Checkout Some(\"automat1\") refused Some(\"unknown_item\")"),
        "{}",
        lines[3]
    );
    assert!(
        lines[1].contains("Field { name: \"patron password\", value: \"***\" }"),
        "{}",
        lines[1]
    );
    assert!(lines[1].contains("name: \"answer: personal name\", value: \"#"), "{}", lines[1]);
    for secret in ["0001", "9999", "Patron 1", "\"p1\"", "COautomat1"] {
        assert!(lines.iter().all(|line| !line.contains(secret)), "{secret} in {lines:?}");
    }
}

#[tokio::test]
async fn slows_down_wrong_logins_and_ends_them() {
    let server = start(&terminals(&[("automat1", "")]), Observer::default(), |_| {}).await;
    let mut client = Client::to(&server).await;
    let begun = Instant::now();
    assert_eq!(client.ask("9300CNautomat1|COwrong|").await.unwrap(), "940");
    assert!(begun.elapsed() >= Duration::from_secs(1));
    assert_eq!(client.ask(LOGIN).await.unwrap(), "941");
}

#[tokio::test]
async fn admits_terminals_by_address() {
    let known = terminals(&[
        ("automat1", "allow = [\"192.0.2.0/24\"]"),
        ("sorter1", "allow = [\"127.0.0.0/8\"]"),
        ("door1", "trusted = [\"198.51.100.7\"]"),
    ]);
    let server = start(&known, Observer::default(), |settings| {
        settings.proxies = Some(skranke::listener::AllowList::everyone());
    })
    .await;
    let from = async |address: &str| {
        let mut client = Client::to(&server).await;
        client.send(&format!("PROXY TCP4 {address} 127.0.0.1 1 2\r\n")).await;
        client
    };
    let elsewhere = "9300CNsorter1|COsorter1|";
    assert_eq!(from("192.0.2.1").await.ask(LOGIN).await.unwrap(), "941");
    assert_eq!(from("203.0.113.1").await.ask(LOGIN).await.unwrap(), "940");
    assert_eq!(from("127.0.0.9").await.ask(elsewhere).await.unwrap(), "941");
    assert_eq!(from("192.0.2.1").await.ask(elsewhere).await.unwrap(), "940");
    let ask = "1720270115    090000AO|ABi1|";
    assert!(from("198.51.100.7").await.ask(ask).await.unwrap().starts_with("18"));
    assert_eq!(from("198.51.100.8").await.ask(ask).await, None);
    let wrong = directory(&[("automat1", "allow = [\"library\"]")], Options::default());
    let fault = Terminals::new(wrong, None).unwrap_err().to_string();
    assert_eq!(fault, "terminal \"automat1\", allow: \"library\" is no IP address");
}

#[tokio::test]
async fn limits_connections_of_a_terminal_with_a_refused_login() {
    let server = start(&terminals(&[("automat1", "")]), Observer::default(), |settings| {
        settings.per_login = 1
    })
    .await;
    let mut first = Client::to(&server).await;
    assert_eq!(first.ask(LOGIN).await.unwrap(), "941");
    let mut second = Client::to(&server).await;
    assert_eq!(second.ask(LOGIN).await.unwrap(), "940");
    assert_eq!(second.answer().await, None);
    assert!(first.ask("9900802.00").await.unwrap().starts_with("98"));
}

#[tokio::test]
async fn follows_reloads_on_open_sessions() {
    let known = terminals(&[("automat1", ""), ("sorter1", "")]);
    let server = start(&known, Observer::default(), |_| {}).await;
    let mut client = Client::to(&server).await;
    assert_eq!(client.ask(LOGIN).await.unwrap(), "941");
    known.set_maintenance(true);
    assert!(client.ask("1720270115    090000AO|ABi1|").await.unwrap().starts_with("98N"));
    assert!(client.ask("1720270115    090000AO|ABi1|").await.unwrap().starts_with("18"));
    known.set_maintenance(false);
    assert!(client.ask("1720270115    090000AO|ABi1|").await.unwrap().starts_with("98Y"));
    known.replace(directory(&[("sorter1", "")], Options::default())).unwrap();
    assert_eq!(client.ask("1720270115    090000AO|ABi1|").await, None);
}

#[tokio::test]
async fn tells_terminals_when_it_goes_down() {
    let server = start(&terminals(&[("automat1", "")]), Observer::default(), |_| {}).await;
    let mut known = Client::to(&server).await;
    assert_eq!(known.ask(LOGIN).await.unwrap(), "941");
    let mut stranger = Client::to(&server).await;
    assert!(stranger.ask("9900802.00").await.unwrap().starts_with("98Y"));
    known.send("1720270115    090000AO|ABi1|\r").await;
    assert_eq!(server.drain().await.cut, 0);
    assert!(known.answer().await.unwrap().starts_with("18"));
    assert!(known.answer().await.unwrap().starts_with("98N"));
    assert_eq!(known.answer().await, None);
    assert_eq!(stranger.answer().await, None);
}

#[tokio::test]
async fn asks_for_the_login_as_telnet_does() {
    use tokio::io::AsyncReadExt;
    let options: Options = toml::from_str("login = \"prompt\"").unwrap();
    let known = Terminals::new(directory(&[("automat1", "")], options), None).unwrap();
    let kept = Kept::default();
    let server = start(&known, kept.observer(), |_| {}).await;
    let mut client = Client::to(&server).await;
    let mut prompt = [0; 7];
    client.0.read_exact(&mut prompt).await.unwrap();
    assert_eq!(&prompt, b"login: ");
    client.send("automat1\r\n").await;
    let mut read = Vec::new();
    while !read.ends_with(b"assword: ") {
        read.push(client.0.read_u8().await.unwrap());
    }
    client.send("automat1\r\n").await;
    client.send("1720270115    090000AO|ABi1|\r").await;
    let mut answer = client.answer().await.unwrap();
    while !answer.trim_start().starts_with("18") {
        answer = client.answer().await.unwrap();
    }
    let lines = kept.lines();
    assert!(lines[0].ends_with("Some([])") && lines[1].ends_with("Some([])"), "{lines:?}");
}

#[tokio::test]
async fn answers_in_xml_over_http() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let kept = Kept::default();
    let known = terminals(&[("automat1", ""), ("sorter1", "allow = [\"192.0.2.1\"]")]);
    let settings = Settings::new("http");
    let routes = skranke::sip2::router(desk().await, known, kept.observer(), now);
    let limits = settings.limits;
    let server = serve(settings, skranke::http::Http::new(routes, kept.observer(), limits)).await;
    let post = async |login: &str, password: &str, request: &str| {
        let body = format!(
            "<ns1:sip xmlns:ns1=\"http://axiell.com/Schema/sip.xsd\" login=\"{login}\" password=\"{password}\">{request}</ns1:sip>"
        );
        let mut tcp = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /sip2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        tcp.write_all((head + &body).as_bytes()).await.unwrap();
        let mut answer = String::new();
        tcp.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let answer = post("automat1", "automat1", "<request>1720270115    090000AO|ABi1|</request>").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains("content-type: text/xml; charset=utf-8"), "{answer}");
    assert!(answer.contains("<response>18") && answer.contains("|AJTitle 1|"), "{answer}");
    let lent = "<request>11YN20270115    090000                  AO|AAp1|ABi1|AC|AD0001|</request>";
    // The same POST again is a resend: the same loan, told as before.
    let first = post("automat1", "automat1", lent).await;
    assert!(first.contains("<response>121N"), "{first}");
    let body = |answer: &str| answer.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&post("automat1", "automat1", lent).await), body(&first));
    for (login, password, request) in [
        ("automat1", "wrong", "<request>9900802.00</request>"),
        ("sorter1", "sorter1", "<request>9900802.00</request>"),
        ("automat1", "automat1", "<request>9900802.00&#13;9900802.00</request>"),
        ("automat1", "automat1", "<request>9900802.00</request><request>9900802.00</request>"),
        ("automat1", "automat1", "<request>77nothing</request>"),
        ("automat1", "automat1", "<request></request>"),
    ] {
        let answer = post(login, password, request).await;
        assert!(answer.contains("<error>") && !answer.contains("<response>"), "{answer}");
    }
    let lines = kept.lines();
    // One line for each POST, and none of HTTP's own beside it.
    assert_eq!(lines.len(), 9, "{lines:?}");
    assert!(lines[0].starts_with("sip2 Item Information Some(\"automat1\") done"), "{lines:?}");
    assert!(lines[3].starts_with("sip2 Login None refused Some(\"wrong_login\")"), "{lines:?}");
    assert!(
        lines.iter().all(|line| !line.contains("0001") && !line.contains("\"p1\"")),
        "{lines:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn logged_in_idle_session_costs_little() {
    let server = start(&terminals(&[("automat1", "")]), Observer::default(), |settings| {
        settings.per_login = 5000
    })
    .await;
    let each = cost_of_idle(&server, &format!("{LOGIN}\r"), 4);
    assert!(each < 8 * 1024, "{each} bytes each");
}

#[tokio::test]
async fn whoever_guesses_learns_the_same_of_a_card_that_somebody_has_and_of_one_that_nobody_has() {
    let concealing = "conceal_patrons = true\nrequire_pin = true\nmessages = [\"01\", \"11\", \"15\", \"23\", \"25\", \"29\", \"35\", \"37\", \"63\", \"65\"]";
    let server = start(
        &terminals(&[("automat1", concealing), ("automat2", "")]),
        Observer::default(),
        |_| {},
    )
    .await;
    // The known one has a loan, a hold and a language of his own to tell of.
    let mut open = Client::to(&server).await;
    assert_eq!(open.ask("9300CNautomat2|COautomat2|CPmain|").await.unwrap(), "941");
    for request in [
        "11YN20270115    090000                  AO|AAp1|ABi1|AC|",
        "15+20270115    090000AO|AAp1|AJ2|",
    ] {
        let done = open.ask(request).await.unwrap();
        assert_eq!(done.get(2..3), Some("1"), "{done}");
    }
    let mut client = Client::to(&server).await;
    assert_eq!(client.ask(LOGIN).await.unwrap(), "941");
    for request in [
        "2300920270115    090000AO|AACARD|AC|AD9999|",
        "6300020270115    090000YYYYYY    AO|AACARD|AC|AD9999|",
        "11YN20270115    090000                  AO|AACARD|ABi1|AC|AD9999|",
        // locked by now, and then without a PIN
        "11YN20270115    090000                  AO|AACARD|ABnothing|AC|AD9999|",
        "11YN20270115    090000                  AO|AACARD|ABi1|AC|AD9999|BIY|",
        "29NN20270115    090000                  AO|AACARD|AD9999|ABi1|",
        "29NN20270115    090000                  AO|AACARD|AD9999|AJTitle 1|",
        "6520270115    090000AO|AACARD|AD9999|",
        "15+20270115    090000AO|AACARD|AD9999|AJ2|",
        "15-20270115    090000AO|AACARD|AD9999|AJ2|",
        "3720270115    0900000100DKKBV20.00|AO|AACARD|AD9999|BKx|",
        "2520270115    090000AO|AACARD|AC|AD9999|",
        "3520270115    090000AO|AACARD|AC|AD9999|",
        "2300020270115    090000AO|AACARD|AC|",
        "6300020270115    090000YYYYYY    AO|AACARD|AC|",
        "11YN20270115    090000                  AO|AACARD|ABi3|AC|",
        "29NN20270115    090000                  AO|AACARD|ABi1|",
        "6520270115    090000AO|AACARD|",
        "15-20270115    090000AO|AACARD|AJ2|",
        "3720270115    0900000100DKKBV20.00|AO|AACARD|BKy|",
        "2520270115    090000AO|AACARD|AC|",
        "01N20270115    090000AO|ALlost|AACARD|AC|",
    ] {
        let mut told = Vec::new();
        for card in ["p1", "p9"] {
            let answer = client.ask(&request.replace("CARD", card)).await.unwrap();
            assert!(request.starts_with("35") || !answer.contains("BLY"), "{answer}");
            told.push(answer.replace(&format!("|AA{card}|"), "|AA|"));
        }
        assert_eq!(told[0], told[1], "{request}");
    }
}
