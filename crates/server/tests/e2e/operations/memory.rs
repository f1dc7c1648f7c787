//! What strangers can make the server hold in memory.

use std::io::Cursor;

use image::{ImageFormat, RgbImage};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use yaopai_model::Entropy as _;
use yaopai_model::limits::UPLOADS_HELD;
use yaopai_testkit::SeededEntropy;

use crate::harness::{Home, Server};

const MEBIBYTE: usize = 1 << 20;

/// The token of an account that cost nothing.
async fn token(server: &Server) -> String {
    let account = json!({ "account": "stranger", "password": "hunter22" });
    let registered = server.client.post_json("/user/register", &account).await;
    registered.data()["token"].as_str().unwrap().to_owned()
}

/// A PNG of noise, which does not get any smaller: 3 MiB.
fn noise() -> Vec<u8> {
    let mut pixels = vec![0; 3 * MEBIBYTE];
    SeededEntropy::new(1).fill(&mut pixels);
    let picture = RgbImage::from_raw(1024, 1024, pixels).unwrap();
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// A connection into which the system takes next to nothing that nobody reads.
async fn connect_tightly(server: &Server) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(server.client.address.parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn pictures_that_nobody_takes_are_not_held() {
    let mut home = Home::new();
    let server = home.start().await;
    let token = token(&server).await;
    let picture = noise();
    let uploaded = server.client.upload(&token, "noise.png", &picture).await.data();
    let request = format!("GET {} HTTP/1.1\r\nHost: x\r\n\r\n", uploaded["url"].as_str().unwrap());
    let before = server.memory_bytes();

    let mut stalled = Vec::new();
    for _ in 0..60 {
        let mut stream = connect_tightly(&server).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.read_exact(&mut [0; 512]).await.unwrap();
        stalled.push(stream);
    }
    let grown = server.memory_bytes().saturating_sub(before);
    assert!(
        grown < 40 * MEBIBYTE,
        "{} MiB for pictures that nobody takes",
        grown / MEBIBYTE
    );
    let served = server.client.get(uploaded["url"].as_str().unwrap()).await;
    assert_eq!(served.header("Content-Length"), served.body.len().to_string());
    assert!(served.body.len() >= 3 * MEBIBYTE);
}

#[tokio::test]
async fn uploads_that_do_not_come_to_an_end_are_held_up_to_a_bound() {
    let mut home = Home::new();
    let server = home.start().await;
    let token = token(&server).await;
    let head = format!(
        "POST /api/v1/upload/image HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nExpect: 100-continue\r\n\
         Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000000\r\n\r\n"
    );
    let mut held = Vec::new();
    for _ in 0..UPLOADS_HELD {
        let mut stream = TcpStream::connect(&server.client.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        assert_eq!(status(&mut stream).await, "HTTP/1.1 100");
        held.push(stream);
    }
    let mut one_more = TcpStream::connect(&server.client.address).await.unwrap();
    one_more.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(status(&mut one_more).await, "HTTP/1.1 503");
    drop(held);
    let mut after = String::new();
    while after != "HTTP/1.1 100" {
        let mut stream = TcpStream::connect(&server.client.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        after = status(&mut stream).await;
    }
}

/// The first twelve bytes of an answer.
async fn status(stream: &mut TcpStream) -> String {
    let mut status = [0; 12];
    stream.read_exact(&mut status).await.unwrap();
    String::from_utf8_lossy(&status).into_owned()
}
