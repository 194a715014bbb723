//! Who may come in: allow lists, PROXY headers.

use std::time::Duration;

use crate::support::{Client, words};
use skranke::listener::{AllowList, Settings};

fn list(networks: &[&str]) -> AllowList {
    AllowList::only(networks.iter().map(|text| text.parse().unwrap()).collect())
}

fn behind_proxy(settings: &mut Settings) {
    settings.proxies = Some(list(&["127.0.0.0/8"]));
}

#[tokio::test]
async fn closes_to_addresses_not_on_the_list() {
    let closed = words(|settings| settings.allow = list(&["192.0.2.0/24"])).await;
    let mut client = Client::to(&closed).await;
    assert_eq!(client.answer().await, None);
    let open = words(|settings| settings.allow = list(&["192.0.2.0/24", "127.0.0.1"])).await;
    assert_eq!(Client::to(&open).await.ask("one").await.unwrap(), "<one>");
}

#[tokio::test]
async fn takes_the_peer_from_a_version_1_header() {
    let server = words(behind_proxy).await;
    let mut client = Client::to(&server).await;
    client.send("PROXY TCP4 192.0.2.1 198.51.100.2 51000 6001\r\nwho\r").await;
    assert_eq!(
        client.answer().await.unwrap(),
        "<192.0.2.1:51000 198.51.100.2:6001 true None false>"
    );
    assert_eq!(client.ask("two").await.unwrap(), "<two>");
}

#[tokio::test]
async fn takes_the_peer_from_a_version_2_header_however_it_arrives() {
    use tokio::io::AsyncWriteExt;
    let server = words(behind_proxy).await;
    let mut client = Client::to(&server).await;
    client.0.set_nodelay(true).unwrap();
    let header = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0F\xC0\0\x02\x01\x7F\0\0\x01\xC7\x38\x17\x71\x04\0\0";
    for part in header.chunks(3).chain([b"who\r".as_slice()]) {
        client.0.write_all(part).await.unwrap();
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
    assert_eq!(client.answer().await.unwrap(), "<192.0.2.1:51000 127.0.0.1:6001 true None false>");
}

#[tokio::test]
async fn asks_the_allow_list_about_the_address_in_the_header() {
    let server = words(|settings| {
        behind_proxy(settings);
        settings.allow = list(&["192.0.2.0/24"]);
    })
    .await;
    let mut inside = Client::to(&server).await;
    inside.send("PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\none\r").await;
    assert_eq!(inside.answer().await.unwrap(), "<one>");
    let mut outside = Client::to(&server).await;
    outside.send("PROXY TCP4 203.0.113.1 127.0.0.1 1 2\r\none\r").await;
    assert_eq!(outside.answer().await, None);
}

#[tokio::test]
async fn refuses_what_is_no_header_and_who_is_no_proxy() {
    let server = words(behind_proxy).await;
    let mut bare = Client::to(&server).await;
    assert_eq!(bare.ask("one").await, None);
    let server = words(|settings| settings.proxies = Some(list(&["192.0.2.0/24"]))).await;
    let mut stranger = Client::to(&server).await;
    assert_eq!(stranger.answer().await, None);
    let server = words(|settings| {
        behind_proxy(settings);
        settings.hello_time = Duration::from_millis(100);
    })
    .await;
    let mut silent = Client::to(&server).await;
    silent.send("PROXY ").await;
    assert_eq!(silent.answer().await, None);
}

#[tokio::test]
async fn without_configuration_a_header_is_just_a_message() {
    let server = words(|_| {}).await;
    let mut client = Client::to(&server).await;
    client.send("PROXY\r").await;
    assert_eq!(client.answer().await.unwrap(), "<PROXY>");
}

#[tokio::test]
async fn counts_and_slows_an_address_but_not_loopback() {
    let limited = |settings: &mut Settings| {
        settings.per_address = Some(1);
        settings.rate = Some(skranke::listener::Rate { per_second: 20, burst: 1 });
    };
    let server = words(limited).await;
    let mut one = Client::to(&server).await;
    assert_eq!(one.ask("one").await.unwrap(), "<one>");
    assert_eq!(Client::to(&server).await.ask("two").await.unwrap(), "<two>");

    let server = words(|settings| {
        behind_proxy(settings);
        limited(settings);
    })
    .await;
    let header = "PROXY TCP4 192.0.2.1 127.0.0.1 1 2\r\n";
    let mut one = Client::to(&server).await;
    one.send(header).await;
    let begun = std::time::Instant::now();
    for _ in 0..5 {
        assert_eq!(one.ask("one").await.unwrap(), "<one>");
    }
    assert!(begun.elapsed() >= Duration::from_millis(195));
    let mut two = Client::to(&server).await;
    two.send(header).await;
    assert_eq!(two.answer().await, None);
}
