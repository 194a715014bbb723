//! Nothing secret or personal reaches the log, whatever level it is at and whatever goes wrong.

use crate::process::{Server, Terminal, run};
use std::io::{Read, Write};

const PASSWORD: &str = "tpw-Zx81qq";
const PIN: &str = "pin7Qz31";
const WRONG_PIN: &str = "wrong8Vy42";
const CARD: &str = "9988776655";
const NATIONAL: &str = "7203991117";
const NAME: &str = "Xerxina Qvortrup-Zapfe";
const MAIL: &str = "xerxina.q@example.org";
const ADDRESS: &str = "Zinkstræde 77";

#[test]
fn the_log_of_a_whole_day_holds_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, text: &str| std::fs::write(path(name), text).unwrap();
    write(
        "skranke.toml",
        &format!(
            "[library]\nagency = \"DK-761500\"\ntime_zone = \"Europe/Copenhagen\"\n[storage]\nurl = \"sqlite:s.db\"\n\
             [sip2]\nlisten = \"127.0.0.1:0\"\n[http]\nlisten = \"127.0.0.1:0\"\n\
             [[sip2.terminal]]\nlogin = \"a1\"\npassword = \"{PASSWORD}\"\nbranch = \"main\"\n"
        ),
    );
    write("b.mrk", "=LDR  00000nam a2200000 a 4500\n=001  b1\n=245  10$aBlå himmel\n\n");
    write("i.csv", "barcode,bib,agency,branch\n77,b1,DK-761500,main\n78,b1,DK-761500,main\n");
    write(
        "p.csv",
        &format!("card,name,pin,agency,national_number,email,address\n{CARD},{NAME},{PIN},DK-761500,{NATIONAL},{MAIL},{ADDRESS}\n"),
    );
    let config = path("skranke.toml");
    let mut printed = String::new();
    for (what, file) in [("bibs", "b.mrk"), ("items", "i.csv"), ("patrons", "p.csv")] {
        let (status, out, errors) = run(&["import", what, "--config", &config, &path(file)]);
        assert_eq!(status, 0, "{errors}");
        printed += &(out + &errors);
    }
    // Again with a number that belongs to nobody: refused by reason, not by value.
    write(
        "p2.csv",
        &format!("card,name,pin,agency,national_number\n1,{NAME},{PIN},DK-761500,{NATIONAL}x\n"),
    );
    let (status, out, errors) = run(&["import", "patrons", "--config", &config, &path("p2.csv")]);
    assert_eq!(status, 3);
    printed += &(out + &errors);
    printed += &std::fs::read_to_string(path("p2.csv.rejects")).unwrap();

    let server = Server::start(&["serve", "--config", &config], &dir.path().join("skranke.log"));
    let sip2 = server.address("SIP2");
    let date = "20261124    120000";
    for login in [
        format!("9300CNa1|CO{PASSWORD}|"),
        format!("9300CNa1|CO{PASSWORD}x|"),
        format!("9311CNa1|CO{PASSWORD}|"),
    ] {
        let mut terminal = Terminal::connect(sip2);
        terminal.send(login.as_bytes());
        if terminal.receive() != "941" {
            continue;
        }
        for card in [CARD, NATIONAL] {
            for pin in [PIN, WRONG_PIN] {
                for message in [
                    format!("23009{date}AO|AA{card}|AC{PASSWORD}|AD{pin}|"),
                    format!("63009{date}  Y       AO|AA{card}|AD{pin}|"),
                    format!("11YN{date}                  AO|AA{card}|AB77|AC|AD{pin}|"),
                    format!("11YN{date}                  AO|AA{card}|AC|AD{pin}|"),
                    format!("29NN{date}                  AO|AA{card}|AD{pin}|AB77|"),
                    format!("65{date}AO|AA{card}|AD{pin}|"),
                    format!("37{date}0100DKKBV1.00|AO|AA{card}|AD{pin}|BK{card}|"),
                    format!("15+{date}AO|AA{card}|AD{pin}|AJb1|"),
                    format!("35{date}AO|AA{card}|AD{pin}|"),
                    format!("09N{date}{date}AP|AO|AB77|AC{PASSWORD}|"),
                    format!("01N{date}AO|AL{NAME}|AA{card}|AC{PASSWORD}|"),
                ] {
                    let answer = terminal.ask(&message);
                    assert!(!answer.is_empty());
                }
            }
        }
        // Broken on purpose, with secrets inside; a checksum that does not fit.
        terminal.send(format!("23009AA{CARD}|AD{PIN}|AY1AZ0000").as_bytes());
        assert_eq!(terminal.receive().get(..2), Some("96"));
        terminal.send(format!("77{CARD}|AD{PIN}|CO{PASSWORD}|").as_bytes());
        terminal.send(&[b"63".as_slice(), &[0xff, 0xfe], format!("AA{CARD}|AD{PIN}|").as_bytes()].concat());
        let _ = terminal.receive();
    }
    post(
        &server,
        &format!(
            "<s:sip xmlns:s=\"http://axiell.com/Schema/sip.xsd\" login=\"a1\" password=\"{PASSWORD}\"><request>23009{date}AO|AA{CARD}|AC|AD{PIN}|</request></s:sip>"
        ),
    );
    post(
        &server,
        &format!("<sip login=\"a1\" password=\"{PASSWORD}\"><request>23AA{CARD}|AD{PIN}"),
    );
    let metrics = get(&server, "/metrics");
    assert!(metrics.contains("skranke_"), "{metrics}");
    let log = server.log.clone();
    server.stop();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("skranke"), "the log is not empty");

    for (place, text) in [("log", &log), ("metrics", &metrics), ("import", &printed)] {
        for secret in [PASSWORD, PIN, WRONG_PIN, CARD, NATIONAL, NAME, "Xerxina", MAIL, ADDRESS] {
            if let Some(line) = text.lines().find(|line| line.contains(secret)) {
                panic!("{secret} stands in the {place}: {line}");
            }
        }
    }
}

fn post(server: &Server, body: &str) -> String {
    http(
        server,
        &format!(
            "POST /sip2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    )
}

fn get(server: &Server, path: &str) -> String {
    http(server, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
}

fn http(server: &Server, request: &str) -> String {
    let mut stream = std::net::TcpStream::connect(server.address("HTTP")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
