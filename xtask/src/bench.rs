//! Runs the tools of `crates/bench`, optimised.

use std::process::{Command, ExitCode};

/// `cargo xtask seed-accounts`
pub(crate) fn seed_accounts(arguments: &[&str]) -> ExitCode {
    run(&[
        &[
            "run",
            "--quiet",
            "--release",
            "--package",
            "yaopai-bench",
            "--bin",
            "seed-accounts",
            "--",
        ],
        arguments,
    ]
    .concat())
}

/// `cargo xtask bench`, which measures a server that is built as it is shipped.
pub(crate) fn bench(arguments: &[&str]) -> ExitCode {
    let built = run(&["build", "--release", "--package", "yaopai-server"]);
    if built != ExitCode::SUCCESS {
        return built;
    }
    run(&[
        &["run", "--release", "--package", "yaopai-bench", "--bin", "bench", "--"],
        arguments,
    ]
    .concat())
}

/// `cargo xtask flame`, which looks at a server that is built as it is shipped.
pub(crate) fn flame(paths: &[&str]) -> ExitCode {
    bench(&[&["flame"], paths].concat())
}

fn run(arguments: &[&str]) -> ExitCode {
    match Command::new("cargo").args(arguments).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("cargo cannot be started: {error}");
            ExitCode::FAILURE
        }
    }
}
