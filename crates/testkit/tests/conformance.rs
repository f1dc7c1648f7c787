//! Holds every transcript in `conformance/` against a server, on the database that `TEST_DATABASE` names, and asks what
//! the transcripts leave out. `YAOPAI_BLESS=1` writes the answers that came into the transcripts instead.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod coverage;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use yaopai_testkit::Database;
use yaopai_testkit::transcript::{Seen, Transcript, run};

const BLESS: &str = "YAOPAI_BLESS";
const HOW_TO_BLESS: &str =
    "If the answers are as they should be now, `cargo xtask conformance --bless` writes them down.";
/// Transcripts wait for their disk more than for a processor.
const AT_ONCE: usize = 4;

/// What came of one transcript on one database.
struct Played {
    complaints: Vec<String>,
    seen: Vec<Seen>,
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test has no other way to be told")]
fn every_transcript_is_answered_as_written() {
    let is_blessing = std::env::var_os(BLESS).is_some();
    let played = play_all(&transcripts(), is_blessing);
    let complaints: Vec<&str> = played
        .iter()
        .flat_map(|played| played.complaints.iter().map(String::as_str))
        .collect();
    assert!(complaints.is_empty(), "\n{}\n\n{HOW_TO_BLESS}", complaints.join("\n\n"));

    let seen: Vec<Seen> = played.into_iter().flat_map(|played| played.seen).collect();
    let gaps = coverage::gaps(&seen);
    assert!(gaps.is_empty(), "no transcript shows:\n{}", gaps.join("\n"));
}

#[test]
fn what_nobody_shows_is_missed() {
    let gaps = coverage::gaps(&[]);
    for expected in [
        "api_cloud_user: /api/cloud_user/psw/rest succeeding",
        "api_v1: /api/image/{name} succeeding",
        "api_v1: PictureNotOwn",
        "user: Malformed",
    ] {
        assert!(gaps.iter().any(|gap| gap == expected), "{expected}");
    }
}

fn play_all(transcripts: &[PathBuf], is_blessing: bool) -> Vec<Played> {
    // Neighbours are alike, and some kinds take long: so each thread gets every fourth.
    let play_share = |share: usize| {
        let shared = transcripts.iter().skip(share).step_by(AT_ONCE);
        shared
            .map(|path| play(path, Database::chosen(), is_blessing))
            .collect::<Vec<Played>>()
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_ONCE)
            .map(|share| scope.spawn(move || play_share(share)))
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn play(path: &Path, database: Database, is_blessing: bool) -> Played {
    let name = path.strip_prefix(folder()).unwrap().display();
    let text = fs::read_to_string(path).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let verdict = Transcript::parse(&text)
        .map_err(|error| error.to_string())
        .and_then(|transcript| runtime.block_on(run(&transcript, database)));
    let on = |complaint: String| format!("{name} on {database:?}, {complaint}");
    match verdict {
        Err(problem) => Played {
            complaints: vec![on(problem)],
            seen: Vec::new(),
        },
        Ok(mut verdict) => {
            if is_blessing {
                verdict.differences.clear();
                fs::write(path, verdict.blessed).unwrap();
            }
            Played {
                complaints: verdict.differences.into_iter().chain(verdict.problem).map(on).collect(),
                seen: verdict.seen,
            }
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance")
}

/// Every transcript, in order.
fn transcripts() -> Vec<PathBuf> {
    let folders = entries(&folder()).into_iter().filter(|path| path.is_dir());
    let files = folders.flat_map(|folder| entries(&folder));
    let mut found: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "http"))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no transcripts under {}", folder().display());
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}
