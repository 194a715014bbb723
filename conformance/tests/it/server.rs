//! A server that says what a test lets it say.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use skranke_conform::sip2::wire::checksum::checksum;

/// Answers every message by `script`; an empty answer is silence. Gives its address.
pub fn serve(script: fn(&str) -> String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            thread::spawn(move || converse(stream, script));
        }
    });
    address
}

fn converse(mut stream: TcpStream, script: fn(&str) -> String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut message = Vec::new();
    while reader.read_until(b'\r', &mut message).is_ok_and(|count| count > 0) {
        message.pop();
        let answer = script(&String::from_utf8_lossy(&message));
        if !answer.is_empty() && stream.write_all(format!("{answer}\r").as_bytes()).is_err() {
            return;
        }
        message.clear();
    }
}

/// Answers 93, 99 and 17 as the digest wants, and mirrors the trailer with a sum that is `off`.
pub fn answer(message: &str, off: u16) -> String {
    let (text, sequence) = match message.rfind("AY") {
        Some(at) if message.len() == at + 9 => (&message[..at], Some(&message[at..at + 3])),
        _ => (message, None),
    };
    let body = match &text[..2] {
        "93" => "941".to_owned(),
        "99" => "98YYYYYY05000320261124    1200002.00AODK-761500|AMBy|BXYYYYYYYYYYYYYYYY|".to_owned(),
        "17" => {
            let item = text.split("AB").nth(1).unwrap_or("").split('|').next().unwrap_or("");
            format!("1803010120261124    120000CF0|AB{item}|AJTitle|")
        }
        _ => return String::new(),
    };
    match sequence {
        Some(sequence) => {
            let covered = format!("{body}{sequence}AZ");
            format!("{covered}{:04X}", checksum(covered.as_bytes()).wrapping_add(off))
        }
        None => body,
    }
}
