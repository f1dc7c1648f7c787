//! What a connection may do, and how long.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{REGISTRATION, begin_registration};
use crate::harness::{Home, Server};

/// Longer than any deadline that is set here, shorter than those that are not.
const PATIENCE: Duration = Duration::from_secs(8);

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(&server.client.address).await.unwrap()
}

/// All that comes until the connection ends; fails where it does not end in time.
async fn rest_of(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset is an end too.
    let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    assert!(
        read.is_ok(),
        "the connection does not end: {}",
        String::from_utf8_lossy(&answer)
    );
    String::from_utf8_lossy(&answer).into_owned()
}

async fn answer_to(server: &Server, request: &[u8]) -> String {
    let mut stream = connect(server).await;
    // The server may have had enough before all is said.
    let _ = stream.write_all(request).await;
    rest_of(&mut stream).await
}

#[tokio::test]
async fn half_a_head_is_waited_for_no_longer_than_set() {
    let mut home = Home::with(&[("YAOPAI_HTTP__HEADER_SECONDS", "1"), ("YAOPAI_HTTP__IDLE_SECONDS", "1")]);
    let server = home.start().await;
    let mut silent = connect(&server).await;
    let mut half = connect(&server).await;
    half.write_all(b"GET /user/info HTTP/1.1\r\nHost: x\r\nX-More")
        .await
        .unwrap();
    let mut idle = connect(&server).await;
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .unwrap();

    // A head that trickles in gains no time by it.
    let mut trickling = connect(&server).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(100));
    let trickle = async {
        loop {
            ticks.tick().await;
            if trickling.write_all(b"G").await.is_err() {
                return;
            }
        }
    };
    assert!(
        tokio::time::timeout(PATIENCE, trickle).await.is_ok(),
        "a trickle goes on for ever"
    );
    assert_eq!(rest_of(&mut silent).await, "");
    assert!(!rest_of(&mut half).await.contains("200 OK"));
    assert!(rest_of(&mut idle).await.ends_with("ok\n"));
    assert_eq!(server.client.get("/readyz").await.status, 200);
}

#[tokio::test]
async fn connections_past_the_bound_wait() {
    let mut home = Home::with(&[
        ("YAOPAI_HTTP__MAX_CONNECTIONS", "2"),
        ("YAOPAI_HTTP__IDLE_SECONDS", "1"),
    ]);
    let server = home.start().await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(begin_registration(&server.client.address).await);
    }
    let mut third = connect(&server).await;
    let request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    third.write_all(request).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(500), third.read_u8()).await;
    assert!(early.is_err(), "a third connection was served: {early:?}");
    held[0].write_all(REGISTRATION).await.unwrap();
    assert!(rest_of(&mut held[0]).await.starts_with("HTTP/1.1 200"));
    assert!(rest_of(&mut third).await.ends_with("ok\n"));
}

#[tokio::test]
async fn heads_and_bodies_past_their_bounds() {
    let mut home = Home::new();
    let server = home.start().await;
    let long = "x".repeat(9_000);
    let answer = answer_to(
        &server,
        format!("GET /user/info?{long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 414"), "{answer}");
    assert!(
        answer.ends_with(r#"{"code":414,"message":"请求地址过长","data":null}"#),
        "{answer}"
    );

    let huge = "x".repeat(100_000);
    let answer = answer_to(
        &server,
        format!("GET /user/info HTTP/1.1\r\nHost: x\r\nX-Huge: {huge}\r\n\r\n").as_bytes(),
    )
    .await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let many: String = (0..200).map(|number| format!("X-{number}: 1\r\n")).collect();
    let answer = answer_to(
        &server,
        format!("GET /user/info HTTP/1.1\r\nHost: x\r\n{many}\r\n").as_bytes(),
    )
    .await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");

    // What says how large it is, and what does not.
    let head = "POST /user/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n";
    let declared = format!("{head}Content-Length: 100000\r\n\r\n{huge}");
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n186a0\r\n{huge}\r\n0\r\n\r\n");
    for request in [declared, chunked] {
        let answer = answer_to(&server, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
        assert!(
            answer.ends_with(r#"{"code":413,"message":"请求体过大","data":null}"#),
            "{answer}"
        );
    }
    // Who was going to send more on the same connection is told not to.
    let keeping = format!("POST /user/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{huge}");
    let answer = answer_to(&server, keeping.as_bytes()).await;
    assert!(
        answer.starts_with("HTTP/1.1 413") && answer.contains("connection: close\r\n"),
        "{answer}"
    );
    for nonsense in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"HELLO\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /user/info HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    ] {
        let mut stream = connect(&server).await;
        stream.write_all(nonsense).await.unwrap();
        stream.shutdown().await.unwrap();
        let answer = rest_of(&mut stream).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400"), "{answer}");
    }
    assert_eq!(server.client.get("/readyz").await.status, 200);
}

/// A body may take its time, longer than a head may.
#[tokio::test]
async fn a_slow_body_is_read_to_its_end() {
    let mut home = Home::with(&[("YAOPAI_HTTP__HEADER_SECONDS", "1"), ("YAOPAI_HTTP__IDLE_SECONDS", "1")]);
    let server = home.start().await;
    let mut stream = begin_registration(&server.client.address).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(40));
    for byte in REGISTRATION {
        ticks.tick().await;
        stream.write_all(&[*byte]).await.unwrap();
    }
    let answer = rest_of(&mut stream).await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains(r#""username":"slow""#),
        "{answer}"
    );
}
