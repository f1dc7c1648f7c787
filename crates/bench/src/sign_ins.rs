//! Sign-ins by password, beside the crate `argon2` in a bare loop.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::baseline::argon2;
use crate::console::Console;
use crate::figures::{median, milliseconds};
use crate::load::send;
use crate::people::Crowd;
use crate::report::Line;
use crate::seed::PASSWORD;
use crate::server::{Place, Server};

const CROWD: Crowd = Crowd {
    seed: 1,
    size: 1_000_000,
};
const PEOPLE: i64 = 50_000;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(4);
/// Enough that no thread waits for the next.
const CONNECTIONS: usize = 8;
const MANY: usize = 1_000;
/// How often the memory is looked at.
const LOOK: Duration = Duration::from_millis(20);
const MIB: u64 = 1 << 20;

/// Measures.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let data = place.base_of(CROWD).await?;
    let server = place.start(&data, &[])?;
    let requests = Arc::new(requests(&server, CROWD, 1..=PEOPLE));

    let mut console = Console::enter(&server.address).await?;
    console.until_search_is_quick().await?;
    let idle = server.own_memory_bytes()?;
    let mut asked = 0;
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    let (mut their_cpu, mut our_cpu) = (Vec::new(), Vec::new());
    let threads = std::thread::available_parallelism()?.get();
    for _ in 0..ROUNDS {
        let (rate, cpu) = tokio::task::spawn_blocking(move || argon2(threads, ROUND)).await??;
        theirs.push(rate);
        their_cpu.push(cpu);
        let before = server.cpu_time()?;
        let load = send(&server.address, &requests, asked, CONNECTIONS, ROUND).await?;
        if load.refused > 0 {
            return Err(format!("{} sign-ins were refused", load.refused).into());
        }
        asked += load.answered as usize + CONNECTIONS;
        ours.push(load.rate());
        our_cpu.push((server.cpu_time()? - before).div_f64(load.answered as f64));
    }
    let mut rates: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
    let mut shares: Vec<f64> = our_cpu
        .iter()
        .zip(&their_cpu)
        .map(|(ours, theirs)| ours.as_secs_f64() / theirs.as_secs_f64())
        .collect();
    let sign_in = Line {
        what: "sign-in by password".to_owned(),
        baseline: format!(
            "`argon2`, {threads} threads: {:.1}/s, {} ms",
            median(&mut theirs),
            milliseconds(median(&mut their_cpu))
        ),
        ours: format!("{:.1}/s, {} ms", median(&mut ours), milliseconds(median(&mut our_cpu))),
        ratio: format!("CPU {:.2}, rate {:.2}", median(&mut shares), median(&mut rates)),
        reach: "rate ≥ 0.95",
    };
    let flood = send(&server.address, &requests, asked, MANY, ROUND);
    let (load, most) = watching(&server, flood).await?;
    let memory = Line {
        what: format!("own memory while {MANY} sign in at once"),
        baseline: format!("idle: {} MiB", idle / MIB),
        ours: format!("{} MiB at most", most / MIB),
        ratio: format!("{} answered, {} refused", load.answered, load.refused),
        reach: "≤ idle + threads × 19 MiB + 64 MiB",
    };
    Ok(vec![sign_in, memory])
}

/// What a future gives, and the most memory that the server had meanwhile.
async fn watching<T>(server: &Server, work: impl Future<Output = Result<T, Failure>>) -> Result<(T, u64), Failure> {
    let mut work = std::pin::pin!(work);
    let mut most = 0;
    loop {
        let looked = tokio::time::timeout(LOOK, work.as_mut()).await;
        most = server.own_memory_bytes()?.max(most);
        if let Ok(done) = looked {
            return Ok((done?, most));
        }
    }
}

/// A sign-in of each of the people with these numbers who may and have a phone.
pub(crate) fn requests(server: &Server, crowd: Crowd, numbers: RangeInclusive<i64>) -> Vec<Vec<u8>> {
    let people = numbers.map(|number| crowd.person(number));
    let names = people
        .filter(|person| person.disabled_at.is_none())
        .filter_map(|person| person.phone);
    names.map(|name| request(server, &name)).collect()
}

fn request(server: &Server, name: &str) -> Vec<u8> {
    let body = format!(r#"{{"account":"{name}","password":"{PASSWORD}"}}"#);
    let head = format!(
        "POST /user/login HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    (head + &body).into_bytes()
}
