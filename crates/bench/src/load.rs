//! Requests on many connections at once, each sent when the one before is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::http::Connection;

/// What came of it.
#[derive(Clone, Debug, Default)]
pub struct Load {
    /// Requests that were answered 200.
    pub answered: u64,
    /// Requests that were answered something else.
    pub refused: u64,
    /// How long it took.
    pub took: Duration,
    /// How long each of those answered 200 took.
    pub times: Vec<Duration>,
}

impl Load {
    /// Requests answered 200 in a second.
    pub fn rate(&self) -> f64 {
        self.answered as f64 / self.took.as_secs_f64()
    }
}

/// Sends requests, beginning with one of them, on so many connections for a time.
///
/// # Errors
/// That a connection broke.
pub async fn send(
    address: &str,
    requests: &Arc<Vec<Vec<u8>>>,
    first: usize,
    connections: usize,
    time: Duration,
) -> Result<Load, Failure> {
    let started = Instant::now();
    let end = started + time;
    let tasks: Vec<_> = (0..connections)
        .map(|number| {
            let (address, requests) = (address.to_owned(), Arc::clone(requests));
            tokio::spawn(async move { on_one(&address, &requests, first + number, connections, end).await })
        })
        .collect();
    let mut whole = Load::default();
    for task in tasks {
        let part = task.await??;
        whole.answered += part.answered;
        whole.refused += part.refused;
        whole.times.extend(part.times);
    }
    whole.took = started.elapsed();
    Ok(whole)
}

/// Sends each of some requests once, on so many connections.
///
/// # Errors
/// That a connection broke, or an answer that does not have `good` in it.
pub async fn exchange(
    address: &str,
    requests: &Arc<Vec<Vec<u8>>>,
    connections: usize,
    good: &'static str,
) -> Result<(), Failure> {
    let tasks: Vec<_> = (0..connections)
        .map(|number| {
            let (address, requests) = (address.to_owned(), Arc::clone(requests));
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await?;
                for request in requests.iter().skip(number).step_by(connections) {
                    let text = connection.exchange(request).await?.text();
                    if !text.contains(good) {
                        let request = String::from_utf8_lossy(request);
                        return Err(Failure::from(format!("{request} was answered {text}")));
                    }
                }
                Ok(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok(())
}

async fn on_one(address: &str, requests: &[Vec<u8>], first: usize, step: usize, end: Instant) -> Result<Load, Failure> {
    let mut connection = Connection::open(address).await?;
    let (mut load, mut place, mut sent) = (Load::default(), first, Instant::now());
    while sent < end {
        let status = connection.exchange(&requests[place % requests.len()]).await?.status;
        let answered = Instant::now();
        if status == 200 {
            load.answered += 1;
            load.times.push(answered - sent);
        } else {
            load.refused += 1;
        }
        place += step;
        sent = answered;
    }
    Ok(load)
}
