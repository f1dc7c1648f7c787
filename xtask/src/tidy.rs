//! The rules of the house that no lint knows, one file each.

mod dependencies;
mod file_length;
mod forbidden_text;
mod libraries;
mod lints_inherited;
mod merge_markers;
mod readmes;
mod text_only;
mod transcript_names;
mod tree;

use std::fmt;
use std::process::ExitCode;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// Path from the root of the repository.
    path: String,
    /// Counted from 1; 1 also when the whole file is meant.
    line: usize,
    /// What is wrong, and what to do about it.
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Checks every rule and prints what breaks one.
pub(crate) fn main() -> ExitCode {
    let findings = match check() {
        Ok(findings) => findings,
        Err(error) => {
            eprintln!("tidy could not look at the tree: {error}");
            return ExitCode::FAILURE;
        }
    };
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: nothing to say");
        ExitCode::SUCCESS
    } else {
        println!("tidy: {} to put right", findings.len());
        ExitCode::FAILURE
    }
}

fn check() -> Result<Vec<Finding>, tree::Error> {
    let root = tree::root()?;
    let tree::Files { texts: files, others } = tree::files(&root)?;
    let packages = tree::packages(&root)?;
    let rules = [
        dependencies::check(&packages, &files),
        libraries::check(&packages, &files),
        lints_inherited::check(&files),
        file_length::check(&files),
        forbidden_text::check(&files),
        merge_markers::check(&files),
        readmes::check(&files),
        text_only::check(&others),
        transcript_names::check(&files),
    ];
    Ok(rules.into_iter().flatten().collect())
}
