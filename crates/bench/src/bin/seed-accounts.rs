//! Fills an embedded base with accounts: `cargo xtask seed-accounts`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through its output"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use yaopai_bench::Failure;
use yaopai_bench::base::Base;
use yaopai_bench::people::Crowd;
use yaopai_bench::seed::{PASSWORD, seed};

const USAGE: &str = "usage: cargo xtask seed-accounts N [--data FOLDER] [--seed S]
Makes N accounts in the data folder (`yaopai-data` unless told otherwise), which must have none yet and no server running
on it. The same S (1 unless told otherwise) makes the same people.";

struct Order {
    crowd: Crowd,
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(order) = read(&arguments) else {
        eprintln!("{USAGE}");
        return ExitCode::FAILURE;
    };
    match carry_out(&order).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read(arguments: &[String]) -> Option<Order> {
    let (mut size, mut seed, mut folder) = (None, 1, PathBuf::from("yaopai-data"));
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--data" => folder = rest.next()?.into(),
            "--seed" => seed = rest.next()?.parse().ok()?,
            number => size = Some(number.replace('_', "").parse().ok()?),
        }
    }
    let size = size.filter(|size| (1..=100_000_000).contains(size))?;
    Some(Order {
        crowd: Crowd { seed, size },
        folder,
    })
}

async fn carry_out(order: &Order) -> Result<(), Failure> {
    let base = Base::open(&order.folder).await?;
    if let Some((app, secret)) = &base.new_app {
        println!("app_id:     {}\napp_secret: {}", app.key.as_str(), secret.expose());
    }
    let seeded = seed(&base, order.crowd).await;
    base.close().await;
    seeded?;
    println!("{} accounts, each with the password {PASSWORD}", order.crowd.size);
    Ok(())
}
