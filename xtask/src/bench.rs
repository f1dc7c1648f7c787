//! Runs the tools of `crates/bench`, optimised.

use std::process::{Command, ExitCode};

pub(crate) fn main(tool: &str, arguments: &[&str]) -> ExitCode {
    let mut cargo = Command::new("cargo");
    cargo.args([
        "run",
        "--quiet",
        "--release",
        "--package",
        "yaopai-bench",
        "--bin",
        tool,
        "--",
    ]);
    cargo.args(arguments);
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}
