//! A client of HTTP/1.1 (RFC 9112) that costs as little as it can, for measuring what answers.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Failure;

/// A connection that is kept.
pub struct Connection {
    stream: TcpStream,
    /// What has been received of the present answer.
    received: Vec<u8>,
}

/// An answer, read whole.
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The head, status line included.
    pub head: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects to `host:port`.
    ///
    /// # Errors
    /// That nobody listens there.
    pub async fn open(address: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(1 << 16),
        })
    }

    /// Sends a request and reads the answer, which has to tell its length.
    ///
    /// # Errors
    /// That the connection broke, or an answer that this cannot read.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, Failure> {
        self.stream.write_all(request).await?;
        self.received.clear();
        let end_of_head = loop {
            self.receive().await?;
            if let Some(place) = self.received.windows(4).position(|four| four == b"\r\n\r\n") {
                break place + 4;
            }
        };
        let length = header(head(&self.received, end_of_head)?, "content-length")
            .ok_or("an answer does not tell its length")?
            .parse::<usize>()?;
        while self.received.len() < end_of_head + length {
            self.receive().await?;
        }
        let head = head(&self.received, end_of_head)?;
        Ok(Answer {
            status: head.split(' ').nth(1).ok_or("no status")?.parse()?,
            head,
            body: self.received.get(end_of_head..).unwrap_or_default(),
        })
    }

    async fn receive(&mut self) -> Result<(), Failure> {
        match self.stream.read_buf(&mut self.received).await? {
            0 => Err("the connection was closed".into()),
            _ => Ok(()),
        }
    }
}

impl Answer<'_> {
    /// The value of a header; the first where there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }
}

fn head(received: &[u8], end: usize) -> Result<&str, Failure> {
    Ok(std::str::from_utf8(received.get(..end).unwrap_or_default())?)
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let fields = head.split("\r\n").filter_map(|line| line.split_once(':'));
    let mut found = fields.filter(|(found, _)| found.eq_ignore_ascii_case(name));
    found.next().map(|(_, value)| value.trim())
}
