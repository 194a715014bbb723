//! However the bytes arrive, the same messages get the same answers, in order.

use crate::support::{Client, Kept, Words, serve, words};
use skranke::listener::{Lines, Settings, null};
use skranke::telemetry::Observer;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn answers_a_whole_message() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    assert_eq!(client.ask("one").await.unwrap(), "<one>");
    assert_eq!(client.ask("two").await.unwrap(), "<two>");
}

#[tokio::test]
async fn answers_a_message_that_comes_byte_by_byte() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    client.0.set_nodelay(true).unwrap();
    for byte in ["o", "n", "e", "\r", "t", "w", "o"] {
        client.send(byte).await;
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    assert_eq!(client.answer().await.unwrap(), "<one>");
    client.send("\r").await;
    assert_eq!(client.answer().await.unwrap(), "<two>");
}

#[tokio::test]
async fn answers_several_messages_in_one_segment_in_order() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    client.send("work 30\rtwo\rthree\rfo").await;
    for answer in ["<worked>", "<two>", "<three>"] {
        assert_eq!(client.answer().await.unwrap(), answer);
    }
    assert_eq!(client.ask("ur").await.unwrap(), "<four>");
    assert_eq!(client.ask("calls").await.unwrap(), "<5>");
}

#[tokio::test]
async fn cuts_between_segments_change_nothing() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    client.0.set_nodelay(true).unwrap();
    let stream: String = (0..200).map(|n| format!("word{}\r", "x".repeat(n * 7 % 61))).collect();
    // Cuts of every size from 1 to 40, some with a pause that lets the server see them.
    let (mut rest, mut size) = (stream.as_str(), 0);
    let send = async {
        while !rest.is_empty() {
            size = size * 17 % 41 + 1;
            let (part, behind) = rest.split_at(size.min(rest.len()));
            client.send(part).await;
            rest = behind;
            if size % 3 == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    };
    send.await;
    for n in 0..200 {
        assert_eq!(client.answer().await.unwrap(), format!("<word{}>", "x".repeat(n * 7 % 61)));
    }
}

#[tokio::test]
async fn answers_what_came_before_the_peer_stopped_sending() {
    use tokio::io::AsyncWriteExt;
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    client.send("one\rtwo\runfinished").await;
    client.0.shutdown().await.unwrap();
    assert_eq!(client.answer().await.unwrap(), "<one>");
    assert_eq!(client.answer().await.unwrap(), "<two>");
    assert_eq!(client.answer().await, None);
}

#[tokio::test]
async fn carries_messages_larger_than_its_reads() {
    let server = words(|settings| settings.limits.message_bytes = 1 << 20).await;
    let mut client = Client::to(&server).await;
    let long = "y".repeat(300_000);
    assert_eq!(client.ask(&long).await.unwrap().len(), 300_002);
    assert_eq!(client.ask("big 400000").await.unwrap().len(), 400_002);
}

#[tokio::test]
async fn reports_each_exchange() {
    let kept = Kept::default();
    let server = serve(Settings::new("words"), Lines::new(Words, kept.observer())).await;
    let mut client = Client::to(&server).await;
    client.send("\r\r").await;
    client.ask("one").await;
    client.ask("login automat1").await;
    client.ask("no").await;
    assert_eq!(
        kept.lines(),
        [
            "words word None done None in=4 out=6 Some([Field { name: \"word\", value: \"one\" }])",
            "words word Some(\"automat1\") done None in=15 out=5 Some([Field { name: \"word\", value: \"login\" }])",
            "words word Some(\"automat1\") refused Some(\"because\") in=3 out=5 Some([Field { name: \"word\", value: \"no\" }])",
        ]
    );
}

#[tokio::test]
async fn null_server_gives_its_one_answer() {
    let stop = CancellationToken::new();
    let (send, address) = tokio::sync::oneshot::channel();
    let running = tokio::spawn({
        let stop = stop.clone();
        async move {
            let here = ([127, 0, 0, 1], 0).into();
            null::serve(here, "98YYYYYY", Observer::default(), stop, |at| send.send(at).unwrap()).await
        }
    });
    let mut client = Client(tokio::net::TcpStream::connect(address.await.unwrap()).await.unwrap());
    assert_eq!(client.ask("9900802.00").await.unwrap(), "98YYYYYY");
    assert_eq!(client.ask("17").await.unwrap(), "98YYYYYY");
    stop.cancel();
    running.await.unwrap().unwrap();
    assert_eq!(client.answer().await, None);
}
