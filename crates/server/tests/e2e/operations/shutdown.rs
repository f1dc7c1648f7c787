//! SIGTERM drains.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::{Home, eventually};
use crate::user::enter;

const BODY: &str = r#"{"account":"slow","password":"hunter22"}"#;

#[tokio::test]
async fn what_is_in_flight_is_finished() {
    let mut home = Home::new();
    let server = home.start().await;
    let address = server.client.address.clone();
    let mut slow = TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /user/register HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        BODY.len()
    );
    let (first, rest) = BODY.split_at(10);
    slow.write_all(format!("{head}{first}").as_bytes()).await.unwrap();
    // A whole call later the server has surely begun with the slow one.
    assert_eq!(server.client.get("/healthz").await.status, 200);

    server.tell_to_stop();
    eventually("an end of accepting", || {
        std::net::TcpStream::connect(&address).is_err().then_some(())
    })
    .await;
    slow.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(answer.contains(r#""username":"slow""#), "{answer}");
    assert!(server.ended().await.success());

    let server = home.start().await;
    enter(&server.client, "/user/login", "slow", "hunter22").await.data();
}

#[tokio::test]
async fn what_does_not_end_is_cut_off_at_the_deadline() {
    let mut home = Home::with(&[("YAOPAI_HTTP__SHUTDOWN_SECONDS", "1")]);
    let server = home.start().await;
    let mut slow = TcpStream::connect(&server.client.address).await.unwrap();
    let head =
        "POST /user/register HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
    slow.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(server.client.get("/healthz").await.status, 200);
    server.tell_to_stop();
    assert!(server.ended().await.success());
}
