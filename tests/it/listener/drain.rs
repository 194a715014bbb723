//! Going down: nothing new, everything received is answered, last words, close.

use std::time::{Duration, Instant};

use crate::support::{Client, words};
use skranke::listener::Drained;

#[tokio::test]
async fn answers_what_was_received_then_says_good_bye() {
    let server = words(|_| {}).await;
    let mut idle = Client::to(&server).await;
    assert_eq!(idle.ask("one").await.unwrap(), "<one>");
    let mut busy = Client::to(&server).await;
    busy.send("work 200\rtwo\rthree\r").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let mut late = Client::to(&server).await;
    assert_eq!(late.ask("in").await.unwrap(), "<in>");
    late.send("just in time\r").await;

    assert_eq!(server.drain().await, Drained { cut: 0 });

    for answer in ["<worked>", "<two>", "<three>", "<farewell>"] {
        assert_eq!(busy.answer().await.unwrap(), answer);
    }
    assert_eq!(busy.answer().await, None);
    assert_eq!(late.answer().await.unwrap(), "<just in time>");
    assert_eq!(late.answer().await.unwrap(), "<farewell>");
    assert_eq!(idle.answer().await.unwrap(), "<farewell>");
    assert_eq!(idle.answer().await, None);
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn waits_for_the_rest_of_a_message_but_not_for_ever() {
    let server = words(|_| {}).await;
    let mut half = Client::to(&server).await;
    let mut never = Client::to(&server).await;
    half.send("ha").await;
    never.send("ne").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let finish = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(half.ask("lf").await.unwrap(), "<half>");
    };
    let begun = Instant::now();
    let (drained, ()) = tokio::join!(server.drain(), finish);
    assert_eq!(drained, Drained { cut: 0 });
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(half.answer().await.unwrap(), "<farewell>");
    assert_eq!(never.answer().await.unwrap(), "<farewell>");
}

#[tokio::test]
async fn is_not_kept_up_by_a_talkative_peer_or_a_penalty() {
    let server = words(|_| {}).await;
    let mut punished = Client::to(&server).await;
    punished.send("wait 60000\r").await;
    let mut talker = Client::to(&server).await;
    let talk = async { while talker.ask("more").await == Some("<more>".to_owned()) {} };
    let begun = Instant::now();
    let drain = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        server.drain().await
    };
    let ((), drained) = tokio::join!(talk, drain);
    assert_eq!(drained, Drained { cut: 0 });
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(punished.answer().await.unwrap(), "<waited>");
}

#[tokio::test]
async fn cuts_off_what_takes_longer_than_the_limit() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    client.send("work 60000\r").await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let begun = Instant::now();
    assert_eq!(server.server.drain(Duration::from_millis(200)).await, Drained { cut: 1 });
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(client.answer().await, None);
}
