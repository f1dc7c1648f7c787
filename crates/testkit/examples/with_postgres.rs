//! Runs a command beside a PostgreSQL server that is named to it in `TEST_POSTGRES`:
//! `cargo run -p yaopai-testkit --example with_postgres -- cargo test`. With `--pooled` before the command what is tested
//! reaches its databases through PgBouncer, with four connections to each.
#![allow(clippy::print_stderr, reason = "a command-line tool speaks through its output")]

use std::process::{Command, ExitCode, ExitStatus};

use yaopai_testkit::postgres::{POOLED, Pooler, SHARED, Server};

/// Fewer than a store opens.
const POOLED_CONNECTIONS: usize = 4;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).peekable();
    let is_pooled = arguments.next_if(|argument| argument == "--pooled").is_some();
    let Some(program) = arguments.next() else {
        eprintln!("usage: with_postgres [--pooled] COMMAND [ARGUMENT]…");
        return ExitCode::FAILURE;
    };
    let mut command = Command::new(program);
    command.args(arguments);
    match run(&mut command, is_pooled) {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &mut Command, is_pooled: bool) -> Result<ExitStatus, String> {
    let server = Server::start(&[])?;
    let pooler = is_pooled
        .then(|| Pooler::start(&server, POOLED_CONNECTIONS))
        .transpose()?;
    command.env(SHARED, server.url("postgres"));
    if let Some(pooler) = &pooler {
        command.env(POOLED, pooler.url("postgres"));
    }
    command
        .status()
        .map_err(|error| format!("the command cannot be run: {error}"))
}
