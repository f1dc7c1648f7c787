//! What operators do beside the requests, and what the server does for itself.

mod backup;
mod bounds;
mod command_line;
mod first_start;
mod health;
#[cfg(target_os = "linux")]
mod memory;
mod moving;
#[cfg(target_os = "linux")]
mod priorities;
mod restart;
mod shutdown;
mod trouble;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// The body of a registration that takes its time.
const REGISTRATION: &[u8] = br#"{"account":"slow","password":"hunter22"}"#;

/// Sends the head of a registration, and waits until the server is at work on it: then it asks for the body.
async fn begin_registration(address: &str) -> TcpStream {
    const ASKED: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
    let head = format!(
        "POST /user/register HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        REGISTRATION.len()
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; ASKED.len()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, ASKED);
    stream
}
