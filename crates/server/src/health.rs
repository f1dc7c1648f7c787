//! `yaopai health`: asks the server of these settings whether it is ready, for containers that have no other program to ask.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::Complaint;
use crate::config::Config;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes that are read of the answer; its first line is all that counts.
const ANSWER: u64 = 64;

/// `yaopai health`
///
/// # Errors
/// That it is not ready, or does not answer.
pub(crate) fn health(config: &Config) -> Result<(), Complaint> {
    let address = reachable(config.settings.listen);
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER).read_to_end(&mut answer)?;
    if answer.starts_with(b"HTTP/1.1 200 ") {
        Ok(())
    } else {
        Err("服务未就绪，原因见 yaopai doctor / the server is not ready: yaopai doctor says why".into())
    }
}

/// Where a server that listens on every address is found on its own machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let this_machine: IpAddr = match listen {
        SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    let ip = if listen.ip().is_unspecified() {
        this_machine
    } else {
        listen.ip()
    };
    SocketAddr::new(ip, listen.port())
}
