//! Runs a command beside a PostgreSQL server that is named to it in `TEST_POSTGRES`:
//! `cargo run -p yaopai-testkit --example with_postgres -- cargo test`.
#![allow(clippy::print_stderr, reason = "a command-line tool speaks through its output")]

use std::process::{Command, ExitCode};

use yaopai_testkit::postgres::{SHARED, Server};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(program) = arguments.next() else {
        eprintln!("usage: with_postgres COMMAND [ARGUMENT]…");
        return ExitCode::FAILURE;
    };
    let server = match Server::start(&[]) {
        Ok(server) => server,
        Err(reason) => {
            eprintln!("PostgreSQL cannot be started: {reason}");
            return ExitCode::FAILURE;
        }
    };
    match Command::new(program)
        .args(arguments)
        .env(SHARED, server.url("postgres"))
        .status()
    {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the command cannot be run: {error}");
            ExitCode::FAILURE
        }
    }
}
