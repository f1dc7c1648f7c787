//! What the server is held against: servers that do nothing, and Argon2 by itself.

use std::convert::Infallible;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use axum::Router;
use axum::routing::get;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, DATE, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::Failure;
use crate::server::{LISTENING, Server, watch};

/// Starts this program again as one of the servers below, with something on its standard input.
///
/// # Errors
/// That it ended at once.
pub fn start(program: &Path, role: &str, input: &[u8], core: Option<u32>) -> Result<Server, Failure> {
    let started = Instant::now();
    let mut child: Child = crate::server::on_core(program, core)
        .arg(role)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input)?;
    }
    watch(child, started)
}

/// A hyper server on one thread that returns the answer on its standard input (head and body) to everything.
///
/// # Errors
/// What the network says.
pub async fn bare_hyper() -> Result<(), Failure> {
    let mut answer = Vec::new();
    std::io::stdin().read_to_end(&mut answer)?;
    let answer = String::from_utf8(answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").ok_or("no head")?;
    let mut headers = HeaderMap::new();
    for (name, value) in head.split("\r\n").filter_map(|line| line.split_once(": ")) {
        headers.append(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
    }
    // hyper writes these itself.
    headers.remove(DATE);
    headers.remove(CONTENT_LENGTH);
    let body = Bytes::copy_from_slice(body.as_bytes());
    let listener = listen().await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (headers, body) = (headers.clone(), body.clone());
        let service = service_fn(move |_: Request<Incoming>| {
            let mut response = Response::new(Full::new(body.clone()));
            headers.clone_into(response.headers_mut());
            async move { Ok::<_, Infallible>(response) }
        });
        let serving = http1::Builder::new()
            .timer(TokioTimer::new())
            .serve_connection(TokioIo::new(stream), service);
        // A connection that breaks is its client's affair.
        tokio::spawn(async move { drop(serving.await) });
    }
}

/// An axum server with one route.
///
/// # Errors
/// What the network says.
pub async fn bare_axum() -> Result<(), Failure> {
    let router = Router::new().route("/healthz", get(|| async { "ok\n" }));
    Ok(axum::serve(listen().await?, router).await?)
}

async fn listen() -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    #[expect(clippy::print_stdout, reason = "whoever started this waits for it")]
    {
        println!("{LISTENING}{}", listener.local_addr()?);
    }
    Ok(listener)
}

/// Hashes passwords on so many threads for a time, each in memory that it keeps; says how many a second, and how much
/// processor time each took.
///
/// # Errors
/// What the system says.
pub fn argon2(threads: usize, time: Duration) -> Result<(f64, Duration), Failure> {
    let (before, started) = (crate::process::cpu_time(std::process::id())?, Instant::now());
    let counted: Vec<u32> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| scope.spawn(move || hash_until(started + time)))
            .collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let (count, took) = (counted.iter().sum::<u32>().max(1), started.elapsed());
    let cpu = crate::process::cpu_time(std::process::id())? - before;
    Ok((f64::from(count) / took.as_secs_f64(), cpu / count))
}

/// The server's parameters: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;

fn hash_until(end: Instant) -> u32 {
    let Ok(params) = Params::new(MEMORY_KIB, PASSES, 1, Some(32)) else {
        return 0;
    };
    let mut memory = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (mut count, mut output) = (0, [0; 32]);
    while Instant::now() < end {
        let hashed =
            argon2.hash_password_into_with_memory(b"seeded-people-81", b"sixteen bytes...", &mut output, &mut memory);
        count += u32::from(hashed.is_ok());
    }
    count
}
