//! Profiles of what people wait for, as flame graphs: `cargo xtask flame`. Linux's `perf` takes the samples, and inferno
//! draws them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use yaopai_store::SqliteOptions;

use crate::Failure;
use crate::base::{Base, now};
use crate::http::Connection;
use crate::load::send;
use crate::people::Crowd;
use crate::registrations::Contender;
use crate::seed::PASSWORD;
use crate::server::{Place, Server};
use crate::sessions::begin_sessions;

/// The paths that are profiled.
pub const PATHS: [&str; 5] = ["read", "sign-in", "registration", "search", "start"];
const PICTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/profiles");
const CROWD: Crowd = Crowd {
    seed: 1,
    size: 1_000_000,
};
/// Those of them who call.
const CALLERS: i64 = 10_000;
const CONNECTIONS: usize = 16;
/// Searching keeps both cores busy with two.
const SEARCHERS: usize = 2;
/// What is searched is filled into memory after a start, and would be in the pictures of other paths.
const NO_SEARCH: (&str, &str) = ("YAOPAI_SEARCH__MEMORY_MIB", "0");
/// 张伟
const KEYWORD: &str = "%E5%BC%A0%E4%BC%9F";
const TAKING: Duration = Duration::from_secs(6);
/// Until `perf` looks.
const BEFORE: Duration = Duration::from_secs(2);
const STARTS: usize = 8;
/// Long enough for a start.
const START: &str = "1";
/// Samples a second, as seldom as gives a picture; starts are short.
const FREQUENCY: &str = "250";
const START_FREQUENCY: &str = "4000";
/// Bytes of the stack that are kept with a sample.
const STACK: &str = "dwarf,16384";
/// Percent of the whole below which a frame is left out.
const LEAST_WIDTH: &str = "0.3";

/// Draws the flame graphs of some paths, and prints where their time goes.
///
/// # Errors
/// That `perf` or inferno is not there, and what the disk and the server say.
pub async fn draw(place: &Place, paths: &[&str]) -> Result<Vec<String>, Failure> {
    fs::create_dir_all(PICTURES)?;
    let data = place.base_of(CROWD).await?;
    let mut shares = Vec::new();
    for path in paths {
        let samples = match *path {
            "read" => vec![read(place, &data).await?],
            "sign-in" => vec![sign_in(place, &data).await?],
            "registration" => vec![registration(place).await?],
            "search" => vec![search(place, &data).await?],
            "start" => starts(place, &data)?,
            _ => return Err(format!("there is no such path: {path}; there are {}", PATHS.join(", ")).into()),
        };
        let stacks = fold(&samples)?;
        picture(path, &stacks)?;
        shares.push(format!("{path}: {}", shown(&stacks)));
    }
    Ok(shares)
}

async fn read(place: &Place, data: &Path) -> Result<PathBuf, Failure> {
    let tokens = tokens(data).await?;
    let server = place.start(data, &[NO_SEARCH])?;
    let requests = tokens.iter().map(|token| {
        let address = &server.address;
        format!("GET /user/info HTTP/1.1\r\nHost: {address}\r\nAuthorization: {token}\r\n\r\n").into_bytes()
    });
    under_load(place, &server, requests.collect(), CONNECTIONS).await
}

async fn sign_in(place: &Place, data: &Path) -> Result<PathBuf, Failure> {
    let server = place.start(data, &[NO_SEARCH])?;
    let people = (1..=CALLERS).map(|number| CROWD.person(number));
    let names = people
        .filter(|person| person.disabled_at.is_none())
        .filter_map(|person| person.phone);
    let requests = names.map(|name| {
        let body = format!(r#"{{"account":"{name}","password":"{PASSWORD}"}}"#);
        let (address, length) = (&server.address, body.len());
        format!(
            "POST /user/login HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: \
             {length}\r\n\r\n{body}"
        )
        .into_bytes()
    });
    under_load(place, &server, requests.collect(), CONNECTIONS).await
}

async fn search(place: &Place, data: &Path) -> Result<PathBuf, Failure> {
    let base = Base::open(data).await?;
    // The operator came after everybody else.
    let tokens = begin_sessions(&base, CROWD.size + 1..=CROWD.size + 1).await?;
    base.close().await;
    let token = tokens.first().ok_or("no session for the operator")?;
    let server = place.start(data, &[])?;
    crate::console::Console::enter(&server.address)
        .await?
        .until_search_is_quick()
        .await?;
    let request = format!(
        "GET /api/v1/user/manage/search?keyword={KEYWORD} HTTP/1.1\r\nHost: {}\r\nAuthorization: {token}\r\n\r\n",
        server.address
    );
    under_load(place, &server, vec![request.into_bytes()], SEARCHERS).await
}

/// The verb without a socket, and with a hash that costs next to nothing.
async fn registration(place: &Place) -> Result<PathBuf, Failure> {
    let mut registering = Contender::open(&place.folder, "profiled", SqliteOptions::new(now())).await?;
    let samples = place.folder.join("perf.data");
    let perf = begin(std::process::id(), &samples)?;
    let end = std::time::Instant::now() + BEFORE + TAKING;
    while std::time::Instant::now() < end {
        registering.round(64).await?;
    }
    finish(perf)?;
    registering.remove().await?;
    Ok(samples)
}

fn starts(place: &Place, data: &Path) -> Result<Vec<PathBuf>, Failure> {
    (0..STARTS)
        .map(|number| {
            let samples = place.folder.join(format!("perf-{number}.data"));
            // Both end by the signal: the server in order, and `perf` after it.
            let status = Command::new("timeout")
                .args([
                    "--signal=INT",
                    START,
                    "perf",
                    "record",
                    "--quiet",
                    "--event=cpu-clock:u",
                ])
                .args(["--freq", START_FREQUENCY, "--call-graph", STACK, "--output"])
                .arg(&samples)
                .arg(&place.binary)
                .arg("serve")
                .env("YAOPAI_DATA_DIR", data)
                .env("YAOPAI_LISTEN", "127.0.0.1:0")
                .env(NO_SEARCH.0, NO_SEARCH.1)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            status.map_err(|error| format!("timeout cannot be started: {error}"))?;
            Ok(samples)
        })
        .collect()
}

async fn tokens(data: &Path) -> Result<Vec<String>, Failure> {
    let base = Base::open(data).await?;
    let tokens = begin_sessions(&base, 1..=CALLERS).await?;
    base.close().await;
    Ok(tokens)
}

/// Samples of a server that is asked all the while.
async fn under_load(
    place: &Place,
    server: &Server,
    requests: Vec<Vec<u8>>,
    connections: usize,
) -> Result<PathBuf, Failure> {
    let samples = place.folder.join("perf.data");
    let requests = Arc::new(requests);
    // What is remembered is there before anybody looks.
    send(&server.address, &requests, 0, connections, BEFORE).await?;
    let mut connection = Connection::open(&server.address).await?;
    let first = requests.first().ok_or("no requests")?;
    let status = connection.exchange(first).await?.status;
    if status != 200 {
        return Err(format!("a call was answered {status}").into());
    }
    let perf = begin(server.pid(), &samples)?;
    send(&server.address, &requests, 1, connections, BEFORE + TAKING).await?;
    finish(perf)?;
    Ok(samples)
}

fn begin(pid: u32, samples: &Path) -> Result<Child, Failure> {
    let perf = Command::new("perf")
        .args([
            "record",
            "--quiet",
            "--event=cpu-clock",
            "--freq",
            FREQUENCY,
            "--call-graph",
            STACK,
        ])
        .args(["--pid", &pid.to_string(), "--output"])
        .arg(samples)
        .args(["--", "sleep", &TAKING.as_secs().to_string()])
        .spawn();
    perf.map_err(|error| format!("perf cannot be started (Debian: apt-get install linux-perf): {error}").into())
}

fn finish(mut perf: Child) -> Result<(), Failure> {
    let status = perf.wait()?;
    status
        .success()
        .then_some(())
        .ok_or_else(|| format!("perf ended with {status}").into())
}

/// Stacks with their number of samples, as inferno writes them: `frame;frame;frame 12`.
fn fold(samples: &[PathBuf]) -> Result<String, Failure> {
    let mut stacks = String::new();
    for file in samples {
        let mut perf = Command::new("perf")
            .args([
                "script",
                "--no-inline",
                "--fields",
                "comm,pid,tid,time,event,ip,sym,dso",
                "--input",
            ])
            .arg(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let read = perf.stdout.take().ok_or("no output")?;
        let folded = Command::new("inferno-collapse-perf")
            .arg("--kernel")
            .stdin(read)
            .output();
        let folded = folded.map_err(no_inferno)?;
        perf.wait()?;
        stacks += &String::from_utf8_lossy(&folded.stdout);
        fs::remove_file(file)?;
    }
    Ok(stacks)
}

fn picture(path: &str, stacks: &str) -> Result<(), Failure> {
    let folded = Path::new(PICTURES).join(format!("{path}.folded"));
    fs::write(&folded, stacks)?;
    // Without script: a browser shows a frame's name over it as it is.
    let drawn = Command::new("inferno-flamegraph")
        .args(["--no-javascript", "--minwidth", LEAST_WIDTH, "--title", path])
        .arg(&folded)
        .output()
        .map_err(no_inferno)?;
    fs::remove_file(&folded)?;
    if !drawn.status.success() {
        return Err(String::from_utf8_lossy(&drawn.stderr).into());
    }
    let svg = String::from_utf8(drawn.stdout)?.replace(r#" onload="init(evt)""#, "");
    Ok(fs::write(Path::new(PICTURES).join(format!("{path}.svg")), svg)?)
}

fn no_inferno(error: std::io::Error) -> String {
    format!("inferno cannot be started (cargo install --locked inferno): {error}")
}

/// In which crate or library the samples were taken, those of a percent and more.
fn shown(stacks: &str) -> String {
    let mut places: BTreeMap<String, u64> = BTreeMap::new();
    let mut all = 0;
    for line in stacks.lines() {
        let Some((stack, count)) = line.rsplit_once(' ') else {
            continue;
        };
        let count = count.parse().unwrap_or(0);
        all += count;
        *places.entry(place_of(stack)).or_default() += count;
    }
    let mut places: Vec<(String, u64)> = places.into_iter().collect();
    places.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let large = places.iter().filter(|(_, count)| count * 100 >= all);
    let large = large.map(|(place, count)| format!("{place} {:.0} %", *count as f64 * 100.0 / all as f64));
    format!("{} ({all} samples)", large.collect::<Vec<_>>().join(", "))
}

/// The crate of the innermost frame that has one; what the standard library and C's do counts for whoever asked them.
fn place_of(stack: &str) -> String {
    for frame in stack.rsplit(';') {
        if frame.ends_with("_[k]") {
            return "the system".to_owned();
        }
        if frame.starts_with("sqlite3") {
            return "SQLite".to_owned();
        }
        let Some((first, _)) = frame.split_once("::") else {
            continue;
        };
        // `<T as crate`, `<&mut crate`, `crate`.
        let name = first.rsplit(' ').next().unwrap_or_default();
        match name.trim_start_matches(['<', '&', '(', '*']) {
            "std" | "core" | "alloc" | "hashbrown" => {}
            "rusqlite" => return "SQLite".to_owned(),
            "aws_lc_rs" => return "aws-lc".to_owned(),
            name => return name.strip_prefix("yaopai_").unwrap_or(name).to_owned(),
        }
    }
    "elsewhere".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_counts_for_the_innermost_crate() {
        let stacks = "a;main;yaopai_http::begin;memcpy 60\na;<hyper::Conn as core::Future>::poll;core::poll 30\n\
                      a;rusqlite::step;sqlite3_step;pcache1Fetch 5\na;b;c_[k] 5\n";
        assert_eq!(
            shown(stacks),
            "http 60 %, hyper 30 %, SQLite 5 %, the system 5 % (100 samples)"
        );
    }
}
