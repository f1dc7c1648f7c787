//! Connections over real sockets: deadlines, bounds, and the end.

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc;
use yaopai_http::PeerAddress;

use super::*;
use crate::shutdown::Stopper;

const HEAD: Duration = Duration::from_millis(200);

fn bounds() -> Bounds {
    Bounds {
        connections: 2,
        connections_per_source: 2,
        exempt: Arc::default(),
        head: HEAD,
        idle: Duration::from_millis(600),
        drain: Duration::from_secs(10),
        connections_refused: IntCounter::new("refused", "Connections.").unwrap(),
    }
}

struct Server {
    address: SocketAddr,
    stopper: Stopper,
    serving: tokio::task::JoinHandle<()>,
}

async fn start(router: Router, bounds: Bounds) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stopper, stop) = Stopper::new();
    let serving = tokio::spawn(serve(
        listener,
        Reception::alone(router),
        bounds,
        Arc::new(Workers::start().unwrap()),
        stop,
    ));
    Server {
        address,
        stopper,
        serving,
    }
}

fn echo() -> Router {
    Router::new()
        .route(
            "/",
            get(|axum::Extension(PeerAddress(peer)): axum::Extension<PeerAddress>| async move { peer.to_string() }),
        )
        .route("/echo", post(|body: String| async move { body }))
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

/// All that the server sends until it closes.
async fn rest(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset is a close, too.
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn reply(stream: &mut TcpStream) -> String {
    let mut buffer = vec![0; 4096];
    let length = stream.read(&mut buffer).await.unwrap();
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[tokio::test]
async fn a_request_knows_its_peer() {
    let server = start(echo(), bounds()).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    let reply = reply(&mut stream).await;
    assert!(reply.ends_with(&stream.local_addr().unwrap().to_string()), "{reply}");
}

#[tokio::test]
async fn a_head_that_trickles_in_is_cut_off() {
    let server = start(echo(), bounds()).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    // It would never end by itself: that this returns is the point.
    let said = rest(&mut stream).await;
    assert!(!said.contains("200 OK"), "{said}");
}

#[tokio::test]
async fn a_later_head_that_trickles_in_is_cut_off_too() {
    let patient = Bounds {
        idle: Duration::from_secs(60),
        ..bounds()
    };
    let server = start(echo(), patient).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    reply(&mut stream).await;
    // Past the first head's deadline, so that the timer runs for the idle connection.
    assert!(tokio::time::timeout(HEAD * 2, stream.readable()).await.is_err());
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(10), rest(&mut stream)).await;
    assert!(ended.is_ok());
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut_off() {
    let server = start(echo(), bounds()).await;
    assert_eq!(rest(&mut connect(&server).await).await, "");
}

#[tokio::test]
async fn an_idle_connection_stays_longer_than_a_head_may_take() {
    let server = start(echo(), bounds()).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    reply(&mut stream).await;
    // Twice the deadline of a head: only an idle connection is still there after it.
    assert!(tokio::time::timeout(HEAD * 2, stream.readable()).await.is_err());
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert!(reply(&mut stream).await.contains("200 OK"));
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn more_connections_than_there_are_places_wait() {
    let bounds = Bounds {
        connections: 1,
        ..bounds()
    };
    let server = start(echo(), bounds).await;
    let mut first = connect(&server).await;
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    reply(&mut first).await;
    let mut second = connect(&server).await;
    second
        .write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    assert!(tokio::time::timeout(HEAD, second.readable()).await.is_err());
    drop(first);
    assert!(rest(&mut second).await.contains("200 OK"));
}

#[tokio::test]
async fn more_connections_than_a_source_may_have_are_closed() {
    let few = Bounds {
        connections_per_source: 1,
        ..bounds()
    };
    let refused = few.connections_refused.clone();
    let server = start(echo(), few).await;
    let mut first = connect(&server).await;
    let request = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut second = connect(&server).await;
    // It may be closed before it has said anything.
    let _ = second.write_all(request).await;
    assert_eq!(rest(&mut second).await, "");
    assert_eq!(refused.get(), 1);
    first.write_all(request).await.unwrap();
    assert!(rest(&mut first).await.contains("200 OK"));

    let counted = Bounds {
        connections_per_source: 1,
        exempt: Arc::from([Network::parse("127.0.0.0/8").unwrap()]),
        ..bounds()
    };
    let server = start(echo(), counted).await;
    let _first = connect(&server).await;
    let mut second = connect(&server).await;
    second.write_all(request).await.unwrap();
    assert!(rest(&mut second).await.contains("200 OK"));
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = start(echo(), bounds()).await;
    let mut stream = connect(&server).await;
    let head = format!(
        "GET / HTTP/1.1\r\nhost: x\r\nlong: {}\r\n\r\n",
        "x".repeat(2 * HEAD_BYTES)
    );
    // The server may close before it has read it all, and take its 431 with it.
    let _ = stream.write_all(head.as_bytes()).await;
    let said = rest(&mut stream).await;
    assert!(said.is_empty() || said.starts_with("HTTP/1.1 431 "), "{said}");
}

#[tokio::test]
async fn whoever_sends_a_body_that_nobody_reads_is_told_to_begin_anew() {
    let server = start(echo(), bounds()).await;
    for (path, is_read) in [("/echo", true), ("/", false), ("/nothing", false)] {
        let mut stream = connect(&server).await;
        let request = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello");
        stream.write_all(request.as_bytes()).await.unwrap();
        let said = reply(&mut stream).await;
        assert_eq!(said.contains("connection: close"), !is_read, "{path}: {said}");
    }
}

/// Says when work begins, and when it is over, however that comes.
struct Work(mpsc::Sender<&'static str>);

impl Work {
    async fn begin(teller: mpsc::Sender<&'static str>) -> Self {
        teller.send("begun").await.unwrap();
        Self(teller)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        let _ = self.0.try_send("over");
    }
}

#[tokio::test]
async fn who_hangs_up_is_not_worked_for_any_longer() {
    let (teller, mut told) = mpsc::channel(2);
    let forever = || async move {
        let _work = Work::begin(teller).await;
        std::future::pending::<()>().await;
    };
    let server = start(Router::new().route("/", get(forever)), bounds()).await;
    let mut stream = connect(&server).await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(told.recv().await, Some("begun"));
    drop(stream);
    // It would never end by itself: that this returns is the point.
    assert_eq!(told.recv().await, Some("over"));
}

#[tokio::test]
async fn answers_of_every_length_arrive_whole() {
    let lengths = [0, 1, 1_900, 2_000, 2_100, 70_000, 300_000];
    let of_length = |Path(length): Path<usize>| async move { "x".repeat(length) };
    let server = start(Router::new().route("/{length}", get(of_length)), bounds()).await;
    let mut stream = connect(&server).await;
    for length in lengths {
        let request = format!("GET /{length} HTTP/1.1\r\nhost: x\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        while !is_whole(&said, length) {
            assert_ne!(stream.read_buf(&mut said).await.unwrap(), 0, "{length}");
        }
    }
}

/// Whether a head is there, and behind it as much as it says.
fn is_whole(said: &[u8], length: usize) -> bool {
    let said = String::from_utf8_lossy(said);
    let Some((head, body)) = said.split_once("\r\n\r\n") else {
        return false;
    };
    assert!(head.contains(&format!("content-length: {length}")), "{head}");
    body.len() == length && body.bytes().all(|byte| byte == b'x')
}

#[tokio::test]
async fn what_is_in_flight_is_finished_and_nothing_new_accepted() {
    let server = start(echo(), bounds()).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n")
        .await
        .unwrap();
    assert!(reply(&mut stream).await.contains("100 Continue"));
    server.stopper.stop();
    // Refused once the listener is gone, which is soon after.
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    stream.write_all(b"hello").await.unwrap();
    assert!(rest(&mut stream).await.ends_with("hello"));
    server.serving.await.unwrap();
}

#[tokio::test]
async fn a_request_that_never_ends_does_not_hold_up_the_end() {
    let bounds = Bounds {
        drain: Duration::from_millis(100),
        ..bounds()
    };
    let server = start(echo(), bounds).await;
    let mut stream = connect(&server).await;
    stream
        .write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n")
        .await
        .unwrap();
    assert!(reply(&mut stream).await.contains("100 Continue"));
    server.stopper.stop();
    server.serving.await.unwrap();
}
