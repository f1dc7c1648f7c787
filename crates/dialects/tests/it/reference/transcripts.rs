//! What was asked and answered in `conformance/`.

use std::fs;
use std::path::Path;

use serde_json::Value;

/// A request and the answer to it.
pub(super) struct Exchange {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) status: String,
    /// The answer's body; none where it is a picture.
    pub(super) answer: Option<Value>,
    /// Whether `dialects.user.http_status` is `always_200`.
    pub(super) is_always_200: bool,
}

impl Exchange {
    /// Whether its path is one of a route's; `{…}` stands for anything and only at the end.
    pub(super) fn is_of(&self, route: &str) -> bool {
        match route.split_once('{') {
            Some((prefix, _)) => self.path.starts_with(prefix) && self.path.len() > prefix.len(),
            None => self.path == route,
        }
    }
}

/// Every exchange of every transcript.
pub(super) fn exchanges() -> Vec<Exchange> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../conformance");
    let folders = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|folder| {
        let entries = fs::read_dir(folder).unwrap();
        entries.map(|entry| entry.unwrap().path())
    });
    let found: Vec<Exchange> = files
        .flat_map(|file| read(&fs::read_to_string(file).unwrap()))
        .collect();
    assert!(found.len() > 500, "{} exchanges", found.len());
    found
}

fn read(transcript: &str) -> Vec<Exchange> {
    let is_always_200 = transcript.contains("http_status=always_200");
    let lines: Vec<&str> = transcript.lines().collect();
    let requests = lines.iter().enumerate().filter(|(_, line)| {
        let method = line.split_once(" /").map(|(method, _)| method);
        matches!(method, Some("GET" | "POST"))
    });
    requests
        .filter_map(|(at, line)| {
            let (method, target) = line.split_once(' ')?;
            let answer = lines[at..].iter().position(|line| line.starts_with("< "))? + at;
            let body = lines[answer..].iter().take_while(|line| line.starts_with('<')).last()?;
            Some(Exchange {
                method: method.to_owned(),
                path: target.split('?').next()?.to_owned(),
                status: lines[answer].split(' ').nth(1)?.to_owned(),
                answer: serde_json::from_str(body.trim_start_matches("< ")).ok(),
                is_always_200,
            })
        })
        .collect()
}
