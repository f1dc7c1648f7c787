//! The accept loop: HTTP/1 connections with deadlines, a bound on how many there are, and an orderly end.

mod deadlines;
mod sources;
mod watched_body;

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use futures_util::FutureExt as _;
use futures_util::future::Either;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use prometheus::IntCounter;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use yaopai_http::Network;
use yaopai_model::limits::HEAD_BYTES;

use crate::reception::Reception;
use crate::shutdown::Stop;
use crate::workers::Workers;
use deadlines::{Phase, TimedStream};
use sources::{Connection, Sources};

/// How long to wait before accepting again when the system has no room for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The bounds that connections are held to, and who counts what they keep out.
#[derive(Clone)]
pub(crate) struct Bounds {
    /// Connections at once; more wait to be accepted.
    pub(crate) connections: usize,
    /// How many of them one source may have; more are closed at once.
    pub(crate) connections_per_source: usize,
    /// Whose connections are not counted so, since they speak for many.
    pub(crate) exempt: Arc<[Network]>,
    /// How long the head of a request may take from its first byte.
    pub(crate) head: Duration,
    /// How long a connection may idle, or a reply wait for its reader.
    pub(crate) idle: Duration,
    /// How long what is in flight may take once the server is told to stop.
    pub(crate) drain: Duration,
    /// Counts those that are closed at once because their source has as many as it may have.
    pub(crate) connections_refused: IntCounter,
}

/// Has `reception` answer what comes on `listener` until `stop`, then finishes what is in flight.
pub(crate) async fn serve(
    listener: TcpListener,
    reception: Reception,
    bounds: Bounds,
    workers: Arc<Workers>,
    mut stop: Stop,
) {
    let places = Arc::new(Semaphore::new(bounds.connections));
    let sources = Sources::new(bounds.connections_per_source, Arc::clone(&bounds.exempt));
    let connections = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            () = stop.requested() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                let Some(counted) = sources.admit(peer.ip()) else {
                    // Dropped: an answer would have to wait for a peer who may never read it.
                    bounds.connections_refused.inc();
                    continue;
                };
                let place = Place {
                    _place: place,
                    _counted: counted,
                };
                let watcher = connections.watcher();
                let conversation = converse(stream, peer, reception.clone(), bounds.clone(), watcher, place);
                if let Some(worker) = workers.next() {
                    worker.spawn(conversation);
                }
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    if tokio::time::timeout(bounds.drain, connections.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("停机期限已到，仍有请求未完成 / requests were cut off at the deadline");
    }
}

/// What a connection holds for as long as it lasts.
struct Place {
    _place: OwnedSemaphorePermit,
    _counted: Connection,
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(std::net::TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    // A worker waits for its own connections.
    Ok((stream.into_std()?, peer, place))
}

/// A connection that its peer gave up is nothing; anything else is a lack that passes, such as of file descriptors.
async fn pause_after(error: &io::Error) {
    let is_peers = matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    );
    if is_peers {
        return;
    }
    tracing::error!(%error, "无法接受连接 / cannot accept a connection");
    #[expect(clippy::disallowed_methods, reason = "the accept loop waits for room")]
    tokio::time::sleep(ACCEPT_PAUSE).await;
}

/// Answers the requests of one connection.
async fn converse(
    stream: std::net::TcpStream,
    peer: SocketAddr,
    reception: Reception,
    bounds: Bounds,
    watcher: Watcher,
    _place: Place,
) {
    let stream = match TcpStream::from_std(stream) {
        Ok(stream) => stream,
        Err(error) => return tracing::error!(%error, "无法使用连接 / cannot use a connection"),
    };
    // Replies are written whole; waiting for more to send would only delay them.
    let _ = stream.set_nodelay(true);
    let phase = Phase::new();
    let stream = TimedStream::new(stream, phase.clone(), bounds.head, bounds.idle);
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        phase.answering();
        let (head, body) = request.into_parts();
        let (body, progress) = watched_body::watch(body);
        let phase = phase.clone();
        begun(reception.answer(peer, head, body).map(move |mut answer| {
            if progress.is_some_and(|progress| !progress.is_at_end()) {
                answer
                    .headers_mut()
                    .insert(CONNECTION, HeaderValue::from_static("close"));
            }
            phase.waiting();
            Ok::<_, Infallible>(answer)
        }))
    });
    // No more than a hundred headers, which is `limits::HEADERS` and hyper's own bound; one that is set costs more.
    let connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service);
    // An error is the peer's: gone, too slow, or not speaking HTTP. Hyper has answered what can be answered.
    let _ = pin!(watcher.watch(connection)).await;
}

/// Asks for the answer once before anybody waits for it. Most are there then: hyper, which reads on while an answer is on its
/// way so as to notice that nobody waits for it, finds its buffer free and need not take another.
fn begun<F: Future>(answer: F) -> Either<Ready<F::Output>, Pin<Box<F>>> {
    let mut answer = Box::pin(answer);
    // Whoever waits for it asks again, and is woken.
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Either::Left(ready(answer)),
        Poll::Pending => Either::Right(answer),
    }
}

#[cfg(test)]
mod tests;
