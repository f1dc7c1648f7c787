//! Reads while more people sign in than can be hashed for, and sign-ins while more is read than can be answered.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::Failure;
use crate::base::Base;
use crate::figures::{median, milliseconds, percentile};
use crate::http::Connection;
use crate::load::{Load, send};
use crate::people::Crowd;
use crate::report::Line;
use crate::server::{Place, Server};
use crate::sessions::begin_sessions;
use crate::sign_ins;

const CROWD: Crowd = Crowd {
    seed: 1,
    size: 1_000_000,
};
/// Accounts that read, and others that sign in meanwhile.
const READERS: std::ops::RangeInclusive<i64> = 1..=100_000;
const NEWCOMERS: std::ops::RangeInclusive<i64> = 100_001..=150_000;
const ROUNDS: usize = 5;
const ALONE: Duration = Duration::from_millis(1_500);
/// Longer, since few sign in then.
const TOGETHER: Duration = Duration::from_secs(3);
/// Until the queue is full.
const WARMING: Duration = Duration::from_millis(500);
const READING: usize = 64;
/// More than the queue has places for.
const SIGNING_IN: usize = 300;
/// How long somebody waits who was refused, as `Retry-After` asks.
const PATIENCE: Duration = Duration::from_secs(1);
/// The share that hashing threads have by default, a larger one, and what requests have.
const DEFAULT: &str = "5";
const LARGER: &str = "25";
const EQUAL: &str = "50";

/// What a server gives to those who read and those who sign in.
struct Contest {
    reads: Arc<Vec<Vec<u8>>>,
    sign_ins: Arc<Vec<Vec<u8>>>,
    rounds: Vec<Round>,
}

/// Rates in a second, times of one call, and the part of the server's cores that reads alone kept busy.
struct Round {
    reads: f64,
    slow_read: Duration,
    busy: f64,
    sign_ins: f64,
    flooded_reads: f64,
    slow_flooded_read: Duration,
    flooded_sign_ins: f64,
}

/// Measures.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let data = place.base_of(CROWD).await?;
    let base = Base::open(&data).await?;
    let tokens = begin_sessions(&base, READERS).await?;
    base.close().await;

    let mut lines = Vec::new();
    for (share, reach) in [(DEFAULT, "rate ≥ 0.9, p99 ≤ 3 ×"), (EQUAL, "—")] {
        let contest = Contest::hold(place, &data, share, &tokens).await?;
        lines.push(contest.of_reads(share, reach));
    }
    let one_core = Place {
        core: Some(0),
        ..place.clone()
    };
    for share in [DEFAULT, LARGER] {
        let contest = Contest::hold(&one_core, &data, share, &tokens).await?;
        lines.push(contest.of_sign_ins(share));
    }
    Ok(lines)
}

impl Contest {
    async fn hold(place: &Place, data: &Path, share: &str, tokens: &[String]) -> Result<Self, Failure> {
        let settings = [
            ("YAOPAI_HASHING__SHARE_PERCENT", share),
            // A failure of each is counted until it has succeeded, and stays where a run was broken off.
            ("YAOPAI_LIMITS__FAILURES_PER_SOURCE_PER_HOUR", "1000000"),
        ];
        let server = place.start(data, &settings)?;
        let reads = tokens.iter().map(|token| {
            let address = &server.address;
            format!("GET /user/info HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n\r\n").into_bytes()
        });
        let mut contest = Self {
            reads: Arc::new(reads.collect()),
            sign_ins: Arc::new(sign_ins::requests(&server, CROWD, NEWCOMERS)),
            rounds: Vec::new(),
        };
        for _ in 0..ROUNDS {
            let round = contest.round(&server).await?;
            contest.rounds.push(round);
        }
        Ok(contest)
    }

    async fn round(&self, server: &Server) -> Result<Round, Failure> {
        let before = server.cpu_time()?;
        let alone = self.read(server, ALONE).await?;
        let busy = (server.cpu_time()? - before).div_duration_f64(alone.took);

        let flood = Flood::begin(server, &self.sign_ins, self.rounds.len() * 10_000);
        sleep(WARMING).await;
        let mut count = flood.counting();
        sleep(ALONE).await;
        let sign_ins = count.rate();
        count = flood.counting();
        let together = self.read(server, TOGETHER).await?;
        let flooded_sign_ins = count.rate();
        flood.end().await?;

        let slow = |load: &Load| percentile(&mut load.times.clone(), 99);
        Ok(Round {
            reads: alone.rate(),
            slow_read: slow(&alone),
            busy,
            sign_ins,
            flooded_reads: together.rate(),
            slow_flooded_read: slow(&together),
            flooded_sign_ins,
        })
    }

    async fn read(&self, server: &Server, time: Duration) -> Result<Load, Failure> {
        let load = send(&server.address, &self.reads, 0, READING, time).await?;
        match load.refused {
            0 => Ok(load),
            refused => Err(format!("{refused} reads were not answered 200").into()),
        }
    }

    fn middle<T: PartialOrd + Copy>(&self, of: impl Fn(&Round) -> T) -> T {
        median(&mut self.rounds.iter().map(of).collect::<Vec<_>>())
    }

    fn of_reads(&self, share: &str, reach: &'static str) -> Line {
        let slower = |round: &Round| round.slow_flooded_read.div_duration_f64(round.slow_read);
        Line {
            what: format!("`GET /user/info` while {SIGNING_IN} sign in, `hashing.share_percent = {share}`"),
            baseline: format!(
                "nobody signs in: {:.0}/s, p99 {} ms",
                self.middle(|round| round.reads),
                milliseconds(self.middle(|round| round.slow_read))
            ),
            ours: format!(
                "{:.0}/s, p99 {} ms, beside {:.1} sign-ins/s",
                self.middle(|round| round.flooded_reads),
                milliseconds(self.middle(|round| round.slow_flooded_read)),
                self.middle(|round| round.flooded_sign_ins)
            ),
            ratio: format!(
                "rate {:.2}, p99 {:.2} ×",
                self.middle(|round| round.flooded_reads / round.reads),
                self.middle(slower)
            ),
            reach,
        }
    }

    fn of_sign_ins(&self, share: &str) -> Line {
        Line {
            what: format!("sign-ins while {READING} read, one core, `hashing.share_percent = {share}`"),
            baseline: format!("nobody reads: {:.1}/s", self.middle(|round| round.sign_ins)),
            ours: format!(
                "{:.1}/s beside {:.0} reads/s, of which {:.0}/s alone keep the core {:.0} % busy",
                self.middle(|round| round.flooded_sign_ins),
                self.middle(|round| round.flooded_reads),
                self.middle(|round| round.reads),
                100.0 * self.middle(|round| round.busy)
            ),
            ratio: format!(
                "{:.1} % kept",
                100.0 * self.middle(|round| round.flooded_sign_ins / round.sign_ins)
            ),
            reach: "≥ the share that is set",
        }
    }
}

/// Clients who sign in again and again, until they are told to stop.
struct Flood {
    is_over: Arc<AtomicBool>,
    signed_in: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Result<(), Failure>>>,
}

/// Sign-ins since an instant.
struct Count {
    signed_in: Arc<AtomicU64>,
    before: u64,
    since: Instant,
}

impl Flood {
    fn begin(server: &Server, requests: &Arc<Vec<Vec<u8>>>, first: usize) -> Self {
        let (is_over, signed_in) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let clients = (0..SIGNING_IN).map(|number| {
            let (address, requests) = (server.address.clone(), Arc::clone(requests));
            let (is_over, signed_in) = (Arc::clone(&is_over), Arc::clone(&signed_in));
            tokio::spawn(async move {
                let mut connection = Connection::open(&address).await?;
                let mut place = first + number;
                while !is_over.load(Ordering::Relaxed) {
                    match connection.exchange(&requests[place % requests.len()]).await?.status {
                        200 => signed_in.fetch_add(1, Ordering::Relaxed),
                        503 => {
                            sleep(PATIENCE).await;
                            continue;
                        }
                        status => return Err(format!("a sign-in was answered {status}").into()),
                    };
                    place += SIGNING_IN;
                }
                Ok(())
            })
        });
        Self {
            clients: clients.collect(),
            is_over,
            signed_in,
        }
    }

    fn counting(&self) -> Count {
        Count {
            signed_in: Arc::clone(&self.signed_in),
            before: self.signed_in.load(Ordering::Relaxed),
            since: Instant::now(),
        }
    }

    /// Ends when the last of those who wait has been answered.
    async fn end(self) -> Result<(), Failure> {
        self.is_over.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await??;
        }
        Ok(())
    }
}

impl Count {
    fn rate(&self) -> f64 {
        let count = self.signed_in.load(Ordering::Relaxed) - self.before;
        count as f64 / self.since.elapsed().as_secs_f64()
    }
}
