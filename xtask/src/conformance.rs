//! Holds the transcripts in `conformance/` against the server, or writes its answers into them.

use std::process::{Command, ExitCode};

/// Read by the test: answers that came are written down instead of compared.
const BLESS: &str = "YAOPAI_BLESS";

pub(crate) fn main(is_blessing: bool) -> ExitCode {
    let mut cargo = Command::new("cargo");
    cargo.args(["test", "--package", "yaopai-testkit", "--test", "conformance"]);
    if is_blessing {
        cargo.env(BLESS, "1");
    }
    match cargo.status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}
