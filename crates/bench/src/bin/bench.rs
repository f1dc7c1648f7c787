//! Measures the optimised server: `cargo xtask bench`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line tool speaks through its output"
)]

use std::path::PathBuf;
use std::process::ExitCode;

use yaopai_bench::people::Crowd;
use yaopai_bench::server::Place;
use yaopai_bench::{
    Failure, baseline, depths, flame, floods, lists, postgres, reads, registrations, report, searches, sign_ins, sizes,
    slow_disk, starts,
};

const USAGE: &str =
    "usage: cargo xtask bench [lists | reads | floods | sign-ins | registrations | starts | searches | depths | \
                     sizes | postgres | slow-disk | base N]
Without a word it measures all of them. Bases are made under target/bench at first and used again later. `base
10000000` makes one that starts, searches, depths and sizes measure as well. slow-disk needs strace.";
const PARTS: [&str; 10] = [
    "reads",
    "floods",
    "sign-ins",
    "registrations",
    "starts",
    "searches",
    "depths",
    "sizes",
    "postgres",
    "slow-disk",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<(), Failure> {
    let runtime = match words {
        // As whoever writes the smallest server would.
        ["bare-axum"] => tokio::runtime::Builder::new_multi_thread().enable_all().build()?,
        _ => tokio::runtime::Builder::new_current_thread().enable_all().build()?,
    };
    runtime.block_on(async {
        match words {
            ["bare-axum"] => baseline::bare_axum().await,
            ["bare-hyper"] => baseline::bare_hyper().await,
            [slow_disk::DELAYED] => {
                println!("{}", report::table(&slow_disk::measure(&place()?).await?));
                Ok(())
            }
            ["base", size] => {
                let size = size.parse()?;
                place()?.base_of(Crowd { seed: 1, size }).await.map(drop)
            }
            ["lists"] => {
                println!("{}", lists::measure(&place()?).await?);
                Ok(())
            }
            ["flame"] => draw(&flame::PATHS).await,
            ["flame", paths @ ..] => draw(paths).await,
            [] => measure(&PARTS).await,
            parts => measure(parts).await,
        }
    })
}

async fn draw(paths: &[&str]) -> Result<(), Failure> {
    let shares = flame::draw(&place()?, paths).await?;
    println!("{}", shares.join("\n"));
    Ok(())
}

async fn measure(parts: &[&str]) -> Result<(), Failure> {
    let place = place()?;
    for part in parts {
        let lines = match *part {
            "reads" => reads::measure(&place).await?,
            "floods" => floods::measure(&place).await?,
            "sign-ins" => sign_ins::measure(&place).await?,
            "registrations" => registrations::measure(&place).await?,
            "postgres" => postgres::measure(&place).await?,
            "slow-disk" => {
                // It prints its table itself.
                slow_disk::delay(&std::env::current_exe()?)?;
                continue;
            }
            "starts" => starts::measure(&place).await?,
            "depths" => depths::measure(&place).await?,
            "sizes" => sizes::measure(&place).await?,
            "searches" => searches::measure(&place).await?,
            _ => return Err(USAGE.into()),
        };
        println!("{}", report::table(&lines));
    }
    Ok(())
}

fn place() -> Result<Place, Failure> {
    // The server is built into the same folder.
    let release = std::env::current_exe()?.parent().ok_or("no folder")?.to_owned();
    let target = release.parent().map_or(PathBuf::from("target"), PathBuf::from);
    let folder = target.join("bench");
    std::fs::create_dir_all(&folder)?;
    Ok(Place {
        binary: release.join("yaopai"),
        folder,
        core: None,
    })
}
