//! A line to a server that can be cut while a transaction is being committed, or swallow everything.

#![allow(
    dead_code,
    reason = "the suite of the real binary uses it too, and each a part of it"
)]

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Where the line is cut, once.
#[derive(Clone, Copy)]
pub(crate) enum Cut {
    /// The server does not hear of the commit.
    BeforeCommit = 1,
    /// The server commits, and its answer is lost.
    AfterCommit = 2,
    /// The server does not hear of what it is asked next, whatever that is.
    BeforeAnything = 3,
}

pub(crate) struct Proxy {
    pub(crate) port: u16,
    cut: Arc<AtomicU8>,
    is_silent: Arc<AtomicBool>,
}

impl Proxy {
    pub(crate) async fn start(server: u16) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let cut = Arc::new(AtomicU8::new(0));
        let is_silent = Arc::new(AtomicBool::new(false));
        let proxy = Self { port, cut, is_silent };
        let (cut, is_silent) = (Arc::clone(&proxy.cut), Arc::clone(&proxy.is_silent));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect((Ipv4Addr::LOCALHOST, server)).await.unwrap();
                tokio::spawn(relay(client, server, Arc::clone(&cut), Arc::clone(&is_silent)));
            }
        });
        proxy
    }

    pub(crate) fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// Goes on taking connections and bytes, and lets nothing through either way. Connections that are used meanwhile
    /// stay silent for ever.
    pub(crate) fn fall_silent(&self) {
        self.is_silent.store(true, Ordering::SeqCst);
    }

    /// Serves new connections again.
    pub(crate) fn speak_again(&self) {
        self.is_silent.store(false, Ordering::SeqCst);
    }
}

async fn relay(mut client: TcpStream, mut server: TcpStream, cut: Arc<AtomicU8>, is_silent: Arc<AtomicBool>) {
    let (mut asked, mut answered) = ([0; 65536], [0; 65536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                if is_silent.load(Ordering::SeqCst) {
                    return swallow(client, &mut asked).await;
                }
                let is_commit = asked[..length].windows(7).any(|window| window == b"commit\0");
                let is_anything = cut.load(Ordering::SeqCst) == Cut::BeforeAnything as u8;
                let cut = if is_commit || is_anything { cut.swap(0, Ordering::SeqCst) } else { 0 };
                if cut == Cut::BeforeCommit as u8 || cut == Cut::BeforeAnything as u8 {
                    return;
                }
                server.write_all(&asked[..length]).await.unwrap();
                if cut == Cut::AfterCommit as u8 {
                    // Whatever it says, nobody hears it.
                    let _answer = server.read(&mut answered).await.unwrap();
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if is_silent.load(Ordering::SeqCst) {
                    return swallow(client, &mut asked).await;
                }
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Takes whatever comes until the other side hangs up.
async fn swallow(mut client: TcpStream, bytes: &mut [u8]) {
    while let Ok(1..) = client.read(bytes).await {}
}
