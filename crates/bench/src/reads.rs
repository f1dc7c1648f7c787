//! Authenticated reads on each wire, beside a bare hyper server that returns the same bytes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use crate::Failure;
use crate::base::Base;
use crate::baseline;
use crate::figures::{median, microseconds};
use crate::http::Connection;
use crate::load::{exchange, send};
use crate::people::Crowd;
use crate::report::Line;
use crate::server::{Place, Server};
use crate::sessions::begin_sessions;

const CROWD: Crowd = Crowd {
    seed: 1,
    size: 1_000_000,
};
const SESSIONS: i64 = 100_000;
const ROUNDS: usize = 7;
const CONNECTIONS: usize = 64;
const ROUND: Duration = Duration::from_secs(2);
/// The servers in turn are bound to one core; whoever asks them runs on another.
const CORE: u32 = 0;

/// One of those who are asked in turn.
struct Contender {
    server: Arc<Server>,
    requests: Arc<Vec<Vec<u8>>>,
    asked: usize,
    rates: Vec<f64>,
    cpu: Vec<Duration>,
}

/// Measures.
///
/// # Errors
/// What the disk and the servers say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let data = place.base_of(CROWD).await?;
    let base = Base::open(&data).await?;
    let credentials = base.app_credentials().await?;
    let tokens = begin_sessions(&base, 1..=SESSIONS).await?;
    base.close().await;

    let bound = Place {
        core: Some(CORE),
        ..place.clone()
    };
    let server = Arc::new(bound.start(&data, &[])?);
    let calls = [
        (
            "`GET /user/info`",
            "/user/info".to_owned(),
            "Authorization",
            "CPU ≤ 1.18, rate ≥ 0.92",
        ),
        (
            "`userinfo/get`",
            format!("/api/cloud_user/userinfo/get?{credentials}"),
            "cloud_token",
            "CPU ≤ 1.25",
        ),
        (
            "`info/get`",
            "/api/v1/user/info/get".to_owned(),
            "Authorization",
            "CPU ≤ 1.25",
        ),
    ];
    let mut lines = Vec::new();
    for (name, path, header, reach) in calls {
        let requests: Vec<Vec<u8>> = tokens
            .iter()
            .map(|token| {
                let address = &server.address;
                format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{header}: {token}\r\n\r\n").into_bytes()
            })
            .collect();
        let mut connection = Connection::open(&server.address).await?;
        let answer = connection.exchange(&requests[0]).await?;
        if answer.status != 200 {
            return Err(format!("{name} was answered {}: {}", answer.head, answer.text()).into());
        }
        let whole = [answer.head.as_bytes(), answer.body].concat();
        let hyper = baseline::start(&std::env::current_exe()?, "bare-hyper", &whole, Some(CORE))?;
        let requests = Arc::new(requests);
        // So that no round meets a session that nobody has asked for since the start.
        exchange(&server.address, &requests, CONNECTIONS, r#""data":{"#).await?;
        let mut ours = Contender::new(Arc::clone(&server), &requests);
        let mut bare = Contender::new(Arc::new(hyper), &requests);
        for _ in 0..ROUNDS {
            bare.round().await?;
            ours.round().await?;
        }
        lines.push(compare(name, &mut bare, &mut ours, reach));
    }
    Ok(lines)
}

impl Contender {
    fn new(server: Arc<Server>, requests: &Arc<Vec<Vec<u8>>>) -> Self {
        Self {
            server,
            requests: Arc::clone(requests),
            asked: 0,
            rates: Vec::new(),
            cpu: Vec::new(),
        }
    }

    async fn round(&mut self) -> Result<(), Failure> {
        let before = self.server.cpu_time()?;
        let load = tokio::select! {
            load = send(&self.server.address, &self.requests, self.asked, CONNECTIONS, ROUND) => load?,
            never = stay_awake() => match never {},
        };
        if load.refused > 0 {
            return Err(format!("{} requests were not answered 200", load.refused).into());
        }
        self.asked += load.answered as usize;
        self.cpu
            .push((self.server.cpu_time()? - before).div_f64(load.answered as f64));
        self.rates.push(load.rate());
        Ok(())
    }
}

/// Has this thread look for answers all the time. One that slept would have to be woken by the server's answers, which costs
/// the server the more the less there is to do here: whoever is the slower server would pay for that as well.
async fn stay_awake() -> Infallible {
    loop {
        tokio::task::yield_now().await;
    }
}

fn compare(name: &str, bare: &mut Contender, ours: &mut Contender, reach: &'static str) -> Line {
    // Each round against the one just before it: what else the machine does changes from minute to minute.
    let mut rates: Vec<f64> = ours
        .rates
        .iter()
        .zip(&bare.rates)
        .map(|(ours, bare)| ours / bare)
        .collect();
    let pairs = ours.cpu.iter().zip(&bare.cpu);
    let mut cpu: Vec<f64> = pairs
        .map(|(ours, bare)| ours.as_secs_f64() / bare.as_secs_f64())
        .collect();
    let figures = |contender: &mut Contender| {
        let (rate, cpu) = (median(&mut contender.rates), median(&mut contender.cpu));
        format!("{rate:.0}/s, {} µs", microseconds(cpu))
    };
    Line {
        what: name.to_owned(),
        baseline: format!("hyper: {}", figures(bare)),
        ours: figures(ours),
        ratio: format!("CPU {:.2}, rate {:.2}", median(&mut cpu), median(&mut rates)),
        reach,
    }
}
