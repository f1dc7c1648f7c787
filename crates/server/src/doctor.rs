//! `yaopai doctor`: what is wrong, and what to do.

mod examine;

use std::process::ExitCode;

use serde::Serialize;

use crate::cli::Form;
use crate::config::Config;
use crate::terminal;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Level {
    /// As it should be.
    Fine,
    /// Works, but should be looked into before real use.
    Advice,
    /// Does not work, or not for long.
    Wrong,
}

/// What one look came to.
#[derive(Debug, Serialize)]
struct Finding {
    /// What was looked at.
    what: &'static str,
    level: Level,
    /// How it was found.
    found: String,
    /// What to do; empty where there is nothing to do.
    remedy: String,
}

impl Finding {
    fn fine(what: &'static str, found: impl Into<String>) -> Self {
        Self {
            what,
            level: Level::Fine,
            found: found.into(),
            remedy: String::new(),
        }
    }

    fn advice(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what,
            level: Level::Advice,
            found: found.into(),
            remedy: remedy.into(),
        }
    }

    fn wrong(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            what,
            level: Level::Wrong,
            found: found.into(),
            remedy: remedy.into(),
        }
    }
}

/// Looks everything over and prints what was found; exit status 1 when something is wrong.
pub(crate) async fn doctor(config: &Config, form: Form) -> ExitCode {
    let findings = examine::everything(&config.settings).await;
    if form.json {
        // Findings are texts; writing them as JSON does not fail.
        terminal::say(&serde_json::to_string_pretty(&findings).unwrap_or_default());
    } else {
        for finding in &findings {
            terminal::say(&in_words(finding));
        }
    }
    let is_wrong = findings.iter().any(|finding| finding.level == Level::Wrong);
    if is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn in_words(finding: &Finding) -> String {
    let mark = match finding.level {
        Level::Fine => "✓",
        Level::Advice => "!",
        Level::Wrong => "✗",
    };
    let Finding {
        what, found, remedy, ..
    } = finding;
    if remedy.is_empty() {
        format!("{mark} {what}: {found}")
    } else {
        format!("{mark} {what}: {found}\n    → {remedy}")
    }
}
