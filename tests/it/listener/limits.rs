//! What a peer may cost.

use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt;

use crate::support::{Client, Kept, SOON, Words, cost_of_idle, serve, words};
use skranke::listener::{Lines, Settings};

#[tokio::test]
async fn ends_a_message_over_the_limit_with_the_protocols_answer() {
    let kept = Kept::default();
    let mut settings = Settings::new("words");
    settings.limits.message_bytes = 1000;
    let server = serve(settings, Lines::new(Words, kept.observer())).await;
    let mut client = Client::to(&server).await;
    assert_eq!(client.ask("one").await.unwrap(), "<one>");
    // Far more than the limit: the answer must survive the bytes that nobody reads any more.
    let _ = client.0.write_all(&[b'x'; 100_000]).await;
    assert_eq!(client.answer().await.unwrap(), "<too much>");
    assert_eq!(client.answer().await, None);
    assert!(
        kept.lines()
            .last()
            .unwrap()
            .starts_with("words unknown None malformed Some(\"too_long\")")
    );
}

#[tokio::test]
async fn ends_a_message_that_drips() {
    let server = words(|settings| settings.limits.message_time = Duration::from_millis(300)).await;
    let mut client = Client::to(&server).await;
    assert_eq!(client.ask("one").await.unwrap(), "<one>");
    let begun = Instant::now();
    let dripped = async {
        // Each byte comes well within the time; only the whole message does not.
        while client.0.write_all(b"x").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, dripped).await.expect("still open");
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn ends_silence_and_only_silence() {
    let server = words(|settings| settings.limits.idle = Some(Duration::from_millis(500))).await;
    let mut client = Client::to(&server).await;
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(client.ask("here").await.unwrap(), "<here>");
    }
    let begun = Instant::now();
    assert_eq!(client.answer().await, None);
    assert!(begun.elapsed() >= Duration::from_millis(450));
}

#[tokio::test]
async fn waits_for_ever_without_an_idle_limit() {
    let server = words(|settings| settings.limits.idle = None).await;
    let mut client = Client::to(&server).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(client.ask("here").await.unwrap(), "<here>");
}

#[tokio::test]
async fn ends_a_peer_that_takes_no_answers() {
    let server = words(|settings| settings.write_time = Duration::from_millis(200)).await;
    let mut client = Client::to(&server).await;
    client.send("big 20000000\r").await;
    tokio::time::timeout(SOON, async {
        while server.server.sessions() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await
    .expect("still open");
}

#[tokio::test]
async fn leaves_peers_above_the_limit_waiting_outside() {
    let server = words(|settings| settings.connections = 2).await;
    let mut first = Client::to(&server).await;
    let mut second = Client::to(&server).await;
    assert_eq!(first.ask("one").await.unwrap(), "<one>");
    assert_eq!(second.ask("two").await.unwrap(), "<two>");
    let mut third = Client::to(&server).await;
    third.send("three\r").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(server.server.sessions(), 2);
    drop(first);
    assert_eq!(third.answer().await.unwrap(), "<three>");
}

#[tokio::test]
async fn counts_connections_of_one_login() {
    let server = words(|settings| settings.per_login = 2).await;
    let mut clients = Vec::new();
    for _ in 0..2 {
        let mut client = Client::to(&server).await;
        assert_eq!(client.ask("login automat1").await.unwrap(), "<in>");
        clients.push(client);
    }
    let mut third = Client::to(&server).await;
    assert_eq!(third.ask("login automat1").await.unwrap(), "<too many>");
    assert_eq!(third.answer().await, None);
    let mut other = Client::to(&server).await;
    assert_eq!(other.ask("login sorter1").await.unwrap(), "<in>");
    // Logging in as somebody else gives the place back.
    assert_eq!(clients[0].ask("login sorter1").await.unwrap(), "<in>");
    let mut fourth = Client::to(&server).await;
    assert_eq!(fourth.ask("login automat1").await.unwrap(), "<in>");
}

#[tokio::test]
async fn holds_an_answer_back_as_a_penalty() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    let begun = Instant::now();
    assert_eq!(client.ask("wait 200").await.unwrap(), "<waited>");
    assert!(begun.elapsed() >= Duration::from_millis(200));
    assert_eq!(client.ask("on").await.unwrap(), "<on>");
}

#[tokio::test]
async fn panic_ends_one_session_and_no_other() {
    let server = words(|_| {}).await;
    let mut one = Client::to(&server).await;
    let mut other = Client::to(&server).await;
    assert_eq!(other.ask("one").await.unwrap(), "<one>");
    assert_eq!(one.ask("panic").await, None);
    assert_eq!(other.ask("two").await.unwrap(), "<two>");
    assert_eq!(Client::to(&server).await.ask("new").await.unwrap(), "<new>");
}

#[tokio::test]
async fn gives_every_place_back_however_a_session_ends() {
    const ROOM: usize = 20;
    let server = words(|settings| {
        settings.connections = ROOM;
        settings.limits.message_bytes = 100;
        settings.limits.message_time = Duration::from_millis(200);
    })
    .await;
    for round in 0..10 {
        let mut clients = Vec::new();
        for n in 0..ROOM {
            let mut client = Client::to(&server).await;
            match (n + round) % 5 {
                0 => client.send("bye\r").await,
                1 => client.send("panic\r").await,
                2 => client.send("half a mess").await,
                3 => client.send(&"x".repeat(200)).await,
                _ => assert_eq!(client.ask("login automat1").await.unwrap(), "<in>"),
            }
            clients.push(client);
        }
    }
    let mut clients = Vec::new();
    for _ in 0..ROOM {
        let mut client = Client::to(&server).await;
        assert_eq!(client.ask("one").await.unwrap(), "<one>");
        clients.push(client);
    }
    assert_eq!(server.server.sessions(), ROOM);
}

/// The issue's bound is 100 MB for 5,000 idle sessions; a session has to cost far less for the rest to fit in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_session_costs_little() {
    let server = words(|_| {}).await;
    let each = cost_of_idle(&server, "big 4000\r", 4003);
    assert!(each < 8 * 1024, "{each} bytes each");
}
