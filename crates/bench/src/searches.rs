//! Searches while accounts change, by `manage/search` and in the console.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::base::Base;
use crate::console::Console;
use crate::figures::{milliseconds, percentile};
use crate::http::Connection;
use crate::people::Crowd;
use crate::report::Line;
use crate::server::{MILLION, Place};
use crate::sessions::begin_sessions;

const SEARCHES: usize = 100;
/// Accounts that change, over and over, and connections by which they do.
const CHANGING: i64 = 2_000;
const CONNECTIONS: u64 = 64;
/// Changes a second.
const CHANGES: u64 = 1_000;
/// Between two searches.
const PAUSE: Duration = Duration::from_millis(5);
/// Rare and common, Chinese and Latin, a part of a phone number, nobody.
const KEYWORDS: [(&str, &str); 7] = [
    ("欧阳浩", "%E6%AC%A7%E9%98%B3%E6%B5%A9"),
    ("张伟", "%E5%BC%A0%E4%BC%9F"),
    ("王", "%E7%8E%8B"),
    ("wangwei1", "wangwei1"),
    ("2718281", "2718281"),
    ("@qq.com", "%40qq.com"),
    ("nobody-has-this", "nobody-has-this"),
];

/// Measures on those bases that are there already; the smallest is made.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for crowd in place.large_crowds() {
        lines.extend(one_size(place, crowd).await?);
    }
    Ok(lines)
}

async fn one_size(place: &Place, crowd: Crowd) -> Result<Vec<Line>, Failure> {
    let data = place.base_of(crowd).await?;
    let base = Base::open(&data).await?;
    let credentials = base.app_credentials().await?;
    let tokens = begin_sessions(&base, 1..=CHANGING).await?;
    // The operator came after everybody else.
    let operator = begin_sessions(&base, crowd.size + 1..=crowd.size + 1).await?;
    base.close().await;
    let operator = operator.first().ok_or("no session for the operator")?;
    let server = place.start(&data, &[])?;
    let mut console = Console::enter(&server.address).await?;
    let loading = Instant::now();
    console.until_search_is_quick().await?;
    let filled = loading.elapsed();
    let changes = Changes::begin(&server.address, &credentials, &tokens);
    let mut connection = Connection::open(&server.address).await?;
    let (mut by_wire, mut by_console) = (Vec::new(), Vec::new());
    for (_, keyword) in KEYWORDS {
        let request = format!(
            "GET /api/v1/user/manage/search?keyword={keyword} HTTP/1.1\r\nHost: {}\r\nAuthorization: {operator}\r\n\r\n",
            server.address
        );
        let path = format!("/console/accounts?q={keyword}");
        let (mut wire, mut pages) = (Vec::new(), Vec::new());
        for _ in 0..SEARCHES {
            let started = Instant::now();
            let answer = connection.exchange(request.as_bytes()).await?;
            if answer.status != 200 || !answer.text().contains("\"code\":200,") {
                return Err(format!("a search was answered {}", answer.text()).into());
            }
            wire.push(started.elapsed());
            pages.push(console.time(&path).await?);
            tokio::time::sleep(PAUSE).await;
        }
        by_wire.push(wire);
        by_console.push(pages);
    }
    let changed = changes.end().await?;
    let (reach, million) = if crowd.size > MILLION {
        ("p99 ≤ 100 ms", 10)
    } else {
        ("p99 ≤ 20 ms", 1)
    };
    let line = |way: &str, times: Vec<Vec<Duration>>| Line {
        what: format!("search by {way}, {million} million accounts"),
        baseline: format!(
            "{changed:.0} changes/s meanwhile; memory filled in {:.1} s",
            filled.as_secs_f64()
        ),
        ours: shown(times),
        ratio: "—".to_owned(),
        reach,
    };
    Ok(vec![line("`manage/search`", by_wire), line("console", by_console)])
}

/// Median and 99th percentile in milliseconds, of all and of each keyword.
fn shown(times: Vec<Vec<Duration>>) -> String {
    let pair = |times: &mut Vec<Duration>| {
        let (middle, high) = (percentile(times, 50), percentile(times, 99));
        format!("{} / {} ms", milliseconds(middle), milliseconds(high))
    };
    let mut all: Vec<Duration> = times.iter().flatten().copied().collect();
    let whole = pair(&mut all);
    let each: Vec<String> = KEYWORDS
        .iter()
        .zip(times)
        .map(|((keyword, _), mut times)| format!("{keyword} {}", pair(&mut times)))
        .collect();
    format!("p50 / p99 {whole} ({})", each.join("; "))
}

/// People who change what they are called.
struct Changes {
    tasks: Vec<tokio::task::JoinHandle<Result<u64, Failure>>>,
    stop: Arc<std::sync::atomic::AtomicBool>,
    started: Instant,
}

impl Changes {
    fn begin(address: &str, credentials: &str, tokens: &[String]) -> Self {
        let (stop, started) = (Arc::new(std::sync::atomic::AtomicBool::new(false)), Instant::now());
        let tasks = (0..CONNECTIONS)
            .map(|number| {
                let (address, tokens, stop) = (address.to_owned(), tokens.to_vec(), Arc::clone(&stop));
                let path = format!("/api/cloud_user/userinfo/update?{credentials}");
                tokio::spawn(async move {
                    let mut connection = Connection::open(&address).await?;
                    let (mut sent, mut changed) = (number, 0);
                    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                        let token = &tokens[sent as usize % tokens.len()];
                        let request = format!(
                            "GET {path}&nickname=%E6%94%B9%E5%90%8D{sent} HTTP/1.1\r\nHost: {address}\r\ncloud_token: \
                             {token}\r\n\r\n"
                        );
                        let answer = connection.exchange(request.as_bytes()).await?.text();
                        if !answer.contains("\"code\":1,") {
                            return Err(format!("a change was answered {answer}").into());
                        }
                        changed += 1;
                        sent += CONNECTIONS;
                        let due = started + Duration::from_millis(sent * 1_000 / CHANGES);
                        tokio::time::sleep_until(due.into()).await;
                    }
                    Ok(changed)
                })
            })
            .collect();
        Self { tasks, stop, started }
    }

    /// Stops them; says how many changes there were in a second.
    async fn end(self) -> Result<f64, Failure> {
        self.stop.store(true, std::sync::atomic::Ordering::Relaxed);
        let took = self.started.elapsed();
        let mut changed = 0;
        for task in self.tasks {
            changed += task.await??;
        }
        Ok(changed as f64 / took.as_secs_f64())
    }
}
