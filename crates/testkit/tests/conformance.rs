//! Holds every transcript in `conformance/` against a server, on every database there is, and asks what the transcripts
//! leave out. `YAOPAI_BLESS=1` writes the answers that came into the transcripts instead.
#![allow(clippy::panic, reason = "a test fails by it")]

mod coverage;

use std::fs;
use std::path::{Path, PathBuf};

use yaopai_testkit::Database;
use yaopai_testkit::transcript::{Seen, Transcript, run};

const BLESS: &str = "YAOPAI_BLESS";
const HOW_TO_BLESS: &str = "If the answers are as they should be now, `cargo xtask conformance --bless` writes them down.";

#[test]
fn every_transcript_is_answered_as_written() {
    let is_blessing = std::env::var_os(BLESS).is_some();
    let (mut complaints, mut seen) = (String::new(), Vec::new());
    for (name, path) in transcripts() {
        for database in Database::ALL {
            match play(&path, database, is_blessing) {
                Ok((differences, calls)) => {
                    seen.extend(calls);
                    for difference in differences {
                        complaints += &format!("\n{name} on {database:?}, {difference}\n");
                    }
                }
                Err(problem) => complaints += &format!("\n{name} on {database:?}, {problem}\n"),
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints}\n{HOW_TO_BLESS}");
    let gaps = coverage::gaps(&seen);
    assert!(gaps.is_empty(), "no transcript shows:\n{}", gaps.join("\n"));
}

/// Plays one transcript: where it differs, and what was called.
fn play(path: &Path, database: Database, is_blessing: bool) -> Result<(Vec<String>, Vec<Seen>), String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    let transcript = Transcript::parse(&text).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let verdict = runtime.map_err(|error| error.to_string())?.block_on(run(&transcript, database))?;
    if is_blessing {
        if verdict.blessed != text {
            fs::write(path, verdict.blessed).map_err(|error| error.to_string())?;
        }
        return Ok((Vec::new(), verdict.seen));
    }
    Ok((verdict.differences, verdict.seen))
}

/// Every transcript with the name that people call it by, in order.
fn transcripts() -> Vec<(String, PathBuf)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let mut found = Vec::new();
    for folder in entries(&root).into_iter().filter(|path| path.is_dir()) {
        for path in entries(&folder) {
            if path.extension().is_some_and(|extension| extension == "http") {
                let name = path.strip_prefix(&root).unwrap_or(&path).display().to_string();
                found.push((name, path));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no transcripts under {}", root.display());
    found
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect()
}
