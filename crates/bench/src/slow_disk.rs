//! Registrations where every wait for the disk takes longer, as on ordinary disks and volumes over a network: there it tells how many
//! leave with one commit.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use yaopai_store::SqliteOptions;

use crate::Failure;
use crate::base::now;
use crate::figures::median;
use crate::registrations::{CLIENTS, Contender, ROUNDS, one_to_a_commit};
use crate::report::Line;
use crate::server::Place;

/// How much longer.
const DELAY: Duration = Duration::from_millis(3);
/// What `program` is asked for where it is delayed.
pub const DELAYED: &str = "delayed-registrations";

/// Has `program` measure and print [`DELAYED`] under `strace`, which delays it. What `strace` costs by itself is in all of the rates.
///
/// # Errors
/// That there is no `strace`, or that the measurement failed.
pub fn delay(program: &Path) -> Result<(), Failure> {
    let delay = format!("inject=fdatasync,fsync:delay_exit={}", DELAY.as_micros());
    let ended = Command::new("strace")
        .args(["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null"])
        .args(["-e", "trace=fdatasync,fsync", "-e", &delay])
        .arg(program)
        .arg(DELAYED)
        .status()
        .map_err(|error| format!("strace does not run: {error}"))?;
    if !ended.success() {
        return Err("registrations under strace could not be measured".into());
    }
    Ok(())
}

/// Measures, in a process that is delayed.
///
/// # Errors
/// What the disk and the database say.
pub async fn measure(place: &Place) -> Result<Vec<Line>, Failure> {
    let grouped = SqliteOptions::new(now());
    let mut durable = Contender::open(&place.folder, "grouped", grouped).await?;
    let mut alone = Contender::open(&place.folder, "alone", one_to_a_commit()).await?;
    let mut lines = Vec::new();
    for clients in CLIENTS {
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let slow = alone.round(clients).await?;
            ratios.push(durable.round(clients).await? / slow);
        }
        lines.push(Line {
            what: format!(
                "registrations, {clients} clients, {} ms more for each commit",
                DELAY.as_millis()
            ),
            baseline: format!("one to a commit: {:.0}/s", alone.median()),
            ours: format!("{:.0}/s", durable.median()),
            ratio: format!("{:.1} × one to a commit", median(&mut ratios)),
            reach: "≥ 15 × one to a commit",
        });
    }
    durable.remove().await?;
    alone.remove().await?;
    Ok(lines)
}
