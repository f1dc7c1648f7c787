//! Checks of the source tree that no compiler lint knows, `cargo xtask tidy`; the transcripts of the wires, `cargo xtask
//! conformance`; bases of any size, `cargo xtask seed-accounts`, measurements, `cargo xtask bench`, profiles,
//! `cargo xtask flame`, and counts of instructions, `cargo xtask instructions`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through its output"
)]

mod bench;
mod conformance;
mod instructions;
mod tidy;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["tidy"] => tidy::main(),
        ["conformance"] => conformance::main(false),
        ["conformance", "--bless"] => conformance::main(true),
        ["flame", paths @ ..] => bench::flame(paths),
        ["seed-accounts", rest @ ..] => bench::seed_accounts(rest),
        ["instructions"] => instructions::main(false),
        ["instructions", "--write"] => instructions::main(true),
        ["bench", rest @ ..] => bench::bench(rest),
        _ => {
            eprintln!(
                "usage: cargo xtask tidy | conformance [--bless] | seed-accounts N | bench | flame | instructions [--write]"
            );
            ExitCode::FAILURE
        }
    }
}
