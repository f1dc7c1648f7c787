//! Fixed work, to be counted by callgrind: `cargo xtask instructions` runs it and says what it counted.
//!
//! Each call is made often between two calls of `section_ends`, where callgrind writes down its count. What is counted in
//! which section is printed, in their order.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through its output"
)]

use std::process::ExitCode;

use yaopai_bench::Failure;
use yaopai_bench::calls::{Call, Calls};

/// Before each is counted, so that what is made at the first time is there.
const WARM_UP: u32 = 40;
const READS: u32 = 500;
/// They cost a hundred times as much.
const WRITES: u32 = 50;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut calls = Calls::begin().await?;
        for call in Call::ALL {
            calls.tend().await?;
            for _ in 0..WARM_UP {
                calls.make(call).await?;
            }
            section_ends();
            println!("-");
            let count = count(call);
            for _ in 0..count {
                calls.make(call).await?;
            }
            section_ends();
            println!("{count} {}", call.name());
        }
        Ok(())
    })
}

fn count(call: Call) -> u32 {
    match call {
        Call::UserInfo
        | Call::UserInfoUnremembered
        | Call::UserInfoForged
        | Call::UserinfoGet
        | Call::InfoGet
        | Call::NoPassword
        | Call::NoKey
        | Call::UnknownPath => READS,
        Call::SignIn | Call::SignInRefused | Call::Register | Call::Update | Call::Search => WRITES,
    }
}

/// Where callgrind writes down what it has counted, and begins anew.
#[inline(never)]
fn section_ends() {
    std::hint::black_box(());
}
